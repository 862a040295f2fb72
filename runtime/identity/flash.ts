/**
 * Flash messages: what an action or a guard says to the page that it redirects to. It goes through a cookie that is
 * signed, bound to the cookie of the browser, and taken away with the page that reads it. `http.ts` reads it for a first
 * page; `actions.ts` and `http.ts` leave it.
 *
 * **Note:** the browser keeps it until then, and can read it: it holds no secret.
 */

import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../platform/clock.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { cookieName, type HttpRequest, header, isSecure } from './request-identity.js';

// TYPES -----------------------------------------------------------------------

/** Leaves and takes flash messages. */
export interface Flashes {
  /**
   * The `Set-Cookie` header that leaves plain data for the next page of a browser.
   *
   * @throws TroupeError `action` if it is no JSON, or too long
   */
  leave(data: unknown, request: HttpRequest, cookie: string): readonly string[];
  /** What was left for the browser, and the header that takes it away; both absent if nothing was, or it is forged or too old. */
  take(request: HttpRequest, cookie: string): { readonly flash: unknown; readonly headers: readonly string[] };
}

/** What flash messages need. */
export interface FlashesOptions {
  readonly base: string;
  readonly clock: Clock;
  /** The first signs, all verify. */
  readonly secrets: readonly string[];
  readonly trustProxy: number;
}

// LIMITS ----------------------------------------------------------------------

/** Milliseconds in which the page has to be loaded. */
const lifetimeMs = 60_000;

/** Characters of a flash message as JSON, encoded: browsers drop cookies above 4,096. */
const maxFlash = 3_000;

// FLASHES ---------------------------------------------------------------------

const none = { flash: undefined, headers: [] };

const flashShape = new RegExp(
  `(?:^|;\\s*)(?:__Host-)?${cookieName}-flash=([\\w-]+)\\.(\\w+)\\.([\\w-]+)(?=\\s*(?:;|$))`
);

/** Makes the pair of `leave` and `take`. */
export function createFlashes({ base, clock, secrets, trustProxy }: FlashesOptions): Flashes {
  const keys = secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', 'troupe flash 1', 32)));
  const sign = (key: Buffer, payload: string, cookie: string): Buffer =>
    createHmac('sha256', key).update(`${cookie}\n${payload}`).digest();
  const setting = (value: string, request: HttpRequest, seconds: number): readonly string[] => {
    const [name, place] = isSecure(request, trustProxy)
      ? [`__Host-${cookieName}-flash`, 'Path=/; Secure']
      : [`${cookieName}-flash`, `Path=${base || '/'}`];

    return ['Set-Cookie', `${name}=${value}; ${place}; Max-Age=${seconds}; HttpOnly; SameSite=Lax`];
  };

  return {
    leave(data, request, cookie) {
      const text = Buffer.from(JSON.stringify(data) ?? '').toString('base64url');
      if (text === '' || text.length > maxFlash) {
        throw new TroupeError(
          ErrorCode.Action,
          `A flash message is ${text === '' ? 'no plain data' : `${text.length} characters long`}; it is plain data of ${maxFlash} characters at the most. Store more than that, and leave its id.`
        );
      }
      const payload = `${clock.now().toString(36)}.${text}`;
      const mac = sign(keys[0] as Buffer, payload, cookie).toString('base64url');

      return setting(`${mac}.${payload}`, request, lifetimeMs / 1_000);
    },

    take(request, cookie) {
      const cookies = header(request, 'cookie');
      if (!cookies.includes(`${cookieName}-flash=`)) return none;
      const headers = setting('', request, 0);
      const [, mac = '', issued = '', text = ''] = flashShape.exec(cookies) ?? [];
      const given = Buffer.from(mac, 'base64url');
      const isOurs = keys.some((key) => {
        const expected = sign(key, `${issued}.${text}`, cookie);

        return given.length === expected.length && timingSafeEqual(given, expected);
      });
      const age = clock.now() - Number.parseInt(issued, 36);
      if (!isOurs || age > lifetimeMs) return { flash: undefined, headers };

      return { flash: JSON.parse(Buffer.from(text, 'base64url').toString()), headers };
    },
  };
}
