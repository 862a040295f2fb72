/**
 * Read-only trees: the component instances of a session in recorded states, in which nothing runs. No actor is started,
 * no subscription is declared, no effect is performed, no time passes. `pageOf` renders a past page, and `replay.ts` runs
 * such a tree through the steps of a recording (`recording.ts`).
 *
 * `read-only-state.ts` has the states of the instances.
 */

import type { AnyActorRef } from 'xstate';
import { OrderedClock } from '../actor/ordered-clock.js';
import { type AnyComponent, component } from '../component/component.js';
import type { Effect } from '../component/effect.js';
import { createSimulatedClock } from '../platform/clock.js';
import { ErrorCode, TroupeError, textOf } from '../platform/errors.js';
import { development } from '../platform/plain-data.js';
import { markup } from '../render/render-to-string.js';
import { rootContext } from '../template/content-model.js';
import { type AnyMessage, html } from '../template/html.js';
import { ComponentInstance, type InstanceTree } from '../tree/component-instance.js';
import type { InstanceState } from '../tree/instance-state.js';
import type { InstanceImage, TreeImage } from '../tree/tree-image.js';
import { RenderQueue } from '../tree/turn.js';
import { ReadOnlyModelState, ReadOnlyState } from './read-only-state.js';
import type { RecordedEvent, RecordedMessage } from './recording.js';

// TYPES -----------------------------------------------------------------------

/** An error in a read-only tree. */
export interface Fault {
  /** The ids of the component instances from below the root to the component. */
  readonly path: readonly string[];
  /** The name of the component; '' if it is not known. */
  readonly component: string;
  readonly code: ErrorCode;
  /** The message of the error. */
  readonly message: string;
}

/** Options of a read-only tree. */
export interface ReadOnlyTreeOptions {
  /** The time in it, in milliseconds since the epoch. Default 0. */
  readonly at?: number | undefined;
  /**
   * Whether components whose state is not known begin, as new ones do in a step of a recording. Default: no; then a
   * notice is shown in place of one in the style of Elm.
   */
  readonly begins?: boolean;
  /** Whether a component takes the event that it makes of changed props. Default: no. */
  readonly takesOfProps?: (instance: ComponentInstance) => boolean;
}

/** A past page. */
export interface PageImage {
  /** The HTML in its root element. */
  readonly html: string;
  readonly faults: readonly Fault[];
}

// TREE ------------------------------------------------------------------------

/** Component instances in recorded states. */
export class ReadOnlyTree implements InstanceTree {
  readonly root: ComponentInstance;
  readonly clock: OrderedClock;
  readonly env = { development };
  /** The errors so far. */
  readonly faults: Fault[] = [];
  readonly #begins: boolean;
  readonly #takesOfProps: (instance: ComponentInstance) => boolean;
  /** The states of components with XState logic. */
  readonly #states = new WeakMap<ComponentInstance, ReadOnlyState>();
  /** Instances that have taken a message and are not rendered yet. */
  readonly #touched = new Set<ComponentInstance>();
  #departures: ComponentInstance[] = [];

  /**
   * Begins with the states of an image, and renders the view of each component once.
   *
   * @throws TroupeError if the root cannot be shown: `version` if the states are of another component or version,
   * `view` if its view throws, `init` if no state of it is known
   */
  constructor(
    root: AnyComponent,
    image: TreeImage,
    { at = 0, begins = false, takesOfProps }: ReadOnlyTreeOptions = {}
  ) {
    this.clock = new OrderedClock(createSimulatedClock(at));
    this.#begins = begins;
    this.#takesOfProps = takesOfProps ?? (() => false);
    this.root = new ComponentInstance(root, {}, rootContext, this);
    this.root.restore(image.root);
    if (this.faults.length > 0) throw new TroupeError(ErrorCode.Version, (this.faults[0] as Fault).message);
    // No component begins later in a read-only tree.
    void this.root.prepare();
    for (const instance of this.instances()) instance.takeMarks();
  }

  // QUERIES -------------------------------------------------------------------

  /** The instance at a path. */
  find(path: readonly string[]): ComponentInstance | undefined {
    let instance: ComponentInstance | undefined = this.root;
    for (const id of path) instance = instance && childOf(instance, id);

    return instance;
  }

  /** All instances, parents before their children. */
  *instances(instance: ComponentInstance = this.root): Generator<ComponentInstance> {
    yield instance;
    for (const child of instance.children) yield* this.instances(child);
  }

  // STEPS ---------------------------------------------------------------------

