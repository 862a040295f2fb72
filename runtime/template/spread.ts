/**
 * Attribute spread: `<input ${spread({ name: 'email', '.value': text })}>`. A template with spreads stands for the one in
 * which their attributes are written out. That one is made here, once for each set of names, for `template.ts`,
 * so that nothing else knows of spreads: every check of a written attribute holds.
 */

import type { TroupeError } from '../platform/errors.js';
import { Spread, Template } from './html.js';
import type { OpenToken, Token } from './scanner.js';
import { hole, placeOfHole, templateError } from './template-source.js';

// TYPES -----------------------------------------------------------------------

/** A hole for a spread. */
export interface SpreadHole {
  /** Its index among the template's values. */
  readonly hole: number;
  /** What is written in the same tag, and is not taken from the spread: names as `plainName` has them. */
  readonly written: ReadonlySet<string>;
}

// LIMITS ----------------------------------------------------------------------

/** Sets of names for one template. Names that come from data would make more and more. */
const mostSets = 1_000;

// HOLES -----------------------------------------------------------------------

/** A name without `?` or `.` and without capitals: what is set by an attribute and by its property is one thing. */
const plainName = (name: string): string => (name.startsWith('@') ? name : name.replace(/^[?.]/, '').toLowerCase());

/** The holes for spreads in a template. */
export function spreadHoles(source: string, tokens: readonly Token[]): readonly SpreadHole[] {
  return tokens.flatMap((token) => (token.kind === 'open' ? holesOf(source, token) : []));
}

function holesOf(source: string, { attributes }: OpenToken): readonly SpreadHole[] {
  const spreads = attributes.filter(({ name }) => name === hole);
  const written = new Set(attributes.map(({ name }) => plainName(name)));

  return spreads.map(({ at }) => ({ hole: source.slice(0, at).split(hole).length - 1, written }));
}

// WRITING OUT -----------------------------------------------------------------

/** What a name may consist of: what is none, or is not allowed, is refused where the attribute is bound. */
const possibleName = /^[.?@]?[a-z_$][\w$:.-]*$/i;

/**
 * How an attribute is written: `type="email"`, or `name=` if its value stands in a hole. What kind of control a tag is does
 * not change, and checks of the template have to know it: whether it is a password field, for instance.
 */
function writtenAs(name: string, value: unknown): string {
  const isWritten = /^(?:type|autocomplete)$/i.test(name) && typeof value === 'string' && /^[\w -]+$/.test(value);

  return isWritten ? `${name}="${value}"` : `${name}=`;
}

const isStatic = (head: string): boolean => head.endsWith('"');

/** The templates that one with spreads stands for. */
export class SpreadTemplates {
  readonly #statics: TemplateStringsArray;
  readonly #holes: readonly SpreadHole[];
  readonly #templates = new Map<string, TemplateStringsArray>();

  constructor(statics: TemplateStringsArray, holes: readonly SpreadHole[]) {
    this.#statics = statics;
    this.#holes = holes;
  }

  /**
   * The template with the attributes of its spreads written out.
   *
   * @throws TroupeError `template`, with the place marked, if what stands in a hole is not made by `spread`, or has a name
   * that no attribute can have
   */
  write({ values }: Template<unknown>): Template<unknown> {
    const written: string[][] = [];
    const whole: unknown[] = [];
    let next = 0;
    for (const spreadHole of this.#holes) {
      const { hole: index } = spreadHole;
      const attributes = this.#attributesAt(index, values[index]);
      const own = Object.keys(attributes).filter((name) => !spreadHole.written.has(plainName(name)));
      for (const name of own) this.#checkName(index, name);
      const heads = own.map((name) => writtenAs(name, attributes[name]));
      const dynamic = own.filter((_name, at) => !isStatic(heads[at] as string));
      whole.push(...values.slice(next, index), ...dynamic.map((name) => attributes[name]));
      written.push(heads);
      next = index + 1;
    }
    whole.push(...values.slice(next));

    return new Template<unknown>(this.#staticsFor(written), whole);
  }

  #attributesAt(index: number, value: unknown): Readonly<Record<string, unknown>> {
    if (value instanceof Spread) return value.attributes;

    throw this.#fail(index, 'A hole in a tag takes attributes: spread({ name: value }).');
  }

  #staticsFor(written: readonly (readonly string[])[]): TemplateStringsArray {
    const key = written.map((each) => each.join(' ')).join('\n');
    const known = this.#templates.get(key);
    if (known !== undefined) return known;

    if (this.#templates.size >= mostSets) {
      const [{ hole: index = 0 } = {}] = this.#holes;
      throw this.#fail(index, `Spreads with more than ${mostSets} sets of names. Give the same names in each render.`);
    }
    const statics = this.#writeStatics(written);
    this.#templates.set(key, statics);

    return statics;
  }

  #writeStatics(written: readonly (readonly string[])[]): TemplateStringsArray {
    const [first = '', ...others] = this.#statics;
    const strings = [first];
    const append = (text: string): void => void strings.push((strings.pop() ?? '') + text);
    for (const [index, text] of others.entries()) {
      const spreadIndex = this.#holes.findIndex((each) => each.hole === index);
      if (spreadIndex === -1) strings.push(text);
      else {
        for (const head of written[spreadIndex] ?? []) {
          append(isStatic(head) ? `${head} ` : `${head}"`);
          if (!isStatic(head)) strings.push('" ');
        }
        append(text);
      }
    }

    return Object.assign(strings, { raw: strings });
  }

  #checkName(index: number, name: string): void {
    if (!possibleName.test(name)) throw this.#fail(index, `No attribute is called ${JSON.stringify(name)}.`);
  }

  #fail(index: number, message: string): TroupeError {
    const source = this.#statics.join(hole);

    return templateError(source, placeOfHole(source, index), message);
  }
}
