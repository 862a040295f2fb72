/**
 * The law of templates: nothing that is accepted is ever moved. For every template that `define` and
 * `checkIn` let pass, an HTML parser makes exactly the tree that is written there, alone (as the client
 * parses it) and inside other templates in a whole document (as the first page carries it), and each
 * part's number names its node. parse5 is the parser; trees are random, most of them illegal somewhere.
 */

import { expect } from 'chai';
import fc from 'fast-check';
import { type DefaultTreeAdapterTypes, defaultTreeAdapter, html as names, parse, parseFragment } from 'parse5';
import { TroupeError } from '../../runtime/platform/errors.js';
import { type Context, rootContext, textAllowed } from '../../runtime/template/content-model.js';
import { checkIn, contextOf, type Definition, define } from '../../runtime/template/template.js';
import { Namespace, PartKind } from '../../runtime/wire/patch.js';
import { lawParameters } from './parameters.js';

// TREES -----------------------------------------------------------------------

type Tree = Leaf<'text'> | Leaf<'comment'> | Leaf<'hole'> | Branch;

interface Leaf<Kind> {
  readonly kind: Kind;
  readonly text: string;
}

interface Branch {
  readonly kind: 'element';
  readonly name: string;
  readonly attribute: string;
  readonly namespace: Namespace;
  readonly children: readonly Tree[];
}

/** What is compared: `[name namespace, children]`, `"text"`, `#comment`. */
type Shape = string | readonly [string, readonly Shape[]];

const words = (list: string): readonly string[] => list.split(' ');

/** What people write inside what; the rest of the time any element is tried. */
const likely: Readonly<Record<string, readonly string[]>> = {
  table: words('caption colgroup thead tbody tfoot'),
  colgroup: words('col'),
  tbody: words('tr'),
  thead: words('tr'),
  tfoot: words('tr'),
  tr: words('td th'),
  select: words('option optgroup hr'),
  optgroup: words('option'),
  ul: words('li'),
  ol: words('li'),
  dl: words('dt dd'),
  ruby: words('rb rp rt rtc'),
  svg: words('g path title foreignObject desc a style linearGradient text'),
  g: words('g path title foreignObject a text'),
  math: words('mi mo mrow mtext annotation-xml semantics'),
  mrow: words('mi mo mrow mtext annotation-xml'),
};

const anything = words(
  'a abbr address applet article aside audio b blockquote br button canvas caption center code col colgroup custom-element ' +
    'datalist dd details dialog dir div dl dt em embed fieldset figcaption figure font footer form frame h1 h2 h3 head header ' +
    'hgroup hr html i iframe image img input keygen label legend li link listing main map mark marquee menu meta meter nav ' +
    'nobr noscript object ol optgroup option output p param picture plaintext pre progress rb rp rt rtc ruby s script search ' +
    'section select slot small source span strong style sub summary table tbody td template textarea tfoot th thead time ' +
    'title tr track u ul var video wbr xmp body svg math g path foreignObject desc mi mo mtext mrow annotation-xml mglyph'
);

const voids = new Set(words('area base br col embed frame hr img input keygen link meta param source track wbr'));
const literal = new Set(words('iframe noscript script style xmp'));
const texts = ['x', ' ', '\n', ' y\n', '\nz', '&amp;', 'a &lt; b', '&nbsp;'];
const attributes = [
  '',
  ' class="c"',
  ' title="a \0 b"',
  ' ?hidden=\0',
  ' @click=\0',
  ' color=red',
  ' encoding="text/html"',
  ' .value=\0',
];

/** A source of decisions: numbers of fast-check's, so that it can shrink what fails. */
type Decide = (choices: number) => number;

const decider = (numbers: readonly number[]): Decide => {
  let index = 0;
  return (choices) => (numbers[index++] ?? 0) % choices;
};

function growTrees(decide: Decide, parent: string, namespace: Namespace, depth: number): readonly Tree[] {
  const trees: Tree[] = [];
  for (let count = decide(4); count > 0; count--) {
    const tree = growTree(decide, parent, namespace, depth);
    if (tree.kind !== 'text' || trees.at(-1)?.kind !== 'text') trees.push(tree);
  }
  return trees;
}

function growTree(decide: Decide, parent: string, around: Namespace, depth: number): Tree {
  const choice = decide(10);
  if (choice === 0) return { kind: 'text', text: texts[decide(texts.length)] ?? '' };
  if (choice === 1) return { kind: 'comment', text: 'c' };
  if (choice <= 3 || depth === 0) return { kind: 'hole', text: '\0' };

  const pool = decide(4) === 0 ? anything : (likely[parent] ?? anything);
  const name = pool[decide(pool.length)] ?? 'div';
  return growElement(decide, name, namespaceOf(name, around), depth);
}

