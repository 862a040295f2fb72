/**
 * Shared actors: state that belongs to no session, such as a chat room or a ticker. Each has a name, runs any XState
 * logic, and is the root of an XState system of its own (`shared-actor.ts`). This file has the table of names of one
 * process. With a bus to other nodes, `distributed-actors.ts` decides in which node's table an actor runs.
 *
 * Events for an actor wait in its mailbox; each actor takes a few of them in turn. So actors that answer each other do
 * not run inside each other, and an actor with many events leaves the others their time.
 */

import type { AnyActorLogic, InputFrom, Snapshot } from 'xstate';
import { OrderedClock } from '../actor/ordered-clock.js';
import type { GuardedInspect } from '../component/xstate-inspect.js';
import type { Clock } from '../platform/clock.js';
import type { Reporter } from '../platform/error-report.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { SlicedWork } from '../platform/scheduler.js';
import { checkTopic } from '../subscription/backplane.js';
import { type AnyMessage, isMessage } from '../template/html.js';
import { Deduplicator } from './deduplicator.js';
import {
  SharedActor,
  type SharedActorHost,
  type SharedActorStatus,
  type SharedView,
  undelivered,
} from './shared-actor.js';

// TYPES -----------------------------------------------------------------------

/** The table of shared actors. */
export interface SharedActors {
  /**
   * Starts an actor under a name. Its snapshots go to the watchers of the name; the events it emits are published on the
   * topic of that name.
   *
   * @throws TroupeError `shared-actor` if the name is taken, also by an actor that is finished or down, or if
   *   `logic` is not XState logic; `topic` for a name that is not allowed
   */
  start<Logic extends AnyActorLogic>(name: string, logic: Logic, options?: { readonly input?: InputFrom<Logic> }): void;
  /** Stops an actor and its children. Its name is free; its watchers wait for the next actor of that name. */
  stop(name: string): void;
  /**
   * Sends an event to an actor; the order of one sender's events is kept. An event that cannot be delivered (no actor
   * has that name, it is down or finished, its mailbox is full) is reported and dropped.
   *
   * If the actor is on another node, the returned promise resolves when the event is in its mailbox, and rejects if the
   * node does not confirm that in time; then the event can be sent again under the same id. The promise may be ignored.
   *
   * @param id identifies an event that may be sent twice; the second one of that id is dropped
   * @throws TroupeError `effect` if `event` is not an object with a type
   */
  send(name: string, event: AnyMessage, id?: string): void | Promise<void>;
  /**
   * Calls `listener` with the actor's snapshot now, if there is one, and then with each new one, in order. If no actor
   * has the name yet, it waits for one. Returns a function that ends this.
   *
   * @throws TroupeError `topic` for a name that is not allowed
   */
  watch(name: string, listener: (snapshot: Snapshot<unknown>) => void): () => void;
  /** Stops all actors after they have taken the events in their mailboxes; no timer is left. In a cluster the other nodes learn of it a moment later. */
  close(): void | Promise<void>;
}

/** The table of the shared actors of this process. */
export interface LocalActors extends SharedActors {
  /** How many names are known. */
  readonly size: number;
  /** The status of a name; `undefined` if it has no actor and no watcher here. */
  look(name: string): SharedView | undefined;
}

/** Options of the table. */
export interface SharedActorsOptions {
  readonly clock: Clock;
  /** Whether each step of `update` is taken twice, to see that it is pure. Default: unless `NODE_ENV` is `production`. */
  readonly development?: boolean | undefined;
  /** Inspection with which the XState systems are created. */
  readonly inspect?: GuardedInspect | undefined;
  readonly report: Reporter;
  /** Runs a function in a later slice. */
  defer(run: () => void): void;
  /** Publishes a message that an actor emits. */
  publish(topic: string, message: AnyMessage): void;
}

// LIMITS ----------------------------------------------------------------------

/** Events that one actor takes before the next one does. */
const maxEventsPerActor = 16;

// TABLE -----------------------------------------------------------------------

/** Makes an empty table. */
export function createSharedActors(options: SharedActorsOptions): LocalActors {
  return new SharedTable(options);
}

class SharedTable implements LocalActors, SharedActorHost {
  readonly clock: OrderedClock;
  readonly development: boolean | undefined;
  readonly inspect: GuardedInspect | undefined;
  readonly report: Reporter;
  readonly #options: SharedActorsOptions;
  /** By name: actors that were started, and names that are only watched. */
  readonly #actors = new Map<string, SharedActor>();
  /** Actors with events to take, the next one first. */
  readonly #ready = new Set<SharedActor>();
  readonly #repeats = new Deduplicator();
  readonly #work: SlicedWork;
  #closed = false;

  constructor(options: SharedActorsOptions) {
    this.#options = options;
    this.clock = new OrderedClock(options.clock);
    this.development = options.development;
    this.inspect = options.inspect;
    this.report = options.report;
    this.#work = new SlicedWork(options, () => this.#takeSome());
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
    // Their senders count these events as delivered and do not send them again.
    while (this.#takeSome()) {}
    for (const actor of this.#actors.values()) actor.stop();
    this.#actors.clear();
  }

  #named(name: string): SharedActor {
    const actor = this.#actors.get(name) ?? new SharedActor(name, this);
    this.#actors.set(name, actor);

    return actor;
  }

  /** Removes a name without actor and watchers. */
  #forget(actor: SharedActor): void {
    if (actor.standing !== 'absent' || actor.watchers.size > 0) return;
    if (this.#actors.get(actor.name) === actor) this.#actors.delete(actor.name);
  }

  // HOST ----------------------------------------------------------------------

  publish(topic: string, message: AnyMessage): void {
    this.#options.publish(topic, message);
  }

  ready(actor: SharedActor): void {
    this.#ready.add(actor);
    this.#work.schedule();
  }

  /** Gives the next actor some of its events; it then comes after the others. Returns whether an actor has events. */
  #takeSome(): boolean {
    const [actor] = this.#ready;
    if (actor === undefined) return false;
    this.#ready.delete(actor);
    actor.take(maxEventsPerActor);
    if (actor.isReady) this.#ready.add(actor);

    return this.#ready.size > 0;
  }
}

// ERRORS ----------------------------------------------------------------------

/**
 * Checks that `logic` is XState logic.
 *
 * @throws TroupeError `shared-actor`
 */
export function checkLogic(name: string, logic: unknown): void {
  const { transition, getInitialSnapshot } = (logic ?? {}) as Partial<AnyActorLogic>;
  if (typeof transition === 'function' && typeof getInitialSnapshot === 'function') return;

  throw new TroupeError(
    ErrorCode.SharedActor,
    `actor('${name}', logic): ${String(logic)} is not XState logic. Give a machine, fromTransition(...), fromPromise(...) or other XState logic.`
  );
}

/** The error for a name that is taken. */
export function taken(name: string, standing?: SharedActorStatus): TroupeError {
  const state = standing === 'finished' || standing === 'down' ? `, though it is ${standing}` : '';

  return new TroupeError(
    ErrorCode.SharedActor,
    `actor('${name}', logic): the shared actor '${name}' exists already${state}. Choose another name, or stop that actor first.`
  );
}

/** The error for a value that is not an event. */
export function notAnEvent(name: string): TroupeError {
  return new TroupeError(
    ErrorCode.Effect,
    `send('${name}', event): an event is an object with a type, a string that does not begin with 'xstate.'.`
  );
}
