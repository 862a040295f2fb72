/**
 * The rendered tree: what a view returned, checked against its templates and made comparable. A view's
 * values (`html.ts`) come in; instances and lists go out, to be compared by `diff.ts` and written as
 * HTML by `render-to-string.ts`.
 *
 * Rendering is given the tree of the last time and returns the very same object wherever nothing has
 * changed, so that whoever compares two trees can stop at identity.
 */

import { ErrorCode, TroupeError } from '../platform/errors.js';
import { type Context, documentContext, rootContext, textAllowed } from '../template/content-model.js';
import { type Key, PageRoot, Placement, Repeat, Template, UnsafeHtml } from '../template/html.js';
import { invalidUrl, safeSrcset, safeUrl } from '../template/safe-url.js';
import { checkIn, contextOf, type Definition, define, markHole, type Part } from '../template/template.js';
import { HandlerKind, PartKind, type Scalar } from '../wire/patch.js';
import { alignRows } from './keyed-list.js';

// TYPES -----------------------------------------------------------------------

/** A template that stands in the page, or will: its definition and what stands in its parts. */
export class Instance {
  readonly definition: Definition;
  readonly values: readonly Value[];
  /** Its key, if it is a row of a keyed list. */
  readonly key: Key | undefined;
  /** The component whose view it comes from; that is who its events go to. */
  readonly mount: Mount | undefined;
  /** Whether components may stand in it, however deep. */
  readonly carries: boolean;
  /** Its number on the wire; 0 as long as the client has not been sent it. */
  number = 0;

  constructor(
    definition: Definition,
    values: readonly Value[],
    key: Key | undefined,
    mount: Mount | undefined = undefined,
    carries = false
  ) {
    this.definition = definition;
    this.values = values;
    this.key = key;
    this.mount = mount;
    this.carries = carries;
  }
}

/** A list of rows, by key or by position. */
export class List {
  readonly rows: readonly Instance[];
  /** What it was made of, if it is keyed. */
  readonly source: Repeat<unknown> | undefined;
  /** Whether components may stand in its rows, or stood in those of the list before. */
  readonly carries: boolean;
  /** Its number on the wire; 0 as long as the client has not been sent it. */
  number = 0;
  /** The keys of the rows, once they were needed; handed on from each list to the next. */
  keys: Set<Key> | undefined;

