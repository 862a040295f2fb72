/**
 * A cell: a component at work in a session, with what it shows and the cells of the components that stand
 * in its view. `turn.ts` feeds it messages, lets it render and commits it. What goes wrong in a component
 * stays in its cell.
 *
 * What a message does depends on what the component is made of and is in `model-state.ts` and
 * `logic-state.ts`; here is what they have in common: views, children, and their coming and going.
 *
 *     render: view -> tree with mounts -> which cells are new, stay, have gone -> these come next
 */

import type { AnyActorRef } from 'xstate';
import type { OrderedClock } from '../actor/ordered-clock.js';
import type { AnyComponent } from '../component/component.js';
import type { Effect, Received } from '../component/effect.js';
import { ErrorCode, type Failure, TroupeError, textOf } from '../platform/errors.js';
import { isShallowEqual } from '../platform/plain-data.js';
import { ignoreRejection, isPromise } from '../platform/promise.js';
import { Mount, mountsIn } from '../render/nodes.js';
import { type Home, renderRoot } from '../render/render.js';
import type { SubscriptionsImage } from '../subscription/subscription-set.js';
import type { Context } from '../template/content-model.js';
import { type AnyMessage, html, isMessage, type Key, type Placement, type Template } from '../template/html.js';
import { LogicState } from './logic-state.js';
import { ModelState } from './model-state.js';
import type { InstanceImage } from './tree-image.js';

// TYPES -----------------------------------------------------------------------

/** What a cell needs of its session. */
export interface InstanceHost {
  readonly clock: OrderedClock;
  /** Whether each step of `update` is taken twice, to see that it is pure. Default: unless `NODE_ENV` is `production`. */
  readonly development?: boolean | undefined;
  /** The root of the session's actors. */
  system(): AnyActorRef;
  /** Tells of a fault in a component; gives the id of the report. */
  report(code: ErrorCode, error: unknown, cell: ComponentInstance): string;
  /** A cell has changed outside of any turn: one is due. */
  changed(cell: ComponentInstance): void;
  /** A message for a cell, to be taken in a turn. */
  post(cell: ComponentInstance, message: AnyMessage, from: ComponentInstance): void;
  /** What is to be stored of a cell's subscriptions. */
  marks(cell: ComponentInstance): SubscriptionsImage | undefined;
  /** What is stored of the page is of no use: a component in it is of another version. */
  unfit(error: TroupeError): void;
  /** Makes the state of a component where it is another than in a live page, as in one that only shows what was. */
  stateOf?(component: AnyComponent, host: InstanceStateHost): InstanceState;
}

/** What a state needs of its cell. */
export interface InstanceStateHost {
  readonly clock: OrderedClock;
  /** As for `InstanceHost`. */
  readonly development?: boolean | undefined;
  system(): AnyActorRef;
  report(code: ErrorCode, error: unknown): void;
  changed(): void;
  /** A message for the component in whose view this one stands. */
  toParent(message: AnyMessage): void;
}

/** What a component is in, and how messages change that. */
export interface InstanceState {
  /** Its actor, once it is started. */
  readonly actor: AnyActorRef | undefined;
  /** The state of the actor. */
  readonly snapshot: unknown;
  /** What `view` is given. */
  readonly shown: unknown;
  /** Whether there is something that is not committed. */
  readonly isDirty: boolean;
  /** What it has taken last in this turn, for whoever looks. */
  readonly received?: Received | undefined;
  /** How it stands with its actor, if that is not simply at work. */
  readonly standing?: 'waiting' | 'given up' | 'done' | undefined;
  /** Begins, for a page that can wait. */
  init(props: unknown): Promise<void> | void;
  /** Begins at once. */
  initNow(props: unknown): void;
  /** Begins with a state that was stored. */
  restore(state: unknown): void;
  /** What is to be stored of it; `undefined` if it is to begin anew. */
  save(): unknown;
  /** Starts its actor. */
  start(parent: AnyActorRef): void;
  stop(): void;
  /** Takes a message. `id` is what was stamped on it when it was taken before. */
  take(message: AnyMessage, at: number, cause?: number | string, id?: string): void;
  /** Takes changed props. */
  receive(props: unknown): void;
  /** Shows what is there by `show`, and copes if that throws. */
  render(show: () => void): void;
  /** Makes a turn's outcome final and gives the effects that were asked for, in order. */
  commit(): readonly Effect[];
}

