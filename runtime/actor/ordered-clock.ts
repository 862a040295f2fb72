/**
 * The clock of a session, or of the shared actors of a server. Timers that are due at the same moment run in the order
 * in which they were set. A restore keeps that order: a timer is stored with its due time and the number of timers
 * that were set after it.
 *
 * `platform/clock.ts` is the clock below it. `checkpoint.ts` stores timers and sets them again.
 * `component-tree.ts` starts a session inside of `inOrder`.
 */

import { type Clock, monotonic } from '../platform/clock.js';

// TYPES -----------------------------------------------------------------------

/** When a timer is due, and its place among the timers of its clock. */
export interface Due {
  /** In milliseconds since the epoch. */
  readonly at: number;
  /** Grows with each timer that is set; 0 or less if the timer was set before a restore. */
  readonly order: number;
}

/** A stored timer: when it is due, and how many timers were set after it. A number alone says that none was. */
export type DueImage = number | readonly [at: number, later: number];

/** Compares timers: first the one that is due first, of several at the same moment the one that was set first. */
export function inTime(left: Due, right: Due): number {
  return left.at - right.at || left.order - right.order;
}

/** A timer that is going to be set at the end of `inOrder`. */
class HeldTimer {
  readonly due: Due;
  readonly fn: () => void;
  isCleared = false;
  /** What the clock below returned for it. */
  id: unknown;

  constructor(due: Due, fn: () => void) {
    this.due = due;
    this.fn = fn;
  }
}

// CLOCK -----------------------------------------------------------------------

/** A clock that counts its timers as they are set. */
export class OrderedClock implements Clock {
  readonly #clock: Clock;
  #count = 0;
  /** What is known of the timer that is being set again. */
  #stored: Due | undefined;
  /** The timers that were set inside of `inOrder` so far. */
  #held: HeldTimer[] | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  elapsed(): number {
    return monotonic(this.#clock);
  }

  setTimeout(fn: () => void, delay: number): unknown {
    if (this.#stored === undefined) this.#count++;
    if (this.#held === undefined) return this.#clock.setTimeout(fn, delay);
    const timer = new HeldTimer(this.lastDue(delay), fn);
    this.#held.push(timer);

    return timer;
  }

  clearTimeout(id: unknown): void {
    if (id instanceof HeldTimer) id.isCleared = true;
    this.#clock.clearTimeout(id instanceof HeldTimer ? id.id : id);
  }

  /** When the timer is due that was set last, with this delay. Called right after `setTimeout`. */
  lastDue(delay: number): Due {
    const { at, order } = this.#stored ?? { at: Number.POSITIVE_INFINITY, order: this.#count };

    return { at: Math.min(at, this.now() + delay), order };
  }

  // STORING -------------------------------------------------------------------

  /** A timer as it can be stored together with all others of this clock. */
  imageOf({ at, order }: Due): DueImage {
    return order === this.#count ? at : [at, this.#count - order];
  }

  /** Sets a stored timer again: `set` is given when it is due and calls `setTimeout` once. */
  setAgain(image: DueImage, set: (at: number) => void): void {
    const [at, later] = typeof image === 'number' ? [image, 0] : image;
    this.#stored = { at, order: -later };
    try {
      set(at);
    } finally {
      this.#stored = undefined;
    }
  }

  /**
   * Runs `start`. The timers that it sets are set once it is done: first the one that is due first. Of those that are
   * due at the same moment the stored ones come first, in the order in which they were set before.
   */
  inOrder(start: () => void): void {
    if (this.#held !== undefined) {
      start();
      return;
    }
    const held: HeldTimer[] = [];
    this.#held = held;
    try {
      start();
    } finally {
      this.#held = undefined;
      this.#set(held);
    }
  }

  #set(held: HeldTimer[]): void {
    held.sort((left, right) => inTime(left.due, right.due));
    const now = this.now();
    for (const timer of held) {
      if (!timer.isCleared) timer.id = this.#clock.setTimeout(timer.fn, Math.max(0, timer.due.at - now));
    }
  }
}
