import { expect } from 'chai';
import fc from 'fast-check';
import { type DefaultTreeAdapterTypes, parseFragment } from 'parse5';
import { TroupeError } from '../../../runtime/platform/errors.js';
import { renderRoot } from '../../../runtime/render/render.js';
import { documentMarkup, markup } from '../../../runtime/render/render-to-string.js';
import { type Hole, html, PageRoot, repeat, Template, unsafeHtml } from '../../../runtime/template/html.js';
import { lawParameters } from '../../laws/parameters.js';

// READING ---------------------------------------------------------------------

type Element = DefaultTreeAdapterTypes.Element;
type Node = DefaultTreeAdapterTypes.ChildNode;

const written = (view: Hole<{ readonly type: string }>): string => markup(renderRoot(view, undefined, () => {}));

/** The first element that a parser makes of it. */
function parsed(view: Hole<{ readonly type: string }>): Element {
  const element = parseFragment(written(view)).childNodes.find((node) => 'tagName' in node);
  if (element === undefined) throw new Error('no element');

  return element as Element;
}

const attributeOf = (element: Element, name: string): string | undefined =>
  element.attrs.find((attribute) => attribute.name === name)?.value;

/** The text in an element, comments left out. */
function textOf(node: Node | Element): string {
  if ('value' in node) return node.value;

  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
}

/** Any text that has been cleaned, rich in what HTML could misread. */
const texts = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '&',
        '<',
        '>',
        '"',
        "'",
        '\r',
        '\n',
        '\t',
        '&amp;',
        '&lt',
        '<!--',
        '-->',
        '</p>',
        '</textarea>',
        '</title>',
        ';',
        'a',
        '\u00a0',
        '\u2028'
      ),
      fc.string({ unit: 'grapheme' })
    ),
    { maxLength: 8 }
  )
  .map((pieces) => pieces.join('').toWellFormed().replaceAll('\0', ''));

/** What no parser keeps as it is, however it is written. */
const isKept = (text: string): boolean => [...text].every((character) => character.codePointAt(0) !== 0);

// SPECS -----------------------------------------------------------------------

