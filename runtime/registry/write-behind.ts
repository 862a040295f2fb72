/**
 * Write-behind: writes the sessions of one process to the store. While a session is in use, the changes of its turns
 * are coalesced over the delay of the store and then written. Passivation writes once more and gives up ownership. A write that the
 * fence refuses ends the session here: another node owns it.
 * If the store fails, the failure is reported once and the write is retried with a growing pause until it succeeds.
 * A heartbeat that succeeds does not end the failure while a session waits to be written: a store can answer and still have a
 * full disk. It starts the next try. Meanwhile sessions continue, and their clients keep the events that are not durable,
 * up to 500; then a session for which `continuesUnstored` says yes continues in memory alone.
 *
 * How often one session is written depends on its size, and on how long the store keeps it (`write-pacing.ts`).
 *
 * `session-registry.ts` passes sessions to it, `activation.ts` reads stored ones through it; `store.ts` specifies
 * what a store guarantees.
 */

import { Backoff } from '../platform/backoff.js';
import { type Clock, monotonic } from '../platform/clock.js';
import type { Reporter } from '../platform/error-report.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { SlicedWork } from '../platform/scheduler.js';
import { type Persistable, pack, type SessionImage } from '../session/session-snapshot.js';
import type { Membership } from '../store/membership.js';
import type { Claim, Store } from '../store/store.js';
import { tooLargeError, unstoredError, WritePacing } from './write-pacing.js';

// TYPES -----------------------------------------------------------------------

/** What write-behind needs. */
export interface WriteBehindOptions {
  readonly clock: Clock;
  /** Bytes of the largest snapshot that is stored. */
  readonly largest: number;
  /** Milliseconds that the store keeps a session after its last write. One that this process owns is renewed in time. */
  readonly lifetime: number;
  /** Says when this process sends a heartbeat to the store. */
  readonly membership: Membership;
  /** The name of this process. */
  readonly node: string;
  readonly report: Reporter;
  readonly store: Store;
  /** Runs something in a later slice, after other work. */
  defer(run: () => void): void;
}

/** The writes of one session. */
interface Progress {
  /** Whether it has changed since the last write began. */
  isDirty: boolean;
  /** Whether a write is in progress. */
  isBusy: boolean;
  /** The write in progress, or the last one. */
  writing?: Promise<WriteResult>;
  /** Called with the outcome; one for each caller of `passivate`. If there are any, the next write gives up ownership. */
  readonly waiting: ((outcome: Outcome) => void)[];
}

/** The outcome of a passivation. */
export type Outcome =
  /** The store holds it, and no node owns it. */
  | 'stored'
  /** Another node owns it. */
  | 'fenced'
  /** The session cannot be stored, or write-behind is closed. */
  | 'refused';

/** The result of one write; `failed` if the store could not be asked, or its answer was lost. */
export type WriteResult = Outcome | 'failed';

// LIMITS ----------------------------------------------------------------------

/** Milliseconds before a failed write is repeated: the first pause, and the longest. */
const firstPauseMs = 250;
const maxPauseMs = 10_000;

// WRITE-BEHIND ----------------------------------------------------------------

/** Writes sessions to the store. */
export class WriteBehind {
  readonly #options: WriteBehindOptions;
  /** The sessions with a write due or in progress, the next one first. */
  readonly #progress = new Map<Persistable, Progress>();
  #timer: unknown;
  /** Whether the timer waits for paced sessions alone: for any other that changes it is too late. */
  #isPaced = false;
  readonly #pacing: WritePacing;
  /** Writes what is due, in slices. */
  readonly #work: SlicedWork;
  /** The sessions that the present pass over `#progress` has still to visit. */
  #pass: Iterator<[Persistable, Progress]> | undefined;
  /** Milliseconds until the first of the paced sessions that this pass has left out is due; infinite if it has left out none. */
  #firstDue = Number.POSITIVE_INFINITY;
  #leaveMembership: () => void = () => {};
  /** Failures of the store since its last success. */
  readonly #backoff = new Backoff({ firstPauseMs, maxPauseMs });
  /** Sessions whose last write has failed. On a disk with little space, small ones succeed meanwhile. */
  readonly #unstored = new Set<Persistable>();
  /** Whether the present failure of the store has been reported, and that a session continues unstored because of it. */
  #isReported = false;
  #isUnstoredReported = false;
  /** Whether the last claim failed. Claims may fail while writes succeed, and are then not reported again. */
  #isClaimFailing = false;
  /** When the store has last answered a write or a heartbeat. */
  #answered: number;
  #isClosed = false;

  constructor(options: WriteBehindOptions) {
    this.#options = options;
    this.#work = new SlicedWork(options, () => this.#writeNext());
    this.#answered = monotonic(options.clock);
    this.#pacing = new WritePacing(options.clock);
    if (options.store.damage !== undefined) options.report(ErrorCode.Store, options.store.damage);
    if (!options.store.isVolatile) this.#leaveMembership = options.membership.join(() => void this.#beat());
  }

