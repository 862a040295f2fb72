/**
 * The differences between two states, and a description of a value in one line. `replay.ts` compares recorded with
 * replayed states.
 */

import type { LogicImage } from '../actor/checkpoint.js';
import { isEqual, isRecord } from '../platform/plain-data.js';
import { hidden } from '../platform/redact.js';
import type { InstanceImage } from '../tree/tree-image.js';

// TYPES -----------------------------------------------------------------------

/** A place at which two values differ. */
export interface ValueDifference {
  /** The path to it: `.rows[3].label`; '' for the values themselves. */
  readonly at: string;
  readonly recorded: unknown;
  readonly replayed: unknown;
}

// COMPARING -------------------------------------------------------------------

/**
 * The first places at which two values differ. Dates and bytes are compared by content. A property that is `undefined`
 * is the same as none. Two values that are not data, functions for example, are not compared, nor are secrets, which
 * are not in a recording.
 *
 * @param maxCount how many places are returned at most
 */
export function differencesBetween(recorded: unknown, replayed: unknown, maxCount = 5): readonly ValueDifference[] {
  const differences: ValueDifference[] = [];
  compare({ at: '', recorded, replayed }, differences, maxCount);

  return differences;
}

/** Whether a replayed value is the recorded one, apart from secrets. */
export function isReproduced(recorded: unknown, replayed: unknown): boolean {
  return differencesBetween(recorded, replayed, 1).length === 0;
}

function compare(difference: ValueDifference, found: ValueDifference[], maxCount: number): void {
  const { at, recorded, replayed } = difference;
  if (Object.is(recorded, replayed) || recorded === hidden || found.length >= maxCount) return;
  if (Array.isArray(recorded) && Array.isArray(replayed)) {
    for (let index = 0; index < Math.max(recorded.length, replayed.length); index++) {
      compare({ at: `${at}[${index}]`, recorded: recorded[index], replayed: replayed[index] }, found, maxCount);
    }
  } else if (isRecord(recorded) && isRecord(replayed)) {
    for (const name of new Set([...Object.keys(recorded), ...Object.keys(replayed)])) {
      compare({ at: at + stepTo(name), recorded: recorded[name], replayed: replayed[name] }, found, maxCount);
    }
  } else if (!isEqual(recorded, replayed)) found.push(difference);
}

const stepTo = (name: string): string => (/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) ? `.${name}` : `[${quoted(name)}]`);

// STATES ----------------------------------------------------------------------

/** The parts of a persisted machine that are read here. */
interface Persisted {
  readonly context?: unknown;
  readonly children?: Readonly<Record<string, { readonly src: unknown } | undefined>>;
}

/**
 * The part of a component's state that a replay compares: the model, or what its logic persists. Child actors of a
 * machine do not run in a replay, so only their ids and logic are compared. Timers are not compared.
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

/** The id that XState makes for an actor without one. It is counted, and differs each time. */
const anonymous = /^x:\d+$/;

const kindOf = (src: unknown): string => (typeof src === 'string' ? src : 'logic without a name');

/** The context with other ids for the actors in it. */
function renamed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, names));
  if (!isRecord(value)) return value;
  const { xstate$$type: isActor, id } = value;
  if (isActor !== undefined && names.has(id as string)) return { ...value, id: names.get(id as string) };

  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, renamed(item, names)]));
}

// WORDS -----------------------------------------------------------------------

/** The longest description of a value, in characters. */
const maxDescription = 80;

/** A value in one line, shortened: `"text"`, `12`, `{id: 1, na…`; `nothing` for `undefined`. */
export function inWords(value: unknown): string {
  const text = textOf(value);

  return text.length <= maxDescription ? text : `${text.slice(0, maxDescription - 1)}…`;
}

const quoted = (text: string): string => JSON.stringify(text);

function textOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return quoted(value.slice(0, maxDescription));
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

/** A list of entries, as many as fit into a description. */
function listed(open: string, count: number, entry: (index: number) => string, close: string): string {
  let text = open;
  for (let index = 0; index < count; index++) {
    if (text.length > maxDescription) return text;
    text += `${index === 0 ? '' : ', '}${entry(index)}`;
  }

  return text + close;
}

// SECRETS ---------------------------------------------------------------------

/** Whether a value contains the text that replaces secrets. */
export function holdsSecret(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(hidden);
  if (Array.isArray(value)) return value.some(holdsSecret);

  return isRecord(value) && Object.values(value).some(holdsSecret);
}