function growElement(decide: Decide, name: string, namespace: Namespace, depth: number): Branch {
  const attribute = attributes[decide(attributes.length * 2)] ?? '';
  const element = { kind: 'element', name, attribute, namespace } as const;
  if (namespace === Namespace.Html && voids.has(name)) return { ...element, children: [] };
  if (namespace === Namespace.Html && literal.has(name))
    return { ...element, children: [{ kind: 'text', text: 'i < b' }] };
  if (namespace === Namespace.Html && (name === 'title' || name === 'textarea')) {
    return { ...element, children: decide(2) === 0 ? [] : [{ kind: 'text', text: 't <b>' }] };
  }

  const html = isHtmlInside(element);
  return { ...element, children: growTrees(decide, name, html ? Namespace.Html : namespace, depth - 1) };
}

function namespaceOf(name: string, around: Namespace): Namespace {
  if (around !== Namespace.Html) return around;
  return name === 'svg' ? Namespace.Svg : name === 'math' ? Namespace.MathMl : around;
}

function isHtmlInside({ name, attribute, namespace }: Omit<Branch, 'children'>): boolean {
  if (namespace === Namespace.Svg) return ['foreignObject', 'desc', 'title'].includes(name);
  if (namespace === Namespace.MathMl && name === 'annotation-xml') return attribute.includes('encoding');
  return namespace === Namespace.MathMl && ['mi', 'mo', 'mtext'].includes(name);
}

// WRITING ---------------------------------------------------------------------

function write(tree: Tree): string {
  if (tree.kind === 'comment') return `<!--${tree.text}-->`;
  if (tree.kind !== 'element') return tree.text;

  const { name, attribute, namespace, children } = tree;
  const end = namespace === Namespace.Html && voids.has(name) ? '' : `</${name}>`;
  return `<${name}${attribute}>${children.map(write).join('')}${end}`;
}

function staticsOf(trees: readonly Tree[]): TemplateStringsArray {
  const strings = trees.map(write).join('').split('\0');
  return Object.assign(strings, { raw: strings }) as unknown as TemplateStringsArray;
}

/** What the template and, in its holes in order, its contents look like without any moves. */
function shapesOf(trees: readonly Tree[], contents: Iterator<readonly Shape[]>): readonly Shape[] {
  const shapes = trees.flatMap((tree) => shapeOf(tree, contents));
  const last = trees.at(-1);
  return last === undefined || last.kind === 'text' ? [...shapes, '#'] : shapes;
}

function shapeOf(tree: Tree, contents: Iterator<readonly Shape[]>): readonly Shape[] {
  if (tree.kind === 'comment') return [`#${tree.text}`];
  if (tree.kind === 'text') return [textShape(tree.text)];
  if (tree.kind === 'hole') return ['#[', ...contents.next().value, '#]'];

  const { namespace } = tree;
  const name = `${namespace === Namespace.Svg ? tree.name : tree.name.toLowerCase()} ${namespace}`;
  const kept = withoutDroppedNewline(tree);
  if (kept.length === 1 && kept[0]?.kind === 'hole') return [[name, contents.next().value]];
  return [[name, kept.flatMap((child) => shapeOf(child, contents))]];
}

/** Parsers drop a line break after `<pre>` and `<listing>`. */
function withoutDroppedNewline({ name, namespace, children }: Branch): readonly Tree[] {
  const [first, ...others] = children;
  const drops = namespace === Namespace.Html && (name === 'pre' || name === 'listing');
  if (!drops || first?.kind !== 'text' || first.text[0] !== '\n') return children;
  return first.text === '\n' ? others : [{ kind: 'text', text: first.text.slice(1) }, ...others];
}

const textShape = (text: string): Shape =>
  JSON.stringify(text.replace('&amp;', '&').replace('&lt;', '<').replace('&nbsp;', '\u00a0'));

// PARSING ---------------------------------------------------------------------

type Node = DefaultTreeAdapterTypes.ChildNode;

const namespaces: readonly string[] = [names.NS.HTML, names.NS.SVG, names.NS.MATHML];

