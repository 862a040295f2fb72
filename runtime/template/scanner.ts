/**
 * The scanner: the static strings of a template become tokens, which are tags, text, comments and holes, well nested.
 * `content-model.ts` says in which namespace content is parsed; `parts.ts` makes parts and segments of the tokens.
 *
 * It refuses holes in scripts, styles and other raw text, in comments, and in names of tags and attributes.
 * It is stricter than an HTML parser: what a parser would silently repair is an error here, with the place marked and
 * the fix.
 */

import type { TroupeError } from '../platform/errors.js';
import { Namespace } from '../wire/patch.js';
import {
  type Context,
  type Element,
  enter,
  impliedContext,
  joinedTextElements,
  newlineDroppingElements,
  ownNamespace,
  rawTextElements,
  voidElements,
} from './content-model.js';
import { hole, templateError } from './template-source.js';

// TYPES -----------------------------------------------------------------------

/**
 * An attribute as written; `value` is `undefined` if there is none, and contains `hole` for every hole. The name `hole` is
 * a hole for a spread.
 */
export interface AttributeToken {
  readonly name: string;
  readonly value: string | undefined;
  readonly at: number;
}

/** A piece of a template; `at` is its index in the source. */
export type Token =
  /** A start tag; `ends` if there is no content and no end tag. */
  | {
      readonly kind: 'open';
      readonly name: string;
      readonly element: Element;
      readonly attributes: readonly AttributeToken[];
      /** The namespace of the element itself. */
      readonly namespace: Namespace;
      readonly ends: boolean;
      readonly at: number;
    }
  /** An end tag. */
  | { readonly kind: 'close'; readonly name: string; readonly at: number }
  /** Text between tags, holes excluded. */
  | { readonly kind: 'text'; readonly text: string; readonly at: number }
  /** The whole content of a `title` or `textarea`, holes included, or of a raw text element. */
  | { readonly kind: 'content'; readonly text: string; readonly at: number }
  /** A comment or doctype, as written. */
  | { readonly kind: 'comment' | 'doctype'; readonly text: string; readonly at: number }
  /** A hole between tags. */
  | { readonly kind: 'hole'; readonly at: number };

/** A start tag. */
export type OpenToken = Extract<Token, { kind: 'open' }>;

/** The content of an element that contains text only. */
export type ContentToken = Extract<Token, { kind: 'content' }>;

// PATTERNS --------------------------------------------------------------------

