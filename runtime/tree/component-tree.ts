/**
 * The component tree of a session: its component instances, the mailbox of their messages, and the turns that run them.
 * A session has one: its client link puts in the events of the client and sends what has changed after a turn.
 */

import type { AnyActorRef } from 'xstate';
import { OrderedClock } from '../actor/ordered-clock.js';
import type { AnyComponent } from '../component/component.js';
import type { Effect } from '../component/effect.js';
import { ErrorCode, TroupeError, textOf } from '../platform/errors.js';
import type { Mount, Value } from '../render/nodes.js';
import { rootContext } from '../template/content-model.js';
import type { AnyMessage } from '../template/html.js';
import { ComponentInstance, instanceAt } from './component-instance.js';
import { type SubscribingTree, updateSubscriptions } from './instance-subscriptions.js';
import { type Envelope, Mailbox } from './mailbox.js';
import type { Probe } from './probe.js';
import { failedEvent, performedEvent, queuedEvent, steppedEvent } from './probe-events.js';
import type { TreeEnvironment } from './tree-environment.js';
import type { EffectImage, TreeImage } from './tree-image.js';
import { type Round, Turn } from './turn.js';

// TYPES -----------------------------------------------------------------------

/** The session of a tree, as the tree calls it. */
export interface TreeOwner {
  readonly id: string;
  /** What observes the session, if anything does; `observe` looks for it anew. */
  readonly probe: Probe | undefined;
  observe(): Probe | undefined;
  /** Returns the root of the session's actors; made, not started, at the first call. */
  system(): AnyActorRef;
  /** Returns the name of an event of the page load, by its number. */
  nameOf(event: number): string;
  /** Publishes a message on a topic, or sends it to a shared actor. */
  deliver(effect: EffectImage): void;
  /** A turn is over; it has taken so many events of the page load. `now` is when it began, if that is known. */
  turned(events: number, now?: number): void;
}

// TREE ------------------------------------------------------------------------

/** The component instances of one session. */
export class ComponentTree implements SubscribingTree {
  readonly env: TreeEnvironment;
  readonly mailbox = new Mailbox();
  readonly clock: OrderedClock;
  readonly root: ComponentInstance;
  /** The number of the page load that has joined, from 1. Turns take the events of earlier ones, but do not count them. */
  pageLoad = 1;
  readonly #owner: TreeOwner;
  #phase: 'dormant' | 'active' | 'over' = 'dormant';
  #isScheduled = false;
  /** What names the effects that no event of a client has caused. Not the session's id: a fresh session has that again and counts from the start. */
  #name: string | undefined;
  /** What was stored of it, until it has begun with that. */
  #image: TreeImage | undefined;
  /** Why the stored image cannot be used. */
  #refusal: TroupeError | undefined;
  /** How many turns there were, and how many effects in the last. */
  #turns = 0;
  #effects = 0;
  /** Whether a full mailbox was reported in this turn. */
  #isOverflowing = false;
  // Sets and maps are made when they are needed: most sessions are one idle component, and there are thousands.
  /** The instances that have changed outside of any turn. */
  #changed: Set<ComponentInstance> | undefined;
  /** The mounts, besides the root, that show something the client may not have been sent. */
  #stale: Set<Mount> | undefined;
  /** The instances that are sent a message about a failure: a failure of that is not sent again. */
  #failing: Set<ComponentInstance> | undefined;

  constructor(component: AnyComponent, props: object, env: TreeEnvironment, owner: TreeOwner) {
    this.env = env;
    this.#owner = owner;
    this.clock = new OrderedClock(env.clock);
    this.root = new ComponentInstance(component, props, rootContext, this);
  }

  // QUERIES -------------------------------------------------------------------

  /** Whether it has begun. Until then it has states and a rendered page, but no actor runs. */
  get hasBegun(): boolean {
    return this.#phase === 'active';
  }

  get isOver(): boolean {
    return this.#phase === 'over';
  }

  /** What the page shows; `null` once it is over. */
  get rendered(): Value {
    return this.isOver ? null : this.root.rendered;
  }

  /** How many turns there were: as long as it stays the same the page shows the same. */
  get turns(): number {
    return this.#turns;
  }

  /** The instance to which these ids lead. */
  find(path: readonly string[]): ComponentInstance | undefined {
    let instance: ComponentInstance | undefined = this.root;
    for (const id of path) instance = [...(instance?.children ?? [])].find((child) => child.id === id);

    return instance;
  }

  /** All instances, parents before their children. */
  *instances(instance: ComponentInstance = this.root): Generator<ComponentInstance> {
    yield instance;
    for (const child of instance.children) yield* this.instances(child);
  }

  /** The mounts whose content has changed since the last call, parents before their children. */
  takeStale(): readonly Mount[] {
    const stale = this.#stale;
    this.#stale = undefined;

    return stale ? [...stale].sort((left, right) => instanceAt(left).depth - instanceAt(right).depth) : [];
  }

