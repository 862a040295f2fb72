/**
 * Activation: finds a session that a client asks for and that this process does not hold in memory. The session is
 * restored from the store, requested from the node that owns it, forked, or started fresh. The same class gives
 * sessions of this process to other nodes.
 *
 * `session-registry.ts` calls it and keeps the result in its table. It reads the store through `write-behind.ts` and
 * asks other nodes through `ownership-transfer.ts`.
 */

import type { Route } from '../component/component.js';
import type { Clock } from '../platform/clock.js';
import type { Tell } from '../platform/diagnostics.js';
import type { Reporter } from '../platform/error-report.js';
import { ErrorCode, TroupeError, textOf } from '../platform/errors.js';
import { createId } from '../platform/id.js';
import type { RejoinReason } from '../session/join.js';
import type { LiveSession, SessionStart } from '../session/session.js';
import { type Persistable, type SessionImage, unpack } from '../session/session-snapshot.js';
import type { Claim } from '../store/store.js';
import { CloseCode, Reason } from '../wire/protocol.js';
import { OwnershipTransfer, type Peers, type TransferReply, type TransferRequest } from './ownership-transfer.js';
import type { WriteBehind } from './write-behind.js';

// TYPES -----------------------------------------------------------------------

/** Who wants to join which session. */
export interface JoinRequest {
  readonly id: string;
  /** The document that joins. */
  readonly document: string;
  readonly address: string;
  /** What the session is of, to begin anew or go on; `undefined` if there is no such page any more. */
  route(): Route | undefined;
  /** A token of another session for the same page. */
  seal(id: string): string;
}

/** What a recall needs. */
export interface ActivationOptions {
  readonly clock: Clock;
  readonly keeper: WriteBehind;
  /** The name of this process. */
  readonly node: string;
  /** How other nodes are reached. */
  readonly peers: Peers;
  readonly report: Reporter;
  readonly tell: Tell;
  /** A session that is in memory. */
  find(id: string): LiveSession | undefined;
  /** Makes a session, or goes on with one that was stored, and puts it into the table. */
  start(start: SessionStart, address: string): Promise<LiveSession> | LiveSession;
}

/** What a claim has brought. */
type Claimed = Extract<Claim, { kind: 'claimed' }>;

/** What a session begins with that a client wants to enter. */
interface Beginning {
  readonly id?: string;
  readonly fence?: number;
  readonly image?: SessionImage;
  /** Transfer reply if it is a copy. */
  readonly token?: string;
  readonly why?: string;
}

// LIMITS ----------------------------------------------------------------------

/** Milliseconds after which another node that does not give up a session is taken for dead. */
const handOverDeadline = 2_000;

// RECALL ----------------------------------------------------------------------

const fresh: RejoinReason = { reason: Reason.Fresh };

/** Brings sessions back, and gives them up. */
export class Activation {
  readonly #options: ActivationOptions;
  readonly #keeper: WriteBehind;
  readonly #handOver: OwnershipTransfer;
  /** Those that are being brought back. */
  readonly #coming = new Map<string, Promise<LiveSession | CloseCode | undefined>>();

  constructor(options: ActivationOptions) {
    const { clock, keeper, node, peers } = options;
    this.#options = options;
    this.#keeper = keeper;
    const give = (wanted: TransferRequest): Promise<TransferReply> => this.#give(wanted);
    this.#handOver = new OwnershipTransfer({ clock, deadline: handOverDeadline, node, peers, give });
  }

  /** Asks other nodes for nothing more, and gives them nothing. */
  close(): void {
    this.#handOver.close();
  }

  // BRINGING BACK -------------------------------------------------------------

