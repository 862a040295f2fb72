/**
 * Frames in words: what a frame says, a line for each thing, for people who look at the wire. The numbers are those of
 * `protocol.ts`; what they stand for is looked up in the page as it is rendered, which the frame speaks of.
 */

import { Instance, List, Mount, type Value } from '../render/rendered.js';
import type { Part } from '../template/parts.js';
import { HandlerKind, ListOperation, PartKind, type Patch, type Wire } from '../wire/patch.js';
import {
  Ask,
  type ClientFrame,
  ClientKind,
  type EventData,
  type EventRecord,
  eventDefaults,
  Reason,
  type ServerFrame,
  ServerKind,
} from '../wire/protocol.js';

// LIMITS ----------------------------------------------------------------------

/** Lines of one frame, or events of a client's; what is beyond is counted. */
export const mostLines = 200;

/** Characters of a value. */
const longest = 200;

// TARGETS ---------------------------------------------------------------------

/** What the numbers in a patch stand for. */
type Targets = ReadonlyMap<number, Instance | List>;

/** The instances and lists of a page that have these numbers. */
function targetsIn(rendered: Value, numbers: ReadonlySet<number>): Targets {
  const found = new Map<number, Instance | List>();
  const waiting: unknown[] = [rendered];
  while (waiting.length > 0 && found.size < numbers.size) {
    const value = waiting.pop();
    if (value instanceof Mount) waiting.push(value.rendered);
    if (!(value instanceof Instance || value instanceof List)) continue;
    if (numbers.has(value.number)) found.set(value.number, value);
    for (const inner of value instanceof List ? value.rows : value.values) waiting.push(inner);
  }

  return found;
}

// SERVER ----------------------------------------------------------------------

const reasons = {
  [Reason.Resumed]: 'the client is back',
  [Reason.Restored]: 'the session was restored',
  [Reason.Fresh]: 'the session is a fresh one',
  [Reason.Forked]: 'the session is a copy',
} as const;

/** What a frame to the client says; `rendered` is what the page shows. */
export function describeServerFrame(frame: ServerFrame, rendered: Value): readonly string[] {
  switch (frame.kind) {
    case ServerKind.Adopt:
      return ['the page is as it was rendered', ...acknowledged(frame)];
    case ServerKind.Render:
      return [`the whole page: ${reasons[frame.reason]}`, ...acknowledged(frame)];
    case ServerKind.Patch:
      return [...wordsOfPatch(frame.changes, rendered), ...acknowledged(frame)];
    case ServerKind.Command:
      return [[frame.name, ...frame.operands.map(valueWords)].join(' ')];
    case ServerKind.Acknowledge:
      return acknowledged(frame);
  }
}

interface Acknowledging {
  readonly processed: number;
  readonly late?: number;
  readonly dropped?: number;
}

function acknowledged({ processed, late = 0, dropped = 0 }: Acknowledging): readonly string[] {
  return [
    ...(processed > 0 ? [`${counted(processed, 'event')} processed`] : []),
    ...(late > 0 ? [`${late} of all not stored yet`] : []),
    ...(dropped > 0 ? [`${counted(dropped, 'event')} came to nothing`] : []),
  ];
}

function wordsOfPatch(changes: Patch, rendered: Value): readonly string[] {
  const numbers = new Set<number>();
  for (let index = 0; index < changes.length; index += 3) numbers.add(changes[index] as number);
  const targets = targetsIn(rendered, numbers);
  const words: string[] = [];
  for (let index = 0; index < changes.length && words.length < mostLines; index += 3) {
    const [target, part, value] = changes.slice(index, index + 3) as [number, number, Wire];
    words.push(changeWords(target, part, value, targets.get(target)));
  }
  const more = changes.length / 3 - words.length;

  return more > 0 ? [...words, `${counted(more, 'more change')}`] : words;
}

function changeWords(target: number, part: number, value: Wire, found: Instance | List | undefined): string {
  if (target === 0) return `the page: ${contentWords(value)}`;
  if (found instanceof List) return operationWords(target, part, value, found.source !== undefined);
  const place = `${target}.${part}`;
  if (found === undefined) return `${place}: ${contentWords(value)}`;

  const there = found.definition.parts[part];

  return there === undefined ? `${place}: ${valueWords(value)}` : partWords(there, place, value);
}

function partWords({ kind, name, element }: Part, place: string, value: Wire): string {
  const on = element === '' ? place : `<${element}> ${place}`;
  switch (kind) {
    case PartKind.Child:
    case PartKind.Sole:
    case PartKind.Text:
      return `in ${on}: ${contentWords(value)}`;
    case PartKind.Event:
      return `on ${on} @${name}: ${handlers[value as HandlerKind]}`;
    case PartKind.Property:
      return `on ${on} .${name} = ${valueWords(value)}`;
    case PartKind.Boolean:
      return `on ${on} ${value === true ? name : `no ${name}`}`;
    default:
      return value === null ? `on ${on} no ${name}` : `on ${on} ${name || 'style'} = ${valueWords(value)}`;
  }
}

