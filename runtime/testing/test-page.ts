/**
 * A page in a test: what a user sees and does, what happens to the connection, and what goes on elsewhere.
 * `testing.ts` opens the first one.
 *
 * Everything that is done to it resolves when all has come to rest: no turn is due, no frame is on its way,
 * promises have settled. If something was reported by then it rejects.
 */

import type { BoundFunctions } from '@testing-library/dom';
import type { UserEvent } from '@testing-library/user-event';
import type { AnyMessage } from '../template/html.js';
import { giveProps, outgoing } from './component-host.js';
import { JsdomWindow } from './jsdom-window.js';
import { type MemoryNetwork, socketClass } from './memory-network.js';
import type { TestReport } from './reported-errors.js';
import { peers, type Queries } from './test-dependencies.js';
import { type Browser, origin, type TestServer } from './test-server.js';

// TYPES -----------------------------------------------------------------------

/** A page, with all queries of `@testing-library/dom` bound to what it shows now. */
export type TestPage = LivePage & BoundFunctions<Queries>;

/** Where and how a page is opened. */
export interface Visit {
  readonly server: TestServer;
  readonly browser: Browser;
  /** Path and query. */
  readonly url: string;
  /** Whether the client is started at once. */
  readonly start: boolean;
}

/** One key, as user-event spells it: a name in braces or brackets, one of those twice, or a character. */
const aKey = /\{\{|\[\[|\{[^}]*\}\}?|\[[^\]]*\]|./gsu;

// OPENING ---------------------------------------------------------------------

/**
 * Opens a page.
 *
 * @throws Error if there is none, or something went wrong on the way
 */
export async function visit({ server, browser, url, start }: Visit): Promise<TestPage> {
  const page = new LivePage(server, browser);
  bindQueries(page);
  server.visit();
  try {
    await page.load(url, start);
  } catch (error) {
    await page.abandon();
    throw error;
  }

  return page as TestPage;
}

/** Adds the queries. What is found by `find...` is looked for once all is at rest: there is no time to wait in. */
function bindQueries(page: LivePage): void {
  type Query = (container: HTMLElement, ...given: unknown[]) => unknown;
  const { queries } = peers().dom;
  const all = queries as unknown as Readonly<Record<string, Query>>;
  for (const [name, query] of Object.entries(all)) {
    const now = all[name.replace(/^find/, 'get')] ?? query;
    const value = name.startsWith('find')
      ? async (...given: unknown[]) => {
          await page.rest();
          return now(page.document.body, ...given);
        }
      : (...given: unknown[]) => query(page.document.body, ...given);
    Object.defineProperty(page, name, { value });
  }
}

// PAGE ------------------------------------------------------------------------

/** What can be done to a page, and seen of it. */
export class LivePage {
  readonly #server: TestServer;
  readonly #browser: Browser;
  readonly #network: MemoryNetwork;
  /** What the component has sent to its parent, if it was opened with props; that of all pages of the server. */
  readonly sent: AnyMessage[] = [];
  readonly #unlisten: () => void;
  #url = '';
  #session: string | undefined;
  #window: JsdomWindow | undefined;
  #user: UserEvent | undefined;
  /** What the storage of the tab holds, from page to page. */
  #storage: ReadonlyMap<string, string> = new Map();
  #isClosed = false;

  constructor(server: TestServer, browser: Browser) {
    this.#server = server;
    this.#browser = browser;
    this.#network = server.network(browser, (session) => {
      this.#session = session;
    });
    this.#unlisten = server.site.bus.subscribe(outgoing, (message) => void this.sent.push(message));
  }

  // SEEING --------------------------------------------------------------------

  /** The window of the page, another one each time it is loaded. */
  get window(): Window & typeof globalThis {
    return this.#shown.globals;
  }

  get document(): Document {
    return this.window.document;
  }

  /** The element that holds what the component shows. */
  get root(): Element {
    return this.#shown.root;
  }

  /** Path and query of the page. */
  get url(): string {
    return this.#url;
  }

  /** What the client says of its connection: `connecting`, `live`, `offline`; '' if it was not started. */
  get connection(): string {
    return this.root.getAttribute('data-troupe') ?? '';
  }

  /** What went wrong so far, on the server and in all its pages. */
  get reports(): readonly TestReport[] {
    return this.#server.reports.all;
  }

  /** The HTML of what the component shows, without the marks of the runtime. */
  html(): string {
    const root = this.root.cloneNode(true) as Element;
    for (const element of root.querySelectorAll('*')) {
      for (const name of element.getAttributeNames()) if (name.startsWith('data-troupe')) element.removeAttribute(name);
    }

    return root.innerHTML.replaceAll(/<!--.*?-->/gs, '').trim();
  }

  /** The text of what the component shows, with single spaces. */
  text(): string {
    return (this.root.textContent ?? '').replaceAll(/\s+/g, ' ').trim();
  }

  get #shown(): JsdomWindow {
    if (this.#window === undefined || this.#isClosed) throw new Error('This page is closed.');

    return this.#window;
  }

  // DOING ---------------------------------------------------------------------

  /** Clicks an element, as a user does: with the pointer events before it, and what the browser does after it. */
  click(element: Element): Promise<void> {
    return this.#act(element, (user) => user.click(element));
  }

  /** Clicks twice. */
  doubleClick(element: Element): Promise<void> {
    return this.#act(element, (user) => user.dblClick(element));
  }

  /**
   * Clicks into a control and types, key by key, as `press`: `page.type(page.getByLabelText('Name'), 'Ada{Enter}')`.
   * Enter in a form submits it.
   */
  async type(element: Element, text: string): Promise<void> {
    await this.click(element);
    await this.press(text);
  }

  /**
   * Presses keys, with whatever has the focus. `{Enter}`, `{Escape}`, `{Shift>}a{/Shift}` and their like are keys, `{{`
   * is a brace. Each key is answered before the next; `page.act((user) => user.keyboard('Ada'))` is faster than that.
   */
  async press(keys: string): Promise<void> {
    for (const [key] of keys.matchAll(aKey)) await this.act((user) => user.keyboard(key));
  }

  /** Empties a control. */
  clear(element: Element): Promise<void> {
    return this.#act(element, (user) => user.clear(element));
  }

  /** Chooses options of a select, by value or text. */
  select(element: Element, values: string | readonly string[]): Promise<void> {
    return this.#act(element, (user) => user.selectOptions(element, values as string | string[]));
  }

  /** Submits a form, by one of its buttons if that is given; what is invalid is not submitted. */
  submit(form: Element, submitter?: Element): Promise<void> {
    return this.#act(form, () => (form as HTMLFormElement).requestSubmit(submitter as HTMLElement | undefined));
  }

  /** Dispatches an event of any type: `page.fire(element, 'scroll')`. It bubbles unless told otherwise. */
  fire(element: Element, type: string, fields: EventInit & Readonly<Record<string, unknown>> = {}): Promise<void> {
    return this.#act(element, () => {
      const { bubbles = true, cancelable = true, composed = false, ...rest } = fields;
      const event = new this.window.Event(type, { bubbles, cancelable, composed });
      for (const [name, value] of Object.entries(rest)) Object.defineProperty(event, name, { value });
      element.dispatchEvent(event);
    });
  }

  /** Does anything else a user does, by what `@testing-library/user-event` offers: `page.act((user) => user.tab())`. */
  async act(deed: (user: UserEvent) => unknown): Promise<void> {
    const { document } = this;
    this.#user ??= peers().user.userEvent.setup({ delay: null, document });
    await deed(this.#user);
    this.#window?.paint();
    await this.rest();
  }

  #act(element: Element, deed: (user: UserEvent) => unknown): Promise<void> {
    if (element?.ownerDocument === this.document && element.isConnected) return this.act(deed);

    return Promise.reject(new Error('This element is not in the page, or no longer: find it again before using it.'));
  }

  /** Waits until all has come to rest; needed only after something that no action of a page has caused. */
  rest(): Promise<void> {
    return this.#server.rest();
  }

  // TIME ----------------------------------------------------------------------

  /** Lets time pass, on the server and in all its pages: from one timer to the next, with rest at each. */
  async advance(milliseconds: number): Promise<void> {
    await this.#server.advance(milliseconds);
    await this.rest();
  }

  // CONNECTION ----------------------------------------------------------------

  /** Loses the connection, at once, with all that is on its way; none comes about until `reconnect`. */
  disconnect(): void {
    this.#network.cut();
  }

  /** Has the network back and the browser notice it. */
  async reconnect(): Promise<void> {
    this.#network.mend();
    this.window.dispatchEvent(new this.window.Event('online'));
    await this.rest();
  }

  /** Holds back, from now on, what the server sends to this page. */
  hold(): void {
    this.#network.hold();
  }

  /** Lets go of what was held back, in order. */
  async release(): Promise<void> {
    this.#network.release();
    await this.rest();
  }

  // PAGES ---------------------------------------------------------------------

  /** Starts the client of a page that was opened with `start: false`. */
  async start(): Promise<void> {
    this.#shown.start();
    await this.rest();
  }

  /** Loads the page again. */
  async reload(): Promise<void> {
    await this.load(this.#url, true, 'reload');
  }

  /** Goes to another page of the site: path and query. */
  async goto(url: string): Promise<void> {
    await this.load(url, true);
  }

  /** Opens a page in another browser, on the same server. */
  newPage(url = this.#url): Promise<TestPage> {
    return visit({ server: this.#server, browser: { cookie: undefined }, url, start: true });
  }

  /** Opens a page in the same browser. */
  newTab(url = this.#url): Promise<TestPage> {
    return visit({ server: this.#server, browser: this.#browser, url, start: true });
  }

  /** Asks for a page, shows it and starts its client. Called when a page is opened and when it goes elsewhere. */
  async load(url: string, start: boolean, navigation: 'navigate' | 'reload' = 'navigate'): Promise<void> {
    const left = this.#window?.unload();
    // Cookies that scripts set are for the path of their page alone.
    const isSamePath = url.split('?')[0] === this.#url.split('?')[0];
    const asked = this.#server.get(url, this.#browser, isSamePath ? left : undefined);
    await this.#server.agenda.rest();
    const answer = await asked;
    this.#server.reports.check();
    if (answer?.status !== 200) throw new Error(`There is no page at ${url}: the answer is ${answer?.status ?? 404}.`);
    this.#leave();
    this.#url = url;
    this.#window = this.#open(String(answer.body), navigation);
    if (start) this.#window.start();
    await this.rest();
  }

  #open(html: string, navigation: 'navigate' | 'reload'): JsdomWindow {
    const { agenda, clock, reports } = this.#server;

    return new JsdomWindow({
      clock,
      html,
      navigation,
      storage: this.#storage,
      url: `${origin}${this.#url}`,
      WebSocket: socketClass(this.#network),
      complain: reports.complain,
      navigate: (url) => agenda.defer(() => this.#navigate(url)),
    });
  }

  #navigate(to: string): void {
    const { origin: site, pathname, search } = new URL(to);
    if (site !== origin) this.#server.reports.complain(new Error(`The page wants to leave the site, for ${to}.`));
    else this.load(`${pathname}${search}`, true).catch(this.#server.reports.complain);
  }

  #leave(): void {
    this.#storage = this.#window?.close() ?? this.#storage;
    this.#window = undefined;
    this.#user = undefined;
    this.#session = undefined;
  }

  // ELSEWHERE -----------------------------------------------------------------

  /** Publishes a message on a topic, as `server.publish`. */
  async publish<Message extends AnyMessage>(topic: string, message: Message): Promise<void> {
    this.#server.publish(topic, message);
    await this.rest();
  }

  /** Sends the page's component a message, as `server.send`. */
  async send<Message extends AnyMessage>(message: Message): Promise<void> {
    if (this.#session === undefined) throw new Error('The page has not joined its session yet.');
    this.#server.site.sessions.post(this.#session, message);
    await this.rest();
  }

  /** Sends a shared actor an event. */
  async sendTo<Event extends AnyMessage>(actor: string, event: Event): Promise<void> {
    this.#server.site.actors.send(actor, event);
    await this.rest();
  }

  /** Gives a component that was opened with props others. */
  give(props: object): Promise<void> {
    return this.send(giveProps(props));
  }

  // END -----------------------------------------------------------------------

  /**
   * Closes the page; with the last page of a server that ends too, and nothing is left running.
   *
   * @throws Error if something was reported that no action has told
   */
  async close(): Promise<void> {
    await this.abandon();
    this.#server.reports.check();
  }

  /** As `close`: `await using page = await openPage(Counter)`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Closes the page, whatever was reported. */
  async abandon(): Promise<void> {
    if (this.#isClosed) return;
    this.#leave();
    this.#isClosed = true;
    this.#unlisten();
    await this.#server.agenda.rest();
    await this.#server.leave();
  }
}
