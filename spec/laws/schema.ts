/**
 * Random templates for the law: a schema says what a template is made of and which values its holes can
 * take; from it come a template literal (a `TemplateStringsArray` made at run time) and, for a source of
 * random numbers, one view of it after the other. `page/law.ts` runs them in a browser.
 */

import { type Hole, type Key, repeat, Template, unsafeHtml } from '../../runtime/template/html.js';

// RANDOM ----------------------------------------------------------------------

/** Numbers from a seed; the same seed gives the same numbers (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);

    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 up to, not including, `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }
}

// SCHEMAS ---------------------------------------------------------------------

/** What may stand somewhere. */
type Content = 'flow' | 'phrasing' | 'items' | 'table' | 'rows' | 'cells' | 'options' | 'shapes';

/** The state of one hole: what decides its value. Changed a little from one view to the next. */
type State = unknown;

/** A hole: its first state, the next one, and the value it stands for. */
interface HoleSchema {
  first(random: Random): State;
  next(state: State, random: Random): State;
  value(state: State): Hole<{ type: string }>;
}

/** A template and its holes. */
export interface TemplateSchema {
  readonly statics: TemplateStringsArray;
  readonly holes: readonly HoleSchema[];
}

const texts = [
  '',
  'a',
  'b c',
  '<i>&amp;',
  '"\'',
  '\n',
  '\nx',
  ' ',
  'ä€😀',
  'x\r\ny',
  0,
  1,
  -0,
  1.5,
  1e21,
  300,
  70000,
  null,
  false,
] as const;
const tokens = ['', 'a', 'b', 'a b', ' b  a ', 'c', null, false] as const;

/** A hole with a value out of a few. */
function oneOf(values: readonly Hole<{ type: string }>[]): HoleSchema {
  return {
    first: (random) => random.below(values.length),
    next: (state, random) => (random.chance(0.5) ? state : random.below(values.length)),
    value: (state) => values[state as number],
  };
}

/** A hole that holds one of several templates, or nothing, or text. */
function conditional(schemas: readonly TemplateSchema[], text: boolean): HoleSchema {
  interface Chosen {
    readonly index: number;
    readonly states: readonly State[];
  }
  const choose = (random: Random): Chosen => {
    const index = random.below(schemas.length + (text ? 2 : 1));

    return { index, states: firstStates(schemas[index], random) };
  };

  return {
    first: choose,
    next: (state, random) => {
      const { index, states } = state as Chosen;

      return random.chance(0.3) ? choose(random) : { index, states: nextStates(schemas[index], states, random) };
    },
    value: (state) => {
      const { index, states } = state as Chosen;
      const schema = schemas[index];

      return schema === undefined ? (index === schemas.length ? null : 'text') : view(schema, states);
    },
  };
}

/** A row: its key, which schema it is of, and its holes. */
interface Row {
  readonly key: Key;
  readonly index: number;
  readonly states: readonly State[];
}

/** A list of rows of one or two schemas, keyed or by position. */
function list(schemas: readonly TemplateSchema[], keyed: boolean): HoleSchema {
  const row = (key: Key, random: Random): Row => {
    const index = random.below(schemas.length);

    return { key, index, states: firstStates(schemas[index], random) };
  };
  const changed = (old: Row, random: Random): Row =>
    random.chance(0.7) ? old : { ...old, states: nextStates(schemas[old.index], old.states, random) };
  const rowView = (one: Row): Template<{ type: string }> => view(schemas[one.index] as TemplateSchema, one.states);

  return {
    first: (random) =>
      Array.from({ length: random.below(5) }, (_, index) => row(index % 2 ? index : `k${index}`, random)),
    next: (state, random) => rearrange(state as Row[], random, row).map((one) => changed(one, random)),
    value: (state) =>
      keyed ? repeat(state as Row[], ({ key }) => key, rowView) : (state as Row[]).map((one) => rowView(one)),
  };
}

/** Inserts, removes, moves, swaps, reverses or replaces rows. */
function rearrange(rows: readonly Row[], random: Random, make: (key: Key, random: Random) => Row): Row[] {
  const next = [...rows];
  const fresh = (): Row => make(random.chance(0.5) ? random.below(2 ** 31) + 100 : `n${random.below(2 ** 31)}`, random);
  switch (random.below(9)) {
    case 0:
      next.splice(random.below(next.length + 1), 0, ...Array.from({ length: 1 + random.below(3) }, fresh));
      break;
    case 1:
      next.splice(random.below(next.length + 1), 1 + random.below(3));
      break;
    case 2:
      next.splice(random.below(next.length + 1), 0, ...next.splice(random.below(next.length + 1), 1));
      break;
    case 3:
      next.reverse();
      break;
    case 4:
      next.push(fresh());
      break;
    case 5:
      next.shift();
      next.push(fresh());
      break;
    case 6:
      next.sort(() => random.next() - 0.5);
      break;
    case 7:
      if (random.chance(0.3)) next.length = 0;
      break;
    default:
  }

  return next;
}

