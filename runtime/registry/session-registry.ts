/**
 * The session registry: the table of the sessions in this process. `http.ts` opens a session for each first page; a
 * join enters it. A session that is not in memory is activated (`activation.ts`): restored from the store, requested
 * from the node that owns it, or, if no node owns it, started fresh from the route in the signed token.
 *
 *     open    -> dormant -> attached <-> detached -> passivated -> activated (here, or on another node)
 *
 * `write-behind.ts` stores the sessions.
 */

import type { AnyComponent, PageProps, Route } from '../component/component.js';
import { monotonic } from '../platform/clock.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { createId } from '../platform/id.js';
import { hidden, isSecretName, secretNames } from '../platform/redact.js';
import { markup } from '../render/render-to-string.js';
import { LiveSession, type Session, type SessionOwner, type SessionStart } from '../session/session.js';
import type { SessionEnvironment } from '../session/session-environment.js';
import type { AnyMessage } from '../template/html.js';
import { CloseCode } from '../wire/protocol.js';
import { Activation, type JoinRequest } from './activation.js';
import type { Peers } from './ownership-transfer.js';
import type { WriteBehind } from './write-behind.js';

// TYPES -----------------------------------------------------------------------

/** A first page. */
export interface Page {
  readonly session: Session;
  /** The HTML of the root's content. */
  readonly html: string;
  /** By which number its client can adopt it. */
  readonly offer: number;
}

/** The table, as HTTP and transport see it. */
export interface SessionRegistry {
  /**
   * A dormant session and its first page. At the limit the oldest dormant session goes.
   *
   * @throws TroupeError `init`, `deadline`, `view` or `closed`, at once or by rejecting
   */
  open(route: Route, address: string): Promise<Page> | Page;
  /**
   * A first page of a session that a page load has left, for its reload; `undefined` if there is no such session, or
   * another page load is connected to it. `TryLater` while the store cannot answer: it may have the session. Throws as
   * `open`.
   */
  reload(entrance: JoinRequest): Promise<Page | CloseCode | undefined>;
  /**
   * The session to join: the one of that id, a copy of it if another document is connected to it, or a fresh one
   * under the same id if it is gone. Or with which code the join is refused. Throws as `open`.
   */
  enter(entrance: JoinRequest): Promise<Session | CloseCode> | Session | CloseCode;
  find(id: string): Session | undefined;
  /** Sends the page's component of a session a message; false if there is no such session in memory. */
  post(id: string, message: AnyMessage): boolean;
  /** Whether the address has as many sessions as one may have, those that are being made included. */
  full(address: string): boolean;
  readonly counts: SessionCounts;
  /** All of them, the oldest first. */
  entries(): Iterable<TableEntry>;
  /** The entry of the session of that id. */
  entry(id: string): TableEntry | undefined;
  readonly isClosed: boolean;
  /** Whether it takes no new sessions, because the server is about to stop. */
  readonly isDraining: boolean;
  /** Takes no new sessions, tells all clients to move within so many milliseconds, and stores each session that is left. Resolves when none is in use. */
  drain(within: number): Promise<void>;
  /** Stores all sessions that are worth it and ends them; those that are being made come to nothing. */
  close(): Promise<void>;
}

/** How many sessions there are. */
export interface SessionCounts {
  /** Rendered; no client has joined yet. */
  readonly dormant: number;
  /** With a connection. */
  readonly attached: number;
  /** Waiting for their client to come back. */
  readonly detached: number;
}

/** What becomes of a session in the table. */
export type Move = 'opened' | 'joined' | 'left' | 'ended';

/** What the table needs. */
export interface SessionRegistryOptions {
  /** The environment of all sessions. */
  readonly env: SessionEnvironment;
  /** Most dormant sessions. */
  readonly dormant: number;
  /** Milliseconds a dormant session is kept at the most. */
  readonly dormantTime: number;
  /** Milliseconds an async `init` may take. */
  readonly initDeadline: number;
  readonly keeper: WriteBehind;
  /** How other nodes are reached. */
  readonly peers: Peers;
  /** Most sessions of one address, dormant and detached ones included. */
  readonly perAddress: number;
  /** A session has come into the table, is joined or left by its client, or over. Default: nothing happens. */
  moved?(session: LiveSession, how: Move): void;
}

