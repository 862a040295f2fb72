/**
 * The schedule: turns of sessions and goes of shared actors, in the order they became due. It lets what has
 * arrived be read before the first of them, and breaks off after 8 ms so that what arrives meanwhile is
 * read before the next: a broadcast to thousands of sessions stops nobody from being served.
 */

import type { Clock } from './clock.js';
import type { Reporter } from './error-report.js';
import { ErrorCode } from './errors.js';

/** Milliseconds after which the rest waits until what has arrived was read. */
const longest = 8;

/** What is due. One for all that runs in a server. */
export class Scheduler {
  readonly #clock: Clock;
  readonly #report: Reporter;
  #due: (() => void)[] = [];
  #isSet = false;

  constructor(clock: Clock, report: Reporter) {
    this.#clock = clock;
    this.#report = report;
  }

  /** Runs something soon, behind all that is due already. What it throws is reported. */
  readonly defer = (run: () => void): void => {
    this.#due.push(run);
    this.#set();
  };

  #set(): void {
    if (this.#isSet) return;
    this.#isSet = true;
    setImmediate(this.#go);
  }

  readonly #go = (): void => {
    this.#isSet = false;
    const due = this.#due;
    this.#due = [];
    const until = this.#clock.now() + longest;
    let done = 0;
    while (done < due.length) {
      this.#run(due[done++] as () => void);
      if (this.#clock.now() >= until) break;
    }
    if (done < due.length) this.#due = [...due.slice(done), ...this.#due];
    if (this.#due.length > 0) this.#set();
  };

  #run(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#report(ErrorCode.Internal, error);
    }
  }
}
