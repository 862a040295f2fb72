/**
 * The store on disk, for one process: sessions survive its end, also a `kill -9`. `store.ts` says what it promises;
 * `lmdb-record.ts` how a session is written down.
 *
 * One process uses the file, so who owns a session, and with which fence, is known in memory, and after
 * a restart nobody owns anything: whoever had is dead. On disk are the sessions, and a number above all fences.
 *
 * The only file that imports `lmdb`, and only when `lmdb()` is called.
 */

import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { setImmediate as nextImmediate } from 'node:timers/promises';
import type { Database, RootDatabase } from 'lmdb';
import { type Clock, systemClock } from '../platform/clock.js';
import { ErrorCode, TroupeError, textOf } from '../platform/errors.js';
import { lockFolder } from './folder-lock.js';
import { endOf, readRecord, type StoredRecord, writeRecord } from './lmdb-record.js';
import { Leases } from './node-leases.js';
import { asideLine, readAside } from './quarantine.js';
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

/** Options of `lmdb`. */
export interface LmdbStoreOptions {
  /** What tells the time. Default: the computer's clock. */
  readonly clock?: Clock;
  /** Milliseconds in which changes of a session are gathered before they are written. Default 100; 0 writes each turn at once. */
  readonly delay?: number;
  /**
   * Whether a write is done when it is on the disk. Default: true. Else it is done when it has been given to the
   * operating system: then it survives the end of the process, and not that of the computer.
   */
  readonly flush?: boolean;
  /** The folder that is used; it is made if it is not there. On a disk of this computer, not on a network. */
  readonly path: string;
}

/** Who owns a session. */
interface Holding {
  readonly node: string;
  readonly fence: Fence;
}

/** The three databases in the file. */
interface Databases {
  readonly root: RootDatabase<Buffer, string>;
  readonly sessions: Database<Buffer, string>;
  /** By when it was set aside, and a fence, so that no two are the same. */
  readonly aside: Database<Buffer, [at: number, fence: number]>;
  readonly unlock: () => void;
}

// LIMITS ----------------------------------------------------------------------

const defaultDelay = 100;

/** Fences that are taken from the disk at once: the number there is above all that were given. */
const fencesAtOnce = 1_000_000;

/** Session registry looked at for whether they have expired: at each new one more than that, and at each beat. */
const lookedAt = { write: 2, beat: 256 } as const;

/** Session registry that are looked at for a list: all, and in one go. */
const listedFrom = { most: 10_000, atOnce: 50 } as const;

const fenceKey = 'fence';

// STORE -----------------------------------------------------------------------

/**
 * Makes a store that keeps sessions in a folder on disk, or opens the one that is there.
 *
 * ```ts
 * createServer({ routes, store: lmdb({ path: 'sessions' }) });
 * ```
 *
 * **Note:** needs the package `lmdb`. One process can use the folder at a time; another gets an error.
 */
export function lmdb(options: LmdbStoreOptions): Required<Store> {
  const { clock = systemClock, delay = defaultDelay, flush = true, path } = options;
  if (typeof path !== 'string' || path === '') {
    throw new TroupeError(ErrorCode.Options, `lmdb({ path }): path is the folder to keep sessions in, not ${path}.`);
  }
  if (!(delay >= 0)) {
    throw new TroupeError(
      ErrorCode.Options,
      `lmdb({ delay: ${delay} }): delay is a number of milliseconds, 0 or more.`
    );
  }

  return new LmdbStore(openDatabases(resolve(path)), { clock, delay, flush });
}

function openDatabases(path: string): Databases {
  const { open } = loadLmdb();

  mkdirSync(path, { recursive: true });
  const unlock = lockFolder(path);
  try {
    const root = open<Buffer, string>({ path, noSubdir: false, encoding: 'binary' });
    return {
      root,
      sessions: root.openDB<Buffer, string>('sessions', { encoding: 'binary' }),
      aside: root.openDB<Buffer, [at: number, fence: number]>('aside', { encoding: 'binary' }),
      unlock,
    };
  } catch (error) {
    unlock();
    throw new TroupeError(ErrorCode.Store, `The store in ${path} cannot be opened: ${textOf(error)}`, { cause: error });
  }
}

function loadLmdb(): typeof import('lmdb') {
  try {
    return createRequire(import.meta.url)('lmdb') as typeof import('lmdb');
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND';
    const what = isMissing ? 'needs the package lmdb' : `cannot load the package lmdb (${textOf(error)})`;

    throw new TroupeError(ErrorCode.Store, `troupe/store/lmdb ${what}. Install it: npm install lmdb`, { cause: error });
  }
}

