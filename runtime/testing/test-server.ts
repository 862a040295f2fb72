/**
 * The server of a test: all parts of a real one except the sockets, with a clock that the test moves and an agenda that
 * runs on demand (`test-scheduler.ts`). `test-page.ts` opens the pages that visit it.
 */

import type { AnyActorLogic } from 'xstate';
import type { HttpAnswer } from '../http/http-answer.js';
import { cookieName, type HttpRequest } from '../identity/request-identity.js';
import { createSimulatedClock, type SimulatedClock } from '../platform/clock.js';
import { createReporter } from '../platform/error-report.js';
import { type Log, logTo } from '../platform/logger.js';
import { type Composition, createComposition } from '../server/composition.js';
import { readOptions, type ServerOptions, type Settings } from '../server/options.js';
import type { Switchboard } from '../socket/connection.js';
import type { AnyMessage } from '../template/html.js';
import { MemoryNetwork } from './memory-network.js';
import { ReportedErrors, type TestReport } from './reported-errors.js';
import { TestScheduler } from './test-scheduler.js';

// TYPES -----------------------------------------------------------------------

/** Options of a server in a test: those of `createServer`, and a few more. */
export interface TestServerOptions extends Omit<ServerOptions, 'clientScript' | 'clock' | 'onError'> {
  /** Shared actors, by name: their logic, or with what they are started. */
  readonly actors?: {
    readonly [name: string]: AnyActorLogic | { readonly logic: AnyActorLogic; readonly input: unknown };
  };
  /** The time at the start. Default: the beginning of 2026. */
  readonly now?: number;
  /** Called with each error. Default: an error rejects the action after which it is noticed. */
  readonly onError?: (report: TestReport) => void;
}

/** What a browser remembers. */
export interface Browser {
  cookie: string | undefined;
}

/** What a test is run with where nothing else is said. Time stands still, so a user who types is not too fast. */
const defaults = {
  development: true,
  framesPerSecond: Number.POSITIVE_INFINITY,
  secret: 'the secret of a server in a test',
};

const beginning = Date.UTC(2026, 0, 1);

/** Where the pages of tests are. */
export const origin = 'http://localhost';

// SERVER ----------------------------------------------------------------------

/** A server without a network. */
export class TestServer {
  readonly agenda: TestScheduler;
  readonly clock: SimulatedClock;
  readonly reports: ReportedErrors;
  readonly site: Composition;
  readonly #settings: Settings;
  readonly #log: Log | undefined;
  /** How many pages visit it. */
  #visitors = 0;

  constructor({ actors = {}, now = beginning, onError, ...options }: TestServerOptions) {
    this.clock = createSimulatedClock(now);
    this.reports = new ReportedErrors(onError);
    this.#settings = readOptions({ ...defaults, ...options, clock: this.clock, onError: this.reports.add });
    this.#log = this.#settings.logger && logTo(this.#settings.logger);
    const report = createReporter(this.reports.add, this.#log?.reported, this.#settings.development);
    this.agenda = new TestScheduler(this.clock, report);
    this.site = createComposition(this.#settings, report, this.agenda.defer);
    for (const [name, given] of Object.entries(actors)) {
      if ('transition' in given) this.site.actors.start(name, given);
      else this.site.actors.start(name, given.logic, { input: given.input as never });
    }
  }

  // VISITORS ------------------------------------------------------------------

  /** A page has come. */
  visit(): void {
    this.#visitors++;
  }

  /** A page has gone; with the last one everything ends. */
  async leave(): Promise<void> {
    if (--this.#visitors > 0) return;
    this.site.revocations.close();
    this.site.sessions.close();
    this.site.actors.close();
    await this.agenda.rest();
  }

  /** Asks for a page; `left` are the cookies that the scripts of the page before have set. */
  async get(url: string, browser: Browser, left = ''): Promise<HttpAnswer | undefined> {
    const cookie = [browser.cookie, left].filter(Boolean).join('; ') || undefined;
    const answering = this.site.http(requestOf(url, { cookie }));
    const answer = await answering;
    const setting = answer?.headers.find((value) => value.startsWith(`${cookieName}=`));
    if (setting !== undefined) browser.cookie = setting.split(';')[0];

    return answer;
  }

  /** The network of a page in a browser. `joined` is called with the session each time the page has joined. */
  network(browser: Browser, joined: (session: string) => void): MemoryNetwork {
    const { clock, joinDeadline, framesPerSecond } = this.#settings;
    const { admit, recognise, script } = this.site;
    const switchboard: Switchboard = {
      admit: async (frame, visitor) => {
        const admitted = await admit(frame, visitor);
        if (typeof admitted !== 'number') joined(admitted.session.id);

        return admitted;
      },
      client: script.hash,
      clock,
      closed: new Map(),
      framesPerSecond,
      joinDeadline,
      report: createReporter(this.reports.add, this.#log?.reported, this.#settings.development),
    };

    return new MemoryNetwork({
      agenda: this.agenda,
      complain: this.reports.complain,
      recognise: async () => recognise(requestOf('/', browser)),
      switchboard,
    });
  }

  // WHAT HAPPENS --------------------------------------------------------------

  publish(topic: string, message: AnyMessage): void {
    this.site.bus.publish(topic, message);
  }

  /** Waits until all is at rest, and fails if something went wrong. */
  async rest(): Promise<void> {
    await this.agenda.rest();
    this.reports.check();
  }

  /** Lets time pass: from one timeout to the next, with rest at each. */
  async advance(duration: number): Promise<void> {
    const { agenda, clock } = this;
    const end = clock.now() + duration;
    await agenda.rest();
    for (let next = clock.next; next !== undefined && next <= end; next = clock.next) {
      clock.advance(next - clock.now());
      await agenda.rest();
    }
    clock.advance(end - clock.now());
  }
}

function requestOf(url: string, { cookie }: Browser): HttpRequest {
  const headers = { host: new URL(origin).host, origin, ...(cookie !== undefined && { cookie }) };

  return { address: '127.0.0.1', headers, method: 'GET', secure: false, url };
}
