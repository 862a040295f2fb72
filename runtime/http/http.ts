/**
 * HTTP without a server: a request goes in as method, URL and headers; an answer comes out as status, headers and body.
 * `node-adapter.ts` is the adapter to Node's servers; adapters to others can be written beside it.
 *
 *     request -> principal -> route -> session (dormant) -> layout -> answer
 *
 * It answers pages (GET and HEAD of a route) and, below `/_troupe/`, the client script and the health checks. A failure
 * becomes a status page and, if it is a fault of the host program, a report.
 */

import type { AnyComponent, ErrorPageProps, Route } from '../component/component.js';
import { PageOutcome } from '../component/outcome.js';
import { refusalOfFetch } from '../identity/fetch-metadata.js';
import type { Flashes } from '../identity/flash.js';
import { type LeftPage, leaveNothing, loadingOf } from '../identity/page-load.js';
import {
  cookieHeader,
  type HttpRequest,
  isSecure,
  type Recognise,
  type RequestIdentity,
} from '../identity/request-identity.js';
import type { Bearer, Tokens } from '../identity/session-token.js';
import { type Reporter, writeError } from '../platform/error-report.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { createId } from '../platform/id.js';
import { hasFailed, type Page } from '../registry/first-page.js';
import type { SessionRegistry } from '../registry/session-registry.js';
import type { PostTarget } from '../render/page-forms.js';
import type { CloseCode } from '../wire/protocol.js';
import type { AnswerAction } from './actions.js';
import { type ClientScript, chooseEncoding, type ScriptBody } from './client-script.js';
import { type AnswerPost, createFormPosts, type FormPostOptions } from './form-post.js';
import { answerDenial } from './guard.js';
import { answerSign, type IsReady } from './health.js';
import {
  answerRedirect,
  answerStatus,
  cache,
  contentType,
  errorHeaders,
  type Headers,
  type HttpAnswer,
  pageHeaders,
  sniffing,
  withLength,
} from './http-answer.js';
import { type Layout, type PageContent, renderErrorPage, renderPage } from './layout.js';
import type { RefusedUpgrades } from './refused-upgrades.js';
import { below, pathOf, type Router, routeTo, routeToError, strayUrl, type UrlProps } from './router.js';

// TYPES -----------------------------------------------------------------------

/**
 * Answers a request; `undefined` if the URL is not one of this server. Never rejects.
 *
 * @param isLast whether nothing else answers it then, so that it gets the error page if there is one. Default: no
 */
export type Http = (request: HttpRequest, isLast?: boolean) => Promise<HttpAnswer | undefined>;

/** Options of `createHttp`. */
export interface HttpOptions extends FormPostOptions {
  /** Answers requests for actions. Default: there are none. */
  readonly actions?: AnswerAction;
  readonly base: string;
  /** Whether error pages show the thrown error. */
  readonly development: boolean;
  readonly document: Layout;
  /** The page for what cannot be shown. Default: a small one. */
  readonly errorPage?: AnyComponent<ErrorPageProps> | undefined;
  readonly flashes: Flashes;
  /** Whether forms and buttons work without script. */
  readonly formsWithoutScript: boolean;
  /** Whether the server accepts new sessions, for the readiness check. Default: as the sessions say. */
  readonly isReady?: IsReady;
  readonly recognise: Recognise;
  readonly refused: RefusedUpgrades;
  readonly report: Reporter;
  readonly router: Router;
  readonly script: ClientScript;
  readonly sessions: Pick<
    SessionRegistry,
    'entry' | 'isClosed' | 'isDraining' | 'isReady' | 'makeRoom' | 'open' | 'reload' | 'render' | 'submit'
  >;
  readonly tokens: Tokens;
  readonly trustProxy: number;
}

/** The reserved path below the base path: client script, socket, posts, health checks. */
export const reserved = '/_troupe';

const postPath = '/post';

// STATUS PAGES ----------------------------------------------------------------

/** The icon that browsers ask for of their own accord: a 404 would be an error in the console of every page. */
const icon = '/favicon.ico';