  constructor(
    rows: readonly Instance[],
    source: Repeat<unknown> | undefined,
    keys: Set<Key> | undefined,
    carries = false
  ) {
    this.rows = rows;
    this.source = source;
    this.keys = keys;
    this.carries = carries;
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

/** Told about what is wrong but does not stop the page: a refused URL, a refused style. */
export type Report = (error: TroupeError) => void;

/** The component whose view is rendered. */
export interface Home {
  readonly mount: Mount;
  /** The mount of a component that its view places in such a context. */
  place(placement: Placement<unknown>, context: Context): Mount;
}

/** What the children of an instance are rendered in: where it stands, whom to tell, whose view it is. */
interface Place {
  readonly context: Context;
  readonly report: Report;
  readonly home: Home | undefined;
}

// THE ROOT --------------------------------------------------------------------

/** The part that holds the page: the sole child of the root element. */
const rootPart: Part = {
  kind: PartKind.Sole,
  node: 0,
  name: '',
  element: 'div',
  hole: 0,
  strings: ['', ''],
  url: false,
  reflected: false,
  isSecret: false,
};

/**
 * Renders what a component's view returned. Returns `previous` itself if nothing has changed.
 *
 * @param home the component; without one there is nowhere to place others, and events go to nobody in particular
 * @throws TroupeError `template` or `value`, with the template quoted and the place marked.
 */
export function renderRoot(value: unknown, previous: Value | undefined, report: Report, home?: Home): Value {
  return renderChild(value, previous, rootPart, undefined, {
    context: home?.mount.context ?? rootContext,
    report,
    home,
  });
}

/** The mounts of the components that stand in a tree, in document order; not those inside of them. */
export function mountsIn(value: Value, found: Mount[] = []): readonly Mount[] {
  if (value instanceof Mount) found.push(value);
  else if (value instanceof List) {
    if (value.carries) for (const row of value.rows) mountsIn(row, found);
  } else if (value instanceof Instance && value.carries) {
    for (const child of value.values) mountsIn(child, found);
  }

  return found;
}

function carries(value: Value): boolean {
  return value instanceof Mount || ((value instanceof Instance || value instanceof List) && value.carries);
}

/** Renders the layout of a page, a template whose definition is already known. */
export function renderLayout(template: Template<unknown>, definition: Definition, report: Report): Instance {
  return renderParts(template, definition, undefined, undefined, {
    context: documentContext,
    report,
    home: undefined,
  });
}

/** What the client is told of an event part. */
export function handlerKind(value: Value): HandlerKind {
  if (value === null) return HandlerKind.None;

  return typeof value === 'function' ? HandlerKind.Function : HandlerKind.Message;
}

// INSTANCES -------------------------------------------------------------------

function renderInstance(
  template: Template<unknown>,
  previous: Value | undefined,
  key: Key | undefined,
  place: Place
): Instance {
  const definition = define(template.statics, place.context.namespace);
  const last = previous instanceof Instance && previous.definition === definition ? previous : undefined;
  if (last === undefined) checkIn(definition, place.context);

  return renderParts(template, definition, last, key, place);
}

function renderParts(
  template: Template<unknown>,
  definition: Definition,
  last: Instance | undefined,
  key: Key | undefined,
  place: Place
): Instance {
  const { parts } = definition;
  const values = new Array<Value>(parts.length);
  let same = last !== undefined && last.key === key;
  for (let index = 0; index < parts.length; index++) {
    const before = last?.values[index];
    const value = renderPart(template, parts[index] as Part, before, place);
    values[index] = value;
    if (value !== before) same = false;
  }

  if (same) return last as Instance;

  return new Instance(definition, values, key, place.home?.mount, definition.nests && values.some(carries));
}

function renderPart(
  template: Template<unknown>,
  part: Part,
  previous: Value | undefined,
  { context, report, home }: Place
): Value {
  const hole = template.values[part.hole];
  switch (part.kind) {
    case PartKind.Child:
    case PartKind.Sole:
      return renderChild(hole, previous, part, template, { context: contextOf(part, context), report, home });
    case PartKind.Event:
      return renderEvent(hole, previous, part, template);
    case PartKind.Boolean:
      return Boolean(hole);
    case PartKind.Style:
      return renderStyle(hole, previous, part, template, report);
    case PartKind.Property:
      return renderProperty(hole, previous, part, template, report);
    case PartKind.Class:
      return renderClass(joined(template, part), previous);
    default:
      return renderJoined(template, part, previous, report);
  }
}

// CHILDREN --------------------------------------------------------------------

/** A text as HTML and MessagePack can carry it: no NUL, no lone surrogates. */
function cleanText(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();

  return whole.includes('\0') ? whole.replaceAll('\0', '') : whole;
}

function renderChild(
  value: unknown,
  previous: Value | undefined,
  part: Part,
  template: Template<unknown> | undefined,
  place: Place
): Value {
  if (value === null || value === undefined || typeof value === 'boolean' || value === '') return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') {
    return renderText(value, previous, part, template, place.context);
  }
  if (value instanceof Template) return renderInstance(value, previous, undefined, place);
  if (value instanceof Repeat) return renderKeyed(value, previous, part, template, place);
  if (Array.isArray(value)) return renderPositional(value, previous, part, template, place);
  if (value instanceof Placement && place.home !== undefined) return place.home.place(value, place.context);
  if (value instanceof UnsafeHtml) return renderRaw(value, previous, part, template);

  throw wrongValue(
    value,
    part,
    template,
    'text, a template, a component, a list or nothing (null, undefined, false, true)'
  );
}

function renderText(
  value: string | number | bigint,
  previous: Value | undefined,
  part: Part,
  template: Template<unknown> | undefined,
  context: Context
): Scalar {
  if (value === previous) return previous;

  const text = typeof value === 'number' ? value : cleanText(String(value));
  if (!textAllowed(context) && /[^ \t\n\f\r]/.test(String(text))) {
    throw wrongValue(value, part, template, `rows or cells: text cannot stand directly in <${context.parent}>`);
  }

  return text === '' ? null : text;
}

function renderRaw(
  value: UnsafeHtml,
  previous: Value | undefined,
  part: Part,
  template: Template<unknown> | undefined
): UnsafeHtml {
  // The page itself was written by the runtime: its marks are real.
  if (value instanceof PageRoot) return value;
  if (part.kind !== PartKind.Sole) {
    throw wrongValue(value, part, template, 'something else: unsafeHtml must be the sole child of its element');
  }
  const clean = withoutMarks(cleanText(value.html).replace(/\r\n?/g, '\n'));
  if (previous instanceof UnsafeHtml && previous.html === clean) return previous;

  return clean === value.html ? value : new UnsafeHtml(clean);
}

/**
 * HTML in which no attribute has the name of one of Troupe's own (`Mark`): the hyphen in every `data-troupe` becomes a
 * character reference. Parsers decode references in texts and in values of attributes, which say the same as before,
 * and not in names. Nothing is parsed here, so no form of HTML can be misread.
 *
 * **Note:** in comments, `<style>` and `<script>` references are not decoded either; there the reference stays.
 */
function withoutMarks(html: string): string {
  return html.replace(/data-troupe/gi, (mark) => mark.replace('-', '&#45;'));
}

// LISTS -----------------------------------------------------------------------

/** A row that is not a template becomes the only child of this one. */
const rowTemplate = ((statics: TemplateStringsArray, ..._holes: unknown[]) => statics)`${null}`;

/** The template around a row that is none; it knows the hole its list stands in, for errors to show. */
class PlainRow extends Template<unknown> {
  readonly part: Part;
  readonly template: Template<unknown> | undefined;

