/**
 * What an action answers, as HTTP: a redirect, a status, a body, cookies with safe defaults. `actions.ts` calls the actions.
 */

import { validateHeaderName, validateHeaderValue } from 'node:http';
import { isOwnCookie } from '../identity/request-identity.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { answerStatus, cache, checkedPath, contentType, type HttpAnswer, sniffing, withLength } from './http-answer.js';

// TYPES -----------------------------------------------------------------------

/** What an action answers. */
export interface ActionAnswer {
  /** The body, as text or bytes. Default: none; of a status from 400 on a small page that says what it means. */
  readonly body?: string | Uint8Array;
  /** Cookies to set, by name; `null` removes one. */
  readonly cookies?: { readonly [name: string]: string | CookieSetting | null };
  /** Plain data for the page that the browser is redirected to, which gets it once, as `flash`. The browser can read it. */
  readonly flash?: unknown;
  /** Further headers by name. */
  readonly headers?: { readonly [name: string]: string };
  /** A body of plain data, sent as JSON. */
  readonly json?: unknown;
  /** Where the browser is sent: a path of this site. */
  readonly redirect?: string;
  /** The status. Default: 303 with `redirect`, 200 with a body, else 204. */
  readonly status?: number;
}

/** A cookie to set. */
export interface CookieSetting {
  readonly value: string;
  /** The domain it is sent to. Default: this host alone. */
  readonly domain?: string;
  /** Whether scripts cannot read it. Default `true`. */
  readonly httpOnly?: boolean;
  /** Milliseconds that the browser keeps it. Default: until it is closed. */
  readonly maxAge?: number;
  /** Default: the base path of the server, else `/`. */
  readonly path?: string;
  /** Default `Lax`. `None` needs `secure`. */
  readonly sameSite?: 'Strict' | 'Lax' | 'None';
  /** Whether it is sent over https alone. Default: whether the request came over https. */
  readonly secure?: boolean;
}

/** What the request says of cookies. */
export interface CookieDefaults {
  readonly path: string;
  readonly secure: boolean;
}

const fault = (text: string): TroupeError => new TroupeError(ErrorCode.Action, `An action ${text}`);

// COOKIES ---------------------------------------------------------------------

const cookieToken = /^[!#$%&'*+\-.^_`|~\w]+$/;
const attributeText = /^[^;\s\p{Cc}]*$/u;

/**
 * The value of a `Set-Cookie` header.
 *
 * @throws TroupeError `action` if it cannot be set
 */
export function cookieText(name: string, given: string | CookieSetting | null, defaults: CookieDefaults): string {
  if (!cookieToken.test(name)) throw fault(`sets a cookie named ${JSON.stringify(name)}, which no cookie can be.`);
  if (isOwnCookie(name)) throw fault(`sets the cookie ${name}, which is one of Troupe's. Choose another name.`);
  const removed: CookieSetting = { value: '', maxAge: 0 };
  const setting: CookieSetting = typeof given === 'string' ? { value: given } : (given ?? removed);
  const { value, domain, httpOnly = true, maxAge, path = defaults.path, sameSite = 'Lax' } = setting;
  const { secure = defaults.secure || sameSite === 'None' } = setting;
  if (typeof value !== 'string') throw fault(`sets the cookie ${name} to ${String(value)}; it takes a text.`);
  for (const text of [domain ?? '', path]) {
    if (!attributeText.test(text))
      throw fault(`sets the cookie ${name} with ${JSON.stringify(text)}, which has a character that none can have.`);
  }
  const parts = [`${name}=${encodeURIComponent(value)}`, `Path=${path}`];
  if (domain !== undefined) parts.push(`Domain=${domain}`);
  if (maxAge !== undefined) parts.push(`Max-Age=${Math.round(maxAge / 1_000)}`);
  if (httpOnly) parts.push('HttpOnly');
  parts.push(`SameSite=${sameSite}`);
  if (secure) parts.push('Secure');

  return parts.join('; ');
}

// ANSWERS ---------------------------------------------------------------------

const known = ['body', 'cookies', 'flash', 'headers', 'json', 'redirect', 'status'];

/** @throws TroupeError `action` */
function checkAnswer(given: ActionAnswer): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw fault(`answered ${String(given)}; it answers an object such as { redirect: '/' }, or nothing.`);
  }
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) throw fault(`answered with \`${unknown}\`; an answer has ${known.join(', ')}.`);
  const { flash, redirect, status } = given;
  if (status !== undefined && !(Number.isInteger(status) && status >= 200 && status < 600)) {
    throw fault(`answered with the status ${status}; a status is a whole number from 200 to 599.`);
  }
  if (flash !== undefined && redirect === undefined) {
    throw fault('answered with a flash message and without `redirect`: it is for the page that follows.');
  }
}

/** The further headers, name after value. @throws TypeError for what cannot be sent */
function headersOf(given: ActionAnswer['headers'] = {}): string[] {
  return Object.entries(given).flatMap(([name, value]) => {
    validateHeaderName(name);
    validateHeaderValue(name, value);

    return [name, value];
  });
}

/**
 * The answer of an action as HTTP. Nothing of it is kept by caches unless it says so.
 *
 * @param styles style sheets of a page that says what a status means
 * @throws TroupeError `action`, or a TypeError for a header that cannot be sent
 */
export function answerOf(given: ActionAnswer, defaults: CookieDefaults, styles: readonly string[]): HttpAnswer {
  checkAnswer(given);
  const { body, cookies = {}, json, redirect } = given;
  const own = headersOf(given.headers);
  const has = (name: string): boolean =>
    own.some((each, at) => at % 2 === 0 && each.toLowerCase() === name.toLowerCase());
  const set = Object.entries(cookies).flatMap(([name, each]) => ['Set-Cookie', cookieText(name, each, defaults)]);
  const content = json === undefined ? body : JSON.stringify(json);
  const { status = redirect !== undefined ? 303 : content === undefined ? 204 : 200 } = given;
  if (content === undefined && status >= 400) {
    const page = answerStatus(status, styles);

    return { ...page, headers: [...page.headers, ...own, ...set] };
  }
  const type = json === undefined ? 'text/plain; charset=utf-8' : 'application/json';
  const headers = [
    ...sniffing,
    ...(has(cache) ? [] : [cache, 'no-store']),
    ...(content === undefined || has(contentType) ? [] : [contentType, type]),
    ...(redirect === undefined ? [] : ['Location', checkedPath(redirect)]),
    ...own,
    ...set,
  ];

  return status === 204 ? { status, headers, body: '' } : withLength(status, headers, content ?? '');
}