  /**
   * The session from the store, or from the node that owns it; `undefined` if neither has it, or if another page load is
   * connected to it and there may be no fork. `TryLater` while the store cannot answer. Simultaneous calls for one id
   * share the result.
   *
   * @throws TroupeError `closed`
   */
  bringBack(entrance: JoinRequest, mayFork: boolean): Promise<LiveSession | CloseCode | undefined> {
    const coming = this.#coming.get(entrance.id);
    if (coming !== undefined) {
      return coming.then((brought) => (typeof brought === 'number' ? brought : this.#again(entrance, mayFork)));
    }
    const brought = this.#claim(entrance, mayFork).finally(() => this.#coming.delete(entrance.id));
    this.#coming.set(entrance.id, brought);

    return brought;
  }

  /** Another has brought it back meanwhile. */
  #again(entrance: JoinRequest, mayFork: boolean): LiveSession | CloseCode | undefined {
    const found = this.#options.find(entrance.id);
    if (found === undefined || !found.client.isConnected) return found;

    if (found.client.load === entrance.document) return found;

    return mayFork ? CloseCode.TryLater : undefined;
  }

  async #claim(entrance: JoinRequest, mayFork: boolean): Promise<LiveSession | CloseCode | undefined> {
    const keeper = this.#keeper;
    const { id, document } = entrance;
    const begun = performance.now();
    try {
      let claim = await keeper.claim(id);
      if (claim.kind === 'held') {
        const given = await this.#handOver.ask(claim.owner, { id, document, mayFork });
        if (given.kind === 'busy') return mayFork ? CloseCode.TryLater : undefined;
        if (given.kind === 'forked') return await this.#claimCopy(entrance, given.id);
        claim = await keeper.claim(id, given.kind === 'absent');
      }
      if (claim.kind === 'held') return CloseCode.TryLater;

      return claim.kind === 'absent' ? undefined : await this.#restore(entrance, claim, begun);
    } catch (error) {
      if (error instanceof TroupeError && error.code !== ErrorCode.Store) throw error;
      // A store that fails may have the session: to begin anew would be to lose it. The failure is reported by `claim`.
      return CloseCode.TryLater;
    }
  }

  /** A copy that another node has made of the session it goes on with. */
  async #claimCopy(entrance: JoinRequest, id: string): Promise<LiveSession | CloseCode> {
    const claim = await this.#keeper.claim(id);
    if (claim.kind !== 'claimed') return CloseCode.TryLater;

    return this.#begin(entrance, { id, fence: claim.fence, image: unpack(claim.bytes), token: entrance.seal(id) });
  }

  /** A fresh session under the id of one that is gone. */
  beginAnew(entrance: JoinRequest): Promise<LiveSession | CloseCode> {
    return this.#begin(entrance, {});
  }

  /** A session from what was stored; a fresh one if that is of no use. */
  async #restore(entrance: JoinRequest, { fence, bytes }: Claimed, begun: number): Promise<LiveSession | CloseCode> {
    try {
      const image = unpack(bytes);
      const session = await this.#begin(entrance, { fence, image });
      const took = performance.now() - begun;
      if (typeof session !== 'number') this.#options.tell('activated', { session: session.id, from: image.node, took });

      return session;
    } catch (error) {
      // The server was closed meanwhile. The snapshot is good, and another process restores it.
      if (error instanceof TroupeError && error.code === ErrorCode.Closed) throw error;
      const isOld = error instanceof TroupeError && error.code === ErrorCode.Version;
      this.#options.report(isOld ? ErrorCode.Version : ErrorCode.Snapshot, error, { session: entrance.id });
      if (isOld) return this.#begin(entrance, { fence, why: 'version' });
      await this.#keeper.setAside(entrance.id, fence, textOf(error));

      return this.#begin(entrance, { why: 'damaged' });
    }
  }

  /** Puts a session into the table: from an image, or else a fresh one for a page that shows one that is gone. */
  #begin(
    entrance: JoinRequest,
    { id = entrance.id, fence, image, token, why }: Beginning
  ): Promise<LiveSession | CloseCode> {
    const route = entrance.route();
    if (route === undefined) return Promise.resolve(CloseCode.Reload);
    const { component, props } = route;
    const rejoin = image === undefined ? fresh : token && ({ reason: Reason.Forked, token } as const);
    const start: SessionStart = {
      id,
      component,
      props,
      fence: fence ?? 0,
      image,
      why,
      rejoin: rejoin || undefined,
    };

    return Promise.resolve(this.#options.start(start, entrance.address));
  }

  /** A copy of a session that another document is connected to. */
  fork(original: LiveSession, entrance: JoinRequest): Promise<LiveSession | CloseCode> {
    const id = createId();

    return this.#begin(entrance, { id, image: original.copy(), token: entrance.seal(id) });
  }

  // GIVING UP -----------------------------------------------------------------

  /** Another node wants a session. */
  async #give({ id, document, mayFork }: TransferRequest): Promise<TransferReply> {
    const session = this.#options.find(id);
    if (session === undefined) return { kind: 'absent' };
    session.tree.catchUp();
    if (session.client.isConnected && session.client.load !== document) {
      return mayFork ? this.#giveCopy(session) : { kind: 'busy' };
    }
    // Not as replaced: a client that has come back here, while it was asked for there, joins again.
    session.client.dismiss(CloseCode.GoingAway, 'The page has joined on another node.');
    const begun = performance.now();
    const outcome = await this.#keeper.putAway(session);
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
    const outcome = await this.#keeper.putAway(copy);

    return outcome === 'stored' ? { kind: 'forked', id } : { kind: 'busy' };
  }
}