  constructor(row: unknown, part: Part, template: Template<unknown> | undefined) {
    super(rowTemplate, [row]);
    this.part = part;
    this.template = template;
  }
}

function asTemplate(row: unknown, part: Part, template: Template<unknown> | undefined): Template<unknown> {
  return row instanceof Template ? row : new PlainRow(row, part, template);
}

function renderPositional(
  values: readonly unknown[],
  previous: Value | undefined,
  part: Part,
  template: Template<unknown> | undefined,
  place: Place
): List {
  const last = previous instanceof List && previous.source === undefined ? previous : undefined;
  let same = last !== undefined && last.rows.length === values.length;
  const rows = new Array<Instance>(values.length);
  for (let index = 0; index < rows.length; index++) {
    const before = last?.rows[index];
    const row = renderInstance(asTemplate(values[index], part, template), before, undefined, place);
    rows[index] = row;
    if (row !== before) same = false;
  }

  return same ? (last as List) : new List(rows, undefined, undefined, rows.some(carries));
}

function renderKeyed(
  repeat: Repeat<unknown>,
  previous: Value | undefined,
  part: Part,
  template: Template<unknown> | undefined,
  place: Place
): List {
  const last = previous instanceof List && previous.source !== undefined ? previous : undefined;
  if (last !== undefined && sameSource(last.source as Repeat<unknown>, repeat)) return last;

  const hoisted = last?.source?.view === repeat.view;
  // Rows that are taken over are not looked at: they carry nothing if those of the last list did not.
  let carrying = last?.carries ?? false;
  const render = (item: unknown, key: Key, before: Instance | undefined): Instance => {
    const row = renderInstance(asTemplate(repeat.view(item as never), part, template), before, key, place);
    if (row.carries) carrying = true;

    return row;
  };
  const { rows, keys } = alignRows(last, hoisted, repeat, render, () => showHole(part, template));

  return new List(rows, repeat, keys, carrying);
}

function sameSource(last: Repeat<unknown>, next: Repeat<unknown>): boolean {
  return last.items === next.items && last.view === next.view;
}

// ATTRIBUTES ------------------------------------------------------------------

/** The text of a hole in an attribute, a `title` or a `textarea`. */
function holeText(value: unknown, part: Part, template: Template<unknown>): string {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value === 'number' || typeof value === 'bigint' || value === true) return String(value);
  if (value === null || value === undefined || value === false) return '';

