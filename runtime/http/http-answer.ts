/**
 * The answer to an HTTP request, for any server. `http.ts`, `form-post.ts` and `health.ts` make answers; `node-adapter.ts`
 * writes them.
 */

import { ErrorCode, TroupeError } from '../platform/errors.js';
import { renderStatus } from './layout.js';

// TYPES -----------------------------------------------------------------------

/** Name, value, name, value: the form that Node's servers write fastest. */
export type Headers = readonly string[];

/** Status, headers and body. A text body is sent as UTF-8. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string | Uint8Array;
}

// HEADERS ---------------------------------------------------------------------

/** The name of the header. */
export const contentType = 'Content-Type';
/** The name of the header. */
export const cache = 'Cache-Control';
/** Forbids browsers to guess another type. */
export const sniffing: Headers = ['X-Content-Type-Options', 'nosniff'];
const html: Headers = [
  contentType,
  'text/html; charset=utf-8',
  'Referrer-Policy',
  'strict-origin-when-cross-origin',
  ...sniffing,
];

/** `no-cache`, not `no-store`: pages stay in the back/forward cache, and are revalidated everywhere else. */
export const pageHeaders: Headers = [...html, cache, 'private, no-cache'];
/** What says that something went wrong is not kept. */
export const errorHeaders: Headers = [...html, cache, 'no-store'];

const retry: Headers = ['Retry-After', '10'];
const extraHeaders: { readonly [status: number]: Headers } = {
  405: ['Allow', 'GET, HEAD'],
  426: ['Upgrade', 'websocket', 'Connection', 'Upgrade'],
  429: retry,
  503: retry,
};

// ANSWERS ---------------------------------------------------------------------

/** An answer with the length of its body. */
export function withLength(status: number, headers: Headers, body: HttpAnswer['body']): HttpAnswer {
  return { status, headers: [...headers, 'Content-Length', String(Buffer.byteLength(body))], body };
}

/** A small page that says what a status means, with `detail` below it, and a link to the page it is about. */
export function answerStatus(status: number, styles: readonly string[], detail?: string, link?: string): HttpAnswer {
  const headers = [...errorHeaders, ...(extraHeaders[status] ?? [])];

  return withLength(status, headers, renderStatus(status, styles, detail, link));
}

/** Sends the browser to another URL. */
export function answerRedirect(status: number, url: string, headers: Headers = []): HttpAnswer {
  return { status, headers: ['Location', url, cache, 'no-store', ...headers, 'Content-Length', '0'], body: '' };
}

/** What pages of errors are made with. */
export interface Answering {
  readonly styles: readonly string[];
}

/**
 * A path of this site, to redirect to. What a browser would take for another site is refused: such a path often comes from
 * a query.
 *
 * @throws TroupeError `action`
 */
export function checkedPath(path: string): string {
  // A browser takes a backslash for a slash, and leaves out line breaks and tabs. Headers have ASCII alone.
  if (/^\/(?![/\\])[!-[\]-~]*$/.test(path)) return path;

  throw new TroupeError(
    ErrorCode.Action,
    `A redirect leads to ${JSON.stringify(path)}; it leads to a path of this site, '/a/path?a=query', percent-encoded. To another site leads an action that answers { status: 303, headers: { location } }.`
  );
}
