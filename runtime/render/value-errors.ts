/**
 * Errors about values that cannot stand where a view put them: what was given, what is allowed, and the template with
 * the hole marked. `render.ts` and `attribute-values.ts` throw and report them.
 */

import { ErrorCode, TroupeError } from '../platform/errors.js';
import { Template } from '../template/html.js';
import { markHole, type Part } from '../template/template.js';
import { PartKind } from '../wire/patch.js';

/** Reports an error that does not stop the page: a refused URL, a refused style. */
export type Report = (error: TroupeError) => void;

// PLAIN ROWS ------------------------------------------------------------------

/** A row that is not a template becomes the only child of this one. */
const rowTemplate = ((statics: TemplateStringsArray, ..._holes: unknown[]) => statics)`${null}`;

/** The template around a row that is not one. It knows the hole of its list, so that errors can show that. */
export class PlainRow extends Template<unknown> {
  readonly part: Part;
  readonly template: Template<unknown> | undefined;

  constructor(row: unknown, part: Part, template: Template<unknown> | undefined) {
    super(rowTemplate, [row]);
    this.part = part;
    this.template = template;
  }
}

// ERRORS ----------------------------------------------------------------------

/** The template with the hole marked, on lines of its own; for a plain row, the hole of its list. */
export function showHole(part: Part, template: Template<unknown> | undefined): string {
  if (template instanceof PlainRow) return showHole(template.part, template.template);

  return template === undefined ? '' : `\n${markHole(template.statics, part.hole)}`;
}

/** The error for a value that the part cannot hold. */
export function wrongValue(
  value: unknown,
  part: Part,
  template: Template<unknown> | undefined,
  allowed: string
): TroupeError {
  if (template instanceof PlainRow) return wrongValue(value, template.part, template.template, allowed);
  if (value instanceof Promise) value.catch(() => {});
  if (template === undefined)
    return new TroupeError(ErrorCode.Value, `${describeValue(value)} from view; it returns ${allowed}.`);
  const where = part.name === '' ? 'a child hole' : `the hole of ${prefixes[part.kind] ?? ''}${part.name}`;

  return new TroupeError(
    ErrorCode.Value,
    `${describeValue(value)} in ${where}; it takes ${allowed}.${showHole(part, template)}`
  );
}

/** What stands before the name of a part in a template. */
const prefixes: { readonly [kind: number]: string } = {
  [PartKind.Boolean]: '?',
  [PartKind.Property]: '.',
  [PartKind.Event]: '@',
};

/** What a value is, for an error: `A promise`, `7 (number)`. */
export function describeValue(value: unknown): string {
  if (typeof value === 'function') return `A function${value.name === '' ? '' : ` (${value.name})`}`;
  if (value === null || typeof value !== 'object') return `${String(value)} (${typeof value})`;
  const name = Object.getPrototypeOf(value)?.constructor?.name;
  if (name === 'Promise') return 'A promise';

  return name === undefined || name === 'Object' ? 'An object' : `An object (${name})`;
}
