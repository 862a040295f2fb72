/**
 * Shared actors: state that belongs to no session, a chat room or a ticker. Each has a name, is any XState
 * logic, and is the root of a system of its own. Components watch one through `topic.ts`; `composition.ts`
 * makes the table, and hands it the bus on which what the actors emit is published. In a cluster
 * `distributed-actors.ts` stands before it: then an actor runs in the table of one node.
 *
 * Events for an actor wait in an inbox of its own, and a few of each are taken in turn: actors that answer
 * each other do not run inside each other, and a storm of theirs leaves the others their time.
 *
 * One that fails is replaced under its name, from its last good state (`checkpoint.ts`):
 *
 * - if it failed over an event, that event is lost; the next one is taken at once, or 100 ms after the
 *   last replacement
 * - if it failed by itself (at its start, over a timer, a promise or a child), it is tried again after
 *   0, 100, 200, 400, ... 6,400 ms; if that does not help either it stays down. 10 seconds without a
 *   failure and it counts from the beginning.
 */

import type { AnyActorLogic, AnyActorRef, InputFrom, Snapshot } from 'xstate';
import { Checkpoint, stopChildren } from '../actor/checkpoint.js';
import { OrderedClock } from '../actor/ordered-clock.js';
import { startActor } from '../actor/start-actor.js';
import { checkStepsIn } from '../component/step.js';
import type { GuardedInspect } from '../component/xstate-inspect.js';
import type { Clock } from '../platform/clock.js';
import type { Reporter } from '../platform/error-report.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { Subject } from '../platform/subject.js';
import { checkTopic } from '../subscription/backplane.js';
import { type AnyMessage, isMessage } from '../template/html.js';
import { Deduplicator } from './deduplicator.js';

// TYPES -----------------------------------------------------------------------

/** The table of shared actors. */
export interface SharedActors {
  /**
   * Starts an actor under a name; its snapshots go to those who watch the name, what it emits is published
   * on the topic of that name.
   *
   * @throws TroupeError `shared-actor` if the name is taken, by an actor that is finished or down too, or
   *   the logic is none; `topic` for a name that is not allowed
   */
  start<Logic extends AnyActorLogic>(name: string, logic: Logic, options?: { readonly input?: InputFrom<Logic> }): void;
  /** Stops an actor, and its children; its name is free, and those who watch it wait for the next. */
  stop(name: string): void;
  /**
   * Sends an actor an event, which it takes soon; the order of one sender's events is kept. What cannot be
   * delivered (nobody of that name, it is down or finished, its inbox is full) is reported and dropped.
   *
   * If the actor is on another node, a promise resolves when it has been put into its inbox, and rejects if
   * that has not been heard of for a while; then it can be sent again under the same id. Who does not care
   * may ignore the promise.
   *
   * @param id what the event is called if it can come again; a second one of that id is dropped
   * @throws TroupeError `effect` if the event is none: an object with a type
   */
  send(name: string, event: AnyMessage, id?: string): void | Promise<void>;
  /**
   * Tells of an actor's snapshot now, if there is one, and then of each change, in order. A name that
   * nobody has yet is waited for. Gives the way to stop.
   *
   * @throws TroupeError `topic` for a name that is not allowed
   */
  watch(name: string, listener: (snapshot: Snapshot<unknown>) => void): () => void;
  /** Stops all, for good; no timer is left. In a cluster it takes a moment until the other nodes know. */
  close(): void | Promise<void>;
}

/** The table of the shared actors of this process. */
export interface LocalActors extends SharedActors {
  /** How many names are known. */
  readonly size: number;
  /** How it stands with a name; `undefined` if nobody here has it or watches it. */
  look(name: string): SharedView | undefined;
}