/** The answer for a URL without a route: a 404 page, or an empty answer for the icon, which no user asked for. */
export function answerNowhere(url: string, styles: readonly string[]): HttpAnswer {
  if (url !== icon) return answerStatus(404, styles);

  return { status: 204, headers: [cache, 'public, max-age=86400'], body: '' };
}

function isReadable(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

// CLIENT SCRIPT ---------------------------------------------------------------

const scriptHeaders: Headers = [
  ...[contentType, 'text/javascript; charset=utf-8', cache, 'public, max-age=31536000, immutable'],
  ...['Vary', 'Accept-Encoding'],
  ...sniffing,
];

/** Whether `If-None-Match`, a list or `*`, has the tag. Weak tags count as equal. */
function isKnown(known: string, tag: string): boolean {
  return known.split(',').some((entry) => entry.trim().replace(/^W\//, '') === tag || entry.trim() === '*');
}

async function answerScript(hash: string, body: ScriptBody, request: HttpRequest): Promise<HttpAnswer> {
  const encoding = chooseEncoding(String(request.headers['accept-encoding'] ?? ''));
  const tag = `"${hash}${encoding && `-${encoding}`}"`;
  const headers = [...scriptHeaders, 'ETag', tag, ...(encoding && ['Content-Encoding', encoding])];

  if (isKnown(String(request.headers['if-none-match'] ?? ''), tag)) return { status: 304, headers, body: '' };
  return withLength(200, headers, await body(encoding));
}

// PAGES -----------------------------------------------------------------------

/** The cookie that the page's token is bound to, and the headers of the page, which set the cookie if it is new. */
function startPage(
  options: HttpOptions,
  request: HttpRequest,
  visitor: RequestIdentity
): { cookie: string; headers: Headers } {
  if (visitor.cookie !== undefined) return { cookie: visitor.cookie, headers: pageHeaders };
  const { base, trustProxy } = options;
  const cookie = createId();

  return { cookie, headers: [...pageHeaders, 'Set-Cookie', cookieHeader(cookie, request, base, trustProxy)] };
}

/** Takes away the cookie that says to begin anew: it counts for one load. */
function unmark({ trustProxy }: HttpOptions, request: HttpRequest): Headers {
  return loadingOf(request).isMarked ? leaveNothing(request.url, isSecure(request, trustProxy)) : [];
}

/** A request for a page, with its route and identity. */
interface PageRequest {
  readonly request: HttpRequest;
  readonly visitor: RequestIdentity;
  /** Whom its token is bound to. */
  readonly bearer: Bearer;
  readonly headers: Headers;
  readonly route: Route;
  /** Whether the route says that each load begins anew. */
  readonly isFresh: boolean;
  /** Its token, once that is sealed. */
  token?: string;
}

async function answerPage(options: HttpOptions, asked: PageRequest): Promise<HttpAnswer> {
  const { document, sessions } = options;
  const { request, headers, route, visitor } = asked;

  if (request.method === 'HEAD') return { status: 200, headers, body: '' };
  const loading = loadingOf(request);
  // A flash message is for a page that begins.
  const isFresh = loading.isFresh || asked.isFresh || route.props.flash !== undefined;
  const left = loading.left.filter(({ isPosted }) => isPosted || !isFresh);
  // Few page loads replace another one; the rest does not await.
  const again = left.length === 0 ? undefined : await reloaded(options, asked, left);

  // Its session may be in a store that cannot answer now: a fresh one in its place would be empty.
  if (typeof again === 'number') return answerStatus(503, document.styles);
  const reload = loading.isReload ? '' : undefined;
  if (again !== undefined && again !== 'failed') return writePage(options, asked, again, reload);
  if (!sessions.makeRoom(visitor.address)) return answerStatus(429, document.styles);
  const opened = sessions.open(route, visitor.address, targetOf(options, asked));
  const page = opened instanceof Promise ? await opened : opened;

  return writePage(options, asked, page, isFresh || again === 'failed' ? 'fresh' : reload);
}

/** The session of the page load that this one replaces; `failed` if something in it has, so that it is better to begin anew. */
async function reloaded(
  options: HttpOptions,
  asked: PageRequest,
  left: readonly LeftPage[]
): Promise<Page | CloseCode | 'failed' | undefined> {
  const { sessions, tokens } = options;
  const { bearer, request, route, visitor } = asked;
  for (const { document: load, token, isPosted } of left) {
    const claim = tokens.open(token, bearer);
    if (claim?.url !== request.url) continue;
    const { id, url } = claim;
    const entry = isPosted ? undefined : sessions.entry(id);
    if (entry !== undefined && hasFailed(entry.session)) return 'failed';
    const seal = (other: string): string => tokens.seal({ id: other, ticket: 0, url }, bearer);

    return sessions.reload({ id, load, address: visitor.address, route: () => route, seal }, targetOf(options, asked));
  }

  return undefined;
}

/** Where the forms of a page go without script. */
function targetOf(options: HttpOptions, asked: PageRequest): PostTarget | undefined {
  if (!options.formsWithoutScript) return undefined;

  return { path: `${options.base}${reserved}${postPath}`, seal: (id, ticket) => sealPage(options, asked, id, ticket) };
}

/** The token of a page. It is sealed once, for its forms too. */
function sealPage({ tokens }: HttpOptions, asked: PageRequest, id: string, ticket: number): string {
  const { bearer, request } = asked;
  asked.token ??= tokens.seal({ id, ticket, url: request.url }, bearer);

  return asked.token;
}

function writePage(
  options: HttpOptions,
  asked: PageRequest,
  { session, html, posts, ticket }: Page,
  reload: PageContent['reload']
): HttpAnswer {
  const { base, document, script } = options;
  const { request, route, headers } = asked;
  const { url } = request;
  const token = sealPage(options, asked, session.id, ticket);
  const own = `${base}${reserved}`;
  const page = {
    content: html,
    props: route.props,
    script: `${own}/${script.file}`,
    collector: `${own}/${script.collector}`,
    socket: `${own}/socket`,
    token,
    url,
    reload,
    posts,
  };

  return withLength(200, headers, renderPage(document, page));
}

// ERROR PAGES -----------------------------------------------------------------

/** A request that gets no page. */
interface Failed extends Pick<PageRequest, 'request' | 'visitor'> {
  readonly cookie: string;
  readonly place: UrlProps;
}

/** What the error page is given, and what a status page says below. */
type Mishap = Pick<ErrorPageProps, 'id' | 'message' | 'status'> & { readonly detail?: string };

/** The error page; a status page if the server has none, or if that fails as well. */
async function answerError(options: HttpOptions, failed: Failed, { detail, ...what }: Mishap): Promise<HttpAnswer> {
  const { document, errorPage, report, sessions } = options;
  const { cookie, place, request, visitor } = failed;
  if (errorPage === undefined) return answerStatus(what.status, document.styles, detail);
  try {
    const route = routeToError(errorPage, what, place, { ...visitor, cookie }, options.trustProxy);
    const content = await sessions.render(route);

    return withLength(what.status, errorHeaders, renderErrorPage(document, content, route.props, request.url));
  } catch (error) {
    report(ErrorCode.Internal, error, { component: errorPage.name });
    return answerStatus(what.status, document.styles, detail);
  }
}

/** The answer for a page that `init` has not made: elsewhere, an error page, 503 after its deadline, otherwise 500. */
function answerFailure(options: HttpOptions, failed: Failed, error: unknown, name: string): Promise<HttpAnswer> {
  const { development, report } = options;
  if (error instanceof PageOutcome) {
    const { location, message, status } = error;
    if (location !== undefined) return Promise.resolve(answerRedirect(status, location));

    return answerError(options, failed, { status, message, id: '', ...(message && { detail: message }) });
  }
  const id = report(ErrorCode.Internal, error, { component: name });
  const status = error instanceof TroupeError && error.code === ErrorCode.Deadline ? 503 : 500;
  const { stack, message = '' } = writeError(error);
  const detail = `Error ${id}${development && error instanceof Error ? `\n\n${stack ?? message}` : ''}`;

  return answerError(options, failed, { status, message: development ? message : '', id, detail });
}

/** The error page for a URL that leads nowhere. */
async function answerStray(options: HttpOptions, request: HttpRequest): Promise<HttpAnswer> {
  const refusal = refusalOfFetch(request);
  const visitor = refusal ?? (await options.recognise(request));
  if (typeof visitor === 'number') return answerStatus(404, options.document.styles);
  const place = strayUrl(request.url, options.base);

  const { cookie = '' } = visitor;

  return answerError(options, { request, visitor, cookie, place }, { status: 404, message: '', id: '' });
}

async function answerRoute(
  options: HttpOptions,
  request: HttpRequest,
  isLast = false
): Promise<HttpAnswer | undefined> {
  const place = options.router.find(request.url);
  const refuse = (status: number): HttpAnswer => answerStatus(status, options.document.styles);

  if (place === 404) {
    const hasPage = isLast && options.errorPage !== undefined && request.url !== icon && isReadable(request.method);
    return hasPage ? answerStray(options, request) : undefined;
  }
  if (typeof place === 'number') return refuse(place);
  if (!isReadable(request.method)) return refuse(405);
  if (options.sessions.isDraining) return refuse(503);
  const refusal = refusalOfFetch(request);
  if (refusal !== undefined) return refuse(refusal);
  const recognised = options.recognise(request);
  // Awaiting a plain value would cost a tick: most pages are made synchronously.
  const visitor = recognised instanceof Promise ? await recognised : recognised;

  if (typeof visitor === 'number') return refuse(visitor);
  const page = startPage(options, request, visitor);
  const { cookie } = page;
  const { flash, headers: taken } = options.flashes.take(request, cookie);
  const headers = [...page.headers, ...taken, ...unmark(options, request)];
  const route = routeTo(place, { ...visitor, cookie }, options.trustProxy, flash);
  // Who is revoked while the page is made cannot join it.
  const bearer = options.bearerOf(visitor.principal, cookie);
  const asking = options.guard(place, route.props);
  const denial = asking && (await asking);
  if (denial === 403 || denial === 404)
    return answerError(options, { request, visitor, cookie, place }, { status: denial, message: '', id: '' });
  if (denial !== undefined) return answerDenial(options, denial, { request, cookie });

  try {
    return await answerPage(options, { request, visitor, bearer, headers, route, isFresh: place.reload === 'fresh' });
  } catch (error) {
    if (error instanceof TroupeError && error.code === ErrorCode.Closed) return refuse(503);
    return answerFailure(options, { request, visitor, cookie, place }, error, route.component.name);
  }
}

// HTTP ------------------------------------------------------------------------

/**
 * Answers what asks for the path of the socket and is no upgrade. If it has a header of a WebSocket, a proxy has taken the
 * one away that says so.
 */
function answerLostUpgrade({ document, refused }: HttpOptions, { headers }: HttpRequest): HttpAnswer {
  const isLost = headers['sec-websocket-key'] !== undefined || headers['sec-websocket-version'] !== undefined;
  const cause = 'the header Upgrade was lost on the way. A proxy has to pass on Upgrade and Connection, over HTTP/1.1.';
  refused.add(426, isLost ? cause : undefined);

  return answerStatus(426, document.styles);
}

async function answerReserved(
  options: HttpOptions,
  answerPost: AnswerPost,
  request: HttpRequest,
  path: string
): Promise<HttpAnswer> {
  if (path === '/socket') return answerLostUpgrade(options, request);
  if (path === postPath && options.formsWithoutScript) return answerPost(request);
  const { document, isReady = () => options.sessions.isReady, script } = options;
  const answer = answerSign(path, isReady) ?? script.files.get(path.slice(1));

  if (answer === undefined) return answerStatus(404, document.styles);
  if (!isReadable(request.method)) return answerStatus(405, document.styles);
  return typeof answer === 'function' ? answerScript(script.hash, answer, request) : answer;
}

/** Makes the function that answers requests. */
export function createHttp(options: HttpOptions): Http {
  const own = `${options.base}${reserved}`;
  const answerPost = createFormPosts(options);

  return async (request, isLast) => {
    const path = below(own, pathOf(request.url));
    if (path !== undefined) return answerReserved(options, answerPost, request, path);

    return options.actions?.(request) ?? answerRoute(options, request, isLast);
  };
}
