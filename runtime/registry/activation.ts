/**
 * Activation: finds a session that a client asks for and that this process does not hold in memory. It returns how the
 * session starts: restored from the store, given up by the node that owned it, forked, or fresh. The same class gives
 * sessions of this process to other nodes.
 *
 * `session-registry.ts` calls it, starts the session and keeps it in its table. It reads the store through
 * `write-behind.ts` and asks other nodes through `ownership-transfer.ts`.
 */

import type { Route } from '../component/component.js';
import { PageOutcome } from '../component/outcome.js';
import type { Clock } from '../platform/clock.js';
import type { Tell } from '../platform/diagnostics.js';
import type { Reporter } from '../platform/error-report.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { createId } from '../platform/id.js';
import type { RejoinReason } from '../session/join.js';
import type { LiveSession, SessionStart } from '../session/session.js';
import { type Persistable, type SessionImage, unpack } from '../session/session-snapshot.js';
import type { Claim } from '../store/store.js';
import { CloseCode, Reason } from '../wire/protocol.js';
import { OwnershipTransfer, type Peers, type TransferReply, type TransferRequest } from './ownership-transfer.js';
import type { WriteBehind } from './write-behind.js';

// TYPES -----------------------------------------------------------------------

/** A client that asks to join a session. */
export interface JoinRequest {
  /** The id of the session. */
  readonly id: string;
  /** The page load that joins. */
  readonly load: string;
  readonly address: string;
  /** Whether it may enter a session that exists, but not begin a fresh one. Default: no */
  readonly isExpired?: boolean;
  /** The page of the session, to start it fresh or to restore it; `undefined` if the page does not exist any more. */
  route(): Route | undefined;
  /** A token of another session for the same page. */
  seal(id: string): string;
}

/** What activation needs. */
export interface ActivationOptions {
  readonly clock: Clock;
  /** The name of this process. */
  readonly node: string;
  /** How other nodes are reached. */
  readonly peers: Peers;
  readonly report: Reporter;
  readonly tell: Tell;
  readonly writeBehind: WriteBehind;
  /** A session that is in memory. */
  find(id: string): LiveSession | undefined;
}

/** How an activated session starts; or the close code of a join that is refused. */
export type Activated = SessionStart | CloseCode;

/** The result of an activation: the session, or the close code of a join that is refused; `undefined` without a session. */
type Result = LiveSession | CloseCode | undefined;

/** What is known of a session that is activated; all of it is absent for a fresh one. */
interface Found {
  readonly id?: string;
  readonly fence?: number;
  readonly image?: SessionImage;
  /** The token of a copy. */
  readonly token?: string;
  readonly why?: string;
}

// LIMITS ----------------------------------------------------------------------

/** Milliseconds after which another node that does not give up a session is treated as dead. */
const transferDeadlineMs = 2_000;

// ACTIVATION ------------------------------------------------------------------

const fresh: RejoinReason = { reason: Reason.Fresh };

/** Finds sessions that are not in memory, and gives sessions to other nodes. */
export class Activation {
  readonly #options: ActivationOptions;
  readonly #transfer: OwnershipTransfer;
  /** The activations in progress, by the id of the session. */
  readonly #activating = new Map<string, Promise<Result>>();

  constructor(options: ActivationOptions) {
    const { clock, node, peers } = options;
    this.#options = options;
    const give = (request: TransferRequest): Promise<TransferReply> => this.#give(request);
    this.#transfer = new OwnershipTransfer({ clock, deadline: transferDeadlineMs, node, peers, give });
  }

  /** Asks other nodes for nothing more, and gives them nothing. */
  close(): void {
    this.#transfer.close();
  }

  // ACTIVATING ----------------------------------------------------------------

  /** Runs an activation. Simultaneous calls for one id share the first one. */
  share(request: JoinRequest, mayFork: boolean, activate: () => Promise<Result>): Promise<Result> {
    const { id } = request;
    const activating = this.#activating.get(id);
    if (activating !== undefined) {
      return activating.then((result) => (typeof result === 'number' ? result : this.#found(request, mayFork)));
    }
    const activation = activate().finally(() => this.#activating.delete(id));
    this.#activating.set(id, activation);

    return activation;
  }

  /** The session that another call has activated. */
  #found(request: JoinRequest, mayFork: boolean): Result {
    const found = this.#options.find(request.id);

    return found !== undefined && hasOther(found, request) ? busy(mayFork) : found;
  }

  /**
   * The session from the store, or from the node that owns it; `undefined` if neither has it, or if another page load is
   * connected to it and there may be no fork. Rejects if the store fails or is closed, or if a copy cannot be read.
   *
   * @param mayFork whether it may be a copy if another page load is connected to the session
   */
  async find(request: JoinRequest, mayFork: boolean): Promise<Activated | undefined> {
    const { writeBehind } = this.#options;
    const { id, load } = request;
    let claim = await writeBehind.claim(id);
    if (claim.kind === 'held') {
      const reply = await this.#transfer.ask(claim.owner, { id, load, mayFork });
      if (reply.kind === 'busy') return busy(mayFork);
      if (reply.kind === 'forked') return this.#claimCopy(request, reply.id);
      claim = await writeBehind.claim(id, reply.kind === 'absent');
    }
    if (claim.kind === 'held') return CloseCode.TryLater;

    return claim.kind === 'absent' ? undefined : this.#restore(request, claim);
  }

  /** A copy that another node has made of the session that it keeps. */
  async #claimCopy(request: JoinRequest, id: string): Promise<Activated> {
    const claim = await this.#options.writeBehind.claim(id);
    if (claim.kind !== 'claimed') return CloseCode.TryLater;

    return startOf(request, { id, fence: claim.fence, image: unpack(claim.bytes), token: request.seal(id) });
  }

  #restore(
    request: JoinRequest,
    { fence, bytes }: Extract<Claim, { kind: 'claimed' }>
  ): Promise<Activated> | Activated {
    try {
      return startOf(request, { fence, image: unpack(bytes) });
    } catch (error) {
      return this.replace(request, fence, error);
    }
  }

