/**
 * The bus of one process: who listens to what, in memory. `bus.ts` says what it promises; the server
 * makes one and hands it to whoever publishes or listens. Buses of several processes (`redis.ts`) or servers
 * (`memory-cluster.ts`) have one inside, for the listeners they have themselves.
 */

import { ErrorCode, TroupeError } from '../platform/errors.js';
import { checkTopic } from '../subscription/backplane.js';
import type { AnyMessage } from '../template/html.js';
import { type Bus, type BusHost, checkMessage, type Listener, type NodeListener } from './bus.js';
import { Deduplicator } from './deduplicator.js';

// TYPES -----------------------------------------------------------------------

/** What the bus needs. Without a `node` it has no name. */
export type MemoryBusOptions = Pick<BusHost, 'defer' | 'development' | 'report'> & Partial<Pick<BusHost, 'node'>>;

/** Somebody who listens. */
interface Listening {
  readonly listener: Listener;
  readonly missed: (() => void) | undefined;
  /** How many messages had been published before. */
  readonly since: number;
}

/** A message on its way. */
interface Published {
  readonly topic: string;
  readonly message: AnyMessage;
  /** Its place in the order of all that is published, from 1. */
  readonly number: number;
}

// LIMITS ----------------------------------------------------------------------

/** Messages delivered in one go; what listeners publish beyond that waits until others have had theirs. */
const mostInOneGo = 256;

/** Messages that may wait; any more are dropped and reported. */
const capacity = 10_000;

// BUS -------------------------------------------------------------------------

/**
 * Makes a bus without topics.
 *
 * Messages are delivered before `publish` returns, unless a listener publishes: its message waits until
 * the one it was called with has reached everybody, so that all listeners see the same order.
 */
export function createMemoryBus(options: MemoryBusOptions): MemoryBus {
  return new MemoryBus(options);
}

/** Topics and who listens to them. */
export class MemoryBus implements Bus {
  readonly directory = undefined;
  readonly #options: MemoryBusOptions;
  readonly #topics = new Map<string, Set<Listening>>();
  readonly #waiting: Published[] = [];
  readonly #repeats = new Deduplicator();
  readonly #nodeListeners = new Set<NodeListener>();
  #published = 0;
  #delivering = false;
  /** Whether it has been told that too many wait; anew once none do. */
  #overflowing = false;

  constructor(options: MemoryBusOptions) {
    this.#options = options;
  }

  /** How many topics somebody listens to. */
  get size(): number {
    return this.#topics.size;
  }

  publish(topic: string, message: AnyMessage, id?: string): void {
    checkTopic('publish', topic);
    checkMessage(topic, message, this.#options.development);
    if (this.#repeats.has(id)) return;
    this.#published++;
    if (!this.#topics.has(topic)) return;
    if (this.#waiting.length >= capacity) {
      this.#overflow(topic);
      return;
    }
    this.#waiting.push({ topic, message, number: this.#published });
    if (!this.#delivering) this.#deliver();
  }

  subscribe(topic: string, listener: Listener, missed?: () => void): () => void {
    checkTopic('subscribe', topic);
    const listening: Listening = { listener, missed, since: this.#published };
    const present = this.#topics.get(topic);
    const all = present ?? new Set();
    all.add(listening);
    if (present === undefined) this.#topics.set(topic, all);

    return () => {
      if (all.delete(listening) && all.size === 0) this.#topics.delete(topic);
    };
  }

  /** Tells those who listen to a topic that they may have missed something. */
  miss(topic: string): void {
    for (const { missed } of [...(this.#topics.get(topic) ?? [])]) this.#guard(() => missed?.());
  }

  // NODES ---------------------------------------------------------------------

  async tell(node: string, message: AnyMessage): Promise<void> {
    if (node !== this.#options.node) throw unreachable(node);
    this.#options.defer(() => this.hear(message, node));
  }

  listen(listener: NodeListener): () => void {
    const own: NodeListener = (message, from) => listener(message, from);
    this.#nodeListeners.add(own);

    return () => void this.#nodeListeners.delete(own);
  }

  /** This node is told something. */
  hear(message: AnyMessage, from: string): void {
    for (const listener of [...this.#nodeListeners]) this.#guard(() => listener(message, from));
  }

  async close(): Promise<void> {
    this.#topics.clear();
    this.#waiting.length = 0;
    this.#nodeListeners.clear();
  }

  // DELIVERY ------------------------------------------------------------------

  /** Delivers what waits, in order. `#delivering` stays true while the rest waits for another go. */
  #deliver(): void {
    this.#delivering = true;
    for (let left = mostInOneGo; left > 0; left--) {
      const published = this.#waiting.shift();
      if (published === undefined) {
        this.#delivering = false;
        this.#overflowing = false;
        return;
      }
      this.#deliverOne(published);
    }
    this.#options.defer(() => this.#deliver());
  }

  /**
   * A set is walked in the order of subscription, and those who subscribe meanwhile come last: at the
   * first of them all others have been told.
   */
  #deliverOne({ topic, message, number }: Published): void {
    for (const { listener, since } of this.#topics.get(topic) ?? []) {
      if (since >= number) return;
      this.#guard(() => listener(message));
    }
  }

  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#options.report(ErrorCode.Internal, error);
    }
  }

  #overflow(topic: string): void {
    if (this.#overflowing) return;
    this.#overflowing = true;
    const message = `${capacity} published messages wait to be delivered; further ones, the first on topic '${topic}', are dropped. Look for listeners that answer each other.`;
    this.#options.report(ErrorCode.Overflow, new TroupeError(ErrorCode.Overflow, message));
  }
}

/** What is said of a node that cannot be told anything. */
export function unreachable(node: string): TroupeError {
  return new TroupeError(ErrorCode.Bus, `There is no node '${node}' on the bus.`);
}
