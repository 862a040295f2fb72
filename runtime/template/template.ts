/**
 * The definition of a template literal, made once per process: the static HTML (`segments` for the first page, `html`
 * for the client) and the parts, which say where each hole is. Views then return only values.
 *
 * `scanner.ts` reads the static HTML, `content-model.ts` says what a parser would do with it, and `parts.ts` makes the
 * parts. `render.ts` fills the parts with values.
 */

import { hashOf } from '../wire/hash.js';
import { type DefinitionWire, Namespace, PartKind } from '../wire/patch.js';
import {
  type Context,
  documentContext,
  type Element,
  enter,
  impliedContext,
  inDocument,
  type Refusal,
  refusalOf,
  refuseReserved,
  textAllowed,
} from './content-model.js';
import type { Disabler, OutlineItem } from './form-tags.js';
import { placeOfOverlay } from './overlays.js';
import { assemble, type Part, type SecretParts, type TemplatePart } from './parts.js';
import { isBlank, type OpenToken, scan, type Token } from './scanner.js';
import { SpreadTemplates, spreadHoles } from './spread.js';
import { hole, placeOfHole, sourceOf, templateError } from './template-source.js';

export type { OutlineItem, PostTag } from './form-tags.js';
export type { Part } from './parts.js';
export { markHole } from './template-source.js';

// TYPES -----------------------------------------------------------------------

/** A scanned template. */
export interface Definition {
  readonly statics: TemplateStringsArray;
  readonly namespace: Namespace;
  /** In document order; on one element in source order, except that `.value` of a textarea is last. */
  readonly parts: readonly Part[];
  /** The HTML around the parts in the first page, one more than parts. */
  readonly segments: readonly string[];
  /** The HTML of the empty template, for the client. */
  readonly html: string;
  /** Hash of everything that the client is sent. */
  readonly hash: string;
  /** What the client is sent. */
  readonly wire: DefinitionWire;
  /** Whether there are event parts. */
  readonly hasEvents: boolean;
  /** Whether there are child parts. */
  readonly hasChildren: boolean;
  /** What it says of password fields. */
  readonly secret: SecretParts;
  /** What can disable the control of an event part, or those that stand in a child part, by the index of the part. */
  readonly disablers: ReadonlyMap<number, readonly Disabler[]>;
  /** Whether one of its fieldsets can disable what stands in a child part. */
  readonly disablesChildren: boolean;
  /** Whether a form or a button of it is posted without script. */
  readonly hasPosts: boolean;
  /** What stands in it of forms, and its children, in document order. */
  readonly outline: readonly OutlineItem[];
  /** What is rendered in place of a template with spreads, which has no instances of its own; else `undefined`. */
  readonly spreads: SpreadTemplates | undefined;
}

// DEFINING --------------------------------------------------------------------

type Definitions = WeakMap<TemplateStringsArray, TemplateDefinition>;

const definitions: readonly Definitions[] = [new WeakMap(), new WeakMap(), new WeakMap()];
const documents: Definitions = new WeakMap();

/**
 * The definition of a template literal in a namespace, made at its first use.
 *
 * @throws TroupeError `template`, with the template quoted and the place marked.
 */
export function define(statics: TemplateStringsArray, namespace: Namespace): Definition {
  const known = definitions[namespace]?.get(statics);
  if (known !== undefined) return known;

  const source = sourceOf(statics);
  const tokens = scan(source, namespace);
  checkContent(source, tokens, impliedContext(namespace, rootsOf(tokens)), 'here');
  const definition = new TemplateDefinition(statics, source, tokens, namespace);
  definitions[namespace]?.set(statics, definition);
  return definition;
}

/**
 * The definition of a document, from `<!doctype html>` to `</html>`.
 *
 * @throws TroupeError `template`, with the template quoted and the place marked.
 */
