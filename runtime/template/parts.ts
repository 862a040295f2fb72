/**
 * The parts of a template and what stands between them: tokens (`scanner.ts`) become the HTML of the
 * empty template, which the client parses, and the segments around the parts, which the first page is
 * written from. `template.ts` above it keeps the result with its template.
 *
 * Nodes are counted here as a browser will have them, so that a part can name its node by a number.
 */

import { Mark, Marker, Namespace, PartKind } from '../wire/patch.js';
import { payloadFields } from '../wire/protocol.js';
import {
  type Binding,
  bind,
  decodeStatics,
  entryName,
  type Fail,
  type SecretField,
  takesSecret,
} from './attributes.js';
import { type Context, type Element, enter, newlineDroppingElements, rootContext } from './content-model.js';
import type { AttributeToken, ContentToken, OpenToken, Token } from './scanner.js';
import { hole, templateError } from './template-source.js';

// TYPES -----------------------------------------------------------------------

/** Where a hole is, or several that are joined to one value. */
export interface Part {
  readonly kind: PartKind;
  /** Index of its node among the template's own nodes in document order; holes are empty. */
  readonly node: number;
  /** Name of the attribute, property or event; '' for children and text. */
  readonly name: string;
  /** Name of the element it is on, or directly in; '' at the template's root. */
  readonly element: string;
  /** Index of its first hole among the template's values. */
  readonly hole: number;
  /** The static text around its holes, one more than holes; `['', '']` where it has none. */
  readonly strings: readonly string[];
  /** Whether the value is a URL whose scheme must be checked. */
  readonly url: boolean;
  /** Whether the first page carries this property as attribute or content. */
  readonly reflected: boolean;
  /** Whether it may tell what is typed into a password field: the value of one, or an event on one or around one. */
  readonly isSecret: boolean;
}

/** What is made of a template's tokens. */
export interface Assembled {
  readonly parts: readonly TemplatePart[];
  readonly segments: readonly string[];
  readonly html: string;
  readonly secret: SecretParts;
}

/** What a template says of its password fields. */
export interface SecretParts {
  /** Whether there is one in any case. */
  readonly isCertain: boolean;
  /** The parts by whose values other inputs are such fields, their `type` and `autocomplete`. */
  readonly deciding: readonly number[];
  /** The names that these fields have in the entries of a form, as far as the template writes them. */
  readonly names: readonly string[];
}

/** A part that also knows the elements around it in its template, and so the context it stands in. */
export class TemplatePart implements Part {
  readonly kind: PartKind;
  readonly node: number;
  readonly name: string;
  readonly element: string;
  readonly hole: number;
  readonly strings: readonly string[];
  readonly url: boolean;
  readonly reflected: boolean;
  readonly isSecret: boolean;

  readonly #path: readonly Element[];
  #outer: Context | undefined;
  #inner: Context = rootContext;
  readonly #contexts = new Map<Context, Context>();

  constructor(part: Part, path: readonly Element[]) {
    this.kind = part.kind;
    this.node = part.node;
    this.name = part.name;
    this.element = part.element;
    this.hole = part.hole;
    this.strings = part.strings;
    this.url = part.url;
    this.reflected = part.reflected;
    this.isSecret = part.isSecret;
    this.#path = path;
  }

