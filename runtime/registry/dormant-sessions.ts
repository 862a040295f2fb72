/**
 * The dormant sessions of a process, oldest first: limits their number and their time in memory. Most pages that are
 * requested by robots are never joined. `session-registry.ts` adds and removes sessions.
 */

import { type Clock, monotonic } from '../platform/clock.js';
import type { LiveSession } from '../session/session.js';

// TYPES -----------------------------------------------------------------------

/** How many sessions there are. */
export interface SessionCounts {
  /** Rendered; no client has joined yet. */
  readonly dormant: number;
  /** With a connection. */
  readonly attached: number;
  /** Disconnected: waiting for their client, or being stored for the last time. */
  readonly detached: number;
}

/** The limits. */
export interface DormantLimits {
  readonly clock: Clock;
  /** The largest number of dormant sessions. */
  readonly dormant: number;
  /** Milliseconds after which a dormant session ends. */
  readonly dormantTime: number;
}

// DORMANT SESSIONS ------------------------------------------------------------

/** The sessions that no client has joined, and when each was added. */
export class DormantSessions {
  readonly #limits: DormantLimits;
  readonly #since = new Map<LiveSession, number>();
  /**
   * While the limit is reached: goes on from the last one that was ended. A new iteration would pass all that the map has
   * removed and not cleared away. One that is kept and not advanced would keep all earlier tables of the map in memory.
   */
  #oldest: Iterator<LiveSession> | undefined;
  #sweep: unknown;

  constructor(limits: DormantLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#since.size;
  }

  /** Adds a session. At the limit the oldest one ends. */
  add(session: LiveSession): void {
    const { clock, dormant, dormantTime } = this.#limits;
    if (this.#since.size < dormant) this.#oldest = undefined;
    else {
      this.#oldest ??= this.#since.keys();
      this.#oldest.next().value?.stop();
    }
    this.#since.set(session, monotonic(clock));
    this.#sweep ??= clock.setTimeout(() => this.#endOld(), dormantTime);
  }

  /** Ends the oldest session for which `isMeant` holds; false if there is none. */
  endOldest(isMeant: (session: LiveSession) => boolean): boolean {
    for (const session of this.#since.keys()) {
      if (!isMeant(session)) continue;
      session.stop();
      return true;
    }

    return false;
  }

  /** A session is not dormant any more. */
  delete(session: LiveSession): void {
    this.#since.delete(session);
  }

  /** Ends no more sessions. */
  close(): void {
    this.#limits.clock.clearTimeout(this.#sweep);
  }

  /** Ends the sessions whose time is up, and sets the timer for the next one. */
  #endOld(): void {
    const { clock, dormantTime } = this.#limits;
    const now = monotonic(clock);
    this.#sweep = undefined;
    for (const [session, since] of this.#since) {
      const left = since + dormantTime - now;
      if (left > 0) {
        this.#sweep = clock.setTimeout(() => this.#endOld(), left);
        return;
      }
      session.stop();
    }
  }
}