  throw wrongValue(value, part, template, 'text, a number or nothing (null, undefined, false)');
}

function joined(template: Template<unknown>, part: Part): string {
  const { strings, hole } = part;
  let text = strings[0] as string;
  for (let index = 1; index < strings.length; index++) {
    text += holeText(template.values[hole + index - 1], part, template) + (strings[index] as string);
  }

  return text;
}

/** Whether the hole is all there is in the attribute, so that nothing in it removes the attribute. */
function isSole(part: Part): boolean {
  return part.strings.length === 2 && part.strings[0] === '' && part.strings[1] === '';
}

function renderJoined(template: Template<unknown>, part: Part, previous: Value | undefined, report: Report): Scalar {
  const hole = template.values[part.hole];
  if (part.kind === PartKind.Attribute && isSole(part)) {
    if (hole === null || hole === undefined || hole === false) return null;
    if (hole === previous && typeof hole !== 'object') return previous as Scalar;
    if (typeof hole === 'number') return hole;
  }
  const text = joined(template, part);

  return part.url && text !== previous ? checkedUrl(text, previous, part, template, report) : text;
}

/** The URL, or what stands in its place; reported when it gets there, not for as long as it stands. */
function checkedUrl(
  text: string,
  previous: Value | undefined,
  part: Part,
  template: Template<unknown>,
  report: Report
): string {
  const safe = /srcset$/i.test(part.name) ? safeSrcset(text) : safeUrl(text);
  if (safe) return text;
  if (previous === invalidUrl) return invalidUrl;
  report(
    new TroupeError(
      ErrorCode.UnsafeUrl,
      `A URL that could run script was replaced by ${invalidUrl}: ${part.name}=${JSON.stringify(text.slice(0, 80))}.\n${markHole(template.statics, part.hole)}`
    )
  );

  return invalidUrl;
}

/** The tokens of a `class` attribute, each once, separated by one space; `null` if there are none. */
function renderClass(text: string, previous: Value | undefined): Scalar {
  if (text === previous) return previous as Scalar;
  const tokens = new Set(text.split(/[ \t\n\f\r]+/));
  tokens.delete('');

  return tokens.size === 0 ? null : [...tokens].join(' ');
}

function renderProperty(
  value: unknown,
  previous: Value | undefined,
  part: Part,
  template: Template<unknown>,
  report: Report
): Scalar {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'string') throw wrongValue(value, part, template, 'a string, a number, a boolean or nothing');
  if (value === previous) return previous;
  const text = cleanText(value);

  return part.url ? checkedUrl(text, previous, part, template, report) : text;
}

// STYLE -----------------------------------------------------------------------

const quoted = /"(?:[^"\\\n\r\f]|\\.)*"|'(?:[^'\\\n\r\f]|\\.)*'/g;

/** Strings as they are, and URLs in no quotes: in these a `;` ends nothing either. */
const quotedOrUrl = new RegExp(`${quoted.source}|(?<![\\w-])url\\(\\s*([^\\s"'()\\\\]*)\\s*\\)`, 'gi');

