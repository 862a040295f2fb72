/**
 * Writes a rendered tree (`nodes.ts`) as HTML that a browser parses to exactly the nodes that the client would create.
 * `first-page.ts` calls it for the first page, `layout.ts` for the layout.
 *
 * Everything dynamic is escaped here, and nowhere else. What a parser would change is written so that the parser gives it
 * back: a carriage return as a reference, a newline at the start of `pre` and `textarea` twice.
 */

import { type Template, UnsafeHtml } from '../template/html.js';
import { defineDocument, type Part } from '../template/template.js';
import { Mark, PartKind } from '../wire/patch.js';
import { loosePosts, postedToken } from '../wire/protocol.js';
import { Instance, List, Mount, type StyleValue, type Value } from './nodes.js';
import { keyText, type PageForm, PageForms, type PostMarks, type PostTarget } from './page-forms.js';
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

// POSTS -----------------------------------------------------------------------

/** A first page, and what stands beside it. */
export interface PageMarkup {
  readonly html: string;
  readonly posts: PostMarks | undefined;
}

/**
 * The HTML of the page of a session.
 *
 * @param target where forms and buttons go without script; `undefined` if they do not
 */
export function pageMarkup(value: Value, session: string, ticket: number, target: PostTarget | undefined): PageMarkup {
  if (target === undefined) return { html: markup(value), posts: undefined };
  const forms = new PageForms(target, session, ticket);
  const html = postingMarkup(value, forms, '', undefined);

  return { html, posts: forms.marks };
}

/**
 * What stands beside a page: behind it the empty form of the buttons that stand in no form; before it, as the first in the
 * document, the buttons that Enter presses in others.
 */
export function postsMarkup(
  { defaults, hasLoose }: PostMarks,
  token: string
): { readonly before: string; readonly behind: string } {
  const field = `<input type="hidden" name="${postedToken}"${attribute('value', token)}>`;
  let before = '';
  for (const [id, action] of defaults)
    before += `<button${attribute('form', id)}${attribute('formaction', action)}></button>`;

  return { before, behind: hasLoose ? `<form id="${loosePosts}" method="post">${field}</form>` : '' };
}

/** As `markup`, with the attributes for posts. `steps` lead to the value, and `around` is the form that it stands in. */
function postingMarkup(value: Value, forms: PageForms, steps: string, around: PageForm | undefined): string {
  if (value instanceof Instance) return postingInstance(value, forms, `${steps},`, around);
  if (value instanceof List) return postingList(value, forms, steps, around);
  if (!(value instanceof Mount)) return markup(value);
  const { key, rendered } = value;
  if (rendered instanceof Instance) return postingInstance(rendered, forms, steps + keyText(key), around);

  return markup(rendered);
}

function postingList({ rows, source }: List, forms: PageForms, steps: string, around: PageForm | undefined): string {
  let html = '';
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] as Instance;
    html += postingInstance(row, forms, steps + keyText(source === undefined ? index : row.key), around);
  }

  return html;
}

function postingInstance(instance: Instance, forms: PageForms, steps: string, around: PageForm | undefined): string {
  const { definition, values } = instance;
  const { parts, segments, hasChildren, hasPosts } = definition;
  if (!hasChildren && !hasPosts) return instanceMarkup(instance);
  let html = segments[0] as string;
  let posted: PageForm | undefined;
  let postedNode = -1;
  let selects: (readonly [at: number, value: string])[] | undefined;
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index] as Part;
    const value = values[index] as Value;
    const own = part.form;
    const unposted = own?.hasAction ? goingElsewhere : goingNowhere;
    const form = own === undefined ? around : own.node === postedNode ? posted : unposted;
    if (part.post?.element === 'form' && value !== null) {
      const made = forms.form(instance, index, part.post, steps);
      posted = made.form;
      postedNode = part.node;
      html += made.html;
    } else if (part.post !== undefined && value !== null) {
      html += forms.button(instance, index, part.post, steps, form) ?? partMarkup(part, value);
    } else if (part.kind <= PartKind.Sole && typeof value === 'object') {
      const inner = postingMarkup(value, forms, `${steps},${index}`, form);
      html += part.kind === PartKind.Sole ? afterStartTag(part.element, inner) : inner;
    } else html += partMarkup(part, value);
    if (part.kind === PartKind.Property && part.element === 'select' && part.name === 'value' && value !== null) {
      selects ??= [];
      selects.push([html.length, String(value)]);
    }
    html += segments[index + 1] as string;
  }

  return selects?.reduceRight((written, [at, text]) => selectOption(written, at, text), html) ?? html;
}

/** Selects the option of this value in the select that begins before `at`: no attribute of the select says its value. */
function selectOption(html: string, at: number, value: string): string {
  const end = html.indexOf('</select>', at);
  let isSelected = false;
  const options = html
    .slice(at, end)
    .replace(/<option((?:\s[^<>]*)?)>([^<]*)/g, (option, attributes: string, text: string) => {
      const own = / value="([^"]*)"/.exec(attributes)?.[1] ?? text.trim();
      if (isSelected || own !== (attributes.includes(' value="') ? escapeValue(value) : escapeText(value)))
        return option;
      isSelected = true;

      return `<option${attributes} selected="">${text}`;
    });

  return html.slice(0, at) + options + html.slice(end);
}

const goingElsewhere: PageForm = { id: undefined, action: '', hasAction: true };
const goingNowhere: PageForm = { id: undefined, action: '', hasAction: false };

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
      return part.post?.instead === undefined ? '' : attribute(...part.post.instead);
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
  return ` ${name}="${escapeValue(value)}"`;
}

function escapeValue(value: string): string {
  return /[&<>"\r]/.test(value) ? value.replace(/[&<>"\r]/g, (character) => references[character] as string) : value;
}
