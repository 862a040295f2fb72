/**
 * Events on their way: numbered when they are raised, kept until a frame contains them, sent again on
 * the next connection if need be. `events.ts` puts them in, `session.ts` sends them.
 */

import type { Wire } from '../runtime/patch.js';
import { Limit } from '../runtime/protocol.js';
import type { Instance } from './instance.js';

/** An event: where it was raised, and its payload. The instance's number is looked up when it is sent. */
export interface Raised {
  readonly instance: Instance;
  readonly part: number;
  readonly payload: readonly Wire[] | undefined;
}

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

  /** Takes up an event; answers its number, or 0 if there is no more room. */
  add(event: Raised): number {
    if (this.#events.length >= Limit.outbox) return 0;
    this.#events.push(event);
    return this.raised;
  }

  /** Those to be sent now, `most` of them; they count as gone. */
  take(most: number): readonly Raised[] {
    const taken = this.#events.slice(this.#gone, this.#gone + most);
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

  /** Drops all that are on their way and says how many; they are not numbered any more. */
  drop(): number {
    this.#gone = 0;
    return this.#events.splice(0).length;
  }
}
