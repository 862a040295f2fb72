/**
 * The session registry: the table of the sessions in this process. `http.ts` opens a session for each first page, and a
 * join enters it. A session that is not in memory is activated (`activation.ts`): restored from the store, requested
 * from the node that owns it, or, if no node owns it, started fresh from the route in the signed token.
 *
 * `session-starter.ts` starts sessions. Each session holds its life (`session-life.ts`). After each change of it the
 * registry updates its table, the dormant sessions (`dormant-sessions.ts`) and the store (`write-behind.ts`).
 */

import type { Route } from '../component/component.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { createId } from '../platform/id.js';
import { within } from '../platform/promise.js';
import type { PostTarget } from '../render/page-forms.js';
import { LiveSession, type Session, type SessionOwner, type SessionStart } from '../session/session.js';
import type { SessionEnvironment } from '../session/session-environment.js';
import { isOver, type SessionLife } from '../session/session-life.js';
import type { AnyMessage } from '../template/html.js';
import { CloseCode } from '../wire/protocol.js';
import { type Activated, Activation, hasOther, type JoinRequest } from './activation.js';
import { type DormantLimits, DormantSessions, type SessionCounts } from './dormant-sessions.js';
import { firstPage, type Page } from './first-page.js';
import { proveOwnership, proveStart } from './ownership.js';
import type { Peers } from './ownership-transfer.js';
import type { PostedForm } from './posted-form.js';
import { type PostOutcome, postTo } from './posting-client.js';
import { type RequestedPage, SessionStarter, type SessionStarterOptions } from './session-starter.js';
import type { Outcome, WriteBehind } from './write-behind.js';

// TYPES -----------------------------------------------------------------------

/** The table, as HTTP and transport see it. */
export interface SessionRegistry {
  /**
   * Starts a dormant session and renders its first page. At the limit of dormant sessions the oldest one ends.
   *
   * @param target where its forms go without script. Default: nowhere
   * @throws TroupeError `init`, `deadline`, `view` or `closed`, at once or by rejecting
   */
  open(route: Route, address: string, target?: PostTarget): Promise<Page> | Page;
  /** The HTML of the root of a page that no client joins: its session ends at once. Throws as `open`. */
  render(route: Route): Promise<string>;
  /**
   * Renders a first page of a session that a page load has left, for its reload. Resolves with `undefined` if the
   * session does not exist or another page load is connected to it; with `TryLater` while the store cannot answer or this
   * node drains, because the session may exist. Throws as `open`.
   */
  reload(request: JoinRequest, target?: PostTarget): Promise<Page | CloseCode | undefined>;
  /**
   * The session to join: the session of that id, a copy of it if another page load is connected to it, or a fresh one under
   * the same id if it does not exist and the request has not expired. A close code if it is refused. Throws as `open`.
   */
  enter(request: JoinRequest): Promise<Session | CloseCode> | Session | CloseCode;
  /** Enters a session for a form that was posted without script, and stores it with what that has changed. */
  submit(request: JoinRequest, form: PostedForm): Promise<PostOutcome | CloseCode>;
  find(id: string): Session | undefined;
  /** Sends a message to the page's component of a session. Returns false if there is no such session in memory. */
  post(id: string, message: AnyMessage): boolean;
  /** Whether the address has as many sessions as one may have, sessions that are being started included. */
  full(address: string): boolean;
  /** Whether the address may have another session. If it is full, its oldest dormant session ends for that. */
  makeRoom(address: string): boolean;
  readonly counts: SessionCounts;
  /** All sessions, the oldest first. */
  entries(): Iterable<TableEntry>;
  /** The entry of the session of that id. */
  entry(id: string): TableEntry | undefined;
  /** Ends the sessions of a mark, and returns them; their pages are loaded again. */
  revoke(mark: string): readonly LiveSession[];
  readonly isClosed: boolean;
  /** Whether it takes no new sessions, because the server is about to stop. */
  readonly isDraining: boolean;
  /** Whether visitors are to be sent here: it takes new sessions, and reaches the store that other nodes share. */
  readonly isReady: boolean;
  /**
   * Takes no new sessions, tells all clients to move within so many milliseconds, and passivates each session that its
   * client has left. Resolves when only dormant sessions remain.
   */
  drain(within: number): Promise<void>;
  /** Stores all sessions that a client has used, and ends them. Sessions that are being started are discarded. */
  close(): Promise<void>;
}

