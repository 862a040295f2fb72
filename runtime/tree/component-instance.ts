/**
 * A component instance: one component at work in a page, with its state, its view and its children. `turn.ts` gives it
 * messages, renders it and commits it. A fault of a component costs no other component anything.
 *
 * What a message does to the state is in `model-state.ts` and `logic-state.ts`, what the instance shows and which
 * children that places in `instance-view.ts`. Here is the life of the instance:
 *
 *     new -> dormant (begun, with state and view) -> active (its actor is started)
 *         -> broken (`init` threw: no state, and the fallback is shown)
 */

import type { AnyActorRef } from 'xstate';
import type { AnyComponent } from '../component/component.js';
import type { Effect, Received } from '../component/effect.js';
import { PageOutcome } from '../component/outcome.js';
import { ErrorCode, TroupeError, textOf } from '../platform/errors.js';
import { isShallowEqual } from '../platform/plain-data.js';
import { ignoreRejection, isPromise } from '../platform/promise.js';
import type { Mount } from '../render/nodes.js';
import type { Subscriptions, SubscriptionsImage } from '../subscription/subscription-set.js';
import type { Context } from '../template/content-model.js';
import { type AnyMessage, isMessage, type Key } from '../template/html.js';
import type { Arrangement, ChildInstance } from './child-set.js';
import type { InstanceState, StateContext, StateOwner } from './instance-state.js';
import { InstanceView, type ViewOwner } from './instance-view.js';
import { LogicState } from './logic-state.js';
import { ModelState } from './model-state.js';
import type { InstanceImage } from './tree-image.js';

// TYPES -----------------------------------------------------------------------

/** The tree of an instance, as the instance calls it. */
export interface InstanceTree extends StateContext {
  /** Reports a fault of a component; returns the id of the report. */
  report(code: ErrorCode, error: unknown, instance: ComponentInstance): string;
  /** An instance has changed outside of a turn. */
  changed(instance: ComponentInstance): void;
  /** Sends a message to an instance; it is taken in a turn. */
  put(instance: ComponentInstance, message: AnyMessage, from: ComponentInstance): void;
  /** The stored image of the tree cannot be used: a component in it is of another version. */
  refuseImage(error: TroupeError): void;
  /** Makes the state of an instance where that is not the one of a live page. */
  makeState?(component: AnyComponent, owner: ComponentInstance): InstanceState;
}

type Phase = 'new' | 'dormant' | 'active' | 'broken';

const noChildren: readonly ComponentInstance[] = [];
const noEffects: readonly Effect[] = [];
const noProps = Object.freeze({});
const done = Promise.resolve();

// INSTANCE --------------------------------------------------------------------

/** A component at work. */
export class ComponentInstance implements StateOwner, ViewOwner<ComponentInstance>, ChildInstance {
  readonly component: AnyComponent;
  /** The instance in whose view it stands; the root of a page has none. */
  readonly parent: ComponentInstance | undefined;
  /** How many instances are around it. */
  readonly depth: number;
  /** Identifies it among the instances in its parent's view. */
  readonly id: string;
  readonly mount: InstanceView<ComponentInstance>;
  readonly tree: InstanceTree;
  /** When it was made, in milliseconds since the epoch. */
  readonly since: number;
  /** Its subscriptions, once it has declared some. `component-tree.ts` starts them. */
  subscriptions: Subscriptions | undefined = undefined;
  /** Whether it stands in the page, with all its parents. */
  isPresent = true;
  /** Whether it is in the render queue of the turn. */
  isQueued = false;
  /** Whether its view has to run though its state has not changed: it is new, or stands in another place. */
  needsView = true;
  /** How often something of it has failed. */
  failures = 0;
  /** Written by the child set of its parent. */
  seenIn = 0;
  readonly #state: InstanceState;
  #props: object;
  #phase: Phase = 'new';
  /** What was stored of it and its children, until it has begun with that. */
  #image: InstanceImage | undefined = undefined;

  constructor(
    component: AnyComponent,
    props: object,
    context: Context,
    tree: InstanceTree,
    parent?: ComponentInstance,
    id = ''
  ) {
    this.component = component;
    this.parent = parent;
    this.depth = parent === undefined ? 0 : parent.depth + 1;
    this.id = id;
    this.mount = new InstanceView(parent && (props as { readonly key: Key }).key, this, context);
    this.tree = tree;
    this.since = tree.clock.now();
    this.#props = props;
    this.#state =
      tree.makeState?.(component, this) ??
      (component.logic === undefined ? new ModelState(component, this) : new LogicState(component, this));
  }

  // QUERIES -------------------------------------------------------------------

