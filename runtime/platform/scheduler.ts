/**
 * The scheduler: the only place where long work is cut into slices. A slice ends after 8 ms or 256 steps, whichever comes
 * first. The rest waits until other work has run and the input that has arrived was read, so that a broadcast to
 * thousands of sessions does not delay the answers to others.
 *
 * `Scheduler` runs the turns of sessions and everything else that is deferred, in the order it became due. `SlicedWork` is
 * for a part with a queue of its own: shared actors, the bus, write-behind. A turn ends at `sliceEnd` too.
 */

import { type Clock, monotonic, type TimeSource } from './clock.js';
import type { Reporter } from './error-report.js';
import { ErrorCode } from './errors.js';

// SLICE -----------------------------------------------------------------------

/** Milliseconds of a slice. */
const maxSliceMs = 8;

/** Steps of a slice. A clock that stands still, as in a test, does not make it endless. */
const maxSliceSteps = 256;

/** When a slice that begins at `now` ends. Both are times as `monotonic` says them. */
export const sliceEnd = (now: number): number => now + maxSliceMs;

/** What sliced work needs. */
export interface SlicedWorkOptions {
  readonly clock: TimeSource;
  /** Runs a function later, after other work. */
  defer(run: () => void): void;
}

/**
 * Work that is done in slices.
 *
 * ```ts
 * const work = new SlicedWork(options, () => {
 *   handle(queue.shift());
 *   return queue.length > 0;
 * });
 * work.schedule();
 * ```
 */
export class SlicedWork {
  readonly #clock: TimeSource;
  readonly #defer: (run: () => void) => void;
  readonly #step: (now: number) => boolean;
  #isScheduled = false;
  #isRunning = false;

  /**
   * @param step does one piece of the work; returns whether another one waits. It may be called when none does. `now` is
   * when it begins, as `monotonic` says it: the clock is read once for each step.
   */
  constructor({ clock, defer }: SlicedWorkOptions, step: (now: number) => boolean) {
    this.#clock = clock;
    this.#defer = defer;
    this.#step = step;
  }

  /** Whether a slice runs or is scheduled. */
  get isBusy(): boolean {
    return this.#isRunning || this.#isScheduled;
  }

  /** Schedules a slice, unless one is scheduled. */
  schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#defer(this.run);
  }

  /** Runs a slice now, and schedules another if work is left. */
  readonly run = (): void => {
    this.#isScheduled = false;
    this.#isRunning = true;
    let now = monotonic(this.#clock);
    const until = sliceEnd(now);
    let steps = 1;
    try {
      while (this.#step(now)) {
        now = monotonic(this.#clock);
        if (steps++ < maxSliceSteps && now < until) continue;
        this.schedule();
        break;
      }
    } finally {
      this.#isRunning = false;
    }
  };
}

// SCHEDULER -------------------------------------------------------------------

/** A function that is due. `now` is when it runs, as `monotonic` says it. */
export type Deferred = (now: number) => void;

/** The queue of what is due. A server has one. */
export class Scheduler {
  readonly #report: Reporter;
  /** What became due before the present batch began, in order, and how much of it has run. */
  #batch: readonly Deferred[] = [];
  #done = 0;
  /** What became due since then. It runs after new input was read. */
  #due: Deferred[] = [];
  readonly #work: SlicedWork;

  constructor(clock: Clock, report: Reporter) {
    this.#report = report;
    this.#work = new SlicedWork({ clock, defer: setImmediate }, (now) => this.#runNext(now));
  }

  /** Runs a function soon, after all that is due already. What it throws is reported. */
  readonly defer = (run: Deferred): void => {
    this.#due.push(run);
    this.#work.schedule();
  };

  #runNext(now: number): boolean {
    if (this.#done === this.#batch.length) {
      this.#batch = this.#due;
      this.#due = [];
      this.#done = 0;
    }
    this.#run(this.#batch[this.#done++] as Deferred, now);
    if (this.#done < this.#batch.length) return true;
    // The functions of a finished batch keep nothing in memory.
    this.#batch = [];
    this.#done = 0;
    if (this.#due.length > 0) this.#work.schedule();

    return false;
  }

  #run(run: Deferred, now: number): void {
    try {
      run(now);
    } catch (error) {
      this.#report(ErrorCode.Internal, error);
    }
  }
}
