/**
 * Compares the tree that a client shows (`client-tree.ts`) with the tree that the session has rendered (`nodes.ts`), and
 * writes the difference as a patch (`patch.ts`).
 *
 * Two values that are the same object are not compared further. Writes of parents come before those of their children;
 * nothing is written into what is removed in the same frame.
 */

import { type Key, UnsafeHtml } from '../template/html.js';
import type { Part } from '../template/template.js';
import { ListOperation, PartKind, type Scalar, type Wire } from '../wire/patch.js';
import type { ClientTree, FrameMark } from './client-tree.js';
import { matchByKey, matchByPosition } from './keyed-list.js';
import { controlText, handlerKind, Instance, isText, List, Mount, type Value } from './nodes.js';

// TYPES -----------------------------------------------------------------------

/** A patch being written, local to one call. */
interface Writing extends FrameMark {
  /** What the client shows. */
  readonly tree: ClientTree;
  /** Whether the values of parts other than children are left out, because the client has them in its page. */
  readonly isAdopting: boolean;
  readonly changes: Wire[];
}

// WHOLE PAGES -----------------------------------------------------------------

/**
 * The whole page as content of the root part. The client tree is reset to it.
 *
 * @param frame the number of its frame; until the client has applied it, events come from the old page
 */
export function describePage(tree: ClientTree, next: Value, frame = 0): Wire {
  return describeRoot(tree, next, frame, false);
}

/** The page without the values that its HTML shows, and with the number of tokens of each class, for a client that has this HTML. The client tree is reset to it. */
export function describeAdoption(tree: ClientTree, next: Value): Wire {
  return describeRoot(tree, next, 0, true);
}

function describeRoot(tree: ClientTree, next: Value, frame: number, isAdopting: boolean): Wire {
  const writing: Writing = { tree, frame, at: tree.now, isAdopting, changes: [] };
  tree.reset(writing);
  tree.content = next;

  return describeChild(writing, 0, 0, next);
}

// DIFF ------------------------------------------------------------------------

/**
 * The changes that turn what the client shows into `next`. The client tree then shows `next`. Empty if nothing that the
 * client can see has changed.
 *
 * @param frame the number of the frame of these changes
 * @param mounts components whose content has changed, parents before their children
 * @param at when it is made, by the clock of the client tree. Default: now
 */
export function diff(
  tree: ClientTree,
  next: Value,
  frame: number,
  mounts: Iterable<Mount> = [],
  at = tree.now
): Wire[] {
  const writing: Writing = { tree, frame, at, isAdopting: false, changes: [] };
  diffChild(writing, 0, 0, tree.content, next);
  tree.content = next;
  for (const mount of mounts) diffMount(writing, mount);
  diffEdited(writing);
  if (writing.changes.length === 0) tree.unretire(frame);

  return writing.changes;
}

/** Writes what a component shows now, if it is still in the page. */
function diffMount(writing: Writing, mount: Mount): void {
  const position = writing.tree.positionOf(mount);
  if (position === undefined) return;
  const { target, part, shown } = position;
  position.shown = mount.rendered;
  diffChild(writing, target, part, shown, mount.rendered, mount);
}

/** @param mount the component that shows `next`, if one does */
function diffChild(writing: Writing, target: number, part: number, previous: Value, next: Value, mount?: Mount): void {
  if (previous === next) return;
  if (previous instanceof Instance && next instanceof Instance && previous.definition === next.definition) {
    diffInstance(writing, previous, next);
  } else if (previous instanceof List && next instanceof List && isKeyed(previous) === isKeyed(next)) {
    diffList(writing, previous, next);
  } else if (previous instanceof UnsafeHtml && next instanceof UnsafeHtml && previous.html === next.html) {
    return;
  } else if (!Object.is(previous, next)) {
    writing.tree.leave(previous, writing, target, part);
    const described =
      mount === undefined ? describeChild(writing, target, part, next) : describeMount(writing, target, part, mount);
    writing.changes.push(target, part, described);
  }
}

function diffInstance(writing: Writing, previous: Instance, next: Instance): void {
  writing.tree.replace(previous, next, writing);
  const { parts } = next.definition;
  for (let index = 0; index < parts.length; index++) {
    const before = previous.values[index] as Value;
    const after = next.values[index] as Value;
    if (before !== after) diffPart(writing, next.number, index, parts[index] as Part, before, after);
  }
}

function diffPart(writing: Writing, target: number, index: number, part: Part, previous: Value, next: Value): void {
  switch (part.kind) {
    case PartKind.Child:
    case PartKind.Sole:
      diffChild(writing, target, index, previous, next);
      break;
    case PartKind.Event:
      if (handlerKind(previous) !== handlerKind(next)) writing.changes.push(target, index, handlerKind(next));
      break;
    default:
      if (isText(part)) diffText(writing, target, index, previous, next);
      else if (!Object.is(previous, next)) writing.changes.push(target, index, next as Wire);
  }
}

// TEXTS -----------------------------------------------------------------------

/** Compares with what the control shows, which is not what was written if the user has edited it. */
function diffText(writing: Writing, target: number, index: number, previous: Value, next: Value): void {
  const { changes, frame, tree } = writing;
  const shown = tree.texts.shown(target, index);
  if (shown === undefined ? Object.is(previous, next) : shown === controlText(next)) {
    tree.texts.agree(target, index);
    return;
  }
  tree.texts.write(frame, target, index, controlText(previous), controlText(next));
  changes.push(target, index, next as Wire);
}

