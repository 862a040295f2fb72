/**
 * Outcomes: what `init` throws instead of returning a model, because the page is elsewhere or is not for this request.
 * An outcome is no fault: it is not reported. `http.ts` answers a request with it.
 */

import { ErrorCode, TroupeError } from '../platform/errors.js';

// TYPES -----------------------------------------------------------------------

/** Why there is no page: thrown by `init`. Made by `redirect`, `notFound` and `status`. */
export class PageOutcome extends Error {
  /** The status that the request is answered with. */
  readonly status: number;
  /** Where the browser is sent instead, as it stands in the answer; `undefined` for an error page. */
  readonly location: string | undefined;

  constructor(status: number, message: string, location?: string) {
    super(message);
    this.name = 'PageOutcome';
    this.status = status;
    this.location = location;
  }
}

// CONSTRUCTORS ----------------------------------------------------------------

/**
 * Sends the browser to another URL: `throw redirect('/sign-in')` in `init`.
 *
 * @param url a path of this site that begins with a single slash, the base path included, or a whole URL of http or https.
 * From a user's input take paths alone: a whole URL leads anywhere
 * @param code 303 for a page that is now to be read, 302, 307, 308 or 301. Default 303
 * @throws TroupeError `component` if the URL or the code cannot be used
 */
export function redirect(url: string, code: 301 | 302 | 303 | 307 | 308 = 303): PageOutcome {
  if (!isRedirectable(url)) {
    throw new TroupeError(
      ErrorCode.Component,
      `redirect(${JSON.stringify(url)}) takes a path that begins with one slash, like '/sign-in', or a URL of http or https, without spaces, backslashes and control characters.`
    );
  }
  if (!redirects.includes(code)) {
    throw new TroupeError(ErrorCode.Component, `redirect(url, ${code}) takes 301, 302, 303, 307 or 308.`);
  }

  // Headers are ASCII.
  return new PageOutcome(code, `The page is at ${url}.`, url.replace(/[^\x21-\x7e]+/g, encodeURIComponent));
}

/** There is no such page: `throw notFound()` in `init` answers 404. `message` is for the error page. */
export function notFound(message = ''): PageOutcome {
  return new PageOutcome(404, message);
}

/**
 * The page cannot be had, for the reason that an HTTP status names: `throw status(403)` in `init`. `message` is for the
 * error page.
 *
 * @throws TroupeError `component` if the code is no status of an error
 */
export function status(code: number, message = ''): PageOutcome {
  if (Number.isInteger(code) && code >= 400 && code <= 599) return new PageOutcome(code, message);

  throw new TroupeError(ErrorCode.Component, `status(${code}) takes a status of an error: 400 to 599.`);
}

// CHECKS ----------------------------------------------------------------------

const redirects: readonly number[] = [301, 302, 303, 307, 308];

/**
 * Browsers take a backslash for a slash and leave out tabs and line breaks, so that `/\t/other.example` leads to another
 * site.
 */
function isRedirectable(url: unknown): boolean {
  if (typeof url !== 'string' || /[\0- \\\x7f]/.test(url)) return false;

  return url.isWellFormed() && (/^\/(?!\/)/.test(url) || (/^https?:\/\/[^/?#]/i.test(url) && URL.canParse(url)));
}
