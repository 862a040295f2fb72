/**
 * Whether a request for a page is a page load, by what browsers say of each request (Fetch Metadata). A session is made for
 * a page load alone: another site could fill the limit of a visitor's address with images that lead here. `http.ts` asks.
 */

import type { HttpRequest } from './request-identity.js';

const frames: readonly unknown[] = ['frame', 'iframe'];

/**
 * The status with which a request is refused because it is no page load; `undefined` if it is one, or its sender does not
 * say. 403: an image, a script, a `fetch`, a frame of another site. 503: a prefetch by another site; a browser drops that
 * answer, and loads the page when the user goes there. A prefetch by a page of this origin is a page load.
 */
export function refusalOfFetch({ headers }: HttpRequest): 403 | 503 | undefined {
  const { 'sec-fetch-dest': destination, 'sec-fetch-site': site, 'sec-purpose': purpose } = headers;
  if (typeof purpose === 'string' && /^prefetch\b/.test(purpose)) return site === 'same-origin' ? undefined : 503;
  if (destination === undefined || destination === 'document') return undefined;
  const isOwnFrame = frames.includes(destination) && (site === 'same-origin' || site === 'same-site');

  return isOwnFrame ? undefined : 403;
}