function parsedShape(node: Node): Shape {
  if (node.nodeName === '#text') return JSON.stringify((node as { value: string }).value);
  if (node.nodeName === '#comment') return `#${(node as { data: string }).data}`;

  const { tagName, namespaceURI, childNodes } = node as unknown as {
    tagName: string;
    namespaceURI: string;
    childNodes: Node[];
  };
  return [`${tagName} ${namespaces.indexOf(namespaceURI)}`, childNodes.map(parsedShape)];
}

/** The nodes a client gets from a definition's HTML. */
function parseAsClient({ html, namespace }: Definition): readonly Node[] {
  const template = defaultTreeAdapter.createElement('template', names.NS.HTML, []);
  if (namespace === Namespace.Html) return parseFragment(template, html, {}).childNodes;

  const root = namespace === Namespace.Svg ? 'svg' : 'math';
  const [wrapper, ...others] = parseFragment(template, `<${root}>${html}</${root}>`, {}).childNodes;
  expect(others).deep.equal([]);
  return (wrapper as unknown as { childNodes: Node[] }).childNodes;
}

/** The content of the live root in a page. */
function parseAsPage(content: string): readonly Node[] {
  const page = parse(`<!doctype html><html><head></head><body><div id="troupe">${content}</div></body></html>`);
  const html = page.childNodes[1] as unknown as { childNodes: Node[] };
  const body = html.childNodes[1] as unknown as { childNodes: Node[] };
  expect(body.childNodes.length).equal(1);
  return (body.childNodes[0] as unknown as { childNodes: Node[] }).childNodes;
}

function inOrder(nodes: readonly Node[]): readonly Node[] {
  return nodes.flatMap((node) => [node, ...('childNodes' in node ? inOrder(node.childNodes as Node[]) : [])]);
}

// CHAINS ----------------------------------------------------------------------

/** Elements that begin, end, bound or forbid something; all chains of three of them are tried. */
const links = words(
  'a address annotation-xml b body button caption colgroup dd desc div dt fieldset foreignObject form g h1 h2 head ' +
    'legend li main marquee math mi mtext nobr object optgroup option p pre rp rt rtc ruby section select semantics ' +
    'span summary svg table tbody td template title tr ul'
).concat(['annotation-xml encoding=text/html', 'font color=red']);

/** Elements without children, and text: they can only come last. */
const ends = words('#text br col frame hr image img input mglyph plaintext script textarea');

/** The tree of a chain: each element is all the one before contains. */
function chainTree([link, ...others]: readonly string[], around: Namespace = Namespace.Html): readonly Tree[] {
  if (link === undefined) return [];
  if (link === '#text') return [{ kind: 'text', text: 'x' }];
  if (link === '#hole') return [{ kind: 'hole', text: '\0' }];

  const [name = '', given] = link.split(' ');
  const namespace = namespaceOf(name, around);
  const element = { kind: 'element', name, attribute: given === undefined ? '' : ` ${given}`, namespace } as const;
  return [{ ...element, children: chainTree(others, isHtmlInside(element) ? Namespace.Html : namespace) }];
}

interface Chain {
  readonly links: readonly string[];
  readonly trees: readonly Tree[];
  readonly definition: Definition | undefined;
}

function chainOf(links: readonly string[]): Chain {
  const trees = chainTree(links);
  return { links, trees, definition: accepted(staticsOf(trees), rootContext) };
}

/** All chains of three whose beginnings are accepted: what is refused stays refused with more inside. */
function allChains(): readonly Chain[] {
  const extend = ({ links: before }: Chain, choices: readonly string[]) =>
    choices.map((link) => chainOf([...before, link]));
  const goesOn = ({ links: [first, second], definition }: Chain) =>
    definition !== undefined && first !== 'title' && (second !== 'title' || first === 'svg');

  const ones = links.map((link) => chainOf([link])).filter(goesOn);
  const twos = ones.flatMap((chain) => extend(chain, links)).filter(goesOn);
  return twos.flatMap((chain) => extend(chain, [...links, ...ends]));
}

const linked = new Map<string, TemplateStringsArray>();

/** The template of one element with a hole in it; one literal for each, as in a program. */
function linkStatics(link: string, namespace: Namespace): TemplateStringsArray {
  const key = `${link} ${namespace}`;
  const statics = linked.get(key) ?? staticsOf(chainTree([link, '#hole'], namespace));
  linked.set(key, statics);
  return statics;
}

/** Whether the chain is accepted with each element in a template of its own, in a hole of the one around. */
function acceptedApart(chain: readonly string[]): boolean {
  let context = rootContext;
  for (const link of chain) {
    if (link === '#text') return textAllowed(context);
    const definition = accepted(linkStatics(link, context.namespace), context);
    if (definition === undefined) return false;
    const part = definition.parts.at(-1);
    if (part !== undefined) context = contextOf(part, context);
  }
  return true;
}