/** What ends a declaration or begins a comment, or a URL in no quotes, where `\0`, which no text contains, stands for each string. */
const ending = /[;{}"'\\\n\r\f]|\/\*|(?<![\w-])url\((?!\s*\0)/i;

/** Names of CSS properties; custom ones may be called anything. */
const styleName = /^(?:-?[a-z][a-z0-9-]*|--[\w-]+)$/;

/** A style value in which nothing ends the declaration; `undefined` if something would. */
function styleValue(given: unknown): string | undefined {
  if (typeof given === 'object' || typeof given === 'function') return undefined;
  const written = cleanText(String(given));
  if (!/[;{}"'\\\n\r\f(]|\/\*/.test(written)) return written;
  const text = written.replace(quotedOrUrl, (token, url?: string) => (url === undefined ? token : `url("${url}")`));
  if (ending.test(text.replace(quoted, '\0'))) return undefined;

  return text.replace(quoted, (string) => string.replaceAll(';', '\\3b '));
}

function renderStyle(
  value: unknown,
  previous: Value | undefined,
  part: Part,
  template: Template<unknown>,
  report: Report
): StyleValue | null {
  if (value === null || value === undefined || value === false) return null;
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw wrongValue(value, part, template, "an object, style=${{ color: 'red' }}");
  }
  const declarations: string[] = [];
  for (const [property, given] of Object.entries(value)) {
    if (given === null || given === undefined || given === false || given === '') continue;
    const name = cssName(property);
    const text = styleValue(given);
    if (text === undefined || !styleName.test(name)) report(refusedStyle(property, given, part, template));
    else declarations.push(name, text);
  }
  if (declarations.length === 0) return null;

  return Array.isArray(previous) && sameStrings(previous, declarations) ? (previous as StyleValue) : declarations;
}

function cssName(property: string): string {
  return property.startsWith('--') ? property : property.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function sameStrings(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((text, index) => text === right[index]);
}

function refusedStyle(property: string, given: unknown, part: Part, template: Template<unknown>): TroupeError {
  const text = typeof given === 'object' || typeof given === 'function' ? describe(given) : String(given).slice(0, 80);

  return new TroupeError(
    ErrorCode.Value,
    `A style was left out: ${property}: ${text} is not one declaration. Write the name of one property and one value, with ; { } " ' and \\ only in quotes: url("…").\n${markHole(template.statics, part.hole)}`
  );
}

// EVENTS ----------------------------------------------------------------------

function renderEvent(value: unknown, previous: Value | undefined, part: Part, template: Template<unknown>): Value {
  if (typeof value === 'function') return value as EventValue;
  if (value === null || value === undefined || value === false) return null;
  if (typeof value !== 'object' || typeof (value as { type?: unknown }).type !== 'string') {
    throw wrongValue(
      value,
      part,
      template,
      'a message (an object with a type), a function from the event to one, or null'
    );
  }
  const message = value as Record<string, unknown>;

  return isSameMessage(previous, message) ? (previous as Value) : (message as EventValue);
}

/** Whether two messages are alike, compared one level deep. */
function isSameMessage(previous: Value | undefined, next: Record<string, unknown>): boolean {
  if (previous === null || typeof previous !== 'object') return false;
  const last = previous as unknown as Record<string, unknown>;
  let count = 0;
  for (const name in next) {
    if (next[name] !== last[name] || !(name in last)) return false;
    count++;
  }
  for (const _ in last) count--;

  return count === 0;
}

// ERRORS ----------------------------------------------------------------------

/** The hole in its template, on lines of their own; of a plain row, the one its list stands in. */
function showHole(part: Part, template: Template<unknown> | undefined): string {
  if (template instanceof PlainRow) return showHole(template.part, template.template);

  return template === undefined ? '' : `\n${markHole(template.statics, part.hole)}`;
}

function wrongValue(value: unknown, part: Part, template: Template<unknown> | undefined, allowed: string): TroupeError {
  if (template instanceof PlainRow) return wrongValue(value, template.part, template.template, allowed);
  if (value instanceof Promise) value.catch(() => {});
  if (template === undefined)
    return new TroupeError(ErrorCode.Value, `${describe(value)} from view; it returns ${allowed}.`);
  const where = part.name === '' ? 'a child hole' : `the hole of ${prefixes[part.kind] ?? ''}${part.name}`;

  return new TroupeError(
    ErrorCode.Value,
    `${describe(value)} in ${where}; it takes ${allowed}.${showHole(part, template)}`
  );
}

/** How parts are written in templates. */
const prefixes: { readonly [kind: number]: string } = {
  [PartKind.Boolean]: '?',
  [PartKind.Property]: '.',
  [PartKind.Event]: '@',
};

function describe(value: unknown): string {
  if (typeof value === 'function') return `A function${value.name === '' ? '' : ` (${value.name})`}`;
  if (value === null || typeof value !== 'object') return `${String(value)} (${typeof value})`;
  const name = Object.getPrototypeOf(value)?.constructor?.name;
  if (name === 'Promise') return 'A promise';

  return name === undefined || name === 'Object' ? 'An object' : `An object (${name})`;
}
