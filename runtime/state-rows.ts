/**
 * A state as rows: plain data shown as a tree of which some rows are open. `observed.ts` gives it what has been
 * redacted; here it becomes lines that can be drawn as they are, as many as somebody can look at.
 */

import type { StateRow } from './inspection.js';
import { hidden } from './secret.js';

// LIMITS ----------------------------------------------------------------------

/** Rows of one state that are shown. */
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

  return rows;
}

function addRows(rows: StateRow[], open: ReadonlySet<string>, place: Place): void {
  if (rows.length >= mostRows) return;
  const { path, depth, name, value, before } = place;
  const entries = entriesOf(value);
  const isOpen = entries.length > 0 && open.has(path);
  const isChanged = before !== undefined && !isEqual(before.value, value);
  const kind = kindOf(value);
  rows.push({ path, depth, name, text: textFor(value), kind, canOpen: entries.length > 0, isOpen, isChanged });
  if (!isOpen) return;
  for (const [key, inner] of entries.slice(0, mostEntries)) addRows(rows, open, inside(place, key, inner));
  if (entries.length > mostEntries) rows.push(rest(place, entries.length - mostEntries));
}

function inside({ path, depth, value, before }: Place, key: string, inner: unknown): Place {
  const step = Array.isArray(value) ? `[${key}]` : `.${key}`;
  const earlier = before && { value: (before.value as Record<string, unknown> | null | undefined)?.[key] };

  return { path: `${path}${step}`, name: key, depth: depth + 1, value: inner, before: earlier };
}

function rest({ path, depth }: Place, count: number): StateRow {
  const text = `${count.toLocaleString('en')} more`;

  return {
    path: `${path}…`,
    depth: depth + 1,
    name: '',
    text,
    kind: 'more',
    canOpen: false,
    isOpen: false,
    isChanged: false,
  };
}

// VALUES ----------------------------------------------------------------------

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof Uint8Array) return [];

  return Object.entries(value);
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

/** Whether two values are the same, however deep; objects that are the same object are, whatever is in them. */
export function isEqual(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (left instanceof Date || right instanceof Date)
    return Number(left) === Number(right) && left.constructor === right.constructor;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const names = Object.keys(left);

  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && isEqual(left[name as never], right[name as never]))
  );
}
