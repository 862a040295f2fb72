/**
 * Frames to bytes and bytes to frames, on the server. `runtime/session/` makes the frames that are packed
 * here and gets the ones that are read here; `runtime/socket/` carries the bytes. The only importer of
 * msgpackr, which only packs frames: bytes from the network are read by `decode.ts`.
 *
 * `protocol.ts` says what the frames are. Here, and only here, they become positional arrays, fields at
 * the end that have their default are dropped, and every field of a client's frame is checked, so that
 * every `ClientFrame` is valid. Snapshots, our own bytes, are packed and unpacked by msgpackr.
 */

import { Packr } from 'msgpackr';
import { decode, Malformed } from './decode.js';
import { type EventData, type EventFile, eventDefaults, type PayloadField, payloadFields } from './event-data.js';
import { type ExtraField, ExtraLimit, extraFields } from './extra-fields.js';
import type { Scalar, Wire } from './patch.js';
import {
  type Address,
  Ask,
  type ClientFrame,
  ClientKind,
  type EventRange,
  type EventRecord,
  Limit,
  Reason,
  type ServerFrame,
  ServerKind,
  version,
} from './protocol.js';
import type { TextEdit } from './text-edit.js';

// ENCODE ----------------------------------------------------------------------

/** One for all: it keeps nothing between frames. */
const packr = new Packr({
  useRecords: false,
  variableMapSize: true,
  coercibleKeyAsNumber: true,
  encodeUndefinedAsNil: true,
});

/** What the fields of a frame are when they are not sent, by position; `undefined` where a field is always sent. */
const defaults: Record<ServerKind, readonly (Scalar | undefined)[]> = {
  [ServerKind.Adopt]: [undefined, undefined, 0, 0],
  [ServerKind.Render]: [undefined, undefined, 0, Reason.Resumed, 0, ''],
  [ServerKind.Patch]: [undefined, undefined, 1, 0],
  [ServerKind.Command]: [],
  [ServerKind.Acknowledge]: [undefined, 1, 0, 0],
};

/**
 * Packs a frame for the client.
 *
 * ```ts
 * encodeFrame({ kind: ServerKind.Patch, changes: [1, 1, 42], processed: 1, late: 0 }); // 92 02 93 01 01 2a
 * ```
 *
 * **Note:** the bytes are a view into a slab that later frames share; copy what is kept. Strings must be
 * well-formed, rendering sees to that. `-0` arrives as 0, which a page shows the same.
 */
export function encodeFrame(frame: ServerFrame): Uint8Array {
  const fields = positional(frame);
  const absent = defaults[frame.kind];
  while (fields.length > 1 && fields[fields.length - 1] === absent[fields.length - 1]) fields.pop();
  return packr.pack(fields);
}

function positional(frame: ServerFrame): Wire[] {
  switch (frame.kind) {
    case ServerKind.Adopt:
      return [frame.kind, frame.tree, frame.processed, lateOf(frame)];
    case ServerKind.Render:
      return [frame.kind, frame.tree, frame.processed, frame.reason, lateOf(frame), frame.token ?? ''];
    case ServerKind.Patch:
      return [frame.kind, frame.changes, frame.processed, lateOf(frame)];
    case ServerKind.Command:
      return [frame.kind, frame.name, ...frame.operands];
    case ServerKind.Acknowledge:
      return [frame.kind, frame.processed, lateOf(frame), frame.dropped ?? 0];
  }
}

/** Not `??`: `null` has a meaning. */
const lateOf = ({ late = 0 }: { readonly late?: number | null }): number | null => late;

// SNAPSHOTS -------------------------------------------------------------------

/** As for frames, but what comes back has to be what went in: a property that is `undefined`, too. */
const storing = new Packr({ useRecords: false, variableMapSize: true, mapsAsObjects: true, int64AsType: 'number' });

/** Packs plain data for a store. The bytes are the caller's own. */
export function packSnapshot(value: unknown): Uint8Array {
  return Uint8Array.prototype.slice.call(storing.pack(value));
}

/** Unpacks what `packSnapshot` has packed. Never for what comes from a network. */
export function unpackSnapshot(bytes: Uint8Array): unknown {
  return storing.unpack(bytes);
}

// DECODE ----------------------------------------------------------------------

/**
 * Reads a frame from a client and checks every field of it.
 *
 * ```ts
 * decodeClientFrame(Uint8Array.of(0x92, 0x01, 0x91, 0x92, 0x01, 0x00));
 * // { kind: ClientKind.Events, events: [{ instance: 1, part: 0, payload: undefined }], frames: 1 }
 * ```
 *
 * A join of another protocol version is read no further than its version, so that its sender can be
 * told to reload.
 *
 * **Note:** throws `Malformed`, with what was wrong, for anything a client of this version never sends. Whether
 * a part exists, and its payload fits the kind of event, is seen later (`decodePayload`).
 */
