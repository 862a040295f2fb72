/**
 * The bus of several servers in one process: each is given the same `memoryBus()`. It is for specs, and for trying out what
 * happens between the nodes of a cluster.
 *
 * Each server has a bus of its own for its listeners (`local-bus.ts`). What it publishes is delivered to the other servers
 * after the work that is already due.
 */

import {
  type Bus,
  type BusFactory,
  type BusHost,
  checkMessage,
  type Listener,
  type NodeListener,
} from '../cluster/bus.js';
import { createMemoryBus, type MemoryBus, unreachable } from '../cluster/local-bus.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import type { AnyMessage } from '../template/html.js';
import { DirectoryState, MemoryDirectory } from './memory-directory.js';

// TYPES -----------------------------------------------------------------------

/** Options of `memoryBus`. */
export interface MemoryBusSettings {
  /** Milliseconds after which a silent server counts as gone. Default 10,000. */
  readonly lease?: number;
}

// EXCHANGE --------------------------------------------------------------------

/**
 * A bus in memory that several servers of one process share.
 *
 * ```ts
 * const bus = memoryBus();
 * const one = createServer({ bus, routes });
 * const two = createServer({ bus, routes });
 * ```
 */
export function memoryBus({ lease = 10_000 }: MemoryBusSettings = {}): BusFactory {
  const exchange: Exchange = { lease, nodes: new Map(), state: new DirectoryState() };

  return (host) => new ExchangeBus(exchange, host);
}

/** What the buses share. */
interface Exchange {
  readonly lease: number;
  readonly nodes: Map<string, ExchangeBus>;
  readonly state: DirectoryState;
}

/** The bus of one of the servers. */
class ExchangeBus implements Bus {
  readonly directory: MemoryDirectory;
  readonly #exchange: Exchange;
  readonly #host: BusHost;
  readonly #local: MemoryBus;

  constructor(exchange: Exchange, host: BusHost) {
    const { clock, defer, node } = host;
    this.#exchange = exchange;
    this.#host = host;
    this.#local = createMemoryBus(host);
    this.directory = new MemoryDirectory(exchange.state, { clock, defer, lease: exchange.lease, node });
    exchange.nodes.set(node, this);
  }

  publish(topic: string, message: AnyMessage, id?: string): void {
    this.#check();
    checkMessage(topic, message, this.#host.development);
    for (const bus of this.#exchange.nodes.values()) if (bus !== this) bus.#receive(topic, message, id);
    this.#local.publish(topic, message, id);
  }

  subscribe(topic: string, listener: Listener, missed?: () => void): () => void {
    return this.#local.subscribe(topic, listener, missed);
  }

  async tell(node: string, message: AnyMessage): Promise<void> {
    this.#check();
    const bus = this.#exchange.nodes.get(node);
    if (bus === undefined) throw unreachable(node);
    bus.#host.defer(() => bus.#local.hear(message, this.#host.node));
  }

  listen(listener: NodeListener): () => void {
    return this.#local.listen(listener);
  }

  async close(): Promise<void> {
    this.#exchange.nodes.delete(this.#host.node);
    this.directory.close();
    await this.#local.close();
  }

  #receive(topic: string, message: AnyMessage, id: string | undefined): void {
    this.#host.defer(() => this.#local.publish(topic, message, id));
  }

  #check(): void {
    if (this.#exchange.nodes.get(this.#host.node) === this) return;

    throw new TroupeError(ErrorCode.Bus, 'The bus is closed.');
  }
}
