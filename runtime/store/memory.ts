/**
 * The store in memory, for one process: the default. Several servers of the process may share one; sessions then move
 * between them as between the nodes of a cluster. `store.ts` says what it promises.
 */

import { type Clock, monotonic, systemClock } from '../platform/clock.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { NodeLeases } from './node-leases.js';
import { shortenReason } from './quarantine.js';
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

/** Options of `memory`. */
export interface MemoryStoreOptions {
  /** Default: the computer's clock. */
  readonly clock?: Clock;
  /**
   * Bytes of everything that is kept. Beyond it are dropped, the oldest first: the sessions in quarantine, then those that no
   * living node owns, then the rest. Default 67,108,864 (64 MiB); `Infinity` turns the limit off.
   */
  readonly maxBytes?: number;
}

/** A store in memory. */
export interface MemoryStore extends Required<Store> {
  /** The bytes it keeps, about. */
  readonly bytes: number;
}

/** A session that is kept, or was removed. */
interface MemoryRecord {
  readonly id: string;
  /** The owner, or if it was released the last one. */
  readonly node: string;
  readonly released: boolean;
  readonly fence: Fence;
  /** `undefined` if it was removed. */
  readonly bytes: Uint8Array | undefined;
  /** When it was written, in milliseconds since the epoch. */
  readonly at: number;
  /** When it expires, in milliseconds since the epoch. */
  readonly end: number;
}

// LIMITS ----------------------------------------------------------------------

const defaultMaxBytes = 64 * 1024 * 1024;

/** Bytes that a session takes beside its snapshot, about. */
const overheadBytes = 200;

/** Sessions checked for expiry: at each write more than it can add, and at each beat. */
const checked = { write: 2, beat: 256 } as const;

/** Sessions searched for one whose owner is dead before one of a living owner is dropped. */
const maxSearched = 64;

const sizeOf = ({ id, bytes }: Pick<MemoryRecord, 'id' | 'bytes'>): number =>
  overheadBytes + 2 * id.length + (bytes?.length ?? 0);

// STORE -----------------------------------------------------------------------

/**
 * Makes a store that keeps sessions in the memory of this process.
 *
 * ```ts
 * createServer({ routes, store: memory({ maxBytes: 256 * 1024 * 1024 }) });
 * ```
 *
 * **Note:** everything is lost with the process. `close` does nothing, because another server may use the store.
 */
export function memory(options: MemoryStoreOptions = {}): MemoryStore {
  const { clock = systemClock, maxBytes = defaultMaxBytes } = options;
  if (!(maxBytes > 0)) {
    throw new TroupeError(
      ErrorCode.Options,
      `memory({ maxBytes: ${maxBytes} }): maxBytes is a number of bytes above 0, or Infinity for no limit.`
    );
  }

  return new SessionsInMemory(clock, maxBytes);
}

class SessionsInMemory implements MemoryStore {
  readonly damage = undefined;
  readonly isVolatile = true;
  readonly isShared = false;
  readonly delay = 0;
  readonly #clock: Clock;
  readonly #maxBytes: number;
  readonly #leases: NodeLeases;
  /** The sessions that have an owner, by id, the oldest first. */
  readonly #held = new Map<string, MemoryRecord>();
  /** The sessions that were released or removed, by id, the oldest first. */
  readonly #free = new Map<string, MemoryRecord>();
  /** The quarantine, the latest last. */
  readonly #quarantine: SetAside[] = [];
  /** By name, the latest last. */
  readonly #notices = new Map<string, { readonly value: number; readonly number: number; readonly end: number }>();
  #noted = 0;
  #bytes = 0;
  #fence: Fence = 0;
  /** Visits all sessions in turn, a few at a time. */
  #round: Iterator<MemoryRecord>;

  constructor(clock: Clock, maxBytes: number) {
    this.#clock = clock;
    this.#maxBytes = maxBytes;
    this.#leases = new NodeLeases(clock);
    this.#round = this.#all();
  }

  get bytes(): number {
    return this.#bytes;
  }

  async beat(node: string, lease: number): Promise<undefined> {
    this.#leases.beat(node, lease);
    this.#sweep(checked.beat);

    return undefined;
  }

  async claim(id: string, node: string, force = false): Promise<Claim> {
    const kept = this.#find(id);
    if (kept?.bytes === undefined) return { kind: 'absent' };
    const owner = this.#ownerOf(kept);
    if (owner !== undefined && owner !== node && !force) return { kind: 'held', owner };
    const fence = ++this.#fence;

    this.#keep({ ...kept, node, released: false, fence });
    return { kind: 'claimed', fence, bytes: new Uint8Array(kept.bytes) };
  }

  async write(entry: Entry): Promise<Fence> {
    const { id, node, bytes, lifetime, release } = entry;
    const kept = this.#find(id);
    if (kept !== undefined && !isOpenTo(entry, kept)) return 0;
    if (sizeOf(entry) > this.#maxBytes) throw tooLarge(entry, this.#maxBytes);
    const fence = entry.fence === 0 || entry.renew === true ? ++this.#fence : entry.fence;

    const at = this.#clock.now();

    this.#sweep(checked.write);
    this.#keep({
      id,
      node,
      released: release,
      fence,
      bytes: new Uint8Array(bytes),
      at,
      end: monotonic(this.#clock) + lifetime,
    });
    this.#shrink();
    return fence;
  }

  async remove(id: string, fence: Fence): Promise<void> {
    this.#take(id, fence);
  }

