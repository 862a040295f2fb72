/**
 * The key of the inspector: a link that works once, and the cookie that it sets in the browser that opens it.
 * `inspector-mount.ts` asks for it where the environment does not say who makes requests: a proxy on the same machine can
 * make a request of any machine look local, but it has no cookie to add.
 */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type HttpRequest, hostOf, isSecure } from '../identity/request-identity.js';

// VALUES ----------------------------------------------------------------------

const randomText = (): string => randomBytes(32).toString('base64url');

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compares digests, so that the time depends neither on the length nor on the content of what was given. */
const isEqual = (given: string, expected: string): boolean => timingSafeEqual(digestOf(given), digestOf(expected));

/** Browsers send the cookies of one port to all ports of a host: the name keeps those of two servers apart. */
function cookieNameFor(request: HttpRequest): string {
  const port = /:(\d+)$/.exec(hostOf(request, 0))?.[1] ?? '';

  return `troupe-inspector${port && `-${port}`}`;
}

function cookieOf({ headers }: HttpRequest, name: string): string | undefined {
  const cookies = String(headers['cookie'] ?? '').split(/;\s*/);

  return cookies.find((cookie) => cookie.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** The query parameter `token`; the path of the link has no other. */
const tokenOf = ({ url }: HttpRequest): string | undefined => /\?token=([\w-]+)$/.exec(url)?.[1];

// KEY -------------------------------------------------------------------------

/** The key of one inspector, made anew at each start. */
export class InspectorKey {
  /** Path and query of the link. */
  readonly link: string;
  readonly #base: string;
  readonly #token = randomText();
  /** Not the token: that stays in the history of the browser and in the logs of proxies. */
  readonly #secret = randomText();
  #isUsed = false;

  /** @param base the path of the inspector */
  constructor(base: string) {
    this.#base = base;
    this.link = `${base}?token=${this.#token}`;
  }

  /** Whether a request carries the cookie. */
  admits(request: HttpRequest): boolean {
    const given = cookieOf(request, cookieNameFor(request));

    return given !== undefined && isEqual(given, this.#secret);
  }

  /**
   * The `Set-Cookie` of a request for the link; `undefined` if the request is for something else, or if the link has
   * been used by another browser. A browser that loads the link twice, ahead and then for good, is given it twice.
   */
  redeem(request: HttpRequest, trustProxy: number): string | undefined {
    const token = tokenOf(request);
    if (request.method !== 'GET' || token === undefined) return undefined;
    if (!this.admits(request) && (this.#isUsed || !isEqual(token, this.#token))) return undefined;
    this.#isUsed = true;
    const secure = isSecure(request, trustProxy) ? '; Secure' : '';

    return `${cookieNameFor(request)}=${this.#secret}; Path=${this.#base}; HttpOnly; SameSite=Strict${secure}`;
  }
}
