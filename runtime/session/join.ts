/**
 * The join decision: how a session answers a client that joins. It is one pure function of what the session
 * knows of its client and what the client says; `session.ts` and `client-link.ts` carry the decision out.
 *
 * The protocol's view of the same is in `protocol.ts`, "Joining", "Page loads" and "Reasons".
 */

import type { Arrival } from '../component/component.js';
import { type ClientFrame, type ClientKind, CloseCode, Reason } from '../wire/protocol.js';
import type { SentFrame } from './send-window.js';
import type { SessionImage } from './session-snapshot.js';

// TYPES -----------------------------------------------------------------------

/** The first frame of a connection. */
export type JoinFrame = Extract<ClientFrame, { kind: typeof ClientKind.Join }>;

/** Why a client gets the whole page although it did not ask for it: it knows another session, or another state of this one. */
export interface RejoinReason {
  readonly reason: typeof Reason.Restored | typeof Reason.Fresh | typeof Reason.Forked;
  /** The token of the session, if it is not the one of the page. */
  readonly token?: string | undefined;
}

/** What a client that resumes has missed. */
export interface Missed {
  /** The frames after the last one that it has applied. */
  readonly frames: readonly SentFrame[];
  /** How many events are processed besides those that these frames report. */
  readonly events: number;
}

/** What a session knows of its client when a join arrives. */
export interface JoinState {
  /** Whether the session has ended. */
  readonly isOver: boolean;
  /** The page load that has the session, '' if none has had it. */
  readonly load: string;
  /** Whether that page load has joined already on a connection that it opened after this one. */
  readonly isOvertaken: boolean;
  /** Whether a join was answered since this link was made: only then there is a client tree. */
  readonly hasTree: boolean;
  /** The number of the last event that is processed. */
  readonly processed: number;
  /** Whether events wait in the mailbox. */
  readonly hasEvents: boolean;
  /** Whether the client has a valid adoption ticket: its first page shows the present state, and was not adopted yet. */
  readonly hasTicket: boolean;
  /** Why the whole page is sent, until the client has acknowledged a frame after that. */
  readonly rejoin: RejoinReason | undefined;
  /** As long as `rejoin` is set: the number of the client's last frame when it was sent. */
  readonly unseen: number | undefined;
  /** The number of the last frame with the whole page. */
  readonly whole: number;
  /** What is sent to a client that resumes; `undefined` if it has to get the whole page instead. */
  readonly missed: Missed | undefined;
}

/** How a join is answered. */
export type JoinDecision =
  /** The connection is closed. */
  | { readonly kind: 'refuse'; readonly code: CloseCode; readonly reason: string }
  /** The client keeps the page as the server has rendered it. */
  | { readonly kind: 'adopt'; readonly isTakeover: boolean }
  /** The client gets the whole page, frames are counted from 0. */
  | { readonly kind: 'render'; readonly isTakeover: boolean; readonly rejoin: RejoinReason }
  /** The client gets the whole page, both go on counting. */
  | { readonly kind: 'rerender' }
  /** The client gets what it has missed. */
  | { readonly kind: 'resume'; readonly missed: Missed };

// DECISION --------------------------------------------------------------------

/**
 * Decides how a join is answered.
 *
 * A *takeover* is a join whose counts of events are not those of this link: of another page load, of one that was
 * there before the session was restored, or of one that was served by another node meanwhile. What waits in the mailbox
 * is processed before it is answered.
 */
export function decideJoin(state: JoinState, frame: JoinFrame): JoinDecision {
  if (state.isOver) return { kind: 'refuse', code: CloseCode.GoingAway, reason: 'The session has ended.' };
  const isSame = frame.load === state.load;
  if (isSame && state.isOvertaken) {
    return { kind: 'refuse', code: CloseCode.Replaced, reason: 'The page has joined on a later connection.' };
  }
  const { rejoin } = state;
  const isUnaware = hasMissedRejoin(state, frame);
  // No page shows a fresh session that it has not heard of, whatever its ticket.
  if (rejoin?.reason === Reason.Fresh && (!isSame || isUnaware)) return { kind: 'render', isTakeover: true, rejoin };
  const isTakeover = !isSame || !state.hasTree || frame.processed > state.processed;
  if (canAdopt(state, frame, isTakeover)) return { kind: 'adopt', isTakeover };
  if (isTakeover || frame.frame === 0 || isUnaware) {
    return { kind: 'render', isTakeover, rejoin: rejoin ?? { reason: Reason.Restored } };
  }
  if (state.missed === undefined || frame.frame < state.whole) return { kind: 'rerender' };

  return { kind: 'resume', missed: state.missed };
}

/** Whether the client has not applied the frame that said why it gets the whole page. */
function hasMissedRejoin({ rejoin, hasTree, unseen }: JoinState, { frame }: JoinFrame): boolean {
  return rejoin !== undefined && (!hasTree || frame === unseen);
}

/** A first page can be adopted as long as it shows the present state. A copy has a page of its original. */
function canAdopt({ hasEvents, hasTicket, rejoin }: JoinState, { frame }: JoinFrame, isTakeover: boolean): boolean {
  const changesBefore = isTakeover && hasEvents;

  return hasTicket && frame === 0 && rejoin?.reason !== Reason.Forked && !changesBefore;
}

// ORIGIN ----------------------------------------------------------------------

/** What the components get as `onArrival` of a session that its client does not know in this state. */
export function originOf(
  { reason }: RejoinReason,
  image: SessionImage | undefined,
  why: string | undefined
): Omit<Arrival, 'node' | 'reloaded'> {
  if (reason === Reason.Fresh) return { reason: 'fresh', from: undefined, stored: undefined, why };

  return { reason: reason === Reason.Forked ? 'forked' : 'restored', from: image?.node, stored: image?.at, why };
}
