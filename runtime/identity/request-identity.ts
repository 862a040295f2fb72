/**
 * The identity of a request: its address, its cookie, and the principal that the host program's `identify` returns. The
 * first page (`http.ts`) and every join (`transport.ts`) determine it in the same way, so that a token sealed for the
 * first opens for the second.
 *
 * This file uses no types of Node: a request is a method, a URL, headers and the address of its sender.
 */

import { createHash } from 'node:crypto';
import type { Clock } from '../platform/clock.js';
import type { Reporter } from '../platform/error-report.js';
import { ErrorCode } from '../platform/errors.js';
import { isPromise } from '../platform/promise.js';

// TYPES -----------------------------------------------------------------------

/** A request, independent of the server that received it. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query as they were sent, base path included. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined };
  /** The remote address of the connection. */
  readonly address: string;
  /** Whether the connection is encrypted. */
  readonly secure: boolean;
  /** Reads the body, which has so many bytes at the most; resolves with `undefined` if it has more, ends early, or was read already. */
  readonly body?: (maxBytes: number) => Promise<Buffer | undefined>;
}

/**
 * Returns the principal of a request: plain data, the same for every request of the same user; `undefined` for an
 * anonymous user, `false` to refuse the request. If it throws, the request is refused and the error is reported.
 */
export type Identify = (request: HttpRequest) => unknown;

/** The identity of a request. */
export interface RequestIdentity {
  /** The address under which limits count it. */
  readonly address: string;
  /** The value of the cookie; `undefined` if there is none, or one that this server cannot have made. */
  readonly cookie: string | undefined;
  /** The result of `identify`. */
  readonly principal: unknown;
  /** What was asked. */
  readonly request: HttpRequest;
}

/** Why there is no identity, as an HTTP status: 401 refused, 503 `identify` took too long. */
export type Unrecognised = 401 | 503;

/** Options of `createRecognition`. */
export interface RecognitionOptions {
  readonly clock: Clock;
  /** Milliseconds that `identify` may take. */
  readonly deadline: number;
  readonly identify: Identify | undefined;
  readonly report: Reporter;
  /** The number of trusted proxies in front of the server. */
  readonly trustProxy: number;
}

// HEADERS ---------------------------------------------------------------------

/** The name of the cookie that tokens are bound to. */
export const cookieName = 'troupe';

/**
 * Its name where the browser speaks https. A browser takes a cookie of such a name from this host alone, over https: neither
 * another subdomain nor a page that was changed on its way can plant one, and with it a session of their own.
 */
export const hostCookieName = `__Host-${cookieName}`;

/** Whether a cookie of this name is the runtime's. */
export const isOwnCookie = (name: string): boolean => /^(?:__Host-)?troupe(?:-[a-z]+)?$/.test(name);

/** The name of a browser, which its cookie cannot be computed from. */
export function browserOf(cookie: string): string {
  return createHash('sha256').update(`troupe browser ${cookie}`).digest('base64url').slice(0, 22);
}

const shapeOf = (name: string): RegExp => new RegExp(`(?:^|;\\s*)${name}=([\\w-]{22})(?=\\s*(?:;|$))`);

const cookieShape = shapeOf(cookieName);
const hostCookieShape = shapeOf(hostCookieName);

/** The value of a header; of one that came several times, all of them with commas; '' without it. */
export function header(request: HttpRequest, name: string): string {
  const value = request.headers[name] ?? '';

  return typeof value === 'string' ? value : value.join(',');
}

/**
 * The value of the cookie, if it has the form of an id. Over https only the one of the host counts. What
 * is not known to be https may be so behind a proxy that does not say it, and a browser has that cookie only then.
 */
export function readCookie(request: HttpRequest, trustProxy: number): string | undefined {
  const cookies = header(request, 'cookie');
  const own = hostCookieShape.exec(cookies)?.[1];

  return own ?? (isSecure(request, trustProxy) ? undefined : cookieShape.exec(cookies)?.[1]);
}

/** The `Set-Cookie` header for a new value of the cookie. */
export function cookieHeader(value: string, request: HttpRequest, base: string, trustProxy: number): string {
  return isSecure(request, trustProxy)
    ? `${hostCookieName}=${value}; Path=/; HttpOnly; SameSite=Lax; Secure`
    : `${cookieName}=${value}; Path=${base || '/'}; HttpOnly; SameSite=Lax`;
}

/** The entry of a forwarding header that the outermost trusted proxy has written. */
function forwarded(request: HttpRequest, name: string, trustProxy: number): string | undefined {
  if (trustProxy === 0) return undefined;

  return header(request, name).split(',').at(-trustProxy)?.trim() || undefined;
}

/** Whether the browser uses https, to the server or to a trusted proxy. */
export function isSecure(request: HttpRequest, trustProxy: number): boolean {
  if (request.secure || trustProxy === 0) return request.secure;
  const protocol = header(request, 'x-forwarded-proto').split(',').at(-1)?.trim();

  // Some proxies name the protocol of an upgrade.
  return protocol === 'https' || protocol === 'wss';
}

/** The host of the request, in lower case; the one that a trusted proxy forwards, if there is one. */
export function hostOf(request: HttpRequest, trustProxy: number): string {
  return (forwarded(request, 'x-forwarded-host', Math.min(trustProxy, 1)) ?? header(request, 'host')).toLowerCase();
}

/** The first four groups of an IPv6 address: the block that a provider gives one customer. */
function networkOf(address: string): string {
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);

  return `${[...before, ...Array<string>(zeros).fill('0'), ...after].slice(0, 4).join(':')}::/64`;
}

/**
 * The address that limits are counted by: IPv4 as it is, IPv6 by its first 64 bits, because the holder of one
 * such address has all 2^64 of them.
 */
export function addressOf(request: HttpRequest, trustProxy: number): string {
  return countedAddress(senderOf(request, trustProxy));
}

/** The address of the sender: that of the connection, or the one that a trusted proxy forwards. */
export function senderOf(request: HttpRequest, trustProxy: number): string {
  return forwarded(request, 'x-forwarded-for', trustProxy) ?? request.address;
}

/** The address under which limits count a connection. */
export function countedAddress(address: string): string {
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address;

  return plain.includes(':') ? networkOf(plain) : plain;
}

// RECOGNITION -----------------------------------------------------------------

const late = Symbol('late');

/** Resolves with the value, or with `late` after the deadline. */
function within<Value>(value: Promise<Value>, clock: Clock, deadline: number): Promise<Value | typeof late> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(() => resolve(late), deadline);

    value.then(resolve, reject).finally(() => clock.clearTimeout(timer));
  });
}

/** Determines the identity of a request: synchronously, unless `identify` returns a promise. */
export type Recognise = (request: HttpRequest) => Promise<RequestIdentity | Unrecognised> | RequestIdentity;

/** Makes the function that identifies the principal of a request. */
export function createRecognition(options: RecognitionOptions): Recognise {
  const { clock, deadline, identify, report, trustProxy } = options;
  const visitorOf = (request: HttpRequest, principal: unknown): RequestIdentity => ({
    address: addressOf(request, trustProxy),
    cookie: readCookie(request, trustProxy),
    principal,
    request,
  });

  if (identify === undefined) return (request) => visitorOf(request, undefined);
  return async (request) => {
    try {
      const answer = identify(request);
      const principal = isPromise(answer) ? await within(Promise.resolve(answer), clock, deadline) : answer;

      if (principal === late) return 503;
      if (principal === false) return 401;
      return visitorOf(request, principal);
    } catch (error) {
      report(ErrorCode.Identify, error);
      return 401;
    }
  };
}
