/**
 * A patch is the smallest ordered list of changes that turns the tree the client shows into the tree
 * the session has rendered. `diff.ts` makes patches, `frame-codec.ts` packs them, `client/apply.ts` applies
 * them. This file only says what they are; it imports nothing and both sides share it.
 *
 * A patch is one flat array of triples, because every array header costs a byte:
 *
 *     [ target, part, value,   target, part, value,   ... ]
 *
 * `target` is the number of an instance (a template that stands in the page) or of a list. Both are
 * numbered from 1, session-wide, in wire order, by both sides; numbers do not travel when things are
 * made. Target 0 is the root: it has one child part, 0, the page itself. For an instance, `part` is an
 * index into its definition's parts and `value` is what now stands there (see `Content`). For a list,
 * `part` is a `ListOperation` and `value` its operands.
 */

// TYPES -----------------------------------------------------------------------

/** A leaf: text, an attribute, a property. Numbers travel as numbers; the client turns them into text. */
export type Scalar = string | number | boolean | null;

/** Anything a frame can hold: a scalar or an array of such. No maps, no binary, no extensions. */
export type Wire = Scalar | readonly Wire[];

/** Target, part, value, over and over. */
export type Patch = readonly Wire[];

/**
 * What stands in a child part:
 *
 * | value                               | meaning                                              |
 * |-------------------------------------|------------------------------------------------------|
 * | `null`                              | nothing                                              |
 * | scalar                              | text                                                 |
 * | `[definition, ...values]`           | an instance: one value per part of its definition    |
 * | `[null, key, def, ...values, ...]`  | a keyed list: rows flat, one after the other         |
 * | `[false, def, ...values, ...]`      | a list by position                                   |
 * | `[true, html]`                      | raw HTML, opaque, in a sole child part only          |
 *
 * `definition` is a `DefinitionWire` the first time a client meets it, afterwards its index in the
 * order of first meetings, counted by both sides. Every row of a list is an instance.
 */
export type Content = Wire;

/** `[hash, namespace, html, index, kind, name, index, kind, name, ...]`: html of the empty template and its parts. */
export type DefinitionWire = readonly Wire[];

// KINDS -----------------------------------------------------------------------

/** What a part is. Wire numbers, append only. */
export const PartKind = {
  /** A child between the comments `<!--[-->` and `<!--]-->`; its node is the opening comment. */
  Child: 0,
  /** A child that is all its parent element contains; its node is that element. No comments. */
  Sole: 1,
  /** The text of a `title` or `textarea`: one joined string; its node is that element. */
  Text: 2,
  /** An attribute; `null` removes it. Several holes and their statics are joined to one string. */
  Attribute: 3,
  /** The `class` attribute: the whole value, statics included; changes are applied token by token. In `adopt`, how many tokens it has. */
  Class: 4,
  /** A style object: `[name, value, name, value, ...]`, applied through CSSOM. */
  Style: 5,
  /** A boolean attribute: `true` present, `false` absent. */
  Boolean: 6,
  /** A DOM property; any scalar. */
  Property: 7,
  /** An event: a `HandlerKind`. */
  Event: 8,
} as const;
export type PartKind = (typeof PartKind)[keyof typeof PartKind];

/** What stands in an event part, as far as the client needs to know. */
export const HandlerKind = {
  /** Nothing: the event is not sent. */
  None: 0,
  /** A message value: the event is sent without payload. */
  Message: 1,
  /** A function: the event is sent with its payload. */
  Function: 2,
} as const;
export type HandlerKind = (typeof HandlerKind)[keyof typeof HandlerKind];

/** The namespace a definition's HTML is to be parsed in. */
export const Namespace = { Html: 0, Svg: 1, MathMl: 2 } as const;
export type Namespace = (typeof Namespace)[keyof typeof Namespace];

/**
 * Changes to a list; they stand where a part index would. Rows are named by their instance number, so
 * an operation means the same wherever the row has moved. Order within one frame: writes into kept
 * rows, removals, then moves and insertions from the end of the list to its start (so that the row a
 * thing is put before is already in place).
 */
export const ListOperation = {
  /** `[(key,) def, ...values, (key,) def, ...values, ...]` at the end. Keys only in keyed lists. */
  Append: 0,
  /** `[before, (key,) def, ...values, (key,) def, ...]` in front of row `before`. Keys only in keyed lists. */
  Insert: 1,
  /** `[row, count?]` removes `count` (default 1) rows from `row` on, in present order. */
  Remove: 2,
  /** `[row, before?]` moves `row` in front of row `before`, to the end if absent. */
  Move: 3,
} as const;
export type ListOperation = (typeof ListOperation)[keyof typeof ListOperation];

/** The data of the comments around a child part that is not sole, and of the one that ends a template ending in text. */
export const Marker = { Open: '[', Close: ']', End: '' } as const;

/** Attributes of Troupe's own in the page. */
export const Mark = {
  /** On elements with event parts: the event types, separated by spaces. */
  Events: 'data-troupe-on',
  /** On the root: what the notice of a page that is not live says, if that is not the default; '' for no notice. */
  Notice: 'data-troupe-notice',
  /** On the root: the browser asked for the page by a reload; with `fresh` the page takes nothing of what was left for it. */
  Reload: 'data-troupe-reload',
  /** On the root: the state of the connection, one of `connecting`, `live`, `unanswered`, `offline`. */
  State: 'data-troupe',
  /** On the root: where the socket is, a path. */
  Socket: 'data-troupe-socket',
  /** On the root, while there are any: how many of the page's events are not stored yet. On an element, without a value, while its newest event has no answer. */
  Pending: 'data-troupe-pending',
  /** On the root, while it is so: the session cannot be stored, and of its events the page keeps none. */
  Unstored: 'data-troupe-unstored',
  /** On elements with attributes `pending:NAME`, which say what they show while an event has no answer. */
  Overlay: 'data-troupe-overlay',
  /** In the first page, on forms and buttons that work without script: what the client changes of them, `action method=dialog`. */
  Post: 'data-troupe-post',
  /** In the first page: style declarations, applied by the client (a `style` attribute would break a strict CSP). */
  Style: 'data-troupe-style',
  /** On the root: the session token. */
  Token: 'data-troupe-token',
} as const;