const handlers = {
  [HandlerKind.None]: 'not heard',
  [HandlerKind.Message]: 'sent without data',
  [HandlerKind.Function]: 'sent with its data',
} as const;

function operationWords(list: number, operation: number, value: Wire, isKeyed: boolean): string {
  const operands = Array.isArray(value) ? (value as readonly Wire[]) : [];
  const [first, second] = operands;
  const key = (at: number): string => (isKeyed ? ` of key ${valueWords(operands[at])}` : '');
  switch (operation) {
    case ListOperation.Append:
      return `list ${list}: rows at the end, the first${key(0)}`;
    case ListOperation.Insert:
      return `list ${list}: rows before row ${first}, the first${key(1)}`;
    case ListOperation.Remove:
      return `list ${list}: without ${second === undefined ? '' : `${second} rows from `}row ${first}`;
    default:
      return `list ${list}: row ${first} ${second === undefined ? 'to the end' : `before row ${second}`}`;
  }
}

// VALUES ----------------------------------------------------------------------

/** What stands in a child part; see `Content` in `patch.ts`. */
function contentWords(value: Wire): string {
  if (value === null) return 'nothing';
  if (!Array.isArray(value)) return valueWords(value);
  const [first] = value as readonly Wire[];
  if (first === null) return 'a keyed list';
  if (first === false) return 'a list';
  if (first === true) return 'raw HTML';
  const content = value as readonly Wire[];

  return Array.isArray(first)
    ? `a new template: ${valueWords(first[2])}`
    : `template ${first}, ${counted(content.length - 1, 'value')}`;
}

/** A frame of a client may say anything that can be read: what is missing in it is said to be. */
function valueWords(value: Wire | undefined): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);

  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

// CLIENT ----------------------------------------------------------------------

/** What a frame of the client says; each event has a line, which `describeEvent` can replace when it is known what it happened at. */
export function describeClientFrame(frame: ClientFrame): readonly string[] {
  switch (frame.kind) {
    case ClientKind.Join:
      return joinWords(frame);
    case ClientKind.Events:
      return [...eventLines(frame.events), ...applied(frame.frames)];
    case ClientKind.Acknowledge:
      return [
        ...applied(frame.frames),
        ...((frame.ask & Ask.Render) === 0 ? [] : ['asks for the whole page']),
        ...((frame.ask & Ask.Sign) === 0 ? [] : ['asks for a sign of life']),
      ];
  }
}

function eventLines(events: readonly EventRecord[]): readonly string[] {
  const lines = events.slice(0, mostLines).map((event) => `something at ${placeOf(event)}`);
  const more = events.length - lines.length;

  return more > 0 ? [...lines, counted(more, 'more event')] : lines;
}

/** The token is not among it: it opens the session. */
function joinWords({
  document,
  frame,
  processed,
  sent,
  hashes,
  heir: [from, first, count],
}: JoinWords): readonly string[] {
  return [
    `document ${document}`,
    frame === 0 ? 'shows the first page' : `has applied ${counted(frame, 'frame')}`,
    `knows of ${counted(processed, 'event')} processed, of ${sent} sent`,
    ...(hashes.length > 0 ? [`remembers ${counted(hashes.length, 'template')}`] : []),
    ...(first > 0 ? [`heir of ${counted(count, 'event')} of document ${from}`] : []),
  ];
}

type JoinWords = Extract<ClientFrame, { kind: typeof ClientKind.Join }>;

const applied = (frames: number): readonly string[] => (frames > 0 ? [`${counted(frames, 'frame')} applied`] : []);

function placeOf({ instance, part }: EventRecord): string {
  return typeof instance === 'number' ? `${instance}.${part}` : `${JSON.stringify(instance)}.${part}`;
}

/** An event, what it happened at, and its data, which may hold no secret any more. */
export function describeEvent(
  event: EventRecord,
  { name, element }: Pick<Part, 'name' | 'element'>,
  data: EventData | undefined
): string {
  const given = Object.entries(data ?? {}).filter(([field, value]) => isTold(field, value));
  const told = given.map(([field, value]) => `${field} ${valueWords(value as Wire)}`).join(', ');

  return `${name} on <${element}> ${placeOf(event)}${told && `: ${told}`}`;
}

/** The type is said already, and what is as it always is needs no words. */
function isTold(field: string, value: unknown): boolean {
  return field !== 'type' && !Object.is(value, eventDefaults[field as keyof Omit<EventData, 'type'>]);
}
