/**
 * Descriptions of frames, some lines each, for the wire log. Numbers in a frame are those of `protocol.ts`; what they
 * refer to is looked up in the rendered page that the frame is about.
 */

import { hidden } from '../platform/redact.js';
import { Instance, List, Mount, type Value } from '../render/nodes.js';
import { tellsSecret } from '../render/password-fields.js';
import type { Part } from '../template/parts.js';
import { instanceAt } from '../tree/component-instance.js';
import { type EventData, eventDefaults } from '../wire/event-data.js';
import { HandlerKind, ListOperation, PartKind, type Patch, type Wire } from '../wire/patch.js';
import {
  Ask,
  type ClientFrame,
  ClientKind,
  type EventRecord,
  Reason,
  type ServerFrame,
  ServerKind,
} from '../wire/protocol.js';

// LIMITS ----------------------------------------------------------------------

/** The lines of one frame, or the events of a client's frame; the rest is counted. */
export const mostLines = 200;

/** The characters of a value. */
const longest = 200;

// TARGETS ---------------------------------------------------------------------

/** An instance or a list, and whether the component in whose view it is declares secrets. */
interface Target {
  readonly value: Instance | List;
  readonly isSecret: boolean;
}

/** What the numbers in a patch refer to. */
type Targets = ReadonlyMap<number, Target>;

/** The instances and lists of a page that have these numbers. */
function targetsIn(page: Value, numbers: ReadonlySet<number>): Targets {
  const found = new Map<number, Target>();
  const waiting: (readonly [value: unknown, isSecret: boolean])[] = [[page, false]];
  while (waiting.length > 0 && found.size < numbers.size) {
    const [value, isSecret] = waiting.pop() as readonly [unknown, boolean];
    if (value instanceof Mount) waiting.push([value.rendered, declaresSecrets(value)]);
    if (!(value instanceof Instance || value instanceof List)) continue;
    if (numbers.has(value.number)) found.set(value.number, { value, isSecret });
    for (const inner of value instanceof List ? value.rows : value.values) waiting.push([inner, isSecret]);
  }

  return found;
}

const declaresSecrets = (page: Value): boolean => page instanceof Mount && instanceAt(page).component.secret.length > 0;

// SERVER ----------------------------------------------------------------------

const reasons = {
  [Reason.Resumed]: 'the client is back',
  [Reason.Restored]: 'the session was restored',
  [Reason.Fresh]: 'the session is a fresh one',
  [Reason.Forked]: 'the session is a copy',
} as const;

/**
 * Describes a frame to the client. The values of password fields are hidden, and so is every value in the view of a
 * component that declares secrets.
 *
 * @param page the rendered page
 */
export function describeServerFrame(frame: ServerFrame, page: Value): readonly string[] {
  switch (frame.kind) {
    case ServerKind.Adopt:
      return ['the page is as it was rendered', ...acknowledged(frame)];
    case ServerKind.Render:
      return [`the whole page: ${reasons[frame.reason]}`, ...acknowledged(frame)];
    case ServerKind.Patch:
      return [...wordsOfPatch(frame.changes, page), ...acknowledged(frame)];
    case ServerKind.Command:
      return [[frame.name, ...frame.operands.map(valueWords)].join(' ')];
    case ServerKind.Acknowledge:
      return acknowledged(frame);
  }
}

interface Acknowledging {
  readonly processed: number;
  readonly late?: number | null;
  readonly dropped?: number;
}

function acknowledged({ processed, late = 0, dropped = 0 }: Acknowledging): readonly string[] {
  return [
    ...(processed > 0 ? [`${counted(processed, 'event')} processed`] : []),
    ...(late === null ? ['the session is in memory alone'] : []),
    ...(late !== null && late > 0 ? [`${late} of all not stored yet`] : []),
    ...(dropped > 0 ? [`${counted(dropped, 'event')} came to nothing`] : []),
  ];
}

function wordsOfPatch(changes: Patch, page: Value): readonly string[] {
  const numbers = new Set<number>();
  for (let index = 0; index < changes.length; index += 3) numbers.add(changes[index] as number);
  const targets = targetsIn(page, numbers);
  const words: string[] = [];
  for (let index = 0; index < changes.length && words.length < mostLines; index += 3) {
    const [target, part, value] = changes.slice(index, index + 3) as [number, number, Wire];
    if (target === 0) words.push(`the page: ${contentWords(value, declaresSecrets(page))}`);
    else words.push(changeWords(target, part, value, targets.get(target)));
  }
  const more = changes.length / 3 - words.length;

  return more > 0 ? [...words, `${counted(more, 'more change')}`] : words;
}