/** A change in the table. */
export type Move = 'opened' | 'joined' | 'left' | 'ended';

/** What the registry needs. */
export interface SessionRegistryOptions
  extends Omit<DormantLimits, 'clock'>,
    Pick<SessionStarterOptions, 'env' | 'initDeadline' | 'perAddress'> {
  /** How other nodes are reached. */
  readonly peers: Peers;
  readonly writeBehind: WriteBehind;
  /** A session was added to the table, joined or left by its client, or has ended. Default: no effect. */
  moved?(session: LiveSession, how: Move): void;
}

/** A session in the table. */
export interface TableEntry extends RequestedPage {
  readonly session: LiveSession;
  /** When it was added, in milliseconds since the epoch. */
  readonly since: number;
}

// LIMITS ----------------------------------------------------------------------

/** Milliseconds that storing may take when the server stops. */
const closeDeadlineMs = 5_000;

// TABLE -----------------------------------------------------------------------

/** Makes an empty table. */
export function createSessionRegistry(options: SessionRegistryOptions): SessionRegistry {
  return new SessionTable(options);
}

class SessionTable implements SessionRegistry, SessionOwner {
  readonly #env: SessionEnvironment;
  readonly #options: SessionRegistryOptions;
  readonly #entries = new Map<string, TableEntry>();
  readonly #dormant: DormantSessions;
  readonly #starter: SessionStarter;
  readonly #activation: Activation;
  #isClosed = false;
  #isDraining = false;
  /** The warnings that developers got. */
  readonly #warnings = new Set<string>();
  /** What resolves the calls of `drain`. */
  readonly #drained: (() => void)[] = [];