/** Writes the texts that the user has edited and the views did not change: what a view gives is shown, if it is an answer. */
function diffEdited(writing: Writing): void {
  for (const { number, part, isLeft } of writing.tree.editedTexts) {
    const value = writing.tree.current(number)?.values[part];
    if (value === undefined) writing.tree.texts.agree(number, part);
    else if (!isLeft) diffText(writing, number, part, value, value);
  }
}

// LISTS -----------------------------------------------------------------------

function isKeyed(list: List): boolean {
  return list.source !== undefined;
}

function diffList(writing: Writing, previous: List, next: List): void {
  next.number = previous.number;
  const match = isKeyed(next) ? matchByKey : matchByPosition;
  const { removed, placed } = match(previous.rows, next.rows, (before, after) => diffInstance(writing, before, after));
  if (removed.length > 0) removeRows(writing, previous, removed);
  if (placed.length > 0) placeRows(writing, next, placed);
}

/** Writes one removal for each run of adjacent rows. */
function removeRows(writing: Writing, list: List, removed: readonly number[]): void {
  for (let first = 0, last = 0; first < removed.length; first = last) {
    const start = removed[first] as number;
    while (last < removed.length && removed[last] === start + last - first) {
      writing.tree.leave(list.rows[removed[last++] as number] as Instance, writing, list.number, 0);
    }
    const row = (list.rows[start] as Instance).number;
    const operands = last - first === 1 ? [row] : [row, last - first];
    writing.changes.push(list.number, ListOperation.Remove, operands);
  }
}

/** Writes moves and insertions from the end to the start, so that the row after each is already in place. */
function placeRows(writing: Writing, list: List, placed: readonly number[]): void {
  const { rows, number } = list;
  for (let last = placed.length - 1, first = last; last >= 0; last = first) {
    const end = (placed[last] as number) + 1;
    const before = rows[end]?.number;
    const row = rows[end - 1] as Instance;
    first = last - 1;
    if (row.number !== 0) {
      writing.changes.push(number, ListOperation.Move, before === undefined ? [row.number] : [row.number, before]);
      continue;
    }
    while (first >= 0 && placed[first] === end - (last - first) - 1 && isNew(rows, placed[first])) first--;
    const start = end - (last - first);
    const operands = describeRows(writing, list, start, end, before === undefined ? [] : [before]);
    writing.changes.push(number, before === undefined ? ListOperation.Append : ListOperation.Insert, operands);
  }
}

function isNew(rows: readonly Instance[], index: number | undefined): boolean {
  return index !== undefined && rows[index]?.number === 0;
}

// DESCRIPTIONS ----------------------------------------------------------------

function describeRows(writing: Writing, list: List, start: number, end: number, into: Wire[]): Wire[] {
  const keyed = isKeyed(list);
  for (let index = start; index < end; index++) {
    const row = list.rows[index] as Instance;
    if (keyed) into.push(row.key as Key);
    describeInstance(writing, row, into);
  }

  return into;
}

/** Writes a definition and its values, and numbers the instances in wire order. */
function describeInstance(writing: Writing, instance: Instance, into: Wire[]): Wire[] {
  const { definition, values } = instance;
  writing.tree.enter(instance);
  into.push(writing.tree.introduce(definition) ?? definition.wire);
  for (let index = 0; index < values.length; index++) {
    into.push(describePart(writing, instance.number, index, definition.parts[index] as Part, values[index] as Value));
  }

  return into;
}

function describePart(writing: Writing, target: number, index: number, part: Part, value: Value): Wire {
  switch (part.kind) {
    case PartKind.Child:
    case PartKind.Sole:
      return describeChild(writing, target, index, value);
    case PartKind.Event:
      return handlerKind(value);
    case PartKind.Property:
      // No attribute says how the page was loaded if the user has opened or closed something since.
      return writing.isAdopting && part.isReflected && part.name !== 'open' ? null : (value as Scalar);
    case PartKind.Class:
      return writing.isAdopting ? countTokens(value) : (value as Wire);
    default:
      return writing.isAdopting ? null : (value as Wire);
  }
}

/** How many tokens a class has: the client has to tell them from those of other scripts. `null` for none. */
function countTokens(value: Value): Scalar {
  return new Set(String(value ?? '').match(/\S+/g)).size || null;
}

function describeChild(writing: Writing, target: number, part: number, value: Value): Wire {
  if (value instanceof Mount) {
    writing.tree.place(value, target, part, writing);
    return describeMount(writing, target, part, value);
  }
  if (value instanceof Instance) return trim(describeInstance(writing, value, []));
  if (value instanceof List) {
    writing.tree.enterList(value);
    return describeRows(writing, value, 0, value.rows.length, [isKeyed(value) ? null : false]);
  }
  if (value instanceof UnsafeHtml) return writing.isAdopting ? [true] : [true, value.html];

  return writing.isAdopting ? null : (value as Scalar);
}

/** What a component shows, followed by the component's key. */
function describeMount(writing: Writing, target: number, part: number, { key, rendered }: Mount): Wire {
  if (!(rendered instanceof Instance) || key === undefined) return describeChild(writing, target, part, rendered);
  const described = describeInstance(writing, rendered, []);
  described.push(key);

  return described;
}

function trim(values: Wire[]): Wire[] {
  while (values.at(-1) === null) values.pop();

  return values;
}