export function defineDocument(statics: TemplateStringsArray): Definition {
  const known = documents.get(statics);
  if (known !== undefined) return known;

  const source = sourceOf(statics);
  const tokens = scan(source, Namespace.Html);
  const [first] = spreadHoles(source, tokens);
  if (first)
    throw templateError(source, placeOfHole(source, first.hole), 'A document has no spreads. Name the attribute.');
  checkDocument(source, tokens);
  const definition = new TemplateDefinition(statics, source, tokens, Namespace.Html);
  definition.checkDead();
  documents.set(statics, definition);
  return definition;
}

/** The context of the content of a child part whose template stands in `outer`. */
export function contextOf(part: Part, outer: Context): Context {
  return (part as TemplatePart).contextIn(outer);
}

/**
 * Checks that a parser would leave a template as it is in a context.
 *
 * @throws TroupeError `template` if the parser would move or close something across the border of the template
 */
export function checkIn(definition: Definition, context: Context): void {
  (definition as TemplateDefinition).checkIn(context);
}

// DEFINITIONS -----------------------------------------------------------------

class TemplateDefinition implements Definition {
  readonly statics: TemplateStringsArray;
  readonly namespace: Namespace;
  readonly parts: readonly Part[];
  readonly segments: readonly string[];
  readonly html: string;
  readonly hash: string;
  readonly wire: DefinitionWire;
  readonly hasEvents: boolean;
  readonly hasChildren: boolean;
  readonly secret: SecretParts;
  readonly disablers: ReadonlyMap<number, readonly Disabler[]>;
  readonly disablesChildren: boolean;
  readonly hasPosts: boolean;
  readonly outline: readonly OutlineItem[];
  readonly spreads: SpreadTemplates | undefined;

  readonly #source: string;
  readonly #tokens: readonly Token[];
  readonly #checked = new Set<Context>();

  constructor(statics: TemplateStringsArray, source: string, tokens: readonly Token[], namespace: Namespace) {
    const holes = spreadHoles(source, tokens);
    const { parts, segments, html, secret, disablers, outline } = assemble(source, tokens.map(withoutSpreads));
    const places = parts.flatMap(({ kind, node, name, options }) => [node, kind, name + options]);

    this.statics = statics;
    this.namespace = namespace;
    this.parts = parts;
    this.segments = segments;
    this.html = html;
    this.hash = hashOf(JSON.stringify([namespace, html, ...places]));
    this.wire = [this.hash, namespace, html, ...places];
    this.hasEvents = parts.some(({ kind }) => kind === PartKind.Event);
    this.hasChildren = parts.some(isChild);
    this.secret = secret;
    this.disablers = disablers;
    this.disablesChildren = [...disablers.keys()].some((part) => isChild(parts[part] as Part));
    this.hasPosts = parts.some(({ post }) => post !== undefined);
    this.outline = outline;
    this.spreads = holes.length > 0 ? new SpreadTemplates(statics, holes) : undefined;
    this.#source = source;
    this.#tokens = tokens;
  }