  constructor(options: SessionRegistryOptions) {
    const { env, peers, writeBehind } = options;
    const { clock, instrumentation, node, report } = env;
    this.#options = options;
    this.#env = env;
    this.#dormant = new DormantSessions({ ...options, clock });
    this.#starter = new SessionStarter({
      ...options,
      keep: (session, page) => this.#keep(session, page),
      owner: this,
    });
    this.#activation = new Activation({
      ...{ clock, node, peers, report, tell: instrumentation.tell, writeBehind },
      find: (id) => this.#entries.get(id)?.session,
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
    let attached = 0;
    for (const { session } of this.#entries.values()) if (session.life.phase === 'attached') attached++;

    return { dormant, attached, detached: this.#entries.size - dormant - attached };
  }

  open({ component, props }: Route, address: string, target?: PostTarget): Promise<Page> | Page {
    const { writeBehind } = this.#options;
    const started = this.#starter.start({ id: createId(), component, props }, address);
    if (started instanceof Promise) return started.then((session) => firstPage(session, target, writeBehind));

    return firstPage(started, target, writeBehind);
  }

  render({ component, props }: Route): Promise<string> {
    return this.#starter.render({ id: createId(), component, props });
  }

  async reload(request: JoinRequest, target?: PostTarget): Promise<Page | CloseCode | undefined> {
    const found = this.#entries.get(request.id)?.session;
    if (found !== undefined) {
      if (!hasOther(found, request)) found.release();
      const mayAnswer = await proveOwnership(this.#options.writeBehind, found);
      if (!mayAnswer && !isOver(found.life)) return CloseCode.TryLater;
    }
    const isHere = found !== undefined && !isOver(found.life);
    // Who is connected here counts only if the session is this node's.
    if (isHere && hasOther(found, request)) return undefined;
    if (!isHere && this.#isDraining) return CloseCode.TryLater;
    const session = isHere ? found : await this.#activate(request, false);
    return session instanceof LiveSession ? firstPage(session, target, this.#options.writeBehind) : session;
  }

  enter(request: JoinRequest): Promise<Session | CloseCode> | Session | CloseCode {
    // Draining: the client reconnects to another process, or here after the restart.
    if (this.#isDraining) return CloseCode.TryLater;
    const found = this.#entries.get(request.id)?.session;
    if (found === undefined) return this.#enterAbsent(request);
    if (!this.#options.writeBehind.isShared) return this.#enterFound(found, request);

    return proveOwnership(this.#options.writeBehind, found).then((mayAnswer) => {
      if (isOver(found.life)) return this.#enterAbsent(request);

      return mayAnswer ? this.#enterFound(found, request) : CloseCode.TryLater;
    });
  }

  #enterFound(found: LiveSession, request: JoinRequest): Promise<Session | CloseCode> | Session | CloseCode {
    if (!hasOther(found, request)) return found;

    return this.makeRoom(request.address)
      ? this.#startActivated(this.#activation.fork(found, request), request)
      : CloseCode.TryLater;
  }

  async #enterAbsent(request: JoinRequest): Promise<Session | CloseCode> {
    try {
      // A session that exists comes back whatever the address has: the limit is one of new sessions.
      const session = await this.#activate(request, true);
      if (session !== undefined) return session;
      const start = this.#activation.startFresh(request);
      if (typeof start !== 'number' && !this.makeRoom(request.address)) return CloseCode.TryLater;
      return await this.#startActivated(start, request);
    } catch (error) {
      return this.#activation.refuseEntry(error, this.#isClosed);
    }
  }

  async submit(request: JoinRequest, form: PostedForm): Promise<PostOutcome | CloseCode> {
    const session = await this.enter(request);
    if (!(session instanceof LiveSession)) return session as CloseCode;
    const outcome = await postTo(session, request.load, form, this.#env);
    if (!this.#env.isVolatile) await this.#options.writeBehind.write(session);

    return outcome;
  }

  find(id: string): Session | undefined {
    return this.#entries.get(id)?.session;
  }

  post(id: string, message: AnyMessage): boolean {
    const session = this.#entries.get(id)?.session;
    session?.tree.put(session.tree.root, message, 'host');

    return session !== undefined;
  }

  revoke(mark: string): readonly LiveSession[] {
    const entries = [...this.#entries.values()].filter(({ marks }) => marks.includes(mark));
    for (const { session } of entries) session.revoke();

    return entries.map(({ session }) => session);
  }

  full(address: string): boolean {
    return this.#starter.isFull(address);
  }

  makeRoom(address: string): boolean {
    return !this.full(address) || this.#dormant.endOldest(({ id }) => this.#entries.get(id)?.address === address);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  get isReady(): boolean {
    return !this.#isDraining && !this.#options.writeBehind.isCutOff;
  }

  drain(within: number): Promise<void> {
    this.#isDraining = true;
    for (const { session } of [...this.#entries.values()]) {
      if (session.life.phase === 'attached') session.move(within);
      else session.advance('drainStarted');
    }
    const drained = new Promise<void>((resolve) => this.#drained.push(resolve));
    this.#resolveDrained();

    return drained;
  }

  #resolveDrained(): void {
    if (this.#entries.size > this.#dormant.size) return;
    for (const resolve of this.#drained.splice(0)) resolve();
  }

  async close(): Promise<void> {
    this.#isClosed = this.#isDraining = true;
    this.#dormant.close();
    const sessions = [...this.#entries.values()].map(({ session }) => session);
    const used = sessions.filter((session) => session.isUsed);
    if (!this.#env.isVolatile)
      await within(Promise.all(used.map((session) => this.#passivate(session))), this.#env.clock, closeDeadlineMs);
    for (const session of sessions) session.stop();
    this.#activation.close();
    await this.#options.writeBehind.close();
  }

  // ACTIVATION ----------------------------------------------------------------

  /** Activates a session; `undefined` if it does not exist. */
  #activate(request: JoinRequest, mayFork: boolean): Promise<LiveSession | CloseCode | undefined> {
    return this.#activation.share(request, mayFork, () => this.#activateOnce(request, mayFork));
  }

  async #activateOnce(request: JoinRequest, mayFork: boolean): Promise<LiveSession | CloseCode | undefined> {
    const begun = performance.now();
    try {
      const start = await this.#activation.find(request, mayFork);
      if (start === undefined) return undefined;
      const isRestored = typeof start !== 'number' && start.rejoin === undefined;

      return isRestored ? await this.#restore(start, request, begun) : await this.#startActivated(start, request);
    } catch (error) {
      return this.#activation.refuse(error);
    }
  }

  /** Restores a session from the store; starts a fresh one if that is not possible. */
  async #restore(start: SessionStart, request: JoinRequest, begun: number): Promise<LiveSession | CloseCode> {
    try {
      const session = await this.#starter.start(start, request.address);
      const took = performance.now() - begun;
      this.#env.instrumentation.tell('activated', { session: session.id, from: start.image?.node ?? '', took });

      return session;
    } catch (error) {
      return this.#startActivated(await this.#activation.replace(request, start.fence ?? 0, error), request);
    }
  }

  async #startActivated(start: Activated, { address }: JoinRequest): Promise<LiveSession | CloseCode> {
    if (typeof start === 'number') return start;
    const session = await this.#starter.start(start, address);
    return (await proveStart(this.#options.writeBehind, session)) ? session : CloseCode.TryLater;
  }

  // TABLE ---------------------------------------------------------------------

  /** Adds a started session; or returns the one that another call has added in the meantime. */
  #keep(session: LiveSession, page: RequestedPage): LiveSession {
    if (this.#isClosed) throw new TroupeError(ErrorCode.Closed, 'The server is closed and makes no sessions.');
    const present = this.#entries.get(session.id)?.session;
    if (present !== undefined) return present;
    this.#dormant.add(session);
    this.#entries.set(session.id, { session, ...page, since: this.#env.clock.now() });
    this.#options.moved?.(session, 'opened');

    return session;
  }

  // CALLS OF SESSIONS ---------------------------------------------------------

  changed(session: LiveSession): void {
    if (!this.#env.isVolatile) this.#options.writeBehind.changed(session);
  }

  warn(text: string): void {
    if (this.#warnings.has(text)) return;
    this.#warnings.add(text);
    process.emitWarning(text, 'TroupeWarning');
  }

  lifeChanged(session: LiveSession, from: SessionLife): void {
    const entry = this.#entries.get(session.id);
    if (entry?.session !== session) return;
    const { life } = session;
    this.#dormant.delete(session);
    if (from.phase === 'attached') this.#options.moved?.(session, 'left');
    if (isOver(life)) this.#remove(entry);
    else if (life.phase === 'attached') {
      this.#options.writeBehind.keep(session);
      this.#options.moved?.(session, 'joined');
    } else if (life.phase === 'passivating') void this.#passivate(session).then((outcome) => session.advance(outcome));
    else if (life.phase === 'detached' && this.#isDraining && !this.#isClosed) session.advance('drainStarted');
  }

  async #passivate(session: LiveSession): Promise<Outcome> {
    const begun = performance.now();
    const outcome = await this.#options.writeBehind.passivate(session);
    const took = performance.now() - begun;
    const isStored = outcome === 'stored' && session.life.phase !== 'attached';
    if (isStored) this.#env.instrumentation.tell('passivated', { session: session.id, took });

    return outcome;
  }

  #remove({ session, address }: TableEntry): void {
    this.#options.writeBehind.forget(session);
    this.#entries.delete(session.id);
    this.#starter.release(address);
    this.#options.moved?.(session, 'ended');
    if (this.#isDraining) this.#resolveDrained();
  }
}
