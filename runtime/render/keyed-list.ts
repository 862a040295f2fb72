/**
 * Keyed lists: which row of the last render an item belongs to, for `render.ts`, and the fewest moves from one order of
 * rows to another, for `diff.ts`.
 *
 * Both walk the old and the new list side by side and expect the usual changes: none, one row changed, some rows added
 * at an end, some removed. Only rows that this walk cannot place are looked up by key. Only if rows have changed their
 * order is the longest increasing subsequence computed.
 */

import { ErrorCode, TroupeError, textOf } from '../platform/errors.js';
import type { Key, Repeat } from '../template/html.js';
import type { Instance, List } from './nodes.js';

/** Rows that the walk looks ahead to continue after removed rows. */
const maxLookAhead = 16;

// RENDERING -------------------------------------------------------------------

/** Renders the row of an item, into the row it had. */
export type RenderRow = (item: unknown, key: Key, previous: Instance | undefined) => Instance;

/** Shows the hole of the list, for errors. */
export type ShowPlace = () => string;

/** The rows of a list and the set of their keys, if that was needed. */
export interface Aligned {
  readonly rows: Instance[];
  readonly keys: Set<Key> | undefined;
}

/**
 * Finds the row that each item had, renders the rows that cannot be taken over, and checks the keys.
 *
 * A worked trace, old items `a b c d`, new items `b C e d` (`C` is a new object with the key of `c`):
 *
 *     i  item  old row at j   what happens
 *     0  b     a              not a, nor a's key; b is found 1 ahead: a is left over, b is taken, j = 2
 *     1  C     c              the key of c: rendered into row c, j = 3
 *     2  e     d              not d; e is not ahead: e waits
 *     3  d     d              identical: the row is taken as it is, j = 4
 *
 * e waits and a is left over. The key of e is not among the keys of the rows left over, so e is a new row, and a is
 * removed.
 *
 * @param hoisted whether the view is the same function as in the last render, so that identical items have identical rows
 * @throws TroupeError `duplicate-key`, or `value` for a key that is not a string or a number
 */
export function alignRows(
  last: List | undefined,
  hoisted: boolean,
  source: Repeat<unknown>,
  render: RenderRow,
  showPlace: ShowPlace = () => ''
): Aligned {
  const { items } = source;
  const keyOf = source.key as (item: unknown) => Key;
  const rows = new Array<Instance>(items.length);
  const waiting: number[] = [];
  const left: number[] = [];
  const lastItems = itemsOf(last, items);
  const lastRows = last?.rows ?? [];

  let at = 0;
  for (let index = 0; index < rows.length; index++) {
    if (hoisted) {
      const run = takeRun(rows, index, items, lastRows, lastItems, at);
      index += run;
      at += run;
      if (index === rows.length) break;
    }
    const item = items[index];
    if (at < lastRows.length) {
      let skipped = lastItems[at] === item ? 0 : skip(lastItems, at, item);
      if (skipped < 0 && (lastRows[at] as Instance).key === keyOf(item)) skipped = 0;
      if (skipped >= 0) {
        for (; skipped > 0; skipped--) left.push(at++);
        const row = lastRows[at] as Instance;
        rows[index] = hoisted && lastItems[at] === item ? row : render(item, row.key as Key, row);
        at++;
        continue;
      }
    }
    waiting.push(index);
  }
  while (at < lastRows.length) left.push(at++);

  return { rows, keys: settle({ rows, waiting, left, source, last, lastItems, hoisted, render, showPlace }) };
}

/** The items of the last rows. None if the array was changed in place: then rows are matched by key only. */
function itemsOf(last: List | undefined, next: readonly unknown[]): readonly unknown[] {
  const items = last?.source?.items;

  return items === undefined || items === next || items.length !== last?.rows.length ? [] : items;
}

/** Takes over the rows of a run of identical items, and returns its length. Most rows pass through this loop only. */
function takeRun(
  rows: Instance[],
  index: number,
  items: readonly unknown[],
  lastRows: readonly Instance[],
  lastItems: readonly unknown[],
  at: number
): number {
  const maxRun = Math.min(items.length - index, lastItems.length - at);
  let run = 0;
  while (run < maxRun && items[index + run] === lastItems[at + run]) {
    rows[index + run] = lastRows[at + run] as Instance;
    run++;
  }

  return run;
}

/** The number of old items to skip so that `item` comes next; -1 if it is not within reach. */
function skip(lastItems: readonly unknown[], at: number, item: unknown): number {
  const end = Math.min(lastItems.length, at + maxLookAhead);
  for (let ahead = at + 1; ahead < end; ahead++) {
    if (lastItems[ahead] === item) return ahead - at;
  }

  return -1;
}