  /** Its actor, once it is started. */
  get actor(): AnyActorRef | undefined {
    return this.#state.actor;
  }

  /** The state of its actor, tentative or committed. */
  get snapshot(): unknown {
    return this.#state.snapshot;
  }

  /** The argument of `view` and `subscriptions`. */
  get shown(): unknown {
    return this.#state.shown;
  }

  /** What it shows. */
  get rendered(): Mount['rendered'] {
    return this.mount.rendered;
  }

  /** How often its view has run. */
  get views(): number {
    return this.mount.runs;
  }

  /** As `shown`; `undefined` if it has not begun, or could not. */
  get state(): unknown {
    return this.#phase !== 'new' && this.#state.snapshot !== undefined ? this.#state.shown : undefined;
  }

  /** The props that it was given last. Those of the root of a page are not kept. */
  get props(): object {
    return this.#props;
  }

  get isDirty(): boolean {
    return this.needsView || this.#state.isDirty;
  }

  /** The message that it has taken last in this turn, if it is made Elm style. */
  get received(): Received | undefined {
    return this.#state.received;
  }

  /** The condition of the instance and its actor, for the inspector. */
  get standing(): 'dormant' | 'active' | 'broken' | 'waiting' | 'given up' | 'done' {
    if (this.#phase === 'broken') return 'broken';

    return this.#state.standing ?? (this.#phase === 'active' ? 'active' : 'dormant');
  }

  /** Whether `init` threw: it shows its fallback and ignores messages. */
  get isBroken(): boolean {
    return this.#phase === 'broken';
  }

  /** The instances of the components in its view. */
  get children(): Iterable<ComponentInstance> {
    return this.mount.children?.present ?? noChildren;
  }

  /** The ids that lead to it from the root of its page. */
  get path(): readonly string[] {
    return this.parent === undefined ? [] : [...this.parent.path, this.id];
  }

  // BEGINNING -----------------------------------------------------------------

  /**
   * Begins for a first page, with all instances in its view. No actor is started yet.
   *
   * @throws the outcome that an `init` has thrown; TroupeError `init` or `view` if it is the root. At once or by
   * rejecting. Faults of other components are reported, and shown in their place.
   */
  prepare(): Promise<void> | void {
    const props = this.#props;
    this.#phase = 'dormant';
    // The props of a page never change, and the data of a request is not kept as long as a session.
    if (this.parent === undefined) this.#props = noProps;
    if (this.#image?.state !== undefined) {
      this.#state.restore(this.#image.state);
      return this.#prepareView();
    }
    try {
      const begun = this.#state.init(props);
      if (isPromise(begun as undefined | Promise<undefined>)) return this.#prepareLater(begun as Promise<void>);
    } catch (error) {
      this.#failFirst(error, 'threw');
      return undefined;
    }

    return this.#prepareView();
  }

  async #prepareLater(begun: Promise<void>): Promise<void> {
    try {
      await begun;
    } catch (error) {
      this.#failFirst(error, 'rejected');
      return undefined;
    }

    return this.#prepareView();
  }

  #prepareView(): Promise<void> | void {
    this.needsView = false;
    this.mount.showFirst(this.#state);
    const coming = this.mount.arrange(this.#image?.children.map(({ id }) => id))?.next ?? noChildren;
    const waiting: Promise<void>[] = [];
    try {
      for (const child of coming) waiting.push(child.prepare() ?? done);
    } catch (outcome) {
      waiting.forEach(ignoreRejection);
      throw outcome;
    }

    return waiting.every((begun) => begun === done) ? undefined : Promise.all(waiting).then(() => undefined);
  }

  /** Begins in the middle of a turn. */
  #begin(): void {
    this.#phase = 'dormant';
    try {
      this.#state.initNow(this.#props);
    } catch (error) {
      this.#failToBegin(error, 'threw');
      return;
    }
    this.mount.showFirst(this.#state);
  }

  /** It cannot begin for a first page: an outcome is that of the whole page. */
  #failFirst(cause: unknown, how: string): void {
    if (cause instanceof PageOutcome) throw cause;
    this.#failToBegin(cause, how);
  }

