/**
 * Shared actors in a cluster. Each is started on every node, and one of them runs it, in its own table
 * (`shared-actors.ts`); the others send it events over the bus and are shown its states.
 *
 *     send -> outbox -> bus.tell -> the node that runs it -> its table
 *     its states -> directory.write -> directory.watch -> the snapshots of the others
 *
 * Which node it is, a lease decides (`actor-lease.ts`). If that node ends or loses it, another starts the
 * actor anew from its input, which is reported: the state is lost.
 *
 * Without the directory the node that runs the actor goes on for its own sessions; those of the others see
 * nothing new, and what they send is reported after three leases.
 */

import type { AnyActorLogic, InputFrom, Snapshot } from 'xstate';
import type { Clock } from '../platform/clock.js';
import type { Reporter } from '../platform/error-report.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { createId } from '../platform/id.js';
import { foreignIn, messageRules } from '../platform/plain-data.js';
import { checkTopic } from '../subscription/backplane.js';
import { type AnyMessage, isMessage } from '../template/html.js';
import { Lease } from './actor-lease.js';
import type { Bus } from './bus.js';
import type { Directory } from './cluster-directory.js';
import { type Outgoing, RemoteMailbox } from './remote-mailbox.js';
import { checkLogic, notAnEvent, type SharedActors, taken } from './shared-actors.js';
import { readReplicatedSnapshot, writeReplicatedSnapshot } from './snapshot-replication.js';
import { Subject } from './subject.js';

// TYPES -----------------------------------------------------------------------

/** What shared actors in a cluster need. */
export interface DistributedActorsOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  /** Whether each event is looked through for what is not plain data. */
  readonly development: boolean;
  readonly node: string;
  readonly report: Reporter;
  /** Runs something soon, when others have had their go. */
  defer(run: () => void): void;
}

/** What nodes tell each other. */
type Told =
  /** Events for an actor that runs there. */
  | {
      readonly type: 'sharedActorSent';
      readonly name: string;
      readonly batch: number;
      readonly events: readonly Outgoing[];
    }
  /** They have been taken. */
  | { readonly type: 'sharedActorTook'; readonly name: string; readonly batch: number };

/** What an actor needs of its table. */
interface Host extends DistributedActorsOptions {
  readonly directory: Directory;
  /** The actors that run on this node. */
  readonly local: SharedActors;
}

/** What an actor is started with. */
interface Origin {
  readonly logic: AnyActorLogic;
  readonly input: unknown;
}

// LIMITS ----------------------------------------------------------------------

/** Leases after which an event that could not be delivered is given up. */
const patience = 3;

// TABLE -----------------------------------------------------------------------

/** Puts a cluster before the shared actors of this node, if the bus has one. */
export function createDistributedActors(local: SharedActors, options: DistributedActorsOptions): SharedActors {
  const { directory } = options.bus;

  return directory === undefined ? local : new ClusterTable({ ...options, directory, local });
}

class ClusterTable implements SharedActors {
  readonly #host: Host;
  /** By name: those that were started, and those that are only watched. */
  readonly #actors = new Map<string, ClusterActor>();
  readonly #unlisten: () => void;
  #isClosed = false;

  constructor(host: Host) {
    this.#host = host;
    this.#unlisten = host.bus.listen((message, from) => this.#hear(message as Told, from));
  }