/** What the walk could not place. */
interface Unplaced {
  readonly rows: Instance[];
  /** Indices of items. */
  readonly waiting: readonly number[];
  /** Indices of old rows. */
  readonly left: readonly number[];
  readonly source: Repeat<unknown>;
  readonly last: List | undefined;
  readonly lastItems: readonly unknown[];
  readonly hoisted: boolean;
  readonly render: RenderRow;
  readonly showPlace: ShowPlace;
}

/** Renders the waiting items, into rows left over with the same key, and updates the set of keys. */
function settle(unplaced: Unplaced): Set<Key> | undefined {
  const { rows, waiting, left, source, last, lastItems, hoisted, render, showPlace } = unplaced;

  if (waiting.length === 0 && left.length === 0) return takeKeys(last);

  const keys = takeKeys(last) ?? new Set(last?.rows.map((row) => row.key as Key));
  const byKey = new Map<Key, number>();
  for (const at of left) {
    const key = last?.rows[at]?.key as Key;
    byKey.set(key, at);
    keys.delete(key);
  }
  for (const index of waiting) {
    const item = source.items[index];
    const key = checkedKey((source.key as (item: unknown) => Key)(item), keys, index, showPlace);
    const at = byKey.get(key) ?? -1;
    const row = last?.rows[at];
    rows[index] = hoisted && row !== undefined && lastItems[at] === item ? row : render(item, key, row);
  }

  return keys;
}

/** Takes the set of keys from the last list. Each list changes the same set, so that adding a row to many is cheap. */
function takeKeys(last: List | undefined): Set<Key> | undefined {
  const keys = last?.keys;
  if (last !== undefined) last.keys = undefined;

  return keys;
}

/** Adds a key to the set of keys, and returns it as it can be encoded. */
function checkedKey(given: Key, keys: Set<Key>, index: number, showPlace: ShowPlace): Key {
  if (typeof given !== 'string' && (typeof given !== 'number' || Number.isNaN(given))) {
    throw new TroupeError(
      ErrorCode.Value,
      `The key of row ${index} is ${textOf(given)}; a key is a string or a number. Give repeat a function from the item to one: (item) => item.id.${showPlace()}`
    );
  }
  const key = typeof given === 'string' && !given.isWellFormed() ? given.toWellFormed() : given;
  const known = keys.size;
  keys.add(key);
  if (keys.size === known) {
    throw new TroupeError(
      ErrorCode.DuplicateKey,
      `Two rows of one list have the key ${JSON.stringify(key)}, the second at index ${index}. Give repeat a key function that tells all items apart.${showPlace()}`
    );
  }

  return key;
}

// DIFFING ---------------------------------------------------------------------

/** The steps from one order of rows to another. */
export interface Reordering {
  /** Indices of old rows to remove, ascending. */
  readonly removed: readonly number[];
  /** Indices of next rows to insert or move, ascending; all others are in place. */
  readonly placed: readonly number[];
}

/** Is called for each row that is kept but is another object than before. */
export type KeepRow = (previous: Instance, next: Instance) => void;

/** Whether writes into a row can turn it into the other. */
function isKept(previous: Instance, next: Instance): boolean {
  return previous === next || (previous.key === next.key && previous.definition === next.definition);
}

/** Matches rows by position: rows of the same definition are kept, others are replaced. */
export function matchByPosition(previous: readonly Instance[], next: readonly Instance[], keep: KeepRow): Reordering {
  const removed: number[] = [];
  const placed: number[] = [];
  for (let index = 0; index < Math.max(previous.length, next.length); index++) {
    const before = previous[index];
    const after = next[index];
    if (before !== undefined && after !== undefined && isKept(before, after)) {
      if (before !== after) keep(before, after);
      continue;
    }
    if (before !== undefined) removed.push(index);
    if (after !== undefined) placed.push(index);
  }

  return { removed, placed };
}

/** Matches rows by key and finds the fewest that have to move. */
export function matchByKey(previous: readonly Instance[], next: readonly Instance[], keep: KeepRow): Reordering {
  const waiting: number[] = [];
  const left: number[] = [];
  let at = 0;
  for (let index = 0; index < next.length; index++) {
    const run = sameRun(previous, at, next, index);
    index += run;
    at += run;
    if (index === next.length) break;
    const row = next[index] as Instance;
    const found = at < previous.length ? findRow(previous, at, row) : -1;
    if (found < 0) {
      waiting.push(index);
      continue;
    }
    while (at < found) left.push(at++);
    const before = previous[at++] as Instance;
    if (before !== row) keep(before, row);
  }
  while (at < previous.length) left.push(at++);
  if (waiting.length === 0 || left.length === 0) return { removed: left, placed: waiting };

  return matchMoved(previous, next, { waiting, left, keep });
}

