/**
 * The bus of a cluster, over Redis: topics and messages between nodes use its publish and subscribe, and what the nodes
 * agree on is in its keys (`redis-directory.ts`). `bus.ts` says what it promises; `redis-connection.ts` is the connection.
 *
 * Listeners in the process that publishes get a message at once, over a bus in memory (`local-bus.ts`). Listeners in other
 * processes get it from Redis, over a bus in memory of their own, which drops a second message of the same id. Without
 * Redis, the first still works. The second does not: the promise of `publish` rejects, and the caller publishes again. After
 * a break, listeners are called because they may have missed messages.
 */

import { ErrorCode, TroupeError } from '../platform/errors.js';
import { keyPrefix, type MakeClient, redisUrl } from '../platform/redis-client.js';
import { RedisConnection, type RedisLink } from '../platform/redis-connection.js';
import { checkTopic } from '../subscription/backplane.js';
import type { AnyMessage } from '../template/html.js';
import { type Bus, type BusFactory, type BusHost, checkMessage, type Listener, type NodeListener } from './bus.js';
import { createMemoryBus, type MemoryBus, unreachable } from './local-bus.js';
import { directoryScripts, RedisDirectory } from './redis-directory.js';

// TYPES -----------------------------------------------------------------------

/** Options of `redisBus`. */
export interface RedisBusOptions {
  /**
   * Milliseconds after which a silent node counts as gone: its shared actors begin anew on another node, its members leave,
   * and other nodes claim its sessions without asking. At least 300. Default 10,000.
   */
  readonly lease?: number;
  /** What all keys and channels begin with: one for each application that uses the same Redis. Default 'troupe'. */
  readonly prefix?: string;
  /** Where Redis is, `redis://user:password@host:6379`; version 6.2 or later. Default: `REDIS_URL`, else `redis://127.0.0.1:6379`. */
  readonly url?: string;
  /** Makes the client instead of the package `redis`. */
  readonly makeClient?: MakeClient;
}

/** A message between two processes. */
interface Envelope {
  /** The node that sent it. */
  readonly from: string;
  readonly id?: string | undefined;
  readonly message: AnyMessage;
}

// BUS -------------------------------------------------------------------------

/** Milliseconds of the shortest lease, and of the default. */
const minLease = 300;
const defaultLease = 10_000;

/**
 * The bus of a cluster whose nodes have one Redis. Needs the package `redis`: `npm install redis`.
 *
 * ```ts
 * createServer({ bus: redisBus({ url: 'redis://10.0.0.7:6379' }), routes });
 * ```
 *
 * **Note:** messages travel as JSON: `NaN` and infinite numbers arrive as `null`.
 *
 * @throws TroupeError `options` if they cannot be used
 */
export function redisBus(options: RedisBusOptions = {}): BusFactory {
  const { lease, makeClient, prefix } = options;
  const url = redisUrl('redisBus', options.url);
  checkLease('redisBus', lease);

  return (host) => new RedisBus(host, new RedisConnection({ clock: host.clock, makeClient, url }), { lease, prefix });
}

/** @throws TroupeError `options` */
export function checkLease(call: string, lease = defaultLease): void {
  if (lease >= minLease) return;

  throw new TroupeError(ErrorCode.Options, `${call}: \`lease\` must be a number from ${minLease}, not ${lease}.`);
}

/** What the bus over Redis needs beside the connection. */
export interface RedisBusSettings {
  readonly lease?: number | undefined;
  readonly prefix?: string | undefined;
}

/** The bus as one node sees it. It closes its link to the connection. */
export class RedisBus implements Bus {
  readonly directory: RedisDirectory;
  readonly #host: BusHost;
  readonly #link: RedisLink;
  readonly #local: MemoryBus;
  readonly #prefix: string;
  /** The beginning of this node's messages. The node listens to most topics it publishes on, and skips its own messages. */
  readonly #ownBeginning: string;
  /** By topic: the number of listeners, and the way to unsubscribe. */
  readonly #topics = new Map<string, { count: number; readonly stop: () => void }>();
  readonly #stops: readonly (() => void)[];

