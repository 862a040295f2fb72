/**
 * The ledger: what has become of the events of one page, counted. `session.ts` writes into it as events
 * arrive and turns are committed; what it owes the client goes into frames as `processed`.
 */

/** Counts of one page's events, each from 1 in the order they were made. */
export class Ledger {
  /** Events that have arrived. */
  #received = 0;
  /** Events whose outcome is committed. */
  #processed = 0;
  /** Events the client has been told are processed. */
  #told = 0;
  /** Events to come that have arrived already, on an earlier connection. */
  #repeated = 0;

  /** How many more events are processed than the client has been told. */
  get owed(): number {
    return this.#processed - this.#told;
  }

  /** An event arrives; false if it has arrived before. */
  receive(): boolean {
    if (this.#repeated > 0) {
      this.#repeated--;
      return false;
    }
    this.#received++;

    return true;
  }

  /** The event that has just arrived cannot be taken in: it is as if it had not arrived. */
  refuse(): void {
    this.#received--;
  }

  /** A turn has committed the outcome of so many events. */
  process(count: number): void {
    this.#processed += count;
  }

  /** What is owed goes out with a frame: gives it and owes no more. */
  tell(): number {
    const { owed } = this;
    this.#told = this.#processed;

    return owed;
  }

  /**
   * The client is back and knows so many events to be processed. It is going to be sent frames again that
   * tell it of `coming` more. Gives how many it is to be told of besides, at once; after that it sends again
   * what it does not know to be processed, and what of that has arrived before is not received twice.
   *
   * `undefined` if the client claims more than it was told.
   */
  resume(known: number, coming: number): number | undefined {
    const missed = this.#told - known - coming;
    if (missed < 0) return undefined;
    this.#repeated = this.#received - known - missed;

    return missed;
  }

  /** The client is back, and a full page is going to tell it of all that is processed. Gives how much that is. */
  restart(known: number): number {
    this.#told = this.#processed;
    this.#repeated = this.#received - this.#processed;

    return Math.max(0, this.#processed - known);
  }
}
