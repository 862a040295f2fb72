/**
 * The router: maps a URL to its component and its props. It is used twice for each page: when the page is requested
 * (`http.ts`), and when its session has ended and `composition.ts` starts a fresh one from the URL in the token.
 *
 * The only importer of rou3, which matches percent-encoded paths and decodes nothing. Decoding happens here, after
 * matching, so that an encoded slash stays inside its parameter.
 */

import { addRoute, createRouter as createTable, findRoute } from 'rou3';
import type { AnyComponent, ErrorPageProps, PageProps, RequestFacts, Route } from '../component/component.js';
import { factsOf } from '../identity/request-facts.js';
import { browserOf, type RequestIdentity } from '../identity/request-identity.js';
import { maxUrlLength } from '../identity/session-token.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';

// TYPES -----------------------------------------------------------------------

/** A component at a path, and who may see it. */
export interface PageRoute {
  readonly component: AnyComponent<PageProps>;
  /**
   * Says whether a request may see the page: asked for each first page, each join and each form that is posted without
   * script. Default: every request may.
   */
  readonly allow?: Allow;
  /** What a reload shows: the session as it was left, or with `fresh` a new one. Default: the session as it was left. */
  readonly reload?: 'fresh';
}

/**
 * Says whether a request may see a page: `true`, a path of this site to send the browser to, or the status of the
 * refusal. What it throws is reported and refuses the request with 500.
 */
export type Allow = (props: PageProps) => Allowance | Promise<Allowance>;

/** The answer of a guard. */
export type Allowance = true | 403 | 404 | { readonly redirect: string; readonly flash?: unknown };

/** The components by pattern: `{ '/': Home, '/users/:id': User, '/admin': { component: Admin, allow } }`. */
export interface Routes {
  readonly [pattern: string]: AnyComponent<PageProps> | PageRoute;
}

/** Why a URL leads nowhere, as an HTTP status. */
export type Astray = 400 | 404 | 414;

/** What a URL says, apart from where it leads. */
export type UrlProps = Pick<PageProps, 'params' | 'path' | 'query'>;

/** What a URL leads to, independent of the principal. */
export interface Place extends UrlProps, PageRoute {}

/** Finds the component of a URL. */
export interface Router {
  /** `url` is path and query as they were sent, base path included. */
  find(url: string): Place | Astray;
}

/** A request and the cookie that its browser has, or gets with the answer. */
export type Visitor = Pick<RequestIdentity, 'principal' | 'request'> & { readonly cookie: string };

/** The route to a place, for this visitor. */
export function routeTo(place: Place, visitor: Visitor, trustProxy: number, flash?: unknown): Route {
  return { component: place.component, props: propsOf(place, visitor, trustProxy, flash) };
}

/** What a request says to a page, a guard or an action. */
export function propsOf(url: UrlProps, visitor: Visitor, trustProxy: number, flash?: unknown): PageProps {
  return new RequestedProps(url, visitor, trustProxy, flash);
}

/** The route to the error page for a URL, whatever that leads to, and what has happened. */
export function routeToError(
  page: AnyComponent<ErrorPageProps>,
  what: Pick<ErrorPageProps, 'id' | 'message' | 'status'>,
  url: UrlProps,
  visitor: Visitor,
  trustProxy: number
): Route {
  const props = Object.assign(propsOf(url, visitor, trustProxy), what);

  return { component: page as AnyComponent<PageProps>, props };
}

/** What can be read of a URL that leads nowhere. */
export function strayUrl(url: string, base: string): UrlProps {
  const path = below(base, pathOf(url)) ?? pathOf(url);
  let decoded = path;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    // It stays as it was sent.
  }

  return { params: dictionary(), query: readQuery(url), path: decoded };
}

/** Props with a lazy `browser` and lazy facts, because most pages do not read them. */
class RequestedProps implements PageProps {
  readonly params: PageProps['params'];
  readonly query: PageProps['query'];
  readonly path: string;
  readonly principal: unknown;
  readonly flash: unknown;
  readonly #visitor: Visitor;
  readonly #trustProxy: number;

  constructor({ params, query, path }: UrlProps, visitor: Visitor, trustProxy: number, flash: unknown) {
    this.params = params;
    this.query = query;
    this.path = path;
    this.principal = visitor.principal;
    this.flash = flash;
    this.#visitor = visitor;
    this.#trustProxy = trustProxy;
  }

