/**
 * How a page load begins: with the session of the page load before it, or anew. A reload goes on; a hard reload, a link, an
 * address that is typed and a new tab begin anew. `http.ts` asks.
 *
 * A page load that is left says in a cookie which session its reload is to show, for a few seconds and for its path alone. That it is a
 * reload the request says: Chromium and WebKit ask with `max-age=0`, and with `no-cache` for a hard one. Firefox says only the
 * latter; what it asks within those seconds counts as a reload.
 */

import { Limit, pageCookie } from '../wire/protocol.js';
import { type HttpRequest, header } from './request-identity.js';

// TYPES -----------------------------------------------------------------------

/** What a page load has left for the one that replaces it. */
export interface LeftPage {
  /** Its name. */
  readonly document: string;
  readonly token: string;
  /** Whether a form without script has left it: what follows is its page, by whichever load. */
  readonly isPosted: boolean;
}

/** How a page load begins. */
export interface PageLoading {
  /** Whether it is to begin anew, whatever the storage of the tab holds. */
  readonly isFresh: boolean;
  /** Whether the browser says that it is a reload. */
  readonly isReload: boolean;
  /** Whether the cookie is to be taken away: it says to begin anew, once. */
  readonly isMarked: boolean;
  /** What may go on, the nearest path first. */
  readonly left: readonly LeftPage[];
}

// COOKIE ----------------------------------------------------------------------

/** The value of the cookie that says to begin anew. */
const anew = '-';

/** The `Set-Cookie` header for the page at a URL. */
function cookieFor(value: string, url: string, seconds: number, secure: boolean): readonly string[] {
  const path = (url.split(/[?#]/)[0] ?? '').replaceAll(';', '%3B');
  const setting = `${pageCookie}=${value}; Path=${path}; Max-Age=${seconds}; SameSite=Lax`;

  return ['Set-Cookie', secure ? `${setting}; Secure` : setting];
}

/** Seconds that the cookie stays. */
const cookieSeconds = 10;

/** The page at this URL is to show the session of a post. */
export const leavePosted = (load: string, token: string, url: string, secure: boolean): readonly string[] =>
  cookieFor(`!${encodeURIComponent(`${load}.${token}`)}`, url, cookieSeconds, secure);

/** The page at this URL is to begin anew. */
export const leaveAnew = (url: string, secure: boolean): readonly string[] =>
  cookieFor(anew, url, cookieSeconds, secure);

/** Nothing is left for the page at this URL any more. */
export const leaveNothing = (url: string, secure: boolean): readonly string[] => cookieFor('', url, 0, secure);

// LOADING ---------------------------------------------------------------------

const leftShape = new RegExp(`(?:^|;\\s*)${pageCookie}=(!?)([\\w-]{1,${Limit.load}})\\.([^;\\s]+)`, 'g');
const anewShape = new RegExp(`(?:^|;\\s*)${pageCookie}=${anew}(?=;|$)`);

/** What asks with `max-age=0` for every reload. */
const telling = /\bAppleWebKit\//;

/** How a request for a page begins. */
export function loadingOf(request: HttpRequest): PageLoading {
  const cookies = header(request, 'cookie');
  const control = header(request, 'cache-control');
  const isMarked = anewShape.test(cookies);
  const isFresh = isMarked || /\bno-cache\b/.test(control);
  const isReload = !isFresh && /\bmax-age=0\b/.test(control);
  if (!cookies.includes(pageCookie)) return { isFresh, isReload, isMarked, left: [] };
  const goesOn = !isFresh && (isReload || !telling.test(header(request, 'user-agent')));

  return { isFresh, isReload, isMarked, left: readLeft(cookies).filter(({ isPosted }) => isPosted || goesOn) };
}

/** The cookies that page loads have left. */
function readLeft(cookies: string): readonly LeftPage[] {
  return [...cookies.matchAll(leftShape)].flatMap(([, mark, document = '', encoded = '']) => {
    try {
      return [{ document, token: decodeURIComponent(encoded), isPosted: mark !== '' }];
    } catch {
      return [];
    }
  });
}