function changeWords(target: number, part: number, value: Wire, found: Target | undefined): string {
  const place = `${target}.${part}`;
  // It is no longer in the page, so its component is not known.
  if (found === undefined) return `${place}: ${contentWords(value, true)}`;
  const { value: there, isSecret } = found;
  if (there instanceof List) return operationWords(target, part, value, there.source !== undefined && !isSecret);
  const definition = there.definition.parts[part];
  if (definition === undefined) return `${place}: ${hidden}`;

  return partWords(definition, place, value, isSecret || tellsSecret(there, part));
}

function partWords({ kind, name, element }: Part, place: string, value: Wire, isSecret: boolean): string {
  const on = element === '' ? place : `<${element}> ${place}`;
  const valueText = (): string => (isSecret ? hidden : valueWords(value));
  switch (kind) {
    case PartKind.Child:
    case PartKind.Sole:
    case PartKind.Text:
      return `in ${on}: ${contentWords(value, isSecret)}`;
    case PartKind.Event:
      return `on ${on} @${name}: ${handlers[value as HandlerKind]}`;
    case PartKind.Property:
      return `on ${on} .${name} = ${valueText()}`;
    case PartKind.Boolean:
      return `on ${on} ${value === true ? name : `no ${name}`}`;
    default:
      return value === null ? `on ${on} no ${name}` : `on ${on} ${name || 'style'} = ${valueText()}`;
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

/** The content of a child part; see `Content` in `patch.ts`. */
function contentWords(value: Wire, isSecret: boolean): string {
  if (value === null) return 'nothing';
  if (!Array.isArray(value)) return isSecret ? hidden : valueWords(value);
  const [first] = value as readonly Wire[];
  if (first === null) return 'a keyed list';
  if (first === false) return 'a list';
  if (first === true) return 'raw HTML';
  const content = value as readonly Wire[];

  return Array.isArray(first)
    ? `a new template: ${valueWords(first[2])}`
    : `template ${first}, ${counted(content.length - 1, 'value')}`;
}

/** A frame of a client may contain anything that can be decoded: what is missing in it is named as missing. */
function valueWords(value: Wire | undefined): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);

  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

// CLIENT ----------------------------------------------------------------------

/** Describes a frame of the client. Each event has a line; `describeEvent` makes a better one once its part is known. */
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

/** Without the token: it opens the session. */
function joinWords({ load, frame, processed, sent, hashes, names }: JoinWords): readonly string[] {
  const inherited = names.slice(0, -1);
  const events = inherited.reduce((sum, [, , count]) => sum + count, 0);
  const loads = inherited.map(([from]) => from).join(', ');

  return [
    `page load ${load}`,
    frame === 0 ? 'shows the first page' : `has applied ${counted(frame, 'frame')}`,
    `knows of ${counted(processed, 'event')} processed, of ${sent} sent`,
    ...(hashes.length > 0 ? [`remembers ${counted(hashes.length, 'template')}`] : []),
    ...(events > 0 ? [`has inherited ${counted(events, 'event')} of page load ${loads}`] : []),
  ];
}

type JoinWords = Extract<ClientFrame, { kind: typeof ClientKind.Join }>;

const applied = (frames: number): readonly string[] => (frames > 0 ? [`${counted(frames, 'frame')} applied`] : []);

function placeOf({ instance, part }: EventRecord): string {
  return typeof instance === 'number' ? `${instance}.${part}` : `${JSON.stringify(instance)}.${part}`;
}

/** Describes an event by its part and its data; `hidden` if that is secret. */
export function describeEvent(
  event: EventRecord,
  { name, element }: Pick<Part, 'name' | 'element'>,
  data: EventData | typeof hidden | undefined
): string {
  if (data === hidden) return `${name} on <${element}> ${placeOf(event)}: ${hidden}`;
  const given = Object.entries(data ?? {}).filter(([field, value]) => isShown(field, value));
  const shown = given.map(([field, value]) => `${field} ${valueWords(value as Wire)}`).join(', ');

  return `${name} on <${element}> ${placeOf(event)}${shown && `: ${shown}`}`;
}

/** Without the type, which is in the name of the part, and without defaults. */
function isShown(field: string, value: unknown): boolean {
  return field !== 'type' && !Object.is(value, eventDefaults[field as keyof Omit<EventData, 'type'>]);
}