  get browser(): string {
    return browserOf(this.#visitor.cookie);
  }

  get request(): RequestFacts {
    return factsOf(this.#visitor.request, this.#trustProxy);
  }
}

// READING URLS ----------------------------------------------------------------

/** The path of a URL, still encoded. */
export function pathOf(url: string): string {
  const end = url.indexOf('?');

  return end === -1 ? url : url.slice(0, end);
}

/** The rest of a path below the base path, '' at the base itself; `undefined` if the path is not below it. */
export function below(base: string, path: string): string | undefined {
  if (!path.startsWith(base)) return undefined;
  const rest = path.slice(base.length);

  return rest === '' || rest.startsWith('/') ? rest : undefined;
}

/** Objects with names from outside have no prototype: `__proto__` is a name like any other. */
function dictionary<Value>(): Record<string, Value> {
  return Object.create(null) as Record<string, Value>;
}

function readQuery(url: string): PageProps['query'] {
  const query = dictionary<string | string[]>();
  const start = url.indexOf('?');

  if (start === -1) return query;
  for (const [name, value] of new URLSearchParams(url.slice(start + 1))) {
    const before = query[name];

    query[name] = before === undefined ? value : [before, value].flat();
  }
  return query;
}

/** Throws what `decodeURIComponent` throws. */
function readParams(params: Record<string, string | undefined> | undefined): PageProps['params'] {
  const decoded = dictionary<string>();

  for (const name in params) {
    const value = params[name];

    if (value !== undefined) decoded[name] = decodeURIComponent(value);
  }
  return decoded;
}

// ROUTER ----------------------------------------------------------------------

/** A pattern without the names of its parameters: two that are alike in it match the same paths. */
function shapeOf(pattern: string): string {
  return pattern
    .replace(/\*\*:\w+/g, '**')
    .replace(/:\w+/g, ':')
    .replace(/(?<=.)\/$/, '');
}

function createRouteTable<Target>(targets: { readonly [pattern: string]: Target }) {
  const table = createTable<Target>();
  const shapes = new Map<string, string>();

  for (const [pattern, target] of Object.entries(targets)) {
    const other = shapes.get(shapeOf(pattern));

    if (other !== undefined) {
      throw new TroupeError(
        ErrorCode.Options,
        `The routes '${other}' and '${pattern}' match the same paths. Remove one of them.`
      );
    }
    shapes.set(shapeOf(pattern), pattern);
    try {
      addRoute(table, '', pattern, target);
    } catch (cause) {
      throw new TroupeError(ErrorCode.Options, `The route '${pattern}' cannot be used: ${String(cause)}`, { cause });
    }
  }
  return table;
}

/** What a URL says, and the target that its path leads to. */
export interface FoundTarget<Target> extends UrlProps {
  readonly target: Target;
}

/**
 * Makes the function that finds the target of a URL below a base path.
 *
 * A URL that matches leads to 400 if its percent-encoding is invalid or it contains NUL, and to 414 if it is too long.
 */
export function createFinder<Target>(
  targets: { readonly [pattern: string]: Target },
  base: string
): (url: string) => FoundTarget<Target> | Astray {
  const table = createRouteTable(targets);

  return (url) => {
    const rest = below(base, pathOf(url));
    if (rest === undefined) return 404;
    const path = rest === '' ? '/' : rest;
    const found = findRoute(table, '', path);

    if (found === undefined) return 404;
    if (url.length > maxUrlLength) return 414;
    if (url.includes('%00')) return 400;
    try {
      const params = readParams(found.params);

      return { target: found.data, params, query: readQuery(url), path: decodeURIComponent(path) };
    } catch {
      return 400;
    }
  };
}

/** The route that an option `routes` gives, in its long form. */
export const pageRoute = (given: Routes[string]): PageRoute => ('component' in given ? given : { component: given });

/**
 * Makes a router of these routes below a base path.
 *
 * ```ts
 * createRouter({ '/users/:id': User }, '/app').find('/app/users/42?tab=posts');
 * // { component: User, params: { id: '42' }, query: { tab: 'posts' }, path: '/users/42' }
 * ```
 */
export function createRouter(routes: Routes, base: string): Router {
  const pages = Object.entries(routes).map(([pattern, given]) => [pattern, pageRoute(given)] as const);
  const find = createFinder<PageRoute>(Object.fromEntries(pages), base);

  return {
    find(url) {
      const found = find(url);
      if (typeof found === 'number') return found;
      const { target, params, query, path } = found;

      return { ...target, params, query, path };
    },
  };
}
