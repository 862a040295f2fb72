/**
 * The parts of a template and the static HTML between them. Tokens (`scanner.ts`) become the HTML of the empty template,
 * which the client parses, and the segments around the parts, of which the first page is written. `template.ts` keeps the
 * result with its template.
 *
 * Nodes are counted here as a browser will have them, so that a part can name its node by a number.
 */

import { Mark, Marker, Namespace, PartKind } from '../wire/patch.js';
import { type Binding, bind, decodeStatics } from './attributes.js';
import { type Context, type Element, enter, newlineDroppingElements, rootContext } from './content-model.js';
import {
  type Around,
  type Disabler,
  disablersOf,
  disablingElements,
  type FormTag,
  formAround,
  isOutlined,
  type OutlineItem,
  type PostTag,
  postTagOf,
} from './form-tags.js';
import { isOverlay } from './overlays.js';
import { isDecidingPart, isNamingPart, isSecretPart, type SecretTags, secretTags } from './password-tags.js';
import type { AttributeToken, ContentToken, OpenToken, Token } from './scanner.js';
import { type Fail, hole, templateError } from './template-source.js';

// TYPES -----------------------------------------------------------------------

/** The place of a hole, or of several holes that are joined to one value. */
export interface Part {
  readonly kind: PartKind;
  /** Index of its node among the template's own nodes in document order; holes are empty. */
  readonly node: number;
  /** Name of the attribute, property or event; '' for children and text. */
  readonly name: string;
  /** Options of an event, as they follow its name in frames; else ''. */
  readonly options: string;
  /** Name of the element it is on, or directly in; '' at the template's root. */
  readonly element: string;
  /** Index of its first hole among the template's values. */
  readonly hole: number;
  /** The static text around its holes, one more than holes; `['', '']` where it has none. */
  readonly strings: readonly string[];
  /** Whether the value is a URL whose scheme must be checked. */
  readonly isUrl: boolean;
  /** Whether the first page carries this property as attribute or content. */
  readonly isReflected: boolean;
  /** Whether it may tell what is typed into a password field: the value of one, or an event on one or around one. */
  readonly isSecret: boolean;
  /** Whether it is on or in the first legend at the template's root. */
  readonly isInLegend: boolean;
  /** Whether a legend stands before it in the same element. */
  readonly isAfterLegend: boolean;
  /** Of the event that is posted without script: what the first page says of its element; else `undefined`. */
  readonly post: PostTag | undefined;
  /** The form around it in the template, or that it is on. */
  readonly form: FormTag | undefined;
}

/** What `assemble` makes of the tokens of a template. */
export interface Assembled {
  readonly parts: readonly TemplatePart[];
  readonly segments: readonly string[];
  readonly html: string;
  readonly secret: SecretParts;
  readonly disablers: ReadonlyMap<number, readonly Disabler[]>;
  readonly outline: readonly OutlineItem[];
}

/** The password fields of a template. */
export interface SecretParts {
  /** Whether one of them is static. */
  readonly isCertain: boolean;
  /** The parts whose values decide whether other inputs are password fields: their `type` and `autocomplete`. */
  readonly deciding: readonly number[];
  /** The names that these fields have in the entries of a form, as far as the template writes them. */
  readonly names: readonly string[];
  /** The parts whose values are names of these fields. */
  readonly naming: readonly number[];
}

/** A part with the elements around it in its template, which give its context. */
export class TemplatePart implements Part {
  readonly kind: PartKind;
  readonly node: number;
  readonly name: string;
  readonly options: string;
  readonly element: string;
  readonly hole: number;
  readonly strings: readonly string[];
  readonly isUrl: boolean;
  readonly isReflected: boolean;
  readonly isSecret: boolean;
  readonly isInLegend: boolean;
  readonly isAfterLegend: boolean;
  readonly post: PostTag | undefined;
  readonly form: FormTag | undefined;

  readonly #path: readonly Element[];
  #outer: Context | undefined;
  #inner: Context = rootContext;
  readonly #contexts = new Map<Context, Context>();