  async setAside(id: string, fence: Fence, reason: string): Promise<void> {
    const bytes = this.#take(id, fence);
    if (bytes === undefined) return;

    this.#quarantine.push({ id, bytes, reason: shortenReason(reason), at: this.#clock.now() });
    this.#bytes += sizeOf({ id, bytes });
    if (this.#quarantine.length > StoreLimit.maxQuarantined) this.#dropQuarantined();
    this.#shrink();
  }

  async listAside(): Promise<readonly SetAside[]> {
    this.#sweepQuarantine();
    return this.#quarantine.map((one) => ({ ...one, bytes: new Uint8Array(one.bytes) })).reverse();
  }

  async list({ most = StoreLimit.maxListed }: StoredQuery = {}): Promise<readonly StoredSummary[]> {
    const now = monotonic(this.#clock);
    const stored = [...this.#all()].filter(({ bytes, end }) => bytes !== undefined && end > now);
    stored.sort((left, right) => right.at - left.at);

    return stored.slice(0, most).map((kept) => {
      return { id: kept.id, bytes: kept.bytes?.length ?? 0, at: kept.at, owner: this.#ownerOf(kept) };
    });
  }

  async peek(id: string): Promise<Uint8Array | undefined> {
    const bytes = this.#find(id)?.bytes;

    return bytes && new Uint8Array(bytes);
  }

  async note({ name, value }: Notice, lifetime: number): Promise<void> {
    const now = monotonic(this.#clock);
    for (const [each, { end }] of this.#notices) if (end <= now) this.#notices.delete(each);
    const known = this.#notices.get(name)?.value ?? value;
    this.#notices.delete(name);
    this.#notices.set(name, { value: Math.max(value, known), number: ++this.#noted, end: now + lifetime });
  }

  async notices(since: number): Promise<{ readonly notices: readonly Notice[]; readonly last: number }> {
    const now = monotonic(this.#clock);
    const found = [...this.#notices].filter(([, { number, end }]) => number > since && end > now);

    return { notices: found.map(([name, { value }]) => ({ name, value })), last: this.#noted };
  }

  async close(): Promise<void> {}

  // KEEPING -------------------------------------------------------------------

  /** The session of an id, unless it has expired. */
  #find(id: string): MemoryRecord | undefined {
    const kept = this.#held.get(id) ?? this.#free.get(id);
    if (kept === undefined || kept.end > monotonic(this.#clock)) return kept;

    this.#drop(kept);
    return undefined;
  }

  /** The node that owns a session and is alive. */
  #ownerOf({ node, released }: MemoryRecord): string | undefined {
    return !released && this.#leases.isAlive(node) ? node : undefined;
  }

  #keep(kept: MemoryRecord): void {
    this.#drop(kept);
    (kept.released ? this.#free : this.#held).set(kept.id, kept);
    this.#bytes += sizeOf(kept);
  }

  /** Drops the session of the id. */
  #drop({ id }: MemoryRecord): void {
    const kept = this.#held.get(id) ?? this.#free.get(id);
    if (kept === undefined) return;

    this.#held.delete(id);
    this.#free.delete(id);
    this.#bytes -= sizeOf(kept);
  }

  /** Removes a session if the fence is that of its owner, and leaves the fence. Returns the bytes. */
  #take(id: string, fence: Fence): Uint8Array | undefined {
    const kept = this.#find(id);
    if (kept?.bytes === undefined || fence < kept.fence) return undefined;

    this.#keep({ ...kept, released: true, bytes: undefined, end: monotonic(this.#clock) + StoreLimit.removedMs });
    return kept.bytes;
  }

  // DROPPING ------------------------------------------------------------------

  *#all(): Generator<MemoryRecord, void> {
    yield* this.#free.values();
    yield* this.#held.values();
  }

  /** Continues the round and drops the sessions that have expired. */
  #sweep(steps: number): void {
    const now = monotonic(this.#clock);

    this.#sweepQuarantine();
    for (let step = 0; step < steps; step++) {
      const { done, value } = this.#round.next();
      if (done === true) {
        this.#round = this.#all();
        return;
      }
      if (value.end <= now) this.#drop(value);
    }
  }

  #sweepQuarantine(): void {
    const oldest = this.#clock.now() - StoreLimit.quarantineMs;

    while ((this.#quarantine[0]?.at ?? Number.POSITIVE_INFINITY) <= oldest) this.#dropQuarantined();
  }

  #dropQuarantined(): void {
    const gone = this.#quarantine.shift();
    if (gone !== undefined) this.#bytes -= sizeOf(gone);
  }

  /** Makes room. */
  #shrink(): void {
    while (this.#bytes > this.#maxBytes) {
      if (this.#quarantine.length > 0) {
        this.#dropQuarantined();
        continue;
      }
      const [released] = this.#free.values();
      const gone = released ?? this.#oldestHeld();
      if (gone === undefined) return;
      this.#drop(gone);
    }
  }

  /** The oldest session with a dead owner, else the oldest with an owner. */
  #oldestHeld(): MemoryRecord | undefined {
    let oldest: MemoryRecord | undefined;
    let looked = 0;

    for (const kept of this.#held.values()) {
      if (!this.#leases.isAlive(kept.node)) return kept;
      oldest ??= kept;
      if (++looked === maxSearched) break;
    }
    return oldest;
  }
}

/** Whether an entry may replace what is kept. */
function isOpenTo({ fence, node }: Entry, kept: MemoryRecord): boolean {
  const isRemoved = kept.bytes === undefined;
  if (fence === 0) return isRemoved || kept.node === node;

  return isRemoved ? fence > kept.fence : fence >= kept.fence;
}

function tooLarge({ id, bytes }: Entry, maxBytes: number): TroupeError {
  return new TroupeError(
    ErrorCode.Store,
    `Session ${id} has ${bytes.length} bytes and memory() keeps ${maxBytes} in all. Raise maxBytes, or keep less in the models.`
  );
}
