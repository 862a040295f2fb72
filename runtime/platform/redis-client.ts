/**
 * A client of Redis: what `redis-connection.ts` uses of one, and how it is made of the package `redis`. The only file that
 * loads that package, and only when a connection is made.
 */

import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { ErrorCode, TroupeError, textOf } from './errors.js';

// TYPES -----------------------------------------------------------------------

/** A word of a command. */
export type RedisPart = string | Buffer;

/** How strings of a reply come: as text, or as bytes. */
export interface ReplyOptions {
  readonly typeMapping?: object;
}

/** What is used of a client of the package `redis`. */
export interface RedisClient {
  connect(): Promise<unknown>;
  destroy(): void;
  on(event: string, listener: (what: unknown) => void): unknown;
  sendCommand(command: readonly RedisPart[], options?: ReplyOptions): Promise<unknown>;
  /** A listener that is there already is not added again. */
  subscribe(channel: string, listener: (message: string, channel: string) => void): Promise<void>;
  unsubscribe(channel: string, listener: (message: string, channel: string) => void): Promise<void>;
}

/** What is used of a client that the caller has connected, and closes. */
export interface ConnectedRedisClient {
  readonly isReady: boolean;
  on(event: 'error' | 'ready', listener: (error?: unknown) => void): unknown;
  off(event: 'error' | 'ready', listener: (error?: unknown) => void): unknown;
  sendCommand(command: readonly RedisPart[], options?: ReplyOptions): Promise<unknown>;
}

/** Makes a client that does not connect again by itself. */
export type MakeClient = (url: string) => Promise<RedisClient>;

/** A script, and the name Redis knows it by once it has seen it. */
export interface RedisScript {
  readonly text: string;
  readonly hash: string;
}

/** Makes a script of its text. What a script does, no other client interrupts. */
export function defineScript(text: string): RedisScript {
  return { text, hash: createHash('sha1').update(text).digest('hex') };
}

// CHANNELS --------------------------------------------------------------------

/** A subscriber of a channel. */
export interface RedisChannel {
  readonly listener: (message: string) => void;
  /** Messages may have been missed. */
  readonly missed: () => void;
}

/** The subscribers of one channel, from the first until the last has left. */
class Subscription {
  readonly channels = new Set<RedisChannel>();
  /**
   * The listener that the client is given. Each subscription has its own: the client calls it from the reply to its
   * `SUBSCRIBE` on. So subscribers never get messages of an earlier subscription, which has a gap behind it if its
   * `UNSUBSCRIBE` is under way.
   */
  readonly hear = (message: string): void => {
    for (const { listener } of [...this.channels]) listener(message);
  };
}

/** The channels of a connection, over one client after the other. */
export class RedisChannels {
  readonly #subscriptions = new Map<string, Subscription>();
  /** How many `SUBSCRIBE` of each channel have had no reply. */
  readonly #joining = new Map<string, number>();
  /** Subscriptions without subscribers, by channel, that the client still has: a `SUBSCRIBE` of their channel has had no reply. */
  readonly #left = new Map<string, Subscription[]>();
  readonly #failed: (client: RedisClient, error: unknown) => void;
  /** The client that channels are subscribed to with; `undefined` while there is none. */
  client: RedisClient | undefined;

  constructor(failed: (client: RedisClient, error: unknown) => void) {
    this.#failed = failed;
  }

  /** Adds a subscriber. Returns the function that removes it. */
  add(name: string, channel: RedisChannel): () => void {
    const subscription = this.#subscriptions.get(name) ?? this.#open(name);
    subscription.channels.add(channel);

    return () => {
      if (!subscription.channels.delete(channel) || subscription.channels.size > 0) return;
      this.#subscriptions.delete(name);
      this.#leave(name, subscription);
    };
  }

