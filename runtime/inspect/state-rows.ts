/**
 * A state as rows: plain data as a tree of which some rows are open. `inspected-state.ts` passes redacted states; the
 * rows can be rendered without further work, and their number is limited.
 */

import { isEqual } from '../platform/plain-data.js';
import { hidden } from '../platform/redact.js';
import type { StateRow } from './inspection.js';

// LIMITS ----------------------------------------------------------------------

/** The rows of one state; the last row says if there are more. */
const mostRows = 2_000;

/** The entries of one array or object; a row of its own says how many more there are. */
const mostEntries = 200;

/** The characters of a string. */
const longest = 120;

// ROWS ------------------------------------------------------------------------

/** Which rows are open, and which are marked. */
export interface RowsOptions {
  /** The paths of the open rows; the state itself is always open. */
  readonly opened: readonly string[];
  /** The state before the last message: rows with a difference to it are marked. */
  readonly before?: { readonly value: unknown } | undefined;
}

/** A value, and the one at its place before. */
interface Place {
  readonly path: string;
  readonly name: string;
  readonly depth: number;
  readonly value: unknown;
  readonly before: { readonly value: unknown } | undefined;
}

/** The rows of a state, from top to bottom. */
export function rowsOf(state: unknown, { opened, before }: RowsOptions): readonly StateRow[] {
  const rows: StateRow[] = [];
  const open = new Set(['', ...opened]);
  addRows(rows, open, { path: '', name: '', depth: 0, value: state, before });

  return rows.length <= mostRows ? rows : [...rows.slice(0, mostRows), moreRow('', 0, 'more rows')];
}

function addRows(rows: StateRow[], open: ReadonlySet<string>, place: Place): void {
  if (rows.length > mostRows) return;
  const { path, depth, name, value, before } = place;
  const names = namesIn(value);
  const canOpen = names.length > 0;
  const isOpen = canOpen && open.has(path);
  const isChanged = before !== undefined && !isEqual(before.value, value);
  rows.push({ path, depth, name, text: textFor(value), kind: kindOf(value), canOpen, isOpen, isChanged });
  if (!isOpen) return;
  for (const key of names.slice(0, mostEntries)) addRows(rows, open, inside(place, key));
  const more = names.length - mostEntries;
  if (more > 0) rows.push(moreRow(path, depth, `${more.toLocaleString('en')} more`));
}

function inside({ path, depth, value, before }: Place, key: string): Place {
  const step = Array.isArray(value) ? `[${key}]` : stepTo(key);

  return {
    path: `${path}${step}`,
    name: key,
    depth: depth + 1,
    value: (value as Readonly<Record<string, unknown>>)[key],
    before: before && { value: earlier(before.value, key, value) },
  };
}

/** A name that could be read as several steps is quoted: every path names one value. */
const stepTo = (name: string): string =>
  /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;

/** The earlier value of a part; `absent` if there was none, or the whole was no collection of that kind. */
function earlier(whole: unknown, key: string, now: unknown): unknown {
  const isSame = Array.isArray(whole) === Array.isArray(now) && namesIn(whole).length > 0;

  return isSame && Object.hasOwn(whole as object, key) ? (whole as Readonly<Record<string, unknown>>)[key] : absent;
}

/** Differs from every value. */
const absent = Symbol('absent');

function moreRow(path: string, depth: number, text: string): StateRow {
  const row = { path: `${path}…`, depth: depth + 1, name: '', text, kind: 'more' } as const;

  return { ...row, canOpen: false, isOpen: false, isChanged: false };
}

// VALUES ----------------------------------------------------------------------

/** The names of its properties, or its indices; none if it is a single value. */
function namesIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof Uint8Array) return [];

  return Object.keys(value);
}

function kindOf(value: unknown): StateRow['kind'] {
  if (value === null || value === undefined) return 'nothing';
  if (value === hidden) return 'secret';
  if (Array.isArray(value)) return 'array';
  if (value instanceof Date) return 'date';
  if (value instanceof Uint8Array) return 'bytes';
  const type = typeof value;

  return type === 'string' || type === 'boolean' ? type : type === 'number' || type === 'bigint' ? 'number' : 'object';
}

/** A value on one line. */
export function textFor(value: unknown): string {
  switch (kindOf(value)) {
    case 'array':
      return `[…] ${(value as readonly unknown[]).length.toLocaleString('en')}`;
    case 'object':
      return typeof value === 'object'
        ? `{…} ${Object.keys(value as object).length.toLocaleString('en')}`
        : String(value);
    case 'string':
      return JSON.stringify(shortened(value as string));
    case 'date':
      return Number.isNaN((value as Date).getTime()) ? 'Invalid Date' : (value as Date).toISOString();
    case 'bytes':
      return `${(value as Uint8Array).length.toLocaleString('en')} bytes`;
    default:
      return Object.is(value, -0) ? '-0' : String(value);
  }
}

function shortened(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}