/** What the table needs. */
export interface SharedActorsOptions {
  readonly clock: Clock;
  /** Whether each step of `update` is taken twice, to see that it is pure. Default: unless `NODE_ENV` is `production`. */
  readonly development?: boolean | undefined;
  /** What the systems of actors are made with. */
  readonly inspect?: GuardedInspect | undefined;
  readonly report: Reporter;
  /** Runs something soon, when others have had their go. */
  defer(run: () => void): void;
  /** Publishes what an actor emits. */
  publish(topic: string, message: AnyMessage): void;
}

/** What an actor needs of its table. */
interface Host extends SharedActorsOptions {
  readonly clock: OrderedClock;
  /** An actor has events and can take them. */
  ready(actor: SharedActor): void;
}

/** A shared actor, as somebody who looks sees it. */
export interface SharedView {
  readonly standing: SharedActorStatus;
  /** How many events wait for it. */
  readonly inbox: number;
  /** When it was started, or replaced the last time, in milliseconds since the epoch. */
  readonly since: number;
  /** How often it has failed since it was started. */
  readonly failures: number;
  readonly logic: AnyActorLogic | undefined;
}

/** How it stands with a name. */
export type SharedActorStatus =
  /** Nobody has it. */
  | 'absent'
  /** Its actor takes events. */
  | 'running'
  /** Its actor has failed and is replaced soon. */
  | 'waiting'
  /** Its actor has come to its end. */
  | 'finished'
  /** Its actor has failed too often. */
  | 'down';

/** What an actor was started with. */
interface Origin {
  readonly logic: AnyActorLogic;
  readonly input: unknown;
}

// LIMITS ----------------------------------------------------------------------

/** Events that may wait for one actor; any more are dropped and reported. */
const capacity = 10_000;

/** Events that all actors together take in one go, and one of them before it is the next one's turn. */
const mostInOneGo = 256;
const mostInOneTurn = 16;

/** Milliseconds after which a go takes no further events. */
const longestGo = 8;

/** How often an actor that fails by itself is replaced before it stays down. */
const mostTries = 8;

/** Milliseconds before the second try; the first is made at once, and each further one waits twice as long. */
const firstDelay = 100;

/** Least milliseconds from one replacement to the next of an actor that fails over its events. */
const leastApart = 100;

/** An actor that has not failed for so many milliseconds is as good as new. */
const calmTime = 10_000;

// TABLE -----------------------------------------------------------------------

/** Makes an empty table. */
export function createSharedActors(options: SharedActorsOptions): LocalActors {
  return new SharedTable(options);
}

class SharedTable implements LocalActors, Host {
  readonly clock: OrderedClock;
  readonly development: boolean | undefined;
  readonly inspect: GuardedInspect | undefined;
  readonly report: Reporter;
  readonly #options: SharedActorsOptions;
  /** By name: those that were started, and those that are only watched. */
  readonly #actors = new Map<string, SharedActor>();
  /** Those with events to take, the next one first. */
  readonly #ready = new Set<SharedActor>();
  readonly #repeats = new Deduplicator();
  #scheduled = false;
  #closed = false;
  readonly #run = (): void => this.#go();

  constructor(options: SharedActorsOptions) {
    this.#options = options;
    this.clock = new OrderedClock(options.clock);
    this.development = options.development;
    this.inspect = options.inspect;
    this.report = options.report;
  }

  get size(): number {
    return this.#actors.size;
  }

  look(name: string): SharedView | undefined {
    return this.#actors.get(name)?.view;
  }

