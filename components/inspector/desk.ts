/**
 * A desk: the sessions that the pages of an inspector look at. Several components look at one session at the same
 * time, each for what it shows; the session is opened once for all of them and closed after the last has stopped.
 *
 * The components call it from `callback` subscriptions. What comes out of it goes into their models as messages.
 */

import type { Inspected, Inspection } from 'troupe/inspection';

// TYPES -----------------------------------------------------------------------

/** Who looks at a session. */
export interface Onlooker {
  /** The session is there; called again each time something of it has changed. */
  seen(inspected: Inspected): void;
  /** There is no session of that id. */
  gone?(): void;
  /** Looking has failed, for this reason. */
  failed(why: string): void;
}

/** Where sessions are looked at. */
export interface Desk {
  readonly inspection: Inspection;
  /** Looks at a session from now on; gives the way to stop. */
  look(session: string, onlooker: Onlooker): () => void;
}

/** A session that is open, or about to be. */
interface Opened {
  readonly opening: Promise<Inspected | undefined>;
  onlookers: number;
}

// DESK ------------------------------------------------------------------------

/**
 * Makes a desk.
 *
 * ```ts
 * callback(`state ${session} ${actor}`, ({ send }) =>
 *   desk.look(session, {
 *     seen: (inspected) => send({ type: 'stateRead', state: inspected.state(actor, ['']) }),
 *     failed: (why) => send({ type: 'readingFailed', why }),
 *   })
 * )
 * ```
 *
 * **Note:** what `seen` throws comes to `failed` of the same onlooker, and disturbs no other.
 */
export function createDesk(inspection: Inspection): Desk {
  const sessions = new Map<string, Opened>();

  return {
    inspection,
    look(session, onlooker) {
      const opened = sessions.get(session) ?? { opening: open(inspection, session), onlookers: 0 };
      sessions.set(session, opened);
      opened.onlookers++;
      const stop = follow(opened.opening, onlooker);

      return () => {
        stop();
        opened.onlookers--;
        // One who stops to look elsewhere in the same session comes back at once.
        queueMicrotask(() => opened.onlookers > 0 || close(sessions, session, opened));
      };
    },
  };
}

/** That `open` may throw at once is no other case than that it rejects. */
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

// LOOKING ---------------------------------------------------------------------

/** Tells an onlooker of a session as soon as it is open, until that is stopped. */
function follow(opening: Promise<Inspected | undefined>, onlooker: Onlooker): () => void {
  let isOver = false;
  let unwatch: (() => void) | undefined;
  const failed = (error: unknown): void => {
    if (!isOver) onlooker.failed(error instanceof Error ? error.message : String(error));
  };
  const start = (inspected: Inspected | undefined): void => {
    if (isOver) return;
    if (inspected === undefined) return onlooker.gone?.();
    unwatch = inspected.watch(() => show(inspected));
    show(inspected);
  };
  const show = (inspected: Inspected): void => {
    if (isOver) return;
    try {
      onlooker.seen(inspected);
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
