/**
 * A tab of a real Chromium in a chaotic run. The browser keeps cookies and storage; several tabs share a context, which
 * stands for one user's browser. `tab.ts` is the same without a browser.
 */

import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { Mark } from '../../runtime/wire/patch.js';
import { findChromium } from '../chromium.js';
import type { Hear, Navigation, Seat } from './seat.js';
import { parsePage, reports } from './tab.js';
import { type Action, actionOf, type Control } from './verdict.js';

// BROWSER ---------------------------------------------------------------------

/** Starts a Chromium; `undefined` if there is none. */
export async function launchChromium(): Promise<Browser | undefined> {
  const executablePath = findChromium();
  if (executablePath === undefined) return undefined;

  return chromium.launch({ executablePath, headless: true, args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] });
}

// PAGE ------------------------------------------------------------------------

/** What runs in the page sees these. */
interface Told {
  readonly marks: { readonly socket: string; readonly pending: string };
  readonly reports: readonly string[];
  readonly storage: readonly (readonly [key: string, value: string])[];
}

/** Tells what the client tells, and when the store holds something. A duplicate begins with the storage of another tab. */
function watchPage({ marks, reports: names, storage }: Told): void {
  const { hear } = globalThis as unknown as { hear(what: string, dropped: number): void };
  if (!location.href.startsWith('http')) return;
  if (storage.length > 0 && sessionStorage.getItem('chaos') === null) {
    for (const [key, value] of storage) sessionStorage.setItem(key, value);
    sessionStorage.setItem('chaos', 'begun');
    // As a browser loads a tab that it duplicates.
    Object.assign(performance, { getEntriesByType: () => [{ type: 'reload' }] });
  }
  for (const name of names) {
    const told = (event: Event): void => hear(name, (event as CustomEvent<{ dropped: number }>).detail.dropped);
    document.addEventListener(`troupe:${name}`, told, true);
  }
  let before = 0;
  new MutationObserver(([change]) => {
    const root = change?.target as Element | undefined;
    const pending = Number(root?.getAttribute(marks.pending) ?? 0);
    if (pending < before) hear('stored', 0);
    before = pending;
  }).observe(document, { subtree: true, attributeFilter: [marks.pending] });
}

/** The HTML of the root, with what its fields hold. */
function readRoot(socket: string): string | undefined {
  const root = document.querySelector(`[${socket}]`);
  const copy = root?.cloneNode(true) as Element | undefined;
  const fields = [...(root?.querySelectorAll('input') ?? [])];
  for (const [index, field] of [...(copy?.querySelectorAll('input') ?? [])].entries()) {
    field.setAttribute('value', fields[index]?.value ?? '');
  }

  return copy?.outerHTML;
}

/** On what something was done, and whether the client has not counted it. */
interface Acted {
  readonly control: Control;
  readonly isEarly: boolean;
}

/** Acts as a user does, and writes it down: a page that is left at this moment gives no answer. */
function actInPage({ which, n, socket, pending }: { which: number; n: number; socket: string; pending: string }): void {
  const root = document.querySelector(`[${socket}]`);
  const controls = [...(root?.querySelectorAll('.act') ?? [])];
  const control = controls[which % controls.length];
  if (!root || !control) return;
  const count = (): number => Number(root.getAttribute(pending) ?? 0);
  const { localName } = control;
  const name = control.getAttribute('name');
  const text = control.textContent ?? '';
  const row = control.closest('li')?.getAttribute('data-key') ?? null;
  const before = count();
  if (control instanceof HTMLInputElement) {
    control.value = `${n}`;
    control.dispatchEvent(new InputEvent('input', { bubbles: true }));
  } else control.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, clientX: n }));

  const acted: Acted = { control: { localName, name, text, row }, isEarly: count() === before };
  sessionStorage.setItem(`chaos-acted-${n}`, JSON.stringify(acted));
}

// TAB -------------------------------------------------------------------------

/** Milliseconds until an answer must have come, and until the user tries again. */
const patience = 4_000;
const pause = 40;

/** How a page is asked for again. */
const asReload = { timeout: patience, headers: { 'cache-control': 'max-age=0' } } as const;

/** What Chromium says of connections that break. */
const ofConnections = /WebSocket connection|Failed to load resource|net::ERR/;

const { Pending: pending, Socket: socket } = Mark;
const sleep = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time));

