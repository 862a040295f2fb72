/**
 * The scheduler of a test: the turns that are due and the frames in transit, in the order they became due. It runs them
 * only while an action awaits `rest`, so that a test decides when things happen.
 *
 * `test-server.ts` schedules turns with it, `memory-network.ts` frames.
 */

import { setImmediate } from 'node:timers';
import { type Clock, monotonic } from '../platform/clock.js';
import type { Reporter } from '../platform/error-report.js';
import { ErrorCode } from '../platform/errors.js';
import type { Deferred } from '../platform/scheduler.js';

/** Rounds with work after which the work counts as endless. */
const maxRounds = 10_000;

/** Rounds without work after which promises count as settled. */
const quietRounds = 2;

/** Read at once, because a test runner may replace the global later by a simulated one. */
const later = setImmediate;

const nextRound = (): Promise<void> => new Promise((resolve) => later(resolve));

/** The queue of what is due, of the server and the pages. */
export class TestScheduler {
  readonly #clock: Clock;
  readonly #report: Reporter;
  #due: Deferred[] = [];

  constructor(clock: Clock, report: Reporter) {
    this.#clock = clock;
    this.#report = report;
  }

  /** Runs a function after all that is due already. What it throws is reported. */
  readonly defer = (run: Deferred): void => void this.#due.push(run);

  /**
   * Runs what is due, and what becomes due meanwhile, until nothing is due and promises have settled.
   *
   * **Note:** it does not wait for anything outside the process, such as a file or another server.
   *
   * @throws Error after 10,000 rounds with work
   */
  async rest(): Promise<void> {
    for (let busy = 0, quiet = 0; quiet < quietRounds; ) {
      await nextRound();
      if (this.#due.length === 0) quiet++;
      else if (++busy > maxRounds) throw new Error(endless);
      else quiet = 0;
      for (const run of this.#due.splice(0)) this.#run(run);
    }
  }

  #run(run: Deferred): void {
    try {
      run(monotonic(this.#clock));
    } catch (error) {
      this.#report(ErrorCode.Internal, error);
    }
  }
}

const endless = `The page does not come to rest: after ${maxRounds} rounds there is still more to do. Look for a message that leads to itself, or a generator that never sleeps.`;