/** Every pattern is tried at one place only (`y`). White space is that of HTML; `\0` is a hole. */
const pattern = {
  text: /[^<\0]+/y,
  comment: /<!--(?!-?>)(?<data>.*?)--(?<bang>!?)>/sy,
  doctype: /<!doctype[ \t\n\f]+html[ \t\n\f]*>/iy,
  open: /<(?<name>[a-z][^ \t\n\f/>\0<"'=&]*)/iy,
  close: /<\/(?<name>[a-z][^ \t\n\f/>\0<"'=&]*)[ \t\n\f]*>/iy,
  space: /[ \t\n\f]*/y,
  tagEnd: /(?<slash>\/?)>/y,
  attribute: /[^ \t\n\f/>="'<\0]+/y,
  value: /[ \t\n\f]*=[ \t\n\f]*(?:"(?<double>[^"]*)"|'(?<single>[^']*)'|(?<bare>[^ \t\n\f>"'<`]+))/y,
  lineBreakReference: /&(?:#0*10(?![0-9])|#x0*a(?![0-9a-f])|NewLine;)/iy,
  equals: /[ \t\n\f]*=[ \t\n\f]*/y,
  spread: /\0(?=[ \t\n\f/>])/y,
} as const;

const blank = /^[ \t\n\f]*$/;

/** Whether a text is white space only, which is allowed everywhere. */
export const isBlank = (text: string): boolean => blank.test(text);

// SCANNING --------------------------------------------------------------------

/** An element whose end tag is awaited. */
interface Opened {
  readonly token: OpenToken;
  readonly context: Context;
}

/** The state of a scan, local to one call of `scan`. */
interface Scan {
  readonly source: string;
  readonly outer: Context;
  readonly tokens: Token[];
  readonly opened: Opened[];
  at: number;
}

/** The tokens of a source that is parsed in `namespace`. Throws if its tags are not well formed and well nested. */
export function scan(source: string, namespace: Namespace): readonly Token[] {
  const state: Scan = { source, outer: impliedContext(namespace, []), tokens: [], opened: [], at: 0 };
  while (state.at < source.length) scanNext(state);

  const unclosed = state.opened.at(-1);
  if (unclosed) throw missingEnd(state, unclosed, 'at the end of the template');
  return state.tokens;
}

function scanNext(state: Scan): void {
  const { source, at } = state;
  if (source.startsWith(hole, at)) scanHole(state);
  else if (source.startsWith('<!', at)) scanDeclaration(state);
  else if (source.startsWith('</', at)) scanClose(state);
  else if (source.startsWith('<', at)) scanOpen(state);
  else state.tokens.push({ kind: 'text', text: take(state, pattern.text)?.[0] ?? '', at });
}

/** The match of a pattern at the current place, which then moves past it. */
function take(state: Scan, expression: RegExp): RegExpExecArray | null {
  expression.lastIndex = state.at;
  const match = expression.exec(state.source);
  if (match) state.at += match[0].length;
  return match;
}

function fail(state: Scan, message: string, at = state.at): TroupeError {
  return templateError(state.source, at, message);
}

function holeIn(place: string, fix: string): string {
  return `A hole cannot stand in ${place}. ${fix}`;
}

const currentContext = (state: Scan): Context => state.opened.at(-1)?.context ?? state.outer;

function scanHole(state: Scan): void {
  const around = state.opened.at(-1)?.token.element.name;
  if (around === 'style') throw fail(state, holeIn('<style>', rawTextFix(around)));

  state.tokens.push({ kind: 'hole', at: state.at });
  state.at += hole.length;
}

function scanDeclaration(state: Scan): void {
  const at = state.at;
  const comment = take(state, pattern.comment);
  const doctype = comment ? null : take(state, pattern.doctype);
  if (comment) scanComment(state, comment, at);
  else if (doctype) state.tokens.push({ kind: 'doctype', text: doctype[0], at });
  else if (state.source.startsWith('<!--', at)) throw fail(state, 'A comment is not closed. End it with -->.');
  else throw fail(state, 'This <! begins neither a comment nor <!doctype html>. Write &lt; for a < in text.');
}

function scanComment(state: Scan, match: RegExpExecArray, at: number): void {
  const { data = '', bang } = match.groups ?? {};
  if (data.includes(hole)) {
    throw fail(state, holeIn('a comment', 'Put it outside, or remove the comment.'), at + match[0].indexOf(hole));
  }
  if (bang) throw fail(state, 'A comment ends with -->, not with --!>.', at);
  if (data === '' || data === '[' || data === ']') {
    throw fail(state, 'Comments that are empty, [ or ] mark places in the page. Write something else into it.', at);
  }
  state.tokens.push({ kind: 'comment', text: match[0], at });
}

// END TAGS --------------------------------------------------------------------

function scanClose(state: Scan): void {
  const at = state.at;
  const match = take(state, pattern.close);
  if (match === null) throw malformedClose(state);

  const name = match.groups?.name ?? '';
  const current = state.opened.at(-1);
  if (current?.token.element.name !== name.toLowerCase()) throw unmatchedEnd(state, name, at);

  state.opened.pop();
  state.tokens.push({ kind: 'close', name: current.token.name, at });
}

function malformedClose(state: Scan): TroupeError {
  const name = /^<\/[a-z]*[^\0>]*\0/i.exec(state.source.slice(state.at));
  if (name) return fail(state, holeInTagName, state.at + name[0].length - 1);
  return fail(state, 'This </ is not an end tag such as </p>. An end tag has a name and no attributes.');
}

function unmatchedEnd(state: Scan, name: string, at: number): TroupeError {
  const lower = name.toLowerCase();
  if (voidElements.has(lower) && currentContext(state).namespace === Namespace.Html) {
    return fail(state, `<${lower}> has no content and no end tag. Remove </${name}>.`, at);
  }

  const current = state.opened.at(-1);
  const around = state.opened.some(({ token }) => token.element.name === lower);
  if (around && current) return missingEnd(state, current, `before </${name}>`);
  return fail(state, `</${name}> ends nothing that this template began. Remove it, or write <${name}> before it.`, at);
}

function missingEnd(state: Scan, { token }: Opened, where: string): TroupeError {
  return fail(state, `<${token.name}> has no end tag. Write </${token.name}> ${where}.`, token.at);
}

// START TAGS ------------------------------------------------------------------

function scanOpen(state: Scan): void {
  const at = state.at;
  const match = take(state, pattern.open);
  if (match === null) throw malformedOpen(state);

  const name = match.groups?.name ?? '';
  const attributes = scanAttributes(state, at, name);
  const slash = take(state, pattern.tagEnd)?.groups?.slash === '/';
  pushOpen(state, { name, attributes, slash, at });
}

function malformedOpen(state: Scan): TroupeError {
  if (state.source[state.at + 1] === hole) return fail(state, holeInTagName, state.at + 1);
  return fail(state, 'This < begins no tag. Write &lt; for a < in text.');
}

const holeInTagName = holeIn(
  'a tag name',
  'Choose between whole templates instead: condition ? html`<h1>…` : html`<h2>…`.'
);

function scanAttributes(state: Scan, at: number, name: string): readonly AttributeToken[] {
  const attributes: AttributeToken[] = [];
  if (state.source[state.at] === hole) throw fail(state, holeInTagName);

  for (;;) {
    const spaced = take(state, pattern.space)?.[0] !== '';
    if (peek(state, pattern.tagEnd)) return attributes;
    if (state.at >= state.source.length) throw fail(state, `The tag <${name}> is not closed. End it with >.`, at);

    const spread = spaced ? take(state, pattern.spread) : null;
    if (spread) {
      attributes.push({ name: hole, value: undefined, at: spread.index });
      continue;
    }
    const match = take(state, pattern.attribute);
    if (match === null || !spaced) throw malformedAttribute(state, state.at - (match?.[0].length ?? 0), name, at);
    attributes.push(scanValue(state, match[0], match.index));
  }
}

function peek(state: Scan, expression: RegExp): boolean {
  expression.lastIndex = state.at;
  return expression.test(state.source);
}

function malformedAttribute(state: Scan, at: number, name: string, tagAt: number): TroupeError {
  const character = state.source[at] ?? '';
  if (character === '<') return fail(state, `The tag <${name}> is not closed. End it with >.`, tagAt);

  const message = strayCharacters.get(character);
  return fail(
    state,
    message ?? 'Write white space between attributes, and quotes around a value of several words.',
    at
  );
}

const holeInAttributeName = holeIn(
  'an attribute name',
  'Name the attribute: name=${…}, ?name=${…} if it is there or not, .name=${…}, @name=${…}. Several: ${spread({ … })}.'
);

/** What is wrong if one of these stands where an attribute begins. */
const strayCharacters: ReadonlyMap<string, string> = new Map([
  [hole, holeInAttributeName],
  ['"', 'A quote stands where an attribute name was expected. Remove it, or write name="…".'],
  ["'", "A quote stands where an attribute name was expected. Remove it, or write name='…'."],
  ['/', 'A / in a tag can only stand directly before its >. Remove it.'],
  ['=', 'An attribute name is missing before =.'],
]);

function scanValue(state: Scan, name: string, at: number): AttributeToken {
  if (state.source[state.at] === hole) throw malformedAttribute(state, state.at, name, at);

  const match = take(state, pattern.value);
  if (match) return { name, value: checkBare(state, match), at };
  if (take(state, pattern.equals) === null) return { name, value: undefined, at };

  const quoted = /["']/.test(state.source[state.at] ?? '');
  if (quoted) throw fail(state, `The value of ${name} has no closing quote. Write it.`);
  throw fail(state, `The value of ${name} is missing. Write ${name}="…".`);
}

/** The value. One without quotes must not end at a quote, nor a hole in it at the slash of `/>`. */
function checkBare(state: Scan, match: RegExpExecArray): string {
  const { double, single, bare } = match.groups ?? {};
  if (bare === undefined) return double ?? single ?? '';

  const next = state.source[state.at] ?? '';
  if (/["'<`]/.test(next)) throw fail(state, 'A value with quotes, < or ` must stand in quotes. Write name="…".');
  if (next === '>' && bare.endsWith('/') && bare.includes(hole)) {
    throw fail(
      state,
      'The / belongs to the value here. Write a space before />, or put the value in quotes.',
      state.at - 1
    );
  }
  return bare;
}

/** A start tag as read. */
interface Start {
  readonly name: string;
  readonly attributes: readonly AttributeToken[];
  readonly slash: boolean;
  readonly at: number;
}

function pushOpen(state: Scan, { name: written, attributes, slash, at }: Start): void {
  const context = currentContext(state);
  const element = elementOf(written, attributes);
  const namespace = ownNamespace(context, element.name);
  const html = namespace === Namespace.Html;
  const name = html ? element.name : written;
  const ends = html ? voidElements.has(name) : slash;
  if (slash && !ends) throw fail(state, `<${name}/> does not end itself in HTML. Write <${name}></${name}>.`, at);

  const token: OpenToken = { kind: 'open', name, element, attributes, namespace, ends, at };
  state.tokens.push(token);
  if (ends) return;

  state.opened.push({ token, context: enter(context, element) });
  if (html) scanContent(state, name);
}

/** The element of a start tag; `?name` is an attribute `name` too. */
function elementOf(name: string, attributes: readonly AttributeToken[]): Element {
  const named = attributes.filter((attribute) => attribute.name !== hole);
  const entries = named.map(({ name: key, value }) => [key.toLowerCase().replace(/^\?/, ''), value ?? ''] as const);
  return { name: name.toLowerCase(), attributes: new Map(entries) };
}

// CONTENT ---------------------------------------------------------------------

/** Reads what follows a start tag without being HTML: a dropped line break, or text up to the end tag. */
function scanContent(state: Scan, name: string): void {
  const at = state.at;
  if (newlineDroppingElements.has(name) && peek(state, pattern.lineBreakReference)) {
    throw fail(state, `Parsers drop a line break directly behind <${name}>, this one too. Write two, or none.`);
  }
  if (rawTextElements.has(name) || joinedTextElements.has(name)) {
    const text = takeContent(state, name);
    if (text !== '') state.tokens.push({ kind: 'content', text, at });
  } else if (newlineDroppingElements.has(name) && /^\n[<\0]/.test(state.source.slice(at, at + 2))) {
    state.at += 1;
  }
}

function takeContent(state: Scan, name: string): string {
  const at = state.at;
  const end = new RegExp(`</${name}(?=[ \\t\\n\\f/>])`, 'gi');
  end.lastIndex = at;
  const match = end.exec(state.source);
  if (match === null) throw fail(state, `<${name}> has no end tag. Write </${name}>.`, state.opened.at(-1)?.token.at);

  state.at = match.index;
  return checkContent(state, name, state.source.slice(at, match.index), at);
}

function checkContent(state: Scan, name: string, text: string, at: number): string {
  if (joinedTextElements.has(name)) return text;
  if (text.includes(hole)) throw fail(state, holeIn(`<${name}>`, rawTextFix(name)), at + text.indexOf(hole));
  if (name === 'script' && text.includes('<!--')) {
    throw fail(state, 'A <!-- in a script changes where it ends. Write it as <\\!--.', at + text.indexOf('<!--'));
  }
  return text;
}

function rawTextFix(name: string): string {
  if (name === 'style') return 'Use a class, or a style object on the element: style=${{ … }}.';
  if (name === 'script') return 'Put the value into a data attribute and let the script read it.';
  return 'Its content is text that is never shown as written: use another element.';
}
