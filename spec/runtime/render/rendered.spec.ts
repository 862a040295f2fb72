import { expect } from 'chai';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';
import { handlerKind, Instance, List, renderLayout, renderRoot, type Value } from '../../../runtime/render/rendered.js';
import { html, PageRoot, repeat, Template, unsafeHtml } from '../../../runtime/template/html.js';
import { defineDocument } from '../../../runtime/template/template.js';
import { HandlerKind } from '../../../runtime/wire/patch.js';

/** Renders a view and collects what it reports. */
function render(view: unknown, previous?: Value, reports: TroupeError[] = []): Value {
  return renderRoot(view, previous, (error) => reports.push(error));
}

/** What stands in the first part of the one template that a view returned. */
const first = (view: Template<unknown>, previous?: Value): Value | undefined =>
  (render(view, previous) as Instance).values[0];

/** A template that no type checker has seen. */
const loose = (statics: TemplateStringsArray, ...values: readonly unknown[]): Template<unknown> =>
  new Template(statics, values);

/** The message of what is thrown, which must be a `TroupeError` of that code. */
function fault(view: unknown, code: ErrorCode = ErrorCode.Value): string {
  try {
    render(view);
  } catch (error) {
    expect(error).to.be.instanceOf(TroupeError);
    expect((error as TroupeError).code).to.equal(code);
    return (error as TroupeError).message;
  }
  throw new Error('nothing was thrown');
}