/** A session in the table. */
export interface TableEntry {
  readonly session: LiveSession;
  readonly address: string;
  /** The path its page was asked at, below the base path. */
  readonly path: string;
  /** When it came, in milliseconds since the epoch. */
  readonly since: number;
  /** When it came, as `monotonic` says it. */
  readonly opened: number;
}

/** Whose a session is, and what it is of. */
type Place = Pick<TableEntry, 'address' | 'path'>;

// LIMITS ----------------------------------------------------------------------

/** Milliseconds that storing may take when the server stops. */
const closeDeadline = 5_000;

// TABLE -----------------------------------------------------------------------

/** Makes an empty table. */
export function createSessionRegistry(options: SessionRegistryOptions): SessionRegistry {
  return new SessionTable(options);
}

class SessionTable implements SessionRegistry, SessionOwner {
  readonly #env: SessionEnvironment;
  readonly #options: SessionRegistryOptions;
  readonly #entries = new Map<string, TableEntry>();
  /** The sessions that no client has joined, oldest first. */
  readonly #dormant = new Set<TableEntry>();
  readonly #perAddress = new Map<string, number>();
  readonly #recall: Activation;
  #attached = 0;
  #isClosed = false;
  #isDraining = false;
  /** What developers were warned of. */
  readonly #warnings = new Set<string>();
  /** Those who wait until no session is in use. */
  readonly #drained: (() => void)[] = [];
  #sweep: unknown;

