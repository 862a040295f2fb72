/**
 * Inert trees: the components of a session in states they once had, where nothing can happen. No actor is started,
 * no subscription is declared, no effect is carried out, no time passes. `recording.ts` says where the states come
 * from; `pageOf` shows a page as it was, and `replay.ts` takes such a tree through a recording.
 *
 * The states of the cells are in `read-only-state.ts`.
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

/** What has gone wrong in an inert tree. */
export interface Fault {
  /** The ids that lead to the component. */
  readonly path: readonly string[];
  /** The name of the component; '' if it is not known. */
  readonly component: string;
  readonly code: ErrorCode;
  /** What it said. */
  readonly message: string;
}

/** How a tree is inert. */
export interface ReadOnlyTreeOptions {
  /** When it is, in milliseconds since the epoch. Default 0. */
  readonly at?: number | undefined;
  /**
   * Whether components of which no state is known begin, as they do when they are new in a step of a recording.
   * Default: no; then a notice stands in the place of one made Elm style.
   */
  readonly begins?: boolean;
  /** Whether an event that a component makes of changed props is to be taken. Default: none is. */
  readonly takesOfProps?: (cell: ComponentInstance) => boolean;
}

/** A page as it was. */
export interface PageImage {
  /** What stands in its root. */
  readonly html: string;
  readonly faults: readonly Fault[];
}

// TREE ------------------------------------------------------------------------

/** Components in the states they once had. */
export class ReadOnlyTree implements InstanceTree {
  readonly root: ComponentInstance;
  readonly clock: OrderedClock;
  readonly env = { development };
  /** What has gone wrong so far. */
  readonly faults: Fault[] = [];
  readonly #begins: boolean;
  readonly #takesOfProps: (cell: ComponentInstance) => boolean;
  /** The states of components that run other logic. */
  readonly #states = new WeakMap<ComponentInstance, ReadOnlyState>();
  /** Those that have taken something and are not shown yet. */
  readonly #touched = new Set<ComponentInstance>();
  #departures: ComponentInstance[] = [];

  /**
   * Begins with these states, and renders the view of each component once.
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
    // Here no component can begin later.
    void this.root.prepare();
    for (const cell of this.instances()) cell.takeMarks();
  }

  // QUERIES -------------------------------------------------------------------

  /** The cell to which these ids lead. */
  find(path: readonly string[]): ComponentInstance | undefined {
    let cell: ComponentInstance | undefined = this.root;
    for (const id of path) cell = cell && childOf(cell, id);

    return cell;
  }

  /** All cells, parents before the cells in them. */
  *instances(instance: ComponentInstance = this.root): Generator<ComponentInstance> {
    yield instance;
    for (const child of instance.children) yield* this.instances(child);
  }

  // STEPS ---------------------------------------------------------------------

  /** A component takes a message as it has taken it before; false if it is not there. */
  take({ path, message, at, id }: RecordedMessage): boolean {
    const cell = this.find(path);
    if (cell === undefined) return false;
    cell.take(message, at, undefined, id);
    this.#touched.add(cell);

    return true;
  }

  /** The logic of a component is given an event, XState's own included; false if it is not there. */
  takeEvent({ path, event }: RecordedEvent): boolean {
    const cell = this.find(path);
    const state = cell && this.#states.get(cell);
    if (cell === undefined || state === undefined || cell.isBroken) return false;
    state.take(event);
    this.#touched.add(cell);

    return true;
  }

  /** Shows what has changed, each component once, and gives what was asked for and by whom. */
  show(): readonly (readonly [cell: ComponentInstance, effect: Effect])[] {
    const queue = new RenderQueue(this.#departures);
    for (const cell of this.#touched) if (cell.isDirty) queue.add(cell);
    this.#touched.clear();
    const done = queue.run();

    return done.flatMap((cell) => cell.commit().map((effect) => [cell, effect] as const));
  }

  /** The turn is over: who has left does not come back. */
  settle(): void {
    const departures = this.#departures;
    this.#departures = [];
    for (const cell of departures) cell.parent?.settle();
  }

  /** The logic of a component goes on from another state, without showing it. */
  adopt(cell: ComponentInstance, state: unknown): void {
    this.#states.get(cell)?.restore(state);
  }

  // CELL HOST -----------------------------------------------------------------

  makeState(kind: AnyComponent, owner: ComponentInstance): InstanceState {
    if (kind.logic === undefined) return new ReadOnlyModelState(kind, owner, this.#begins);
    const state: ReadOnlyState = new ReadOnlyState(kind, owner, (event) => {
      if (this.#takesOfProps(owner)) state.take(event);
    });
    this.#states.set(owner, state);

    return state;
  }

  /** What it said stands in its place, where a page at work shows the id of a report. */
  report(code: ErrorCode, error: unknown, cell: ComponentInstance): string {
    const message = textOf(error);
    const { name } = cell.component;
    this.faults.push({
      path: cell.path,
      component: name,
      code: error instanceof TroupeError ? error.code : code,
      message,
    });

    return message;
  }

  refuseImage(error: TroupeError): void {
    this.faults.push({ path: [], component: '', code: error.code, message: error.message });
  }

  /** Nothing is written down. */
  /** Nothing changes by itself. */
  changed(): void {}

  /** Nobody is sent anything. */
  put(): void {}

  system(): AnyActorRef {
    throw new TroupeError(ErrorCode.Internal, 'An inert tree has no actors.');
  }
}

function childOf({ children }: ComponentInstance, id: string): ComponentInstance | undefined {
  for (const child of children) if (child.id === id) return child;

  return undefined;
}

// PAGES -----------------------------------------------------------------------

/** Stands where a page cannot be shown at all. */
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

/** The components that stand in a page in the states it once had, as far as their views can be rendered. */
export function componentsIn(root: AnyComponent, image: TreeImage): readonly AnyComponent[] {
  try {
    return Array.from(new ReadOnlyTree(root, image).instances(), (instance) => instance.component);
  } catch {
    return [root];
  }
}

/**
 * The page of a component in the states it once had: the HTML of what stood in its root. Nothing happens over it:
 * views are rendered once, and nothing else of the components runs but the first snapshot of a machine that had not
 * begun yet.
 *
 * ```ts
 * const { html, faults } = pageOf(Counter, recording.first, { at: recording.begun });
 * ```
 *
 * What cannot be shown, because its view throws, say, has a notice in its place with what it said; it never throws.
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
