/**
 * Reports of upgrades that were refused. A browser says nothing of why a WebSocket was refused, so a wrong proxy shows as
 * pages that are not live in front of a server that works. `http.ts` refuses what has lost its `Upgrade` header on the way;
 * the report says what to look at.
 */

import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Clock, monotonic } from '../platform/clock.js';
import type { Reporter } from '../platform/error-report.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';

/** Milliseconds in which each status is reported once at the most: pages of other sites can cause refusals as often as they like. */
const quietTime = 60_000;

/** The status for an upgrade without its header, which a proxy has taken away. The requests of the fallback have none. */
const lostUpgrade = 426;

/** The upgrades that a server has refused, by HTTP status. */
export class RefusedUpgrades {
  readonly #clock: Clock;
  readonly #report: Reporter;
  readonly #counts = new Map<number, number>();
  readonly #reported = new Map<number, number>();

  constructor(clock: Clock, report: Reporter) {
    this.#clock = clock;
    this.#report = report;
  }

  /** How many were refused so far, by status. */
  get counts(): Readonly<Record<number, number>> {
    return Object.fromEntries(this.#counts);
  }

  /**
   * Counts one.
   *
   * @param cause what is wrong, and the fix; `undefined` for what is no browser's
   */
  add(status: number, cause: string | undefined): void {
    this.#counts.set(status, (this.#counts.get(status) ?? 0) + 1);
    if (cause === undefined) return;
    const now = monotonic(this.#clock);
    const last = this.#reported.get(status);
    if (last !== undefined && now - last < quietTime) return;
    this.#reported.set(status, now);
    const consequence = status === lostUpgrade ? 'uses requests instead' : 'is not live';
    const message = `A connection is refused with status ${status}, and its page ${consequence}: ${cause}`;
    this.#report(ErrorCode.Upgrade, new TroupeError(ErrorCode.Upgrade, message));
  }
}

// UPGRADES --------------------------------------------------------------------

/** Ends a socket that fails, or has its answer. */
export function destroySocket(this: Duplex): void {
  this.destroy();
}

/** Answers an upgrade with a status instead of a WebSocket. */
export function refuseUpgrade(socket: Duplex, status: number): void {
  socket.on('error', destroySocket);
  socket.once('finish', destroySocket);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
