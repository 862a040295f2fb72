/**
 * What one page load leaves in the browser for the next one in the same tab: the events that are not durable
 * with their names, in the storage of the tab, and for a reload a cookie that says which session to show. Beside
 * the events stands the token of their session. `start.ts` makes it, `session.ts` joins with it.
 *
 * A tab that is duplicated inherits as well, because browsers copy the storage: it joins the session of the
 * other one and is given a fork of it.
 */

import { Mark } from '../runtime/wire/patch.js';
import { type EventRange, pageCookie, version } from '../runtime/wire/protocol.js';
import type { Outbox, Stored } from './outbox.js';

// TYPES -----------------------------------------------------------------------

/** What is left in the storage of the tab: whose session, the names of the events, and the events. */
type Left = readonly [token: string, names: readonly EventRange[], events: readonly Stored[]];

/** Where in the storage a page finds what was left for it: what one leaves is for its own address alone, and waits there. */
const keyOf = (): string => `troupe:${version}:${location.href.split('#')[0]}`;

// RELOAD STORAGE --------------------------------------------------------------

/** What a page load has got from the one before it, and leaves to the next. */
export class ReloadStorage {
  readonly #root: Element;
  readonly #outbox: Outbox;
  /** The token of the page, as long as it is not sure that the inherited one is good. */
  #fallback = '';

  /** Takes what another page load has left, and puts its events into the outbox. */
  constructor(root: Element, outbox: Outbox) {
    this.#root = root;
    this.#outbox = outbox;
    const left = inherit(root);
    if (left) {
      const [token, names, events] = left;
      outbox.inherit(names, events);
      if (idOf(token) !== idOf(this.token)) {
        this.#fallback = this.token;
        this.token = token;
      }
    }
    // A reload asks for its page before this one is hidden.
    for (const type of ['beforeunload', 'pagehide']) {
      addEventListener(type, (event) => {
        // What is neither kept nor on its way is lost with the page: the browser asks the user whether to leave it.
        if (!this.keep() && root.getAttribute(Mark.State) !== 'live') event.preventDefault();
        outbox.leave();
        this.leave(10);
      });
    }
    document.addEventListener('visibilitychange', () => this.keep());
  }

  /** The token of the session that is joined, or to be joined. */
  get token(): string {
    return this.#root.getAttribute(Mark.Token) ?? '';
  }

  set token(token: string) {
    this.#root.setAttribute(Mark.Token, token);
  }

  /** Whether the page shows what it was loaded with, which is not of the session that it joins. */
  get astray(): boolean {
    return !!this.#fallback;
  }

  /** The join has been answered. From now on a tab that is duplicated finds the session. */
  settle(): void {
    this.#fallback = '';
    this.keep();
  }

  /** The token was refused: goes back to the page's own. Says whether there is one. */
  fallBack(): boolean {
    const fallback = this.#fallback;
    if (fallback) this.token = fallback;
    this.#fallback = '';
    return !!fallback;
  }

  /** Keeps the events for a page that is loaded in place of this one. Says whether the browser lets it, or there are none. */
  keep(): boolean {
    const { names, stored } = this.#outbox;
    return (
      attempt(() => {
        sessionStorage.setItem(keyOf(), JSON.stringify([this.token, names, stored] satisfies Left));
        return true;
      }) || !stored.length
    );
  }

  /** Leaves the cookie for the page itself, for so many seconds: a reload has to ask for its page within. */
  leave(seconds: number): void {
    const { pathname, protocol } = location;
    const value = encodeURIComponent(`${this.#outbox.load}.${this.token}`);
    const secure = protocol === 'https:' ? ';secure' : '';
    attempt(() => {
      // biome-ignore lint/suspicious/noDocumentCookie: there is nothing else where a page is being left
      document.cookie = `${pageCookie}=${value};path=${pathname};max-age=${seconds};samesite=lax${secure}`;
    });
  }
}

/** Does what a browser may forbid, or have no room for: then a reload loses what is not durable. */
function attempt<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** The session's id in a token, `mac.id.issued...`. */
const idOf = (token: string): string | undefined => token.split('.')[1];

/**
 * Takes what was left for this page; no other page load gets it. The reload of a browser's own error page is a navigation
 * in Chromium; the server knows it. It also knows of pages that are to begin anew.
 */
const inherit = (root: Element): Left | undefined =>
  attempt(() => {
    const left = JSON.parse(sessionStorage.getItem(keyOf()) as string) as Left;
    sessionStorage.removeItem(keyOf());
    const [token, , { length }] = left;
    const how = root.getAttribute(Mark.Reload);
    const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    return idOf(token) === idOf(root.getAttribute(Mark.Token) ?? '') ||
      (!how && (length || navigation?.type !== 'navigate' || how === ''))
      ? left
      : undefined;
  });
