/**
 * Whether a request comes from a page of this server: by its origin, and by what browsers say of the site (Fetch Metadata).
 * Upgrades (`transport.ts`) and forms that are posted without script (`form-post.ts`) are taken from no other page.
 */

import { type HttpRequest, hostOf, isSecure } from './request-identity.js';

/** Why a request is refused; without a cause for what is no browser's. */
export type ForeignRefusal = readonly [status: number, cause?: string];

/** Whether a page of this origin may connect. Every browser says its origin; what says none is no browser. */
export function refusalOfOrigin(
  request: HttpRequest,
  origins: readonly string[] | undefined,
  trustProxy: number
): ForeignRefusal | undefined {
  const { origin } = request.headers;

  if (typeof origin !== 'string' || !URL.canParse(origin)) return [403];
  if (origins !== undefined) {
    if (origins.includes(origin.toLowerCase())) return undefined;
    return [403, `the page is of ${show(origin)}, which the option origins does not name.`];
  }
  const { host, protocol } = new URL(origin);
  const asked = hostOf(request, trustProxy);
  if (!/^https?:$/.test(protocol)) return [403];
  if (host !== asked) {
    const fix =
      'A proxy has to pass on the Host header, or set X-Forwarded-Host and trustProxy; or name the origin in origins.';
    return [403, `the page is of ${show(origin)}, and the request is for ${show(asked)}. ${fix}`];
  }
  // A page of http can be changed on its way. Without a proxy that says so, it is not known whether the browser speaks https.
  if (protocol === 'https:' || !isSecure(request, trustProxy)) return undefined;
  return [403, `the page is of ${show(origin)}, and the request came over https. Load the page over https.`];
}

/**
 * Whether a form may be posted by this page. Browsers say over https whether the site is the same, and that is known to be true;
 * over http they say the origin alone.
 */
export function refusalOfPost(
  request: HttpRequest,
  origins: readonly string[] | undefined,
  trustProxy: number
): ForeignRefusal | undefined {
  const site = request.headers['sec-fetch-site'];
  if (site === undefined) return refusalOfOrigin(request, origins, trustProxy);

  return site === 'same-origin' ? undefined : [403, `it comes from another site (${show(String(site))}).`];
}

/** What a client has said, in a report. */
const show = (text: string): string => JSON.stringify(text.slice(0, 100));
