/**
 * Distributed actor: one name of a shared actor in a cluster, as one node sees it. If the node holds the lease
 * (`actor-lease.ts`), the actor runs in its own table (`shared-actors.ts`) and its snapshots are written to the
 * directory. Otherwise events wait in a mailbox for the holder (`remote-mailbox.ts`), and watchers get the snapshots
 * that the holder writes (`snapshot-replication.ts`). `distributed-actors.ts` has the table of names.
 */

import type { AnyActorLogic, Snapshot } from 'xstate';
import type { Clock } from '../platform/clock.js';
import type { Reporter } from '../platform/error-report.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { createId } from '../platform/id.js';
import type { AnyMessage } from '../template/html.js';
import { Lease } from './actor-lease.js';
import type { Bus } from './bus.js';
import type { Directory } from './cluster-directory.js';
import { type Outgoing, RemoteMailbox } from './remote-mailbox.js';
import type { SharedActors } from './shared-actors.js';
import { readReplicatedSnapshot, writeReplicatedSnapshot } from './snapshot-replication.js';
import { Subject } from './subject.js';

// TYPES -----------------------------------------------------------------------

/** What nodes tell each other about an actor. */
export type ActorNotice =
  /** Events for the holder. */
  | {
      readonly type: 'sharedActorSent';
      readonly name: string;
      readonly batch: number;
      readonly events: readonly Outgoing[];
    }
  /** The holder has taken them. */
  | { readonly type: 'sharedActorTook'; readonly name: string; readonly batch: number };

/** What a distributed actor needs of its node. */
export interface DistributedActorHost {
  readonly bus: Pick<Bus, 'tell'>;
  readonly clock: Clock;
  readonly directory: Directory;
  /** The actors that run on this node. */
  readonly local: SharedActors;
  readonly node: string;
  readonly report: Reporter;
  /** Runs a function in a later slice. */
  defer(run: () => void): void;
}

/** The logic and input of an actor. */
interface Origin {
  readonly logic: AnyActorLogic;
  readonly input: unknown;
}

// LIMITS ----------------------------------------------------------------------

/** Leases after which an event that could not be delivered is reported and dropped. */
const patienceInLeases = 3;

// ACTOR -----------------------------------------------------------------------

/** One name in a cluster, on one node: its lease, its mailbox for the holder, and the watchers on this node. */
export class DistributedActor {
  readonly name: string;
  readonly #host: DistributedActorHost;
  readonly #watchers: Subject<Snapshot<unknown>>;
  #origin: Origin | undefined;
  #lease: Lease | undefined;
  #mailbox: RemoteMailbox | undefined;
  /** Ends watching the local actor, or the snapshots that the holder writes to the directory. */
  #unwatch: (() => void) | undefined;
  /** Ends listening for the return of the directory. */
  #unreturned: (() => void) | undefined;
  /** The latest snapshot of the holder, as text that has not been read. */
  #replica: string | undefined;
  /** The latest snapshot of the local actor. */
  #latest: Snapshot<unknown> | undefined;
  /** The same, if the directory does not have it. */
  #unwritten: Snapshot<unknown> | undefined;
  #isWriting = false;
  /** The last error in writing a snapshot as text. The same error is not reported twice in a row. */
  #complaint: string | undefined;

