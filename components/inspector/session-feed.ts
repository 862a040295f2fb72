/**
 * The session feed: the inspected sessions that the pages of an inspector show. Several components show one session at
 * the same time; it is opened once for all of them, and closed after the last one has stopped.
 *
 * Components call it from `callback` subscriptions, and send what they read to themselves as messages.
 */

import type { Inspected, Inspection } from 'troupe/inspection';

// TYPES -----------------------------------------------------------------------

/** What a component does with a session. */
export interface SessionListener {
  /** The session is open; called again after each change of it. */
  seen(inspected: Inspected): void;
  /** There is no session of this id. */
  gone?(): void;
  /** The session could not be read, for this reason. */
  failed(why: string): void;
}

/** Opens sessions for components. */
export interface SessionFeed {
  readonly inspection: Inspection;
  /** Watches a session; returns a function that stops it. */
  watch(session: string, listener: SessionListener): () => void;
}

/** A session that is open or being opened. */
interface Opened {
  readonly opening: Promise<Inspected | undefined>;
  listeners: number;
}

// FEED ------------------------------------------------------------------------

/**
 * Makes a session feed.
 *
 * ```ts
 * callback(`state ${session} ${actor}`, ({ send }) =>
 *   feed.watch(session, {
 *     seen: (inspected) => send({ type: 'stateRead', state: inspected.state(actor, ['']) }),
 *     failed: (why) => send({ type: 'readingFailed', why }),
 *   })
 * )
 * ```
 *
 * **Note:** an error that `seen` throws goes to `failed` of the same listener, and affects no other.
 */
export function createSessionFeed(inspection: Inspection): SessionFeed {
  const sessions = new Map<string, Opened>();

  return {
    inspection,
    watch(session, listener) {
      const opened = sessions.get(session) ?? { opening: open(inspection, session), listeners: 0 };
      sessions.set(session, opened);
      opened.listeners++;
      const stop = follow(opened.opening, listener);

      return () => {
        stop();
        opened.listeners--;
        // A component that changes what it shows of the session watches it again at once.
        queueMicrotask(() => opened.listeners > 0 || close(sessions, session, opened));
      };
    },
  };
}

/** An `open` that throws is treated as one that rejects. */
async function open(inspection: Inspection, session: string): Promise<Inspected | undefined> {
  return inspection.open(session);
}

function close(sessions: Map<string, Opened>, session: string, opened: Opened): void {
  if (sessions.get(session) !== opened) return;
  sessions.delete(session);
  opened.opening.then(
    (inspected) => inspected?.close(),
    () => undefined // The components that opened it have received the error.
  );
}

// WATCHING --------------------------------------------------------------------

/** Calls a listener with a session as soon as it is open and after each change, until it is stopped. */
function follow(opening: Promise<Inspected | undefined>, listener: SessionListener): () => void {
  let isOver = false;
  let unwatch: (() => void) | undefined;
  const failed = (error: unknown): void => {
    if (!isOver) listener.failed(error instanceof Error ? error.message : String(error));
  };
  const start = (inspected: Inspected | undefined): void => {
    if (isOver) return;
    if (inspected === undefined) return listener.gone?.();
    unwatch = inspected.watch(() => show(inspected));
    show(inspected);
  };
  const show = (inspected: Inspected): void => {
    if (isOver) return;
    try {
      listener.seen(inspected);
    } catch (error) {
      failed(error);
    }
  };
  opening.then(start).catch(failed);

  return () => {
    isOver = true;
    unwatch?.();
  };
}