/** The length of a run of rows that are the same objects. Most rows pass through this loop only. */
function sameRun(previous: readonly Instance[], at: number, next: readonly Instance[], index: number): number {
  const maxRun = Math.min(previous.length - at, next.length - index);
  let run = 0;
  while (run < maxRun && previous[at + run] === next[index + run]) run++;

  return run;
}

/** The index of the row, at `at` or within reach after it; -1 if it is not there. */
function findRow(previous: readonly Instance[], at: number, row: Instance): number {
  const end = Math.min(previous.length, at + maxLookAhead);
  for (let index = at; index < end; index++) {
    if (isKept(previous[index] as Instance, row)) return index;
  }

  return -1;
}

/** Looks up by key the rows that the walk could not match, and finds which have to move if the order changed. */
function matchMoved(
  previous: readonly Instance[],
  next: readonly Instance[],
  { waiting, left, keep }: { waiting: readonly number[]; left: readonly number[]; keep: KeepRow }
): Reordering {
  const byKey = new Map<Key, number>();
  for (const index of left) byKey.set((previous[index] as Instance).key as Key, index);
  const moved = new Map<number, number>();
  for (const index of waiting) {
    const row = next[index] as Instance;
    const source = byKey.get(row.key as Key);
    if (source === undefined || !isKept(previous[source] as Instance, row)) continue;
    if (previous[source] !== row) keep(previous[source] as Instance, row);
    byKey.delete(row.key as Key);
    moved.set(index, source);
  }
  const removed = [...byKey.values()];
  if (moved.size === 0) return { removed, placed: waiting };

  return { removed, placed: fewestPlaced(previous.length, next.length, { removed, waiting, moved }) };
}

/** The next rows that are not part of a longest subsequence that can stay: the new ones and the fewest that must move. */
function fewestPlaced(
  before: number,
  after: number,
  {
    removed,
    waiting,
    moved,
  }: { removed: readonly number[]; waiting: readonly number[]; moved: ReadonlyMap<number, number> }
): number[] {
  const sources = new Int32Array(after).fill(-1);
  const taken = new Uint8Array(before);
  for (const index of removed) taken[index] = 1;
  for (const [index, source] of moved) {
    sources[index] = source;
    taken[source] = 1;
  }
  const isWaiting = new Uint8Array(after);
  for (const index of waiting) isWaiting[index] = 1;
  for (let index = 0, at = 0; index < after; index++) {
    if (isWaiting[index] === 1) continue;
    while (taken[at] === 1) at++;
    sources[index] = at++;
  }
  const stays = longestIncreasing(sources);

  return Array.from(stays.keys()).filter((index) => stays[index] === 0);
}

/**
 * Marks a longest subsequence of `sources` (ignoring -1) that increases: these rows keep their places, and all others
 * move once. Patience sorting with binary search (Fredman 1975), O(n log n).
 *
 * A worked trace for sources `2 0 1 3`:
 *
 *     index  source  piles (their last sources)   predecessor
 *     0      2       [2]                          none
 *     1      0       [0]                          none
 *     2      1       [0 1]                        index 1
 *     3      3       [0 1 3]                      index 2
 *
 * From the last pile back: indices 3, 2, 1 stay; index 0 moves.
 */
function longestIncreasing(sources: Int32Array): Uint8Array {
  const stays = new Uint8Array(sources.length);
  const predecessors = new Int32Array(sources.length).fill(-1);
  const piles: number[] = [];
  for (let index = 0; index < sources.length; index++) {
    const source = sources[index] as number;
    if (source < 0) continue;
    const pile = lowerBound(piles, sources, source);
    if (pile > 0) predecessors[index] = piles[pile - 1] as number;
    piles[pile] = index;
  }
  for (let index = piles.at(-1) ?? -1; index >= 0; index = predecessors[index] as number) stays[index] = 1;

  return stays;
}

/** The first pile whose last source is not smaller. */
function lowerBound(piles: readonly number[], sources: Int32Array, source: number): number {
  let low = 0;
  let high = piles.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sources[piles[middle] as number] as number) < source) low = middle + 1;
    else high = middle;
  }

  return low;
}
