/**
 * Restart policy of a subscription that failed. It restarts after a pause of 100 ms, which doubles with each failure
 * up to 30 seconds; a random part of up to a half is subtracted, so that subscriptions that failed together restart
 * apart. After 5 restarts in a row without a message the subscription is stopped and reported. A run that lasts one
 * minute resets the failure count.
 *
 * `subscription-set.ts` asks after each failed run; `backoff.ts` computes the pauses.
 */

import { Backoff } from '../platform/backoff.js';
import { ErrorCode, TroupeError, textOf } from '../platform/errors.js';

// TYPES -----------------------------------------------------------------------

/** A run that failed. */
export interface FailedRun {
  readonly error: unknown;
  /** Milliseconds that the run lasted. */
  readonly lived: number;
  /** Whether the run produced a message. */
  readonly hasDelivered: boolean;
}

// LIMITS ----------------------------------------------------------------------

/** The first pause, and the longest, in milliseconds. */
const firstPauseMs = 100;
const maxPauseMs = 30_000;

/** The largest part of a pause that is subtracted at random. */
const jitter = 0.5;

/** Restarts in a row without a message between them; the failure after the last of them is final. */
const maxRestarts = 5;

/** A run of this many milliseconds resets the failure count. */
const calmMs = 60_000;

// POLICY ----------------------------------------------------------------------

/** The failures of one subscription, and the pauses before its restarts. */
export class RestartPolicy {
  readonly #key: string;
  readonly #report: (error: unknown) => void;
  readonly #backoff: Backoff;
  /** Failures in a row without a message between them. */
  #fruitless = 0;

  /**
   * @param key names the subscription in reports
   * @param random returns a number from 0 up to 1: 0 halves the pause, 1 keeps it. Default `Math.random`
   */
  constructor(key: string, report: (error: unknown) => void, random: () => number = Math.random) {
    this.#key = key;
    this.#report = report;
    this.#backoff = new Backoff({ firstPauseMs, maxPauseMs, jitter, random: () => 1 - random() });
  }

  /**
   * Records a failure. Returns the milliseconds before the next run, or `undefined` if there is none, which is reported.
   *
   * **Note:** a single failure is not reported. A subscription that fails again and again but produces messages is
   * never stopped; it is reported when its pause reaches the maximum.
   */
  pauseAfter({ error, lived, hasDelivered }: FailedRun): number | undefined {
    const wasCalm = lived >= calmMs;
    if (wasCalm) this.#backoff.reset();
    this.#fruitless = wasCalm || hasDelivered ? 1 : this.#fruitless + 1;
    const wasLongest = this.#backoff.pauseMs === maxPauseMs;
    const pause = this.#backoff.next();
    if (this.#fruitless > maxRestarts) {
      this.#reportFailures(this.#fruitless, 'times in a row and was stopped until its key has been absent once', error);
      return undefined;
    }
    if (!wasLongest && this.#backoff.pauseMs === maxPauseMs) {
      this.#reportFailures(this.#backoff.failures, `times and now restarts every ${maxPauseMs / 1_000} s`, error);
    }

    return pause;
  }

  #reportFailures(times: number, what: string, cause: unknown): void {
    const message = `The subscription '${this.#key}' failed ${times} ${what}. Last: ${cause instanceof Error ? cause : textOf(cause)}`;

    this.#report(new TroupeError(ErrorCode.Subscription, message, { cause }));
  }
}