/** One tab. */
export class ChromiumTab implements Seat {
  readonly complaints: string[] = [];
  loads = 0;
  isStored = false;
  readonly #context: BrowserContext;
  readonly #url: string;
  readonly #hear: Hear;
  readonly #storage: readonly (readonly [string, string])[];
  #page: Page | undefined;
  #loading: Promise<void> | undefined;
  #isClosed = false;

  constructor(context: BrowserContext, url: string, hear: Hear, storage: readonly (readonly [string, string])[] = []) {
    this.#context = context;
    this.#url = url;
    this.#hear = hear;
    this.#storage = storage;
  }

  load(navigation: Navigation = 'navigate'): Promise<void> {
    this.#loading ??= this.#load(navigation).finally(() => {
      this.#loading = undefined;
    });

    return this.#loading;
  }

  async #load(navigation: Navigation): Promise<void> {
    const page = this.#page ?? (await this.#open());
    let isLoaded = false;
    while (!isLoaded && !this.#isClosed) {
      const options = { timeout: patience, waitUntil: 'domcontentloaded' } as const;
      const isReload = navigation === 'reload' && page.url() !== 'about:blank';
      const answer = isReload ? page.reload(options) : page.goto(this.#url, options);
      isLoaded = await answer.then(
        (response) => response?.ok() ?? false,
        () => false
      );
      if (!isLoaded) await sleep(pause);
    }
  }

  async #open(): Promise<Page> {
    const page = await this.#context.newPage();
    this.#page = page;
    await page.exposeFunction('hear', (what: string, dropped: number) => this.#heard(what, dropped));
    const told: Told = { marks: { socket, pending }, reports, storage: this.#storage };
    await page.addInitScript(watchPage, told);
    page.on('pageerror', (error) => this.complaints.push(error.stack ?? error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !ofConnections.test(message.text())) this.complaints.push(message.text());
    });
    page.on('framenavigated', (frame) => {
      if (frame === page.mainFrame() && frame.url() === this.#url) this.loads++;
    });

    return page;
  }

  #heard(what: string, dropped: number): void {
    if (what === 'stored') this.isStored = true;
    else this.#hear(what, dropped);
  }

  /** A page that is being left cannot be asked. */
  #ask<Result, Given>(run: (given: Given) => Result, given: Given): Promise<Result | undefined> {
    const page = this.#page;
    if (page === undefined) return Promise.resolve(undefined);

    return (page.evaluate(run as never, given as never) as Promise<Result>).catch(() => undefined);
  }

  async read(): Promise<Element | undefined> {
    const html = await this.#ask(readRoot, socket);

    return html === undefined ? undefined : parsePage(html);
  }

  async act(which: number, n: number): Promise<Action | undefined> {
    const { loads } = this;
    await this.#ask(actInPage, { which, n, socket, pending });
    const acted = await this.#readActed(n);
    if (acted === undefined) return undefined;
    const action = actionOf(acted.control, n);

    return acted.isEarly ? { ...action, early: loads } : action;
  }

  /** What was done under a number; asks the next page if that one was left. Two faults may act at the same time. */
  async #readActed(n: number): Promise<Acted | undefined> {
    while (!this.#isClosed) {
      const text = await this.#ask((key) => sessionStorage.getItem(key) ?? 'null', `chaos-acted-${n}`);
      if (text !== undefined) return (JSON.parse(text) as Acted | null) ?? undefined;
      await sleep(pause);
    }

    return undefined;
  }

  async duplicate(_seed: number, hear: Hear): Promise<ChromiumTab> {
    this.look();
    const storage = await this.#ask(() => Object.entries({ ...sessionStorage }), undefined);

    return new ChromiumTab(
      this.#context,
      this.#url,
      hear,
      storage?.filter(([key]) => !key.startsWith('chaos'))
    );
  }

  look(): void {
    void this.#ask(() => document.dispatchEvent(new Event('visibilitychange')), undefined);
  }

  wake(): void {
    void this.#ask(() => dispatchEvent(new Event('online')), undefined);
  }

  async fetchAgain(): Promise<string> {
    for (;;) {
      const response = await this.#context.request.get(this.#url, asReload).catch(() => undefined);
      if (response?.ok()) return response.text();
      await sleep(pause);
    }
  }

  /** The page is left, so that it may write cookies, and then closed. */
  async close(): Promise<void> {
    const page = this.#page;
    this.#isClosed = true;
    this.#page = undefined;
    await page?.goto('about:blank').catch(() => undefined);
    await page?.close();
  }
}
