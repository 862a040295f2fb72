/**
 * The clock: all of the runtime waits and reads the time here. XState's actors get the same clock, so that specs can put a
 * simulated one in its place. Imports nothing.
 */

// TYPES -----------------------------------------------------------------------

/** What the runtime needs of time. It fits the `clock` option of an XState actor. */
export interface Clock {
  /** Milliseconds since the epoch. It may be set, also back: use it for what is stored or shown. */
  now(): number;
  /**
   * Milliseconds since some moment. It never goes back, and setting the clock does not change it: limits, leases, deadlines
   * and back-offs use it, through `monotonic`. Default: `now`.
   */
  elapsed?(): number;
  /** Calls `fn` once after `delay` milliseconds. Returns an id for `clearTimeout`. */
  setTimeout(fn: () => void, delay: number): unknown;
  /** Cancels a timeout. One that has run or was cancelled is ignored. */
  clearTimeout(id: unknown): void;
}

/** What reads the time and does not wait. */
export type TimeSource = Pick<Clock, 'now' | 'elapsed'>;

/** A clock whose time changes only by `advance`. */
export interface SimulatedClock extends Clock {
  /** Sets the time of `now` by so many milliseconds, also back, as an operator does. Timeouts and `elapsed` are not affected. */
  adjust(by: number): void;
  /** Advances the time by `duration` milliseconds and runs the timeouts that are due, in order, each at its own time. */
  advance(duration: number): void;
  /** The time of the timeout that is due first. */
  readonly next: number | undefined;
  /** The number of timeouts that wait. */
  readonly pending: number;
}

/** Milliseconds by which durations are measured: those of `elapsed`, or of `now` for a clock without it. */
export const monotonic = (clock: TimeSource): number => clock.elapsed?.() ?? clock.now();

// SYSTEM CLOCK ----------------------------------------------------------------

/** The longest delay of a timer in Node. A timer with a longer one would fire at once. */
const maxDelayMs = 2 ** 31 - 1;

/** A timeout longer than the longest timer, made of several timers in turn. */
class LongTimeout {
  timer: NodeJS.Timeout | undefined;
}

function arm(timeout: LongTimeout, fn: () => void, delay: number): void {
  const step = Math.min(delay, maxDelayMs);
  const next = step < delay ? () => arm(timeout, fn, delay - step) : fn;

  timeout.timer = setTimeout(next, step);
  timeout.timer.unref();
}

/**
 * The clock of the computer.
 *
 * Its timers do not keep the process alive. A delay above 2^31-1 ms (25 days), for which Node would fire at once, is made
 * of several timers.
 */
export const systemClock: Clock = {
  now: () => Date.now(),

  elapsed: () => performance.now(),

  setTimeout(fn, delay) {
    if (!(delay > maxDelayMs)) return setTimeout(fn, delay).unref();
    const timeout = new LongTimeout();

    arm(timeout, fn, delay);
    return timeout;
  },

  clearTimeout(id) {
    clearTimeout(id instanceof LongTimeout ? id.timer : (id as NodeJS.Timeout | undefined));
  },
};

// SIMULATED CLOCK -------------------------------------------------------------

interface Timeout {
  readonly at: number;
  readonly fn: () => void;
}

/** The timeout that is due first. Of several due at the same time, it is the one set first, which a `Set` iterates first. */
function earliest(timeouts: Iterable<Timeout>): Timeout | undefined {
  let found: Timeout | undefined;

  for (const timeout of timeouts) {
    if (found === undefined || timeout.at < found.at) found = timeout;
  }
  return found;
}

/**
 * A clock for specs, whose time changes only by `advance`.
 *
 * ```ts
 * const clock = createSimulatedClock();
 * clock.setTimeout(() => console.log(clock.now()), 500);
 * clock.advance(1000); // prints 500; clock.now() is 1000 afterwards
 * ```
 *
 * A timeout that is set during an `advance` runs in it if it is due within it. If a timeout throws, `advance` throws, and
 * the time is that of the timeout.
 */
export function createSimulatedClock(start = 0): SimulatedClock {
  const timeouts = new Set<Timeout>();
  let now = start;
  let adjustment = 0;

  function runUntil(end: number): void {
    for (let next = earliest(timeouts); next !== undefined && next.at <= end; next = earliest(timeouts)) {
      timeouts.delete(next);
      now = next.at;
      next.fn();
    }
  }

  return {
    now: () => now + adjustment,
    elapsed: () => now,
    adjust(by) {
      adjustment += by;
    },
    get next() {
      const at = earliest(timeouts)?.at;

      return at === undefined ? undefined : at + adjustment;
    },
    get pending() {
      return timeouts.size;
    },
    setTimeout(fn, delay) {
      const timeout: Timeout = { at: now + Math.max(delay || 0, 0), fn };

      timeouts.add(timeout);
      return timeout;
    },
    clearTimeout(id) {
      timeouts.delete(id as Timeout);
    },
    advance(duration) {
      const end = now + duration;

      runUntil(end);
      now = end;
    },
  };
}
