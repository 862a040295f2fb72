/**
 * The table of sessions: start, find, end. `http.ts` opens one for each first page, `transport.ts` finds
 * it when the page joins; a session that is not there any more is opened again from the signed route.
 */

import type { Clock } from './clock.js';
import type { AnyComponent } from './component.js';
import { ErrorCode, TroupeError } from './errors.js';
import type { AnyMessage } from './html.js';
import type { Hub } from './hub.js';
import { createIdentifier } from './identifier.js';
import { markup } from './markup.js';
import type { Reporter } from './report.js';
import { LiveSession, type Session, type SessionHost } from './session.js';

// TYPES -----------------------------------------------------------------------

/** What a page component is given. */
export interface PageProps {
  /** The parameters of the route's pattern, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** The query, decoded; a name that comes more than once has an array. */
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  /** The path, below the base path. */
  readonly path: string;
  /** What `identify` said of the request. */
  readonly principal: unknown;
  /**
   * Names the browser that asks: the same in all its pages for as long as it keeps our cookie, and no secret, since
   * the cookie cannot be told from it.
   */
  readonly browser: string;
}

/** A component and what it is given. */
export interface Route {
  readonly component: AnyComponent<PageProps>;
  readonly props: PageProps;
}

/** A first page. */
export interface Page {
  readonly session: Session;
  /** The HTML of the root's content. */
  readonly html: string;
}

/** The table, as HTTP and transport see it. */
export interface Sessions {
  /**
   * A dormant session and its first page. At the limit the oldest dormant session goes.
   *
   * @throws TroupeError `init`, `deadline`, `view` or `closed`, at once or by rejecting
   */
  open(route: Route, address: string): Promise<Page> | Page;
  find(id: string): Session | undefined;
  /** Sends the page's component of a session a message; false if there is no such session. */
  post(id: string, message: AnyMessage): boolean;
  /** A session under the id of one that is gone, or that another call has just put there; its client is told that it is fresh. Throws as `open`. */
  reopen(id: string, route: Route, address: string): Promise<Session> | Session;
  /** Whether the address has as many sessions as one may have, those that are being made included. */
  full(address: string): boolean;
  readonly counts: SessionCounts;
  readonly isClosed: boolean;
  /** Ends all sessions; those that are being made come to nothing. */
  close(): void;
}

/** How many sessions there are. */
export interface SessionCounts {
  /** Rendered, and nobody has joined yet. */
  readonly dormant: number;
  /** With a connection. */
  readonly attached: number;
  /** Waiting for their client to come back. */
  readonly detached: number;
}

/** What the table needs. */
export interface SessionsOptions {
  readonly clock: Clock;
  /** Most dormant sessions. */
  readonly dormant: number;
  /** Milliseconds a dormant session is kept at the most. */
  readonly dormantTime: number;
  /** Milliseconds a session is kept after its connection was lost. */
  readonly grace: number;
  /** Where topics and shared actors are reached. */
  readonly hub: Hub;
  /** Milliseconds an async `init` may take. */
  readonly initDeadline: number;
  /** Most sessions of one address, dormant and detached ones included. */
  readonly perAddress: number;
  /** Publishes a message on a topic; `id` is the effect's. */
  publish(topic: string, message: AnyMessage, id: string): void;
  readonly report: Reporter;
  /** Runs something soon, when others have had their go. */
  defer(run: () => void): void;
  /** Sends a message to a shared actor; `id` is the effect's. */
  send(name: string, message: AnyMessage, id: string): void;
}

/** A session in the table. */
interface Entry {
  readonly session: LiveSession;
  readonly address: string;
  readonly since: number;
}

// TABLE -----------------------------------------------------------------------

/** Makes an empty table. */
export function createSessions(options: SessionsOptions): Sessions {
  return new SessionTable(options);
}

