/**
 * The window of a page in a test: a DOM in which the real client runs, in a context of its own with its own
 * globals. What there would come from outside comes from the test: the socket, the time, chance.
 *
 * The client is the one that `troupe/client` offers, built as one script for tests. Nothing of the process is touched,
 * and windows know nothing of each other.
 */

import { readFileSync } from 'node:fs';
import { Script } from 'node:vm';
import type { Clock } from '../platform/clock.js';
import type { MemorySocket } from './memory-network.js';
import { peers } from './test-dependencies.js';

// TYPES -----------------------------------------------------------------------

/** What a window is made of. */
export interface WindowOptions {
  readonly clock: Clock;
  readonly html: string;
  /** How it has come there, as browsers say it. */
  readonly navigation: 'navigate' | 'reload';
  /** What the storage of its tab holds: name, value. */
  readonly storage: ReadonlyMap<string, string>;
  /** Where it is, with its origin. */
  readonly url: string;
  readonly WebSocket: new (url: string) => MemorySocket;
  /** Something went wrong in it. */
  complain(error: unknown): void;
  /** It wants to be somewhere else. */
  navigate(url: string): void;
}

/** The globals of a window. */
export type WindowGlobals = Window & typeof globalThis;

/** What the DOM complains about. */
interface Complaint {
  readonly type?: string;
  readonly message: string;
  readonly cause?: unknown;
  readonly detail?: unknown;
}

/** A timer of a window. */
interface Timer {
  id: unknown;
}

// SCRIPTS ---------------------------------------------------------------------

/** Compiled, this file lies in `dist/runtime/testing/`. */
const built = new URL('../../client/troupe.iife.js', import.meta.url);

let client: Script | undefined;

/** Compiled once for all windows. */
function clientScript(): Script {
  client ??= new Script(readFileSync(built, 'utf8'), { filename: built.pathname });

  return client;
}

/** How many windows there were: what happens by chance is the same in each test, but in no two windows. */
let windows = 0;

/** Gives a window's own `Date` and `Math` the time and the chance of a test. */
const simulate = new Script(`(now, chance) => {
  Math.random = () => chance;
  globalThis.Date = class Date extends globalThis.Date {
    constructor(...given) {
      super(...(given.length === 0 ? [now()] : given));
    }
    static now() {
      return now();
    }
  };
}`);

