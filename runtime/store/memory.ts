/**
 * The store in memory, for one process: the default. Several servers in the process may share one, and then
 * hand sessions over to each other as nodes of a cluster do. `store.ts` says what it promises.
 */

import { type Clock, systemClock } from '../platform/clock.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { Leases } from './node-leases.js';
import { shortened } from './quarantine.js';
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

/** Options of `memory`. */
export interface MemoryStoreOptions {
  /** What tells the time. Default: the computer's clock. */
  readonly clock?: Clock;
  /**
   * Bytes of all that is kept. Beyond it goes, the oldest first, what was set aside, then what no living node
   * owns, then the rest. Default 67,108,864 (64 MiB); `Infinity` turns the limit off.
   */
  readonly maxBytes?: number;
}

/** A store in memory. */
export interface MemoryStore extends Required<Store> {
  /** How much it keeps, about. */
  readonly bytes: number;
}

/** A session that is kept, or was removed. */
interface Persistable {
  readonly id: string;
  /** Who owns it or, if it was released, did so last. */
  readonly node: string;
  readonly released: boolean;
  readonly fence: Fence;
  /** Nothing if it was removed. */
  readonly bytes: Uint8Array | undefined;
  /** When it was written, in milliseconds since the epoch. */
  readonly at: number;
  /** When it is over, in milliseconds since the epoch. */
  readonly end: number;
}

// LIMITS ----------------------------------------------------------------------

const defaultBytes = 64 * 1024 * 1024;

/** What a session takes beside its bytes, about. */
const overhead = 200;

/** Session registry looked at for whether they have expired: at each write more than it can add, and at each beat. */
const lookedAt = { write: 2, beat: 256 } as const;

/** Session registry looked at for one whose owner is dead before one of a living owner goes. */
const searched = 64;

const sizeOf = ({ id, bytes }: Pick<Persistable, 'id' | 'bytes'>): number =>
  overhead + 2 * id.length + (bytes?.length ?? 0);

// STORE -----------------------------------------------------------------------

/**
 * Makes a store that keeps sessions in the memory of this process.
 *
 * ```ts
 * createServer({ routes, store: memory({ maxBytes: 256 * 1024 * 1024 }) });
 * ```
 *
 * **Note:** all is lost with the process, and `close` does nothing: another server may be using it.
 */
export function memory(options: MemoryStoreOptions = {}): MemoryStore {
  const { clock = systemClock, maxBytes = defaultBytes } = options;
  if (!(maxBytes > 0)) {
    throw new TroupeError(
      ErrorCode.Options,
      `memory({ maxBytes: ${maxBytes} }): maxBytes is a number of bytes above 0, or Infinity for no limit.`
    );
  }

  return new SessionsInMemory(clock, maxBytes);
}

class SessionsInMemory implements MemoryStore {
  readonly isVolatile = true;
  readonly isShared = false;
  readonly delay = 0;
  readonly #clock: Clock;
  readonly #maxBytes: number;
  readonly #leases: Leases;
  /** What has an owner, by id, the oldest first. */
  readonly #held = new Map<string, Persistable>();
  /** What was released or removed, by id, the oldest first. */
  readonly #free = new Map<string, Persistable>();
  /** The latest last. */
  readonly #aside: SetAside[] = [];
  #bytes = 0;
  #fence: Fence = 0;
  /** Goes round all that is kept, a few at a time. */
  #round: Iterator<Persistable>;

  constructor(clock: Clock, maxBytes: number) {
    this.#clock = clock;
    this.#maxBytes = maxBytes;
    this.#leases = new Leases(clock);
    this.#round = this.#all();
  }

  get bytes(): number {
    return this.#bytes;
  }

  async beat(node: string, lease: number): Promise<void> {
    this.#leases.beat(node, lease);
    this.#sweep(lookedAt.beat);
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
    const fence = entry.fence === 0 ? ++this.#fence : entry.fence;

    const at = this.#clock.now();

    this.#sweep(lookedAt.write);
    this.#keep({ id, node, released: release, fence, bytes: new Uint8Array(bytes), at, end: at + lifetime });
    this.#shrink();
    return fence;
  }

  async remove(id: string, fence: Fence): Promise<void> {
    this.#take(id, fence);
  }