  #failToBegin(cause: unknown, how: string): void {
    const { name } = this.component;
    const error = new TroupeError(ErrorCode.Init, `init of ${name} ${how}: ${textOf(cause)}`, { cause });
    if (this.parent === undefined) throw error;
    this.#phase = 'broken';
    this.mount.showFallback(ErrorCode.Init, error);
  }

  /** Starts its actor, unless it is started. */
  start(): void {
    if (this.#phase !== 'dormant') return;
    this.#state.start(this.tree.system());
    this.#phase = 'active';
  }

  /** Stops its actor and its subscriptions, and those of all instances in it. */
  stop(): void {
    this.isPresent = false;
    for (const child of this.children) child.stop();
    for (const child of this.mount.children?.leaving ?? noChildren) child.stop();
    this.subscriptions?.stop();
    this.#state.stop();
  }

  // STORING -------------------------------------------------------------------

  /** Sets the stored image that it is to begin with. Refused if it is of another component or another version. */
  restore(image: InstanceImage): void {
    const { name, version } = this.component;
    if (image.name === name && image.version === version) this.#image = image;
    else {
      const message = `What is stored is of ${image.name}, version ${image.version}; the component is ${name}, version ${version}.`;
      this.tree.refuseImage(new TroupeError(ErrorCode.Version, message));
    }
  }

  /** Returns what was stored of its subscriptions once it has begun, and forgets the image: nothing else in it is needed. */
  takeMarks(): SubscriptionsImage | undefined {
    const image = this.#image;
    this.#image = undefined;

    return image && (image.subscriptions ?? {});
  }

  /** Returns it and the instances in it as they can be stored between turns. */
  save(): InstanceImage {
    const { name, version } = this.component;

    return {
      id: this.id,
      name,
      version,
      state: this.isBroken ? undefined : this.#state.save(),
      subscriptions: this.subscriptions?.save(),
      children: Array.from(this.children, (child) => child.save()),
    };
  }

  // TURN ----------------------------------------------------------------------

  /** Takes a message. If `update` throws, the message is dropped and reported, and the state is kept. */
  take(message: AnyMessage, at: number, cause?: number | string, id?: string): void {
    if (this.isBroken) return;
    if (isMessage(message)) this.#state.take(message, at, cause, id);
    else this.report(ErrorCode.Update, notAMessage(message, this.component.name));
  }

  /** Shows its state. Returns what that means for its children; `undefined` if it has none, or the view has not run. */
  render(): Arrangement<ComponentInstance> | undefined {
    if (this.#phase === 'new') this.#begin();
    else if (this.#phase !== 'broken') {
      if (this.needsView) this.mount.showElsewhere(this.#state);
      else if (this.#state.hasNews) this.mount.show(this.#state);
    }
    this.needsView = false;

    return this.mount.arrange();
  }

  /** Makes the outcome of the turn final. Returns the effects of its messages, in order. */
  commit(): readonly Effect[] {
    // An instance that has left was not shown; should it come back in this turn, it has to be.
    if (!this.isPresent) this.needsView = true;

    return this.isBroken ? noEffects : this.#state.commit();
  }

  /** The turn is over: children that have left do not come back. */
  settle(): void {
    for (const child of this.mount.children?.settle() ?? noChildren) child.stop();
  }

  // CHILDREN ------------------------------------------------------------------

  makeChild(component: AnyComponent, props: object, context: Context, id: string): ComponentInstance {
    const child = new ComponentInstance(component, props, context, this.tree, this, id);
    const image = this.#image?.children.find((stored) => stored.id === id);
    if (image !== undefined) child.restore(image);

    return child;
  }

  setPresent(isPresent: boolean): void {
    this.isPresent = isPresent;
    for (const child of this.children) child.setPresent(isPresent);
  }

  receive(props: object, context: Context): boolean {
    let isChanged = false;
    if (context !== this.mount.context) {
      this.mount.context = context;
      this.needsView = isChanged = true;
    }
    if (!isShallowEqual(props, this.#props)) {
      this.#props = props;
      if (this.#phase === 'dormant' || this.#phase === 'active') this.#state.receive(props);
      isChanged = true;
    }

    return isChanged;
  }

  // CALLS OF THE STATE --------------------------------------------------------

  report(code: ErrorCode, error: unknown): string {
    return this.tree.report(code, error, this);
  }

  changed(): void {
    if (this.isPresent) this.tree.changed(this);
  }

  toParent(message: AnyMessage): void {
    if (this.parent !== undefined) this.tree.put(this.parent, message, this);
  }
}

/** The component instance that stands at a mount. */
export const instanceAt = ({ owner }: Mount): ComponentInstance => owner as ComponentInstance;

/** The fault of sending the component of this name something that is no message. */
function notAMessage(given: unknown, name: string): TroupeError {
  ignoreRejection(given);
  const what = isPromise(given)
    ? 'a promise'
    : typeof given === 'object' && given !== null
      ? `an object with type ${String((given as Partial<AnyMessage>).type)}`
      : String(given);

  return new TroupeError(
    ErrorCode.Update,
    `${name} was sent ${what}; a message is an object with a type, a string that does not begin with 'xstate.'.`
  );
}
