/**
 * Events on their way: numbered when they are raised, kept until a frame contains them, sent again on
 * the next connection if need be. `events.ts` puts them in, `session.ts` sends them.
 */

import type { Wire } from '../runtime/patch.js';
import { Limit } from '../runtime/protocol.js';
import type { Instance } from './instance.js';

/** An event: where it was raised, and its payload. The instance's number is looked up when it is sent. */
export interface Raised {
  /** `null` if the event is to have no effect; it is counted all the same. */
  instance: Instance | null;
  readonly part: number;
  payload: readonly Wire[] | undefined;
  /** What it counts for in a frame. */
  readonly bytes: number;
}

/** What the events of one frame count for together, unless the first counts for more. */
const batch = 16_384;

/** The events that are not processed yet. */
export class Outbox {
  /** The number of the last event that is processed. */
  processed = 0;
  #events: Raised[] = [];
  /** How many of them have gone out on the present connection. */
  #gone = 0;

  /** The number of the last event raised. */
  get raised(): number {
    return this.processed + this.#events.length;
  }

  /** Takes up an event; answers its number, or 0 if there is no more room, or never will be in a frame. */
  add(event: Raised): number {
    if (this.#events.length >= Limit.outbox || event.bytes > Limit.frame) return 0;
    this.#events.push(event);
    return this.raised;
  }

  /** Those to be sent in the next frame; they count as gone. */
  take(): readonly Raised[] {
    let sum = 0;
    const taken = this.#events.slice(this.#gone).filter(({ bytes }, index) => {
      sum += bytes;
      return !index || sum <= batch;
    });
    this.#gone += taken.length;
    return taken;
  }

  /** So many more are processed. */
  advance(count: number): void {
    const done = this.#events.splice(0, count).length;
    this.processed += done;
    this.#gone = Math.max(0, this.#gone - done);
  }

  /** A new connection: none has gone out. */
  rewind(): void {
    this.#gone = 0;
  }

  /** The first frame sent could not be read: its events are sent again without effect. Says how many had one. */
  spoil(): number {
    const sent = this.#gone;
    this.rewind();
    const spoilt = this.take().slice(0, sent);
    for (const event of spoilt) {
      event.instance = null;
      event.payload = undefined;
    }
    return spoilt.length;
  }

  /** Drops all that are on their way and says how many; counts from the start again. */
  drop(): number {
    this.#gone = this.processed = 0;
    return this.#events.splice(0).length;
  }
}