class LmdbStore implements Required<Store> {
  readonly isVolatile = false;
  readonly isShared = false;
  readonly delay: number;
  readonly #clock: Clock;
  readonly #flush: boolean;
  readonly #databases: Databases;
  readonly #leases: Leases;
  /** Who owns what, by id. */
  readonly #held = new Map<string, Holding>();
  /** What is being written, by id: it cannot be read from the file yet. */
  readonly #pending = new Map<string, Buffer>();
  /** The fence given last, and the number on disk. */
  #fence: Fence;
  #fenceEnd: Fence;
  /** Where looking for what has expired goes on. */
  #round = '';
  #closing: Promise<void> | undefined;

  constructor(
    databases: Databases,
    options: { readonly clock: Clock; readonly delay: number; readonly flush: boolean }
  ) {
    this.#databases = databases;
    this.#clock = options.clock;
    this.#flush = options.flush;
    this.#leases = new Leases(options.clock);
    this.delay = options.delay;
    this.#fence = databases.root.get(fenceKey)?.readDoubleLE() ?? 0;
    this.#fenceEnd = this.#fence;
  }

  async beat(node: string, lease: number): Promise<void> {
    this.#checkOpen();
    this.#leases.beat(node, lease);
    this.#sweep(lookedAt.beat);
  }

  async claim(id: string, node: string, force = false): Promise<Claim> {
    this.#checkOpen();
    const record = this.#find(id);
    if (record?.bytes === undefined) return { kind: 'absent' };
    const owner = this.#ownerOf(id);
    if (owner !== undefined && owner !== node && !force) return { kind: 'held', owner };
    const fence = this.#nextFence();

    this.#held.set(id, { node, fence });
    return { kind: 'claimed', fence, bytes: new Uint8Array(record.bytes) };
  }

