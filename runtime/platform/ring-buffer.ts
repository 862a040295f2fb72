/**
 * A ring: the newest entries of something that goes on and on. The recorder keeps its log, its frames and its steps
 * in rings, so that looking at a session for a day takes no more memory than for a minute.
 */

/** The newest entries, up to so many; each has a number, from 1, that it keeps. */
export class RingBuffer<Entry> {
  readonly #most: number;
  #entries: Entry[] = [];
  /** How many have gone. */
  #gone = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** The number of the newest entry; 0 if there was none. */
  get last(): number {
    return this.#gone + this.#entries.length;
  }

  /** The number of the oldest that is kept. */
  get first(): number {
    return this.#gone + 1;
  }

  /** Those that are kept, the oldest first. */
  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** The entry of a number, if it is kept. */
  at(number: number): Entry | undefined {
    return this.#entries[number - this.#gone - 1];
  }

  /**
   * Adds an entry. When old ones go, which they do by the quarter because to shift a long array each time is dear, gives
   * the last of those.
   */
  push(entry: Entry): Entry | undefined {
    this.#entries.push(entry);
    if (this.#entries.length <= this.#most + this.#most / 4) return undefined;
    const many = this.#entries.length - this.#most;
    const gone = this.#entries[many - 1];
    this.#entries = this.#entries.slice(many);
    this.#gone += many;

    return gone;
  }

  /** Forgets all; numbers go on. */
  clear(): void {
    this.#gone = this.last;
    this.#entries = [];
  }
}