class SessionTable implements Sessions, SessionHost {
  readonly clock: Clock;
  readonly grace: number;
  readonly hub: Hub;
  readonly report: Reporter;
  readonly #options: SessionsOptions;
  readonly #entries = new Map<string, Entry>();
  /** Those nobody has joined, oldest first. */
  readonly #dormant = new Set<Entry>();
  readonly #perAddress = new Map<string, number>();
  #attached = 0;
  #isClosed = false;
  #sweep: unknown;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.clock = options.clock;
    this.grace = options.grace;
    this.hub = options.hub;
    this.report = options.report;
  }

  get counts(): SessionCounts {
    const dormant = this.#dormant.size;

    return { dormant, attached: this.#attached, detached: this.#entries.size - dormant - this.#attached };
  }

  open(route: Route, address: string): Promise<Page> | Page {
    const started = this.#start(createIdentifier(), route, address, false);

    return started instanceof Promise ? started.then(pageOf) : pageOf(started);
  }

  reopen(id: string, route: Route, address: string): Promise<Session> | Session {
    return this.#start(id, route, address, true);
  }

  find(id: string): Session | undefined {
    return this.#entries.get(id)?.session;
  }

  post(id: string, message: AnyMessage): boolean {
    const session = this.#entries.get(id)?.session;
    session?.tree.put(session.tree.root, message);

    return session !== undefined;
  }

  full(address: string): boolean {
    return (this.#perAddress.get(address) ?? 0) >= this.#options.perAddress;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  close(): void {
    this.#isClosed = true;
    this.clock.clearTimeout(this.#sweep);
    for (const { session } of [...this.#entries.values()]) session.stop();
  }

  // STARTING ------------------------------------------------------------------

  /** Runs `init` and `view` of the page once and puts the session into the table. */
  #start(id: string, { component, props }: Route, address: string, fresh: boolean): Promise<LiveSession> | LiveSession {
    const session = new LiveSession(this, { id, component, props, fresh });
    // The place is taken before `init` is waited for, or as many as come meanwhile would find it free.
    this.#perAddress.set(address, (this.#perAddress.get(address) ?? 0) + 1);
    try {
      const prepared = session.prepare();

      return prepared instanceof Promise
        ? this.#startLater(this.#inTime(prepared, component), session, address)
        : this.#keep(session, address);
    } catch (error) {
      this.#abandon(session, address);
      throw error;
    }
  }

  async #startLater(prepared: Promise<void>, session: LiveSession, address: string): Promise<LiveSession> {
    try {
      await prepared;

      return this.#keep(session, address);
    } catch (error) {
      this.#abandon(session, address);
      throw error;
    }
  }

  /** The session, now in the table; or the one that another call has put there meanwhile. */
  #keep(session: LiveSession, address: string): LiveSession {
    if (this.#isClosed) throw new TroupeError(ErrorCode.Closed, 'The server is closed and makes no sessions.');
    const present = this.#entries.get(session.id)?.session;
    if (present === undefined) this.#add(session, address);
    else this.#abandon(session, address);

    return present ?? session;
  }

  /** Lets go of a session that does not come into the table: whatever its `init` still does, nothing follows from it. */
  #abandon(session: LiveSession, address: string): void {
    session.stop();
    this.#giveBack(address);
  }

  #giveBack(address: string): void {
    const others = (this.#perAddress.get(address) ?? 1) - 1;
    if (others > 0) this.#perAddress.set(address, others);
    else this.#perAddress.delete(address);
  }

  /** Waits for a page whose `init` is async, if that keeps its deadline. */
  #inTime(prepared: Promise<void>, { name }: AnyComponent): Promise<void> {
    const { initDeadline } = this.#options;

    return new Promise((resolve, reject) => {
      const timer = this.clock.setTimeout(() => {
        reject(new TroupeError(ErrorCode.Deadline, `init of ${name} took longer than ${initDeadline} ms`));
      }, initDeadline);
      prepared.then(resolve, reject).finally(() => this.clock.clearTimeout(timer));
    });
  }

  // KEEPING -------------------------------------------------------------------

  #add(session: LiveSession, address: string): void {
    if (this.#dormant.size >= this.#options.dormant) this.#oldest()?.session.stop();
    const entry: Entry = { session, address, since: this.clock.now() };
    this.#entries.set(session.id, entry);
    this.#dormant.add(entry);
    this.#sweep ??= this.clock.setTimeout(() => this.#sweepDormant(), this.#options.dormantTime);
  }

  #oldest(): Entry | undefined {
    return this.#dormant.values().next().value;
  }

  /** Ends the dormant sessions whose time is up, and comes again when the next one's is. */
  #sweepDormant(): void {
    const { dormantTime } = this.#options;
    const now = this.clock.now();
    this.#sweep = undefined;
    for (const entry of this.#dormant) {
      const left = entry.since + dormantTime - now;
      if (left > 0) {
        this.#sweep = this.clock.setTimeout(() => this.#sweepDormant(), left);
        return;
      }
      entry.session.stop();
    }
  }

  // HOST ----------------------------------------------------------------------

  defer(run: () => void): void {
    this.#options.defer(run);
  }

  publish(topic: string, message: AnyMessage, id: string): void {
    this.#options.publish(topic, message, id);
  }

  send(name: string, message: AnyMessage, id: string): void {
    this.#options.send(name, message, id);
  }

  joined(session: LiveSession): void {
    const entry = this.#entries.get(session.id);
    if (entry !== undefined) this.#dormant.delete(entry);
    this.#attached++;
  }

  left(_session: LiveSession): void {
    this.#attached--;
  }

  ended(session: LiveSession): void {
    const entry = this.#entries.get(session.id);
    if (entry?.session !== session) return;
    this.#entries.delete(session.id);
    this.#dormant.delete(entry);
    this.#giveBack(entry.address);
  }
}

const pageOf = (session: LiveSession): Page => ({ session, html: markup(session.rendered) });
