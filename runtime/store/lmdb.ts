/**
 * The store on disk, for one process: sessions survive its end, also a `kill -9`. `store.ts` says what it promises;
 * `lmdb-record.ts` says how a session is stored, `lmdb-environment.ts` writes to the disk.
 *
 * One process uses the file. The owners of sessions and their fences are therefore kept in memory, and after a restart no
 * session has an owner. On disk are the sessions, and a number above all fences. The package `lmdb` is loaded when
 * `lmdb()` is called.
 */

import { resolve } from 'node:path';
import { setImmediate as nextImmediate } from 'node:timers/promises';
import { type Clock, systemClock } from '../platform/clock.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { LmdbEnvironment } from './lmdb-environment.js';
import { endOf, readRecord, type StoredRecord, writeRecord } from './lmdb-record.js';
import { NodeLeases } from './node-leases.js';
import { quarantineLine, readQuarantined } from './quarantine.js';
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

/** Options of `lmdb`. */
export interface LmdbStoreOptions {
  /** Default: the computer's clock. */
  readonly clock?: Clock;
  /** Milliseconds in which changes of a session are gathered before they are written. Default 100; 0 writes each turn at once. */
  readonly delay?: number;
  /**
   * Whether a write is done only when it is on the disk. Default true. With `false` it is done when the operating system has
   * it: it then survives the end of the process, but not that of the computer.
   */
  readonly flush?: boolean;
  /** The folder, created if it does not exist. On a disk of this computer, not on a network. */
  readonly path: string;
}

/** The owner of a session. */
interface Holding {
  readonly node: string;
  readonly fence: Fence;
}

// LIMITS ----------------------------------------------------------------------

const defaultDelay = 100;

/** Fences reserved on disk at once. The number on disk is above all that were given. */
const fencesAtOnce = 1_000_000;

/** Sessions checked for expiry: at each new one more than it adds, and at each beat. */
const checked = { write: 2, beat: 256 } as const;

/** Sessions read for a list: in all, and in one slice. */
const listing = { maxSessions: 10_000, slice: 50 } as const;

/** What the ids of notices begin with. */
const noticeIds = '!notice ';

// STORE -----------------------------------------------------------------------

/**
 * Makes a store that keeps sessions in a folder on disk, or opens an existing one.
 *
 * ```ts
 * createServer({ routes, store: lmdb({ path: 'sessions' }) });
 * ```
 *
 * **Note:** needs the package `lmdb`. One process can use the folder at a time; a second one gets an error.
 */
export function lmdb(options: LmdbStoreOptions): Required<Store> {
  const { clock = systemClock, delay = defaultDelay, flush = true, path } = options;
  if (typeof path !== 'string' || path === '') {
    throw new TroupeError(ErrorCode.Options, `lmdb({ path }): path must be the name of a folder, not ${path}.`);
  }
  if (!(delay >= 0)) {
    throw new TroupeError(
      ErrorCode.Options,
      `lmdb({ delay: ${delay} }): delay is a number of milliseconds, 0 or more.`
    );
  }

  return new LmdbStore(new LmdbEnvironment(resolve(path)), { clock, delay, flush });
}

class LmdbStore implements Required<Store> {
  readonly isVolatile = false;
  readonly isShared = false;
  readonly damage: TroupeError | undefined;
  readonly delay: number;
  readonly #clock: Clock;
  readonly #flush: boolean;
  readonly #files: LmdbEnvironment;
  readonly #leases: NodeLeases;
  /** The owners, by the id of the session. */
  readonly #held = new Map<string, Holding>();
  /** Records that are being written, by id. They cannot be read from the file yet. */
  readonly #pending = new Map<string, Buffer>();
  /** The fence that was given last, and the number on disk. */
  #fence: Fence;
  #fenceEnd: Fence;
  /** The id after which the search for expired sessions continues. */
  #round = '';
  #closing: Promise<void> | undefined;

  constructor(
    files: LmdbEnvironment,
    options: { readonly clock: Clock; readonly delay: number; readonly flush: boolean }
  ) {
    this.#files = files;
    this.damage = files.damage;
    this.#clock = options.clock;
    this.#flush = options.flush;
    this.#leases = new NodeLeases(options.clock);
    this.delay = options.delay;
    this.#fence = files.fence;
    this.#fenceEnd = this.#fence;
  }

