/**
 * What a view is written with: the `html` tag, keyed lists and raw HTML. A view returns these values, and `render.ts`
 * reads them. Making one does nothing else: nothing is scanned or escaped before it is rendered.
 *
 * Imports nothing of Node, so that a view can run anywhere.
 */

import { ErrorCode, TroupeError } from '../platform/errors.js';
import type { EventData } from '../wire/event-data.js';

// TYPES -----------------------------------------------------------------------

/** What every message has: the name of what happened, in the past tense. */
export interface AnyMessage {
  readonly type: string;
}

/** Whether a value is a message, as its type may claim after a cast. XState takes types that begin with `xstate.` as its own commands. */
export function isMessage(value: unknown): value is AnyMessage {
  const type = (value as { readonly type?: unknown } | null | undefined)?.type;

  return typeof type === 'string' && !type.startsWith('xstate.');
}

/** A key identifies a row of its list. Keys are compared with `===`: a number and its text are two keys. */
export type Key = string | number;

/** Style declarations: property names as in CSS or in camel case; `null`, `undefined` and `false` leave one out. */
export type Style = { readonly [property: string]: string | number | null | undefined | false } & {
  readonly type?: never;
};

/** From the decoded event to a message; `null` or `false` for no message. */
export type Handler<Message> = (event: EventData) => Message | null | false;

/**
 * What can stand between tags: text, templates, lists, or nothing: `null`, `undefined`, `false` and `true`. A
 * boolean is not shown as text. To show one, choose the text: `${isOn ? 'yes' : 'no'}`.
 */
export type Child<Message> =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | Template<Message>
  | Repeat<Message>
  | Placement<Message>
  | UnsafeHtml
  | readonly Child<Message>[];

/** What can stand in a hole of a template whose handlers send `Message`. */
export type Hole<Message> = Child<Message> | Message | Handler<Message> | Style | Spread<Message>;

// TEMPLATES -------------------------------------------------------------------

/** A template literal and the values of its holes. Made by `html` alone: no decoder can make one. */
export class Template<out Message> {
  /** The literal's static strings; one identity per literal. */
  readonly statics: TemplateStringsArray;
  /** The values of the holes. */
  readonly values: readonly unknown[];
  /** Which messages its handlers send; only a type. */
  declare readonly message?: Message;

  constructor(statics: TemplateStringsArray, values: readonly unknown[]) {
    this.statics = statics;
    this.values = values;
  }
}

/**
 * Makes a template. Holes: `${child}`, `name=${attribute}`, `?name=${boolean}`, `.name=${property}`,
 * `@name=${message or handler}`, `${spread({ … })}` in a tag.
 *
 * ```ts
 * const view = ({ count }: Model) => html<Message>`<button @click=${{ type: 'incremented' }}>${count}</button>`;
 * ```
 *
 * **Note:** errors in the template are thrown when it is first rendered, with the place marked.
 */
export function html<Message extends AnyMessage = never>(
  statics: TemplateStringsArray,
  ...holes: readonly NoInfer<Hole<Message>>[]
): Template<Message> {
  return new Template<Message>(statics, holes);
}

// ATTRIBUTES ------------------------------------------------------------------

/** Attributes by their names as a template has them: `name`, `?name`, `.name` or `@name`, with what may stand in the hole. */
export interface Attributes<Message> {
  readonly [name: string]: string | number | bigint | boolean | null | undefined | Message | Handler<Message> | Style;
}

/** Attributes for one element. Made by `spread`. */
export class Spread<out Message> {
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Which messages its handlers send; only a type. */
  declare readonly message?: Message;

  constructor(attributes: Readonly<Record<string, unknown>>) {
    this.attributes = attributes;
  }
}

