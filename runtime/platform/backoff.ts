/**
 * Back-off: the growing pause before a failed operation is tried again. Each pause is twice as long as the one
 * before, up to a maximum. A success resets it.
 *
 * Imports nothing. It keeps no timer: the caller waits, with its own clock.
 */

// TYPES -----------------------------------------------------------------------

/** Options of a `Backoff`. */
export interface BackoffOptions {
  /** Milliseconds before the first retry. */
  readonly firstPauseMs: number;
  /** Milliseconds of the longest pause. */
  readonly maxPauseMs: number;
  /** Largest part of a pause that is subtracted at random, 0 to 1: callers that failed together then retry apart. Default 0. */
  readonly jitter?: number;
  /** Returns a number from 0 up to 1. Default `Math.random`. */
  readonly random?: () => number;
}

// BACK-OFF --------------------------------------------------------------------

/**
 * The failures in a row of one operation, and the pause after each.
 *
 * ```ts
 * const backoff = new Backoff({ firstPauseMs: 50, maxPauseMs: 2_000 });
 * backoff.next(); // 50
 * backoff.next(); // 100
 * backoff.reset();
 * backoff.next(); // 50
 * ```
 */
export class Backoff {
  readonly #options: Required<BackoffOptions>;
  #failures = 0;

  constructor({ firstPauseMs, maxPauseMs, jitter = 0, random = Math.random }: BackoffOptions) {
    this.#options = { firstPauseMs, maxPauseMs, jitter, random };
  }

  /** Failures since the start or the last reset. */
  get failures(): number {
    return this.#failures;
  }

  /** The pause before jitter after the latest failure, in milliseconds; 0 without a failure. */
  get pauseMs(): number {
    const { firstPauseMs, maxPauseMs } = this.#options;

    return this.#failures === 0 ? 0 : Math.min(firstPauseMs * 2 ** (this.#failures - 1), maxPauseMs);
  }

  /** Counts a failure. Returns the milliseconds to wait before the next try. */
  next(): number {
    const { jitter, random } = this.#options;
    this.#failures++;

    return this.pauseMs * (1 - jitter * random());
  }

  /** Forgets all failures: the next pause is the first one again. */
  reset(): void {
    this.#failures = 0;
  }
}
