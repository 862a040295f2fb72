import { expect } from 'chai';
import { Source } from '../../client/node-matcher.js';
import { openBundle, type WatchedPage } from '../browser/chromium.js';

declare const troupe: typeof import('./page/modules.js');

const sources = Object.entries(Source) as readonly (readonly [keyof typeof Source, Source])[];

describe('client/node-matcher', () => {
  let watched: WatchedPage;

  before(async () => {
    watched = await openBundle('spec/client/page/entry.ts');
  });
  after(() => watched.expectNoErrors());

  /** Which of the nodes of `html` is taken for `pattern`: its index, or the name of what is thrown. */
  const match = (pattern: string, html: string, source: Source) =>
    watched.page.evaluate(
      ([pattern, html, source]) => {
        const [wanted, found] = [pattern, html].map((html) => {
          const template = document.createElement('template');
          template.innerHTML = html;
          return template.content;
        }) as [DocumentFragment, DocumentFragment];
        try {
          const node = troupe.nodeMatcher.match(wanted.firstChild as Node, found.firstChild, source);
          return [...found.childNodes].indexOf(node);
        } catch (error) {
          return (error as Error).name;
        }
      },
      [pattern, html, source] as const
    );

  /** What is left of `html` once its texts are joined, the text, and what follows it; or the name of what is thrown. */
  const join = (texts: readonly string[], source: Source) =>
    watched.page.evaluate(
      ([texts, source]) => {
        const element = document.createElement('p');
        for (const html of texts) {
          const template = document.createElement('template');
          template.innerHTML = html;
          element.append(template.content);
        }
        const first = element.firstChild;
        try {
          const [text, rest] = troupe.nodeMatcher.joinTexts(first, source);
          return [
            element.innerHTML,
            text && text === first ? text.data : text,
            rest && [...element.childNodes].indexOf(rest as ChildNode),
          ];
        } catch (error) {
          return (error as Error).name;
        }
      },
      [texts, source] as const
    );

  describe('a node of a template', () => {
    for (const [name, source] of sources) {
      it(`is the first one if that is alike (${name})`, async () => {
        expect(await match('<b></b>', '<b class="x">y</b><b></b>', source)).to.equal(0);
        expect(await match('text', 'other', source)).to.equal(0);
        expect(await match('<!--[-->', '<!--[-->', source)).to.equal(0);
      });

      it(`is missing, which is inconsistent, if there is none (${name})`, async () => {
        expect(await match('<b></b>', '', source)).to.equal('Inconsistent');
      });
    }

    it('is in a clone whatever stands there, without a look', async () => {
      expect(await match('<b></b>', '<i></i><b></b>', Source.Clone)).to.equal(0);
    });

    it('is in a page behind what other scripts have put in', async () => {
      expect(await match('<b></b>', '<i></i>text<!--x--><b></b>', Source.Page)).to.equal(3);
      expect(await match('<!--]-->', '<!--x--><!--[--><!--]-->', Source.Page)).to.equal(2);
      expect(await match('<b></b>', '<i></i>text', Source.Page)).to.equal('Inconsistent');
    });

    it('is in a guess the very next one, or the guess is wrong', async () => {
      expect(await match('<b></b>', '<i></i><b></b>', Source.Guess)).to.equal('Inconsistent');
      expect(await match('<!--[-->', '<!--]--><!--[-->', Source.Guess)).to.equal('Inconsistent');
    });
  });

  it('may have something left over, except in a guess', async () => {
    const seen = await watched.page.evaluate(
      (sources) =>
        sources.map((source) => {
          try {
            troupe.nodeMatcher.expectEnd(null, source);
            troupe.nodeMatcher.expectEnd(document.createElement('hr'), source);
            return '';
          } catch (error) {
            return `${error}`;
          }
        }),
      sources.map(([, source]) => source)
    );
    expect(seen).to.deep.equal(['', '', 'Inconsistent: HR']);
  });

  describe('the text of a child part', () => {
    for (const [name, source] of [
      ['Page', Source.Page],
      ['Guess', Source.Guess],
    ] as const) {
      it(`is one node, up to the closing comment or the end (${name})`, async () => {
        expect(await join(['a', 'b', 'c<!--]-->', 'd'], source)).to.deep.equal(['abc<!--]-->d', 'abc', 1]);
        expect(await join(['a', 'b'], source)).to.deep.equal(['ab', 'ab', null]);
      });

      it(`is nothing if there is none (${name})`, async () => {
        expect(await join(['<!--]-->', 'd'], source)).to.deep.equal(['<!--]-->d', null, 0]);
        expect(await join([], source)).to.deep.equal(['', null, null]);
      });
    }

    it('is joined in a page around what other scripts have put in, which stays', async () => {
      expect(await join(['a', '<b>x</b>', '<!--[-->', 'c<!--]-->'], Source.Page)).to.deep.equal([
        'ac<b>x</b><!--[--><!--]-->',
        'ac',
        3,
      ]);
    });

    it('is in a guess nothing but text', async () => {
      expect(await join(['a', '<b>x</b>'], Source.Guess)).to.equal('Inconsistent');
      expect(await join(['a', '<!--[-->'], Source.Guess)).to.equal('Inconsistent');
    });
  });
});
