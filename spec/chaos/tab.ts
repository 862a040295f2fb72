/**
 * A tab of a browser in a chaotic run: a DOM in which the real client runs, over real sockets. It can be loaded again
 * and duplicated, and what a browser keeps for a page is kept for it: cookies, the storage of the tab.
 *
 * `schedule.ts` says what happens to it, `trial.ts` makes it happen.
 */

import { readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { Script } from 'node:vm';
import { peers } from '../../runtime/testing/test-dependencies.js';
import { Mark } from '../../runtime/wire/patch.js';
import { Random } from '../laws/schema.js';
import type { Hear, Navigation, Seat } from './seat.js';
import { type Action, actionOf } from './verdict.js';

// TYPES -----------------------------------------------------------------------

/** Cookies, as jsdom has them. */
interface CookieJar {
  getCookieStringSync(url: string, options: { http: boolean }): string;
  setCookieSync(cookie: string, url: string, options: { http: boolean; ignoreError: boolean }): void;
}

/** A browser: what its tabs share. */
export interface Browser {
  readonly url: string;
  readonly jar: CookieJar;
}

type Globals = Window & typeof globalThis;

// SCRIPTS ---------------------------------------------------------------------

/** Compiled, this file lies in `dist/spec/chaos/`. */
const built = new URL('../../client/troupe.iife.js', import.meta.url);
let client: Script | undefined;

const scriptName = /\/client-(?<hash>[\w-]+)\.js[#"]/;

// BROWSER ---------------------------------------------------------------------

/** A new browser, in which the page at `url` is to be opened. */
export function createBrowser(url: string): Browser {
  const { CookieJar } = peers().jsdom as unknown as { readonly CookieJar: new () => CookieJar };

  return { url, jar: new CookieJar() };
}

/** Milliseconds until an answer must have come, and until the user tries again. */
const patience = 4_000;
const pause = 40;

/** Asks for the page until it comes. */
export async function fetchPage(
  browser: Browser,
  isWanted: () => boolean = () => true,
  cookie?: string
): Promise<string> {
  while (isWanted()) {
    const html = await ask(browser, cookie).catch(() => undefined);
    if (html !== undefined) return html;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }

  return '';
}

/** What the browser says with a request now: other tabs write cookies, too. */
export const cookieOf = ({ jar, url }: Browser): string => jar.getCookieStringSync(url, { http: true });

async function ask(browser: Browser, cookie = cookieOf(browser)): Promise<string | undefined> {
  const { jar, url } = browser;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const asking = request(url, { agent: false, headers: { cookie }, timeout: patience }, resolve);
    asking.on('error', reject);
    asking.on('timeout', () => asking.destroy(new Error('too late')));
    asking.end();
  });
  let text = '';
  response.setEncoding('utf8');
  for await (const part of response) text += part;
  if (response.statusCode !== 200) return undefined;
  for (const set of response.headers['set-cookie'] ?? [])
    jar.setCookieSync(set, url, { http: true, ignoreError: true });

  return text;
}

let parser: DOMParser | undefined;

/** The root of a page that is only read. */
export function parsePage(html: string): Element {
  parser ??= new new (peers().jsdom.JSDOM)('', {}).window.DOMParser();
  const root = parser.parseFromString(html, 'text/html').querySelector(`[${Mark.Socket}]`);
  if (root === null) throw new Error(`A page has no root: ${html}`);

  return root;
}

// TAB -------------------------------------------------------------------------

/** The events by which the client says how its session goes on. */
export const reports = ['resumed', 'restored', 'fresh', 'forked', 'dropped'];

/** One tab. */
export class Tab implements Seat {
  readonly browser: Browser;
  readonly complaints: string[] = [];
  loads = 0;
  readonly #random: Random;
  readonly #hear: Hear;
  readonly #storage: Map<string, string>;
  #globals: Globals | undefined;
  #loading: Promise<void> | undefined;
  #isClosed = false;
  #pending = 0;
  isStored = false;

  constructor(browser: Browser, seed: number, hear: Hear, storage: ReadonlyMap<string, string> = new Map()) {
    this.browser = browser;
    this.#random = new Random(seed);
    this.#hear = hear;
    this.#storage = new Map(storage);
  }

  /** The element the client looks after; `undefined` while no page is there. */
  get root(): Element | undefined {
    return this.#globals?.document.querySelector(`[${Mark.Socket}]`) ?? undefined;
  }

  async read(): Promise<Element | undefined> {
    return this.root;
  }

