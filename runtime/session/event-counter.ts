/**
 * The ledger: what has become of the events of one document, counted. `session.ts` writes into it as events
 * arrive, turns are committed and states are stored; what it owes the client goes into frames as `processed`.
 */

/** Counts of one document's events, each from 1 in the order they were made. */
export class EventCounter {
  /** Events that have arrived. */
  #received: number;
  /** Events whose outcome is committed. */
  #processed: number;
  /** Events the client has been told are processed. */
  #told: number;
  /** Events the store holds. */
  #durable: number;
  /** Whether the client knows of all that are stored. */
  #isDurableTold = true;
  /** Events to come that have arrived already, on an earlier connection. */
  #repeated = 0;
  /** Events that have come to nothing, and of which the client has not been told. */
  #dropped = 0;

  /** Goes on from a state that contains so many events, of which so many are stored. */
  constructor(applied = 0, durable = applied) {
    this.#received = this.#processed = this.#told = applied;
    this.#durable = durable;
  }

  /** How many events are processed. */
  get processed(): number {
    return this.#processed;
  }

  /** How many more events are processed than the client has been told. */
  get owed(): number {
    return this.#processed - this.#told;
  }

  /** How many fewer events are stored than the client has been told are processed. The client is told of this now. */
  get late(): number {
    this.#isDurableTold = true;

    return Math.max(0, this.#told - this.#durable);
  }

  /** Whether there is something that only a frame of its own can tell: events that are stored now, or were dropped. */
  get isUntold(): boolean {
    return !this.#isDurableTold || this.#dropped > 0;
  }

  /** An event arrives; its number, or 0 if it has arrived before. */
  receive(): number {
    if (this.#repeated > 0) {
      this.#repeated--;
      return 0;
    }

    return ++this.#received;
  }

  /** The event that has just arrived cannot be taken in: it is as if it had not arrived. */
  refuse(): void {
    this.#received--;
  }

  /** A turn has committed the outcome of so many events. */
  process(count: number): void {
    this.#processed += count;
  }

  /** An event that counts as processed has come to nothing. */
  drop(): void {
    this.#dropped++;
  }

  /** How many events have been dropped since this was asked for the last time. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;

    return dropped;
  }

  /** The store holds a state that contains so many events. */
  store(applied: number): void {
    if (applied <= this.#durable) return;
    this.#durable = applied;
    this.#isDurableTold = false;
  }

  /** What is owed goes out with a frame: gives it and owes no more. */
  tell(): number {
    const { owed } = this;
    this.#told = this.#processed;

    return owed;
  }

  /**
   * The client is back and knows so many events to be processed. It is going to be sent frames again that
   * tell it of `coming` more, `frames` of them. Gives how many it is to be told of besides, at once; after that it sends again
   * what it does not know to be processed, and what of that has arrived before is not received twice.
   *
   * `undefined` if the client claims more than it was told. Also if those frames would tell it wrongly what is stored:
   * each says how many fewer events that are than were told by then, and now more are told before.
   */
  resume(known: number, coming: number, frames = 0): number | undefined {
    const missed = this.#told - known - coming;
    if (missed < 0 || (missed > 0 && frames > 0 && this.#durable < this.#told)) return undefined;
    this.#repeated = this.#received - known - missed;

    return missed;
  }

  /** The client is back, and a full page is going to tell it of all that is processed. Gives how much more that is than it knows. */
  restart(known: number): number {
    this.#told = this.#processed;
    this.#repeated = this.#received - this.#processed;

    return Math.max(0, this.#processed - known);
  }
}
