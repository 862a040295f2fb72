/**
 * Comparing two states: the places at which they differ, and how a value is shown in one line. `replay.ts` compares
 * what is recorded with what has come of it now.
 */

import type { LogicImage } from '../actor/checkpoint.js';
import { isEqual, isRecord } from '../platform/plain-data.js';
import { hidden } from '../platform/redact.js';
import type { InstanceImage } from '../tree/tree-image.js';

// TYPES -----------------------------------------------------------------------

/** A place at which two values differ. */
export interface Place {
  /** The way there: `.rows[3].label`; '' for the values themselves. */
  readonly at: string;
  readonly recorded: unknown;
  readonly replayed: unknown;
}

// COMPARING -------------------------------------------------------------------

/**
 * The first places at which two values differ, at most so many. Dates and bytes are compared by what they hold, a
 * property that is `undefined` is none; what is no data, a function say, is not compared, nor is a secret, which is not
 * in a recording.
 */
export function placesBetween(recorded: unknown, replayed: unknown, most = 5): readonly Place[] {
  const places: Place[] = [];
  compare({ at: '', recorded, replayed }, places, most);

  return places;
}

/** Whether a recorded value is what came of it in the replay. */
export function isReproduced(recorded: unknown, replayed: unknown): boolean {
  return placesBetween(recorded, replayed, 1).length === 0;
}

function compare(place: Place, places: Place[], most: number): void {
  const { at, recorded, replayed } = place;
  if (Object.is(recorded, replayed) || recorded === hidden || places.length >= most) return;
  if (Array.isArray(recorded) && Array.isArray(replayed)) {
    for (let index = 0; index < Math.max(recorded.length, replayed.length); index++) {
      compare({ at: `${at}[${index}]`, recorded: recorded[index], replayed: replayed[index] }, places, most);
    }
  } else if (isRecord(recorded) && isRecord(replayed)) {
    for (const name of new Set([...Object.keys(recorded), ...Object.keys(replayed)])) {
      compare({ at: at + stepTo(name), recorded: recorded[name], replayed: replayed[name] }, places, most);
    }
  } else if (!isEqual(recorded, replayed)) places.push(place);
}

const stepTo = (name: string): string => (/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) ? `.${name}` : `[${quoted(name)}]`);

// STATES ----------------------------------------------------------------------

/** A machine as it is persisted. */
interface Persisted {
  readonly context?: unknown;
  readonly children?: Readonly<Record<string, { readonly src: unknown } | undefined>>;
}

/**
 * What of a component's state can be compared: the model, or what its logic persists. Of the children of a machine
 * it is compared which there are, since they do not run when a recording is gone through; so are its timers.
 */
export function comparable({ state }: Pick<InstanceImage, 'state'>, isLogic: boolean): unknown {
  if (!isLogic || state === undefined) return state;
  const snapshot = (state as LogicImage).snapshot as Persisted;
  const { children = {} } = snapshot ?? {};
  const ids = Object.keys(children);
  if (ids.length === 0) return snapshot;
  const names = new Map(ids.filter((id) => anonymous.test(id)).map((id, index) => [id, `x:#${index}`]));
  const shown = Object.fromEntries(ids.map((id) => [names.get(id) ?? id, kindOf(children[id]?.src)]));

  return {
    ...snapshot,
    children: shown,
    context: names.size === 0 ? snapshot.context : renamed(snapshot.context, names),
  };
}

/** The id of an actor that was given none: XState counts them, and they are others each time. */
const anonymous = /^x:\d+$/;

const kindOf = (src: unknown): string => (typeof src === 'string' ? src : 'of logic without a name');

/** The context with actors called by other ids. */
function renamed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, names));
  if (!isRecord(value)) return value;
  const { xstate$$type: isActor, id } = value;
  if (isActor !== undefined && names.has(id as string)) return { ...value, id: names.get(id as string) };

  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, renamed(item, names)]));
}

// WORDS -----------------------------------------------------------------------

/** How long a value is shown at the most. */
const longest = 80;

/** A value in one line, shortened: `"text"`, `12`, `{"id":1,"na…`; `nothing` for none. */
export function inWords(value: unknown): string {
  const text = textOf(value);

  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}

const quoted = (text: string): string => JSON.stringify(text);

function textOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return quoted(value.slice(0, longest));
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid date' : value.toISOString();
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value);
  if (!Array.isArray(value)) return recordText(value as Record<string, unknown>);

  return listed('[', value.length, (index) => textOf(value[index]), ']');
}

function recordText(value: Record<string, unknown>): string {
  const names = Object.keys(value);

  return listed('{', names.length, (index) => `${names[index]}: ${textOf(value[names[index] as string])}`, '}');
}

/** As many entries as can be seen. */
function listed(open: string, count: number, entry: (index: number) => string, close: string): string {
  let text = open;
  for (let index = 0; index < count; index++) {
    if (text.length > longest) return text;
    text += `${index === 0 ? '' : ', '}${entry(index)}`;
  }

  return text + close;
}

// SECRETS ---------------------------------------------------------------------

/** Whether a value holds what stands in place of a secret. */
export function holdsSecret(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(hidden);
  if (Array.isArray(value)) return value.some(holdsSecret);

  return isRecord(value) && Object.values(value).some(holdsSecret);
}