  constructor(part: Part, path: readonly Element[]) {
    this.kind = part.kind;
    this.node = part.node;
    this.name = part.name;
    this.options = part.options;
    this.element = part.element;
    this.hole = part.hole;
    this.strings = part.strings;
    this.isUrl = part.isUrl;
    this.isReflected = part.isReflected;
    this.isSecret = part.isSecret;
    this.isInLegend = part.isInLegend;
    this.isAfterLegend = part.isAfterLegend;
    this.post = part.post;
    this.form = part.form;
    this.#path = path;
  }

  /** The context inside, if the template stands in `outer`. Called at every render, mostly with the same `outer`. */
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
interface Opened extends Around {
  /** Whether it has a legend so far. */
  hasLegend: boolean;
}

/** The result so far, local to one call of `assemble`. */
interface Assembly {
  readonly source: string;
  readonly parts: TemplatePart[];
  readonly segments: string[];
  readonly opened: Opened[];
  /** The password fields, and the elements around them. */
  readonly secret: SecretTags;
  readonly deciding: number[];
  readonly naming: number[];
  /** The elements whose `disabled` concerns a part, by its index. */
  readonly disabling: Map<number, readonly Around[]>;
  readonly outline: OutlineItem[];
  /** The segment that is being written. */
  segment: string;
  html: string;
  nodes: number;
  holes: number;
  /** Whether a legend stands at the template's root so far. */
  hasLegend: boolean;
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
    naming: [],
    disabling: new Map(),
    outline: [],
    segment: '',
    html: '',
    nodes: 0,
    holes: 0,
    hasLegend: false,
    lastRoot: undefined,
  };

  for (const [index, token] of tokens.entries()) {
    if (assembly.opened.length === 0) assembly.lastRoot = token.kind;
    add(assembly, token, tokens[index - 1], tokens[index + 1]);
  }
  if (!isDocument(tokens) && [undefined, 'text'].includes(assembly.lastRoot)) write(assembly, `<!--${Marker.End}-->`);

  const { parts, segments, segment, html, deciding, naming, outline } = assembly;
  const { fields, names } = assembly.secret;
  const secret = { isCertain: [...fields.values()].includes('always'), deciding, names, naming };

  const disablers = new Map([...assembly.disabling].map(([part, around]) => [part, disablersOf(around, parts)]));
  for (const [part, found] of disablers) if (found.length === 0) disablers.delete(part);

  return { parts, segments: [...segments, segment], html, secret, disablers, outline };
}

/** Only documents have a doctype, and nothing follows a document. */
const isDocument = (tokens: readonly Token[]) => tokens.some(({ kind }) => kind === 'doctype');

