/**
 * The store in Redis, for several nodes: whichever a client lands on claims the session. `store.ts` says what it
 * promises; `redis-scripts.ts` what is in Redis and how it changes.
 *
 * Redis may go away and come back. Meanwhile everything asked for is refused within a second, and the
 * connection is tried again for ever, more and more slowly up to every two seconds.
 *
 * Imports `redis` only when `redis()` is called; beside this file only the bus does.
 */

import { createRequire } from 'node:module';
import { type Clock, systemClock } from '../platform/clock.js';
import { ErrorCode, TroupeError, textOf } from '../platform/errors.js';
import { asideLine, readAside } from './quarantine.js';
import { type OwnConnection, type RedisConnection, RedisLink, type RedisPart } from './redis-link.js';
import { asideScript, claimScript, listScript, removeScript, type Script, writeScript } from './redis-scripts.js';
import {
  type Claim,
  type Entry,
  type Fence,
  type SetAside,
  type Store,
  type StoredQuery,
  type StoredSummary,
  StoreLimit,
} from './store.js';

// TYPES -----------------------------------------------------------------------

/** Options of `redis`. */
export interface RedisStoreOptions {
  /**
   * A client of the package `redis`, connected by whoever made it, who also closes it; set `disableOfflineQueue` in it.
   * Default: one of its own, for `url`.
   */
  readonly client?: RedisConnection;
  /** What tells the time, beside Redis itself. Default: the computer's clock. */
  readonly clock?: Clock;
  /** Milliseconds in which changes of a session are gathered before they are written. Default 100; 0 writes each turn at once. */
  readonly delay?: number;
  /** What all keys begin with. Default `troupe:`. */
  readonly prefix?: string;
  /** Where Redis is. Default: `REDIS_URL`, else `redis://127.0.0.1:6379`. */
  readonly url?: string;
}

// LIMITS ----------------------------------------------------------------------

const defaultDelay = 100;

/** Milliseconds between two tries to connect: the first, and the most. */
const firstPause = 50;
const longestPause = 2_000;

/** Milliseconds until a try to connect is given up. */
const connectTimeout = 2_000;

/** For a list: keys of all kinds that are looked at in one go, and how often; sessions that are asked after, all and at once. */
const listedFrom = { keys: 1_000, rounds: 100, most: 10_000, atOnce: 100 } as const;

/** Commands that may wait for their reply. */
const mostWaiting = 65_536;

// STORE -----------------------------------------------------------------------

/**
 * Makes a store that keeps sessions in Redis, where other nodes find them.
 *
 * ```ts
 * createServer({ routes, store: redis({ url: 'redis://127.0.0.1:6379' }) });
 * ```
 *
 * **Note:** needs the package `redis`, and Redis 5 or later, or Valkey; not a Redis Cluster, whose scripts see
 * only a part of the keys. What Redis loses when it fails (see its persistence) is lost to the sessions too.
 */
export function redis(options: RedisStoreOptions = {}): Required<Store> {
  const { client, clock = systemClock, delay = defaultDelay, prefix = 'troupe:' } = options;
  const url = options.url ?? (process.env['REDIS_URL'] || 'redis://127.0.0.1:6379');
  if (!(delay >= 0)) {
    throw new TroupeError(
      ErrorCode.Options,
      `redis({ delay: ${delay} }): delay is a number of milliseconds, 0 or more.`
    );
  }
  const source = client === undefined ? { make: clientMaker(url) } : { given: client };

  return new RedisStore(new RedisLink(clock, source), clock, { delay, prefix });
}

class RedisStore implements Required<Store> {
  readonly isVolatile = false;
  readonly isShared = true;
  readonly delay: number;
  readonly #prefix: string;
  readonly #link: RedisLink;
  readonly #clock: Clock;
  /** The number of the last claim or write; begins above those of an earlier process. */
  #sequence: number;

  constructor(link: RedisLink, clock: Clock, { delay, prefix }: { readonly delay: number; readonly prefix: string }) {
    this.#link = link;
    this.#clock = clock;
    this.#prefix = prefix;
    this.#sequence = clock.now() * 1_000;
    this.delay = delay;
  }

  async beat(node: string, lease: number): Promise<void> {
    await this.#link.send(['SET', this.#key('node', node), '1', 'PX', milliseconds(lease)]);
  }

