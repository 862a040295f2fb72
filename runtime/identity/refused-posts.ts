/**
 * Reports of posts that were refused, because they come from another site or another browser: of forms without script
 * (`form-post.ts`), and of requests for actions (`actions.ts`).
 */

import { type Clock, monotonic } from '../platform/clock.js';
import type { Reporter } from '../platform/error-report.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import type { ForeignRefusal } from './request-origin.js';

/** Milliseconds in which refused posts are reported once at the most: other sites can cause them as often as they like. */
const quietMs = 60_000;

/** Reports of posts that were refused. */
export class RefusedPosts {
  readonly #clock: Clock;
  readonly #report: Reporter;
  #reported: number | undefined;

  constructor({ clock, report }: { readonly clock: Clock; readonly report: Reporter }) {
    this.#clock = clock;
    this.#report = report;
  }

  add([status, cause = 'it does not say where it comes from.']: ForeignRefusal): void {
    const now = monotonic(this.#clock);
    if (this.#reported !== undefined && now - this.#reported < quietMs) return;
    this.#reported = now;
    this.#report(ErrorCode.Post, new TroupeError(ErrorCode.Post, `A post is refused with status ${status}: ${cause}`));
  }
}
