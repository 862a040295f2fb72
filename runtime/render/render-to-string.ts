/**
 * Writes a rendered tree (`nodes.ts`) as HTML that a browser parses to exactly the nodes that the client would create.
 * `session-registry.ts` calls it for the first page, `layout.ts` for the layout.
 *
 * Everything dynamic is escaped here, and nowhere else. What a parser would change is written so that the parser gives it
 * back: a carriage return as a reference, a newline at the start of `pre` and `textarea` twice.
 */

import { type Template, UnsafeHtml } from '../template/html.js';
import { defineDocument, type Part } from '../template/template.js';
import { Mark, PartKind } from '../wire/patch.js';
import { Instance, List, Mount, type StyleValue, type Value } from './nodes.js';
import { renderLayout } from './render.js';
import type { Report } from './value-errors.js';

// PAGES -----------------------------------------------------------------------

/** The HTML of a value. */
export function markup(value: Value): string {
  if (value === null) return '';
  if (value instanceof Instance) return instanceMarkup(value);
  if (value instanceof List) return listMarkup(value);
  if (value instanceof Mount) return markup(value.rendered);
  if (value instanceof UnsafeHtml) return value.html;

  return escapeText(String(value));
}

/**
 * The HTML of a whole document.
 *
 * @throws TroupeError `template` or `value`, with the template quoted and the place marked.
 */
export function documentMarkup(template: Template<unknown>, report: Report): string {
  return instanceMarkup(renderLayout(template, defineDocument(template.statics), report));
}

function instanceMarkup({ definition, values }: Instance): string {
  const { parts, segments } = definition;
  let html = segments[0] as string;
  for (let index = 0; index < parts.length; index++) {
    html += partMarkup(parts[index] as Part, values[index] as Value) + (segments[index + 1] as string);
  }

  return html;
}

function listMarkup(list: List): string {
  let html = '';
  for (const row of list.rows) html += instanceMarkup(row);

  return html;
}

// PARTS -----------------------------------------------------------------------

function partMarkup(part: Part, value: Value): string {
  switch (part.kind) {
    case PartKind.Child:
      return markup(value);
    case PartKind.Sole:
      return afterStartTag(part.element, markup(value));
    case PartKind.Text:
      return afterStartTag(part.element, escapeText(String(value)));
    case PartKind.Boolean:
      return value === true ? ` ${part.name}=""` : '';
    case PartKind.Style:
      return value === null ? '' : attribute(Mark.Style, declarations(value as StyleValue));
    case PartKind.Property:
      return part.isReflected ? propertyMarkup(part, value) : '';
    case PartKind.Event:
      return '';
    default:
      return value === null ? '' : attribute(part.name, String(value));
  }
}

/** The parser drops a newline that directly follows these start tags. */
function afterStartTag(element: string, content: string): string {
  return content.startsWith('\n') && /^(?:pre|textarea|listing)$/i.test(element) ? `\n${content}` : content;
}

/** A property as the attribute or content that gives the element this state: `value` is text, all others are booleans. */
function propertyMarkup(part: Part, value: Value): string {
  if (part.name !== 'value') return value ? ` ${part.name}=""` : '';
  if (value === null) return '';
  if (part.element === 'textarea') return afterStartTag('textarea', escapeText(String(value)));

  return attribute(part.name, String(value));
}

function declarations(style: StyleValue): string {
  let text = '';
  for (let index = 0; index < style.length; index += 2) text += `${style[index]}: ${style[index + 1]}; `;

  return text.trimEnd();
}

// ESCAPING --------------------------------------------------------------------

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

function escapeText(text: string): string {
  return /[&<>\r]/.test(text) ? text.replace(/[&<>\r]/g, (character) => references[character] as string) : text;
}

function attribute(name: string, value: string): string {
  const text = /[&<>"\r]/.test(value)
    ? value.replace(/[&<>"\r]/g, (character) => references[character] as string)
    : value;

  return ` ${name}="${text}"`;
}
