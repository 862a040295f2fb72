/**
 * A ring buffer: the newest entries of an endless sequence. `session-recorder.ts` keeps its log, its frames and its steps
 * in ring buffers, so that a session inspected for a day takes no more memory than one inspected for a minute.
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
