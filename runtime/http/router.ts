/**
 * The router: maps a URL to its component and its props. It is used twice for each page: when the page is requested
 * (`http.ts`), and when its session has ended and `composition.ts` starts a fresh one from the URL in the token.
 *
 * The only importer of rou3, which matches percent-encoded paths and decodes nothing. Decoding happens here, after
 * matching, so that an encoded slash stays inside its parameter.
 */

import { createHash } from 'node:crypto';
import { addRoute, createRouter as createTable, findRoute } from 'rou3';
import type { AnyComponent, PageProps, Route } from '../component/component.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { maxUrlLength } from './session-token.js';

// TYPES -----------------------------------------------------------------------

/** The components by pattern: `{ '/': Home, '/users/:id': User }`. */
export interface Routes {
  readonly [pattern: string]: AnyComponent<PageProps>;
}

/** Why a URL leads nowhere, as an HTTP status. */
export type Astray = 400 | 404 | 414;

/** What a URL leads to, independent of the principal. */
export interface Place extends Pick<PageProps, 'params' | 'path' | 'query'> {
  readonly component: Route['component'];
}

/** Finds the component of a URL. */
export interface Router {
  /** `url` is path and query as they were sent, base path included. */
  find(url: string): Place | Astray;
}

/** The route to a place, for this principal and the cookie of its browser. */
export function routeTo({ component, params, query, path }: Place, principal: unknown, cookie: string): Route {
  return { component, props: new RoutedProps({ params, query, path, principal }, cookie) };
}

/** Props with a lazy `browser`, because most pages do not read it. */
class RoutedProps implements PageProps {
  readonly params: PageProps['params'];
  readonly query: PageProps['query'];
  readonly path: string;
  readonly principal: unknown;
  readonly #cookie: string;

  constructor({ params, query, path, principal }: Omit<PageProps, 'browser'>, cookie: string) {
    this.params = params;
    this.query = query;
    this.path = path;
    this.principal = principal;
    this.#cookie = cookie;
  }

  get browser(): string {
    return createHash('sha256').update(`troupe browser ${this.#cookie}`).digest('base64url').slice(0, 22);
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

function createRouteTable(routes: Routes) {
  const table = createTable<AnyComponent<PageProps>>();
  const shapes = new Map<string, string>();

  for (const [pattern, component] of Object.entries(routes)) {
    const other = shapes.get(shapeOf(pattern));

    if (other !== undefined) {
      throw new TroupeError(
        ErrorCode.Options,
        `The routes '${other}' and '${pattern}' match the same paths. Remove one of them.`
      );
    }
    shapes.set(shapeOf(pattern), pattern);
    try {
      addRoute(table, '', pattern, component);
    } catch (cause) {
      throw new TroupeError(ErrorCode.Options, `The route '${pattern}' cannot be used: ${String(cause)}`, { cause });
    }
  }
  return table;
}

/**
 * Makes a router of these routes below a base path.
 *
 * ```ts
 * createRouter({ '/users/:id': User }, '/app').find('/app/users/42?tab=posts');
 * // { component: User, params: { id: '42' }, query: { tab: 'posts' }, path: '/users/42' }
 * ```
 *
 * A URL that matches leads to 400 if its percent-encoding is invalid or it contains NUL, and to 414 if it is too long.
 */
export function createRouter(routes: Routes, base: string): Router {
  const table = createRouteTable(routes);

  return {
    find(url) {
      const rest = below(base, pathOf(url));
      if (rest === undefined) return 404;
      const path = rest === '' ? '/' : rest;
      const found = findRoute(table, '', path);

      if (found === undefined) return 404;
      if (url.length > maxUrlLength) return 414;
      if (url.includes('%00')) return 400;
      try {
        const params = readParams(found.params);

        return { component: found.data, params, query: readQuery(url), path: decodeURIComponent(path) };
      } catch {
        return 400;
      }
    },
  };
}