  constructor(
    host: BusHost,
    connection: RedisConnection,
    { lease = defaultLease, prefix = 'troupe' }: RedisBusSettings
  ) {
    const { node, report } = host;
    const closed = new TroupeError(ErrorCode.Bus, 'The bus is closed.');
    this.#host = host;
    this.#prefix = keyPrefix(prefix);
    this.#ownBeginning = `{"from":${JSON.stringify(node)},`;
    this.#local = createMemoryBus(host);
    this.#link = connection.link({ code: ErrorCode.Bus, closed, scripts: directoryScripts });
    this.directory = new RedisDirectory({ lease, link: this.#link, node, prefix: this.#prefix });
    this.#stops = [
      connection.broken((error) => report(ErrorCode.Bus, error)),
      connection.subscribe(this.#nodeChannel(node), { listener: (text) => this.#hear(text), missed: () => {} }),
    ];
  }

  publish(topic: string, message: AnyMessage, id?: string): Promise<void> {
    checkTopic('publish', topic);
    checkMessage(topic, message, this.#host.development);
    const sent = this.#send(this.#topicChannel(topic), message, id).then(() => undefined);
    this.#local.publish(topic, message, id);

    return ignorable(sent);
  }

  subscribe(topic: string, listener: Listener, missed?: () => void): () => void {
    const unsubscribe = this.#local.subscribe(topic, listener, missed);
    const listening = this.#topics.get(topic) ?? { count: 0, stop: this.#listen(topic) };
    this.#topics.set(topic, listening);
    listening.count++;
    let isOver = false;

    return () => {
      if (isOver) return;
      isOver = true;
      unsubscribe();
      if (--listening.count > 0) return;
      this.#topics.delete(topic);
      listening.stop();
    };
  }

  tell(node: string, message: AnyMessage): Promise<void> {
    const told = this.#send(this.#nodeChannel(node), message).then((reached) => {
      if (reached === 0) throw unreachable(node);
    });

    return ignorable(told);
  }

  listen(listener: NodeListener): () => void {
    return this.#local.listen(listener);
  }

  async close(): Promise<void> {
    await this.#link.close();
    for (const stop of this.#stops) stop();
    for (const { stop } of this.#topics.values()) stop();
    this.#topics.clear();
    await this.#local.close();
  }

  // REDIS ---------------------------------------------------------------------

  #topicChannel(topic: string): string {
    return `${this.#prefix}topic:${topic}`;
  }

  #nodeChannel(node: string): string {
    return `${this.#prefix}tell:${node}`;
  }

  /** Returns how many processes listen. */
  async #send(channel: string, message: AnyMessage, id?: string): Promise<unknown> {
    const envelope: Envelope = { from: this.#host.node, id, message };

    return this.#link.command(['PUBLISH', channel, JSON.stringify(envelope)]);
  }

  #listen(topic: string): () => void {
    return this.#link.connection.subscribe(this.#topicChannel(topic), {
      listener: (text) => this.#receive(topic, text),
      missed: () => this.#local.miss(topic),
    });
  }

  /** Delivers a message of another process. The listeners here have those of this one. */
  #receive(topic: string, text: string): void {
    const envelope = text.startsWith(this.#ownBeginning) ? undefined : this.#open(text);
    if (envelope === undefined) return;
    try {
      this.#local.publish(topic, envelope.message, envelope.id);
    } catch (error) {
      this.#host.report(ErrorCode.Bus, error);
    }
  }

  #hear(text: string): void {
    const envelope = this.#open(text);
    if (envelope !== undefined) this.#local.hear(envelope.message, envelope.from);
  }

  /** Another application may use the same prefix. */
  #open(text: string): Envelope | undefined {
    try {
      return JSON.parse(text) as Envelope;
    } catch (cause) {
      const message =
        'Redis delivered a message that is not of this application. Give each application its own `prefix`.';
      this.#host.report(ErrorCode.Bus, new TroupeError(ErrorCode.Bus, message, { cause }));
      return undefined;
    }
  }
}

/** A promise whose rejection may be ignored. */
function ignorable<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {});

  return promise;
}