  start<Logic extends AnyActorLogic>(
    name: string,
    logic: Logic,
    { input }: { readonly input?: InputFrom<Logic> } = {}
  ): void {
    checkTopic('actor', name);
    checkLogic(name, logic);
    if (this.#isClosed) throw new TroupeError(ErrorCode.SharedActor, `actor('${name}', logic): the server is closed.`);
    const actor = this.#named(name);
    if (actor.isStarted) throw taken(name);
    actor.start({ logic, input });
  }

  stop(name: string): void {
    const actor = this.#actors.get(name);
    if (actor === undefined) return;
    void actor.stop();
    this.#forget(actor);
  }

  send(name: string, event: AnyMessage, id?: string): void | Promise<void> {
    if (!isMessage(event)) throw notAnEvent(name);
    const foreign = this.#host.development ? foreignIn(event, 'event', messageRules) : undefined;
    if (foreign !== undefined) throw notPlain(name, event, foreign);
    if (this.#isClosed) return undefined;
    const actor = this.#actors.get(name);

    return actor?.isStarted ? actor.send(event, id) : this.#host.local.send(name, event, id);
  }

  watch(name: string, listener: (snapshot: Snapshot<unknown>) => void): () => void {
    checkTopic('watch', name);
    if (this.#isClosed) return () => {};
    const actor = this.#named(name);
    const unwatch = actor.watch(listener);

    return () => {
      unwatch();
      this.#forget(actor);
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#unlisten();
    const stopped = [...this.#actors.values()].map((actor) => actor.stop());
    this.#actors.clear();
    await Promise.all([...stopped, this.#host.local.close()]);
  }

  #named(name: string): ClusterActor {
    const actor = this.#actors.get(name) ?? new ClusterActor(name, this.#host);
    this.#actors.set(name, actor);

    return actor;
  }

  /** Removes a name that was not started and has no watcher. */
  #forget(actor: ClusterActor): void {
    if (actor.isStarted || actor.isWatched) return;
    if (this.#actors.get(actor.name) === actor) this.#actors.delete(actor.name);
  }

  #hear(told: Told, from: string): void {
    if (told.type === 'sharedActorSent') this.#actors.get(told.name)?.take(told.batch, told.events, from);
    else if (told.type === 'sharedActorTook') this.#actors.get(told.name)?.took(told.batch);
  }
}

// ACTOR -----------------------------------------------------------------------

/** A name: the actor that has it, wherever it runs, and who watches it here. */
class ClusterActor {
  readonly name: string;
  readonly #host: Host;
  readonly #watchers: Subject<Snapshot<unknown>>;
  #origin: Origin | undefined;
  #lease: Lease | undefined;
  #outbox: RemoteMailbox | undefined;
  /** Stops watching: what runs here, or what another node writes. */
  #unwatch: (() => void) | undefined;
  #unreturned: (() => void) | undefined;
  /** The latest state of an actor on another node that no snapshot has been made of. */
  #replica: string | undefined;
  /** The latest state of the actor here. */
  #latest: Snapshot<unknown> | undefined;
  /** The same, if it has not been written. */
  #unwritten: Snapshot<unknown> | undefined;
  #isWriting = false;
  /** What could not be written, for which reason. */
  #complaint: string | undefined;

  constructor(name: string, host: Host) {
    this.name = name;
    this.#host = host;
    this.#watchers = new Subject((error) => void host.report(ErrorCode.Internal, error));
  }

  get isStarted(): boolean {
    return this.#origin !== undefined;
  }

  get isWatched(): boolean {
    return this.#watchers.size > 0;
  }

  start(origin: Origin): void {
    const { clock, directory, node, report } = this.#host;
    this.#origin = origin;
    this.#outbox = new RemoteMailbox({
      clock,
      dispatch: (batch, events) => this.#dispatch(batch, events),
      name: this.name,
      patience: patience * directory.lease,
      pause: directory.lease / patience,
      report: (error) => void report(error.code, error),
    });
    this.#follow();
    // It may have forgotten what was written; the lease, which it tells next, sees to the writing.
    this.#unreturned = directory.returned(() => {
      this.#unwritten = this.#latest;
    });
    this.#lease = new Lease({
      clock,
      directory,
      gained: (before) => this.#gained(before),
      lost: (holder) => this.#lost(holder),
      moved: () => this.#outbox?.again(),
      name: this.name,
      node,
      renewed: () => this.#write(),
    });
  }

  /** Stops it here; another node that has it may start it anew. */
  async stop(): Promise<void> {
    const lease = this.#lease;
    this.#unwatch?.();
    this.#unreturned?.();
    this.#outbox?.end('it was stopped');
    if (lease?.isHeld) this.#host.local.stop(this.name);
    this.#watchers.forget();
    this.#origin = undefined;
    this.#lease = undefined;
    this.#outbox = undefined;
    this.#replica = undefined;
    this.#latest = undefined;
    this.#unwritten = undefined;
    await lease?.end();
  }

  watch(listener: (snapshot: Snapshot<unknown>) => void): () => void {
    this.#show();

    return this.#watchers.subscribe(listener);
  }

  // EVENTS --------------------------------------------------------------------

  send(event: AnyMessage, id = createId()): void | Promise<void> {
    return this.#lease?.isHeld ? this.#host.local.send(this.name, event, id) : this.#outbox?.send(event, id);
  }

  /** Another node has sent events. If the actor is not here, that node will find out where it is. */
  take(batch: number, events: readonly Outgoing[], from: string): void {
    if (!this.#lease?.isHeld) return;
    this.#takeAll(events);
    this.#tell(from, { type: 'sharedActorTook', name: this.name, batch }).catch(() => {});
  }

  /** Another node has taken events. */
  took(batch: number): void {
    this.#outbox?.taken(batch);
  }

  #takeAll(events: readonly Outgoing[]): void {
    for (const [event, id] of events) void this.#host.local.send(this.name, event, id);
  }

  #dispatch(batch: number, events: readonly Outgoing[]): void {
    const lease = this.#lease;
    if (lease === undefined) return;
    if (lease.isHeld) {
      this.#takeAll(events);
      this.#outbox?.taken(batch);
    } else if (lease.holder !== undefined) {
      this.#tell(lease.holder, { type: 'sharedActorSent', name: this.name, batch, events }).catch(() => lease.ask());
    }
  }

  #tell(node: string, told: Told): Promise<void> {
    return this.#host.bus.tell(node, told);
  }

  // HERE ----------------------------------------------------------------------

  /** This node runs it from now on, from its beginning: going on from what was written last would have its place here. */
  #gained(before: string | undefined): void {
    const { local, node, report } = this.#host;
    const { logic, input } = this.#origin as Origin;
    if (before !== undefined && before !== node) report(ErrorCode.SharedActor, orphaned(this.name, before));
    this.#unwatch?.();
    this.#replica = undefined;
    local.start(this.name, logic, { input: input as never });
    this.#unwatch = local.watch(this.name, (snapshot) => this.#changed(snapshot));
    this.#outbox?.again();
  }

  #lost(holder: string): void {
    this.#host.report(ErrorCode.SharedActor, takenOver(this.name, holder));
    this.#unwatch?.();
    this.#latest = undefined;
    this.#unwritten = undefined;
    this.#host.local.stop(this.name);
    this.#follow();
    this.#outbox?.again();
  }

  #changed(snapshot: Snapshot<unknown>): void {
    this.#watchers.next(snapshot);
    this.#latest = snapshot;
    this.#unwritten = snapshot;
    this.#host.defer(() => this.#write());
  }

  /** Shows the other nodes the latest state. What comes to be meanwhile is written afterwards, once. */
  async #write(): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    while (this.#lease?.isHeld && this.#unwritten !== undefined) {
      const snapshot = this.#unwritten;
      if (!(await this.#writeOne(snapshot))) break;
      if (this.#unwritten === snapshot) this.#unwritten = undefined;
    }
    this.#isWriting = false;
  }

  /** What cannot be written never could. What could not be is written with the next renewal. */
  async #writeOne(snapshot: Snapshot<unknown>): Promise<boolean> {
    const text = this.#packed(snapshot);
    if (text === undefined) return true;
    const isWritten = await this.#host.directory.write(this.name, text).catch(() => undefined);
    if (isWritten === false) this.#lease?.ask();

    return isWritten === true;
  }

  /** What is wrong with it is reported when it is something else than the last time. */
  #packed(snapshot: Snapshot<unknown>): string | undefined {
    try {
      const text = writeReplicatedSnapshot(this.name, (this.#origin as Origin).logic, snapshot);
      this.#complaint = undefined;
      return text;
    } catch (error) {
      const complaint = String(error);
      if (complaint !== this.#complaint) this.#host.report(ErrorCode.SharedActor, error);
      this.#complaint = complaint;
      return undefined;
    }
  }

  // ELSEWHERE -----------------------------------------------------------------

  /** Another node runs it, or will. */
  #follow(): void {
    this.#unwatch = this.#host.directory.watch(this.name, (text) => {
      if (text === undefined) {
        this.#lease?.freed();
        return;
      }
      this.#replica = text;
      if (this.isWatched) this.#show();
    });
  }

  /** A snapshot is made on demand. */
  #show(): void {
    const replica = this.#replica;
    if (replica === undefined || this.#origin === undefined) return;
    this.#replica = undefined;
    try {
      this.#watchers.next(readReplicatedSnapshot(this.name, this.#origin.logic, this.#host.clock, replica));
    } catch (error) {
      this.#host.report(ErrorCode.SharedActor, error);
    }
  }
}

// ERRORS ----------------------------------------------------------------------

function notPlain(name: string, event: AnyMessage, foreign: string): TroupeError {
  return new TroupeError(
    ErrorCode.Effect,
    `send('${name}', { type: '${event.type}' }): ${foreign}. Events are plain data: the actor may be on another node.`
  );
}

function orphaned(name: string, node: string): TroupeError {
  return new TroupeError(
    ErrorCode.SharedActor,
    `The shared actor '${name}' was lost with node ${node}, which is gone. It begins anew on this one.`
  );
}

function takenOver(name: string, node: string): TroupeError {
  return new TroupeError(
    ErrorCode.SharedActor,
    `The shared actor '${name}' was lost: this node was not heard of for longer than its lease, and node ${node} has begun it anew. The state it had here is dropped.`
  );
}
