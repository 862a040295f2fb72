import { expect } from 'chai';
import { ErrorCode, type TroupeError } from '../../../runtime/platform/errors.js';
import { handlerKind, type Instance, type Value } from '../../../runtime/render/nodes.js';
import { html } from '../../../runtime/template/html.js';
import { HandlerKind } from '../../../runtime/wire/patch.js';
import { fault, first, loose, render } from '../../fixtures/rendering.js';

describe('attribute values', () => {
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
      const handler = (_event: unknown) => null;
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
});