describe('rendered', () => {
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

  describe('attributes', () => {
    it('are removed by nothing in a sole hole', () => {
      for (const value of [null, undefined, false]) expect(first(html`<p title=${value}></p>`)).to.equal(null);
      for (const value of [null, undefined, false]) expect(first(html`<p title="a ${value}"></p>`)).to.equal('a ');
      expect(first(html`<p title="${null}${null}"></p>`)).to.equal('');
      expect(first(html`<p title=${''}></p>`)).to.equal('');
    });

    it('are text, numbers and true', () => {
      expect(first(html`<p title=${'t'}></p>`)).to.equal('t');
      expect(first(html`<p title=${7}></p>`)).to.equal(7);
      expect(first(html`<p title=${7n}></p>`)).to.equal('7');
      expect(first(html`<p title=${true}></p>`)).to.equal('true');
    });

    it('join holes and what stands around them, references decoded', () => {
      expect(first(html`<p title="&lt;${1} &amp; ${'b'}${true}&quot;"></p>`)).to.equal('<1 & btrue"');
    });

    it('throws an error for what is no text, with the attribute named', () => {
      for (const value of [{}, [], () => '', Symbol('s'), Promise.resolve(), html`<p></p>`]) {
        expect(fault(loose`<p title=${value}></p>`)).to.contain(
          ' in the hole of title; it takes text, a number or nothing'
        );
        expect(fault(loose`<p class="a ${value}"></p>`)).to.contain(' in the hole of class; ');
        expect(fault(loose`<title>${value}</title>`)).to.contain(' in a child hole; ');
      }
    });

    it('of a boolean kind are present for what is true', () => {
      for (const value of [true, 1, 'a', {}]) expect(first(loose`<p ?hidden=${value}></p>`)).to.equal(true);
      for (const value of [false, 0, '', null, undefined, Number.NaN])
        expect(first(html`<p ?hidden=${value}></p>`)).to.equal(false);
    });
  });

  describe('classes', () => {
    const classes = (value: unknown) => first(loose`<p class=${value}></p>`);

    it('are tokens, each once, in order', () => {
      expect(classes('  b\ta \n b\fc\ra ')).to.equal('b a c');
      expect(first(html`<p class="a ${'b'} ${null} a"></p>`)).to.equal('a b');
    });

    it('are absent if there are none', () => {
      for (const value of ['', ' \n', null, undefined, false]) expect(classes(value)).to.equal(null);
    });

    it('take no character for white space that HTML does not', () => {
      expect(classes('a\u00a0b\u000bc')).to.equal('a\u00a0b\u000bc');
    });
  });

  describe('styles', () => {
    function style(value: unknown): { declarations: unknown; reports: readonly string[] } {
      const reports: TroupeError[] = [];
      const rendered = render(loose`<p style=${value}></p>`, undefined, reports) as Instance;
      for (const { code } of reports) expect(code).to.equal(ErrorCode.Value);
      return { declarations: rendered.values[0], reports: reports.map(({ message }) => message) };
    }

    it('are named as in CSS or in camel case, or begin with two hyphens', () => {
      const names = [
        'color',
        'fontSize',
        'font-size',
        'WebkitLineClamp',
        '-webkit-line-clamp',
        '--x',
        '--Foo',
        '--1',
        '--_a-B',
      ];
      const { declarations, reports } = style(Object.fromEntries(names.map((name) => [name, 1])));

      expect((declarations as string[]).filter((_text, index) => index % 2 === 0)).to.deep.equal([
        ...[
          'color',
          'font-size',
          'font-size',
          '-webkit-line-clamp',
          '-webkit-line-clamp',
          '--x',
          '--Foo',
          '--1',
          '--_a-B',
        ],
      ]);
      expect(reports).to.deep.equal([]);
    });

    it('leave out nothing, zero stays', () => {
      expect(style({ color: null, margin: undefined, top: false, left: '', opacity: 0 }).declarations).to.deep.equal([
        'opacity',
        '0',
      ]);
      expect(style({}).declarations).to.equal(null);
      for (const value of [null, undefined, false]) expect(style(value).declarations).to.equal(null);
    });

    it('refuse what could end the declaration, and say so', () => {
      const refused = [
        ...[
          'red; position: fixed',
          'red}',
          '{',
          'a"b',
          "a'b",
          'a\\',
          'a/*b',
          'a\nb',
          'url("a',
          '"a\rb"',
          '"a\nb"',
          '"a\fb"',
          '"a\\',
        ],
        ...["url(a'b)", 'url(x" ) ; top: 1px; ")', 'url(a b)', 'url(a\\)', 'URL(a(b))', 'url(a'],
        ...[{}, [], () => '', Object.create(null)],
      ];
      for (const value of refused) {
        const { declarations, reports } = style({ color: value, top: 0 });
        expect(declarations, String(reports[0])).to.deep.equal(['top', '0']);
        expect(reports).to.have.lengthOf(1);
        expect(reports[0])
          .to.match(/^A style was left out: color: [\s\S]* is not one declaration\. Write .* in quotes: url\("…"\)\.\n/)
          .and.to.contain('<p style=${');
      }
    });

    it('refuse names that are none', () => {
      for (const name of ['', '1a', 'a b', 'a:b', 'color;', '--', 'a"', '-', '_a', '--a;b']) {
        const { declarations, reports } = style({ [name]: 'x' });
        expect([declarations, reports.length], name).to.deep.equal([null, 1]);
      }
    });

    it('take quoted texts and functions, and hold no semicolon in the end', () => {
      const values = [
        '"a: b"',
        "'{}'",
        'url("data:image/png;base64,AA==")',
        '"\\"; "',
        'calc(1px + 2px)',
        'red !important',
        'linear-gradient(red, blue), URL( data:image/png;base64,AA==\t) url(//a/*b*/c;d) my-url(a) url()',
        '"url(a)"',
      ];
      const { declarations, reports } = style(Object.fromEntries(values.map((value, index) => [`--x${index}`, value])));

      expect(reports).to.deep.equal([]);
      expect((declarations as string[]).filter((_text, index) => index % 2 === 1)).to.deep.equal([
        ...[
          '"a: b"',
          "'{}'",
          'url("data:image/png\\3b base64,AA==")',
          '"\\"\\3b  "',
          'calc(1px + 2px)',
          'red !important',
          'linear-gradient(red, blue), url("data:image/png\\3b base64,AA==") url("//a/*b*/c\\3b d") my-url(a) url("")',
          '"url(a)"',
        ],
      ]);
    });

    it('throws an error for what is no object', () => {
      for (const value of ['color: red', 1, true, () => null, [], Symbol('s')]) {
        expect(fault(loose`<p style=${value}></p>`)).to.contain(
          " in the hole of style; it takes an object, style=${{ color: 'red' }}."
        );
      }
    });
  });

  describe('URLs', () => {
    it('that could run script are replaced and reported, with the place', () => {
      const reports: TroupeError[] = [];
      const values = (
        render(
          html`<a href=${'javascript:alert(1)'}></a><a href=${' java\nscript:x'}></a><a href="java${'script:x'}"></a><img .src=${'vbscript:x'}><img srcset=${'/a 1x, javascript:b 2x'}><a href=${'/ok'}></a>`,
          undefined,
          reports
        ) as Instance
      ).values;

      expect(values).to.deep.equal([...Array.from({ length: 5 }, () => 'about:invalid'), '/ok']);
      expect(reports.map(({ code }) => code)).to.deep.equal(Array.from({ length: 5 }, () => ErrorCode.UnsafeUrl));
      expect(reports[0]?.message).to.match(
        /^A URL that could run script was replaced by about:invalid: href="javascript:alert\(1\)"/
      );
      expect(reports[0]?.message).to.contain('<a href=${');
    });

    it('that are refused are reported when they get there, not again while they stand', () => {
      const reports: TroupeError[] = [];
      const view = (url: string, n: number) => html`<a href=${url}>${n}</a>`;
      let last = render(view('javascript:a', 1), undefined, reports);
      last = render(view('javascript:a', 2), last, reports);
      expect(reports).to.have.lengthOf(1);
      last = render(view('/a', 3), last, reports);
      expect((last as Instance).values[0]).to.equal('/a');
      last = render(view('javascript:a', 4), last, reports);
      expect((last as Instance).values[0]).to.equal('about:invalid');
      expect(reports).to.have.lengthOf(2);
    });

    it('are not suspected in attributes that hold none', () => {
      expect(first(html`<p title=${'javascript:x'}></p>`)).to.equal('javascript:x');
    });
  });

  describe('properties', () => {
    it('are scalars', () => {
      const property = (value: unknown) => first(loose`<input .value=${value}>`);

      expect(['a', '', 1, 0, true, false, null].map(property)).to.deep.equal(['a', '', 1, 0, true, false, null]);
      expect(property(undefined)).to.equal(null);
      expect(property(7n)).to.equal('7');
      for (const value of [{}, [], () => '', Symbol('s')]) {
        expect(fault(loose`<input .value=${value}>`)).to.contain(
          ' in the hole of .value; it takes a string, a number, a boolean or nothing.'
        );
      }
    });
  });

  describe('events', () => {
    it('take a message, a function or nothing', () => {
      const message = { type: 'x' };
      const handler = () => null;
      const values = [message, handler, null, undefined, false].map(
        (value) => first(loose`<p @click=${value}></p>`) as Value
      );

      expect(values).to.deep.equal([message, handler, null, null, null]);
      expect(values.map(handlerKind)).to.deep.equal([
        ...[HandlerKind.Message, HandlerKind.Function, HandlerKind.None, HandlerKind.None, HandlerKind.None],
      ]);
    });

    it('throws an error for anything else', () => {
      for (const value of ['x', 1, true, {}, { type: 1 }, [], Symbol('s'), html`<p></p>`, Promise.resolve()]) {
        expect(fault(loose`<p @click=${value}></p>`)).to.contain(
          ' in the hole of @click; it takes a message (an object with a type)'
        );
      }
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
