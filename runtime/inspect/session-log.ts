/**
 * The message log and the wire log of a session: projections of the events that `session-recorder.ts` keeps. Both
 * depend on nothing but these events. `inspected-session.ts` shows them.
 */

import { textOf } from '../platform/errors.js';
import { redact, type SecretNames } from '../platform/redact.js';
import type { SessionEvent } from '../recording/session-events.js';
import type { AnyMessage } from '../template/html.js';
import type { ProbeMessage } from '../tree/probe.js';
import { pathId } from './actor-id.js';
import type { LogEntry, WireEntry } from './inspection.js';

// TYPES -----------------------------------------------------------------------

type EventOf<Kind> = Extract<SessionEvent, { readonly kind: Kind }>;

/** An entry of the log whose message is not text yet. */
type LogRecord = { -readonly [Name in keyof Omit<LogEntry, 'message'>]: LogEntry[Name] } & {
  readonly message: AnyMessage | undefined;
};

/** A message that was taken in a turn. */
interface TakenMessage {
  /** The id of the component that took it. */
  readonly by: string;
  readonly cause: ProbeMessage['cause'];
  readonly record: LogRecord;
}

/** The log of messages. */
export interface MessageLog {
  readonly records: LogRecord[];
  /** The entries of messages that wait, by the numbers of these. */
  readonly waiting: Map<number, LogRecord>;
  /** What was taken in the present round, and in the present turn. */
  round: TakenMessage[];
  turn: TakenMessage[];
  /** The entry whose effect is carried out: the message that is queued next follows from it. */
  performing: LogRecord | undefined;
  /** What the event of the client that is queued next has happened at. */
  happening: string;
}

/** The log of frames. */
export type WireLog = (Omit<WireEntry, 'words'> & { readonly words: string[] })[];

// LIMITS ----------------------------------------------------------------------

/** The characters of a message. */
const maxCharacters = 2_000;

// MESSAGES --------------------------------------------------------------------

/** An empty log. */
export function beginLog(): MessageLog {
  return { records: [], waiting: new Map(), round: [], turn: [], performing: undefined, happening: '' };
}

/** Adds an event to a log. */
export function addToLog(log: MessageLog, event: SessionEvent): void {
  switch (event.kind) {
    case 'attached':
      log.waiting.clear();
      Object.assign(log, { round: [], turn: [], performing: undefined, happening: '' });
      break;
    case 'happened':
      log.happening = `${event.name} on ${event.element}`;
      break;
    case 'queued':
      // A message that is still to be resolved is entered when it is taken.
      if (event.message.isResolved) log.waiting.set(event.message.number, enter(log, event));
      break;
    case 'updated':
      updated(log, event);
      break;
    case 'heard':
      heard(log, event);
      break;
    case 'viewed':
      for (const { record } of log.round) record.view += event.took;
      break;
    case 'stepped':
      for (const { record } of log.round) if (event.number > 0) record.step = event.number;
      log.round = [];
      break;
    case 'performed':
      performed(log, event);
      break;
    case 'diffed':
      for (const { record } of log.turn) record.diff += event.took;
      break;
    case 'sent':
      if (event.frame === 'patch') for (const { record } of log.turn) record.bytes += event.bytes;
      break;
    case 'failed': {
      const by = pathId(event.place.ids);
      const record = log.turn.findLast((taken) => taken.by === by)?.record;
      if (record !== undefined) record.error = event.text;
      break;
    }
    case 'turned':
      log.turn = [];
      log.performing = undefined;
  }
}

const none = {
  ...{ cause: 0, causedBy: '', isTaken: false, step: 0, waited: 0, update: 0, view: 0, diff: 0, bytes: 0, error: '' },
} as const;

function write(
  log: MessageLog,
  entry: Pick<LogRecord, 'number' | 'at' | 'from' | 'to' | 'message'> & Partial<LogRecord>
): LogRecord {
  const record: LogRecord = { ...none, type: entry.message?.type ?? '', ...entry };
  log.records.push(record);

  return record;
}

