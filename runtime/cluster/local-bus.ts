/**
 * The bus of one process: topics and their listeners, in memory. `bus.ts` says what it promises. A bus of several
 * processes (`redis-bus.ts`) or servers (`memory-cluster.ts`) contains one, for the listeners of its own process.
 */

import { ErrorCode, TroupeError } from '../platform/errors.js';
import { SlicedWork } from '../platform/scheduler.js';
import { checkTopic } from '../subscription/backplane.js';
import type { AnyMessage } from '../template/html.js';
import { type Bus, type BusHost, checkMessage, type Listener, type NodeListener } from './bus.js';
import { Deduplicator } from './deduplicator.js';

// TYPES -----------------------------------------------------------------------

/** What the bus needs. Without a `node` it has no name. */
export type MemoryBusOptions = Pick<BusHost, 'clock' | 'defer' | 'development' | 'report'> &
  Partial<Pick<BusHost, 'node'>>;

/** A subscription of a listener. */
interface Listening {
  readonly listener: Listener;
  readonly missed: (() => void) | undefined;
  /** Messages that were published before it. */
  readonly since: number;
}

/** A message that waits to be delivered. */
interface Published {
  readonly topic: string;
  readonly message: AnyMessage;
  /** Its place among all published messages, from 1. */
  readonly number: number;
}

// LIMITS ----------------------------------------------------------------------

/** Messages that may wait. More are dropped and reported. */
const maxWaiting = 10_000;

// BUS -------------------------------------------------------------------------

/**
 * Makes a bus without topics.
 *
 * Messages are delivered before `publish` returns. If a listener publishes, its message waits until all listeners have the
 * one it was called with, so that all see the same order.
 */
export function createMemoryBus(options: MemoryBusOptions): MemoryBus {
  return new MemoryBus(options);
}

/** Topics and their listeners. */
export class MemoryBus implements Bus {
  readonly directory = undefined;
  readonly #options: MemoryBusOptions;
  readonly #topics = new Map<string, Set<Listening>>();
  readonly #waiting: Published[] = [];
  readonly #repeats = new Deduplicator();
  readonly #nodeListeners = new Set<NodeListener>();
  #published = 0;
  readonly #delivery: SlicedWork;
  /** Whether the overflow has been reported since the last time that none waited. */
  #overflowing = false;

  constructor(options: MemoryBusOptions) {
    this.#options = options;
    this.#delivery = new SlicedWork(options, () => this.#deliverNext());
  }

  /** How many topics have listeners. */
  get size(): number {
    return this.#topics.size;
  }

  publish(topic: string, message: AnyMessage, id?: string): void {
    checkTopic('publish', topic);
    checkMessage(topic, message, this.#options.development);
    if (this.#repeats.has(id)) return;
    this.#published++;
    if (!this.#topics.has(topic)) return;
    if (this.#waiting.length >= maxWaiting) {
      this.#overflow(topic);
      return;
    }
    this.#waiting.push({ topic, message, number: this.#published });
    if (!this.#delivery.isBusy) this.#delivery.run();
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

  /** Calls the listeners of a topic: messages may have been missed. */
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

  /** Delivers a message that another node has sent to this one. */
  hear(message: AnyMessage, from: string): void {
    for (const listener of [...this.#nodeListeners]) this.#guard(() => listener(message, from));
  }

  async close(): Promise<void> {
    this.#topics.clear();
    this.#waiting.length = 0;
    this.#nodeListeners.clear();
  }

  // DELIVERY ------------------------------------------------------------------

  /** Delivers the next waiting message. Returns whether more wait: those that listeners have published meanwhile. */
  #deliverNext(): boolean {
    const published = this.#waiting.shift();
    if (published !== undefined) this.#deliverOne(published);
    if (this.#waiting.length > 0) return true;
    this.#overflowing = false;

    return false;
  }

  /**
   * A set is visited in the order of subscription, and listeners added meanwhile come last: at the first of them, all
   * others have the message.
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
    const message = `${maxWaiting} published messages wait to be delivered. Further ones are dropped, the first on topic '${topic}'. Look for listeners that answer each other.`;
    this.#options.report(ErrorCode.Overflow, new TroupeError(ErrorCode.Overflow, message));
  }
}

/** The error for a node that is not on the bus. */
export function unreachable(node: string): TroupeError {
  return new TroupeError(ErrorCode.Bus, `There is no node '${node}' on the bus.`);
}