  /** Whether what is stored is lost with the process: then sessions are written when they are passivated, and not before. */
  get isVolatile(): boolean {
    return this.#options.store.isVolatile;
  }

  /** Whether other nodes reach what is stored. */
  get isShared(): boolean {
    return this.#options.store.isShared;
  }

  /** Whether the store fails at present. */
  get isFailing(): boolean {
    return this.#backoff.failures > 0;
  }

  /** Whether a shared store has not answered for longer than the lease: other nodes may have taken all sessions. */
  get isCutOff(): boolean {
    const { clock, membership } = this.#options;

    return this.isShared && monotonic(clock) - this.#answered > membership.lease;
  }

  /**
   * Whether a session continues in memory alone, because it cannot be stored at present. That is reported until it is
   * over: once for a session that is refused, once for all if the store fails.
   */
  continuesUnstored(session: Persistable): boolean {
    const isRefused = this.#pacing.isRefused(session);
    if (!isRefused && !this.isFailing && !this.#unstored.has(session)) return false;
    const isNew = isRefused ? this.#pacing.isFirstReport(session) : !this.#isUnstoredReported;
    this.#isUnstoredReported ||= !isRefused;
    if (isNew) this.#options.report(ErrorCode.Unstored, unstoredError(session.id), { session: session.id });

    return true;
  }

  // READING -------------------------------------------------------------------

  /** Makes this node the owner of a session; rejects if the store fails, which is reported here. */
  async claim(id: string, force = false): Promise<Claim> {
    const { node, store } = this.#options;
    try {
      const claim = await store.claim(id, node, force);
      this.#isClaimFailing = false;

      return claim;
    } catch (error) {
      if (!this.#isClaimFailing) this.#reportOnce(error);
      this.#isClaimFailing = true;
      throw error;
    }
  }

  /** Moves a stored session that cannot be restored into quarantine, so that an operator can examine it. */
  async quarantine(id: string, fence: number, reason: string): Promise<void> {
    try {
      await this.#options.store.setAside(id, fence, reason);
    } catch (error) {
      this.#failed(error);
    }
  }

  // WRITING -------------------------------------------------------------------

  /** A session has changed. */
  changed(session: Persistable): void {
    if (this.isVolatile || this.#isClosed) return;
    this.#mark(session);
    this.#schedule();
  }

  /**
   * Writes a session for the last time and gives up its ownership. Resolves when that is done, however long the store
   * fails; never if `keep` is called before.
   */
  passivate(session: Persistable): Promise<Outcome> {
    if (this.#isClosed) return Promise.resolve('refused');
    const progress = this.#mark(session);

    return new Promise((resolve) => {
      progress.waiting.push(resolve);
      if (!progress.isBusy) progress.writing = this.#write(session, progress);
    });
  }

  /** Writes a session now, with a new fence. Resolves when it is stored as it is now, another node owns it, or the write has failed. */
  async write(session: Persistable): Promise<WriteResult> {
    if (this.#isClosed) return 'failed';
    while (this.#progress.get(session)?.isBusy) await this.#progress.get(session)?.writing;
    const progress = this.#mark(session);
    progress.writing = this.#write(session, progress, true);

    return progress.writing;
  }

  /** Takes a passivation back: this node keeps the ownership, or takes it again with another write. */
  keep(session: Persistable): void {
    const progress = this.#progress.get(session);
    if (progress === undefined) return;
    progress.isDirty = true;
    progress.waiting.length = 0;
  }

  /** A session has ended: nothing more of it is written. Callers that wait for its passivation get the outcome of the write in progress. */
  forget(session: Persistable): void {
    const progress = this.#progress.get(session);
    this.#progress.delete(session);
    this.#unstored.delete(session);
    this.#pacing.forget(session);
    if (progress !== undefined && !progress.isBusy) this.#over(session, progress, 'refused');
  }

  /** Begins no more writes; the writes in progress are finished. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const { clock, store } = this.#options;
    clock.clearTimeout(this.#timer);
    this.#leaveMembership();
    for (const [session, progress] of this.#progress) if (!progress.isBusy) this.#over(session, progress, 'refused');
    try {
      await store.close();
    } catch (error) {
      this.#reportOnce(error);
    }
  }

  #mark(session: Persistable): Progress {
    const progress = this.#progress.get(session) ?? { isDirty: true, isBusy: false, waiting: [] };
    progress.isDirty = true;
    this.#progress.set(session, progress);

    return progress;
  }

  /** @param pause milliseconds until the first of the paced sessions is due, if no other waits. Default: 0 */
  #schedule(pause = 0): void {
    const isPaced = pause > 0;
    if (this.#isClosed || (this.#timer !== undefined && (isPaced || !this.#isPaced))) return;
    const { clock, store } = this.#options;
    clock.clearTimeout(this.#timer);
    this.#isPaced = isPaced;
    this.#timer = clock.setTimeout(() => this.#writeDue(), Math.max(this.#backoff.pauseMs, store.delay, pause));
  }

  /** Begins a pass over all sessions that are due. */
  #writeDue(): void {
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pass = this.#progress.entries();
    this.#firstDue = Number.POSITIVE_INFINITY;
    this.#work.run();
  }

  /** Writes the next session that is due. Returns whether the pass goes on. */
  #writeNext(): boolean {
    for (let next = this.#pass?.next(); next?.done === false; next = this.#pass?.next()) {
      const [session, progress] = next.value;
      if (!progress.isDirty || progress.isBusy) continue;
      const pause = this.#pacing.pauseOf(session);
      if (pause > 0) {
        this.#firstDue = Math.min(this.#firstDue, pause);
        continue;
      }
      progress.writing = this.#write(session, progress);
      // While the store fails, one is enough to find out whether it still does.
      return !this.isFailing;
    }
    this.#pass = undefined;
    if (Number.isFinite(this.#firstDue)) this.#schedule(this.#firstDue);

    return false;
  }

  async #write(session: Persistable, progress: Progress, renew = false): Promise<WriteResult> {
    progress.isDirty = false;
    progress.isBusy = true;
    const release = progress.waiting.length > 0;
    const outcome = await this.#attempt(session, release, renew);
    progress.isBusy = false;
    if (outcome === 'refused') this.#unstored.delete(session);
    if (outcome !== 'failed' && (outcome !== 'stored' || (release && progress.waiting.length > 0))) {
      this.#over(session, progress, outcome);
    } else if (this.#progress.get(session) === progress) {
      // At the end of the map: a session whose writes always fail must not keep the others from being tried.
      this.#progress.delete(session);
      if (outcome === 'failed') progress.isDirty = true;
      if (progress.isDirty || progress.waiting.length > 0) this.#progress.set(session, progress);
    }
    if (outcome === 'stored' && progress.waiting.length > 0 && this.#progress.get(session) === progress) {
      progress.writing = this.#write(session, progress);
      return outcome;
    }
    // While the store fails, other sessions wait for the result of this write.
    if (this.#progress.size > 0) this.#schedule();

    return outcome;
  }

  /** Writes nothing more of a session; waiting callers get the outcome. */
  #over(session: Persistable, progress: Progress, outcome: Outcome): void {
    if (this.#progress.get(session) === progress) this.#progress.delete(session);
    for (const resolve of progress.waiting.splice(0)) resolve(outcome);
  }

  /** One try at writing a session. */
  async #attempt(session: Persistable, release: boolean, renew: boolean): Promise<WriteResult> {
    const { lifetime, node, store } = this.#options;
    const saved = this.#save(session);
    if (saved === undefined) return 'refused';
    const { image, bytes } = saved;
    try {
      const fence = await store.write({ id: session.id, node, fence: session.fence, bytes, lifetime, release, renew });
      this.#unstored.delete(session);
      this.#pacing.wrote(session, bytes.length, fence !== 0 && !release && this.#progress.has(session));
      this.#recovered();
      if (fence === 0) {
        session.fenced();
        return 'fenced';
      }
      session.fence = fence;
      session.stored(image);

      return 'stored';
    } catch (error) {
      if (this.#progress.has(session)) this.#unstored.add(session);
      this.#failed(error);
      return 'failed';
    }
  }

  /** The snapshot of a session; `undefined` if it cannot be stored, which is reported. */
  #save(session: Persistable): { image: SessionImage; bytes: Uint8Array } | undefined {
    const { largest, report } = this.#options;
    try {
      const image = session.save();
      const bytes = pack(image);
      if (bytes.length <= largest) return { image, bytes };
      throw tooLargeError(session.id, bytes.length, largest);
    } catch (error) {
      if (this.#pacing.refused(session)) report(ErrorCode.Snapshot, error, { session: session.id });
      return undefined;
    }
  }

  // FAILURE -------------------------------------------------------------------

  /** The store has failed. Reported once until it works again. */
  #failed(error: unknown): void {
    this.#reportOnce(error);
    this.#backoff.next();
  }

  #reportOnce(error: unknown): void {
    // What was under way when the store was closed is not a failure of the store.
    if (this.#isClosed && error instanceof TroupeError && error.code === ErrorCode.Closed) return;
    if (!this.#isReported) this.#options.report(ErrorCode.Store, error);
    this.#isReported = true;
  }

  #recovered(): void {
    this.#answered = monotonic(this.#options.clock);
    if (this.#unstored.size === 0) this.#isReported = this.#isUnstoredReported = false;
    if (!this.isFailing) return;
    this.#backoff.reset();
    this.#writeDue();
  }

  /** Sends a heartbeat to the store. */
  async #beat(): Promise<void> {
    const { lifetime, membership, node, store } = this.#options;
    let held: string | undefined;
    try {
      held = await store.beat(node, membership.lease);
    } catch (error) {
      // A heartbeat that was under way when the store was closed has no meaning any more.
      if (!this.#isClosed) this.#failed(error);
      return;
    }
    this.#answered = monotonic(this.#options.clock);
    for (const session of this.#pacing.takeOld(lifetime, held)) this.changed(session);
    if (this.isFailing && this.#progress.size > 0) this.#writeDue();
    else this.#recovered();
  }
}