  get hasStale(): boolean {
    return this.#stale !== undefined;
  }

  // BEGINNING -----------------------------------------------------------------

  /** Runs `init` and `view` of all components in the page; throws, or rejects, as `ComponentInstance.prepare`. */
  prepare(): Promise<void> | void {
    if (this.#refusal !== undefined) throw this.#refusal;
    const prepared = this.root.prepare();

    return prepared instanceof Promise ? prepared.then(() => this.#listen()) : this.#listen();
  }

  /**
   * From the first page on nothing is missed: topics and shared actors are listened to. What they send at once, the state
   * of a shared actor, is in the first page already; what they send later waits until a client joins.
   */
  #listen(): void {
    const envelopes = this.#image?.envelopes ?? [];
    const isRestored = this.#image !== undefined;
    this.#image = undefined;
    if (this.#refusal !== undefined) throw this.#refusal;
    for (const { path, message, cause } of envelopes) {
      const instance = this.find(path);
      if (instance !== undefined) this.post({ instance, message, at: this.now(), pageLoad: 0, cause });
    }
    for (const instance of this.instances()) {
      if (!this.isOver) updateSubscriptions(this, instance, true, instance.takeMarks());
    }
    if (this.mailbox.size === 0) return;
    // A first page is that of no turn; what is restored shows something else from now on.
    if (isRestored) this.#turns++;
    this.#runTurn();
  }

  /** Starts the actors of all components. */
  begin(): void {
    this.#phase = 'active';
    this.clock.inOrder(() => {
      for (const instance of this.instances()) this.#bringUp(instance);
    });
    if (this.#isDue) this.#schedule();
  }

  /** Stops everything. The messages that wait are dropped. */
  stop(): void {
    this.#phase = 'over';
    this.root.stop();
    while (this.mailbox.size > 0) for (const { taken } of this.mailbox.take(this.mailbox.size)) taken?.();
  }

  // STORING -------------------------------------------------------------------

  /**
   * Sets the stored image that it is to begin with. If that is of other components or versions, `prepare` throws a
   * TroupeError `version`; what `init` or `view` throw is thrown as it is.
   */
  restore(image: TreeImage): void {
    this.#image = image;
    this.#turns = image.turns;
    this.root.restore(image.root);
  }

  /** Returns all of it as it can be stored between turns. */
  save(): TreeImage {
    const envelopes = this.mailbox.ours.map(({ instance, message, cause }) => {
      return { path: instance.path, message: message as AnyMessage, cause: cause as string | undefined };
    });

    return { turns: this.#turns, root: this.root.save(), envelopes };
  }

  refuseImage(error: TroupeError): void {
    this.#refusal ??= error;
  }

  // MESSAGES ------------------------------------------------------------------

  now(): number {
    return this.env.clock.now();
  }

  /** Sends an instance a message. If the mailbox is full, the message is dropped, and that is reported once a turn. */
  put(
    instance: ComponentInstance,
    message: AnyMessage | undefined,
    from: ComponentInstance | string = 'host',
    taken?: () => void
  ): void {
    this.post({ instance, message, at: this.now(), pageLoad: 0, from, taken });
  }

  /** Puts an envelope into the mailbox; as `put`. */
  post(envelope: Envelope): void {
    if (this.isOver) envelope.taken?.();
    else if (this.mailbox.push(envelope)) {
      this.#owner.observe()?.(queuedEvent(envelope, this.mailbox.taken + this.mailbox.size, this.mailbox.size));
      this.#schedule();
    } else {
      this.overflow();
      envelope.taken?.();
    }
  }

  /** Reports that the mailbox is full, once in a turn: thousands of messages may follow. */
  overflow(): void {
    if (this.#isOverflowing) return;
    this.#isOverflowing = true;
    const { id: session } = this.#owner;
    const text = `The mailbox of session ${session} is full; messages were dropped.`;
    this.env.report(ErrorCode.Overflow, new TroupeError(ErrorCode.Overflow, text), { session });
  }

  // TURN ----------------------------------------------------------------------

  get #isDue(): boolean {
    return this.mailbox.size > 0 || this.#changed !== undefined;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#phase !== 'active') return;
    this.#isScheduled = true;
    // A closure for each turn is gone after it; one for each session stays as long as that.
    this.env.defer((now) => this.#turn(now));
  }

  /** Runs turns until all that waits now has been taken: each takes at least one envelope, in order of arrival. */
  catchUp(): void {
    for (let turns = this.mailbox.size; turns > 0 && this.mailbox.size > 0 && !this.isOver; turns--) this.#turn();
  }

  /** Runs a turn that is due. The messages that it sends itself do not schedule another: whether one is due shows at its end. */
  #turn(now?: number): void {
    this.#isOverflowing = false;
    if (this.isOver) return;
    if (this.#isDue) this.#turns++;
    this.#effects = 0;
    try {
      this.#owner.turned(this.#runTurn(now), now);
      this.#owner.probe?.({ kind: 'turned' });
    } catch (error) {
      this.env.report(ErrorCode.Internal, error, { session: this.#owner.id });
    }
    this.#isScheduled = false;
    if (this.#isDue) this.#schedule();
  }

  /** Returns how many events of the page load it has taken. */
  #runTurn(now?: number): number {
    const turn = new Turn(this.mailbox, this.env.clock, this.pageLoad, this.#owner.observe(), now);
    do this.#apply(turn.show(turn.take(), this.#takeChanged()));
    while (turn.hasMore);
    for (const instance of turn.left) {
      if (!instance.isPresent) this.#forget(instance);
      instance.parent?.settle();
    }

    return turn.events;
  }

  #takeChanged(): Iterable<ComponentInstance> {
    const changed = this.#changed ?? [];
    this.#changed = undefined;

    return changed;
  }

  /** Applies a round: starts what is new, brings subscriptions up to date, then carries out the effects. */
  #apply({ envelopes, shown, effects, received }: Round): void {
    for (const instance of shown) if (instance.isPresent) this.#bringUp(instance);
    this.#owner.probe?.(steppedEvent(shown.length, received));
    for (let at = 0; at < shown.length; at++) {
      for (const effect of effects[at] ?? []) this.#perform(shown[at] as ComponentInstance, effect);
    }
    for (const { taken } of envelopes) taken?.();
  }

  /** An instance shows its committed state: starts it if it is new, and brings its subscriptions up to date. */
  #bringUp(instance: ComponentInstance): void {
    if (this.isOver) return;
    const isActive = this.#phase === 'active';
    if (isActive) instance.start();
    if (isActive && instance.depth > 0) {
      this.#stale ??= new Set();
      this.#stale.add(instance.mount);
    }
    updateSubscriptions(this, instance, !isActive);
  }

  /** An instance has left the page for good, with its children. */
  #forget(instance: ComponentInstance): void {
    for (const gone of this.instances(instance)) {
      this.#stale?.delete(gone.mount);
      this.#changed?.delete(gone);
    }
  }

  // EFFECTS -------------------------------------------------------------------

  /** Carries out an effect. A fault is reported and costs no state. */
  #perform(instance: ComponentInstance, effect: Effect): void {
    this.#effects++;
    this.#owner.probe?.(performedEvent(instance, effect));
    try {
      this.#carryOut(instance, effect);
    } catch (error) {
      this.report(ErrorCode.Effect, error, instance);
    }
  }

  #carryOut(instance: ComponentInstance, effect: Effect): void {
    const { kind, message } = effect;
    switch (kind) {
      case 'raise':
        return this.#send(instance, effect, instance);
      case 'parent':
        return instance.parent && this.#send(instance.parent, effect, instance);
      case 'publish':
        return this.#owner.deliver({ kind, to: effect.topic, message, id: this.#effectId(effect) });
      case 'send':
        return this.#owner.deliver({ kind, to: effect.name, message, id: this.#effectId(effect) });
    }
  }

  /** Sends the message of an effect within the page. It has the effect as its cause, if that has one. */
  #send(instance: ComponentInstance, effect: Effect, from: ComponentInstance): void {
    const cause = effect.cause === undefined ? undefined : this.#effectId(effect);
    this.post({ instance, message: effect.message, at: this.now(), pageLoad: 0, cause, from });
  }

  /**
   * The id of an effect. One that follows from a client's event has the same id when the event is sent again after the
   * state was lost that contained it. Any other is named by the turn, differently in each life of the tree.
   */
  #effectId({ cause, index }: Effect): string {
    if (typeof cause === 'number') return `${this.#owner.nameOf(cause)}.${index}`;
    if (cause !== undefined) return `${cause}.${index}`;
    this.#name ??= globalThis.crypto.randomUUID();

    return `${this.#name}.${this.#turns}.${this.#effects}`;
  }

  // CALLS OF INSTANCES --------------------------------------------------------

  system(): AnyActorRef {
    return this.#owner.system();
  }

  changed(instance: ComponentInstance): void {
    if (this.isOver) return;
    this.#changed ??= new Set();
    this.#changed.add(instance);
    this.#schedule();
  }

  /** Reports a fault of a component, and sends the component the message of its `onError`. Returns the id of the report. */
  report(code: ErrorCode, error: unknown, instance: ComponentInstance): string {
    const place = { session: this.#owner.id, component: instance.component.name };
    const { onError } = instance.component;
    const id = this.env.report(code, error, place);
    instance.failures++;
    this.#owner.observe()?.(failedEvent(instance, code, error));
    if (onError === undefined || this.#failing?.has(instance)) return id;
    const failure = { id, code: error instanceof TroupeError ? error.code : code, message: textOf(error) };
    this.#failing ??= new Set();
    this.#failing.add(instance);
    const taken = (): void => void this.#failing?.delete(instance);
    try {
      this.put(instance, onError(failure), instance, taken);
    } catch (fault) {
      this.env.report(ErrorCode.Update, fault, place);
      taken();
    }

    return id;
  }
}