/** Raw HTML. */
const rawHole = oneOf([
  unsafeHtml('<b>raw</b>'),
  unsafeHtml('\nplain &amp; simple'),
  unsafeHtml('<i>x</i><!-- c -->'),
  null,
  'text',
]);

// TEMPLATES -------------------------------------------------------------------

/** Collects the statics and holes of one literal. */
class Writer {
  readonly #statics: string[] = [''];
  readonly holes: HoleSchema[] = [];

  text(text: string): this {
    this.#statics[this.#statics.length - 1] += text;

    return this;
  }

  hole(schema: HoleSchema): this {
    this.holes.push(schema);
    this.#statics.push('');

    return this;
  }

  schema(): TemplateSchema {
    const statics = Object.assign([...this.#statics], { raw: [...this.#statics] });

    return { statics, holes: this.holes };
  }
}

/** A random template that may stand where `content` is allowed, with templates in it up to `depth` levels. */
export function randomTemplate(random: Random, content: Content, depth: number): TemplateSchema {
  const writer = new Writer();
  const count = content === 'flow' || content === 'phrasing' ? random.below(4) : 1 + random.below(2);
  for (let index = 0; index < count; index++) writeNode(writer, random, content, depth);

  return writer.schema();
}

function writeNode(writer: Writer, random: Random, content: Content, depth: number): void {
  if (random.chance(0.2)) writer.text(random.pick([' ', '\n  ']));
  switch (content) {
    case 'items':
      return writeElement(writer, random, 'li', 'flow', depth);
    case 'rows':
      return writeElement(writer, random, 'tr', 'cells', depth);
    case 'cells':
      return writeElement(writer, random, random.pick(['td', 'th']), 'flow', depth);
    case 'table':
      return writeElement(writer, random, random.pick(['tbody', 'thead']), 'rows', depth);
    case 'options':
      return writeOption(writer, random);
    case 'shapes':
      return writeShape(writer, random, depth);
    default:
      return writeFlow(writer, random, content, depth);
  }
}

function writeFlow(writer: Writer, random: Random, content: 'flow' | 'phrasing', depth: number): void {
  const kind = random.below(content === 'flow' ? 14 : 6);
  if (kind === 0) writer.text(random.pick(['text', 'a &amp; b', '<!-- note -->', '&lt;']));
  else if (kind === 1) writer.hole(oneOf(texts));
  else if (kind === 2) writeElement(writer, random, random.pick(['span', 'b', 'em', 'output']), 'phrasing', depth);
  else if (kind === 3) writeInput(writer, random);
  else if (kind === 4) writeNested(writer, random, content, depth);
  else if (kind === 5) writeText(writer.text('<textarea'), random, 'textarea');
  else if (kind === 6) writeElement(writer, random, random.pick(['div', 'section', 'article']), 'flow', depth);
  else if (kind === 7) writeElement(writer, random, random.pick(['p', 'h2']), 'phrasing', depth);
  else if (kind === 8) writeElement(writer, random, 'pre', 'phrasing', depth);
  else if (kind === 9) writeElement(writer, random, random.pick(['ul', 'ol']), 'items', depth);
  else if (kind === 10) writeElement(writer, random, 'table', 'table', depth);
  else if (kind === 11) writeSelect(writer, random, depth);
  else if (kind === 12) writeElement(writer, random, 'svg', 'shapes', depth);
  else writer.text('<div>').hole(rawHole).text('</div>');
}

/** An element with random attributes whose content is static, one hole, or a mixture. */
function writeElement(writer: Writer, random: Random, name: string, content: Content, depth: number): void {
  writer.text(`<${name}`);
  writeAttributes(writer, random);
  writer.text('>');
  if (name === 'pre' && random.chance(0.3)) writer.text('\n');
  if (random.chance(0.5)) writeNested(writer, random, content, depth);
  else if (depth > 0)
    for (let index = random.below(3); index > 0; index--) writeNode(writer, random, content, depth - 1);
  writer.text(`</${name}>`);
}

/** A hole with templates or a list of them; with text where that may stand. */
function writeNested(writer: Writer, random: Random, content: Content, depth: number): void {
  const text = content === 'flow' || content === 'phrasing';
  if (depth === 0) {
    if (text) writer.hole(oneOf(texts));
    return;
  }
  const schemas = Array.from({ length: 1 + random.below(2) }, () => randomTemplate(random, content, depth - 1));
  writer.hole(random.chance(0.4) ? conditional(schemas, text) : list(schemas, random.chance(0.7)));
}

function writeAttributes(writer: Writer, random: Random): void {
  if (random.chance(0.15)) writer.text(' title=').hole(oneOf(texts));
  if (random.chance(0.1)) writer.text(' data-x="a ').hole(oneOf(texts)).text(' b ').hole(oneOf(texts)).text('"');
  if (random.chance(0.15)) writer.text(' class="s ').hole(oneOf(tokens)).text('"');
  else if (random.chance(0.1)) writer.text(' class=').hole(oneOf(tokens));
  if (random.chance(0.1)) writer.text(' ?hidden=').hole(oneOf([true, false]));
  if (random.chance(0.1)) writer.text(' @click=').hole(oneOf([{ type: 'clicked' }, null, () => ({ type: 'called' })]));
  if (random.chance(0.1)) {
    writer.text(' style=').hole(oneOf([{ color: 'red' }, { color: 'blue', '--x': 1 }, { fontSize: '2px' }, null]));
  }
}

function writeInput(writer: Writer, random: Random): void {
  if (random.chance(0.5)) {
    writer.text('<input .value=').hole(oneOf(['', 'typed', 'x"y', 5, null]));
    if (random.chance(0.3)) writer.text(' @input=').hole(oneOf([() => ({ type: 'typed' })]));
  } else {
    writer.text('<input type=checkbox .checked=').hole(oneOf([true, false]));
  }
  if (random.chance(0.3)) writer.text(' ?disabled=').hole(oneOf([true, false]));
  writer.text('>');
}

function writeText(writer: Writer, random: Random, name: string): void {
  writer.text('>');
  if (random.chance(0.5)) writer.text(random.pick(['lead ', '\n', '&amp;']));
  if (random.chance(0.8)) writer.hole(oneOf(texts));
  writer.text(`</${name}>`);
}

function writeShape(writer: Writer, random: Random, depth: number): void {
  const kind = random.below(10);
  if (kind < 3) {
    writer
      .text('<text x="')
      .hole(oneOf([0, 1, '2']))
      .text('">')
      .hole(oneOf(texts))
      .text('</text>');
  } else if (kind < 5) {
    writer
      .text('<use viewBox=')
      .hole(oneOf(['0 0 1 1', '0 0 2 2', null]))
      .text(' xlink:href=')
      .hole(oneOf(['#a', '#b', null]))
      .text(' />');
  } else {
    writeElement(writer, random, random.pick(['g', 'linearGradient', 'symbol']), 'shapes', depth);
  }
}

function writeSelect(writer: Writer, random: Random, depth: number): void {
  writer.text('<select');
  if (random.chance(0.5)) writer.text(' data-controlled .value=').hole(oneOf(['v0', 'v1', 'v2', 'none']));
  writer.text('>');
  if (depth > 0) writeNested(writer, random, 'options', depth);
  else writer.text('<option value="v0">0</option><option value="v1">1</option>');
  writer.text('</select>');
}

function writeOption(writer: Writer, random: Random): void {
  writer
    .text('<option value=')
    .hole(oneOf(['v0', 'v1', 'v2']))
    .text('>')
    .hole(oneOf(texts))
    .text('</option>');
  if (random.chance(0.1)) writer.text('<option>static</option>');
}

// VIEWS -----------------------------------------------------------------------

function firstStates(schema: TemplateSchema | undefined, random: Random): readonly State[] {
  return schema?.holes.map((hole) => hole.first(random)) ?? [];
}

function nextStates(schema: TemplateSchema | undefined, states: readonly State[], random: Random): readonly State[] {
  return (
    schema?.holes.map((hole, index) => (random.chance(0.5) ? states[index] : hole.next(states[index], random))) ?? []
  );
}

function view(schema: TemplateSchema, states: readonly State[]): Template<{ type: string }> {
  return new Template(
    schema.statics,
    schema.holes.map((hole, index) => hole.value(states[index]))
  );
}

/** Successive views of a schema: each a small change of the one before. */
export function* views(
  schema: TemplateSchema,
  random: Random
): Generator<Template<{ type: string }>, never, undefined> {
  for (let states = firstStates(schema, random); ; states = nextStates(schema, states, random))
    yield view(schema, states);
}