/**
 * Attributes for a hole that stands in a tag, where an attribute would.
 *
 * ```ts
 * const field = spread({ name: 'email', type: 'email', '.value': model.email, '?required': true });
 * html`<input ${field} autocomplete="off">`;
 * ```
 *
 * What is written in the tag wins over the same name in the spread. An attribute whose value is `null`, `undefined` or
 * `false` is left out, as everywhere.
 *
 * **Note:** the names decide which template it is. Give the same names in each render, with `null` for what is not there:
 * with other names the template is rendered anew, and its elements are others.
 *
 * @throws TroupeError `value` if `attributes` is not an object
 */
export function spread<Message extends AnyMessage = never>(attributes: NoInfer<Attributes<Message>>): Spread<Message> {
  if (attributes === null || typeof attributes !== 'object' || Array.isArray(attributes)) {
    throw new TroupeError(ErrorCode.Value, "spread(attributes) takes an object, such as { name: 'email' }.");
  }

  return new Spread<Message>(attributes);
}

// COMPONENTS ------------------------------------------------------------------

/** What can be placed in a view: a component. Only the tree, which runs components, knows more of it. */
export interface Placeable {
  readonly name: string;
}

/** A component placed in a view. Made by calling the component: `Child({ key: 'x', ...props })`. */
export class Placement<out Message> {
  readonly component: Placeable;
  readonly props: { readonly key: Key };
  /** Which messages the component sends to its parent; only a type. */
  declare readonly message?: Message;

  constructor(component: Placeable, props: { readonly key: Key }) {
    this.component = component;
    this.props = props;
  }
}

// LISTS -----------------------------------------------------------------------

/** A keyed list. Made by `repeat`. */
export class Repeat<out Message> {
  readonly items: readonly unknown[];
  readonly key: (item: never) => Key;
  readonly view: (item: never) => unknown;
  /** Which messages its rows send; only a type. */
  declare readonly message?: Message;

  constructor(items: readonly unknown[], key: (item: never) => Key, view: (item: never) => unknown) {
    this.items = items;
    this.key = key;
    this.view = view;
  }
}

/**
 * A keyed list: rows keep their elements when they move. A row is not rendered again if its item and `view` are
 * identical (`===`) to those of the last render. So a view function outside of the component's view makes unchanged rows
 * free.
 *
 * ```ts
 * const row = (todo: Todo) => html<Message>`<li>${todo.title}</li>`;
 * html<Message>`<ul>${repeat(todos, (todo) => todo.id, row)}</ul>`;
 * ```
 *
 * **Note:** two rows with the same key are an error. `key` must depend on its item alone. So must `view`, if it is
 * the same function in each render.
 */
export function repeat<Item, Message extends AnyMessage = never>(
  items: readonly Item[],
  key: (item: Item) => Key,
  view: (item: Item) => Child<Message>
): Repeat<Message> {
  if (!Array.isArray(items) || typeof key !== 'function' || typeof view !== 'function') {
    throw new TroupeError(ErrorCode.Value, 'repeat(items, key, view) takes an array and two functions.');
  }

  return new Repeat<Message>(items, key as (item: never) => Key, view as (item: never) => unknown);
}

// RAW HTML --------------------------------------------------------------------

/** HTML that is not escaped. Made by `unsafeHtml`. */
export class UnsafeHtml {
  readonly html: string;

  constructor(value: string) {
    this.html = value;
  }
}

/** The markup of the page itself, which the layout may put beside other children. Made by the runtime alone. */
export class PageRoot extends UnsafeHtml {}

/**
 * Inserts HTML without escaping, as the sole child of an element. No other function does. The HTML is opaque: it has no
 * holes and no handlers, and is replaced as a whole when it changes. Never give it what a user wrote, unless a sanitiser has
 * made it safe. Attributes named `data-troupe...` in it have no effect.
 *
 * ```ts
 * html`<article>${unsafeHtml(markdown.render(text))}</article>`
 * ```
 */
export function unsafeHtml(value: string): UnsafeHtml {
  if (typeof value !== 'string') throw new TroupeError(ErrorCode.Value, 'unsafeHtml(html) takes a string.');

  return new UnsafeHtml(value);
}
