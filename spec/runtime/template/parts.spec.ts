import { expect } from 'chai';
import { type DefaultTreeAdapterTypes, defaultTreeAdapter, html as names, parseFragment } from 'parse5';
import { define } from '../../../runtime/template/template.js';
import { Namespace } from '../../../runtime/wire/patch.js';

const literal = (statics: TemplateStringsArray, ..._holes: readonly unknown[]) => statics;

type Node = DefaultTreeAdapterTypes.ChildNode;

const inOrder = (nodes: readonly Node[]): readonly Node[] =>
  nodes.flatMap((node) => [node, ...('childNodes' in node ? inOrder(node.childNodes) : [])]);

/** Where a browser has the node of each part. */
function nodesOf(statics: TemplateStringsArray): readonly string[] {
  const { html, parts } = define(statics, Namespace.Html);
  const context = defaultTreeAdapter.createElement('template', names.NS.HTML, []);
  const nodes = inOrder(parseFragment(context, html, {}).childNodes);
  return parts.map(({ node }) => {
    const found = nodes[node];
    return found !== undefined && 'data' in found ? `<!--${found.data}-->` : (found?.nodeName ?? 'none');
  });
}

interface Expected {
  readonly segments: readonly string[];
  readonly html: string;
  /** `kind@node name` */
  readonly parts?: readonly string[];
  readonly nodes?: readonly string[];
}

const kinds = ['child', 'sole', 'text', 'attribute', 'class', 'style', 'boolean', 'property', 'event'];

function expectTemplate(statics: TemplateStringsArray, { segments, html, parts, nodes }: Expected): void {
  const definition = define(statics, Namespace.Html);
  expect(definition.html).equal(html);
  expect(definition.segments).deep.equal(segments);
  const found = definition.parts.map(({ kind, node, name }) => `${kinds[kind]}@${node}${name && ` ${name}`}`);
  if (parts) expect(found).deep.equal(parts);
  if (nodes) expect(nodesOf(statics)).deep.equal(nodes);
}

