/**
 * A state as rows: plain data shown as a tree of which some rows are open. `inspected-session.ts` gives it what has been
 * redacted; here it becomes lines that can be drawn as they are, as many as somebody can look at.
 */

import { isEqual } from '../platform/plain-data.js';
import { hidden } from '../platform/redact.js';
import type { StateRow } from './inspection.js';

// LIMITS ----------------------------------------------------------------------

/** Rows of one state that are shown; that there are more is said in the last. */
const mostRows = 2_000;

/** Entries of one array or object that are shown; what is beyond is said in a row of its own. */
const mostEntries = 200;

/** Characters of a text that are shown. */
const longest = 120;

// ROWS ------------------------------------------------------------------------

/** What rows are made of. */
export interface RowsOptions {
  /** The paths of the rows that are open; the state itself always is. */
  readonly opened: readonly string[];
  /** The state before the last message; a row in which something is different now is marked. */
  readonly before?: { readonly value: unknown } | undefined;
}

/** A value and what stood in its place before. */
interface Place {
  readonly path: string;
  readonly name: string;
  readonly depth: number;
  readonly value: unknown;
  readonly before: { readonly value: unknown } | undefined;
}

/** The rows of a state, in the order they are read. */
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

/** A name that could be taken for several steps is put in quotes: every path names one value. */
const stepTo = (name: string): string =>
  /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;

/** What stood in the place of a part; nothing did if there was none, or the whole was something else. */
function earlier(whole: unknown, key: string, now: unknown): unknown {
  const isSame = Array.isArray(whole) === Array.isArray(now) && namesIn(whole).length > 0;

  return isSame && Object.hasOwn(whole as object, key) ? (whole as Readonly<Record<string, unknown>>)[key] : absent;
}

/** Is different from every value. */
const absent = Symbol('absent');

function moreRow(path: string, depth: number, text: string): StateRow {
  const row = { path: `${path}…`, depth: depth + 1, name: '', text, kind: 'more' } as const;

  return { ...row, canOpen: false, isOpen: false, isChanged: false };
}

// VALUES ----------------------------------------------------------------------

/** The names of what is in it, or its indices; none of what is one value. */
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

/** A value in one line. */
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
