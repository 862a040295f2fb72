/**
 * The store in Redis, for several nodes: each can claim every session. `store.ts` says what it promises;
 * `redis-scripts.ts` says what is in Redis and how it changes; `redis-connection.ts` is the connection to it.
 */

import { type Clock, systemClock } from '../platform/clock.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { createId } from '../platform/id.js';
import { type ConnectedRedisClient, keyPrefix, redisUrl } from '../platform/redis-client.js';
import { RedisConnection, type RedisLink } from '../platform/redis-connection.js';
import { quarantineLine, readQuarantined } from './quarantine.js';
import {
  beatScript,
  claimScript,
  listScript,
  noteScript,
  quarantineScript,
  removeScript,
  storeScripts,
  writeScript,
} from './redis-scripts.js';
import {
  type Claim,
  type Entry,
  type Fence,
  type Notice,
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
   * A client of the package `redis` that the caller has connected, and closes. Set `disableOfflineQueue` in it. Default: a
   * client of the store's own, for `url`.
   */
  readonly client?: ConnectedRedisClient;
  /** Default: the computer's clock. Expiry is by the clock of Redis. */
  readonly clock?: Clock;
  /** Milliseconds in which changes of a session are gathered before they are written. Default 100; 0 writes each turn at once. */
  readonly delay?: number;
  /** What all keys begin with: one for each application that uses the same Redis. Default 'troupe'. */
  readonly prefix?: string;
  /** Where Redis is, `redis://user:password@host:6379`; version 6.2 or later. Default: `REDIS_URL`, else `redis://127.0.0.1:6379`. */
  readonly url?: string;
}

// LIMITS ----------------------------------------------------------------------

const defaultDelay = 100;

/** For a list: keys of all kinds that one `SCAN` visits, and how many of these; sessions in all, and in one script. */
const listing = { keys: 1_000, maxRounds: 100, maxSessions: 10_000, slice: 100 } as const;

// STORE -----------------------------------------------------------------------

/**
 * Makes a store that keeps sessions in Redis, where all nodes find them.
 *
 * ```ts
 * createServer({ routes, store: redis({ url: 'redis://127.0.0.1:6379' }) });
 * ```
 *
 * **Note:** needs the package `redis`, and Redis 6.2 or later, or Valkey. Not a Redis Cluster: its scripts see a part of the
 * keys only. What Redis loses when it fails (see its persistence) is lost to the sessions too.
 */
export function redis(options: RedisStoreOptions = {}): Required<Store> {
  const { client, clock = systemClock, delay, prefix } = options;
  checkDelay('redis', delay);
  const url = redisUrl('redis', options.url);

  return new RedisStore(new RedisConnection({ client, clock, url }), { clock, delay, prefix });
}

/** @throws TroupeError `options` */
export function checkDelay(call: string, delay = defaultDelay): void {
  if (delay >= 0) return;

  throw new TroupeError(
    ErrorCode.Options,
    `${call}({ delay: ${delay} }): delay is a number of milliseconds, 0 or more.`
  );
}

/** What a store in Redis needs beside the connection. */
export interface RedisStoreSettings {
  readonly clock: Clock;
  readonly delay?: number | undefined;
  readonly prefix?: string | undefined;
}

/** The store over a connection. It closes its link to it. */
export class RedisStore implements Required<Store> {
  readonly damage = undefined;
  readonly isVolatile = false;
  readonly isShared = true;
  readonly delay: number;
  readonly #prefix: string;
  readonly #link: RedisLink;
  readonly #clock: Clock;
  /** The number of the last claim or write. It begins above those of an earlier process. */
  #sequence: number;

  constructor(connection: RedisConnection, { clock, delay, prefix }: RedisStoreSettings) {
    const closed = new TroupeError(ErrorCode.Closed, 'The store is closed.');
    this.#link = connection.link({ code: ErrorCode.Store, closed, scripts: storeScripts });
    this.#clock = clock;
    this.#prefix = keyPrefix(prefix ?? 'troupe');
    this.#sequence = clock.now() * 1_000;
    this.delay = delay ?? defaultDelay;
  }