  constructor(options: SessionRegistryOptions) {
    const { env, keeper, peers } = options;
    const { clock, instrumentation, node, report } = env;
    this.#options = options;
    this.#env = env;
    this.#recall = new Activation({
      ...{ clock, keeper, node, peers, report, tell: instrumentation.tell },
      find: (id) => this.#entries.get(id)?.session,
      start: (start, address) => this.#start(start, address),
    });
  }

  entries(): Iterable<TableEntry> {
    return this.#entries.values();
  }

  entry(id: string): TableEntry | undefined {
    return this.#entries.get(id);
  }

  get counts(): SessionCounts {
    const dormant = this.#dormant.size;

    return { dormant, attached: this.#attached, detached: this.#entries.size - dormant - this.#attached };
  }

  open({ component, props }: Route, address: string): Promise<Page> | Page {
    const started = this.#start({ id: createId(), component, props }, address);
    if (started instanceof Promise) return started.then((session) => this.#firstPage(session));

    return this.#firstPage(started);
  }

  /** Where other nodes may be asked for it, the session of a first page is stored before the page goes out. */
  #firstPage(session: LiveSession): Promise<Page> | Page {
    const page = pageOf(session);
    const { keeper } = this.#options;

    return keeper.isShared ? keeper.write(session).then(() => page) : page;
  }

  async reload(entrance: JoinRequest): Promise<Page | CloseCode | undefined> {
    const { id, document } = entrance;
    const found = this.#entries.get(id)?.session;
    if (found !== undefined) {
      if (found.client.isConnected && found.client.load !== document) return undefined;
      found.release();
      await this.#makeSure(found);
    }
    const isHere = found !== undefined && !found.tree.isOver;
    if (!isHere && (this.#isDraining || this.full(entrance.address))) return undefined;
    const session = isHere ? found : await this.#recall.bringBack(entrance, false);

    return session instanceof LiveSession ? this.#firstPage(session) : session;
  }

  enter(entrance: JoinRequest): Promise<Session | CloseCode> | Session | CloseCode {
    // A client that moves reaches another process, or tries again when this one has ended.
    if (this.#isDraining) return CloseCode.TryLater;
    const found = this.#entries.get(entrance.id)?.session;
    if (found === undefined) return this.#enterLater(entrance);
    if (!this.#options.keeper.isShared) return this.#enterFound(found, entrance);

    return this.#makeSure(found).then(() =>
      found.tree.isOver ? this.#enterLater(entrance) : this.#enterFound(found, entrance)
    );
  }

  /**
   * The client may have been with another node meanwhile, which has taken the session because this one did not answer
   * in time. What is here would then be out of date, and its frames would be counted otherwise than the client does.
   * Writing it shows whose it is.
   */
  async #makeSure(found: LiveSession): Promise<void> {
    const { keeper } = this.#options;
    if (keeper.isShared && !keeper.isFailing) await keeper.write(found);
  }

  #enterFound(found: LiveSession, entrance: JoinRequest): Promise<Session | CloseCode> | Session | CloseCode {
    if (!found.client.isConnected || found.client.load === entrance.document) return found;

    return this.full(entrance.address) ? CloseCode.TryLater : this.#recall.fork(found, entrance);
  }

  async #enterLater(entrance: JoinRequest): Promise<Session | CloseCode> {
    if (this.full(entrance.address)) return CloseCode.TryLater;
    try {
      const session = await this.#recall.bringBack(entrance, true);

      return session ?? (await this.#recall.beginAnew(entrance));
    } catch (error) {
      // The server was closed while it looked for the session: the client finds it through another process.
      if (this.#isClosed && error instanceof TroupeError && error.code === ErrorCode.Closed) return CloseCode.TryLater;
      throw error;
    }
  }

  find(id: string): Session | undefined {
    return this.#entries.get(id)?.session;
  }

  post(id: string, message: AnyMessage): boolean {
    const session = this.#entries.get(id)?.session;
    session?.tree.put(session.tree.root, message, 'host');

    return session !== undefined;
  }

  full(address: string): boolean {
    return (this.#perAddress.get(address) ?? 0) >= this.#options.perAddress;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  drain(within: number): Promise<void> {
    this.#isDraining = true;
    for (const { session } of [...this.#entries.values()]) {
      if (session.client.isConnected) session.move(within);
      else if (session.isUsed) this.putAway(session);
    }
    const drained = new Promise<void>((resolve) => this.#drained.push(resolve));
    this.#tellDrained();

    return drained;
  }

  #tellDrained(): void {
    if (this.#entries.size > this.#dormant.size) return;
    for (const resolve of this.#drained.splice(0)) resolve();
  }

  async close(): Promise<void> {
    this.#isClosed = this.#isDraining = true;
    this.#env.clock.clearTimeout(this.#sweep);
    const sessions = [...this.#entries.values()].map(({ session }) => session);
    if (!this.#env.isVolatile) await this.#storeAll(sessions.filter((session) => session.isUsed));
    for (const session of sessions) session.stop();
    this.#recall.close();
    await this.#options.keeper.close();
  }

  /** Stores sessions, as many as can be in the time there is. */
  async #storeAll(sessions: readonly LiveSession[]): Promise<void> {
    let timer: unknown;
    const late = new Promise<void>((resolve) => {
      timer = this.#env.clock.setTimeout(resolve, closeDeadline);
    });
    await Promise.race([Promise.all(sessions.map((session) => this.#passivate(session))), late]);
    this.#env.clock.clearTimeout(timer);
  }

  // STARTING ------------------------------------------------------------------

  /** Runs `init` and `view` of the page once, or goes on with what was stored, and puts the session into the table. */
  #start(start: SessionStart, address: string): Promise<LiveSession> | LiveSession {
    const { component } = start;
    const session = new LiveSession(this.#env, this, start);
    const place: Place = { address, path: pathIn(start.props, component) };
    // The place is taken before `init` is waited for, or as many as come meanwhile would find it free.
    this.#perAddress.set(address, (this.#perAddress.get(address) ?? 0) + 1);
    try {
      const prepared = session.prepare();

      return prepared instanceof Promise
        ? this.#startLater(this.#inTime(prepared, component), session, place)
        : this.#keep(session, place);
    } catch (error) {
      this.#abandon(session, address);
      throw error;
    }
  }

  async #startLater(prepared: Promise<void>, session: LiveSession, place: Place): Promise<LiveSession> {
    try {
      await prepared;

      return this.#keep(session, place);
    } catch (error) {
      this.#abandon(session, place.address);
      throw error;
    }
  }

  /** The session, now in the table; or the one that another call has put there meanwhile. */
  #keep(session: LiveSession, place: Place): LiveSession {
    if (this.#isClosed) throw new TroupeError(ErrorCode.Closed, 'The server is closed and makes no sessions.');
    const present = this.#entries.get(session.id)?.session;
    if (present === undefined) this.#add(session, place);
    else this.#abandon(session, place.address);

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
      const timer = this.#env.clock.setTimeout(() => {
        reject(new TroupeError(ErrorCode.Deadline, `init of ${name} took longer than ${initDeadline} ms`));
      }, initDeadline);
      prepared.then(resolve, reject).finally(() => this.#env.clock.clearTimeout(timer));
    });
  }

  // KEEPING -------------------------------------------------------------------

  #add(session: LiveSession, place: Place): void {
    if (this.#dormant.size >= this.#options.dormant) this.#oldest()?.session.stop();
    const { clock } = this.#env;
    const entry: TableEntry = { session, ...place, since: clock.now(), opened: monotonic(clock) };
    this.#entries.set(session.id, entry);
    this.#dormant.add(entry);
    this.#sweep ??= this.#env.clock.setTimeout(() => this.#sweepDormant(), this.#options.dormantTime);
    this.#options.moved?.(session, 'opened');
  }

  #oldest(): TableEntry | undefined {
    return this.#dormant.values().next().value;
  }

  /** Ends the dormant sessions whose time is up, and comes again when the next one's is. */
  #sweepDormant(): void {
    const { dormantTime } = this.#options;
    const now = monotonic(this.#env.clock);
    this.#sweep = undefined;
    for (const entry of this.#dormant) {
      const left = entry.opened + dormantTime - now;
      if (left > 0) {
        this.#sweep = this.#env.clock.setTimeout(() => this.#sweepDormant(), left);
        return;
      }
      entry.session.stop();
    }
  }

  // CALLS OF SESSIONS ---------------------------------------------------------

  changed(session: LiveSession): void {
    if (!this.#env.isVolatile) this.#options.keeper.changed(session);
  }

  joined(session: LiveSession): void {
    const entry = this.#entries.get(session.id);
    if (entry !== undefined) this.#dormant.delete(entry);
    this.#attached++;
    this.#options.keeper.stay(session);
    this.#options.moved?.(session, 'joined');
  }

  warn(text: string): void {
    if (this.#warnings.has(text)) return;
    this.#warnings.add(text);
    process.emitWarning(text, 'TroupeWarning');
  }

  left(session: LiveSession): void {
    this.#attached--;
    this.#options.moved?.(session, 'left');
    if (this.#isDraining && !this.#isClosed && !session.tree.isOver) this.putAway(session);
  }

  putAway(session: LiveSession): void {
    void this.#passivate(session).then(() => {
      if (!session.client.isConnected) session.stop();
    });
  }

  async #passivate(session: LiveSession): Promise<void> {
    const begun = performance.now();
    const outcome = await this.#options.keeper.putAway(session);
    if (outcome !== 'stored' || session.client.isConnected) return;
    this.#env.instrumentation.tell('passivated', { session: session.id, took: performance.now() - begun });
  }

  ended(session: LiveSession): void {
    const entry = this.#entries.get(session.id);
    if (entry?.session !== session) return;
    this.#options.keeper.forget(session);
    this.#entries.delete(session.id);
    this.#dormant.delete(entry);
    this.#giveBack(entry.address);
    this.#options.moved?.(session, 'ended');
    if (this.#isDraining) this.#tellDrained();
  }
}

const pageOf = (session: LiveSession): Page => {
  return { session, html: markup(session.rendered), offer: session.offer() };
};

/** The path a page was asked at, without the parameters whose names are secret in its component; '' of what is no page. */
function pathIn(props: Partial<PageProps>, component: AnyComponent): string {
  const { params = {}, path = '' } = props;
  const names = secretNames([component]);
  const secret = Object.entries(params).filter(([name, value]) => isSecretName(name, names) && value !== '');

  return secret.reduce((shown, [, value]) => shown.replaceAll(value, hidden), path);
}
