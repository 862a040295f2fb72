/**
 * Events on their way: numbered when they are raised, kept until what they led to is stored, sent again on
 * the next connection if it is not shown yet. `events.ts` puts them in, `session.ts` sends them; what is
 * left when the page goes is handed over by `heritage.ts`.
 *
 * The numbers here only ever grow. Those that the server counts by begin anew with each session: they are
 * smaller by `origin`.
 */

import type { Wire } from '../runtime/wire/patch.js';
import { type Address, Limit } from '../runtime/wire/protocol.js';
import { encode } from './codec.js';
import type { Instance } from './instance.js';

// TYPES -----------------------------------------------------------------------

/** What an event is without the page: stable address, part, and payload if its handler wants one. */
export type Stored = readonly [address: Address | number, part: number, payload?: readonly Wire[]];

/** An event: where it was raised, and its payload. The instance's number is looked up when it is sent. */
export interface Raised {
  /** `null` if it has no number to be known by: the event goes by its address. */
  instance: Instance | null;
  /** What it is without the page. */
  stored: Stored;
  /** What it counts for in a frame. */
  readonly bytes: number;
}

/** Bytes. */
const Size = {
  /** What the events of one frame count for together, unless the first counts for more. */
  batch: 16_384,
  /** What an event counts for beside what it says: more than it takes, so that a frame holds 32 of them at most. */
  around: 500,
} as const;

/** An event without effect: of nothing. */
const nothing: Stored = [0, 0];

// OUTBOX ----------------------------------------------------------------------

/** The events that are not durable yet. */
export class Outbox {
  /** The number of the last event that is processed. */
  processed = 0;
  /** The number of the last event that is durable: what came before it is gone. */
  durable = 0;
  /** What the server counts as 0. */
  origin = 0;
  #events: Raised[] = [];
  /** The number of the last event that has gone out on the present connection. */
  #gone = 0;

  /** The number of the last event raised. */
  get raised(): number {
    return this.durable + this.#events.length;
  }

  /** What is kept, for a page that is loaded in the place of this one. */
  get stored(): readonly Stored[] {
    return this.#events.map(({ stored }) => stored);
  }

  /** Takes up an event; answers its number, or 0 if there is no more room, or never will be in a frame. */
  add(stored: Stored, instance: Instance | null = null): number {
    const bytes = Size.around + encode(stored as Wire).length;
    if (this.#events.length >= Limit.outbox || bytes > Limit.frame) return 0;
    this.#events.push({ instance, stored, bytes });
    return this.raised;
  }

  /** Those to be sent in the next frame; they count as gone. */
  take(): readonly Raised[] {
    let sum = 0;
    const taken = this.#events.slice(this.#gone - this.durable).filter(({ bytes }, index) => {
      sum += bytes;
      return !index || sum <= Size.batch;
    });
    this.#gone += taken.length;
    return taken;
  }

  /**
   * So many more are processed, and all but the last `late` of those are durable.
   *
   * @param anew whether `count` is not of more but of all: the server has gone back to a state that contains these.
   * Later ones go out again, by their addresses. Says how many it has lost although they were durable.
   */
  advance(count: number, late = 0, anew = false): number {
    const number = count + (anew ? this.origin : this.processed);
    const lost = this.durable - number;
    // Where the server counts others than are here, counting goes on from its number.
    this.processed = Math.min(Math.max(number, this.durable), this.raised);
    this.origin += this.processed - number;
    this.durable += this.#events.splice(0, Math.max(0, this.processed - late - this.durable)).length;
    if (anew) for (const event of this.#events) event.instance = null;
    this.#gone = Math.max(anew ? 0 : this.#gone, this.processed);
    return Math.max(0, lost);
  }

  /** A new connection: none has gone out that is not processed. */
  rewind(): void {
    this.#gone = this.processed;
  }

  /** The first frame sent could not be read: its events are sent again without effect. Says how many had one. */
  spoil(): number {
    const sent = this.#gone - this.processed;
    this.rewind();
    const spoilt = this.take().slice(0, sent);
    for (const event of spoilt) {
      event.instance = null;
      event.stored = nothing;
    }
    return spoilt.length;
  }

  /** Drops all and says how many were not processed; the server counts from the start again. */
  drop(): number {
    const lost = this.raised - this.processed;
    this.origin = this.processed = this.durable = this.#gone = this.raised;
    this.#events = [];
    return lost;
  }
}
