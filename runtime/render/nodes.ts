/**
 * The nodes of a rendered tree: what a view returned, checked against its templates and made comparable. `render.ts`
 * makes them of the values of a view (`html.ts`), `diff.ts` compares two trees of them, and `render-to-string.ts` writes
 * one as HTML.
 *
 * A node is not changed once it is made, apart from the numbers that `client-tree.ts` gives it and from what a mount
 * shows. Two trees may share nodes: what is the same object has not changed.
 */

import type { Context } from '../template/content-model.js';
import type { Key, Repeat, UnsafeHtml } from '../template/html.js';
import type { Definition, Part } from '../template/template.js';
import { HandlerKind, PartKind, type Scalar } from '../wire/patch.js';

// TYPES -----------------------------------------------------------------------

/** A template in the page: its definition and the values of its parts. */
export class Instance {
  readonly definition: Definition;
  readonly values: readonly Value[];
  /** Its key, if it is a row of a keyed list. */
  readonly key: Key | undefined;
  /** The component whose view it comes from, which receives its events. */
  readonly mount: Mount | undefined;
  /** Whether components may stand in it, at any depth. */
  readonly hasMounts: boolean;
  /** Its number on the wire; 0 until it is sent to the client. */
  number = 0;

  constructor(
    definition: Definition,
    values: readonly Value[],
    key: Key | undefined,
    mount: Mount | undefined = undefined,
    hasMounts = false
  ) {
    this.definition = definition;
    this.values = values;
    this.key = key;
    this.mount = mount;
    this.hasMounts = hasMounts;
  }
}

/** A list of rows, by key or by position. */
export class List {
  readonly rows: readonly Instance[];
  /** The `repeat` it was rendered from, if it is keyed. */
  readonly source: Repeat<unknown> | undefined;
  /** Whether components may stand in its rows, or stood in those of the list before. */
  readonly hasMounts: boolean;
  /** Its number on the wire; 0 until it is sent to the client. */
  number = 0;
  /** The keys of the rows, if they were needed; each list passes them to the next. */
  keys: Set<Key> | undefined;

  constructor(
    rows: readonly Instance[],
    source: Repeat<unknown> | undefined,
    keys: Set<Key> | undefined,
    hasMounts = false
  ) {
    this.rows = rows;
    this.source = source;
    this.keys = keys;
    this.hasMounts = hasMounts;
  }
}

/**
 * Where a component stands in the page. The tree around it holds the mount and stays the same while what the
 * component shows changes by itself.
 */
export class Mount {
  /** The key of the component among others of its kind in the view that places it; the root of a page has none. */
  readonly key: Key | undefined;
  /** The component instance that stands there. Only the tree knows what it is. */
  readonly owner: object;
  /** What the content model says of the place. */
  context: Context;
  /** What the component shows. */
  rendered: Value = null;

  constructor(key: Key | undefined, owner: object, context: Context) {
    this.key = key;
    this.owner = owner;
    this.context = context;
  }
}

/** What an event part holds: a message, or a function from the decoded event to one. */
export type EventValue = { readonly type: string } | ((event: never) => unknown);

/** Style declarations, flat: name, value, name, value. */
export type StyleValue = readonly string[];

/** What stands in a part. */
export type Value = Scalar | Instance | List | Mount | UnsafeHtml | StyleValue | EventValue;

// QUERIES ---------------------------------------------------------------------

/** The mounts of the components that stand in a tree, in document order; not those inside of them. */
export function mountsIn(value: Value, found: Mount[] = []): readonly Mount[] {
  if (value instanceof Mount) found.push(value);
  else if (value instanceof List) {
    if (value.hasMounts) for (const row of value.rows) mountsIn(row, found);
  } else if (value instanceof Instance && value.hasMounts) {
    for (const child of value.values) mountsIn(child, found);
  }

  return found;
}

/** Whether components may stand in a value, at any depth. */
export function hasMounts(value: Value): boolean {
  return value instanceof Mount || ((value instanceof Instance || value instanceof List) && value.hasMounts);
}

/** The kind of handler that the client is sent for an event part. */
export function handlerKind(value: Value): HandlerKind {
  if (value === null) return HandlerKind.None;

  return typeof value === 'function' && value.length > 0 ? HandlerKind.Function : HandlerKind.Message;
}

/** Whether a part writes the text of a control that the user edits. */
export function isText({ kind, name, element }: Part): boolean {
  return kind === PartKind.Property && name === 'value' && (element === 'input' || element === 'textarea');
}

/** The part that writes the text of the control that an event part is on; -1 if none does. */
export function textPartOf({ parts }: Definition, event: number): number {
  return parts.findIndex((part) => part.node === parts[event]?.node && isText(part));
}

/** What a control shows if this is its `value`. */
export function controlText(value: Value): string {
  return value === null ? '' : String(value);
}
