/**
 * HTTP without a server: a request goes in as method, URL and headers, an answer comes out as status,
 * headers and body. `node-http.ts` is the adapter to Node's servers; others can be written beside it.
 *
 *     request -> visitor -> route -> session (dormant) -> document -> answer
 *
 * It answers pages (GET and HEAD of a route) and, below `/_troupe/`, the client script. What goes wrong
 * on the way becomes a status page and, if it is the host program's fault, a report.
 */

import { type ClientScript, chooseEncoding } from './client-script.js';
import { type Document, renderPage, renderStatus } from './document.js';
import { ErrorCode, TroupeError } from './errors.js';
import { createIdentifier } from './identifier.js';
import type { Reporter } from './report.js';
import { type Astray, below, pathOf, type Router } from './router.js';
import type { Route, Sessions } from './sessions.js';
import { principalText, type Tokens } from './token.js';
import { cookieName, type HttpRequest, isSecure, type Unrecognised, type Visitor } from './visitor.js';

// TYPES -----------------------------------------------------------------------

/** What goes back, whatever server it goes through. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** Answers requests; `undefined` if the URL is none of ours. Never rejects. */
export type Http = (request: HttpRequest) => Promise<HttpAnswer | undefined>;

/** What `createHttp` needs. */
export interface HttpOptions {
  readonly base: string;
  /** Whether pages of errors tell what was thrown. */
  readonly development: boolean;
  readonly document: Document;
  readonly recognise: (request: HttpRequest) => Promise<Visitor | Unrecognised>;
  readonly report: Reporter;
  readonly router: Router;
  readonly script: ClientScript;
  readonly sessions: Pick<Sessions, 'full' | 'open'>;
  readonly tokens: Pick<Tokens, 'seal'>;
  readonly trustProxy: number;
}

/** The part of the base path that is ours: client script, socket and whatever comes later. */
export const reserved = '/_troupe';

// HEADERS ---------------------------------------------------------------------

const html = {
  'Content-Type': 'text/html; charset=utf-8',
  'Referrer-Policy': 'strict-origin-when-cross-origin',
  'X-Content-Type-Options': 'nosniff',
} as const;

/** `no-cache`, not `no-store`: pages stay in the back/forward cache and are asked for again otherwise. */
const pageHeaders = { ...html, 'Cache-Control': 'private, no-cache' } as const;
const statusHeaders = { ...html, 'Cache-Control': 'no-store' } as const;

function withLength(status: number, headers: HttpAnswer['headers'], body: HttpAnswer['body']): HttpAnswer {
  return { status, headers: { ...headers, 'Content-Length': String(Buffer.byteLength(body)) }, body };
}

const retry = { 'Retry-After': '10' } as const;
const extraHeaders: { readonly [status: number]: HttpAnswer['headers'] } = {
  405: { Allow: 'GET, HEAD' },
  429: retry,
  503: retry,
};

/** A small page that says what a status means, and `detail` below it. */
export function answerStatus(status: number, detail?: string): HttpAnswer {
  return withLength(status, { ...statusHeaders, ...extraHeaders[status] }, renderStatus(status, detail));
}

function isReadable(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

// CLIENT SCRIPT ---------------------------------------------------------------

const scriptHeaders = {
  'Cache-Control': 'public, max-age=31536000, immutable',
  'Content-Type': 'text/javascript; charset=utf-8',
  Vary: 'Accept-Encoding',
  'X-Content-Type-Options': 'nosniff',
} as const;

/** `If-None-Match` is a list, compared without regard to weakness, or `*`. */
function isKnown(known: string, tag: string): boolean {
  return known.split(',').some((entry) => entry.trim().replace(/^W\//, '') === tag || entry.trim() === '*');
}

async function answerScript(script: ClientScript, request: HttpRequest): Promise<HttpAnswer> {
  const encoding = chooseEncoding(String(request.headers['accept-encoding'] ?? ''));
  const tag = `"${script.hash}${encoding && `-${encoding}`}"`;
  const headers = { ...scriptHeaders, ETag: tag, ...(encoding && { 'Content-Encoding': encoding }) };

  if (isKnown(String(request.headers['if-none-match'] ?? ''), tag)) return { status: 304, headers, body: '' };
  return withLength(200, headers, await script.body(encoding));
}

// HTTP ------------------------------------------------------------------------

/** Makes the function that answers requests. */
export function createHttp(options: HttpOptions): Http {
  const { base, development, document, recognise, report, router, script, sessions, tokens, trustProxy } = options;

  const place = { script: `${base}${reserved}/${script.file}`, socket: `${base}${reserved}/socket` };

  function cookieHeader(cookie: string, request: HttpRequest): string {
    const secure = isSecure(request, trustProxy) ? '; Secure' : '';

    return `${cookieName}=${cookie}; Path=${base || '/'}; HttpOnly; SameSite=Lax${secure}`;
  }

  /** The headers of a page, and the cookie its token is bound to. */
  function startPage(request: HttpRequest, visitor: Visitor) {
    if (visitor.cookie !== undefined) return { cookie: visitor.cookie, headers: pageHeaders };
    const cookie = createIdentifier();

    return { cookie, headers: { ...pageHeaders, 'Set-Cookie': cookieHeader(cookie, request) } };
  }

  async function answerPage(request: HttpRequest, visitor: Visitor, route: Route): Promise<HttpAnswer> {
    const { cookie, headers } = startPage(request, visitor);

    if (request.method === 'HEAD') return { status: 200, headers, body: '' };
    if (sessions.full(visitor.address)) return answerStatus(429);
    const { session, html: content } = await sessions.open(route, visitor.address);
    const bearer = { cookie, principal: principalText(visitor.principal) };
    const token = tokens.seal({ id: session.id, url: request.url }, bearer);
    const { props } = route;

    return withLength(200, headers, renderPage(document, { ...place, content, props, token, url: request.url }));
  }

  /** A page that did not come about: too late is 503, anything else 500. */
  function answerFailure(error: unknown, route: Route): HttpAnswer {
    const id = report(ErrorCode.Internal, error, { component: route.component.name });
    const status = error instanceof TroupeError && error.code === ErrorCode.Deadline ? 503 : 500;
    const detail = development && error instanceof Error ? `\n\n${error.stack ?? error.message}` : '';

    return answerStatus(status, `Error ${id}${detail}`);
  }

  async function answerRoute(request: HttpRequest): Promise<HttpAnswer | undefined> {
    const found = router.find(request.url, undefined);

    if (typeof found === 'number') return answerAstray(found);
    if (!isReadable(request.method)) return answerStatus(405);
    const visitor = await recognise(request);

    if (typeof visitor === 'number') return answerStatus(visitor);
    const route = { ...found, props: { ...found.props, principal: visitor.principal } };

    try {
      return await answerPage(request, visitor, route);
    } catch (error) {
      return answerFailure(error, route);
    }
  }

  function answerAstray(status: Astray): HttpAnswer | undefined {
    return status === 404 ? undefined : answerStatus(status);
  }

  async function answerReserved(request: HttpRequest, path: string): Promise<HttpAnswer> {
    if (path !== `/${script.file}`) return answerStatus(404);

    return isReadable(request.method) ? answerScript(script, request) : answerStatus(405);
  }

  return async (request) => {
    const path = below(`${base}${reserved}`, pathOf(request.url));

    return path === undefined ? answerRoute(request) : answerReserved(request, path);
  };
}