export function decodeClientFrame(bytes: Uint8Array): ClientFrame {
  const fields = list(decode(bytes), 'frame');
  switch (fields[0]) {
    case ClientKind.Join:
      return join(fields);
    case ClientKind.Events:
      atMost(fields, 3, 'events frame');
      return {
        kind: ClientKind.Events,
        events: events(fields[1]),
        frames: fields.length > 2 ? count(fields[2], 'frames') : 1,
      };
    case ClientKind.Acknowledge:
      atMost(fields, 3, 'acknowledge frame');
      return {
        kind: ClientKind.Acknowledge,
        frames: fields.length > 1 ? count(fields[1], 'frames') : 0,
        ask: fields.length > 2 ? count(fields[2], 'ask', Ask.Render | Ask.Sign) : 0,
      };
    default:
      throw new Malformed('frame of an unknown kind');
  }
}

function join(fields: readonly Wire[]): ClientFrame {
  const theirs = count(fields[1], 'version');
  if (theirs !== version) return { ...otherVersion, version: theirs };
  atMost(fields, 9, 'join frame');
  const durable = count(fields[6], 'durable');
  const names = list(fields[8], 'names', Limit.outbox).map(range);
  const own = names.at(-1);
  if (own === undefined) throw new Malformed('names is empty');

  return {
    kind: ClientKind.Join,
    version,
    client: text(fields[2], 'client'),
    token: text(fields[3], 'token'),
    frame: count(fields[4], 'frame'),
    processed: count(fields[5], 'processed'),
    durable,
    hashes: texts(fields[7], 'hashes', Limit.definitions),
    names,
    load: own[0],
    sent: names.reduce((sum, [, , count]) => sum + count, durable),
  };
}

function loadName(value: Wire | undefined): string {
  const name = text(value, 'load');
  if (!/^[\w-]+$/.test(name) || name.length > Limit.load) throw new Malformed('load is not a name');
  return name;
}

function range(value: Wire): EventRange {
  const fields = list(value, 'range', 3);
  return [loadName(fields[0]), count(fields[1], 'first'), count(fields[2], 'count', Limit.outbox)];
}

const otherVersion = {
  ...{ kind: ClientKind.Join, client: '', token: '', frame: 0, processed: 0, durable: 0, hashes: [] },
  ...{ names: [], load: '', sent: 0 },
};

function events(value: Wire | undefined): readonly EventRecord[] {
  const values = list(value, 'events', Limit.outbox);
  const records: EventRecord[] = [];
  for (const value of values) records.push(event(value));
  return records;
}

function event(value: Wire): EventRecord {
  const fields = list(value, 'event', 3);
  return {
    instance: Array.isArray(fields[0]) ? address(fields[0]) : count(fields[0], 'instance'),
    part: count(fields[1], 'part'),
    payload: fields.length > 2 ? payload(fields[2]) : undefined,
  };
}

/** A hash, then keys and parts in turn, beginning and ending with a key. */
function address(steps: readonly Wire[]): Address {
  text(steps[0], 'hash');
  for (let index = 1; index < steps.length; index++) {
    const step = steps[index] as Wire;
    if (index % 2 === 0) count(step, 'part');
    else if (step !== null && typeof step !== 'string' && typeof step !== 'number')
      throw new Malformed('key is not a string, a number or null');
  }
  if (steps.length % 2 !== 0) throw new Malformed('address ends with a part');
  return steps;
}

/** Scalars and lists of scalars: no field of a payload is more than that. */
function payload(value: Wire | undefined): readonly Wire[] {
  const fields = list(value, 'payload');
  for (const field of fields) {
    if (Array.isArray(field) && field.some(Array.isArray)) throw new Malformed('payload is nested too deep');
  }
  return fields;
}

// PAYLOADS --------------------------------------------------------------------

/**
 * Makes what a handler is given from what the client sent for an event of `type`. Fields that were not
 * sent, or do not belong to events of that type, have their defaults.
 *
 * ```ts
 * decodePayload('input', ['Ada']).value; // 'Ada'
 * ```
 *
 * **Note:** throws `Malformed` if a field is of the wrong type or there are too many.
 */
export function decodePayload(type: string, payload: readonly Wire[] | undefined): EventData {
  const data: Draft = { type, ...eventDefaults };
  if (payload === undefined) return data;
  const first = payloadFields(type);
  const fields = payload.length > first.length ? [...first, ...extraFields(type)] : first;
  atMost(payload, fields.length, 'payload');
  for (let index = 0; index < payload.length; index++) {
    assign(data, fields[index] as PayloadField | ExtraField, payload[index]);
  }
  return data;
}

/**
 * The edit in the payload of an event of `type`, in place of the value of the control: `[text, at = 0, cut = 0]`;
 * `undefined` if it says the whole value, or none.
 *
 * @throws Malformed if there is something else
 */
