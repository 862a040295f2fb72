/**
 * What one page leaves to the next that is loaded in its place: the events that are not durable, in the
 * storage of the tab, and for a reload a cookie that says which session to show. Beside it, what that is
 * about: the document's name, and the token of its session. `start.ts` makes it, `session.ts` joins with it.
 *
 * A tab that is duplicated inherits as well, because browsers copy the storage: it joins the session of the
 * other one and is given a fork of it.
 */

import { Mark } from '../runtime/wire/patch.js';
import { pageCookie } from '../runtime/wire/protocol.js';
import type { Outbox, Stored } from './outbox.js';

// TYPES -----------------------------------------------------------------------

/** What is left in the storage of the tab; `first` is the number that the document counts the first event by. */
type Left = readonly [token: string, document: string, first: number, events: readonly Stored[]];

/** Where in the storage a page finds what was left for it: what one leaves is for its own address alone, and waits there. */
const keyOf = (): string => `troupe:${location.href.split('#')[0]}`;

// HERITAGE --------------------------------------------------------------------

/** What a page has got from another, and leaves to another. */
export class Heritage {
  /** The name of this document. */
  readonly name = `${Math.random()}`.slice(2);
  /** Whose events its first ones are, the number the first of them had there, and how many they are. */
  readonly heir: readonly [document: string, first: number, count: number] | undefined;
  readonly #root: Element;
  readonly #outbox: Outbox;
  /** Whose the events are, and the number the first of all had there: as long as nobody knows this document, still the other's. */
  #whose: readonly [document: string, first: number, count?: number] = [this.name, 1];
  /** The token of the page, as long as it is not sure that the inherited one is good. */
  #fallback = '';

  /** Takes up what another page has left, and puts its events into the outbox. */
  constructor(root: Element, outbox: Outbox) {
    this.#root = root;
    this.#outbox = outbox;
    const left = inherit();
    if (left) {
      const [token, document, first, events] = left;
      this.#whose = this.heir = [document, first, events.length];
      for (const event of events) outbox.add(event);
      if (idOf(token) !== idOf(this.token)) {
        this.#fallback = this.token;
        this.token = token;
      }
    }
    // A reload asks for its page before this one is hidden.
    for (const type of ['beforeunload', 'pagehide']) {
      addEventListener(type, () => {
        this.keep();
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
    this.#whose = [this.name, 1];
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

  /** Keeps the events for a page that is loaded in place of this one, if the browser lets it. */
  keep(): void {
    const { durable, origin, stored } = this.#outbox;
    const [document, first] = this.#whose;
    const left: Left = [this.token, document, first + durable - origin, stored];
    attempt(() => sessionStorage.setItem(keyOf(), JSON.stringify(left)));
  }

  /** Leaves the cookie for the page itself, for so many seconds: a reload has to ask for its page within. */
  leave(seconds: number): void {
    const { pathname, protocol } = location;
    const value = encodeURIComponent(`${this.name}.${this.token}`);
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

/** What is there for this page; nobody else gets it any more. */
const inherit = (): Left | undefined =>
  attempt(() => {
    const left = JSON.parse(`${sessionStorage.getItem(keyOf())}`) as Left;
    sessionStorage.removeItem(keyOf());
    const [, , , { length }] = left;
    const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    return length || navigation?.type !== 'navigate' ? left : undefined;
  });