  async setAside(id: string, fence: Fence, reason: string): Promise<void> {
    const bytes = this.#take(id, fence);
    if (bytes === undefined) return;

    this.#aside.push({ id, bytes, reason: shortened(reason), at: this.#clock.now() });
    this.#bytes += sizeOf({ id, bytes });
    if (this.#aside.length > StoreLimit.aside) this.#dropAside();
    this.#shrink();
  }

  async listAside(): Promise<readonly SetAside[]> {
    this.#sweepAside();
    return this.#aside.map((one) => ({ ...one, bytes: new Uint8Array(one.bytes) })).reverse();
  }

  async list({ most = StoreLimit.listed }: StoredQuery = {}): Promise<readonly StoredSummary[]> {
    const now = this.#clock.now();
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

  async close(): Promise<void> {}

  // KEEPING -------------------------------------------------------------------

  /** What is kept under an id and has not expired. */
  #find(id: string): Persistable | undefined {
    const kept = this.#held.get(id) ?? this.#free.get(id);
    if (kept === undefined || kept.end > this.#clock.now()) return kept;

    this.#drop(kept);
    return undefined;
  }

  /** The node that is to be asked for a session, if one is. */
  #ownerOf({ node, released }: Persistable): string | undefined {
    return !released && this.#leases.isAlive(node) ? node : undefined;
  }

  #keep(kept: Persistable): void {
    this.#drop(kept);
    (kept.released ? this.#free : this.#held).set(kept.id, kept);
    this.#bytes += sizeOf(kept);
  }

  /** Forgets what is kept under the id. */
  #drop({ id }: Persistable): void {
    const kept = this.#held.get(id) ?? this.#free.get(id);
    if (kept === undefined) return;

    this.#held.delete(id);
    this.#free.delete(id);
    this.#bytes -= sizeOf(kept);
  }

  /** Removes a session of which the fence is right, leaves the fence, and gives the bytes. */
  #take(id: string, fence: Fence): Uint8Array | undefined {
    const kept = this.#find(id);
    if (kept?.bytes === undefined || fence < kept.fence) return undefined;

    this.#keep({ ...kept, released: true, bytes: undefined, end: this.#clock.now() + StoreLimit.removedTime });
    return kept.bytes;
  }

  // GOING ---------------------------------------------------------------------

  *#all(): Generator<Persistable, void> {
    yield* this.#free.values();
    yield* this.#held.values();
  }

  /** Goes on with the round and drops what has expired. */
  #sweep(steps: number): void {
    const now = this.#clock.now();

    this.#sweepAside();
    for (let step = 0; step < steps; step++) {
      const { done, value } = this.#round.next();
      if (done === true) {
        this.#round = this.#all();
        return;
      }
      if (value.end <= now) this.#drop(value);
    }
  }

  #sweepAside(): void {
    const oldest = this.#clock.now() - StoreLimit.asideTime;

    while ((this.#aside[0]?.at ?? Number.POSITIVE_INFINITY) <= oldest) this.#dropAside();
  }

  #dropAside(): void {
    const gone = this.#aside.shift();
    if (gone !== undefined) this.#bytes -= sizeOf(gone);
  }

  /** Makes room. */
  #shrink(): void {
    while (this.#bytes > this.#maxBytes) {
      if (this.#aside.length > 0) {
        this.#dropAside();
        continue;
      }
      const [released] = this.#free.values();
      const gone = released ?? this.#oldestHeld();
      if (gone === undefined) return;
      this.#drop(gone);
    }
  }

  /** Of what has an owner the oldest, rather one whose owner is dead. */
  #oldestHeld(): Persistable | undefined {
    let oldest: Persistable | undefined;
    let looked = 0;

    for (const kept of this.#held.values()) {
      if (!this.#leases.isAlive(kept.node)) return kept;
      oldest ??= kept;
      if (++looked === searched) break;
    }
    return oldest;
  }
}

/** Whether an entry may be written over what is kept. */
function isOpenTo({ fence, node }: Entry, kept: Persistable): boolean {
  const isRemoved = kept.bytes === undefined;
  if (fence === 0) return isRemoved || kept.node === node;

  return isRemoved ? fence > kept.fence : fence >= kept.fence;
}

function tooLarge({ id, bytes }: Entry, maxBytes: number): TroupeError {
  return new TroupeError(
    ErrorCode.Store,
    `Session ${id} has ${bytes.length} bytes and memory() keeps ${maxBytes} in all: give it a larger maxBytes, or keep less in the models.`
  );
}
