import { expect } from 'chai';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';
import { Instance, List } from '../../../runtime/render/nodes.js';
import { renderLayout } from '../../../runtime/render/render.js';
import { html, PageRoot, repeat, type Template, unsafeHtml } from '../../../runtime/template/html.js';
import { defineDocument } from '../../../runtime/template/template.js';
import { fault, first, loose, render } from '../../fixtures/rendering.js';

describe('render', () => {
  describe('identity', () => {
    const row = (key: string) => html`<li>${key}</li>`;
    const view = (text: string, keys: readonly string[]) =>
      html<{ type: 'x' }>`<p class="a ${text}" title=${text} style=${{ color: 'red' }} ?hidden=${true} .value=${text}
        @click=${{ type: 'x' }}>${html`<b>${text}</b>`}</p>${[text, html`<i></i>`]}<ul>${repeat(keys, (key) => key, row)}</ul>`;
    const keys = ['a', 'b'];

    it('is that of the last time if nothing has changed', () => {
      const last = render(view('t', keys));

      expect(render(view('t', keys), last)).to.equal(last);
    });

    it('is kept for what has not changed beside what has', () => {
      const last = render(html`<p>${html`<b>${1}</b>`}</p>`) as Instance;
      const two = (n: number) => html`<p>${html`<b>${1}</b>`}</p><p>${n}</p>`;
      const before = render(two(1)) as Instance;
      const after = render(two(2), before) as Instance;

      expect(after).to.not.equal(before);
      expect(after.values[0]).to.equal(before.values[0]);
      expect(render(two(1), last)).to.not.equal(last);
    });

    it('is new for another literal, also of the same text', () => {
      const last = render(html`<p></p>`);

      expect(render(html`<p></p>`, last)).to.not.equal(last);
    });

    it('is that of a list by position whose rows are the same', () => {
      const list = (length: number) => html`<p>${Array.from({ length }, (_, index) => index)}</p>`;
      const last = first(list(3), undefined);

      expect(first(list(3), render(list(3)))).to.be.instanceOf(List);
      const before = render(list(3)) as Instance;
      expect(first(list(3), before)).to.equal(before.values[0]);
      expect(first(list(2), before)).to.not.equal(before.values[0]);
      expect((first(list(4), before) as List).rows[2]).to.equal((before.values[0] as List).rows[2]);
      expect(last).to.be.instanceOf(List);
    });

    it('of a message is kept if all its fields are the same', () => {
      const message = (fields: object) => loose`<p @click=${{ type: 'x', ...fields }}></p>`;
      const same = (before: object, after: object) => {
        const view = (fields: object) => message(fields);
        const last = render(view(before)) as Instance;
        return render(view(after), last) === last;
      };

      expect(same({}, {})).to.equal(true);
      expect(same({ n: 1 }, { n: 1 })).to.equal(true);
      expect(same({ n: 1 }, { n: 2 })).to.equal(false);
      expect(same({ n: 1 }, {})).to.equal(false);
      expect(same({}, { n: 1 })).to.equal(false);
      expect(same({ a: 1 }, { b: 1 })).to.equal(false);
      expect(same({ b: 1 }, { a: undefined })).to.equal(false);
      expect(same({ a: undefined }, { b: 1 })).to.equal(false);
      expect(same({ list: [1] }, { list: [1] })).to.equal(false);
    });
  });

  describe('children', () => {
    it('are nothing for null, undefined, false, true and the empty text', () => {
      for (const value of [null, undefined, false, true, '', '\0'])
        expect(first(html`<p>${value}</p>`), String(value)).to.equal(null);
    });

    it('are text for strings, numbers and bigints', () => {
      expect(first(html`<p>${'a'}</p>`)).to.equal('a');
      expect(first(html`<p>${0}</p>`)).to.equal(0);
      expect(first(html`<p>${Number.NaN}</p>`)).to.be.NaN;
      expect(first(html`<p>${12345678901234567890n}</p>`)).to.equal('12345678901234567890');
      expect(Object.is(first(html`<p>${-0}</p>`), -0)).to.equal(true);
    });

    it('are freed of what HTML and MessagePack cannot carry', () => {
      expect(first(html`<p>${'a\0b\0'}</p>`)).to.equal('ab');
      expect(first(html`<p>${'a\ud800b\udc00'}</p>`)).to.equal('a\ufffdb\ufffd');
      expect(first(html`<p>${'\u{1f600}'}</p>`)).to.equal('\u{1f600}');
      expect(first(html`<p title=${'\0\ud800'}></p>`)).to.equal('\ufffd');
      expect(first(html`<p class=${'a\0b'}></p>`)).to.equal('ab');
      expect(first(html`<input .value=${'a\0\ud800'}>`)).to.equal('a\ufffd');
      expect(first(html`<title>${'a\0'}</title>`)).to.equal('a');
      expect(first(html`<p style=${{ color: 'r\0ed' }}></p>`)).to.deep.equal(['color', 'red']);
    });

    it('are rows by position for arrays, whatever is in them', () => {
      const { rows, source } = first(html`<p>${['a', null, html`<b></b>`, ['c', 'd'], 7]}</p>`) as List;

      expect(source).to.equal(undefined);
      expect(rows).to.have.lengthOf(5);
      expect(rows.every((row) => row instanceof Instance && row.key === undefined)).to.equal(true);
      expect([rows[0], rows[1], rows[4]].map((row) => row?.values[0])).to.deep.equal(['a', null, 7]);
      expect(rows[3]?.values[0]).to.be.instanceOf(List);
    });

    it('are rows by key for repeat, whatever the view returns', () => {
      const { rows } = first(
        html`<p>${repeat(
          ['a', 'b'],
          (key) => key,
          (key) => (key === 'a' ? key : null)
        )}</p>`
      ) as List;

      expect(rows.map((row) => [row.key, row.values[0]])).to.deep.equal([
        ['a', 'a'],
        ['b', null],
      ]);
    });

    it('throws an error for anything else, with the template quoted, the place marked and the fix', () => {
      const wrong: readonly (readonly [unknown, string])[] = [
        [{}, 'An object'],
        [new Date(0), 'An object (Date)'],
        [new Map(), 'An object (Map)'],
        [Object.create(null), 'An object'],
        [Symbol('name'), 'Symbol(name) (symbol)'],
        [() => '', 'A function'],
        [function named() {}, 'A function (named)'],
        [Promise.resolve(), 'A promise'],
        [{ type: 'message' }, 'An object'],
      ];
      for (const [value, described] of wrong) {
        const message = fault(loose`<p>one</p><p>${value}</p>`);
        expect(message.split('\n')[0]).to.equal(
          `${described} in a child hole; it takes text, a template, a component, a list or nothing (null, undefined, false, true).`
        );
        expect(message).to.contain('<p>one</p><p>${').and.to.match(/\^/);
      }
    });

    it('throws an error that shows the template around a keyed list whose keys are wrong', () => {
      const list = (key: (item: number) => number | string) => repeat([1, 2], key, (item) => html`<li>${item}</li>`);
      const wrong: readonly (readonly [Template<unknown>, ErrorCode])[] = [
        [html`<ul>${list(() => 'same')}</ul>`, ErrorCode.DuplicateKey],
        [html`<ul>${list(() => undefined as never)}</ul>`, ErrorCode.Value],
        [html`<ul>${[list(() => 'same')]}</ul>`, ErrorCode.DuplicateKey],
      ];
      for (const [view, code] of wrong) {
        const lines = fault(view, code).split('\n');
        expect(lines[0]).to.contain('Give repeat a');
        expect(lines.slice(1)).to.deep.equal(['    <ul>${…}</ul>', '        ^']);
      }
    });

    it('throws an error that shows the template around a list for what is wrong in the list', () => {
      const wrong = {};
      for (const value of [
        [wrong],
        [['nested', [wrong]]],
        repeat(
          [1],
          (key) => key,
          () => wrong as never
        ),
      ]) {
        const message = fault(loose`<p class="mine">${value}</p>`);
        expect(message)
          .to.match(/^An object in a child hole; it takes text/)
          .and.to.contain('<p class="mine">${');
      }
    });

    it('throws an error for a wrong page', () => {
      expect(fault({})).to.match(/^An object from view; it returns text, a template/);
      expect(fault(() => 1)).to.match(/^A function from view; /);
    });

    it('throws an error for text where parsers would move it', () => {
      expect(fault(html`<table><tbody>${'text'}</tbody></table>`)).to.match(
        /^text \(string\) in .* text cannot stand directly in <tbody>/
      );
      expect(fault(html`<table><tbody>${['text']}</tbody></table>`))
        .to.contain('<tbody>')
        .and.to.contain('<table>');
      expect(first(html`<table><tbody>${' \n'}</tbody></table>`)).to.equal(' \n');
      expect(fault(html`<table><tbody>${html`${html`${7}`}`}</tbody></table>`)).to.contain('directly in <tbody>');
    });

    it('throws an error for templates that parsers would tear apart, also across templates', () => {
      expect(fault(html`<p>${html`<div></div>`}</p>`, ErrorCode.Template)).to.contain('<div>');
      expect(fault(html`<a href="/">${[html`<b>${html`<a href="/b"></a>`}</b>`]}</a>`, ErrorCode.Template)).to.contain(
        '<a>'
      );
      expect(fault(html`<table>${html`<tr></tr>`}</table>`, ErrorCode.Template)).to.contain('<tr>');
    });

    it('checks a template where it stands each time it comes to stand there', () => {
      const inner = html`<div></div>`;
      const outer = (child: unknown) => loose`<div>${child}</div>`;
      const paragraph = (child: unknown) => loose`<p>${child}</p>`;
      const last = render(outer(inner));

      expect(() => render(paragraph(inner), last)).to.throw(TroupeError);
      expect(() => render(paragraph(inner), render(paragraph(null)))).to.throw(TroupeError);
    });

    it('leaves no rejection behind for a promise in a hole', async () => {
      let unhandled = 0;
      const count = (): void => void unhandled++;
      process.once('unhandledRejection', count);
      fault(loose`<p>${Promise.reject(new Error('late'))}</p>`);
      fault(Promise.reject(new Error('late')));
      await new Promise((resolve) => setImmediate(resolve));
      process.off('unhandledRejection', count);

      expect(unhandled).to.equal(0);
    });
  });

  describe('raw HTML', () => {
    it('stands as the sole child of an element only', () => {
      expect(first(html`<p>${unsafeHtml('<b>')}</p>`)).to.have.property('html', '<b>');
      for (const view of [
        html`<p>a ${unsafeHtml('b')}</p>`,
        html`${unsafeHtml('b')}`,
        html`<p>${[unsafeHtml('b')]}</p>`,
      ]) {
        expect(fault(view)).to.match(/unsafeHtml must be the sole child of its element/);
      }
    });

    it('is as parsers read it, so that it is the same in the first page and later', () => {
      expect(first(html`<pre>${unsafeHtml('\r\na\rb\0\ud800')}</pre>`)).to.have.property('html', '\na\nb\ufffd');
    });

    it('is the same object if it says the same', () => {
      const view = (text: string) => html`<p>${unsafeHtml(text)}</p>`;
      const last = render(view('a\0')) as Instance;

      expect(render(view('a\0'), last)).to.equal(last);
      expect(render(view('b'), last)).to.not.equal(last);
    });

    it('of the page stands beside others in a layout', () => {
      const layout = html`<!doctype html><html><head><title>${1}</title></head><body>a ${new PageRoot('<p></p>')}</body></html>`;
      const rendered = renderLayout(layout, defineDocument(layout.statics), () => {});

      expect(rendered.values[0]).to.equal('1');
      expect(rendered.values[1]).to.have.property('html', '<p></p>');
    });
  });

  it('throws the same error at every attempt', () => {
    const view = loose`<p>${html`<div></div>`}</p>`;

    expect(fault(view, ErrorCode.Template)).to.equal(fault(view, ErrorCode.Template));
  });

  it('throws an error for a broken template and renders the next one', () => {
    expect(fault(loose`<p>${1}`, ErrorCode.Template)).to.be.a('string');
    expect(first(html`<p>${1}</p>`)).to.equal(1);
  });
});
