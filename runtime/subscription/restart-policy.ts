/**
 * Restarts: what becomes of a subscription that has failed. It is tried again after a pause, first of 100
 * milliseconds, twice as long each time and at most 30 seconds, of which a random part of up to a half is
 * taken off, so that what failed together does not come back together. After 5 restarts in a row without
 * a message it is given up and reported. A try that has lived for a minute makes up for all before it.
 *
 * `subscription-set.ts` asks after each failed run.
 */

import { ErrorCode, TroupeError, textOf } from '../platform/errors.js';

// TYPES -----------------------------------------------------------------------

/** A run that has failed. */
export interface FailedRun {
  readonly error: unknown;
  /** How long the run lived, in milliseconds. */
  readonly lived: number;
  /** Whether a message had come of it. */
  readonly hasDelivered: boolean;
}

// LIMITS ----------------------------------------------------------------------

/** The first pause, in milliseconds; each further one is twice as long. */
const firstPause = 100;

/** The longest pause, in milliseconds. */
const longestPause = 30_000;

/** Restarts in a row without a message between them; the failure after the last of them is the end. */
const mostRestarts = 5;

/** A run that has lived so long, in milliseconds, was well: what failed before it no longer counts. */
const wellTime = 60_000;

// RESTARTS --------------------------------------------------------------------

/** The failures of one subscription, and what follows from them. */
export class Restarts {
  readonly #key: string;
  readonly #report: (error: unknown) => void;
  readonly #random: () => number;
  /** Failures since it was last well. */
  #failures = 0;
  /** Failures in a row, no message between them. */
  #fruitless = 0;

  /**
   * @param key names the subscription in reports
   * @param random gives a number from 0 up to 1
   */
  constructor(key: string, report: (error: unknown) => void, random: () => number = Math.random) {
    this.#key = key;
    this.#report = report;
    this.#random = random;
  }

  /**
   * How many milliseconds after this failure the next run begins; `undefined` if none does, which is reported.
   *
   * **Note:** a single failure is not reported. One that goes on failing though messages come of it is never
   * given up; it is reported when its pauses have become the longest.
   */
  pauseAfter({ error, lived, hasDelivered }: FailedRun): number | undefined {
    const wasWell = lived >= wellTime;
    this.#failures = wasWell ? 1 : this.#failures + 1;
    this.#fruitless = wasWell || hasDelivered ? 1 : this.#fruitless + 1;
    if (this.#fruitless > mostRestarts) {
      this.#tell(this.#fruitless, 'times in a row and is given up until its key has been away', error);
      return undefined;
    }
    const doubled = firstPause * 2 ** (this.#failures - 1);
    const isFirstOfTheLongest = doubled >= longestPause && doubled < 2 * longestPause;
    if (isFirstOfTheLongest) {
      this.#tell(this.#failures, `times and is now tried again every ${longestPause / 1_000} s`, error);
    }

    return Math.min(doubled, longestPause) * (0.5 + this.#random() / 2);
  }

  #tell(times: number, what: string, cause: unknown): void {
    const message = `The subscription '${this.#key}' has failed ${times} ${what}. Last: ${cause instanceof Error ? cause : textOf(cause)}`;

    this.#report(new TroupeError(ErrorCode.Subscription, message, { cause }));
  }
}