describe('render to string', () => {
  describe('children', () => {
    it('are written between comments, or alone in their element', () => {
      expect(written(html`<p>a ${'b'} c</p>`)).to.equal('<p>a <!--[-->b<!--]--> c</p>');
      expect(written(html`<p>${'b'}</p>`)).to.equal('<p>b</p>');
      expect(written(html`<p>${null}</p>`)).to.equal('<p></p>');
      expect(written(html`${'a'}${null}`)).to.match(/^<!--\[-->a<!--\]--><!--\[--><!--\]-->(<!---->)?$/);
    });

    it('are instances, lists and raw HTML', () => {
      expect(written(html`<p>${html`<b>${1}</b>`}</p>`)).to.equal('<p><b>1</b></p>');
      expect(
        written(
          html`<ul>${repeat(
            [1, 2],
            (key) => key,
            (key) => html`<li>${key}</li>`
          )}</ul>`
        )
      ).to.equal('<ul><li>1</li><li>2</li></ul>');
      expect(written(html`<p>${[]}</p>`)).to.equal('<p></p>');
      expect(written(html`<p>${unsafeHtml('<b>&amp;</b>')}</p>`)).to.equal('<p><b>&amp;</b></p>');
    });

    it('keep texts of neighbouring rows apart', () => {
      const [first, , ...rest] = parsed(html`<p>${['a', 'b']}</p>`).childNodes;

      expect(first?.nodeName).to.equal('#comment');
      expect(rest.filter((node) => node.nodeName === '#text')).to.have.lengthOf(1);
    });

    it('may be all of the page', () => {
      expect([written(null), written('a < b'), written(7), written([])]).to.deep.equal(['', 'a &lt; b', '7', '']);
    });

    it('are numbers as JavaScript writes them', () => {
      expect([0, -0, 1.5, Number.NaN, 1e21, Number.POSITIVE_INFINITY].map(written)).to.deep.equal([
        ...['0', '0', '1.5', 'NaN', '1e+21', 'Infinity'],
      ]);
    });
  });

  describe('escaping', () => {
    it('writes references for what ends text and attributes, and for CR', () => {
      expect(written(html`<p title=${'&<>"\'\r\n'}>${'&<>"\'\r\n'}</p>`)).to.equal(
        '<p title="&amp;&lt;&gt;&quot;\'&#13;\n">&amp;&lt;&gt;"\'&#13;\n</p>'
      );
    });

    it('gives every text back as it was, wherever it stands', () => {
      fc.assert(
        fc.property(texts.filter(isKept), (text) => {
          const element = parsed(html`<p title=${text} lang="a ${text} b">${text}</p>`);
          expect(textOf(element)).to.equal(text);
          expect(attributeOf(element, 'title')).to.equal(text);
          expect(attributeOf(element, 'lang')).to.equal(`a ${text} b`);
          expect(textOf(parsed(html`<p>a ${text} b</p>`))).to.equal(`a ${text} b`);
          expect(textOf(parsed(html`<title>a ${text}</title>`))).to.equal(`a ${text}`);
          expect(attributeOf(parsed(html`<input .value=${text}>`), 'value') ?? '').to.equal(text);
        }),
        lawParameters(500)
      );
    });

    it('gives texts at the start of pre and textarea back, with their line breaks', () => {
      fc.assert(
        fc.property(texts.filter(isKept), fc.integer({ min: 0, max: 3 }), (rest, breaks) => {
          const text = '\n'.repeat(breaks) + rest;
          expect(textOf(parsed(html`<pre>${text}</pre>`))).to.equal(text);
          expect(textOf(parsed(html`<pre>${html`<b>${text}</b>`}</pre>`))).to.equal(text);
          expect(textOf(parsed(html`<textarea>${text}</textarea>`))).to.equal(text);
          expect(textOf(parsed(html`<textarea .value=${text}></textarea>`))).to.equal(text);
          expect(textOf(parsed(html`<textarea>a${text}</textarea>`))).to.equal(`a${text}`);
        }),
        lawParameters(300)
      );
    });

    it('doubles a line break that another template or raw HTML begins with', () => {
      expect(
        textOf(
          parsed(
            html`<pre>${html`
a`}</pre>`
          )
        )
      ).to.equal('\na');
      expect(textOf(parsed(html`<pre>${unsafeHtml('\n\na')}</pre>`))).to.equal('\n\na');
      expect(textOf(parsed(html`<listing>${'\na'}</listing>`))).to.equal('\na');
      expect(written(html`<p>${'\na'}</p>`)).to.equal('<p>\na</p>');
    });

    it('keeps a line break in front of a child that is not alone', () => {
      expect(textOf(parsed(html`<pre>${'\na'}b</pre>`))).to.equal('\nab');
    });
  });

  describe('attributes', () => {
    it('are written with a value, or not at all', () => {
      expect(written(html`<p title=${null} class=${''} ?hidden=${false} style=${{}}></p>`)).to.equal('<p></p>');
      expect(written(html`<p title=${''} class=${'a'} ?hidden=${true}></p>`)).to.equal(
        '<p title="" class="a" hidden=""></p>'
      );
      expect(written(html`<p title=${0}></p>`)).to.equal('<p title="0"></p>');
    });

    it('hold style declarations in a mark, never in a style attribute', () => {
      expect(written(html`<p style=${{ color: 'red', fontSize: '1px', '--x': '"\'&;"' }}></p>`)).to.equal(
        '<p data-troupe-style="color: red; font-size: 1px; --x: &quot;\'&amp;\\3b &quot;;"></p>'
      );
    });

    it('name the events of an element and nothing of what they lead to', () => {
      expect(
        written(html<{ type: 'secret' }>`<p @click=${{ type: 'secret' }} @keyup=${() => null} @input=${null}></p>`)
      ).to.equal('<p data-troupe-on="click keyup input"></p>');
    });
  });

  describe('properties', () => {
    it('that HTML can say are attributes or content', () => {
      expect(written(html`<input .value=${'a"b'} .checked=${true}>`)).to.equal('<input value="a&quot;b" checked="">');
      expect(written(html`<input .value=${null} .checked=${false}>`)).to.equal('<input>');
      expect(written(html`<select><option .selected=${true}>a</option></select>`)).to.contain('<option selected="">');
      expect(written(html`<textarea .value=${'a<b'}></textarea>`)).to.equal('<textarea>a&lt;b</textarea>');
      expect(written(html`<textarea .value=${null}></textarea>`)).to.equal('<textarea></textarea>');
    });

    it('give the element the state that setting them gives', () => {
      for (const [value, text] of [
        [true, 'true'],
        [false, 'false'],
        [0, '0'],
        ['', ''],
      ] as const) {
        expect(attributeOf(parsed(html`<input .value=${value}>`), 'value'), `${value}`).to.equal(text);
        expect(textOf(parsed(html`<textarea .value=${value}></textarea>`)), `${value}`).to.equal(text);
      }
      for (const value of [0, '', false, null, Number.NaN]) {
        expect(written(html`<input .checked=${value}>`), `${value}`).to.equal('<input>');
      }
      for (const value of [1, 'a', true])
        expect(written(html`<input .checked=${value}>`), `${value}`).to.equal('<input checked="">');
    });

    it('that HTML cannot say are left to the client', () => {
      expect(written(html`<input .indeterminate=${true}><p .title=${'t'}></p>`)).to.equal('<input><p></p>');
    });
  });

  describe('SVG', () => {
    it('is written so that parsers make SVG of it, in fragments too', () => {
      const circle = (r: number) => html`<circle r=${r}></circle><a xlink:href=${'/x'}></a>`;
      const element = parsed(html`<svg viewBox=${'0 0 1 1'}>${[1, 2].map(circle)}</svg>`);
      const circles = element.childNodes.filter((node) => node.nodeName === 'circle') as Element[];

      expect(attributeOf(element, 'viewBox')).to.equal('0 0 1 1');
      expect(circles.map((node) => [node.namespaceURI, attributeOf(node, 'r')])).to.deep.equal([
        ['http://www.w3.org/2000/svg', '1'],
        ['http://www.w3.org/2000/svg', '2'],
      ]);
    });
  });

  describe('documents', () => {
    const ignore = (): void => {};

    it('are written whole, with the page beside other children', () => {
      const text = documentMarkup(
        html`<!doctype html><html lang=${'en'}><head><title>${'a & b'}</title></head><body>before ${new PageRoot('<div id="troupe"><p>page</p></div>')} after ${html`<b>${1}</b>`}</body></html>`,
        ignore
      );

      expect(text).to.match(/^<!doctype html><html lang="en"><head><title>a &amp; b<\/title><\/head><body>before /i);
      expect(text)
        .to.contain('<div id="troupe"><p>page</p></div>')
        .and.to.contain('<b>1</b>')
        .and.to.match(/<\/body><\/html>$/);
    });

    it('throws an error for what is no document', () => {
      expect(() => documentMarkup(html`<p></p>`, ignore)).to.throw(TroupeError, /doctype/);
      expect(() => documentMarkup(new Template(Object.assign(['<!doctype html>'], { raw: [] }), []), ignore)).to.throw(
        TroupeError
      );
    });

    it('report refused URLs and go on', () => {
      const reports: TroupeError[] = [];
      const text = documentMarkup(
        html`<!doctype html><html><head><title>a</title><link rel="icon" href=${'javascript:x'}></head><body></body></html>`,
        (error) => reports.push(error)
      );

      expect(text).to.contain('href="about:invalid"');
      expect(reports).to.have.lengthOf(1);
    });
  });
});