  /** The context inside, if the template stands in `outer`. Asked at every render, mostly with the same `outer`. */
  contextIn(outer: Context): Context {
    if (this.#outer === outer) return this.#inner;

    const inner = this.#contexts.get(outer) ?? this.#path.reduce(enter, outer);
    this.#contexts.set(outer, inner);
    this.#outer = outer;
    this.#inner = inner;
    return inner;
  }
}

// ASSEMBLING ------------------------------------------------------------------

/** An element that is not closed yet. */
interface Opened {
  readonly tag: OpenToken;
  readonly node: number;
}

/** What has been made so far. Local to one call of `assemble`. */
interface Assembly {
  readonly source: string;
  readonly parts: TemplatePart[];
  readonly segments: string[];
  readonly opened: Opened[];
  /** The password fields, and the elements around them. */
  readonly secret: SecretTags;
  readonly deciding: number[];
  /** The segment that is being written. */
  segment: string;
  html: string;
  nodes: number;
  holes: number;
  /** The last node at the template's root. */
  lastRoot: Token['kind'] | undefined;
}

/** Makes parts, segments and HTML of the tokens of a template. */
export function assemble(source: string, tokens: readonly Token[]): Assembled {
  const assembly: Assembly = {
    source,
    parts: [],
    segments: [],
    opened: [],
    secret: secretTags(tokens),
    deciding: [],
    segment: '',
    html: '',
    nodes: 0,
    holes: 0,
    lastRoot: undefined,
  };

  for (const [index, token] of tokens.entries()) {
    if (assembly.opened.length === 0) assembly.lastRoot = token.kind;
    add(assembly, token, tokens[index - 1], tokens[index + 1]);
  }
  if (!isDocument(tokens) && [undefined, 'text'].includes(assembly.lastRoot)) write(assembly, `<!--${Marker.End}-->`);

  const { parts, segments, segment, html, deciding } = assembly;
  const { fields, names } = assembly.secret;
  const secret = { isCertain: [...fields.values()].includes('always'), deciding, names };

  return { parts, segments: [...segments, segment], html, secret };
}

/** Only documents have a doctype, and nothing ever stands behind a document. */
const isDocument = (tokens: readonly Token[]) => tokens.some(({ kind }) => kind === 'doctype');

function add(assembly: Assembly, token: Token, previous: Token | undefined, next: Token | undefined): void {
  switch (token.kind) {
    case 'open':
      addElement(assembly, token);
      break;
    case 'close':
      assembly.opened.pop();
      write(assembly, `</${token.name}>`);
      break;
    case 'content':
      addContent(assembly, token, assembly.opened.at(-1) as Opened);
      break;
    case 'hole':
      if (previous?.kind === 'open' && !previous.ends && next?.kind === 'close') addSoleChild(assembly);
      else addChild(assembly);
      break;
    default:
      assembly.nodes++;
      write(assembly, token.text);
  }
}

function write(assembly: Assembly, text: string): void {
  assembly.segment += text;
  assembly.html += text;
}

/** A binding and the index of its first hole. */
interface Bound {
  readonly binding: Binding;
  readonly hole: number;
}

/** Counts the holes of a binding. */
function count(assembly: Assembly, binding: Binding): Bound {
  const bound = { binding, hole: assembly.holes };
  assembly.holes += binding.strings.length - 1;
  return bound;
}

/** Ends a segment: the part is written between it and the next. */
function split(assembly: Assembly, { binding, hole: first }: Bound, node: number): void {
  const { opened, parts, segments, segment } = assembly;
  const element = opened.at(-1)?.tag.name ?? '';
  const path = opened.map(({ tag }) => tag.element);
  const isSecret = isSecretPart(assembly, binding);

  noteDeciding(assembly, binding);
  parts.push(new TemplatePart({ ...binding, node, element, hole: first, isSecret }, path));
  segments.push(segment);
  assembly.segment = '';
}

// SECRETS ---------------------------------------------------------------------

/** The start tags of password fields and of elements around them. */
interface SecretTags {
  readonly fields: ReadonlyMap<OpenToken, SecretField>;
  readonly around: ReadonlySet<OpenToken>;
  /** Those of elements in which other templates may stand. */
  readonly open: ReadonlySet<OpenToken>;
  /** Their names, where these are static. */
  readonly names: readonly string[];
}

/** Finds the password fields and the elements around them. */
function secretTags(tokens: readonly Token[]): SecretTags {
  const fields = new Map<OpenToken, SecretField>();
  const around = new Set<OpenToken>();
  const open = new Set<OpenToken>();
  const names: string[] = [];
  const opened: OpenToken[] = [];
  for (const token of tokens) {
    if (token.kind === 'close') opened.pop();
    if (token.kind === 'hole') for (const tag of opened) open.add(tag);
    if (token.kind !== 'open') continue;
    const field = takesSecret(token);
    if (field !== undefined) {
      fields.set(token, field);
      for (const tag of opened) around.add(tag);
      const name = entryName(token);
      if (name !== '') names.push(name);
    }
    if (!token.ends) opened.push(token);
  }

  return { fields, around, open, names };
}

/** Events bubble, and those of forms have entries of fields wherever these stand. */
function isSecretPart({ opened, secret }: Assembly, { kind, name }: Binding): boolean {
  const tag = opened.at(-1)?.tag;
  if (tag === undefined) return false;
  if (kind !== PartKind.Event) return secret.fields.has(tag) && /^(?:default)?value$/i.test(name);

  return secret.fields.has(tag) || secret.around.has(tag) || mayBeAround(tag, name, secret.open.has(tag));
}

/** Whether an event tells what is typed in a form, or in an element, into a field that stands in another template. */
function mayBeAround({ name: element }: OpenToken, event: string, isOpen: boolean): boolean {
  const fields = payloadFields(event);

  return fields.includes('entries') || (isOpen && !controls.has(element) && fields.includes('value'));
}

/** What holds no other controls. */
const controls = new Set(['input', 'select', 'textarea', 'option', 'button', 'a', 'img', 'video', 'audio']);

/** Notes which parts decide whether an element is a password field. */
function noteDeciding({ opened, secret, parts, deciding }: Assembly, { kind, name }: Binding): void {
  const tag = opened.at(-1)?.tag;
  const isOpen = tag !== undefined && secret.fields.get(tag) === 'open';
  if (!isOpen || (kind !== PartKind.Attribute && kind !== PartKind.Property)) return;
  if (name === 'type' || name === 'autocomplete') deciding.push(parts.length);
}

// ELEMENTS --------------------------------------------------------------------

function addElement(assembly: Assembly, tag: OpenToken): void {
  const node = assembly.nodes++;
  assembly.opened.push({ tag, node });
  write(assembly, `<${tag.name}`);

  const bounds = addAttributes(assembly, tag, node);
  const events = bounds.filter(({ binding }) => binding.kind === PartKind.Event).map(({ binding }) => binding.name);
  if (events.length > 0) write(assembly, ` ${Mark.Events}="${events.join(' ')}"`);
  write(assembly, tag.ends && tag.namespace !== Namespace.Html ? '/>' : '>');

  for (const bound of bounds) if (isContent(tag, bound)) split(assembly, bound, node);
  if (tag.ends) assembly.opened.pop();
}

/** Whether a part of a tag is written behind it: `.value` of a textarea is its content in the first page. */
const isContent = (tag: OpenToken, { binding }: Bound) => binding.reflected && tag.name === 'textarea';

function addAttributes(assembly: Assembly, tag: OpenToken, node: number): readonly Bound[] {
  const bounds: Bound[] = [];
  const names = new Set<string>();

  for (const token of tag.attributes) {
    const fail: Fail = (message) => templateError(assembly.source, token.at, message);
    const binding = bind(tag, token, fail);
    checkDuplicate(names, token, binding, fail);
    if (binding === undefined) {
      write(assembly, staticAttribute(token));
      continue;
    }
    const bound = count(assembly, binding);
    bounds.push(bound);
    if (!isContent(tag, bound)) split(assembly, bound, node);
  }
  return bounds;
}

/** Names of attributes, properties and events are apart from each other; `?name` is an attribute. */
function checkDuplicate(names: Set<string>, { name }: AttributeToken, binding: Binding | undefined, fail: Fail): void {
  const prefixed = binding?.kind === PartKind.Property || binding?.kind === PartKind.Event;
  const key = prefixed ? name : name.replace(/^\?/, '').toLowerCase();
  if (names.has(key)) throw fail(`The element has two ${key}. Remove one of them.`);
  names.add(key);
}

function staticAttribute({ name, value }: AttributeToken): string {
  if (value === undefined) return ` ${name}`;
  return value.includes('"') ? ` ${name}='${value}'` : ` ${name}="${value}"`;
}

// CONTENT ---------------------------------------------------------------------

const child = { name: '', strings: ['', ''], url: false, reflected: false } as const;

/** A child hole that is all its parent contains. */
function addSoleChild(assembly: Assembly): void {
  split(assembly, count(assembly, { ...child, kind: PartKind.Sole }), assembly.opened.at(-1)?.node ?? 0);
}

/** A child hole between its two comments. */
function addChild(assembly: Assembly): void {
  const bound = count(assembly, { ...child, kind: PartKind.Child });
  const node = assembly.nodes;
  assembly.nodes += 2;
  write(assembly, `<!--${Marker.Open}-->`);
  split(assembly, bound, node);
  write(assembly, `<!--${Marker.Close}-->`);
}

/** The content of an element that contains text only: static, or one part. */
function addContent(assembly: Assembly, { text, at }: ContentToken, { tag, node }: Opened): void {
  const fail: Fail = (message) => templateError(assembly.source, at, message);
  const last = assembly.parts.at(-1);
  if (last?.node === node && last.reflected) {
    throw fail('A textarea with .value has no other content. Remove one of them.');
  }

  const dropping = newlineDroppingElements.has(tag.name);
  if (text.includes(hole)) {
    const [first = '', ...others] = decodeStatics(text, false, fail);
    const strings = [dropping && first.startsWith('\n') ? first.slice(1) : first, ...others];
    split(assembly, count(assembly, { ...child, kind: PartKind.Text, strings }), node);
  } else {
    if (text !== '\n' || !dropping) assembly.nodes++;
    write(assembly, text);
  }
}
