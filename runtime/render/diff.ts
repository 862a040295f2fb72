/**
 * Compares the tree a client shows with the tree the session has rendered and writes the difference as
 * a patch (`patch.ts`). `rendered.ts` makes the trees, `client-tree.ts` keeps the numbers, `frame-codec.ts` packs
 * the result.
 *
 * Subtrees that are the same object are not looked into. Writes of parents come before those of their
 * children; nothing is written into what is removed in the same frame.
 */

import { type Key, UnsafeHtml } from '../template/html.js';
import type { Part } from '../template/template.js';
import { ListOperation, PartKind, type Scalar, type Wire } from '../wire/patch.js';
import type { ClientTree } from './client-tree.js';
import { matchByKey, matchByPosition } from './keyed-list.js';
import { handlerKind, Instance, List, Mount, type Value } from './rendered.js';

// TYPES -----------------------------------------------------------------------

/** Where a frame is being written: a cursor local to one call. */
interface Writing {
  readonly mirror: ClientTree;
  /** The number the frame will have. */
  readonly frame: number;
  /** Without leaf values: the client finds them in the page it has. */
  readonly adopting: boolean;
  readonly changes: Wire[];
}

// WHOLE PAGES -----------------------------------------------------------------

/**
 * The whole page as content of the root part; the mirror starts anew with it.
 *
 * @param frame the number of the frame it will travel in; until the client has applied that, events are from the old page
 */
export function describePage(mirror: ClientTree, next: Value, frame = 0): Wire {
  return describeRoot(mirror, next, frame, false);
}

/** The page without its leaf values, for a client that has the HTML of it; the mirror starts anew with it. */
export function describeAdoption(mirror: ClientTree, next: Value): Wire {
  return describeRoot(mirror, next, 0, true);
}

function describeRoot(mirror: ClientTree, next: Value, frame: number, adopting: boolean): Wire {
  mirror.restart(frame);
  mirror.content = next;

  return describeChild({ mirror, frame, adopting, changes: [] }, 0, 0, next);
}

// DIFF ------------------------------------------------------------------------

/**
 * The changes that turn what the client shows into `next`; the mirror then shows `next`. Empty if
 * nothing the client can see has changed.
 *
 * @param frame the number of the frame the changes will travel in
 * @param mounts components that show something else than they did, parents before their children
 */
export function diff(mirror: ClientTree, next: Value, frame: number, mounts: Iterable<Mount> = []): Wire[] {
  const writing: Writing = { mirror, frame, adopting: false, changes: [] };
  diffChild(writing, 0, 0, mirror.content, next);
  mirror.content = next;
  for (const mount of mounts) diffMount(writing, mount);
  if (writing.changes.length === 0) mirror.unretire(frame);

  return writing.changes;
}

/** Writes what a component shows now, if it still stands in the page. */
function diffMount(writing: Writing, mount: Mount): void {
  const standing = writing.mirror.standing(mount);
  if (standing === undefined) return;
  const { target, part, shown } = standing;
  standing.shown = mount.rendered;
  diffChild(writing, target, part, shown, mount.rendered, mount);
}

/** `mount` is where `next` stands, if it is what a component shows. */
function diffChild(writing: Writing, target: number, part: number, previous: Value, next: Value, mount?: Mount): void {
  if (previous === next) return;
  if (previous instanceof Instance && next instanceof Instance && previous.definition === next.definition) {
    diffInstance(writing, previous, next);
  } else if (previous instanceof List && next instanceof List && isKeyed(previous) === isKeyed(next)) {
    diffList(writing, previous, next);
  } else if (previous instanceof UnsafeHtml && next instanceof UnsafeHtml && previous.html === next.html) {
    return;
  } else if (!Object.is(previous, next)) {
    writing.mirror.leave(previous, writing.frame, target, part);
    const described =
      mount === undefined ? describeChild(writing, target, part, next) : describeMount(writing, target, part, mount);
    writing.changes.push(target, part, described);
  }
}

function diffInstance(writing: Writing, previous: Instance, next: Instance): void {
  writing.mirror.replace(previous, next, writing.frame);
  const { parts } = next.definition;
  for (let index = 0; index < parts.length; index++) {
    const before = previous.values[index] as Value;
    const after = next.values[index] as Value;
    if (before !== after) diffPart(writing, next.number, index, (parts[index] as Part).kind, before, after);
  }
}

function diffPart(writing: Writing, target: number, part: number, kind: PartKind, previous: Value, next: Value): void {
  switch (kind) {
    case PartKind.Child:
    case PartKind.Sole:
      diffChild(writing, target, part, previous, next);
      break;
    case PartKind.Event:
      if (handlerKind(previous) !== handlerKind(next)) writing.changes.push(target, part, handlerKind(next));
      break;
    default:
      if (!Object.is(previous, next)) writing.changes.push(target, part, next as Wire);
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

/** Writes one removal for each run of neighbours. */
function removeRows(writing: Writing, list: List, removed: readonly number[]): void {
  for (let first = 0, last = 0; first < removed.length; first = last) {
    const start = removed[first] as number;
    while (last < removed.length && removed[last] === start + last - first) {
      writing.mirror.leave(list.rows[removed[last++] as number] as Instance, writing.frame, list.number, 0);
    }
    const row = (list.rows[start] as Instance).number;
    const operands = last - first === 1 ? [row] : [row, last - first];
    writing.changes.push(list.number, ListOperation.Remove, operands);
  }
}

/** Writes moves and insertions from the end to the start, so that the row after each is in place. */
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

/** Writes a definition and its values, numbering on the way. */
function describeInstance(writing: Writing, instance: Instance, into: Wire[]): Wire[] {
  const { definition, values } = instance;
  writing.mirror.enter(instance);
  into.push(writing.mirror.meet(definition) ?? definition.wire);
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
      return writing.adopting && part.reflected ? null : (value as Scalar);
    default:
      return writing.adopting ? null : (value as Wire);
  }
}

function describeChild(writing: Writing, target: number, part: number, value: Value): Wire {
  if (value instanceof Mount) {
    writing.mirror.stand(value, target, part, writing.frame);
    return describeMount(writing, target, part, value);
  }
  if (value instanceof Instance) return trim(describeInstance(writing, value, []));
  if (value instanceof List) {
    writing.mirror.enterList(value);
    return describeRows(writing, value, 0, value.rows.length, [isKeyed(value) ? null : false]);
  }
  if (value instanceof UnsafeHtml) return writing.adopting ? [true] : [true, value.html];

  return writing.adopting ? null : (value as Scalar);
}

/** What a component shows, and behind it the component's key. */
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
