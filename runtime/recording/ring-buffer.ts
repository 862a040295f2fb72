/**
 * A ring buffer: the newest entries of an endless sequence, and projections, which are computed from what it holds.
 * `session-recorder.ts` keeps the events of a session in one, so that a session inspected for a day takes no more memory
 * than one inspected for a minute.
 */

/** The newest entries of a sequence. Each entry keeps its number, from 1. */
export class RingBuffer<Entry> {
  readonly #maxEntries: number;
  #entries: Entry[] = [];
  /** How many entries were dropped. */
  #dropped = 0;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  /** The number of the newest entry; 0 if there was none. */
  get last(): number {
    return this.#dropped + this.#entries.length;
  }

  /** The number of the oldest entry that is kept. */
  get first(): number {
    return this.#dropped + 1;
  }

  /** The entries that are kept, oldest first. */
  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** The entry of a number, if it is kept. */
  at(number: number): Entry | undefined {
    return this.#entries[number - this.#dropped - 1];
  }

  /**
   * Adds an entry. If entries are dropped, returns the last of them. They are dropped in batches of a quarter of the
   * limit, because shifting a long array for each entry would cost too much.
   */
  push(entry: Entry): Entry | undefined {
    this.#entries.push(entry);
    if (this.#entries.length <= this.#maxEntries + this.#maxEntries / 4) return undefined;
    const count = this.#entries.length - this.#maxEntries;
    const lastDropped = this.#entries[count - 1];
    this.#entries = this.#entries.slice(count);
    this.#dropped += count;

    return lastDropped;
  }

  /** Drops all entries. The numbers continue. */
  clear(): void {
    this.#dropped = this.last;
    this.#entries = [];
  }
}

/**
 * A value computed from the entries of a ring buffer, one after the other. It is brought up to date when it is read, and
 * computed again once the ring has dropped entries: it contains nothing that the ring does not hold.
 */
export class Projection<Entry, Value> {
  readonly #ring: RingBuffer<Entry>;
  readonly #begin: () => Value;
  readonly #add: (value: Value, entry: Entry) => void;
  #value: Value | undefined;
  /** The number of the first entry in the value, and of the next one to add. */
  #first = 0;
  #next = 0;

  /**
   * @param begin makes the value of an empty ring
   * @param add adds an entry to a value
   */
  constructor(ring: RingBuffer<Entry>, begin: () => Value, add: (value: Value, entry: Entry) => void) {
    this.#ring = ring;
    this.#begin = begin;
    this.#add = add;
  }

  read(): Value {
    const { first, last } = this.#ring;
    if (this.#value === undefined || this.#first !== first) {
      this.#value = this.#begin();
      this.#first = this.#next = first;
    }
    for (; this.#next <= last; this.#next++) this.#add(this.#value, this.#ring.at(this.#next) as Entry);

    return this.#value;
  }
}