/** Cells that a rendering has found to be new or changed, and those that have gone. */
export interface RenderQueue {
  /** It has to be rendered: it is new, or its props have changed. */
  next(cell: ComponentInstance): void;
  /** It no longer stands in the view of its parent. */
  left(cell: ComponentInstance): void;
}

/** A component placed by the view that is being rendered. */
interface Placed {
  readonly cell: ComponentInstance;
  readonly props: object;
  readonly context: Context;
}

const noCells: ReadonlyMap<string, ComponentInstance> = new Map();
const noProps = Object.freeze({});

// CELL ------------------------------------------------------------------------

/** A component at work. */
export class ComponentInstance implements Home, InstanceStateHost {
  readonly component: AnyComponent;
  /** The cell in whose view it stands; the root of a page has none. */
  readonly parent: ComponentInstance | undefined;
  /** How many cells are around it. */
  readonly depth: number;
  /** Tells it apart from the others in its parent's view. */
  readonly id: string;
  readonly mount: Mount;
  /** Whether it stands in the page, all its parents included. */
  isPresent = true;
  /** Whether the turn that runs is going to show it. */
  isDue = false;
  /** How often something of it has failed. */
  failures = 0;
  /** How often its view has run. */
  views = 0;
  /** When it was made, in milliseconds since the epoch. */
  readonly since: number;
  readonly #host: InstanceHost;
  readonly #state: InstanceState;
  #props: object;
  #isStarted = false;
  #hasBegun = false;
  /** Whether it could not begin: it has no state, and shows its fallback for as long as it stands there. */
  #isBroken = false;
  /** Whether it has to be rendered though its state has not changed: it is new, or stands elsewhere. */
  #mustRender = true;
  #children = noCells as Map<string, ComponentInstance>;
  /** Those that have left in this turn: they can come back until its end. */
  #leaving = noCells as Map<string, ComponentInstance>;
  /** What the view that is being rendered has placed so far. */
  #placing: Map<string, Placed> | undefined;
  /** What the last view that stands has placed, until the children have been told. */
  #placed: Map<string, Placed> | undefined;
  /** The view by which it was last found to be there; counted by its parent. */
  #sighted = 0;
  #views = 0;
  /** What was stored of it and the cells in it, until it has begun with that. */
  #image: InstanceImage | undefined;

