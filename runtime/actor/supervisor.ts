/**
 * Supervisor: decides when a failed actor is replaced, and when it stays stopped. An actor that fails while it takes
 * a message is replaced at once, or after a minimum gap. An actor that fails by itself (at its start, over a timer, a
 * promise or a child) is replaced after 0, 100, 200, 400, ... 6,400 ms; the ninth failure in a row is the last. An
 * actor that ran for 10 seconds without a failure counts from the beginning.
 *
 * Uses `backoff.ts` for the pauses. It keeps no timer and no actor: the caller waits and starts the replacement.
 */

import { Backoff } from '../platform/backoff.js';
import { type Clock, monotonic } from '../platform/clock.js';

// TYPES -----------------------------------------------------------------------

/** Options of a `Supervisor`. */
export interface SupervisorOptions {
  readonly clock: Clock;
  /** Minimum milliseconds between two starts of an actor that fails over its messages. Default 0. */
  readonly minGapMs?: number;
}

// LIMITS ----------------------------------------------------------------------

/** Failures in a row, each without a message under way, after which the actor is replaced. */
export const maxFailures = 8;

/** Milliseconds before the second replacement, and the longest pause; the first replacement is immediate. */
const firstPauseMs = 100;
const maxPauseMs = 6_400;

/** A run of this many milliseconds resets the failure count. */
const calmMs = 10_000;

// SUPERVISOR ------------------------------------------------------------------

/** The failures of one actor and its replacements. */
export class Supervisor {
  readonly #clock: Clock;
  readonly #minGapMs: number;
  readonly #backoff = new Backoff({ firstPauseMs, maxPauseMs });
  #startedAt = Number.NEGATIVE_INFINITY;
  /** The same moment, as `monotonic` says it. */
  #begun = Number.NEGATIVE_INFINITY;
  #failures = 0;

  constructor({ clock, minGapMs = 0 }: SupervisorOptions) {
    this.#clock = clock;
    this.#minGapMs = minGapMs;
  }

  /** Failures in a row that no message caused. */
  get failures(): number {
    return this.#failures;
  }

  /** When the actor was started or replaced, in milliseconds since the epoch; `-Infinity` before the first start. */
  get startedAt(): number {
    return this.#startedAt;
  }

  /** Records that the actor, or its replacement, starts now. */
  started(): void {
    this.#startedAt = this.#clock.now();
    this.#begun = monotonic(this.#clock);
  }

  /**
   * Records a failure. Returns the milliseconds to wait before the replacement, or `undefined` if there is none.
   *
   * @param hasMessage whether the actor failed while it took a message; such failures never stop it for good
   */
  pauseAfterFailure(hasMessage: boolean): number | undefined {
    const lived = monotonic(this.#clock) - this.#begun;
    if (hasMessage) return Math.max(0, this.#minGapMs - lived);
    if (lived >= calmMs) this.reset();
    this.#failures++;
    if (this.#failures > maxFailures) return undefined;

    return this.#failures === 1 ? 0 : this.#backoff.next();
  }

  /** Forgets all failures. */
  reset(): void {
    this.#failures = 0;
    this.#backoff.reset();
  }
}