/** The hash in the name of the page's script, which the client tells when it joins. */
const scriptName = /\/client-(?<hash>[\w-]+)\.js[#"]/;

// WINDOW ----------------------------------------------------------------------

/** One page in one browser. */
export class JsdomWindow {
  readonly globals: WindowGlobals;
  readonly #options: WindowOptions;
  readonly #timers = new Set<Timer>();
  /** What waits for the next frame of the screen. */
  readonly #painting = new Map<Timer, () => void>();
  readonly #context: ReturnType<InstanceType<ReturnType<typeof peers>['jsdom']['JSDOM']>['getInternalVMContext']>;
  #isClosed = false;

  constructor(options: WindowOptions) {
    this.#options = options;
    const { JSDOM, VirtualConsole } = peers().jsdom;
    const virtualConsole = new VirtualConsole();
    for (const type of ['error', 'warn']) virtualConsole.on(type, (...given) => this.#printed(given));
    virtualConsole.on('jsdomError', (error) => this.#complained(error as Complaint));
    const dom = new JSDOM(options.html, {
      pretendToBeVisual: true,
      runScripts: 'outside-only',
      url: options.url,
      virtualConsole,
    });
    this.globals = dom.window;
    this.#context = dom.getInternalVMContext();
    this.#furnish();
  }

  /** The element the client looks after. */
  get root(): Element {
    const { document } = this.globals;

    return document.querySelector('[data-troupe-socket]') ?? document.body;
  }

  /** Starts the client, as the page's script does. */
  start(): void {
    const hash = scriptName.exec(this.#options.html)?.groups?.['hash'] ?? '';
    const script = clientScript();
    script.runInContext(this.#context);
    new Script(`troupe.start({ client: ${JSON.stringify(hash)} })`).runInContext(this.#context);
  }

  /** Paints a frame of the screen now. What is asked for meanwhile waits for the next one, after some time. */
  paint(): void {
    for (const [timer, draw] of [...this.#painting]) {
      this.#clearTimer(timer);
      this.#attempt(draw);
    }
  }

  /** Is about to be left for another page. Gives the cookies that its scripts have set. */
  unload(): string {
    const { globals } = this;
    globals.dispatchEvent(new globals.Event('beforeunload'));

    return globals.document.cookie;
  }

  /** Leaves the page, as a browser does. No timer and no listener is left. Gives what the storage of its tab holds then. */
  close(): ReadonlyMap<string, string> {
    if (this.#isClosed) return noStorage;
    const { globals } = this;
    globals.dispatchEvent(new globals.PageTransitionEvent('pagehide'));
    const storage = new Map(Object.entries(globals.sessionStorage) as [string, string][]);
    this.#isClosed = true;
    for (const timer of this.#timers) this.#options.clock.clearTimeout(timer.id);
    this.#timers.clear();
    this.#painting.clear();
    globals.close();

    return storage;
  }

  // FURNISHING ----------------------------------------------------------------

  #furnish(): void {
    const { clock, complain, WebSocket } = this.#options;
    const set = (fn: () => void, delay = 0): Timer => this.#setTimer(fn, delay, false);
    const clear = (timer: Timer | undefined): void => this.#clearTimer(timer);
    simulate.runInContext(this.#context)(() => clock.now(), 0.5 + ++windows / 1e9);
    Object.assign(this.globals, {
      TextDecoder,
      TextEncoder,
      WebSocket,
      cancelAnimationFrame: (timer: Timer) => {
        this.#painting.delete(timer);
        clear(timer);
      },
      clearInterval: clear,
      clearTimeout: clear,
      reportError: complain,
      requestAnimationFrame: (fn: (time: number) => void) => this.#requestFrame(() => fn(clock.now())),
      setInterval: (fn: () => void, delay = 0) => this.#setTimer(fn, delay, true),
      setTimeout: set,
    });
    const { navigation, storage } = this.#options;
    Object.assign(this.globals.performance, { getEntriesByType: () => [{ type: navigation }] });
    for (const [name, value] of storage) this.globals.sessionStorage.setItem(name, value);
    this.globals.addEventListener('click', (event) => this.#follow(event));
  }

  #setTimer(fn: () => void, delay: number, again: boolean): Timer {
    const timer: Timer = { id: undefined };
    const arm = (): void => {
      timer.id = this.#options.clock.setTimeout(() => {
        this.#timers.delete(timer);
        if (again) arm();
        this.#attempt(fn);
      }, delay);
      this.#timers.add(timer);
    };
    if (!this.#isClosed) arm();

    return timer;
  }

  #requestFrame(fn: () => void): Timer {
    const draw = (): void => {
      this.#painting.delete(timer);
      fn();
    };
    const timer = this.#setTimer(draw, frameTime, false);
    this.#painting.set(timer, draw);

    return timer;
  }

  #clearTimer(timer: Timer | undefined): void {
    if (timer === undefined || !this.#timers.delete(timer)) return;
    this.#options.clock.clearTimeout(timer.id);
  }

  #attempt(fn: () => void): void {
    try {
      fn();
    } catch (error) {
      this.#options.complain(error);
    }
  }

  // WHAT THE PAGE DOES --------------------------------------------------------

  /** A link that nothing has taken is followed. */
  #follow(event: Event): void {
    const link = (event.target as Element).closest?.<HTMLAnchorElement>('a[href]');
    if (!link || event.defaultPrevented || link.hash !== '') return;
    event.preventDefault();
    this.#options.navigate(link.href);
  }

  #printed(given: readonly unknown[]): void {
    const [first] = given;
    this.#options.complain(given.length === 1 && isError(first) ? first : new Error(given.map(String).join(' ')));
  }

  /** What the DOM has not got is no fault of the page; that it cannot navigate means that the page is to be loaded again. */
  #complained(complaint: Complaint): void {
    const { type, message, cause, detail } = complaint;
    if (/navigation/.test(message)) this.#options.navigate(this.globals.location.href);
    else if (type !== 'css parsing') this.#options.complain(cause ?? detail ?? complaint);
  }
}

const noStorage: ReadonlyMap<string, string> = new Map();

/** Milliseconds from one frame of the screen to the next. */
const frameTime = 16;

/** Errors of the window are no errors of this process. */
function isError(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object Error]';
}
