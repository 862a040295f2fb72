/**
 * The store: where snapshots of sessions are kept while no process has the session in memory, and beside the process
 * that has, so that the session survives the end of that process. This file says what every store promises.
 *
 * A store keeps bytes under the id of a session. A session has one owner at a time: a node, which is one process. The
 * node that becomes the owner is given a fence, a number above all that were given for the session before. Each write
 * says its fence, and is refused once another node has become the owner.
 *
 * A session that has expired is as if it had never been stored. A removed session leaves its fence for a while, so that
 * an earlier owner cannot bring it back.
 */

import type { TroupeError } from '../platform/errors.js';

// LIMITS ----------------------------------------------------------------------

/** The limits of all stores. */
export const StoreLimit = {
  /** Sessions in quarantine; beyond it the oldest is dropped. */
  maxQuarantined: 100,
  /** Milliseconds that a session stays in quarantine: a week. */
  quarantineMs: 604_800_000,
  /** Sessions in a list, unless the query says another number. */
  maxListed: 1_000,
  /** Milliseconds for which the fence of a removed session is remembered. */
  removedMs: 600_000,
} as const;

// TYPES -----------------------------------------------------------------------

/** A number above 0. No two owners of a session are given the same. */
export type Fence = number;

/** The result of a claim. */
export type Claim =
  /** The node is the owner now, and gets what was stored last. */
  | { readonly kind: 'claimed'; readonly fence: Fence; readonly bytes: Uint8Array }
  /** Another node owns the session and is alive, as far as the store knows. */
  | { readonly kind: 'held'; readonly owner: string }
  /** Nothing is stored under the id, or it has expired. */
  | { readonly kind: 'absent' };

/** What is to be written. */
export interface Entry {
  readonly id: string;
  /** The node that writes. */
  readonly node: string;
  /** The fence the node was given; 0 for a session that is new. */
  readonly fence: Fence;
  readonly bytes: Uint8Array;
  /** Milliseconds for which it is kept from now on, unless it is written again. */
  readonly lifetime: number;
  /** Whether the node gives up the session with this write: the next claim takes it without asking the node. */
  readonly release: boolean;
  /**
   * Whether the node gets a new fence, above all that were given: it is going to answer a client, and what any other node
   * has of the session is out of date from then on, also if the store has lost who owned it. If the result of such a write
   * is lost, the fence before it stays good. A store that is not shared may ignore it. Default: no
   */
  readonly renew?: boolean;
}

/** A session in quarantine: it could not be restored. */
export interface SetAside {
  readonly id: string;
  readonly bytes: Uint8Array;
  /** What went wrong, as text. */
  readonly reason: string;
  /** When, in milliseconds since the epoch. */
  readonly at: number;
}

/** A stored session in a list. */
export interface StoredSummary {
  readonly id: string;
  /** The size of its snapshot, in bytes. */
  readonly bytes: number;
  /** When it was written last, in milliseconds since the epoch. */
  readonly at: number;
  /** The node that owns it and is alive; `undefined` if every node can claim the session. */
  readonly owner: string | undefined;
}

/** What nodes leave for each other: a name and a number that only grows. */
export interface Notice {
  readonly name: string;
  readonly value: number;
}

/** Which sessions are to be listed. */
export interface StoredQuery {
  /** The most that are listed. Default 1,000. */
  readonly most?: number;
}

/**
 * Keeps sessions.
 *
 * All promises reject if the store fails or cannot be reached. The operation may then have been done or not; the
 * caller asks again later. A store itself retries or waits for a connection for about a second at most.
 */
export interface Store {
  /** Whether everything in it ends with the process. A session in use is then not written. */
  readonly isVolatile: boolean;
  /** Whether other processes can read what is stored. A session is then stored with its first page, before its client joins. */
  readonly isShared: boolean;
  /** Milliseconds in which changes of a session are gathered before they are written. 0: each turn is written at once. */
  readonly delay: number;
  /**
   * What the store found damaged when it was opened, and where it moved that; the server reports it. `undefined`, as in
   * most stores, if nothing was.
   */
  readonly damage?: TroupeError | undefined;
  /**
   * Says that a node is alive and still owns its sessions, for so many milliseconds. Called again and again, before that
   * time is over.
   *
   * A store that can lose all that it holds while the node goes on resolves with a name for what it holds: the same for all
   * nodes, and another one after such a loss. Then the node writes its sessions again.
   */
  beat(node: string, lease: number): Promise<string | undefined>;
  /**
   * Makes a node the owner of a session. An owner that claims again gets a new fence. An owner that has released the
   * session, or whose lease is over, is not asked. A claim does not prolong the life of a session.
   *
   * @param force whether the session is taken from an owner that is alive
   */
  claim(id: string, node: string, force?: boolean): Promise<Claim>;
  /**
   * Writes a session. Resolves when the write is as safe as this store makes it, with the fence for the next write; with 0
   * if nothing was written because another node has become the owner.
   *
   * With fence 0 the session is new and the node becomes its owner. That is refused if another node owns what is stored
   * under the id, or wrote it last. What the same node wrote is written again, with a new fence: a first write whose
   * result was lost can be repeated.
   *
   * With any other fence the session is written even if it has expired meanwhile, but not if it was removed. The fence stays
   * the same unless the entry says `renew`.
   *
   * The bytes belong to the caller again when the promise settles; so do the bytes of a claim.
   */
  write(entry: Entry): Promise<Fence>;
  /** Removes a session if the fence is that of its owner; else does nothing. */
  remove(id: string, fence: Fence): Promise<void>;
  /**
   * Removes a session if the fence is that of its owner, and puts its snapshot into quarantine. The last 100 are kept, for
   * a week at most, each with the first 2,000 characters of the reason.
   */
  setAside(id: string, fence: Fence, reason: string): Promise<void>;
  /** The sessions in quarantine, the latest first. */
  listAside(): Promise<readonly SetAside[]>;
  /**
   * Lists stored sessions, those written last first. It does not delay other work: if there are more sessions than can be
   * read in a short time, the list has a part of them, in order.
   *
   * **Note:** optional, as `peek` is: only an inspector calls it. Without it, an inspector lists only the sessions in the
   * memory of its process.
   */
  list?(query?: StoredQuery): Promise<readonly StoredSummary[]>;
  /** The snapshot of a session; `undefined` if nothing is stored. The session is not claimed and does not live longer. */
  peek?(id: string): Promise<Uint8Array | undefined>;
  /**
   * Keeps a notice for so many milliseconds. Resolves when it is as safe as a session that is written.
   *
   * **Note:** optional, as `notices` is. Without them a revocation is known to the nodes that hear it on the bus, and forgotten
   * when they end.
   */
  note?(notice: Notice, lifetime: number): Promise<void>;
  /** All notices since an earlier call, which gave `last`; all that are kept since 0. Some may be given again. */
  notices?(since: number): Promise<{ readonly notices: readonly Notice[]; readonly last: number }>;
  /** Closes what the store holds open. Earlier calls are finished, later ones are refused. */
  close(): Promise<void>;
}
