/**
 * Values of attributes, properties, styles and event parts, as the client is sent them. `render.ts` calls this for each
 * such part. A value that has not changed is returned as the same object.
 */

import { ErrorCode, TroupeError } from '../platform/errors.js';
import type { Template } from '../template/html.js';
import { invalidUrl, safeSrcset, safeUrl } from '../template/safe-url.js';
import { markHole, type Part } from '../template/template.js';
import { PartKind, type Scalar } from '../wire/patch.js';
import type { EventValue, StyleValue, Value } from './nodes.js';
import { describeValue, type Report, wrongValue } from './value-errors.js';

// TEXT ------------------------------------------------------------------------

/** A text as HTML and MessagePack can carry it: no NUL, no lone surrogates. */
export function cleanText(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();

  return whole.includes('\0') ? whole.replaceAll('\0', '') : whole;
}

/** The text of a hole in an attribute, a `title` or a `textarea`. */
function holeText(value: unknown, part: Part, template: Template<unknown>): string {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value === 'number' || typeof value === 'bigint' || value === true) return String(value);
  if (value === null || value === undefined || value === false) return '';

  throw wrongValue(value, part, template, 'text, a number or nothing (null, undefined, false)');
}

/** The static text of a part and the text of its holes, joined. */
export function joined(template: Template<unknown>, part: Part): string {
  const { strings, hole } = part;
  let text = strings[0] as string;
  for (let index = 1; index < strings.length; index++) {
    text += holeText(template.values[hole + index - 1], part, template) + (strings[index] as string);
  }

  return text;
}

// ATTRIBUTES ------------------------------------------------------------------

/** Whether the attribute consists of one hole, so that `null` in it removes the attribute. */
function isSole(part: Part): boolean {
  return part.strings.length === 2 && part.strings[0] === '' && part.strings[1] === '';
}

/** The value of an attribute or a text with holes in it; `null` removes the attribute. */
export function renderJoined(
  template: Template<unknown>,
  part: Part,
  previous: Value | undefined,
  report: Report
): Scalar {
  const hole = template.values[part.hole];
  if (part.kind === PartKind.Attribute && isSole(part)) {
    if (hole === null || hole === undefined || hole === false) return null;
    if (hole === previous && typeof hole !== 'object') return previous as Scalar;
    if (typeof hole === 'number') return hole;
  }
  const text = joined(template, part);

  return part.isUrl && text !== previous ? checkedUrl(text, previous, part, template, report) : text;
}

/** The URL, or what replaces an unsafe one. The replacement is reported once, not again while the URL stays unsafe. */
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
export function renderClass(text: string, previous: Value | undefined): Scalar {
  if (text === previous) return previous as Scalar;
  const tokens = new Set(text.split(/[ \t\n\f\r]+/));
  tokens.delete('');

  return tokens.size === 0 ? null : [...tokens].join(' ');
}

/** The value of a property. */
export function renderProperty(
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

  return part.isUrl ? checkedUrl(text, previous, part, template, report) : text;
}

// STYLES ----------------------------------------------------------------------

const quoted = /"(?:[^"\\\n\r\f]|\\.)*"|'(?:[^'\\\n\r\f]|\\.)*'/g;

/** Strings, and URLs without quotes: a `;` in either does not end the declaration. */
const quotedOrUrl = new RegExp(`${quoted.source}|(?<![\\w-])url\\(\\s*([^\\s"'()\\\\]*)\\s*\\)`, 'gi');

/** What ends a declaration, begins a comment or begins a URL without quotes. `\0`, which no text contains, stands for each string. */
const ending = /[;{}"'\\\n\r\f]|\/\*|(?<![\w-])url\((?!\s*\0)/i;

/** Names of CSS properties, and of custom ones. */
const styleName = /^(?:-?[a-z][a-z0-9-]*|--[\w-]+)$/;

/** A style value that does not end its declaration; `undefined` if it would. */
function styleValue(given: unknown): string | undefined {
  if (typeof given === 'object' || typeof given === 'function') return undefined;
  const written = cleanText(String(given));
  if (!/[;{}"'\\\n\r\f(]|\/\*/.test(written)) return written;
  const text = written.replace(quotedOrUrl, (token, url?: string) => (url === undefined ? token : `url("${url}")`));
  if (ending.test(text.replace(quoted, '\0'))) return undefined;

  return text.replace(quoted, (string) => string.replaceAll(';', '\\3b '));
}

/** The declarations of a style object; those that are refused are reported and left out. */
export function renderStyle(
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
  const text =
    typeof given === 'object' || typeof given === 'function' ? describeValue(given) : String(given).slice(0, 80);

  return new TroupeError(
    ErrorCode.Value,
    `A style was left out: ${property}: ${text} is not one declaration. Write the name of one property and one value, with ; { } " ' and \\ only in quotes: url("…").\n${markHole(template.statics, part.hole)}`
  );
}

// EVENTS ----------------------------------------------------------------------

/** The message or the function in an event part. A message that equals the last one, one level deep, is that one. */
export function renderEvent(
  value: unknown,
  previous: Value | undefined,
  part: Part,
  template: Template<unknown>
): Value {
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

/** Whether two messages are equal, one level deep. It runs for every handler of every render, so it makes no arrays. */
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
