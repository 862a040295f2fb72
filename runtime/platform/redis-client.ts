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

/** The channels of a connection, over one client after the other. */
export class RedisChannels {
  readonly #channels = new Map<string, Set<RedisChannel>>();
  /** How many `SUBSCRIBE` of each channel have had no reply. */
  readonly #joining = new Map<string, number>();
  readonly #failed: (client: RedisClient, error: unknown) => void;
  /** The client that channels are subscribed to with; `undefined` while there is none. */
  client: RedisClient | undefined;
  /** One function for all channels: a channel that is left and joined again must not have two. */
  readonly #hear = (message: string, name: string): void => {
    for (const { listener } of [...(this.#channels.get(name) ?? [])]) listener(message);
  };

  constructor(failed: (client: RedisClient, error: unknown) => void) {
    this.#failed = failed;
  }

  /** Adds a subscriber. Returns the way to remove it. */
  add(name: string, channel: RedisChannel): () => void {
    const channels = this.#channels.get(name) ?? new Set();
    const { client } = this;
    this.#channels.set(name, channels.add(channel));
    if (channels.size === 1 && client !== undefined) {
      this.#join(client, name).catch((error: unknown) => this.#failed(client, error));
    }

    return () => {
      if (!channels.delete(channel) || channels.size > 0 || this.#channels.get(name) !== channels) return;
      this.#channels.delete(name);
      this.#leave(this.client, name);
    };
  }

  /** Subscribes to all channels with a new client, also to those that are added meanwhile. */
  async joinAll(client: RedisClient): Promise<void> {
    this.client = client;
    await Promise.all([...this.#channels.keys()].map((name) => this.#join(client, name)));
  }

  /** Calls all subscribers: messages may have been missed. */
  miss(): void {
    for (const channels of [...this.#channels.values()]) for (const { missed } of [...channels]) missed();
  }

  async #join(client: RedisClient, name: string): Promise<void> {
    this.#joining.set(name, (this.#joining.get(name) ?? 0) + 1);
    try {
      await client.subscribe(name, this.#hear);
    } finally {
      const others = (this.#joining.get(name) as number) - 1;
      if (others > 0) this.#joining.set(name, others);
      else this.#joining.delete(name);
    }
    if (!this.#channels.has(name)) this.#leave(client, name);
  }

  /**
   * Unsubscribes, but not before all replies to `SUBSCRIBE` have come: the client would take a channel to be
   * subscribed to that it has asked to leave, and would send no command when it is wanted again.
   */
  #leave(client: RedisClient | undefined, name: string): void {
    if (this.#joining.has(name) || client !== this.client) return;
    client?.unsubscribe(name, this.#hear).catch(() => {});
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