  /** A component takes a recorded message, with its time and id; false if the component is not there. */
  take({ path, message, at, id }: RecordedMessage): boolean {
    const instance = this.find(path);
    if (instance === undefined) return false;
    instance.take(message, at, undefined, id);
    this.#touched.add(instance);

    return true;
  }

  /** The logic of a component takes a recorded event, which may be one of XState; false if the component is not there. */
  takeEvent({ path, event }: RecordedEvent): boolean {
    const instance = this.find(path);
    const state = instance && this.#states.get(instance);
    if (instance === undefined || state === undefined || instance.isBroken) return false;
    state.take(event);
    this.#touched.add(instance);

    return true;
  }

  /** Renders each changed component once, and returns the requested effects with their components. */
  show(): readonly (readonly [instance: ComponentInstance, effect: Effect])[] {
    const queue = new RenderQueue(this.#departures);
    for (const instance of this.#touched) if (instance.isDirty) queue.add(instance);
    this.#touched.clear();
    const done = queue.run();

    return done.flatMap((instance) => instance.commit().map((effect) => [instance, effect] as const));
  }

  /** The turn is over: instances that left do not come back. */
  settle(): void {
    const departures = this.#departures;
    this.#departures = [];
    for (const instance of departures) instance.parent?.settle();
  }

  /** The logic of a component continues from another state, without rendering it. */
  adopt(instance: ComponentInstance, state: unknown): void {
    this.#states.get(instance)?.restore(state);
  }

  // TREE OF INSTANCES ---------------------------------------------------------

  makeState(kind: AnyComponent, owner: ComponentInstance): InstanceState {
    if (kind.logic === undefined) return new ReadOnlyModelState(kind, owner, this.#begins);
    const state: ReadOnlyState = new ReadOnlyState(kind, owner, (event) => {
      if (this.#takesOfProps(owner)) state.take(event);
    });
    this.#states.set(owner, state);

    return state;
  }

  /** Records the error. Its message is shown in place of the component; a live page shows the id of a report. */
  report(code: ErrorCode, error: unknown, instance: ComponentInstance): string {
    const message = textOf(error);
    const { name } = instance.component;
    this.faults.push({
      path: instance.path,
      component: name,
      code: error instanceof TroupeError ? error.code : code,
      message,
    });

    return message;
  }

  refuseImage(error: TroupeError): void {
    this.faults.push({ path: [], component: '', code: error.code, message: error.message });
  }

  /** Nothing changes by itself. */
  changed(): void {}

  /** Messages are not sent: those that were are in the recording. */
  put(): void {}

  system(): AnyActorRef {
    throw new TroupeError(ErrorCode.Internal, 'A read-only tree has no actors.');
  }
}

function childOf({ children }: ComponentInstance, id: string): ComponentInstance | undefined {
  for (const child of children) if (child.id === id) return child;

  return undefined;
}

// PAGES -----------------------------------------------------------------------

/** Shown if the page cannot be rendered at all. */
const Notice = component({
  name: 'notice',
  init: (message: string) => ({ message }),
  update: (model, _message: AnyMessage) => model,
  view: ({ message }) => html`<p role="alert">This page cannot be shown: ${message}</p>`,
});

const alone = (state: unknown): InstanceImage => {
  const { name, version } = Notice;

  return { id: '', name, version, state, subscriptions: undefined, children: [] };
};

/** The components of a past page, as far as their views can be rendered. */
export function componentsIn(root: AnyComponent, image: TreeImage): readonly AnyComponent[] {
  try {
    return Array.from(new ReadOnlyTree(root, image).instances(), (instance) => instance.component);
  } catch {
    return [root];
  }
}

/**
 * A past page: the HTML of a component in recorded states. Views are rendered once. Nothing else of the components
 * runs, except that the first snapshot of a machine is made if it had not begun.
 *
 * ```ts
 * const { html, faults } = pageOf(Counter, recording.first, { at: recording.begun });
 * ```
 *
 * It never throws: a component that cannot be shown, because its view throws for example, is replaced by a notice with the
 * message of the error.
 */
export function pageOf(root: AnyComponent, image: TreeImage, { at }: Pick<ReadOnlyTreeOptions, 'at'> = {}): PageImage {
  try {
    const tree = new ReadOnlyTree(root, image, { at });

    return { html: markup(tree.root.rendered), faults: tree.faults };
  } catch (error) {
    const message = textOf(error);
    const code = error instanceof TroupeError ? error.code : ErrorCode.Internal;
    const tree = new ReadOnlyTree(Notice, { turns: 0, root: alone({ message }), envelopes: [] });

    return { html: markup(tree.root.rendered), faults: [{ path: [], component: root.name, code, message }] };
  }
}