  start<Logic extends AnyActorLogic>(
    name: string,
    logic: Logic,
    { input }: { readonly input?: InputFrom<Logic> } = {}
  ): void {
    checkTopic('actor', name);
    checkLogic(name, logic);
    if (this.#closed) throw new TroupeError(ErrorCode.SharedActor, `actor('${name}', logic): the server is closed.`);
    const actor = this.#named(name);
    if (actor.standing !== 'absent') throw taken(name, actor.standing);
    actor.start({ logic, input });
  }

  stop(name: string): void {
    const actor = this.#actors.get(name);
    if (actor === undefined) return;
    this.#ready.delete(actor);
    actor.stop();
    this.#forget(actor);
  }

  send(name: string, event: AnyMessage, id?: string): void {
    if (!isMessage(event)) throw notAnEvent(name);
    if (this.#closed || this.#repeats.has(id)) return;
    const actor = this.#actors.get(name);
    if (actor === undefined) this.report(ErrorCode.Effect, undelivered(name, 'absent', event));
    else actor.receive(event);
  }

  watch(name: string, listener: (snapshot: Snapshot<unknown>) => void): () => void {
    checkTopic('watch', name);
    if (this.#closed) return () => {};
    const actor = this.#named(name);
    const unwatch = actor.watchers.subscribe(listener);

    return () => {
      unwatch();
      this.#forget(actor);
    };
  }

  close(): void {
    this.#closed = true;
    this.#ready.clear();
    for (const actor of this.#actors.values()) actor.stop();
    this.#actors.clear();
  }

  #named(name: string): SharedActor {
    const actor = this.#actors.get(name) ?? new SharedActor(name, this);
    this.#actors.set(name, actor);

    return actor;
  }

  /** Lets go of a name that nobody has and nobody watches. */
  #forget(actor: SharedActor): void {
    if (actor.standing !== 'absent' || actor.watchers.size > 0) return;
    if (this.#actors.get(actor.name) === actor) this.#actors.delete(actor.name);
  }

  // HOST ----------------------------------------------------------------------

  publish(topic: string, message: AnyMessage): void {
    this.#options.publish(topic, message);
  }

  defer(run: () => void): void {
    this.#options.defer(run);
  }

  ready(actor: SharedActor): void {
    this.#ready.add(actor);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.defer(this.#run);
  }

  /** Lets each actor with events take some, in turn, until the go is over. */
  #go(): void {
    this.#scheduled = false;
    const until = this.clock.now() + longestGo;
    let left = mostInOneGo;
    for (const actor of this.#ready) {
      this.#ready.delete(actor);
      left -= actor.take(Math.min(left, mostInOneTurn));
      if (actor.isReady) this.#ready.add(actor);
      if (left <= 0 || this.clock.now() >= until) break;
    }
    if (this.#ready.size === 0 || this.#scheduled) return;
    this.#scheduled = true;
    this.defer(this.#run);
  }
}

// ACTOR -----------------------------------------------------------------------

/** A name: who watches it, and the actor that has it, one after the other if it fails. */
class SharedActor {
  readonly name: string;
  readonly watchers: Subject<Snapshot<unknown>>;
  standing: SharedActorStatus = 'absent';
  readonly #host: Host;
  readonly #events: AnyMessage[] = [];
  #origin: Origin | undefined;
  #checkpoint: Checkpoint | undefined;
  #actor: AnyActorRef | undefined;
  /** When the actor was started. */
  #since = Number.NEGATIVE_INFINITY;
  /** How often it has failed by itself, without a calm time in between. */
  #failures = 0;
  /** How often it has failed in whichever way. */
  #total = 0;
  #timer: unknown;
  /** Whether the actor is about to show the state it was given, which those who watch know. */
  #resuming = false;
  /** The event it is taking. */
  #taking: AnyMessage | undefined;
  /** Whether it has been told that the inbox is full; anew once events have been taken. */
  #overflowing = false;

  constructor(name: string, host: Host) {
    this.name = name;
    this.#host = host;
    this.watchers = new Subject((error) => void host.report(ErrorCode.Internal, error));
  }

  get view(): SharedView {
    const { standing } = this;
    const since = this.#since;

    return { standing, inbox: this.#events.length, since, failures: this.#total, logic: this.#origin?.logic };
  }

  /** Whether it has events and can take them. */
  get isReady(): boolean {
    return this.standing === 'running' && this.#events.length > 0;
  }

  start(origin: Origin): void {
    this.#origin = origin;
    this.#checkpoint = new Checkpoint(origin.logic, this.#host.clock);
    this.#failures = this.#total = 0;
    this.#run();
  }

  stop(): void {
    const actor = this.#actor;
    this.standing = 'absent';
    this.#host.clock.clearTimeout(this.#timer);
    this.#actor = undefined;
    this.#checkpoint = undefined;
    this.#origin = undefined;
    this.#events.length = 0;
    this.watchers.forget();
    if (actor === undefined) return;
    actor.stop();
    stopChildren(actor.getSnapshot());
  }

  /** Puts an event into the inbox, if it will ever be taken. */
  receive(event: AnyMessage): void {
    if (this.standing !== 'running' && this.standing !== 'waiting') {
      this.#host.report(ErrorCode.Effect, undelivered(this.name, this.standing, event));
      return;
    }
    if (this.#events.length >= capacity) {
      this.#overflow(event);
      return;
    }
    this.#events.push(event);
    if (this.standing === 'running') this.#host.ready(this);
  }

  /** Lets the actor take events, at most so many; gives how many. */
  take(most: number): number {
    let taken = 0;
    this.#overflowing = false;
    for (; taken < most && this.isReady; taken++) this.#takeOne(this.#events.shift() as AnyMessage);

    return taken;
  }

  #takeOne(event: AnyMessage): void {
    this.#taking = event;
    try {
      this.#actor?.send(event);
    } catch (error) {
      this.#host.report(ErrorCode.Internal, error);
    }
    this.#taking = undefined;
  }

  #overflow(event: AnyMessage): void {
    if (this.#overflowing) return;
    this.#overflowing = true;
    const message = `The inbox of shared actor '${this.name}' is full: ${capacity} events wait. Further ones, the first ${event.type}, are dropped.`;
    this.#host.report(ErrorCode.Overflow, new TroupeError(ErrorCode.Overflow, message));
  }

  // LIFE ----------------------------------------------------------------------

  /** Starts an actor: the first, or one in the place of one that has failed. */
  #run(): void {
    this.standing = 'running';
    this.#since = this.#host.clock.now();
    try {
      this.#checkpoint?.resume((snapshot) => this.#startFrom(snapshot));
    } catch (error) {
      this.#failed(this.#actor, error);
    }
    if (this.isReady) this.#host.ready(this);
  }

  #startFrom(snapshot: Snapshot<unknown> | undefined): AnyActorRef {
    const { logic, input } = this.#origin as Origin;
    const { clock, development, inspect } = this.#host;
    const options = { clock, id: this.name, input, ...(snapshot && { snapshot }), ...(inspect && { inspect }) };
    let started: AnyActorRef | undefined;
    this.#resuming = snapshot !== undefined;

    return startActor(
      logic,
      options,
      (error) => this.#failed(started, error),
      (actor) => {
        started = actor;
        checkStepsIn(actor, development);
        this.#actor = actor;
        actor.subscribe({ next: (state) => this.#changed(actor, state), error: () => {} });
        actor.on('*', (event) => this.#publish(event as AnyMessage));
      }
    );
  }

  #changed(actor: AnyActorRef, snapshot: Snapshot<unknown>): void {
    if (actor !== this.#actor) return;
    this.#checkpoint?.note(actor, snapshot);
    if (snapshot.status === 'done') this.#end('finished');
    if (this.#resuming) this.watchers.replace(snapshot);
    else this.watchers.next(snapshot);
    this.#resuming = false;
  }

  #publish(message: AnyMessage): void {
    try {
      this.#host.publish(this.name, message);
    } catch (error) {
      this.#host.report(ErrorCode.Topic, error);
    }
  }

  /** No actor takes events under this name any more, until it is stopped. */
  #end(standing: 'finished' | 'down'): void {
    this.standing = standing;
    const { length } = this.#events.splice(0);
    if (length === 0) return;
    const message = `${length} events that waited for '${this.name}' were dropped: ${reasons[standing]}.`;
    this.#host.report(ErrorCode.Effect, new TroupeError(ErrorCode.Effect, message));
  }

  // FAILURE -------------------------------------------------------------------

  #failed(actor: AnyActorRef | undefined, error: unknown): void {
    const outcome = actor === this.#actor ? this.#replace() : 'It had been stopped.';
    this.#host.report(ErrorCode.SharedActor, failure(this.name, error, outcome));
  }

  /** Says what comes of it. */
  #replace(): string {
    const actor = this.#actor;
    this.#actor = undefined;
    this.#total++;
    if (actor !== undefined) this.#abandon(actor);
    const delay = this.#delay();
    if (delay === undefined) this.#end('down');
    else this.#waitFor(delay);

    return outlook(delay);
  }

  /** If its state cannot be taken over, its successor begins anew. */
  #abandon(actor: AnyActorRef): void {
    try {
      this.#checkpoint?.abandon(actor);
    } catch (error) {
      this.#host.report(ErrorCode.Internal, error);
      this.#checkpoint = new Checkpoint((this.#origin as Origin).logic, this.#host.clock);
    }
  }

  /** How long to wait before it is replaced; `undefined` if that has been tried too often. */
  #delay(): number | undefined {
    const lived = this.#host.clock.now() - this.#since;
    if (this.#taking !== undefined) return Math.max(0, leastApart - lived);
    this.#failures = lived >= calmTime ? 1 : this.#failures + 1;
    if (this.#failures > mostTries) return undefined;

    return this.#failures === 1 ? 0 : firstDelay * 2 ** (this.#failures - 2);
  }

  #waitFor(delay: number): void {
    this.standing = 'waiting';
    this.#timer = this.#host.clock.setTimeout(() => this.#run(), delay);
  }
}

// ERRORS ----------------------------------------------------------------------

/** Refuses what no actor can be made of. */
export function checkLogic(name: string, logic: unknown): void {
  const { transition, getInitialSnapshot } = (logic ?? {}) as Partial<AnyActorLogic>;
  if (typeof transition === 'function' && typeof getInitialSnapshot === 'function') return;

  throw new TroupeError(
    ErrorCode.SharedActor,
    `actor('${name}', logic): ${String(logic)} is no XState logic. Give it a machine, fromTransition(...), fromPromise(...) or the like.`
  );
}

/** What is said to who wants a name that is taken. */
export function taken(name: string, standing?: SharedActorStatus): TroupeError {
  const state = standing === 'finished' || standing === 'down' ? `, though it is ${standing}` : '';

  return new TroupeError(
    ErrorCode.SharedActor,
    `actor('${name}', logic): there is a shared actor '${name}' already${state}. Choose another name, or stop that one first.`
  );
}

/** What is said to who sends what is no event. */
export function notAnEvent(name: string): TroupeError {
  return new TroupeError(
    ErrorCode.Effect,
    `send('${name}', event): an event is an object with a type, a string that does not begin with 'xstate.'.`
  );
}

const reasons = {
  absent: 'nobody has that name',
  running: 'it takes none',
  waiting: 'it takes none',
  finished: 'that shared actor is finished',
  down: 'that shared actor has failed too often',
} as const satisfies Readonly<Record<SharedActorStatus, string>>;

function undelivered(name: string, standing: SharedActorStatus, event: AnyMessage): TroupeError {
  return new TroupeError(ErrorCode.Effect, `'${event.type}' was sent to '${name}' and dropped: ${reasons[standing]}.`);
}

function outlook(delay: number | undefined): string {
  if (delay === undefined) return `It has failed ${mostTries + 1} times and stays down.`;

  return `It goes on from its last good state ${delay === 0 ? 'at once' : `in ${delay} ms`}.`;
}

function failure(name: string, cause: unknown, what: string): TroupeError {
  const message = cause instanceof Error ? cause.message : String(cause);

  return new TroupeError(ErrorCode.SharedActor, `The shared actor '${name}' failed: ${message}. ${what}`, { cause });
}
