/**
 * The one clock. Everything in the runtime that waits or asks for the time does so here, and XState's
 * actors are given the same clock, so that specs can put a simulated one in its place.
 *
 * Imports nothing; `session-registry.ts`, `transport.ts` and `server.ts` are handed one through their options.
 */

// TYPES -----------------------------------------------------------------------

/** What the runtime needs of time; fits the `clock` option of an XState actor. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `fn` once after `delay` milliseconds; what it returns goes to `clearTimeout`. */
  setTimeout(fn: () => void, delay: number): unknown;
  /** Forgets a timeout; one that has run or was cleared already is ignored. */
  clearTimeout(id: unknown): void;
}

/** A clock that stands still until it is told to move. */
export interface SimulatedClock extends Clock {
  /** Moves on by `duration` milliseconds and runs what is due on the way, in order, each at its own time. */
  advance(duration: number): void;
  /** When the timeout that is due first is due. */
  readonly next: number | undefined;
  /** How many timeouts wait. */
  readonly pending: number;
}

// SYSTEM CLOCK ----------------------------------------------------------------

/** The longest delay a timer of Node's takes; anything above it would fire at once. */
const longestDelay = 2 ** 31 - 1;

/** A timeout longer than one timer can be: the timer that runs now. */
class LongTimeout {
  timer: NodeJS.Timeout | undefined;
}

function arm(timeout: LongTimeout, fn: () => void, delay: number): void {
  const step = Math.min(delay, longestDelay);
  const next = step < delay ? () => arm(timeout, fn, delay - step) : fn;

  timeout.timer = setTimeout(next, step);
  timeout.timer.unref();
}

/**
 * The clock of the computer.
 *
 * Its timers do not keep the process alive, and delays above 2^31-1 ms (25 days) are waited for in
 * pieces where Node would fire at once.
 */
export const systemClock: Clock = {
  now: () => Date.now(),

  setTimeout(fn, delay) {
    if (!(delay > longestDelay)) return setTimeout(fn, delay).unref();
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

/** The one due first; of several due at the same time the one set first, which a `Set` iterates first. */
function earliest(timeouts: Iterable<Timeout>): Timeout | undefined {
  let found: Timeout | undefined;

  for (const timeout of timeouts) {
    if (found === undefined || timeout.at < found.at) found = timeout;
  }
  return found;
}

/**
 * A clock for specs: time moves only when it is told to.
 *
 * ```ts
 * const clock = createSimulatedClock();
 * clock.setTimeout(() => console.log(clock.now()), 500);
 * clock.advance(1000); // prints 500; clock.now() is 1000 afterwards
 * ```
 *
 * Timeouts set while time moves run in the same `advance` if they are due within it. What a timeout
 * throws comes out of `advance`, with time standing at that timeout.
 */
export function createSimulatedClock(start = 0): SimulatedClock {
  const timeouts = new Set<Timeout>();
  let now = start;

  function runUntil(end: number): void {
    for (let next = earliest(timeouts); next !== undefined && next.at <= end; next = earliest(timeouts)) {
      timeouts.delete(next);
      now = next.at;
      next.fn();
    }
  }

  return {
    now: () => now,
    get next() {
      return earliest(timeouts)?.at;
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
