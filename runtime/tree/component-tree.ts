/**
 * The tree of a session: the cells of its components, what waits for them in the inbox, and the turns that
 * run them. `session.ts` puts client events in and sends what the page then shows differently.
 *
 * It is dormant until it begins: there are states and a rendered page, but no actor runs.
 */

import type { AnyActorRef } from 'xstate';
import { OrderedClock } from '../actor/ordered-clock.js';
import type { AnyComponent, Subscribed } from '../component/component.js';
import type { Effect } from '../component/effect.js';
import type { Clock } from '../platform/clock.js';
import type { Reporter } from '../platform/error-report.js';
import { ErrorCode, TroupeError, textOf } from '../platform/errors.js';
import type { Mount, Value } from '../render/nodes.js';
import type { Backplane } from '../subscription/backplane.js';
import {
  declaredBy,
  type Port,
  Subscriptions,
  type SubscriptionsImage,
  type SubscriptionView,
} from '../subscription/subscription-set.js';
import { rootContext } from '../template/content-model.js';
import type { AnyMessage } from '../template/html.js';
import { ComponentInstance, type InstanceHost, instanceAt } from './component-instance.js';
import { type Envelope, Mailbox } from './mailbox.js';
import { type Probe, pathOf } from './probe.js';
import type { TreeImage } from './tree-image.js';
import { runTurn, type TurnPowers } from './turn.js';

// TYPES -----------------------------------------------------------------------

/** What a tree needs of its session. */
export interface ComponentTreeHost {
  readonly id: string;
  readonly clock: Clock;
  /** Whether each step of `update` is taken twice, to see that it is pure. Default: unless `NODE_ENV` is `production`. */
  readonly development?: boolean | undefined;
  readonly report: Reporter;
  /** The page that is joined, counted from 1; events of earlier pages are taken but no longer counted. */
  readonly page: number;
  /** Where topics and shared actors are reached. */
  readonly hub: Backplane;
  /** Is told what happens, if anybody looks. */
  readonly witness: Probe | undefined;
  /** The root of the session's actors; made, not started, when first asked for. */
  system(): AnyActorRef;
  /** Publishes a message on a topic; `id` is the effect's. */
  publish(topic: string, message: AnyMessage, id: string): void;
  /** Sends a message to a shared actor; `id` is the effect's. */
  send(name: string, message: AnyMessage, id: string): void;
  /** What an event of the page is called, by its number. */
  nameOf(event: number): string;
  /** Runs something soon, when what has arrived by now has been read. */
  defer(run: () => void): void;
  /** A turn is over and has taken so many events of the page. */
  turned(events: number): void;
}

// TREE ------------------------------------------------------------------------

/** The components of one session. */
export class ComponentTree implements InstanceHost, TurnPowers {
  readonly inbox = new Mailbox();
  readonly clock: OrderedClock;
  readonly root: ComponentInstance;
  readonly #host: ComponentTreeHost;
  #hasBegun = false;
  #isOver = false;
  #scheduled = false;
  /** What effects are called by that follow from no event of a client: not the session's id, which a fresh session has again and counts anew. */
  #name: string | undefined;
  /** What was stored of it, until it has begun with that. */
  #image: TreeImage | undefined;
  /** Why that is of no use. */
  #unfit: TroupeError | undefined;
  /** How many turns there were, and how many effects in the last. */
  #turns = 0;
  #effects = 0;
  /** Whether it has been told in this turn that the inbox is full. */
  #overflowing = false;
  // Sets and maps are made when they are needed: most sessions are one idle component, and there are thousands.
  /** Cells that changed outside of any turn. */
  #changed: Set<ComponentInstance> | undefined;
  /** Mounts, besides the root, that show something the client may not have been sent. */
  #stale: Set<Mount> | undefined;
  /** Cells that have a message about a failure on its way: a failure of that is not told again. */
  #telling: Set<ComponentInstance> | undefined;
  #subscriptions: Map<ComponentInstance, Subscriptions> | undefined;
  /** What was wrong with what a cell declared the last time: it is reported once, not after every turn. */
  #refused: Map<ComponentInstance, string> | undefined;

