/**
 * The source of a template: its static strings as one text, in which a NUL stands for each hole, and
 * the errors that quote it. `scanner.ts` reads it. Every fault in a template
 * is reported by `templateError`.
 */

import { ErrorCode, TroupeError } from '../platform/errors.js';

// SOURCE ----------------------------------------------------------------------

/** Stands for a hole in a source: the only character that HTML can never contain. */
export const hole = '\0';

/**
 * The static strings as one text, with `hole` between them and line breaks as parsers read them.
 *
 * @throws TroupeError `template` if they contain NUL or an invalid escape sequence.
 */
export function sourceOf(statics: TemplateStringsArray): string {
  const strings: readonly (string | undefined)[] = statics;
  if (strings.includes(undefined)) {
    throw new TroupeError(ErrorCode.Template, 'A template has an invalid escape sequence. Write \\\\ for a backslash.');
  }

  const nul = statics.findIndex((text) => text.includes(hole));
  const source = statics.join(hole).replace(/\r\n?/g, '\n');
  if (nul === -1) return source;
  throw templateError(source, placeOfHole(source, nul), 'NUL cannot stand in HTML. Remove it.');
}

/** Where in a source a hole is. */
export function placeOfHole(source: string, index: number): number {
  return source.split(hole, index + 1).join(hole).length;
}

// ERRORS ----------------------------------------------------------------------

/** Makes an error that marks the template at a number of characters after the start of the attribute. */
export type Fail = (message: string, offset?: number) => Error;

/** An error that says what is wrong with a template, and where. */
export function templateError(source: string, at: number, message: string): TroupeError {
  return new TroupeError(ErrorCode.Template, `${message}\n\n${quote(source, at)}`);
}

/** A template with one of its holes marked, for errors about values. */
export function markHole(statics: TemplateStringsArray, index: number): string {
  const source = sourceOf(statics);
  return quote(source, placeOfHole(source, index));
}

/** The line around `at` with the place marked below it, two lines before and one after. */
function quote(source: string, at: number): string {
  const before = source.slice(0, at).split('\n').map(show);
  const after = source.slice(at).split('\n').map(show);
  const column = before.at(-1) ?? '';

  const above = [...before.slice(-3, -1), column + after[0]];
  const lines = [...above, `${' '.repeat(column.length)}^`, ...after.slice(1, 2)];
  return lines.map((line) => `    ${line}`.trimEnd()).join('\n');
}

/** A source with holes as they are written. */
function show(text: string): string {
  return text.replaceAll(hole, '${…}');
}