  async claim(id: string, node: string, force = false): Promise<Claim> {
    const reply = await this.#run(
      claimScript,
      [this.#key('session', id), this.#key('fence')],
      [...[node, flag(force), this.#key('node', ''), String(++this.#sequence)]]
    );
    const [first, bytes] = reply as readonly Buffer[];
    if (first === undefined) return { kind: 'absent' };
    if (bytes === undefined) return { kind: 'held', owner: first.toString() };

    return { kind: 'claimed', fence: Number(first), bytes: new Uint8Array(bytes) };
  }

  async write({ id, node, fence, bytes, lifetime, release }: Entry): Promise<Fence> {
    const sequence = ++this.#sequence;
    // A copy: when this has been refused because no reply came, the client may still be going to send it.
    const copy = Buffer.from(bytes);
    const reply = await this.#run(
      writeScript,
      [this.#key('session', id), this.#key('fence')],
      [...[node, String(fence), String(sequence), copy, milliseconds(lifetime), flag(release)]]
    );

    return Number(reply);
  }

  async remove(id: string, fence: Fence): Promise<void> {
    await this.#run(removeScript, [this.#key('session', id)], [String(fence), String(StoreLimit.removedTime)]);
  }

  async setAside(id: string, fence: Fence, reason: string): Promise<void> {
    const line = asideLine({ id, reason, at: this.#clock.now() });

    await this.#run(
      asideScript,
      [this.#key('session', id), this.#key('aside')],
      [...[String(fence), String(StoreLimit.removedTime), line, String(StoreLimit.aside), String(StoreLimit.asideTime)]]
    );
  }

  async listAside(): Promise<readonly SetAside[]> {
    const oldest = this.#clock.now() - StoreLimit.asideTime;
    const list = (await this.#link.send(['LRANGE', this.#key('aside'), '0', '-1'])) as readonly Buffer[];

    return list.map(readAside).filter(({ at }) => at > oldest);
  }

  async list({ most = StoreLimit.listed }: StoredQuery = {}): Promise<readonly StoredSummary[]> {
    const stored: StoredSummary[] = [];
    for await (const keys of this.#sessionKeys()) {
      for (let start = 0; start < keys.length; start += listedFrom.atOnce) {
        stored.push(...(await this.#summaries(keys.slice(start, start + listedFrom.atOnce))));
      }
    }

    return stored.sort((left, right) => right.at - left.at).slice(0, most);
  }

  /** The keys of sessions, each once, a few at a time. Redis is not held up by it, but it sees all keys it has. */
  async *#sessionKeys(): AsyncGenerator<readonly string[]> {
    const pattern = `${this.#key('session', '').replace(/[\\*?[\]^-]/g, '\\$&')}*`;
    const seen = new Set<string>();
    let cursor = '0';
    for (let round = 0; round < listedFrom.rounds; round++) {
      const reply = await this.#link.send(['SCAN', cursor, 'MATCH', pattern, 'COUNT', String(listedFrom.keys)]);
      const [next, found] = reply as readonly [Buffer, readonly Buffer[]];
      const keys = found.map(String).filter((key) => !seen.has(key));
      for (const key of keys) seen.add(key);
      if (keys.length > 0) yield keys;
      cursor = next.toString();
      if (cursor === '0' || seen.size >= listedFrom.most) return;
    }
  }

  async #summaries(keys: readonly string[]): Promise<readonly StoredSummary[]> {
    const reply = await this.#run(listScript, keys, [this.#key('node', '')]);
    const begin = this.#key('session', '').length;

    return (reply as readonly (readonly [number, number, Buffer, Buffer])[]).flatMap(
      ([isThere, bytes, at, owner], index) => {
        const id = (keys[index] as string).slice(begin);
        return isThere === 0 ? [] : [{ id, bytes, at: Number(at), owner: owner.toString() || undefined }];
      }
    );
  }

  async peek(id: string): Promise<Uint8Array | undefined> {
    const bytes = (await this.#link.send(['HGET', this.#key('session', id), 'bytes'])) as Buffer | null;

    return bytes === null ? undefined : new Uint8Array(bytes);
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  #key(...parts: readonly string[]): string {
    return this.#prefix + parts.join(':');
  }

  /** Runs a script by its hash, and by its text if Redis has not seen it, or was restarted since. */
  #run({ text, hash }: Script, keys: readonly string[], rest: readonly RedisPart[]): Promise<unknown> {
    const parts = [String(keys.length), ...keys, ...rest];

    return this.#link.send(['EVALSHA', hash, ...parts], ['EVAL', text, ...parts]);
  }
}

const flag = (value: boolean): string => (value ? '1' : '0');

/** As Redis takes a duration: whole, above 0, and not beyond what it can add to the time. */
const milliseconds = (duration: number): string => String(Math.ceil(Math.min(Math.max(duration, 1), 1e14)));

// CONNECTION ------------------------------------------------------------------

function clientMaker(url: string): () => OwnConnection {
  const { createClient } = loadRedis();

  return () =>
    createClient({
      url,
      disableOfflineQueue: true,
      commandsQueueMaxLength: mostWaiting,
      socket: { connectTimeout, reconnectStrategy: pauseBefore },
    }) as unknown as OwnConnection;
}

/** How long is waited before a try to connect: longer and longer, and not all nodes at the same time. */
function pauseBefore(tries: number): number {
  return Math.min(firstPause * 2 ** tries, longestPause) * (0.75 + Math.random() / 2);
}

function loadRedis(): typeof import('redis') {
  try {
    return createRequire(import.meta.url)('redis') as typeof import('redis');
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND';
    const what = isMissing ? 'needs the package redis' : `cannot load the package redis (${textOf(error)})`;

    throw new TroupeError(ErrorCode.Store, `troupe/store/redis ${what}. Install it: npm install redis`, {
      cause: error,
    });
  }
}