export function editIn(type: string, payload: readonly Wire[] | undefined): TextEdit | undefined {
  const given = payload === undefined ? undefined : payload[payloadFields(type).indexOf('value')];
  if (!Array.isArray(given)) return undefined;
  const [inserted, at = 0, cut = 0] = list(given, 'edit', 3);
  return { at: count(at, 'at'), cut: count(cut, 'cut'), text: text(inserted, 'text') };
}

/** A payload with this value of the control. */
export function withValue(type: string, payload: readonly Wire[], value: string): readonly Wire[] {
  return payload.with(payloadFields(type).indexOf('value'), value);
}

/** `EventData` while it is being filled. */
type Draft = { -readonly [Field in keyof EventData]: EventData[Field] };

function assign(data: Draft, field: PayloadField | ExtraField, value: Wire | undefined): void {
  switch (field) {
    case 'value':
    case 'name':
    case 'key':
    case 'code':
      data[field] = text(value, field);
      return;
    case 'checked':
    case 'repeat':
    case 'open':
    case 'paused':
    case 'ended':
    case 'muted':
      data[field] = flag(value, field);
      return;
    case 'values':
      data.values = texts(value, field);
      return;
    case 'entries':
      data.entries = pairs(texts(value, field));
      return;
    case 'detail':
      data.detail = detail(text(value, field, ExtraLimit.detail));
      return;
    case 'text':
    case 'html':
      data[field] = text(value, field, ExtraLimit.text);
      return;
    case 'files':
      data.files = files(list(value, field, 3 * ExtraLimit.files));
      return;
    case 'modifiers':
      assignModifiers(data, count(value, field, 15));
      return;
    default:
      data[field] = finite(value, field);
  }
}

function assignModifiers(data: Draft, bits: number): void {
  data.altKey = (bits & 1) !== 0;
  data.ctrlKey = (bits & 2) !== 0;
  data.metaKey = (bits & 4) !== 0;
  data.shiftKey = (bits & 8) !== 0;
}

/** The detail of a custom event, from JSON. */
function detail(json: string): unknown {
  if (json === '') return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    throw new Malformed('detail is not JSON');
  }
  return isWithin(parsed, ExtraLimit.depth) ? parsed : null;
}

/** Whether what JSON has made is no deeper than so many arrays and objects, and has no property that is its prototype. */
function isWithin(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;

  return depth > 0 && Object.entries(value).every(([name, part]) => name !== '__proto__' && isWithin(part, depth - 1));
}

function files(flat: readonly Wire[]): EventData['files'] {
  if (flat.length % 3 !== 0) throw new Malformed('files has a file without a type');
  const found: EventFile[] = [];
  for (let index = 0; index < flat.length; index += 3) {
    found.push({
      name: text(flat[index], 'name of a file', ExtraLimit.name),
      size: count(flat[index + 1], 'size of a file'),
      type: text(flat[index + 2], 'type of a file', ExtraLimit.name),
    });
  }
  return found;
}

function pairs(flat: readonly string[]): EventData['entries'] {
  if (flat.length % 2 !== 0) throw new Malformed('entries has a name without a value');
  const entries: [string, string][] = [];
  for (let index = 0; index < flat.length; index += 2) {
    entries.push([flat[index] as string, flat[index + 1] as string]);
  }
  return entries;
}

// CHECKS ----------------------------------------------------------------------

function atMost(fields: readonly Wire[], most: number, what: string): void {
  if (fields.length > most) throw new Malformed(`${what} has more than ${most} items`);
}

function list(value: Wire | undefined, what: string, most = Number.POSITIVE_INFINITY): readonly Wire[] {
  if (!Array.isArray(value)) throw new Malformed(`${what} is not an array`);
  if (value.length > most) throw new Malformed(`${what} has more than ${most} items`);
  return value;
}

function texts(value: Wire | undefined, what: string, most?: number): readonly string[] {
  const items = list(value, what, most);
  if (!items.every((item) => typeof item === 'string'))
    throw new Malformed(`${what} holds a value that is not a string`);
  return items;
}

function text(value: Wire | undefined, what: string, most = Number.POSITIVE_INFINITY): string {
  if (typeof value !== 'string') throw new Malformed(`${what} is not a string`);
  if (value.length > most) throw new Malformed(`${what} has more than ${most} characters`);
  return value;
}

function flag(value: Wire | undefined, what: string): boolean {
  if (typeof value !== 'boolean') throw new Malformed(`${what} is not a boolean`);
  return value;
}

function finite(value: Wire | undefined, what: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Malformed(`${what} is not a finite number`);
  return value;
}

function count(value: Wire | undefined, what: string, most: number = Number.MAX_SAFE_INTEGER): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0 || (value as number) > most) {
    throw new Malformed(`${what} is not a whole number from 0 to ${most}`);
  }
  return value as number;
}