describe('parts', () => {
  it('stand between segments, and the empty template is what the client parses', () => {
    expectTemplate(literal`<p class="a ${1}">Hi ${2}!</p>`, {
      segments: ['<p', '>Hi <!--[-->', '<!--]-->!</p>'],
      html: '<p>Hi <!--[--><!--]-->!</p>',
      parts: ['class@0 class', 'child@2'],
      nodes: ['p', '<!--[-->'],
    });
    const [first, second] = define(literal`<p class="a ${1}">Hi ${2}!</p>`, Namespace.Html).parts;
    expect({ ...first }).deep.equal({
      kind: 4,
      node: 0,
      name: 'class',
      options: '',
      element: 'p',
      hole: 0,
      strings: ['a ', ''],
      isUrl: false,
      isReflected: false,
      isSecret: false,
      isInLegend: false,
      isAfterLegend: false,
      post: undefined,
      form: undefined,
    });
    expect({ ...second }).deep.include({ kind: 0, node: 2, name: '', element: 'p', hole: 1, strings: ['', ''] });
  });

  describe('of children', () => {
    it('are sole if the parent contains nothing else', () => {
      expectTemplate(literal`<p>${1}</p>`, {
        segments: ['<p>', '</p>'],
        html: '<p></p>',
        parts: ['sole@0'],
        nodes: ['p'],
      });
    });

    it('are not sole beside white space, a comment or another hole', () => {
      expectTemplate(literal`<p> ${1}</p>`, {
        segments: ['<p> <!--[-->', '<!--]--></p>'],
        html: '<p> <!--[--><!--]--></p>',
      });
      expectTemplate(literal`<p><!--c-->${1}</p>`, {
        segments: ['<p><!--c--><!--[-->', '<!--]--></p>'],
        html: '<p><!--c--><!--[--><!--]--></p>',
        parts: ['child@2'],
        nodes: ['<!--[-->'],
      });
      expectTemplate(literal`<p>${1}${2}</p>`, {
        segments: ['<p><!--[-->', '<!--]--><!--[-->', '<!--]--></p>'],
        html: '<p><!--[--><!--]--><!--[--><!--]--></p>',
        parts: ['child@1', 'child@3'],
        nodes: ['<!--[-->', '<!--[-->'],
      });
    });

    it('are never sole at the root', () => {
      expectTemplate(literal`${1}`, {
        segments: ['<!--[-->', '<!--]-->'],
        html: '<!--[--><!--]-->',
        parts: ['child@0'],
      });
    });

    it('stand in tables and selects', () => {
      expectTemplate(
        literal`<table><caption>${1}</caption>
        <tbody>${2}</tbody></table><select><option>a</option>${3}</select>`,
        {
          segments: [
            '<table><caption>',
            '</caption>\n        <tbody>',
            '</tbody></table><select><option>a</option><!--[-->',
            '<!--]--></select>',
          ],
          html: '<table><caption></caption>\n        <tbody></tbody></table><select><option>a</option><!--[--><!--]--></select>',
          parts: ['sole@1', 'sole@3', 'child@7'],
          nodes: ['caption', 'tbody', '<!--[-->'],
        }
      );
    });

    it('stand in rows and cells that have no table around them', () => {
      expectTemplate(literal`<tr class=${1}><td>${2}</td> ${3}</tr>`, {
        segments: ['<tr', '><td>', '</td> <!--[-->', '<!--]--></tr>'],
        html: '<tr><td></td> <!--[--><!--]--></tr>',
        parts: ['class@0 class', 'sole@1', 'child@3'],
        nodes: ['tr', 'td', '<!--[-->'],
      });
    });

    it('stand in SVG', () => {
      expectTemplate(literal`<svg><title>${1}</title><g>${2}<path d=${3} /></g></svg>`, {
        segments: ['<svg><title>', '</title><g><!--[-->', '<!--]--><path', '/></g></svg>'],
        html: '<svg><title></title><g><!--[--><!--]--><path/></g></svg>',
        parts: ['sole@1', 'child@3', 'attribute@5 d'],
        nodes: ['title', '<!--[-->', 'path'],
      });
    });

    it('stand behind the line break that parsers drop', () => {
      expectTemplate(literal`<pre>\n${1}</pre>`, {
        segments: ['<pre>', '</pre>'],
        html: '<pre></pre>',
        parts: ['sole@0'],
      });
      expectTemplate(literal`<pre>\na${1}</pre>`, {
        segments: ['<pre>\na<!--[-->', '<!--]--></pre>'],
        html: '<pre>\na<!--[--><!--]--></pre>',
        parts: ['child@2'],
        nodes: ['<!--[-->'],
      });
      expectTemplate(literal`<pre>\n<b></b>${1}</pre>`, {
        segments: ['<pre><b></b><!--[-->', '<!--]--></pre>'],
        html: '<pre><b></b><!--[--><!--]--></pre>',
        parts: ['child@2'],
        nodes: ['<!--[-->'],
      });
    });
  });

  describe('of text', () => {
    it('join the content of title and textarea', () => {
      expectTemplate(literal`<textarea>a &amp; ${1}&lt;${2}</textarea><title>${3}</title>`, {
        segments: ['<textarea>', '</textarea><title>', '</title>'],
        html: '<textarea></textarea><title></title>',
        parts: ['text@0', 'text@1'],
        nodes: ['textarea', 'title'],
      });
      const [area, title] = define(
        literal`<textarea>a &amp; ${1}&lt;${2}</textarea><title>${3}</title>`,
        Namespace.Html
      ).parts;
      expect([area?.strings, area?.hole, title?.strings, title?.hole]).deep.equal([['a & ', '<', ''], 0, ['', ''], 2]);
    });

    it('lack the line break that parsers drop', () => {
      expect(define(literal`<textarea>\n${1}</textarea>`, Namespace.Html).parts[0]?.strings).deep.equal(['', '']);
      expect(define(literal`<textarea>\n\n${1}</textarea>`, Namespace.Html).parts[0]?.strings).deep.equal(['\n', '']);
      expect(define(literal`<title>\n${1}</title>`, Namespace.Html).parts[0]?.strings).deep.equal(['\n', '']);
    });

    it('do not count as nodes, and static text does', () => {
      const nodes = ['<!--[-->'];
      expectTemplate(literal`<textarea>a</textarea>${1}`, {
        segments: ['<textarea>a</textarea><!--[-->', '<!--]-->'],
        html: '<textarea>a</textarea><!--[--><!--]-->',
        parts: ['child@2'],
        nodes,
      });
      for (const statics of [
        literal`<textarea>\n</textarea>${1}`,
        literal`<textarea>\n\n</textarea>${1}`,
        literal`<style></style>${1}`,
        literal`<style>a</style>${1}`,
        literal`<title></title><iframe>x</iframe>${1}`,
      ]) {
        expect(nodesOf(statics), statics[0]).deep.equal(nodes);
      }
    });
  });

  describe('on an element', () => {
    it('stand in source order, static attributes between them', () => {
      expectTemplate(literal`<input a  b=c .value=${1} d='"' ?hidden=${2} e="'" class=${3} />`, {
        segments: ['<input a b="c"', ` d='"'`, ` e="'"`, '>'],
        html: `<input a b="c" d='"' e="'">`,
        parts: ['property@0 value', 'boolean@0 hidden', 'class@0 class'],
      });
    });

    it('mark it with its events, once and last', () => {
      expectTemplate(literal`<p @click=${1} id=a @my-event=${2} title=${3}>x</p>`, {
        segments: ['<p', ' id="a"', '', ' data-troupe-on="click my-event|*">x</p>'],
        html: '<p id="a" data-troupe-on="click my-event|*">x</p>',
        parts: ['event@0 click', 'event@0 my-event', 'attribute@0 title'],
      });
    });

    it('have .value of a textarea last, where its content is', () => {
      expectTemplate(literal`<textarea .value=${1} title=${2} @input=${3}></textarea>`, {
        segments: ['<textarea', '', ' data-troupe-on="input">', '</textarea>'],
        html: '<textarea data-troupe-on="input"></textarea>',
        parts: ['attribute@0 title', 'event@0 input', 'property@0 value'],
      });
      const { parts } = define(literal`<textarea .value=${1} title=${2}></textarea>`, Namespace.Html);
      expect(parts.map(({ hole }) => hole)).deep.equal([1, 0]);
    });

    it('throws an error if a textarea has both .value and content', () => {
      for (const statics of [
        literal`<textarea .value=${1}>a</textarea>`,
        literal`<textarea .value=${1}>${2}</textarea>`,
      ]) {
        expect(() => define(statics, Namespace.Html)).throw(/^A textarea with \.value has no other content/);
      }
    });

    it('know the element by its name', () => {
      const { parts } = define(
        literal`<DIV id=${1}>${2}</DIV><svg><linearGradient id=${3} /></svg>${4}`,
        Namespace.Html
      );
      expect(parts.map(({ element }) => element)).deep.equal(['div', 'div', 'linearGradient', '']);
    });
  });

  describe('at the end of a template', () => {
    const ends: readonly (readonly [string, TemplateStringsArray, string])[] = [
      ['text', literal`<b></b> `, '<b></b> <!---->'],
      ['text alone', literal`a`, 'a<!---->'],
      ['nothing', literal``, '<!---->'],
      ['an element', literal` <b>a</b>`, ' <b>a</b>'],
      ['a void element', literal`a<br>`, 'a<br>'],
      ['a comment', literal`a<!--b-->`, 'a<!--b-->'],
      ['a hole', literal`a${1}`, 'a<!--[--><!--]-->'],
    ];
    for (const [what, statics, html] of ends) {
      it(`${html.endsWith('<!---->') ? 'a comment ends' : 'nothing follows'} ${what}`, () => {
        expect(define(statics, Namespace.Html).html).equal(html);
      });
    }
  });
});
