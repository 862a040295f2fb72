/**
 * Distributed actors: the shared actors of a cluster. Each name is started on every node; a lease decides which node
 * runs the actor (`distributed-actor.ts`), in the table of that node (`shared-actors.ts`). The other nodes send it events
 * over the bus and get its snapshots from the directory.
 *
 *     send -> remote mailbox -> bus.tell -> the node that holds the lease -> its table
 *     its snapshots -> directory.write -> directory.watch -> the watchers of the other nodes
 *
 * If the holder ends or loses its lease, another node starts the actor from its input. The state is lost, which is
 * reported.
 *
 * While the directory cannot be reached, the holder continues for its own sessions. Those of the other nodes get no
 * further snapshots, and events that they send are reported after three leases.
 */

import type { AnyActorLogic, InputFrom, Snapshot } from 'xstate';
import type { Clock } from '../platform/clock.js';
import type { Reporter } from '../platform/error-report.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { foreignIn, messageRules } from '../platform/plain-data.js';
import { checkTopic } from '../subscription/backplane.js';
import { type AnyMessage, isMessage } from '../template/html.js';
import type { Bus } from './bus.js';
import type { Directory } from './cluster-directory.js';
import { type ActorNotice, DistributedActor } from './distributed-actor.js';
import { checkLogic, notAnEvent, type SharedActors, taken } from './shared-actors.js';

// TYPES -----------------------------------------------------------------------

/** Options of the table. */
export interface DistributedActorsOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  /** Whether each event is checked to be plain data. */
  readonly development: boolean;
  readonly node: string;
  readonly report: Reporter;
  /** Runs a function in a later slice. */
  defer(run: () => void): void;
}

/** The options, with what the table adds. */
interface TableOptions extends DistributedActorsOptions {
  readonly directory: Directory;
  readonly local: SharedActors;
}

// TABLE -----------------------------------------------------------------------

/** Makes the table of a cluster over the shared actors of this node; returns `local` itself if the bus has no directory. */
export function createDistributedActors(local: SharedActors, options: DistributedActorsOptions): SharedActors {
  const { directory } = options.bus;

  return directory === undefined ? local : new DistributedTable({ ...options, directory, local });
}

class DistributedTable implements SharedActors {
  readonly #options: TableOptions;
  /** By name: actors that were started, and names that are only watched. */
  readonly #actors = new Map<string, DistributedActor>();
  readonly #unlisten: () => void;
  #isClosed = false;

  constructor(options: TableOptions) {
    this.#options = options;
    this.#unlisten = options.bus.listen((message, from) => this.#hear(message as ActorNotice, from));
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
    const foreign = this.#options.development ? foreignIn(event, 'event', messageRules) : undefined;
    if (foreign !== undefined) throw notPlain(name, event, foreign);
    if (this.#isClosed) return undefined;
    const actor = this.#actors.get(name);

    return actor?.isStarted ? actor.send(event, id) : this.#options.local.send(name, event, id);
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
    // First of all: the actors here take what was confirmed to other nodes.
    const closed = this.#options.local.close();
    const stopped = [...this.#actors.values()].map((actor) => actor.stop());
    this.#actors.clear();
    await Promise.all([...stopped, closed]);
  }

  #named(name: string): DistributedActor {
    const actor = this.#actors.get(name) ?? new DistributedActor(name, this.#options);
    this.#actors.set(name, actor);

    return actor;
  }

  /** Removes a name that was not started and has no watcher. */
  #forget(actor: DistributedActor): void {
    if (actor.isStarted || actor.isWatched) return;
    if (this.#actors.get(actor.name) === actor) this.#actors.delete(actor.name);
  }

  #hear(notice: ActorNotice, from: string): void {
    if (notice.type === 'sharedActorSent') this.#actors.get(notice.name)?.take(notice.batch, notice.events, from);
    else if (notice.type === 'sharedActorTook') this.#actors.get(notice.name)?.took(notice.batch);
  }
}

// ERRORS ----------------------------------------------------------------------

function notPlain(name: string, event: AnyMessage, foreign: string): TroupeError {
  return new TroupeError(
    ErrorCode.Effect,
    `send('${name}', { type: '${event.type}' }): ${foreign}. Events are plain data: the actor may be on another node.`
  );
}