function add(assembly: Assembly, token: Token, previous: Token | undefined, next: Token | undefined): void {
  switch (token.kind) {
    case 'open':
      addElement(assembly, token);
      break;
    case 'close':
      if (isOutlined((assembly.opened.pop() as Opened).tag)) assembly.outline.push({ kind: 'close' });
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
      if (token.kind === 'text' && assembly.opened.at(-1)?.tag.element.name === 'option')
        assembly.outline.push({ kind: 'text', text: token.text });
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

/** Ends a segment. The part is written between it and the next one. */
function split(assembly: Assembly, { binding, hole: first }: Bound, node: number, post?: PostTag): void {
  const { opened, parts, segments, segment, secret, deciding, naming } = assembly;
  const tag = opened.at(-1)?.tag;
  const element = tag?.name ?? '';
  const path = opened.map((each) => each.tag.element);
  const isSecret = tag !== undefined && isSecretPart(secret, tag, binding);

  if (tag !== undefined && isDecidingPart(secret, tag, binding)) deciding.push(parts.length);
  if (tag !== undefined && isNamingPart(secret, tag, binding)) naming.push(parts.length);
  const around = disablingElements(opened, binding);
  if (around.length > 0) assembly.disabling.set(parts.length, around);
  const isInLegend = opened[0]?.isFirstLegend ?? false;
  const isAfterLegend = (opened.at(-1) ?? assembly).hasLegend;
  const form = formAround(opened);
  const place = { node, element, hole: first, isSecret, isInLegend, isAfterLegend, post, form };
  const isChild = binding.kind <= PartKind.Text;
  if (isChild) assembly.outline.push({ kind: 'child', part: parts.length });
  parts.push(new TemplatePart({ ...binding, ...place }, path));
  segments.push(segment);
  assembly.segment = '';
}

// ELEMENTS --------------------------------------------------------------------

function addElement(assembly: Assembly, tag: OpenToken): void {
  const node = assembly.nodes++;
  const around = assembly.opened.at(-1) ?? assembly;
  const isLegend = tag.element.name === 'legend';
  assembly.opened.push({ tag, node, isFirstLegend: isLegend && !around.hasLegend, hasLegend: false });
  if (isLegend) around.hasLegend = true;
  write(assembly, `<${tag.name}`);
  if (isOutlined(tag)) assembly.outline.push({ kind: 'open', tag, node });

  const post = postTagOf(tag);
  const bounds = addAttributes(assembly, tag, node, post);
  const events = bounds.filter(({ binding }) => binding.kind === PartKind.Event).map(({ binding }) => binding);
  const marks = events.map(({ name, options }) => name + options);
  if (marks.length > 0) write(assembly, ` ${Mark.Events}="${marks.join(' ')}"`);
  if (post?.instead && !tag.attributes.some(({ name }) => name.toLowerCase() === post.instead?.[0]))
    assembly.html += ` ${post.instead[0]}="${post.instead[1]}"`;
  write(assembly, tag.ends && tag.namespace !== Namespace.Html ? '/>' : '>');

  for (const bound of bounds) if (isContent(tag, bound)) split(assembly, bound, node);
  if (tag.ends && isOutlined((assembly.opened.pop() as Opened).tag)) assembly.outline.push({ kind: 'close' });
}

/** Whether a part of a tag is written after the tag: `.value` of a textarea is its content in the first page. */
const isContent = (tag: OpenToken, { binding }: Bound) => binding.isReflected && tag.name === 'textarea';

function addAttributes(assembly: Assembly, tag: OpenToken, node: number, post?: PostTag): readonly Bound[] {
  const bounds: Bound[] = [];
  const names = new Set<string>();
  let hasOverlay = false;

  for (const token of tag.attributes) {
    const fail: Fail = (message) => templateError(assembly.source, token.at, message);
    hasOverlay = isOverlay(tag, token, fail) || hasOverlay;
    const binding = bind(tag, token, fail);
    checkDuplicate(names, token, binding, fail);
    if (binding === undefined) {
      // The first page may have another value in its place, which is written with the event.
      if (post?.instead?.[0] === token.name.toLowerCase()) assembly.html += staticAttribute(token);
      else write(assembly, staticAttribute(token));
      continue;
    }
    const bound = count(assembly, binding);
    bounds.push(bound);
    if (!isContent(tag, bound)) split(assembly, bound, node, post?.attribute === token.name ? post : undefined);
  }
  if (hasOverlay) write(assembly, ` ${Mark.Overlay}=""`);
  return bounds;
}

/** Refuses a name that occurs twice. Attributes, properties and events have separate names; `?name` is an attribute. */
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

const child = { name: '', options: '', strings: ['', ''], isUrl: false, isReflected: false } as const;

/** Adds a child hole that is the only content of its parent. */
function addSoleChild(assembly: Assembly): void {
  split(assembly, count(assembly, { ...child, kind: PartKind.Sole }), assembly.opened.at(-1)?.node ?? 0);
}

/** Adds a child hole between its two comments. */
function addChild(assembly: Assembly): void {
  const bound = count(assembly, { ...child, kind: PartKind.Child });
  const node = assembly.nodes;
  assembly.nodes += 2;
  write(assembly, `<!--${Marker.Open}-->`);
  split(assembly, bound, node);
  write(assembly, `<!--${Marker.Close}-->`);
}

/** Adds the content of an element that contains text only: static, or one part. */
function addContent(assembly: Assembly, { text, at }: ContentToken, { tag, node }: Opened): void {
  const fail: Fail = (message) => templateError(assembly.source, at, message);
  const last = assembly.parts.at(-1);
  if (last?.node === node && last.isReflected) {
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
    if (isOutlined(tag)) assembly.outline.push({ kind: 'text', text });
  }
}