  async write(entry: Entry): Promise<Fence> {
    this.#checkOpen();
    const { id, node, bytes, lifetime, release } = entry;
    if (!this.#isOpenTo(entry)) return 0;
    const fence = entry.fence === 0 ? this.#nextFence() : entry.fence;
    const at = this.#clock.now();
    const written = this.#put(id, { node, fence, at, end: at + lifetime, bytes });

    if (release) this.#held.delete(id);
    else this.#held.set(id, { node, fence });
    if (entry.fence === 0) this.#sweep(lookedAt.write);
    await written;
    return fence;
  }

  async remove(id: string, fence: Fence): Promise<void> {
    this.#checkOpen();
    const record = this.#mayRemove(id, fence);
    if (record !== undefined) await this.#putRemoved(id, record, fence);
  }

  async setAside(id: string, fence: Fence, reason: string): Promise<void> {
    this.#checkOpen();
    const record = this.#mayRemove(id, fence);
    if (record?.bytes === undefined) return;
    const { aside } = this.#databases;
    const at = this.#clock.now();

    const put = aside.put([at, this.#nextFence()], Buffer.concat([asideLine({ id, reason, at }), record.bytes]));
    await Promise.all([this.#done(put), this.#putRemoved(id, record, fence)]);
    await this.#sweepAside();
  }

  async listAside(): Promise<readonly SetAside[]> {
    this.#checkOpen();
    await this.#sweepAside();
    return [...this.#databases.aside.getRange({ reverse: true })].map(({ value }) => readAside(value));
  }

  async list({ most = StoreLimit.listed }: StoredQuery = {}): Promise<readonly StoredSummary[]> {
    const stored: StoredSummary[] = [];
    let last: string | undefined = '';

    for (let looked = 0; last !== undefined && looked < listedFrom.most; looked += listedFrom.atOnce) {
      this.#checkOpen();
      last = this.#listAfter(last, stored);
      // The state of each is read with the rest of it: others have their go in between.
      await nextImmediate();
    }
    stored.sort((left, right) => right.at - left.at);
    return stored.slice(0, most);
  }

  /** Adds what is stored under the next few ids, and gives the last of those; `undefined` if these were all. */
  #listAfter(id: string, stored: StoredSummary[]): string | undefined {
    const now = this.#clock.now();
    const limit = listedFrom.atOnce;
    let last: string | undefined;
    let looked = 0;

    for (const { key, value } of this.#databases.sessions.getRange({ start: id, exclusiveStart: true, limit })) {
      const { bytes, at, end } = readRecord(this.#pending.get(key) ?? value);
      if (bytes !== undefined && end > now) {
        stored.push({ id: key, bytes: bytes.length, at, owner: this.#ownerOf(key) });
      }
      last = key;
      looked++;
    }
    return looked < limit ? undefined : last;
  }

  async peek(id: string): Promise<Uint8Array | undefined> {
    this.#checkOpen();
    const bytes = this.#find(id)?.bytes;

    return bytes && new Uint8Array(bytes);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { root, unlock } = this.#databases;

    await root.flushed;
    await root.close();
    unlock();
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw new TroupeError(ErrorCode.Closed, 'The store is closed.');
  }

  // FENCES --------------------------------------------------------------------

  #nextFence(): Fence {
    if (this.#fence === this.#fenceEnd) {
      const end = Buffer.alloc(8);

      this.#fenceEnd += fencesAtOnce;
      end.writeDoubleLE(this.#fenceEnd);
      this.#databases.root.putSync(fenceKey, end);
    }

    this.#fence++;
    return this.#fence;
  }

  /** Whether an entry may be written over what is stored. */
  #isOpenTo({ id, node, fence }: Entry): boolean {
    const held = this.#held.get(id);
    // As it almost always is: then nothing needs to be read.
    if (held !== undefined && fence >= held.fence) return true;
    const record = this.#find(id);
    if (record === undefined) return true;
    if (record.bytes === undefined) return fence === 0 || fence > record.fence;

    return fence === 0 ? (held?.node ?? record.node) === node : fence >= (held?.fence ?? record.fence);
  }

  /** What is stored under an id, if it is there to be removed and the fence is right. */
  #mayRemove(id: string, fence: Fence): StoredRecord | undefined {
    const record = this.#find(id);
    if (record?.bytes === undefined) return undefined;

    return fence >= (this.#held.get(id)?.fence ?? record.fence) ? record : undefined;
  }

  /** The node that is to be asked for a session, if one is. */
  #ownerOf(id: string): string | undefined {
    const held = this.#held.get(id);

    return held !== undefined && this.#leases.isAlive(held.node) ? held.node : undefined;
  }

  // RECORDS -------------------------------------------------------------------

  /** What is stored under an id and has not expired. */
  #find(id: string): StoredRecord | undefined {
    const stored = this.#pending.get(id) ?? this.#databases.sessions.get(id);
    if (stored === undefined || endOf(stored) <= this.#clock.now()) return undefined;

    return readRecord(stored);
  }

  async #put(id: string, stored: StoredRecord): Promise<void> {
    const record = writeRecord(stored);

    this.#pending.set(id, record);
    try {
      await this.#done(this.#databases.sessions.put(id, record));
    } finally {
      if (this.#pending.get(id) === record) this.#pending.delete(id);
    }
  }

  /** Leaves the fence in the place of the session. */
  #putRemoved(id: string, { node }: StoredRecord, fence: Fence): Promise<void> {
    this.#held.delete(id);
    const at = this.#clock.now();

    return this.#put(id, { node, fence, at, end: at + StoreLimit.removedTime, bytes: undefined });
  }

  /** Waits until what was put just now is as safe as it is to be. */
  async #done(put: Promise<unknown>): Promise<void> {
    await (this.#flush ? Promise.all([put, this.#databases.root.flushed]) : put);
  }

  // GOING ---------------------------------------------------------------------

  /** Goes on with looking at all sessions, in the order of their ids, and removes what has expired. */
  #sweep(steps: number): void {
    const { sessions } = this.#databases;
    const now = this.#clock.now();
    let last = '';

    for (const { key, value } of sessions.getRange({ start: this.#round, exclusiveStart: true, limit: steps })) {
      if (endOf(value) <= now && !this.#pending.has(key)) this.#forget(key);
      last = key;
    }
    this.#round = last;
  }

  #forget(id: string): void {
    const held = this.#held.get(id);

    if (held !== undefined && !this.#leases.isAlive(held.node)) this.#held.delete(id);
    // If it fails, it is found again; and whoever writes next is told what is wrong with the disk.
    this.#databases.sessions.remove(id).catch(() => undefined);
  }

  async #sweepAside(): Promise<void> {
    const { aside } = this.#databases;
    const oldest = this.#clock.now() - StoreLimit.asideTime;
    const keys = [...aside.getKeys({ reverse: true })];
    const gone = keys.filter(([at], index) => index >= StoreLimit.aside || at <= oldest);

    await Promise.all(gone.map((key) => aside.remove(key)));
  }
}