  checkIn(context: Context): void {
    if (this.#checked.has(context)) return;

    if (inDocument(context)) this.checkDead();
    checkContent(this.#source, this.#tokens, context, 'where this template is used');
    this.#checked.add(context);
  }

  /** Refuses parts that need a client: documents are written once. */
  checkDead(): void {
    const overlay = placeOfOverlay(this.#tokens);
    if (overlay !== undefined) {
      throw templateError(this.#source, overlay, 'A document is written once: no event is under way in it. Remove it.');
    }
    const live = this.parts.find(isLive);
    if (live === undefined) return;

    const fix = live.kind === PartKind.Style ? 'Use a class and a style sheet.' : 'Put them into a component.';
    const message = `A document is written once: events, properties and style objects do nothing in it. ${fix}`;
    throw templateError(this.#source, placeOfHole(this.#source, live.hole), message);
  }
}

/** What is written in a template with spreads is checked before any spread is given. */
function withoutSpreads(token: Token): Token {
  if (token.kind !== 'open') return token;

  return { ...token, attributes: token.attributes.filter(({ name }) => name !== hole) };
}

function isChild({ kind }: Part): boolean {
  return kind === PartKind.Child || kind === PartKind.Sole;
}

function isLive({ kind }: Part): boolean {
  return kind === PartKind.Event || kind === PartKind.Property || kind === PartKind.Style;
}

// CHECKS ----------------------------------------------------------------------

/** The elements that are not inside others. */
function rootsOf(tokens: readonly Token[]): readonly Element[] {
  const roots: Element[] = [];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === 'open' && depth === 0) roots.push(token.element);
    if (token.kind === 'open' && !token.ends) depth++;
    if (token.kind === 'close') depth--;
  }
  return roots;
}

/** Walks through a template that stands in `outer`, and throws at the first token that the parser would not leave there. */
function checkContent(source: string, tokens: readonly Token[], outer: Context, place: string): void {
  const contexts: Context[] = [];
  let context = outer;

  for (const token of tokens) {
    if (token.kind === 'close') {
      context = contexts.pop() ?? outer;
    } else if (token.kind === 'open') {
      const refusal = refusalOf(token.element, context);
      if (refusal) throw contentError(source, token.at, `<${token.name}> cannot stand ${place}`, refusal);
      if (token.ends) continue;
      contexts.push(context);
      context = enter(context, token.element);
    } else {
      checkText(source, token, context, place);
    }
  }
}

function contentError(source: string, at: number, what: string, { reason, fix }: Refusal): Error {
  return templateError(source, at, `${what}: ${reason}. ${fix}`);
}

function checkText(source: string, token: Token, context: Context, place: string): void {
  if (token.kind === 'doctype' && context !== documentContext) {
    throw templateError(source, token.at, 'Only a document begins with <!doctype html>. Remove it.');
  }
  if (token.kind !== 'text' || textAllowed(context) || isBlank(token.text)) return;

  const at = token.at + token.text.search(/[^ \t\n\f]/);
  const reason = `directly in <${context.parent}> it is moved out, or never shown`;
  throw contentError(source, at, `Text cannot stand ${place}`, {
    reason,
    fix: 'Put it into an element that may contain text.',
  });
}

/** A document has all its elements, in their order, so that the parser adds none. */
function checkDocument(source: string, tokens: readonly Token[]): void {
  checkDoctype(source, tokens);
  checkContent(source, tokens, documentContext, 'here');
  for (const token of tokens) if (token.kind === 'open') checkReserved(source, token);

  checkOnce(source, tokens, 'html');
  const head = checkOnce(source, tokens, 'head');
  const body = checkOnce(source, tokens, 'body');
  if (head > body) throw templateError(source, head, '<head> stands behind <body>. Put it before.');
  checkDocumentHoles(source, tokens);
}

function checkReserved(source: string, { element, name, at }: OpenToken): void {
  const refusal = refuseReserved(element);
  if (refusal) throw contentError(source, at, `<${name}> cannot stand here`, refusal);
}

function checkDoctype(source: string, tokens: readonly Token[]): void {
  const first = tokens.find(({ kind }) => kind !== 'text' && kind !== 'comment');
  if (first?.kind !== 'doctype') {
    throw templateError(source, 0, 'A document begins with <!doctype html>. Write it first.');
  }

  const second = tokens.find((token) => token.kind === 'doctype' && token !== first);
  if (second) throw templateError(source, second.at, 'A document has one <!doctype html>. Remove the second.');
}

/** The place of the only element of that name; throws if there is none or a second. */
function checkOnce(source: string, tokens: readonly Token[], name: string): number {
  const [first, second] = tokens.filter((token) => token.kind === 'open' && token.element.name === name);
  if (first === undefined) throw templateError(source, 0, `A document has a <${name}>. Write it with its end tag.`);
  if (second !== undefined) throw templateError(source, second.at, `A document has one <${name}>. Remove the second.`);
  return first.at;
}

function checkDocumentHoles(source: string, tokens: readonly Token[]): void {
  const path: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'open' && !token.ends) path.push(token.element.name);
    if (token.kind === 'close') path.pop();
    if (token.kind === 'hole' && path.length < 2) {
      throw templateError(source, token.at, 'A hole cannot stand here. Put it into <head> or <body>.');
    }
  }
}