  /** How many events are not stored. */
  get #waiting(): number {
    return Number(this.root?.getAttribute(Mark.Pending) ?? 0);
  }

  // PAGES ---------------------------------------------------------------------

  load(navigation: Navigation = 'navigate'): Promise<void> {
    this.leave();
    this.#loading ??= this.#load(navigation).finally(() => {
      this.#loading = undefined;
    });

    return this.#loading;
  }

  async #load(navigation: Navigation): Promise<void> {
    const html = await fetchPage(this.browser, () => !this.#isClosed);
    if (!this.#isClosed) this.#start(html, navigation);
  }

  /** Leaves the page, as a browser does: it may write cookies and storage, and its sockets close. */
  leave(): void {
    const globals = this.#globals;
    if (globals === undefined) return;
    this.#globals = undefined;
    globals.dispatchEvent(new globals.PageTransitionEvent('pagehide'));
    this.#keepStorage(globals);
    globals.close();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.leave();
  }

  fetchAgain(): Promise<string> {
    // What this tab has just left, whatever the other tabs of its browser do meanwhile.
    return fetchPage(this.browser, () => true, cookieOf(this.browser));
  }

  #keepStorage({ sessionStorage }: Globals): void {
    this.#storage.clear();
    for (let index = 0; index < sessionStorage.length; index++) {
      const key = sessionStorage.key(index) as string;
      this.#storage.set(key, sessionStorage.getItem(key) as string);
    }
  }

  async duplicate(seed: number, hear: Hear): Promise<Tab> {
    const globals = this.#globals;
    // The page notices that it is not looked at any more.
    globals?.document.dispatchEvent(new globals.Event('visibilitychange'));
    if (globals !== undefined) this.#keepStorage(globals);

    return new Tab(this.browser, seed, hear, this.#storage);
  }

  look(): void {
    this.#globals?.document.dispatchEvent(new this.#globals.Event('visibilitychange'));
  }

  wake(): void {
    this.#globals?.dispatchEvent(new this.#globals.Event('online'));
  }

  #start(html: string, navigation: Navigation): void {
    const { JSDOM, VirtualConsole } = peers().jsdom;
    const virtualConsole = new VirtualConsole();
    const dom = new JSDOM(html, {
      cookieJar: this.browser.jar,
      pretendToBeVisual: true,
      runScripts: 'outside-only',
      url: this.browser.url,
      virtualConsole,
    });
    const globals = dom.window;
    virtualConsole.on('warn', (...given) => this.#warned(given));
    virtualConsole.on('jsdomError', (error) => this.#failed(globals, error as Error));
    this.#globals = globals;
    this.loads++;
    this.#furnish(globals, navigation);
    const context = dom.getInternalVMContext();
    client ??= new Script(readFileSync(built, 'utf8'), { filename: built.pathname });
    client.runInContext(context);
    const hash = scriptName.exec(html)?.groups?.['hash'] ?? '';
    new Script(`troupe.start({ client: ${JSON.stringify(hash)} })`).runInContext(context);
  }

  #furnish(globals: Globals, navigation: Navigation): void {
    Object.assign(globals, { TextDecoder, TextEncoder });
    Object.assign(globals.performance, { getEntriesByType: () => [{ type: navigation }] });
    (globals as unknown as { Math: Math }).Math.random = () => this.#random.next();
    for (const [key, value] of this.#storage) globals.sessionStorage.setItem(key, value);
    const { root } = this;
    if (root === undefined) return;
    for (const what of reports) root.addEventListener(`troupe:${what}`, (event) => this.#heard(what, event));
    this.#pending = 0;
    new globals.MutationObserver(() => this.#look()).observe(root, { attributeFilter: [Mark.Pending] });
  }

  #heard(what: string, event: Event): void {
    this.#hear(what, (event as CustomEvent<{ dropped: number }>).detail.dropped);
    if (what !== 'fresh') return;
    this.#pending = 0;
    this.isStored = false;
  }

  #look(): void {
    const pending = this.#waiting;
    if (pending < this.#pending) this.isStored = true;
    this.#pending = pending;
  }

  /** The client says in the console what it says by its events, too. */
  #warned(given: readonly unknown[]): void {
    const text = given.map(String).join(' ');
    if (!text.startsWith('troupe:')) this.complaints.push(text);
  }

  /** That jsdom cannot navigate means that the page is to be loaded again. */
  #failed(globals: Globals, error: Error & { readonly type?: string }): void {
    if (this.#globals !== globals) return;
    if (/navigation/i.test(error.message)) setTimeout(() => this.#globals === globals && void this.load('reload'));
    else if (error.type !== 'css parsing') this.complaints.push(error.stack ?? error.message);
  }

  // ACTING --------------------------------------------------------------------

  /** The number of the action goes along as what is typed, or where the pointer is. */
  async act(which: number, n: number): Promise<Action | undefined> {
    const globals = this.#globals;
    const controls = [...(this.root?.querySelectorAll('.act') ?? [])];
    const control = controls[which % controls.length];
    if (globals === undefined || control === undefined) return undefined;
    const { localName, textContent } = control;
    const row = control.closest('li')?.getAttribute('data-key') ?? null;
    const action = actionOf({ localName, name: control.getAttribute('name'), text: textContent ?? '', row }, n);
    const before = this.#waiting;
    this.#dispatch(globals, control, n);

    return this.#waiting === before ? { ...action, early: this.loads } : action;
  }

  #dispatch(globals: Globals, control: Element, n: number): void {
    if (control.localName === 'input') {
      (control as HTMLInputElement).value = `${n}`;
      control.dispatchEvent(new globals.InputEvent('input', { bubbles: true }));
    } else control.dispatchEvent(new globals.MouseEvent('click', { bubbles: true, cancelable: true, clientX: n }));
  }
}