  async beat(node: string, lease: number): Promise<string> {
    const keys = [this.#key('node', node), this.#key('data')];

    return String(await this.#link.run(beatScript, keys, [milliseconds(lease), createId()]));
  }

  async claim(id: string, node: string, force = false): Promise<Claim> {
    const reply = await this.#link.run(
      claimScript,
      [this.#key('session', id), this.#key('fence')],
      [node, flag(force), this.#key('node', ''), String(++this.#sequence)],
      true
    );
    const [first, bytes] = reply as readonly Buffer[];
    if (first === undefined) return { kind: 'absent' };
    if (bytes === undefined) return { kind: 'held', owner: first.toString() };

    return { kind: 'claimed', fence: Number(first), bytes: new Uint8Array(bytes) };
  }

  async write({ id, node, fence, bytes, lifetime, release, renew = false }: Entry): Promise<Fence> {
    const sequence = ++this.#sequence;
    // A copy: after a timeout the client may still send it.
    const copy = Buffer.from(bytes);
    const reply = await this.#link.run(
      writeScript,
      [this.#key('session', id), this.#key('fence')],
      [node, String(fence), String(sequence), copy, milliseconds(lifetime), flag(release), flag(renew)],
      true
    );

    return Number(reply);
  }

  async remove(id: string, fence: Fence): Promise<void> {
    await this.#link.run(removeScript, [this.#key('session', id)], [String(fence), String(StoreLimit.removedMs)], true);
  }

  async setAside(id: string, fence: Fence, reason: string): Promise<void> {
    const { maxQuarantined, quarantineMs, removedMs } = StoreLimit;
    const line = quarantineLine({ id, reason, at: this.#clock.now() });
    const keys = [this.#key('session', id), this.#key('quarantine')];
    const limits = [maxQuarantined, quarantineMs].map(String);

    await this.#link.run(quarantineScript, keys, [String(fence), String(removedMs), line, ...limits], true);
  }

  async listAside(): Promise<readonly SetAside[]> {
    const oldest = this.#clock.now() - StoreLimit.quarantineMs;
    const list = (await this.#link.command(['LRANGE', this.#key('quarantine'), '0', '-1'], true)) as readonly Buffer[];

    return list.map(readQuarantined).filter(({ at }) => at > oldest);
  }

  async list({ most = StoreLimit.maxListed }: StoredQuery = {}): Promise<readonly StoredSummary[]> {
    const stored: StoredSummary[] = [];
    for await (const keys of this.#sessionKeys()) {
      for (let start = 0; start < keys.length; start += listing.slice) {
        stored.push(...(await this.#summaries(keys.slice(start, start + listing.slice))));
      }
    }

    return stored.sort((left, right) => right.at - left.at).slice(0, most);
  }

  /** The keys of sessions, each once, a few at a time. Redis is not blocked, but visits all keys that it has. */
  async *#sessionKeys(): AsyncGenerator<readonly string[]> {
    const pattern = `${this.#key('session', '').replace(/[\\*?[\]^-]/g, '\\$&')}*`;
    const seen = new Set<string>();
    let cursor = '0';
    for (let round = 0; round < listing.maxRounds; round++) {
      const reply = await this.#link.command(['SCAN', cursor, 'MATCH', pattern, 'COUNT', String(listing.keys)], true);
      const [next, found] = reply as readonly [Buffer, readonly Buffer[]];
      const keys = found.map(String).filter((key) => !seen.has(key));
      for (const key of keys) seen.add(key);
      if (keys.length > 0) yield keys;
      cursor = next.toString();
      if (cursor === '0' || seen.size >= listing.maxSessions) return;
    }
  }

  async #summaries(keys: readonly string[]): Promise<readonly StoredSummary[]> {
    const reply = await this.#link.run(listScript, keys, [this.#key('node', '')], true);
    const begin = this.#key('session', '').length;

    return (reply as readonly (readonly [number, number, Buffer, Buffer])[]).flatMap(
      ([isThere, bytes, at, owner], index) => {
        const id = (keys[index] as string).slice(begin);
        return isThere === 0 ? [] : [{ id, bytes, at: Number(at), owner: owner.toString() || undefined }];
      }
    );
  }

  async peek(id: string): Promise<Uint8Array | undefined> {
    const bytes = (await this.#link.command(['HGET', this.#key('session', id), 'bytes'], true)) as Buffer | null;

    return bytes === null ? undefined : new Uint8Array(bytes);
  }

  async note({ name, value }: Notice, lifetime: number): Promise<void> {
    await this.#link.run(noteScript, [this.#key('notices')], [name, String(value), milliseconds(lifetime)], true);
  }

  async notices(since: number): Promise<{ readonly notices: readonly Notice[]; readonly last: number }> {
    // Of the same millisecond more may have come.
    const range = ['ZRANGEBYSCORE', this.#key('notices'), String(since), '+inf', 'WITHSCORES'];
    // In pairs or one after the other, by the version of the protocol.
    const reply = ((await this.#link.command(range, true)) as readonly (Buffer | number | [Buffer, number])[])
      .flat()
      .map(String);
    const notices: Notice[] = [];
    let last = since;
    for (let at = 0; at < reply.length; at += 2) {
      const [value = '', name = ''] = reply[at]?.split(' ') ?? [];
      notices.push({ name, value: Number(value) });
      last = Math.max(last, Number(reply[at + 1]));
    }

    return { notices, last };
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  #key(...parts: readonly string[]): string {
    return this.#prefix + parts.join(':');
  }
}

const flag = (value: boolean): string => (value ? '1' : '0');

/** A duration as Redis accepts it: whole, above 0, and small enough to be added to the time. */
const milliseconds = (duration: number): string => String(Math.ceil(Math.min(Math.max(duration, 1), 1e14)));