  /**
   * A fresh session in place of a stored one that cannot be restored. Moves a damaged snapshot into quarantine.
   *
   * @throws `error` if the snapshot is good: TroupeError `closed`, and another process restores it, or an outcome
   */
  async replace(request: JoinRequest, fence: number, error: unknown): Promise<Activated> {
    const { report, writeBehind } = this.#options;
    if (error instanceof PageOutcome || (error instanceof TroupeError && error.code === ErrorCode.Closed)) throw error;
    const code = error instanceof TroupeError ? error.code : ErrorCode.Snapshot;
    const reported = report(code === ErrorCode.Version ? code : ErrorCode.Snapshot, error, { session: request.id });
    if (code === ErrorCode.Version) return startOf(request, { fence, why: 'version' });
    // Not the message, which may quote the state: others can read what a store holds.
    await writeBehind.quarantine(request.id, fence, `${code}, reported as ${reported}`);

    return startOf(request, { why: 'damaged' });
  }

  /** The close code of a join whose activation failed because the store did, which is reported. Throws every other error again. */
  refuse(error: unknown): CloseCode {
    if (error instanceof TroupeError && error.code !== ErrorCode.Store) throw error;

    // A store that fails may hold the session: a fresh one would replace it.
    return CloseCode.TryLater;
  }

  /** The close code of a join that begins no session although there is no fault. Throws every other error again. */
  refuseEntry(error: unknown, isClosed: boolean): CloseCode {
    // The page is loaded again, and the request answered with the outcome.
    if (error instanceof PageOutcome) return CloseCode.Reload;
    // The server was closed during the activation: the client finds the session through another process.
    if (isClosed && error instanceof TroupeError && error.code === ErrorCode.Closed) return CloseCode.TryLater;

    throw error;
  }

  /** A fresh session under the id of one that is gone. */
  startFresh(request: JoinRequest): Activated {
    return startOf(request, {});
  }

  /** A copy of a session that another page load is connected to. */
  fork(original: LiveSession, request: JoinRequest): Activated {
    const id = createId();

    return startOf(request, { id, image: original.copy(), token: request.seal(id) });
  }

  // GIVING --------------------------------------------------------------------

  /** Another node requests a session. */
  async #give({ id, load, mayFork }: TransferRequest): Promise<TransferReply> {
    const session = this.#options.find(id);
    if (session === undefined) return { kind: 'absent' };
    session.tree.catchUp();
    if (hasOther(session, { load })) return mayFork ? this.#giveCopy(session) : { kind: 'busy' };
    // Its page keeps no events, and what the store has is out of date: only this node can answer for it.
    if (session.isUnstored && (await this.#options.writeBehind.write(session)) === 'refused') return { kind: 'busy' };
    // Not as replaced: a client that has come back here while the other node asked for its session joins again.
    session.client.dismiss(CloseCode.GoingAway, 'The page has joined on another node.');
    session.advance('requested');
    const begun = performance.now();
    const outcome = await this.#options.writeBehind.passivate(session);
    session.advance(outcome);
    // The session is the other node's even if a client has joined it here in the meantime.
    session.stop();
    if (outcome === 'stored') this.#options.tell('passivated', { session: id, took: performance.now() - begun });

    return { kind: outcome === 'stored' ? 'released' : 'absent' };
  }

  async #giveCopy(session: LiveSession): Promise<TransferReply> {
    const id = createId();
    let image: SessionImage;
    try {
      image = session.copy();
    } catch (error) {
      this.#options.report(ErrorCode.Snapshot, error, { session: session.id });
      return { kind: 'busy' };
    }
    const copy: Persistable = { id, fence: 0, save: () => image, stored: () => undefined, fenced: () => undefined };
    const outcome = await this.#options.writeBehind.passivate(copy);

    return outcome === 'stored' ? { kind: 'forked', id } : { kind: 'busy' };
  }
}

// STARTS ----------------------------------------------------------------------

/** The start of a session: from an image, or else a fresh one for a page whose session is gone. */
function startOf(request: JoinRequest, { id = request.id, fence = 0, image, token, why }: Found): Activated {
  const route = request.route();
  if (route === undefined) return CloseCode.Reload;
  if (image === undefined && request.isExpired === true) return CloseCode.Refused;
  const { component, props } = route;

  return { id, component, props, fence, image, why, rejoin: rejoinOf(image, token) };
}

/** Why the client gets the whole page; `undefined` for a session that it knows. */
function rejoinOf(image: SessionImage | undefined, token: string | undefined): RejoinReason | undefined {
  if (image === undefined) return fresh;
  if (isUnheard(image)) return { reason: Reason.Fresh, token };

  return token === undefined ? undefined : { reason: Reason.Forked, token };
}

/** Whether a session was fresh when it was stored, and no page knew: it has a name of its own in the ids of effects, and no page loads. */
const isUnheard = ({ lineage, loads }: SessionImage): boolean => lineage !== undefined && loads.length === 0;

/** The result if another page load is connected to the session: a join is tried again, a reload gets a new session. */
const busy = (mayFork: boolean): CloseCode | undefined => (mayFork ? CloseCode.TryLater : undefined);

/** Whether another page load than the one that joins is connected to a session. */
export function hasOther({ client }: LiveSession, { load }: Pick<JoinRequest, 'load'>): boolean {
  return client.isConnected && client.load !== load;
}
