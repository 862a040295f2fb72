/**
 * The log of a session: who sent what to whom, caused by what, and what it cost. It follows its end until the user
 * scrolls up, pauses it or chooses an entry; then it stays in place and counts newer entries.
 *
 * `session.ts` places it, `log-entries.ts` reads, `log-view.ts` renders; `log-model.ts` has the types that they share.
 */

import { type Component, callback, component, type Enqueue } from 'troupe';
import { keepSame, type LogReading, readLog } from './log-entries.js';
import type { LogMessage, LogModel, LogProps } from './log-model.js';
import { logView } from './log-view.js';
import { atEnd, follow, hold, jumpTo, type Position, scrollTo, scrollTopFor } from './scrolling.js';
import type { SessionFeed } from './session-feed.js';

// TYPES -----------------------------------------------------------------------

/** What the log sends the page. */
export type LogOutgoing = { type: 'stepChosen'; step: number | undefined };

// COMPONENT -------------------------------------------------------------------

/** Makes the log. */
export const log = (feed: SessionFeed): Component<LogModel, LogMessage, LogProps, LogOutgoing> =>
  component({
    name: 'inspector-log',
    init: ({ session, step }: LogProps): LogModel => ({
      ...{ session, step, actor: '', typed: '' },
      ...{ isPaused: false, position: atEnd, chosen: 0, sought: 0 },
      reading: undefined,
      why: '',
    }),
    received: (model, { session, step }) => ({ ...model, session, step }),
    update,
    subscriptions: ({ session, actor, typed: type, position: { anchor, below }, chosen, sought }) => {
      const question = { actor, type, anchor, below, chosen, sought };

      return [
        callback(`log ${JSON.stringify([session, question])}`, ({ send }) =>
          feed.watch(session, {
            seen: (inspected) => send({ type: 'logRead', reading: readLog(inspected, question) }),
            failed: (why) => send({ type: 'readingFailed', why }),
          })
        ),
      ];
    },
    view: logView,
  });

/** The number of the newest entry that is shown or could be. */
const newest = ({ reading }: LogModel): number | undefined =>
  reading === undefined ? undefined : (reading.rows.at(-1)?.number ?? 0);

/** Other entries are asked for: from their end, and if the log is paused up to where it was. */
const refilter = (model: LogModel): LogModel => ({ ...model, position: jumpTo(model.position, 0) });

const held = (model: LogModel): Position => hold(model.position, newest(model));

function update(model: LogModel, message: LogMessage, enqueue: Enqueue<LogMessage, LogOutgoing>): LogModel {
  switch (message.type) {
    case 'actorChosen':
      return refilter({ ...model, actor: message.actor });
    case 'typeTyped':
      return refilter({ ...model, typed: message.text.slice(0, 200) });
    case 'pauseToggled':
      return model.isPaused
        ? { ...model, isPaused: false, position: follow(model.position) }
        : { ...model, isPaused: true, position: held(model) };
    case 'followed':
      return { ...model, isPaused: false, position: follow(model.position) };
    case 'scrolled':
      return scrolled(model, message.scrollTop);
    case 'entryChosen':
      return { ...model, chosen: message.number, position: held(model) };
    case 'entryLeft':
      return { ...model, chosen: 0 };
    case 'causeFollowed':
      return { ...model, chosen: message.number, sought: message.number, position: held(model) };
    case 'stepFollowed':
      enqueue.parent({ type: 'stepChosen', step: message.step });
      return model;
    case 'logRead':
      return read(model, message.reading);
    case 'readingFailed':
      return { ...model, why: message.why };
  }
}

function scrolled(model: LogModel, scrollTop: number): LogModel {
  const position = scrollTo(model.position, scrollTop, newest(model), model.isPaused);

  return position === model.position ? model : { ...model, position };
}

function read(model: LogModel, { rows, ...reading }: LogReading): LogModel {
  const next = { ...model, why: '', reading: { ...reading, rows: keepSame(model.reading?.rows ?? [], rows) } };
  if (model.sought === 0 || reading.sought < 0) return next;
  const position = jumpTo(model.position, scrollTopFor(reading.sought, reading.total));

  return { ...next, sought: 0, position };
}