  constructor(name: string, host: DistributedActorHost) {
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
    this.#mailbox = new RemoteMailbox({
      clock,
      dispatch: (batch, events) => this.#dispatch(batch, events),
      name: this.name,
      patience: patienceInLeases * directory.lease,
      pause: directory.lease / patienceInLeases,
      report: (error) => void report(error.code, error),
    });
    this.#followHolder();
    // The directory may have lost the snapshot. The renewal of the lease, which follows its return, writes it again.
    this.#unreturned = directory.returned(() => {
      this.#unwritten = this.#latest;
    });
    this.#lease = new Lease({
      clock,
      directory,
      gained: (before) => this.#gained(before),
      lost: (holder) => this.#lost(holder),
      moved: () => this.#mailbox?.again(),
      name: this.name,
      node,
      renewed: () => this.#write(),
    });
  }

  /** Stops the actor on this node. Another node that has started the name takes over and starts it from its input. */
  async stop(): Promise<void> {
    const lease = this.#lease;
    this.#unwatch?.();
    this.#unreturned?.();
    this.#mailbox?.end('it was stopped');
    if (lease?.isHeld) this.#host.local.stop(this.name);
    this.#watchers.forget();
    this.#origin = undefined;
    this.#lease = undefined;
    this.#mailbox = undefined;
    this.#replica = undefined;
    this.#latest = undefined;
    this.#unwritten = undefined;
    await lease?.end();
  }

  watch(listener: (snapshot: Snapshot<unknown>) => void): () => void {
    this.#showReplica();

    return this.#watchers.subscribe(listener);
  }

  // EVENTS --------------------------------------------------------------------

  send(event: AnyMessage, id = createId()): void | Promise<void> {
    return this.#lease?.isHeld ? this.#host.local.send(this.name, event, id) : this.#mailbox?.send(event, id);
  }

  /** Takes events that another node has sent. Without the lease it does not confirm them, so that node looks for the holder. */
  take(batch: number, events: readonly Outgoing[], from: string): void {
    if (!this.#lease?.isHeld) return;
    this.#takeAll(events);
    this.#tell(from, { type: 'sharedActorTook', name: this.name, batch }).catch(() => {});
  }

  /** The holder has confirmed a batch. */
  took(batch: number): void {
    this.#mailbox?.taken(batch);
  }

  #takeAll(events: readonly Outgoing[]): void {
    for (const [event, id] of events) void this.#host.local.send(this.name, event, id);
  }

  #dispatch(batch: number, events: readonly Outgoing[]): void {
    const lease = this.#lease;
    if (lease === undefined) return;
    if (lease.isHeld) {
      this.#takeAll(events);
      this.#mailbox?.taken(batch);
    } else if (lease.holder !== undefined) {
      this.#tell(lease.holder, { type: 'sharedActorSent', name: this.name, batch, events }).catch(() => lease.ask());
    }
  }

  #tell(node: string, told: ActorNotice): Promise<void> {
    return this.#host.bus.tell(node, told);
  }

  // ON THIS NODE --------------------------------------------------------------

  /** This node has the lease: it starts the actor from its input. The last written snapshot is not used. */
  #gained(before: string | undefined): void {
    const { local, node, report } = this.#host;
    const { logic, input } = this.#origin as Origin;
    if (before !== undefined && before !== node) report(ErrorCode.SharedActor, orphaned(this.name, before));
    this.#unwatch?.();
    this.#replica = undefined;
    local.start(this.name, logic, { input: input as never });
    this.#unwatch = local.watch(this.name, (snapshot) => this.#changed(snapshot));
    this.#mailbox?.again();
  }

  #lost(holder: string): void {
    this.#host.report(ErrorCode.SharedActor, takenOver(this.name, holder));
    this.#unwatch?.();
    this.#latest = undefined;
    this.#unwritten = undefined;
    this.#host.local.stop(this.name);
    this.#followHolder();
    this.#mailbox?.again();
  }

  #changed(snapshot: Snapshot<unknown>): void {
    this.#watchers.next(snapshot);
    this.#latest = snapshot;
    this.#unwritten = snapshot;
    this.#host.defer(() => this.#write());
  }

  /** Writes the latest snapshot to the directory. Changes during a write are coalesced into one further write. */
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

  /** Returns false if the directory failed; the next renewal of the lease writes again. A snapshot that has no text is skipped. */
  async #writeOne(snapshot: Snapshot<unknown>): Promise<boolean> {
    const text = this.#textOf(snapshot);
    if (text === undefined) return true;
    const isWritten = await this.#host.directory.write(this.name, text).catch(() => undefined);
    if (isWritten === false) this.#lease?.ask();

    return isWritten === true;
  }

  /** The text of a snapshot; `undefined` if it is not plain data, which is reported. */
  #textOf(snapshot: Snapshot<unknown>): string | undefined {
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

  // ON ANOTHER NODE -----------------------------------------------------------

  /** Follows the snapshots of the holder; a removed one means that the lease is free. */
  #followHolder(): void {
    this.#unwatch = this.#host.directory.watch(this.name, (text) => {
      if (text === undefined) {
        this.#lease?.freed();
        return;
      }
      this.#replica = text;
      if (this.isWatched) this.#showReplica();
    });
  }

  /** Reads the holder's latest text and passes it to the watchers; without watchers the text stays unread. */
  #showReplica(): void {
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
