/**
 * Renders: values of a view (`html.ts`) become nodes (`nodes.ts`). Attributes, properties and handlers are rendered by
 * `attribute-values.ts`, keyed lists are aligned by `keyed-list.ts`.
 *
 * Rendering gets the tree of the last render and returns the same object wherever nothing has changed, so that the
 * comparison of two trees can stop at identity.
 */

import { type Context, documentContext, rootContext, textAllowed } from '../template/content-model.js';
import { type Key, PageRoot, Placement, Repeat, Template, UnsafeHtml } from '../template/html.js';
import { checkIn, contextOf, type Definition, define, type Part } from '../template/template.js';
import { PartKind, type Scalar } from '../wire/patch.js';
import {
  cleanText,
  joined,
  renderClass,
  renderEvent,
  renderJoined,
  renderProperty,
  renderStyle,
} from './attribute-values.js';
import { alignRows } from './keyed-list.js';
import { hasMounts, Instance, List, type Mount, type Value } from './nodes.js';
import { PlainRow, type Report, showHole, wrongValue } from './value-errors.js';

// TYPES -----------------------------------------------------------------------

/** The component whose view is rendered. */
export interface Home {
  readonly mount: Mount;
  /** The mount of a component that the view places in such a context. */
  place(placement: Placement<unknown>, context: Context): Mount;
}

/** Where the children of an instance are rendered: their context, the receiver of reports, and the component. */
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
  options: '',
  element: 'div',
  hole: 0,
  strings: ['', ''],
  isUrl: false,
  isReflected: false,
  isSecret: false,
  isInLegend: false,
  isAfterLegend: false,
  post: undefined,
  form: undefined,
};

/**
 * Renders what a component's view returned. Returns `previous` itself if nothing has changed.
 *
 * @param home the component; without one, a component in the value is an error, and events have no receiver
 * @throws TroupeError `template` or `value`, with the template quoted and the place marked.
 */
export function renderRoot(value: unknown, previous: Value | undefined, report: Report, home?: Home): Value {
  return renderChild(value, previous, rootPart, undefined, {
    context: home?.mount.context ?? rootContext,
    report,
    home,
  });
}

/** Renders the layout of a page, a template whose definition is given. */
export function renderLayout(template: Template<unknown>, definition: Definition, report: Report): Instance {
  return renderParts(template, definition, undefined, undefined, {
    context: documentContext,
    report,
    home: undefined,
  });
}

// INSTANCES -------------------------------------------------------------------

function renderInstance(
  template: Template<unknown>,
  previous: Value | undefined,
  key: Key | undefined,
  place: Place
): Instance {
  const definition = define(template.statics, place.context.namespace);
  if (definition.spreads !== undefined) return renderInstance(definition.spreads.write(template), previous, key, place);
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

  return new Instance(definition, values, key, place.home?.mount, definition.hasChildren && values.some(hasMounts));
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
  // The runtime wrote the page, so its marks are real.
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

  return same ? (last as List) : new List(rows, undefined, undefined, rows.some(hasMounts));
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
  // Rows taken over are not visited: they have mounts only if rows of the last list had.
  let isWithMounts = last?.hasMounts ?? false;
  const render = (item: unknown, key: Key, before: Instance | undefined): Instance => {
    const row = renderInstance(asTemplate(repeat.view(item as never), part, template), before, key, place);
    if (row.hasMounts) isWithMounts = true;

    return row;
  };
  const { rows, keys } = alignRows(last, hoisted, repeat, render, () => showHole(part, template));

  return new List(rows, repeat, keys, isWithMounts);
}

function sameSource(last: Repeat<unknown>, next: Repeat<unknown>): boolean {
  return last.items === next.items && last.view === next.view;
}