  constructor(component: AnyComponent, props: object, host: ComponentTreeHost) {
    this.#host = host;
    this.clock = new OrderedClock(host.clock);
    this.root = new ComponentInstance(component, props, rootContext, this);
  }

  // LIFE ----------------------------------------------------------------------

  get isOver(): boolean {
    return this.#isOver;
  }

  /** What the page shows; `null` once it is over. */
  get rendered(): Value {
    return this.#isOver ? null : this.root.rendered;
  }

  /** Runs `init` and `view` of all that stands in the page; throws, or rejects, as `ComponentInstance.prepare`. */
  prepare(): Promise<void> | void {
    if (this.#unfit !== undefined) throw this.#unfit;
    const prepared = this.root.prepare();
    if (prepared instanceof Promise) return prepared.then(() => this.#listen());
    this.#listen();

    return undefined;
  }

  /**
   * From the first page on nothing is missed: topics and shared actors are listened to. What these tell at once,
   * the state of a shared actor, is in the first page already; what they tell later waits until somebody joins.
   */
  #listen(): void {
    const letters = this.#image?.letters ?? [];
    const isRestored = this.#image !== undefined;
    this.#image = undefined;
    if (this.#unfit !== undefined) throw this.#unfit;
    for (const { path, message, cause } of letters) {
      const cell = this.find(path);
      if (cell !== undefined) this.putLetter({ cell, message, at: this.now(), page: 0, cause });
    }
    this.#prepareSubscriptions(this.root);
    if (this.inbox.size === 0) return;
    // A first page is that of no turn; what is restored shows something else from now on.
    if (isRestored) this.#turns++;
    runTurn(this);
  }

  #prepareSubscriptions(cell: ComponentInstance): void {
    if (this.#isOver) return;
    const marks = cell.takeMarks();
    this.#subscribe(cell, (subscriptions, declared) => subscriptions.prepare(declared), marks);
    for (const child of cell.children) this.#prepareSubscriptions(child);
  }

  // STORING -------------------------------------------------------------------

  /** How many turns there were: as long as it stays the same the page shows the same. */
  get turns(): number {
    return this.#turns;
  }

  /**
   * Is to begin with what was stored. If that is of other components or versions, `prepare` throws a TroupeError
   * `version`; what `init` or `view` throw is thrown as it is.
   */
  restore(image: TreeImage): void {
    this.#image = image;
    this.#turns = image.turns;
    this.root.restore(image.root);
  }

  /** All of it, as it can be stored between turns. */
  save(): TreeImage {
    const letters = this.inbox.ours.map(({ cell, message, cause }) => {
      return { path: pathOf(cell), message: message as AnyMessage, cause: cause as string | undefined };
    });

    return { turns: this.#turns, root: this.root.save(), letters };
  }

  unfit(error: TroupeError): void {
    this.#unfit ??= error;
  }

  marks(cell: ComponentInstance): SubscriptionsImage | undefined {
    return this.#subscriptions?.get(cell)?.save();
  }

  /** The subscriptions of a cell that are alive, for whoever looks. */
  subscriptionsOf(cell: ComponentInstance): readonly SubscriptionView[] {
    return this.#subscriptions?.get(cell)?.views ?? [];
  }

  /** The cell to which these ids lead. */
  find(path: readonly string[]): ComponentInstance | undefined {
    let cell: ComponentInstance | undefined = this.root;
    for (const id of path) cell = [...(cell?.children ?? [])].find((child) => child.id === id);

    return cell;
  }

  /** All cells, parents before the cells in them. */
  *cells(cell: ComponentInstance = this.root): Generator<ComponentInstance> {
    yield cell;
    for (const child of cell.children) yield* this.cells(child);
  }

  /** Runs turns until all that waits now has been taken: each takes at least one letter, in order of arrival. */
  catchUp(): void {
    for (let turns = this.inbox.size; turns > 0 && this.inbox.size > 0 && !this.#isOver; turns--) this.#turn();
  }

  // BEGINNING -----------------------------------------------------------------

  /** Starts the actors of all components. */
  begin(): void {
    this.#hasBegun = true;
    this.clock.inOrder(() => this.#beginCell(this.root));
    if (this.inbox.size > 0 || this.#changed !== undefined) this.#schedule();
  }

  #beginCell(cell: ComponentInstance): void {
    this.committed(cell);
    for (const child of cell.children) this.#beginCell(child);
  }

  /** Stops everything; what waits is let go. */
  stop(): void {
    this.#isOver = true;
    for (const subscriptions of this.#subscriptions?.values() ?? []) subscriptions.stop();
    this.#subscriptions = undefined;
    this.root.stop();
    while (this.inbox.size > 0) for (const letter of this.inbox.take(this.inbox.size)) letter.taken?.();
  }

  // INBOX ---------------------------------------------------------------------

  /** Puts a message into the inbox; if that is full it is dropped, and reported once a turn. */
  put(
    cell: ComponentInstance,
    message: AnyMessage | undefined,
    from: ComponentInstance | string = 'host',
    taken?: () => void
  ): void {
    this.putLetter({ cell, message, at: this.now(), page: 0, from, taken });
  }

  /** Puts a letter into the inbox; as `put`. */
  putLetter(letter: Envelope): void {
    if (this.#isOver) letter.taken?.();
    else if (this.inbox.push(letter)) {
      this.witness?.queued(letter, this.inbox.size);
      this.#schedule();
    } else {
      this.overflow();
      letter.taken?.();
    }
  }

  /** The inbox is full. Reported once in a turn: who fills it does so thousands of times. */
  overflow(): void {
    if (this.#overflowing) return;
    this.#overflowing = true;
    const { id, report } = this.#host;
    const error = new TroupeError(ErrorCode.Overflow, `The inbox of session ${id} is full; messages were dropped.`);
    report(ErrorCode.Overflow, error, { session: id });
  }

  #schedule(): void {
    if (this.#scheduled || !this.#hasBegun) return;
    this.#scheduled = true;
    // A closure for each turn is gone after it; one for each session stays as long as that.
    this.#host.defer(() => this.#turn());
  }

  // TURN ----------------------------------------------------------------------

  get page(): number {
    return this.#host.page;
  }

  get witness(): Probe | undefined {
    return this.#host.witness;
  }

  now(): number {
    return this.#host.clock.now();
  }

  /** Runs a turn. What it puts into the inbox itself is no reason to schedule another: whether one is due shows at its end. */
  #turn(): void {
    this.#overflowing = false;
    if (this.#isOver) return;
    if (this.inbox.size > 0 || this.#changed !== undefined) this.#turns++;
    this.#effects = 0;
    try {
      this.#host.turned(runTurn(this));
      this.witness?.turned();
    } catch (error) {
      this.#host.report(ErrorCode.Internal, error, { session: this.#host.id });
    }
    this.#scheduled = false;
    if (this.inbox.size > 0 || this.#changed !== undefined) this.#schedule();
  }

  takeChanged(): Iterable<ComponentInstance> {
    const changed = this.#changed ?? [];
    this.#changed = undefined;

    return changed;
  }

  committed(cell: ComponentInstance): void {
    if (!this.#hasBegun) {
      this.#subscribe(cell, (subscriptions, declared) => subscriptions.prepare(declared));
      return;
    }
    if (!cell.isStarted) cell.start();
    if (cell.depth > 0) {
      this.#stale ??= new Set();
      this.#stale.add(cell.mount);
    }
    this.#subscribe(cell, (subscriptions, declared) => subscriptions.update(declared));
  }

  left(cell: ComponentInstance): void {
    for (const child of cell.children) this.left(child);
    this.#subscriptions?.get(cell)?.stop();
    this.#subscriptions?.delete(cell);
    this.#refused?.delete(cell);
    this.#stale?.delete(cell.mount);
    this.#changed?.delete(cell);
  }

  /** What cannot be carried out is reported: an effect costs nobody their state. */
  perform(cell: ComponentInstance, effect: Effect): void {
    this.#effects++;
    this.witness?.performed(cell, effect);
    try {
      this.#perform(cell, effect);
    } catch (error) {
      this.report(ErrorCode.Effect, error, cell);
    }
  }

  #perform(cell: ComponentInstance, effect: Effect): void {
    switch (effect.kind) {
      case 'raise':
        this.#follow(cell, effect, cell);
        break;
      case 'parent':
        if (cell.parent !== undefined) this.#follow(cell.parent, effect, cell);
        break;
      case 'publish':
        this.#host.publish(effect.topic, effect.message, this.#effectId(effect));
        break;
      case 'send':
        this.#host.send(effect.name, effect.message, this.#effectId(effect));
    }
  }

  /** A message to a component of the page follows from what caused the effect. */
  #follow(cell: ComponentInstance, effect: Effect, from: ComponentInstance): void {
    const cause = effect.cause === undefined ? undefined : this.#effectId(effect);
    this.putLetter({ cell, message: effect.message, at: this.now(), page: 0, cause, from });
  }

  /**
   * An effect's id. One that follows from a client's event has the same again when the event is sent again after
   * the state was lost that contained it; any other is told by the turn, and is another in each life of the tree.
   */
  #effectId({ cause, index }: Effect): string {
    if (typeof cause === 'number') return `${this.#host.nameOf(cause)}.${index}`;
    if (cause !== undefined) return `${cause}.${index}`;
    this.#name ??= globalThis.crypto.randomUUID();

    return `${this.#name}.${this.#turns}.${this.#effects}`;
  }

  /** The mounts that show something else than they did when this was asked for the last time, parents before their children. */
  takeStale(): readonly Mount[] {
    const stale = [...(this.#stale ?? [])].sort((left, right) => instanceAt(left).depth - instanceAt(right).depth);
    this.#stale = undefined;

    return stale;
  }

  get hasStale(): boolean {
    return this.#stale !== undefined;
  }

  // SUBSCRIPTIONS -------------------------------------------------------------

  /** Brings the subscriptions of a component up to date with its state. */
  #subscribe(
    cell: ComponentInstance,
    bring: (subscriptions: Subscriptions, declared: Subscribed<AnyMessage>) => void,
    marks?: SubscriptionsImage
  ): void {
    if (cell.isBroken) return;
    try {
      const declared = declaredBy(cell.component, cell.shown);
      let subscriptions = this.#subscriptions?.get(cell);
      if (subscriptions === undefined && declared.length > 0) {
        subscriptions = new Subscriptions(() => this.#host.system(), this.#port(cell), marks);
        this.#subscriptions ??= new Map();
        this.#subscriptions.set(cell, subscriptions);
      }
      if (subscriptions !== undefined) bring(subscriptions, declared);
      this.#refused?.delete(cell);
    } catch (error) {
      if (this.#refused?.get(cell) === textOf(error)) return;
      this.#refused ??= new Map();
      this.#refused.set(cell, textOf(error));
      this.report(ErrorCode.Subscription, error, cell);
    }
  }

  #port(cell: ComponentInstance): Port {
    return {
      clock: this.clock,
      hub: this.#host.hub,
      deliver: (message, from) =>
        new Promise((resolve) => this.put(cell, message, from === undefined ? 'host' : `#${from}`, resolve)),
      report: (error) => void this.report(ErrorCode.Subscription, error, cell),
    };
  }

  // CELLS ---------------------------------------------------------------------

  get development(): boolean | undefined {
    return this.#host.development;
  }

  system(): AnyActorRef {
    return this.#host.system();
  }

  changed(cell: ComponentInstance): void {
    if (this.#isOver) return;
    this.#changed ??= new Set();
    this.#changed.add(cell);
    this.#schedule();
  }

  post(cell: ComponentInstance, message: AnyMessage, from: ComponentInstance): void {
    this.put(cell, message, from);
  }

  /** Tells the host program of a fault, and the component itself if it wants to know. */
  report(code: ErrorCode, error: unknown, cell: ComponentInstance): string {
    const { id: session, report } = this.#host;
    const { name, onError } = cell.component;
    const id = report(code, error, { session, component: name });
    cell.failures++;
    this.witness?.failed(cell, code, error);
    if (onError === undefined || this.#telling?.has(cell)) return id;
    const failure = {
      id,
      code: error instanceof TroupeError ? error.code : code,
      message: textOf(error),
    };
    this.#telling ??= new Set();
    this.#telling.add(cell);
    const told = (): void => void this.#telling?.delete(cell);
    try {
      this.put(cell, onError(failure), cell, told);
    } catch (fault) {
      report(ErrorCode.Update, fault, { session, component: name });
      told();
    }

    return id;
  }
}
