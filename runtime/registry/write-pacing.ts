/**
 * Write pacing: how soon a session may be written again, and when at the latest. The cost of a write grows with the
 * snapshot, so the pause after it does, too: a large session costs at most so many bytes a second. A session that cannot be
 * stored, because it is too large or contains what is no plain data, is tried again after a growing pause, once it has
 * changed.
 *
 * The store keeps a session for its lifetime after the last write. A session that does not change for half of that is
 * written again, and all are when the store has lost what it held: the page may be connected and idle.
 *
 * `write-behind.ts` asks before each write that no caller waits for, and with each heartbeat which sessions are to be renewed.
 */

import { Backoff } from '../platform/backoff.js';
import { type Clock, monotonic } from '../platform/clock.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import type { Persistable } from '../session/session-snapshot.js';

// LIMITS ----------------------------------------------------------------------

/** Bytes of snapshots that are written for one session in a second. */
const maxBytesPerSecond = 2_097_152;
/** Milliseconds of the longest pause that is not kept: sessions of up to 200 KB are not paced. */
const freePauseMs = 100;
/** Milliseconds before a session that could not be stored is tried again: the first pause, and the longest. */
const firstPauseMs = 250;
const maxPauseMs = 10_000;

// TYPES -----------------------------------------------------------------------

/** What is known of one session. */
interface Pace {
  /** When it may be written again. */
  due: number;
  /** Its refusals, if the last try was one. */
  refusals: Backoff | undefined;
  /** Whether it was reported that the session continues unstored. */
  isUnstoredReported: boolean;
}

// PACING ----------------------------------------------------------------------

/** The pace of all sessions of one process. */
export class WritePacing {
  readonly #clock: Clock;
  /** Of the sessions that may not be written at any time. */
  readonly #paces = new WeakMap<Persistable, Pace>();
  /** When the sessions that this process owns were written or renewed last, the longest ago first. */
  readonly #written = new Map<Persistable, number>();
  /** The name that the store gave last for what it holds. */
  #held: string | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds until a session may be written again; 0 if it may be now. */
  pauseOf(session: Persistable): number {
    const due = this.#paces.get(session)?.due;

    return due === undefined ? 0 : Math.max(0, due - monotonic(this.#clock));
  }

  /** Whether a session could not be stored at the last try. */
  isRefused(session: Persistable): boolean {
    return this.#paces.get(session)?.refusals !== undefined;
  }

  /** A session was written. `isKept`: this process still owns it. */
  wrote(session: Persistable, bytes: number, isKept: boolean): void {
    this.#written.delete(session);
    if (isKept) this.#written.set(session, monotonic(this.#clock));
    const pause = (bytes * 1_000) / maxBytesPerSecond;
    if (pause > freePauseMs) {
      const due = monotonic(this.#clock) + pause;
      this.#paces.set(session, { due, refusals: undefined, isUnstoredReported: false });
    } else this.#paces.delete(session);
  }

  /** A session cannot be stored. Returns whether it could be at the try before. */
  refused(session: Persistable): boolean {
    const known = this.#paces.get(session);
    const refusals = known?.refusals ?? new Backoff({ firstPauseMs, maxPauseMs });
    const due = monotonic(this.#clock) + refusals.next();
    this.#paces.set(session, { due, refusals, isUnstoredReported: known?.isUnstoredReported ?? false });

    return known?.refusals === undefined;
  }

  /** A session has ended here. */
  forget(session: Persistable): void {
    this.#written.delete(session);
  }

  /**
   * The sessions that were written half a lifetime ago or before; all of them if the store has lost what it held. If a
   * session is not written then, it is among them again after another half.
   *
   * @param lifetime milliseconds that the store keeps a session
   * @param held the name for what the store holds, if it gives one
   */
  takeOld(lifetime: number, held?: string): readonly Persistable[] {
    const now = monotonic(this.#clock);
    const hasLost = this.#held !== undefined && held !== this.#held;
    this.#held = held;
    const old: Persistable[] = [];
    for (const [session, at] of this.#written) {
      if (now - at < (hasLost ? 0 : lifetime / 2)) break;
      old.push(session);
    }
    for (const session of old) {
      this.#written.delete(session);
      this.#written.set(session, now);
    }

    return old;
  }

  /** Whether it is to be reported that a session continues unstored: once, until it can be stored. */
  isFirstReport(session: Persistable): boolean {
    const pace = this.#paces.get(session);
    if (pace === undefined || pace.isUnstoredReported) return false;
    pace.isUnstoredReported = true;

    return true;
  }
}

/** The error of a session whose snapshot is larger than a store may be given. */
export function tooLargeError(id: string, bytes: number, largest: number): TroupeError {
  return new TroupeError(
    ErrorCode.Snapshot,
    `Session ${id} takes ${bytes} bytes to store, and ${largest} are allowed. Keep less in its models, or raise the option \`largestSnapshot\`.`
  );
}

/** The error of a session that has many events that are not stored, and cannot be stored. */
export function unstoredError(id: string): TroupeError {
  return new TroupeError(
    ErrorCode.Unstored,
    `Session ${id} cannot be stored and continues in memory alone: its page no longer keeps the events that are not stored. They are lost if this process ends before. An earlier report of code \`store\` or \`snapshot\` has the reason.`
  );
}
