/**
 * What a page, a guard or an action may know of a request: its cookies and headers by name, the address of its sender, the
 * language that is asked for. Each is read when it is first asked for, since most pages ask for none of them.
 * `router.ts` gives them to pages.
 */

import type { RequestFacts } from '../component/component.js';
import { type HttpRequest, header, isOwnCookie, senderOf } from './request-identity.js';

// COOKIES ---------------------------------------------------------------------

/** The cookies in a header, without those of the runtime: a model that held them would give the page away. */
export function cookiesIn(text: string): Readonly<Record<string, string>> {
  const cookies = Object.create(null) as Record<string, string>;
  for (const given of text.split(';')) {
    const pair = given.trim();
    const equals = pair.indexOf('=');
    const name = pair.slice(0, equals).trim();
    // Of two with the same name the first has the longer path.
    if (equals > 0 && !isOwnCookie(name) && !(name in cookies)) cookies[name] = decoded(pair.slice(equals + 1).trim());
  }

  return Object.freeze(cookies);
}

function decoded(value: string): string {
  const bare = /^"(.*)"$/.exec(value)?.[1] ?? value;
  try {
    return decodeURIComponent(bare);
  } catch {
    return bare;
  }
}

// LANGUAGE --------------------------------------------------------------------

/**
 * The language that a browser prefers, of its header `Accept-Language`; '' if it does not say one.
 *
 * ```ts
 * localeIn('de;q=0.8, en-GB'); // 'en-GB'
 * ```
 */
export function localeIn(text: string): string {
  let best = '';
  let most = 0;
  for (const entry of text.split(',')) {
    const [, tag = '', quality = '1'] =
      /^\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*q=([\d.]+)\s*)?$/.exec(entry) ?? [];
    if (tag === '' || !(Number(quality) > most)) continue;
    best = tag;
    most = Number(quality);
  }

  return best;
}

// FACTS -----------------------------------------------------------------------

/** The facts of a request. They are those of the moment, not live. */
export function factsOf(request: HttpRequest, trustProxy: number): RequestFacts {
  return new Facts(request, trustProxy);
}

class Facts implements RequestFacts {
  readonly #request: HttpRequest;
  readonly #trustProxy: number;

  constructor(request: HttpRequest, trustProxy: number) {
    this.#request = request;
    this.#trustProxy = trustProxy;
  }

  get address(): string {
    return senderOf(this.#request, this.#trustProxy);
  }

  get cookies(): RequestFacts['cookies'] {
    return cookiesIn(header(this.#request, 'cookie'));
  }

  get headers(): RequestFacts['headers'] {
    const headers = Object.create(null) as Record<string, string>;
    for (const name in this.#request.headers) {
      if (name !== 'cookie') headers[name] = header(this.#request, name);
    }

    return headers;
  }

  get locale(): string {
    return localeIn(header(this.#request, 'accept-language'));
  }
}
