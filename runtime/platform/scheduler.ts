/**
 * The scheduler: turns of sessions and runs of shared actors, in the order they became due. Input that has arrived is read
 * before the first of them. After a slice of 8 ms the rest waits until new input was read, so that a broadcast to thousands
 * of sessions does not delay the answers to others.
 */

import type { Clock } from './clock.js';
import type { Reporter } from './error-report.js';
import { ErrorCode } from './errors.js';

/** Milliseconds of a slice, after which the rest waits until new input was read. */
const maxSliceMs = 8;

/** The queue of what is due. A server has one. */
export class Scheduler {
  readonly #clock: Clock;
  readonly #report: Reporter;
  #due: (() => void)[] = [];
  #isSet = false;

  constructor(clock: Clock, report: Reporter) {
    this.#clock = clock;
    this.#report = report;
  }

  /** Runs a function soon, after all that is due already. What it throws is reported. */
  readonly defer = (run: () => void): void => {
    this.#due.push(run);
    this.#set();
  };

  #set(): void {
    if (this.#isSet) return;
    this.#isSet = true;
    setImmediate(this.#runSlice);
  }

  readonly #runSlice = (): void => {
    this.#isSet = false;
    const due = this.#due;
    this.#due = [];
    const until = this.#clock.now() + maxSliceMs;
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
