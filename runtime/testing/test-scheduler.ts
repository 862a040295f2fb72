/**
 * The agenda of a test: turns that are due and frames on their way, in the order they became due. It runs
 * them only while an action waits for rest, so that a test decides when things happen.
 *
 * `test-server.ts` schedules turns with it, `memory-network.ts` frames.
 */

import { setImmediate } from 'node:timers';
import type { Reporter } from '../platform/error-report.js';
import { ErrorCode } from '../platform/errors.js';

/** Rounds in which something was done, after which it is taken for endless. */
const longest = 10_000;

/** Rounds in which nothing was done, after which promises are taken for settled. */
const quietRounds = 2;

/** Persistable from before a test runner may put a simulated one in its place. */
const later = setImmediate;

const nextRound = (): Promise<void> => new Promise((resolve) => later(resolve));

/** What is due, of server and pages. */
export class TestScheduler {
  readonly #report: Reporter;
  #due: (() => void)[] = [];

  constructor(report: Reporter) {
    this.#report = report;
  }

  /** Runs something behind all that is due already. What it throws is reported. */
  readonly defer = (run: () => void): void => void this.#due.push(run);

  /**
   * Runs what is due, and what comes of it, until there is nothing more and promises have settled.
   *
   * **Note:** what waits for the world outside, a file or another server, is not waited for.
   *
   * @throws Error if there is no end of it
   */
  async rest(): Promise<void> {
    for (let busy = 0, quiet = 0; quiet < quietRounds; ) {
      await nextRound();
      if (this.#due.length === 0) quiet++;
      else if (++busy > longest) throw new Error(endless);
      else quiet = 0;
      for (const run of this.#due.splice(0)) this.#run(run);
    }
  }

  #run(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#report(ErrorCode.Internal, error);
    }
  }
}

const endless = `The page does not come to rest: after ${longest} rounds there is still more to do. Look for a message that leads to itself, or a generator that never sleeps.`;
