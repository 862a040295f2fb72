/**
 * The life of a session in memory: one value, and one pure function from it and an event to the next value.
 *
 *     dormant -> attached <-> detached -> passivating -> passivated
 *                                      -> moving      -> passivated, for another node
 *
 * `session.ts` holds the value and applies a change to the session itself: it starts and stops the actors and sets the
 * grace timer. `session-registry.ts` then applies it to the table and to the store. A session that is not in memory has
 * no such value; activation makes a new one, which is dormant.
 */

// TYPES -----------------------------------------------------------------------

/** Where a session is in its life. */
export type SessionLife =
  /** Rendered or restored; no client has joined since. Only a session that a page load had before is worth storing. */
  | { readonly phase: 'dormant'; readonly isUsed: boolean }
  /** A client is connected. */
  | { readonly phase: 'attached' }
  /** The connection is lost; the session waits in memory for its client. */
  | { readonly phase: 'detached' }
  /** The session is written to the store for the last time, and freed afterwards. */
  | { readonly phase: 'passivating' }
  /** As `passivating`, because another node has requested the session. */
  | { readonly phase: 'moving' }
  /** Over here: the store holds the session, and no node owns it. */
  | { readonly phase: 'passivated' }
  /** Over: what was not stored is lost. */
  | { readonly phase: 'ended' };

/** The name of a phase. */
export type Phase = SessionLife['phase'];

/** What happens to a session. */
export type LifeEvent = (typeof lifeEvents)[number];

/** All events. */
export const lifeEvents = [
  /** A client has joined. */
  'joined',
  /** The connection was lost or closed. */
  'left',
  /** The client did not come back within the grace time. */
  'graceEnded',
  /** The server is about to stop. */
  'drainStarted',
  /** Another node has requested the session, and no other page load is connected to it. */
  'requested',
  /** The store holds the last write, and the node has given up ownership. */
  'stored',
  /** The last write is impossible: the session cannot be stored, or the store is closed. */
  'refused',
  /** The store has refused a write because another node owns the session. */
  'fenced',
  /** The server drops the session from memory. */
  'stopped',
] as const;

// VALUES ----------------------------------------------------------------------

const attached: SessionLife = { phase: 'attached' };
const detached: SessionLife = { phase: 'detached' };
const passivating: SessionLife = { phase: 'passivating' };
const moving: SessionLife = { phase: 'moving' };
const passivated: SessionLife = { phase: 'passivated' };
const ended: SessionLife = { phase: 'ended' };

/**
 * The life of a session that was just rendered or restored.
 *
 * @param isUsed whether a page load has had it
 */
export function dormantLife(isUsed: boolean): SessionLife {
  return { phase: 'dormant', isUsed };
}

/** Whether the session is not in memory any more. */
export function isOver({ phase }: SessionLife): boolean {
  return phase === 'passivated' || phase === 'ended';
}

// TRANSITION ------------------------------------------------------------------

const lost = { fenced: ended, stopped: ended } as const;
/** A client that joins before the last write is done keeps the session here. */
const leaving = { joined: attached, stored: passivated, refused: ended, ...lost } as const;

const transitions: Readonly<Record<Phase, Readonly<Partial<Record<LifeEvent, SessionLife>>>>> = {
  dormant: { joined: attached, drainStarted: passivating, requested: moving, ...lost },
  attached: { left: detached, ...lost },
  detached: { joined: attached, graceEnded: passivating, drainStarted: passivating, requested: moving, ...lost },
  passivating: { requested: moving, ...leaving },
  moving: leaving,
  passivated: {},
  ended: {},
};

/**
 * The life after an event. Returns `life` itself if the event changes nothing: because it cannot happen in this phase,
 * or because it comes too late, for example the outcome of a write after a client has joined.
 *
 * nextLife({ phase: 'detached' }, 'joined'); // { phase: 'attached' }
 */
export function nextLife(life: SessionLife, event: LifeEvent): SessionLife {
  // Storing what no client has used is not worth it: the session stays until its time is over.
  if (life.phase === 'dormant' && event === 'drainStarted' && !life.isUsed) return life;

  return transitions[life.phase][event] ?? life;
}