  /** Subscribes to all channels with a new client, also to those that are added meanwhile. */
  async joinAll(client: RedisClient): Promise<void> {
    this.client = client;
    this.#left.clear();
    await Promise.all([...this.#subscriptions].map(([name, subscription]) => this.#join(client, name, subscription)));
  }

  /** Calls all subscribers: messages may have been missed. */
  miss(): void {
    for (const { channels } of [...this.#subscriptions.values()]) for (const { missed } of [...channels]) missed();
  }

  #open(name: string): Subscription {
    const subscription = new Subscription();
    const { client } = this;
    this.#subscriptions.set(name, subscription);
    if (client !== undefined) {
      this.#join(client, name, subscription).catch((error: unknown) => this.#failed(client, error));
    }

    return subscription;
  }

  async #join(client: RedisClient, name: string, { hear }: Subscription): Promise<void> {
    this.#joining.set(name, (this.#joining.get(name) ?? 0) + 1);
    try {
      await client.subscribe(name, hear);
    } finally {
      this.#joined(name);
    }
  }

  #joined(name: string): void {
    const others = (this.#joining.get(name) as number) - 1;
    if (others > 0) {
      this.#joining.set(name, others);
      return;
    }
    this.#joining.delete(name);
    const left = this.#left.get(name) ?? [];
    this.#left.delete(name);
    for (const subscription of left) this.#leave(name, subscription);
  }

  /**
   * Unsubscribes, but not before all replies to `SUBSCRIBE` have arrived: the client would take the channel for
   * subscribed after its `UNSUBSCRIBE`, and would send no command if the channel is added again.
   */
  #leave(name: string, subscription: Subscription): void {
    const { client } = this;
    if (client === undefined) return;
    if (this.#joining.has(name)) this.#left.set(name, [...(this.#left.get(name) ?? []), subscription]);
    else client.unsubscribe(name, subscription.hear).catch(() => {});
  }
}

// OPTIONS ---------------------------------------------------------------------

/**
 * The URL of Redis: the given one, else `REDIS_URL`, else `redis://127.0.0.1:6379`.
 *
 * @param call the function that takes it, for the error
 * @throws TroupeError `options` if it is not a URL of Redis
 */
export function redisUrl(call: string, given: string | undefined): string {
  const url = given ?? (process.env['REDIS_URL'] || 'redis://127.0.0.1:6379');
  if (URL.canParse(url) && /^rediss?:$/.test(new URL(url).protocol)) return url;

  throw new TroupeError(ErrorCode.Options, `${call}: \`url\` must be a URL like 'redis://127.0.0.1:6379'.`);
}

/** What all keys of an application begin with: its prefix and a colon, unless the prefix has one. */
export function keyPrefix(prefix: string): string {
  return prefix === '' || prefix.endsWith(':') ? prefix : `${prefix}:`;
}

/** Commands that the client queues at most. */
const maxQueued = 131_072;

/** Milliseconds until a try to connect is given up. */
const connectTimeoutMs = 1_500;

/**
 * Loads the package `redis`. The clients do not connect again by themselves, and send nothing while there is no connection.
 *
 * @throws TroupeError `options` if the package `redis` is not installed
 */
export function createPackageClient(): MakeClient {
  const { createClient } = loadRedis();

  return async (url) =>
    createClient({
      RESP: 3,
      // The connection bounds it by itself, but for heartbeats and subscriptions.
      commandsQueueMaxLength: maxQueued,
      disableOfflineQueue: true,
      maintNotifications: 'disabled',
      socket: { connectTimeout: connectTimeoutMs, reconnectStrategy: false },
      url,
    }) as unknown as RedisClient;
}

function loadRedis(): typeof import('redis') {
  try {
    return createRequire(import.meta.url)('redis') as typeof import('redis');
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND';
    const what = isMissing ? 'The package `redis` is missing' : `Cannot load the package \`redis\` (${textOf(cause)})`;

    throw new TroupeError(ErrorCode.Options, `${what}. Install it: npm install redis`, { cause });
  }
}
