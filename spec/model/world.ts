/**
 * The state of the model of ownership, acknowledgement and page loads: a store, two nodes with at most one session each,
 * and a browser tab. All of it is plain data. `nodes.ts` has the steps of the nodes, `page.ts` those of the tab.
 *
 * A session is here the list of the events that it contains. What the real code keeps in objects is taken out of them
 * after each step and put back before the next one: `event-counter.ts`, `page-loads.ts`, `outbox.ts`.
 */

import { EventCounter, type EventCounts } from '../../runtime/session/event-counter.js';
import type { PageLoadRecord } from '../../runtime/session/page-loads.js';
import type { EventRange, Reason } from '../../runtime/wire/protocol.js';

// RULES -----------------------------------------------------------------------

/** What the model is asked to do otherwise than the code does: each of these breaks a promise. */
export interface Rules {
  /** A node answers for a session that it has in memory although the store fails. */
  readonly answersUnproven: boolean;
  /** A node answers for a session that it has in memory with the fence that it has: the write proves ownership, and renews nothing. */
  readonly keepsFence: boolean;
  /** A node answers for a fresh session before that is stored. */
  readonly answersUnstored: boolean;
  /**
   * Once its join is answered, a page load counts inherited events as its own, under its own name. The session knows
   * which those are, and the store knows it from the next write on.
   */
  readonly renamesInherited: boolean;
}

/** How often each of these happens at the most. */
export interface Budget {
  readonly clicks: number;
  /** Connections that are cut. */
  readonly cuts: number;
  /** Nodes that lose contact with the store and the other node. */
  readonly outages: number;
  readonly crashes: number;
  readonly reloads: number;
  /** Writes whose reply is lost. */
  readonly lostReplies: number;
  /** Times that the store fails and has lost its last write. */
  readonly losses: number;
  /** Times that the store has lost all that it held. */
  readonly forgets: number;
}

// STATE -----------------------------------------------------------------------

/** An event is known by a number of its own, whatever the code calls it. They are made in order: 1, 2, 3. */
export type EventId = number;

/** What is stored of a session. */
export interface Image {
  readonly log: readonly EventId[];
  readonly loads: readonly PageLoadRecord[];
  readonly tickets: number;
  readonly ticketAt: number;
  /** What the ids of its effects begin with. */
  readonly lineage: string;
  /** Under the rule `renamesInherited`: which events the first ones of a page load are. */
  readonly aliases: { readonly [load: string]: readonly EventRange[] };
}

/** What the store holds. */
export interface StoredRecord {
  image: Image;
  owner: string;
  isReleased: boolean;
  /** The image before the last write, as long as the store can lose that write. */
  previous: Image | null;
  /** The fence with which the owner has asked for a new one, until it is known that the owner has got that. */
  before: number | null;
  /** Counted from 1 in the order of the fences that are still in use. */
  fence: number;
}

/** What a join says. */
export interface ModelJoin {
  readonly load: string;
  readonly names: readonly EventRange[];
  readonly sent: number;
  readonly frame: number;
  readonly processed: number;
  readonly durable: number;
}

/** A frame to the client. */
export type Frame =
  | { kind: 'adopt'; processed: number; late: number; log: readonly EventId[] }
  | { kind: 'render'; processed: number; late: number; log: readonly EventId[]; reason: Reason }
  | { kind: 'patch'; processed: number; late: number; from: readonly EventId[]; log: readonly EventId[] }
  | { kind: 'acknowledge'; processed: number; late: number }
  | { kind: 'close' };

/** A session in the memory of a node, with what its client link knows. */
export interface ModelSession {
  fence: number;
  log: readonly EventId[];
  loads: readonly PageLoadRecord[];
  /** The last join. */
  join: ModelJoin | null;
  counts: EventCounts;
  /** What the client shows once it has applied all frames; `null` before the first join. */
  content: readonly EventId[] | null;
  rejoin: Reason | null;
  unseen: number | null;
  /** The number of the last frame that the client has acknowledged, and the frames after it. */
  acknowledged: number;
  frames: readonly Frame[];
  whole: number;
  /** Whether it has the connection of the page. */
  isConnected: boolean;
  isDirty: boolean;
  tickets: number;
  ticketAt: number;
  lineage: string;
  aliases: { readonly [load: string]: readonly EventRange[] };
}

/** A node. */
export interface ModelNode {
  /** Another after each crash. */
  name: string;
  /** Whether it reaches the store and the other node. */
  isOnline: boolean;
  session: ModelSession | null;
}

/** The page in the tab. */
export interface ModelPage {
  load: string;
  names: readonly EventRange[];
  durable: number;
  processed: number;
  /** How many durable events it knows to be lost. */
  lost: number;
  /** The events that this page load has kept until they were durable. */
  gone: readonly EventId[];
  /** The events that are kept. */
  events: readonly EventId[];
  frame: number;
  /** Frames applied and not acknowledged. */
  unacknowledged: number;
  shows: readonly EventId[];
  isBound: boolean;
  /** Whether it was loaded with what is not of its session. */
  isAstray: boolean;
  ticket: number;
}

/** The connection of the page. */
export interface ModelConnection {
  readonly node: number;
  isAnswered: boolean;
  up: { readonly events: readonly EventId[]; readonly frames: number }[];
  down: Frame[];
}

/** All. */
export interface World {
  budget: { -readonly [name in keyof Budget]: number };
  /** `null` if the session was never stored. */
  store: StoredRecord | null;
  nodes: [ModelNode, ModelNode];
  page: ModelPage;
  connection: ModelConnection | null;
  /** Events of all page loads that the client knows to be durable. */
  durable: readonly EventId[];
  /** Those of them that the page was told are lost. */
  lost: readonly EventId[];
  /** Whether the store has lost a write. */
  hasLoss: boolean;
  made: number;
  /** Which event has led to the effect of an id. */
  effects: { [id: string]: EventId };
  /** The promise that the last step has broken. */
  broken: string | null;
}

// BEGINNING -------------------------------------------------------------------

/** A session in the memory of a node that no client has joined there. */
export function createModelSession(fence: number, image: Image, rejoin: Reason | null = null): ModelSession {
  return {
    ...{ ...image, fence, rejoin, join: null, content: null, unseen: null, acknowledged: 0, frames: [], whole: 0 },
    ...{ counts: new EventCounter(image.loads.at(-1)?.applied).counts, isConnected: false, isDirty: false },
  };
}

/** Of a session that has just begun. */
export function firstImage(lineage: string, tickets: number): Image {
  return { log: [], loads: [], tickets, ticketAt: tickets - 1, lineage, aliases: {} };
}

/**
 * Node A has rendered a first page; the tab shows it and has not joined yet.
 *
 * @param isStored whether the session is stored; if not, A does not reach the store
 */
export function createWorld(budget: Budget, isStored = true): World {
  const image = firstImage('', 1);
  const page: ModelPage = {
    ...{ load: 'a', names: [['a', 1, 0]], durable: 0, processed: 0, lost: 0, gone: [], events: [] },
    ...{ frame: 0, unacknowledged: 0, shows: [], isBound: false, isAstray: false, ticket: 1 },
  };

  return {
    budget: { ...budget },
    store: isStored ? { image, owner: 'A1', isReleased: false, previous: null, before: null, fence: 1 } : null,
    nodes: [
      { name: 'A1', isOnline: isStored, session: createModelSession(Number(isStored), image) },
      { name: 'B1', isOnline: true, session: null },
    ],
    page,
    connection: null,
    durable: [],
    lost: [],
    hasLoss: false,
    made: 0,
    effects: {},
    broken: null,
  };
}