function enter(log: MessageLog, { message: waiting, number }: EventOf<'queued' | 'updated'>): LogRecord {
  const { at, message, to } = waiting;

  return write(log, { ...senderOf(log, waiting), number, at, message, to: pathId(to.ids) });
}

function senderOf(
  log: MessageLog,
  { from, to, pageLoad, cause }: ProbeMessage
): Pick<LogRecord, 'from' | 'cause' | 'causedBy'> {
  if (pageLoad !== 0) {
    const causedBy = log.happening || `event ${cause}`;
    log.happening = '';

    return { from: 'browser', cause: 0, causedBy };
  }
  if (typeof from === 'string' && from.startsWith('#')) {
    return { from: `${pathId(to.ids)}${from}`, cause: 0, causedBy: from.slice(1) };
  }
  const because = log.performing;
  log.performing = undefined;

  return { from: typeof from === 'object' ? pathId(from) : (from ?? 'store'), ...causeOf(because) };
}

const causeOf = (because: LogRecord | undefined): Pick<LogRecord, 'cause' | 'causedBy'> => ({
  cause: because?.number ?? 0,
  causedBy: because === undefined ? '' : `#${because.number} ${because.type}`,
});

function updated(log: MessageLog, event: EventOf<'updated'>): void {
  const { message, took, waited } = event;
  const record = log.waiting.get(message.number) ?? enter(log, event);
  log.waiting.delete(message.number);
  Object.assign(record, { isTaken: true, waited, update: took });
  noteTaken(log, { by: pathId(message.to.ids), cause: message.cause, record });
}

function noteTaken({ round, turn }: MessageLog, taken: TakenMessage): void {
  round.push(taken);
  turn.push(taken);
}

/** A message that came as an envelope is in the log already: its number is 0. */
function heard(log: MessageLog, { at, event, from, number, owner, to, type }: EventOf<'heard'>): void {
  if (number === 0) return;
  const record = write(log, { number, at, from, to, type, message: event, causedBy: type, isTaken: true });
  // It is shown in the round that comes next, or that runs.
  noteTaken(log, { by: pathId(owner), cause: undefined, record });
}

function performed(log: MessageLog, { at, cause, effect, message, number, place, to }: EventOf<'performed'>): void {
  const by = pathId(place.ids);
  const because = log.turn.findLast((taken) => taken.by === by && taken.cause === cause)?.record;
  log.performing = to === '' ? because : undefined;
  if (to === '') return;
  const receiver = effect === 'publish' ? `topic ${to}` : `@${to}`;
  write(log, {
    ...{ number, at, from: by, to: receiver, message, isTaken: true, step: because?.step ?? 0 },
    ...causeOf(because),
  });
}

/** An entry to show, with its message as text. */
export function logEntryOf(record: LogRecord, names: SecretNames): LogEntry {
  const { message } = record;

  return { ...record, message: message === undefined ? '' : messageText(message, names) };
}

function messageText(message: AnyMessage, names: SecretNames): string {
  try {
    const text = JSON.stringify(redact(message, names)) ?? '';

    return text.length > maxCharacters ? `${text.slice(0, maxCharacters)}…` : text;
  } catch (error) {
    return textOf(error);
  }
}

// FRAMES ----------------------------------------------------------------------

/** An empty log. */
export function beginWire(): WireLog {
  return [];
}

/** Adds an event to a log. */
export function addToWire(log: WireLog, event: SessionEvent): void {
  if (event.kind === 'received' || event.kind === 'sent') {
    const { at, bytes, frame: kind, number, words } = event;
    const direction = event.kind === 'received' ? 'up' : 'down';
    log.push({ number, at, direction, kind, bytes, words: [...words] });
  } else if (event.kind === 'happened' && event.line !== undefined) {
    const [frame, line] = event.line;
    const entry = log[frame - (log[0]?.number ?? 0)];
    if (entry !== undefined) entry.words[line] = event.words;
  }
}
