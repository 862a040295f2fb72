/**
 * The event counter: how many events of one page load are received, processed, acknowledged and durable.
 * `client-link.ts` counts as events arrive, turns are committed and states are stored; what the client does not know
 * yet goes into frames as `processed`.
 */

import { Limit } from '../wire/protocol.js';

// TYPES -----------------------------------------------------------------------

/** All that a counter knows, as plain data. The fields are those of `EventCounter`. */
export interface EventCounts {
  readonly received: number;
  readonly processed: number;
  readonly told: number;
  readonly durable: number;
  readonly isDurableTold: boolean;
  readonly repeated: number;
  readonly dropped: number;
}

// COUNTER ---------------------------------------------------------------------

/**
 * Events that a client keeps for a session that cannot be stored. From then on it keeps none, so that it never has to
 * drop new ones: half of what it has room for.
 */
const maxKept = Limit.outbox / 2;

/** Counts of the events of one page load, each from 1 in the order they were made. */
export class EventCounter {
  /** Events that have arrived. */
  #received: number;
  /** Events whose outcome is committed. */
  #processed: number;
  /** Events that were reported to the client as processed. */
  #told: number;
  /** Events the store holds. */
  #durable: number;
  /** Whether the client knows of all that are durable. */
  #isDurableTold = true;
  /** Events that will come although they have arrived already, on an earlier connection. */
  #repeated = 0;
  /** Dropped events that were not reported to the client yet. */
  #dropped = 0;

  /** Goes on from a state that contains so many events, of which so many are stored. */
  constructor(applied = 0, durable = applied) {
    this.#received = this.#processed = this.#told = applied;
    this.#durable = durable;
  }

  /** A counter with the counts of another. */
  static from({ received, processed, told, durable, isDurableTold, repeated, dropped }: EventCounts): EventCounter {
    const counter = new EventCounter();
    counter.#received = received;
    counter.#processed = processed;
    counter.#told = told;
    counter.#durable = durable;
    counter.#isDurableTold = isDurableTold;
    counter.#repeated = repeated;
    counter.#dropped = dropped;

    return counter;
  }

  /** All counts, from which `from` makes an equal counter. */
  get counts(): EventCounts {
    return {
      received: this.#received,
      processed: this.#processed,
      told: this.#told,
      durable: this.#durable,
      isDurableTold: this.#isDurableTold,
      repeated: this.#repeated,
      dropped: this.#dropped,
    };
  }

  /** How many events are processed. */
  get processed(): number {
    return this.#processed;
  }

  /** How many processed events were not reported to the client yet. */
  get owed(): number {
    return this.#processed - this.#told;
  }

  /** How many fewer events are stored than were reported to the client as processed. The frame that is made now says so. */
  get late(): number {
    this.#isDurableTold = true;

    return Math.max(0, this.#told - this.#durable);
  }

  /** Whether the client keeps as many events as it may keep for a session that cannot be stored. */
  get isCrowded(): boolean {
    return this.#told - this.#durable >= maxKept;
  }

  /** Whether there is something that needs a frame of its own: events that are durable now, or were dropped. */
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

  /** The event that has just arrived is not accepted: it counts as not received. */
  refuse(): void {
    this.#received--;
  }

  /** A turn has committed the outcome of so many events. */
  process(count: number): void {
    this.#processed += count;
  }

  /** An event that counts as processed had no effect. */
  drop(): void {
    this.#dropped++;
  }

  /** How many events have been dropped since this was asked for the last time. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;

    return dropped;
  }

  /**
   * The store holds a state that contains so many events.
   *
   * @param isNew whether the client gets to know it even if they are no more than before. Default: false
   */
  store(applied: number, isNew = false): void {
    if (applied <= this.#durable && !isNew) return;
    this.#durable = Math.max(this.#durable, applied);
    this.#isDurableTold = false;
  }

  /** A frame reports all processed events. Returns how many of them are new to the client. */
  tell(): number {
    const { owed } = this;
    this.#told = this.#processed;

    return owed;
  }

  /**
   * How many events a client that comes back has missed: it knows `known` to be processed, and `frames` frames that
   * are sent again report `coming` more. `undefined` if the client claims more than were reported to it, or if what these
   * frames say of durable events would be wrong: each says how many fewer are stored than were processed by then,
   * and the missed ones are reported before them.
   */
  missedBy(known: number, coming: number, frames = 0): number | undefined {
    const missed = this.#told - known - coming;

    return missed < 0 || (missed > 0 && frames > 0 && this.#durable < this.#told) ? undefined : missed;
  }

  /**
   * The client is back, knows `known` events to be processed, and has missed so many. It sends again what it does not
   * know to be processed; what of that has arrived before is not received twice.
   */
  resume(known: number, missed: number): void {
    this.#repeated = this.#received - known - missed;
  }

  /** The client is back, and a full page is going to report all processed events. Returns how many of them are new to it. */
  restart(known: number): number {
    this.#told = this.#processed;
    this.#repeated = this.#received - this.#processed;

    return Math.max(0, this.#processed - known);
  }
}
