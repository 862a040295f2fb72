import { expect } from 'chai';
import {
  type Context,
  documentContext,
  type Element,
  enter,
  refusalOf,
  rootContext,
  textAllowed,
} from '../../../runtime/template/content-model.js';
import { Namespace } from '../../../runtime/wire/patch.js';

/** `font color=red` */
function elementOf(written: string): Element {
  const [name = '', ...attributes] = written.split(' ');
  return { name, attributes: new Map(attributes.map((text) => text.split('=') as [string, string])) };
}

const inside = (path: string, outer: Context = rootContext): Context =>
  path === '' ? outer : path.split(' > ').map(elementOf).reduce(enter, outer);

/** Where each stands, and which elements are refused and left there. */
const places: readonly (readonly [path: string, refused: string, left: string])[] = [
  ['', 'tr td tbody caption col image frame template plaintext script base noscript html body', 'div p a form li span'],
  ['p', 'div ul h1 table form li pre hr section p search', 'span a b button img svg input select'],
  ['p > span', 'div p', 'b em'],
  ['p > button', 'button', 'div p'],
  ['p > object', '', 'div p'],
  ['a', 'a', 'div svg span'],
  ['a > div > span', 'a', 'p'],
  ['a > table > tbody > tr > td', '', 'a'],
  ['a > svg', '', 'a'],
  ['a > svg > foreignobject', 'a', 'div'],
  ['button', 'button', 'span a'],
  ['button > div', 'button', 'a'],
  ['nobr', 'nobr', 'b'],
  ['form', 'form', 'fieldset input'],
  ['form > table > tbody > tr > td', 'form', 'p'],
  ['form > svg > foreignobject', 'form', 'p'],
  ['h1', 'h1 h2 h6', 'span'],
  ['h1 > span', '', 'h2'],
  ['li', 'li', 'ul p'],
  ['li > div', 'li', 'p'],
  ['li > ul', '', 'li'],
  ['dd', 'dd dt', 'dl'],
  ['dt > p > span', 'dd', 'b'],
  ['dl > dd > dl', '', 'dt dd'],
  ['table', 'tr td div span form input col', 'caption colgroup thead tbody tfoot style'],
  ['table > tbody', 'td div tbody', 'tr style'],
  ['table > tbody > tr', 'tr div', 'td th'],
  ['table > tbody > tr > td', 'td tr caption', 'div table p'],
  ['table > caption', 'td tr', 'p div'],
  ['table > colgroup', 'div tr', 'col'],
  ['select', 'select input button div span', 'option optgroup hr'],
  ['select > optgroup', 'optgroup hr div', 'option'],
  ['select > option', 'option span hr', ''],
  ['ruby > rt', 'rt rp', 'span'],
  ['ruby', '', 'rt rp span'],
  ['rt', '', 'rt'],
  ['svg', 'div p span img table font_color=red script', 'g path a title foreignobject image font button'],
  ['svg > g > foreignobject', 'tr', 'div p svg'],
  ['svg > title', 'tr', 'span'],
  ['math', 'div svg mglyph script', 'mi mrow mtext annotation-xml'],
  ['math > mtext', 'mglyph tr', 'span div svg'],
  ['math > annotation-xml', 'div svg', 'mi'],
  ['math > annotation-xml encoding=text/html', 'tr', 'div svg'],
  ['p > svg > g', 'p', 'path'],
  ['p > svg > desc', '', 'p div'],
];

describe('content model', () => {
  for (const [path, refused, left] of places) {
    describe(path === '' ? 'at the root of a page' : `in ${path}`, () => {
      const context = inside(path);
      for (const name of refused.split(' ').filter(Boolean)) {
        it(`refuses ${name}`, () => {
          const refusal = refusalOf(elementOf(name.replace('_', ' ')), context);
          expect(refusal?.reason).a('string').not.empty;
          expect(refusal?.fix).match(/\.$/);
        });
      }
      for (const name of left.split(' ').filter(Boolean)) {
        it(`leaves ${name}`, () => expect(refusalOf(elementOf(name), context)).equal(undefined));
      }
    });
  }

  describe('a document', () => {
    const page = (path: string) => inside(path, documentContext);

    it('has html, which has head and body', () => {
      expect(refusalOf(elementOf('html'), documentContext)).equal(undefined);
      expect(refusalOf(elementOf('div'), documentContext)?.reason).equal('it stands outside of <html>');
      expect(refusalOf(elementOf('head'), page('html'))).equal(undefined);
      expect(refusalOf(elementOf('body'), page('html'))).equal(undefined);
      expect(refusalOf(elementOf('p'), page('html'))?.fix).match(/may contain <head>, <body>/);
    });

    it('has scripts, and in its head only what belongs there', () => {
      for (const name of ['base', 'link', 'meta', 'noscript', 'script', 'style', 'title']) {
        expect(refusalOf(elementOf(name), page('html > head')), name).equal(undefined);
      }
      expect(refusalOf(elementOf('div'), page('html > head'))).not.equal(undefined);
      expect(refusalOf(elementOf('script'), page('html > body > div'))).equal(undefined);
    });
  });

  describe('a context', () => {
    it('is the same object for the same situation', () => {
      expect(inside('div > section')).equal(rootContext);
      expect(inside('p > span > b')).equal(inside('p > i'));
      expect(inside('a > table > tbody > tr > td')).equal(inside('table > tbody > tr > td'));
    });

    it('knows the namespace that content is parsed in', () => {
      const namespaces = ['div', 'svg', 'svg > g > a', 'svg > foreignobject', 'svg > title', 'svg > desc > p', 'math'];
      expect(namespaces.map((path) => inside(path).namespace)).deep.equal([0, 1, 1, 0, 0, 0, Namespace.MathMl]);
      const inMath = ['math > mi', 'math > mrow', 'math > annotation-xml', 'math > annotation-xml encoding=TEXT/HTML'];
      expect(inMath.map((path) => inside(path).namespace)).deep.equal([0, 2, 2, 0]);
    });

    it('knows where text may stand', () => {
      const without = ['table', 'table > tbody', 'table > thead', 'table > tbody > tr', 'table > colgroup', 'select'];
      for (const path of [...without, 'select > optgroup']) expect(textAllowed(inside(path)), path).equal(false);
      for (const path of ['', 'p', 'table > caption', 'table > tbody > tr > td', 'select > option', 'svg', 'math']) {
        expect(textAllowed(inside(path)), path).equal(true);
      }
    });
  });

  describe('what belongs to Troupe', () => {
    it('is refused in the page', () => {
      expect(refusalOf(elementOf('div id=troupe'), rootContext)?.reason).match(/belongs to the root/);
      expect(refusalOf(elementOf('div data-troupe-on=x'), rootContext)?.reason).match(
        /data-troupe-on belongs to Troupe/
      );
      expect(refusalOf(elementOf('g data-troupe=x'), inside('svg'))?.reason).match(/data-troupe belongs/);
    });

    it('is left to the template that puts the root into a document', () => {
      expect(refusalOf(elementOf('div id=troupe'), inside('html > body', documentContext))).equal(undefined);
    });
  });
});
