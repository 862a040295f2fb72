/**
 * The store: where the state of sessions is kept while no process holds it, and beside the process that
 * does, so that it survives its end. This file says what every store promises; `store/` has one in memory,
 * one on disk and one in Redis, and others can stand in their place.
 *
 * What is stored is bytes to a store (`session-snapshot.ts` makes and reads them), under the session's id. Each
 * session has one owner at a time, a node: one process that holds it. Whoever becomes the owner is given a
 * fence, a number no other owner of the session has and above all that were given before; whatever is written
 * says its fence, and is refused once another has become the owner.
 *
 * What has expired is as if it had never been. What was removed leaves its fence behind for a while, so that
 * whoever owned it before cannot bring it back.
 */

// LIMITS ----------------------------------------------------------------------

/** What all stores keep to. Durations are in milliseconds. */
export const StoreLimit = {
  /** Session registry kept apart; beyond it the oldest goes. */
  aside: 100,
  /** How long such a session is kept: a week. */
  asideTime: 604_800_000,
  /** Session registry that are listed, unless somebody asks for more. */
  listed: 1_000,
  /** How long the fence of a removed session is remembered. */
  removedTime: 600_000,
} as const;

// TYPES -----------------------------------------------------------------------

/** A number above 0 that nobody else who has owned the session was given. */
export type Fence = number;

/** What became of a claim. */
export type Claim =
  /** Whoever asked is the owner now, and gets what was stored last. */
  | { readonly kind: 'claimed'; readonly fence: Fence; readonly bytes: Uint8Array }
  /** Another node owns it and is alive, as far as the store knows. */
  | { readonly kind: 'held'; readonly owner: string }
  /** Nothing is stored under the id, or it has expired. */
  | { readonly kind: 'absent' };

/** What is to be written. */
export interface Entry {
  readonly id: string;
  /** The node that writes. */
  readonly node: string;
  /** The fence it was given; 0 for a session that is new. */
  readonly fence: Fence;
  readonly bytes: Uint8Array;
  /** Milliseconds it is kept from now on, unless it is written again. */
  readonly lifetime: number;
  /** Whether the node gives the session up with this: the next to claim it need not ask. */
  readonly release: boolean;
}

/** A session that could not be brought back, for somebody to look at. */
export interface SetAside {
  readonly id: string;
  readonly bytes: Uint8Array;
  /** What went wrong, as text. */
  readonly reason: string;
  /** When, in milliseconds since the epoch. */
  readonly at: number;
}

/** A session that is stored, as a list shows it. */
export interface StoredSummary {
  readonly id: string;
  /** How many it takes. */
  readonly bytes: number;
  /** When it was written last, in milliseconds since the epoch; 0 if an earlier version has written it, which did not say. */
  readonly at: number;
  /** The node that owns it and is alive, as a claim would find; `undefined` of one that anybody can claim. */
  readonly owner: string | undefined;
}

/** What is to be listed. */
export interface StoredQuery {
  /** How many at the most. Default 1,000. */
  readonly most?: number;
}

/**
 * Keeps sessions.
 *
 * All promises reject if the store fails or cannot be reached; then what was asked for may have been done
 * or not, and is asked again later. A store does not retry or wait for a connection by itself for longer than
 * a second or so.
 */
export interface Store {
  /** Whether all of it ends with the process: then a session that is in use is not written. */
  readonly isVolatile: boolean;
  /** Whether other processes reach what is stored: then a session is stored as soon as there is a page of it, wherever that is going to join. */
  readonly isShared: boolean;
  /** Milliseconds in which changes of a session are gathered before they are written. 0: each turn is written at once. */
  readonly delay: number;
  /**
   * Tells that a node is alive and goes on owning what it owns, for so many milliseconds. Called again and
   * again, before that is over.
   */
  beat(node: string, lease: number): Promise<void>;
  /**
   * Makes a node the owner of a session and gives what is stored. One that owns it already gets a new fence.
   * An owner that has released the session, or has not given a sign of life in time, is not asked. A claim
   * makes nothing live longer.
   *
   * @param force whether it is to be taken from an owner that is alive
   */
  claim(id: string, node: string, force?: boolean): Promise<Claim>;
  /**
   * Writes a session. Resolves, when that is as safe as this store makes it, with the fence to write with the
   * next time; 0 if nothing was written because another has become the owner.
   *
   * With fence 0 the session is new and the node becomes its owner; it is refused if something is stored under
   * the id that another node owns or wrote last. (What the same node wrote is written again, with a new fence:
   * so a first write of which nobody knows whether it was done can be asked for again.)
   * With any other fence it is written even if what was stored has expired meanwhile, and not if it was removed.
   *
   * The bytes belong to the caller again when the promise settles; so do those a claim gives.
   */
  write(entry: Entry): Promise<Fence>;
  /** Removes a session, if the fence is still that of its owner; else does nothing. */
  remove(id: string, fence: Fence): Promise<void>;
  /**
   * Removes a session, if the fence is still that of its owner, and keeps what was stored apart: the last 100,
   * for a week at the most, and of the reason the first 2,000 characters.
   */
  setAside(id: string, fence: Fence, reason: string): Promise<void>;
  /** What was set aside, the latest first. */
  listAside(): Promise<readonly SetAside[]>;
  /**
   * Which sessions are stored, for somebody who looks, those written last first. It holds nobody up: where there are
   * more than can be looked through in little time, it is some of them, and those are in order.
   *
   * **Note:** optional, as `peek` is, because nothing but an inspector asks. Without it sessions that are in no
   * process's memory are not listed there.
   */
  list?(query?: StoredQuery): Promise<readonly StoredSummary[]>;
  /** What is stored of a session; `undefined` if nothing is. It is left as it is: not claimed, and living no longer. */
  peek?(id: string): Promise<Uint8Array | undefined>;
  /** Lets go of what it holds open; what was asked for before is finished, what is asked for after it is refused. */
  close(): Promise<void>;
}