  async beat(node: string, lease: number): Promise<undefined> {
    if (this.#mustWait()) await this.#files.ready;
    this.#leases.beat(node, lease);
    this.#sweep(checked.beat);

    return undefined;
  }

  async claim(id: string, node: string, force = false): Promise<Claim> {
    if (this.#mustWait()) await this.#files.ready;
    const record = this.#find(id);
    if (record?.bytes === undefined) return { kind: 'absent' };
    const owner = this.#ownerOf(id);
    if (owner !== undefined && owner !== node && !force) return { kind: 'held', owner };
    const fence = this.#nextFence();

    this.#held.set(id, { node, fence });
    return { kind: 'claimed', fence, bytes: new Uint8Array(record.bytes) };
  }

  async write(entry: Entry): Promise<Fence> {
    if (this.#mustWait()) await this.#files.ready;
    const { id, node, bytes, lifetime, release } = entry;
    if (!this.#isOpenTo(entry)) return 0;
    const fence = entry.fence === 0 ? this.#nextFence() : entry.fence;
    const at = this.#clock.now();
    const written = this.#put(id, { node, fence, at, end: at + lifetime, bytes });

    if (release) this.#held.delete(id);
    else this.#held.set(id, { node, fence });
    if (entry.fence === 0) this.#sweep(checked.write);
    await written;
    return fence;
  }

  async remove(id: string, fence: Fence): Promise<void> {
    if (this.#mustWait()) await this.#files.ready;
    const record = this.#mayRemove(id, fence);
    if (record !== undefined) await this.#putRemoved(id, record, fence);
  }

  async setAside(id: string, fence: Fence, reason: string): Promise<void> {
    if (this.#mustWait()) await this.#files.ready;
    const record = this.#mayRemove(id, fence);
    if (record?.bytes === undefined) return;
    const at = this.#clock.now();
    const line = quarantineLine({ id, reason, at });

    // First the copy: if there is no space for it, the session stays as it is.
    await this.#files.putAside([at, this.#nextFence()], Buffer.concat([line, record.bytes]), this.#flush);
    await this.#putRemoved(id, record, fence);
    await this.#sweepQuarantine();
  }

  async listAside(): Promise<readonly SetAside[]> {
    if (this.#mustWait()) await this.#files.ready;
    await this.#sweepQuarantine();
    return [...this.#files.quarantine.getRange({ reverse: true })].map(({ value }) => readQuarantined(value));
  }

  async list({ most = StoreLimit.maxListed }: StoredQuery = {}): Promise<readonly StoredSummary[]> {
    const stored: StoredSummary[] = [];
    let last: string | undefined = '';

    for (let looked = 0; last !== undefined && looked < listing.maxSessions; looked += listing.slice) {
      if (this.#mustWait()) await this.#files.ready;
      last = this.#listAfter(last, stored);
      // Each record is read with its snapshot. Other work runs between the slices.
      await nextImmediate();
    }
    stored.sort((left, right) => right.at - left.at);
    return stored.slice(0, most);
  }

  /** Adds the sessions of the next ids to a list. Returns the last of these ids; `undefined` if there are no more. */
  #listAfter(id: string, stored: StoredSummary[]): string | undefined {
    const now = this.#clock.now();
    const limit = listing.slice;
    let last: string | undefined;
    let looked = 0;

    for (const { key, value } of this.#files.sessions.getRange({ start: id, exclusiveStart: true, limit })) {
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
    if (this.#mustWait()) await this.#files.ready;
    const bytes = this.#find(id)?.bytes;

    return bytes && new Uint8Array(bytes);
  }

  /** A notice is a record of no node, under an id that no session has. */
  async note({ name, value }: Notice, lifetime: number): Promise<void> {
    if (this.#mustWait()) await this.#files.ready;
    const at = this.#clock.now();
    const id = noticeIds + name;
    const known = this.#find(id)?.fence ?? value;
    await this.#put(id, { node: '', fence: Math.max(value, known), at, end: at + lifetime, bytes: undefined });
  }

  /** No other process writes any: those that it has left itself are given once. */
  async notices(since: number): Promise<{ readonly notices: readonly Notice[]; readonly last: number }> {
    if (this.#mustWait()) await this.#files.ready;
    const now = this.#clock.now();
    const range = this.#files.sessions.getRange({ start: noticeIds, end: `${noticeIds}~` });
    const stored = [...range].map(({ key, value }) => [key, readRecord(this.#pending.get(key) ?? value)] as const);
    const pending = [...this.#pending].filter(([key]) => key.startsWith(noticeIds));
    const all = new Map([...stored, ...pending.map(([key, value]) => [key, readRecord(value)] as const)]);
    const found = [...all].filter(([, { at, end }]) => at >= since && end > now);

    return {
      notices: found.map(([key, { fence }]) => ({ name: key.slice(noticeIds.length), value: fence })),
      last: Math.max(since, ...found.map(([, { at }]) => at)),
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#files.close();
    return this.#closing;
  }

  /** Whether the files are being opened again. Throws if the store is closed. */
  #mustWait(): boolean {
    if (this.#closing !== undefined) throw new TroupeError(ErrorCode.Closed, 'The store is closed.');

    return this.#files.ready !== undefined;
  }

  // FENCES --------------------------------------------------------------------

  #nextFence(): Fence {
    if (this.#fence === this.#fenceEnd) {
      this.#files.writeFence(this.#fenceEnd + fencesAtOnce);
      this.#fenceEnd += fencesAtOnce;
    }
    this.#fence++;
    return this.#fence;
  }

  /** Whether an entry may replace what is stored. */
  #isOpenTo({ id, node, fence }: Entry): boolean {
    const held = this.#held.get(id);
    // The usual case: nothing has to be read.
    if (held !== undefined && fence >= held.fence) return true;
    const record = this.#find(id);
    if (record === undefined) return true;
    if (record.bytes === undefined) return fence === 0 || fence > record.fence;

    return fence === 0 ? (held?.node ?? record.node) === node : fence >= (held?.fence ?? record.fence);
  }

  /** The record of an id, if it may be removed with this fence. */
  #mayRemove(id: string, fence: Fence): StoredRecord | undefined {
    const record = this.#find(id);
    if (record?.bytes === undefined) return undefined;

    return fence >= (this.#held.get(id)?.fence ?? record.fence) ? record : undefined;
  }

  /** The node that owns a session and is alive. */
  #ownerOf(id: string): string | undefined {
    const held = this.#held.get(id);

    return held !== undefined && this.#leases.isAlive(held.node) ? held.node : undefined;
  }

  // RECORDS -------------------------------------------------------------------

  /** The record of an id, unless it has expired. */
  #find(id: string): StoredRecord | undefined {
    const stored = this.#pending.get(id) ?? this.#files.sessions.get(id);
    if (stored === undefined || endOf(stored) <= this.#clock.now()) return undefined;

    return readRecord(stored);
  }

  async #put(id: string, stored: StoredRecord): Promise<void> {
    const record = writeRecord(stored);

    this.#pending.set(id, record);
    try {
      await this.#files.put(id, record, this.#flush);
    } finally {
      if (this.#pending.get(id) === record) this.#pending.delete(id);
    }
  }

  /** Replaces a session by its fence. */
  #putRemoved(id: string, { node }: StoredRecord, fence: Fence): Promise<void> {
    this.#held.delete(id);
    const at = this.#clock.now();

    return this.#put(id, { node, fence, at, end: at + StoreLimit.removedMs, bytes: undefined });
  }

  // EXPIRY --------------------------------------------------------------------

  /** Continues the search through all sessions, in the order of their ids, and removes those that have expired. */
  #sweep(steps: number): void {
    const { sessions } = this.#files;
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
    // If this fails, the session is found again, and the next write rejects with what is wrong with the disk.
    this.#files.remove(id).catch(() => undefined);
  }

  async #sweepQuarantine(): Promise<void> {
    const { quarantine } = this.#files;
    const oldest = this.#clock.now() - StoreLimit.quarantineMs;
    const keys = [...quarantine.getKeys({ reverse: true })];
    const gone = keys.filter(([at], index) => index >= StoreLimit.maxQuarantined || at <= oldest);

    await Promise.all(gone.map((key) => this.#files.removeAside(key)));
  }
}