// LAWS ------------------------------------------------------------------------

/** What stands in the page: its HTML and what it must look like. */
interface Composed {
  readonly content: string;
  readonly shapes: readonly Shape[];
}

/** A random template where `context` is, with random templates in its holes. Undefined if one is refused. */
function compose(decide: Decide, context: Context, depth: number): Composed | undefined {
  const trees = growTrees(decide, context.parent, context.namespace, 3);
  const definition = accepted(staticsOf(trees), context);
  if (definition === undefined) return undefined;

  expectNodes(trees, definition);
  const contents: (readonly Shape[])[] = [];
  let content = definition.segments[0] ?? '';
  for (const [index, part] of definition.parts.entries()) {
    const child = part.kind === PartKind.Child || part.kind === PartKind.Sole;
    if (child) {
      const inner = fill(decide, contextOf(part, context), depth - 1);
      contents.push(inner.shapes);
      content +=
        part.kind === PartKind.Sole && /^(pre|listing)$/.test(part.element) && inner.content[0] === '\n' ? '\n' : '';
      content += inner.content;
    }
    content += definition.segments[index + 1] ?? '';
  }
  return { content, shapes: shapesOf(trees, contents.values()) };
}

/** One or two rows, a text, or nothing. */
function fill(decide: Decide, context: Context, depth: number): Composed {
  const choice = decide(4);
  if (choice === 0 && textAllowed(context)) return { content: 'text', shapes: ['"text"'] };
  if (depth === 0 || choice === 1) return { content: '', shapes: [] };

  const rows = [compose(decide, context, depth), choice === 2 ? compose(decide, context, depth) : undefined];
  const present = rows.filter((row) => row !== undefined);
  return { content: present.map(({ content }) => content).join(''), shapes: present.flatMap(({ shapes }) => shapes) };
}

function accepted(statics: TemplateStringsArray, context: Context): Definition | undefined {
  try {
    const definition = define(statics, context.namespace);
    checkIn(definition, context);
    return definition;
  } catch (error) {
    if (error instanceof TroupeError) return undefined;
    throw error;
  }
}

/** The client's nodes are those written, and parts name the right ones. */
function expectNodes(trees: readonly Tree[], definition: Definition): void {
  const nodes = parseAsClient(definition);
  const holes = definition.parts.map(() => []);
  expect(nodes.map(parsedShape)).deep.equal(shapesOf(trees, holes.values()), definition.html);

  const ordered = inOrder(nodes);
  for (const part of definition.parts) {
    const { nodeName, ...node } = ordered[part.node] as Node & { data?: string };
    if (part.kind === PartKind.Child) expect(node.data).equal('[', definition.html);
    else expect(nodeName.toLowerCase()).equal(part.element.toLowerCase(), definition.html);
  }
}

describe('laws › template', () => {
  it('an accepted template is never moved by the parser, alone or in a page', () => {
    const parameters = lawParameters(12_000);
    let count = 0;

    fc.assert(
      fc.property(fc.array(fc.nat(20_000), { minLength: 20, maxLength: 120 }), (numbers) => {
        const composed = compose(decider(numbers), rootContext, 3);
        if (composed === undefined) return;
        count++;
        expect(parseAsPage(composed.content).map(parsedShape)).deep.equal(composed.shapes, composed.content);
      }),
      parameters
    );
    expect(count).greaterThan(parameters.numRuns / 6 - 1);
  });

  describe('chains of three elements', () => {
    let chains: readonly Chain[] = [];
    before(() => {
      chains = allChains();
    });

    it('an accepted chain is never moved by the parser', () => {
      const passed = chains.filter(({ definition }) => definition !== undefined);
      for (const { trees, definition } of passed) {
        const html = definition?.html ?? '';
        const [expected, parsed] = [shapesOf(trees, [].values()), parseAsPage(html).map(parsedShape)];
        if (JSON.stringify(parsed) !== JSON.stringify(expected)) expect(parsed).deep.equal(expected, html);
      }
      expect(passed.length).greaterThan(10_000);
    });

    it('a border between templates changes nothing', () => {
      for (const { links, definition } of chains) {
        const together = definition !== undefined;
        if (acceptedApart(links) !== together)
          expect(links.join(' > ')).equal(together ? 'refused together' : 'refused apart');
      }
    });
  });
});