  constructor(
    component: AnyComponent,
    props: object,
    context: Context,
    host: InstanceHost,
    parent?: ComponentInstance,
    id = ''
  ) {
    this.component = component;
    this.parent = parent;
    this.depth = parent === undefined ? 0 : parent.depth + 1;
    this.id = id;
    this.mount = new Mount(parent === undefined ? undefined : (props as { readonly key: Key }).key, this, context);
    this.#host = host;
    this.since = host.clock.now();
    this.#props = props;
    this.#state =
      host.stateOf?.(component, this) ??
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

  /** What `view` and `subscriptions` are given. */
  get shown(): unknown {
    return this.#state.shown;
  }

  /** What tells it apart from others of its kind in the view it stands in; the root of a page has none. */
  get key(): Key | undefined {
    return this.mount.key;
  }

  /** What it shows. */
  get rendered(): Mount['rendered'] {
    return this.mount.rendered;
  }

  /** As `shown`; `undefined` if it has not begun, or could not. */
  get state(): unknown {
    return this.#hasBegun && this.#state.snapshot !== undefined ? this.#state.shown : undefined;
  }

  /** What it was given last; of the root of a page nothing is kept. */
  get props(): object {
    return this.#props;
  }

  get isDirty(): boolean {
    return this.#mustRender || this.#state.isDirty;
  }

  /** What it has taken last in this turn, if it is made Elm style. */
  get received(): Received | undefined {
    return this.#state.received;
  }

  /** How it stands with its actor. */
  get standing(): 'dormant' | 'active' | 'broken' | 'waiting' | 'given up' | 'done' {
    if (this.#isBroken) return 'broken';

    return this.#state.standing ?? (this.#isStarted ? 'active' : 'dormant');
  }

  get isStarted(): boolean {
    return this.#isStarted;
  }

  /** Whether it could not begin: it shows its fallback and takes nothing. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** The cells of the components in its view. */
  get children(): Iterable<ComponentInstance> {
    return this.#children.values();
  }

  // BEGINNING -----------------------------------------------------------------

  /**
   * Begins for a first page, with all that stands in it. Nothing is started yet.
   *
   * @throws TroupeError `init` or `view`, at once or by rejecting, if it is the root. What fails in other
   * components is reported, and shown in their place.
   */
  prepare(): Promise<void> | void {
    this.#hasBegun = true;
    const props = this.#props;
    // Those of a page never change, and what a request was is not kept as long as a session.
    if (this.parent === undefined) this.#props = noProps;
    if (this.#image?.state !== undefined) {
      this.#state.restore(this.#image.state);
      return this.#prepareView();
    }
    try {
      const begun = this.#state.init(props);
      if (isPromise(begun as undefined | Promise<undefined>)) return this.#prepareLater(begun as Promise<void>);
    } catch (error) {
      this.#failedToBegin(error, 'threw');
      return undefined;
    }

    return this.#prepareView();
  }

  async #prepareLater(begun: Promise<void>): Promise<void> {
    try {
      await begun;
    } catch (error) {
      this.#failedToBegin(error, 'rejected');
      return undefined;
    }

    return this.#prepareView();
  }

  #prepareView(): Promise<void> | void {
    this.#showFirst();
    if (this.#placed === undefined) return undefined;
    const coming: ComponentInstance[] = [];
    this.#arrange({ next: (cell) => coming.push(cell), left: () => undefined });
    const waiting = coming.map((cell) => cell.prepare()).filter((begun) => begun !== undefined);

    return waiting.length === 0 ? undefined : Promise.all(waiting).then(() => undefined);
  }

  /** Is to begin with what was stored; unfit if that is of another component, or another version of it. */
  restore(image: InstanceImage): void {
    const { name, version } = this.component;
    if (image.name === name && image.version === version) this.#image = image;
    else {
      const message = `What is stored is of ${image.name}, version ${image.version}; the component is ${name}, version ${version}.`;
      this.#host.unfit(new TroupeError(ErrorCode.Version, message));
    }
  }

  /** What was stored of its subscriptions, to be taken once it has begun; nothing else of what was stored is needed from then on. */
  takeMarks(): SubscriptionsImage | undefined {
    const image = this.#image;
    this.#image = undefined;

    return image && (image.subscriptions ?? {});
  }

  /** It and the cells in it, as they can be stored between turns. */
  save(): InstanceImage {
    const { name, version } = this.component;

    return {
      id: this.id,
      name,
      version,
      state: this.#isBroken ? undefined : this.#state.save(),
      subscriptions: this.#host.marks(this),
      children: Array.from(this.#children.values(), (child) => child.save()),
    };
  }

  #failedToBegin(cause: unknown, how: string): void {
    const { name } = this.component;
    const error = new TroupeError(ErrorCode.Init, `init of ${name} ${how}: ${textOf(cause)}`, { cause });
    if (this.parent === undefined) throw error;
    this.#isBroken = true;
    this.#showFallback(ErrorCode.Init, error);
  }

  /** Starts its actor, and those of all cells in it that are not started yet. */
  start(): void {
    if (!this.#isStarted && !this.#isBroken) {
      this.#state.start(this.#host.system());
    }
    this.#isStarted = true;
  }

  /** Stops its actor and those of all cells in it. */
  stop(): void {
    this.isPresent = false;
    for (const child of this.#children.values()) child.stop();
    for (const child of this.#leaving.values()) child.stop();
    this.#state.stop();
  }

  // TURN ----------------------------------------------------------------------

  /** Takes a message. If that throws, the message is dropped and reported, the state kept. */
  take(message: AnyMessage, at: number, cause?: number | string, id?: string): void {
    if (this.#isBroken) return;
    if (isMessage(message)) this.#state.take(message, at, cause, id);
    else this.report(ErrorCode.Update, notAMessage(message, this.component.name));
  }

  /** Shows its state and finds out which cells in it are new, changed or gone. */
  render(household: RenderQueue): void {
    if (!this.#hasBegun) this.#begin();
    else if (this.#mustRender) this.#showAgain();
    else if (!this.#isBroken) this.#state.render(() => this.#show());
    this.#mustRender = false;
    if (this.#placed !== undefined) this.#arrange(household);
  }

  /** Begins in the middle of a turn. */
  #begin(): void {
    this.#hasBegun = true;
    try {
      this.#state.initNow(this.#props);
    } catch (error) {
      this.#failedToBegin(error, 'threw');
      return;
    }
    this.#showFirst();
  }

  /** Makes the turn's outcome final and gives the effects that were asked for, in order. */
  commit(): readonly Effect[] {
    // One that has left was not shown; should it come back in this turn, it has to be.
    if (!this.isPresent) this.#mustRender = true;

    return this.#isBroken ? [] : this.#state.commit();
  }

  /** The turn is over: who has left does not come back. */
  settle(): void {
    for (const cell of this.#leaving.values()) cell.stop();
    this.#leaving = noCells as Map<string, ComponentInstance>;
  }

  // SHOWING -------------------------------------------------------------------

  /** Renders the view. The children are told later: it may have to be done again without the last message. */
  #show(): void {
    this.views++;
    this.#display(this.component.view(this.#state.shown as never));
  }

  #display(view: unknown): void {
    this.#placing = undefined;
    const refused = (error: TroupeError): void => void this.report(error.code, error);
    const rendered = renderRoot(view, this.mount.rendered, refused, this);
    if (rendered === this.mount.rendered && this.#placing === undefined) return;
    if (this.#placing !== undefined || this.#children.size > 0) this.#remember(this.#sight(rendered));
    this.mount.rendered = rendered;
  }

  /** What was placed stands, beside what an earlier view of this turn has placed in rows that were now taken over. */
  #remember(placing: Map<string, Placed>): void {
    if (this.#placed === undefined) this.#placed = placing;
    else for (const [id, placed] of placing) this.#placed.set(id, placed);
  }

  /** The first view has nothing to fall back to but a notice. Of the root it fails the page. */
  #showFirst(): void {
    this.#mustRender = false;
    try {
      this.#show();
    } catch (cause) {
      const error = new TroupeError(ErrorCode.View, `view of ${this.component.name} threw: ${textOf(cause)}`, {
        cause,
      });
      if (this.parent === undefined) throw error;
      this.#showFallback(ErrorCode.View, error);
    }
  }

  /** In another place everything is another: nothing of what was shown can be kept. */
  #showAgain(): void {
    const before = this.mount.rendered;
    this.mount.rendered = null;
    if (!this.#isBroken) this.#state.render(() => this.#show());
    if (this.mount.rendered === null) this.mount.rendered = before;
  }

  #showFallback(code: ErrorCode, error: TroupeError): void {
    const failure: Failure = { id: this.report(code, error), code, message: error.message };
    try {
      this.#display((this.component.fallback ?? notice)(failure));
    } catch (again) {
      this.report(ErrorCode.View, again);
      if (this.mount.context.text) this.#display(notice(failure));
    }
  }

  // CHILDREN ------------------------------------------------------------------

  place(placement: Placement<unknown>, context: Context): Mount {
    const component = placement.component as AnyComponent;
    const { props } = placement;
    const id = `${component.name} ${typeof props.key} ${props.key}`;
    this.#placing ??= new Map();
    const known = this.#children.get(id) ?? this.#leaving.get(id) ?? this.#placed?.get(id)?.cell;
    const cell = known?.component === component ? known : this.#make(component, props, context, id);
    if (this.#placing.has(id)) throw this.#duplicate(cell);
    this.#placing.set(id, { cell, props, context });

    return cell.mount;
  }

  #make(component: AnyComponent, props: Placement<unknown>['props'], context: Context, id: string): ComponentInstance {
    const cell = new ComponentInstance(component, props, context, this.#host, this, id);
    const image = this.#image?.children.find((child) => child.id === id);
    if (image !== undefined) cell.restore(image);

    return cell;
  }

  /** Makes sure that every component stands there once; those in rows that were taken over were not placed again. Gives what was. */
  #sight(rendered: Mount['rendered']): Map<string, Placed> {
    const view = ++this.#views;
    for (const mount of mountsIn(rendered)) {
      const cell = instanceAt(mount);
      if (cell.#sighted === view) throw this.#duplicate(cell);
      cell.#sighted = view;
    }

    return this.#placing ?? new Map();
  }

  #duplicate({ component, id }: ComponentInstance): TroupeError {
    const key = id.slice(id.lastIndexOf(' ') + 1);

    return new TroupeError(
      ErrorCode.DuplicateKey,
      `The view of ${this.component.name} has two ${component.name} with the key ${key}. Give each a key of its own.`
    );
  }

  /** Compares what stands in the view with the children there were. */
  #arrange(household: RenderQueue): void {
    const placed = this.#placed as Map<string, Placed>;
    this.#placed = undefined;
    const mounts = mountsIn(this.mount.rendered);
    // Counted anew: a view that threw may have been the last to sight them.
    const view = ++this.#views;
    let kept = 0;
    for (const mount of mounts) {
      const cell = instanceAt(mount);
      cell.#sighted = view;
      if (this.#children.get(cell.id) === cell) kept++;
    }
    if (kept < this.#children.size) this.#partWith(view, household);
    for (const mount of this.#byArrival(mounts)) {
      const cell = instanceAt(mount);
      this.#welcome(cell, placed.get(cell.id), household);
    }
  }

  /** Children are kept in the order in which they arrived. Restored children keep their stored order; other children follow them. */
  #byArrival(mounts: readonly Mount[]): readonly Mount[] {
    const stored = this.#image?.children ?? [];
    if (stored.length === 0) return mounts;
    const places = new Map(stored.map(({ id }, place) => [id, place]));
    const placeOf = (mount: Mount): number => places.get(instanceAt(mount).id) ?? stored.length;

    return mounts.toSorted((left, right) => placeOf(left) - placeOf(right));
  }

  #partWith(view: number, household: RenderQueue): void {
    if (this.#leaving === noCells) this.#leaving = new Map();
    for (const [id, cell] of this.#children) {
      if (cell.#sighted === view) continue;
      this.#children.delete(id);
      this.#leaving.set(id, cell);
      cell.#setPresent(false);
      household.left(cell);
    }
  }

  #setPresent(isPresent: boolean): void {
    this.isPresent = isPresent;
    for (const child of this.#children.values()) child.#setPresent(isPresent);
  }

  /** A cell stands in the view: is it new, has it come back, have its props or its place changed? */
  #welcome(cell: ComponentInstance, placed: Placed | undefined, household: RenderQueue): void {
    const isNew = this.#children.get(cell.id) !== cell;
    if (isNew) {
      if (this.#children === noCells) this.#children = new Map();
      this.#children.set(cell.id, cell);
      if (this.#leaving.get(cell.id) === cell) this.#leaving.delete(cell.id);
      cell.#setPresent(true);
    }
    const isChanged = placed !== undefined && cell.#receive(placed);
    if (isChanged || (isNew && cell.#mustRender)) household.next(cell);
  }

  /** Takes the props and the place it is given; false if they are what they were. */
  #receive({ props, context }: Placed): boolean {
    let isChanged = false;
    if (context !== this.mount.context) {
      this.mount.context = context;
      this.#mustRender = isChanged = true;
    }
    if (!isShallowEqual(props, this.#props)) {
      this.#props = props;
      if (this.#hasBegun && !this.#isBroken) this.#state.receive(props);
      isChanged = true;
    }

    return isChanged;
  }

  // STATE HOST ----------------------------------------------------------------

  get development(): boolean | undefined {
    return this.#host.development;
  }

  get clock(): OrderedClock {
    return this.#host.clock;
  }

  system(): AnyActorRef {
    return this.#host.system();
  }

  report(code: ErrorCode, error: unknown): string {
    return this.#host.report(code, error, this);
  }

  changed(): void {
    if (this.isPresent) this.#host.changed(this);
  }

  toParent(message: AnyMessage): void {
    if (this.parent !== undefined) this.#host.post(this.parent, message, this);
  }
}

/** The component instance that stands at a mount. */
export const instanceAt = ({ owner }: Mount): ComponentInstance => owner as ComponentInstance;

/** What stands in the place of a component that cannot be shown. */
function notice({ id }: Failure): Template<never> {
  return html`<span role="alert">This part of the page could not be shown (${id}).</span>`;
}

// MESSAGES --------------------------------------------------------------------

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
