import { expect } from 'chai';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import type { Instance } from '../../../runtime/render/nodes.js';
import { renderLayout } from '../../../runtime/render/render.js';
import { markup as markupOf } from '../../../runtime/render/render-to-string.js';
import { html, repeat, spread, type Template } from '../../../runtime/template/html.js';
import { defineDocument } from '../../../runtime/template/template.js';
import { fault, loose, render } from '../../fixtures/rendering.js';

/** What the client is sent of a view, and its values. */
function sent(view: unknown): readonly [wire: unknown, values: readonly unknown[]] {
  const { definition, values } = render(view) as Instance;

  return [definition.wire.slice(1), values];
}

const markup = (view: unknown): string => markupOf(render(view));

const errorOf = (view: unknown): string => fault(view, ErrorCode.Template);

describe('spread', () => {
  it('is what the same attributes are that are written out', () => {
    const message = { type: 'clicked' };
    const all = {
      name: 'a',
      '?required': true,
      '.value': 'text',
      '@input': message,
      class: 'b',
      style: { color: 'red' },
    };

    expect(sent(loose`<input ${spread(all as never)}>`)).to.deep.equal(
      sent(
        loose`<input name=${'a'} ?required=${true} .value=${'text'} @input=${message} class=${'b'} style=${{ color: 'red' }}>`
      )
    );
  });

  it('stands at any place in a tag, more than once, and beside other holes', () => {
    const one = spread({ id: 'a', title: 'b' });
    const two = spread({ lang: 'c' });
    const spreaded = html`<p class="x" ${one} dir=${'d'} ${two}>${1}</p><i ${two}></i>${2}<br ${one}/><svg><path ${one}/></svg>`;
    const written = html`<p class="x" id=${'a'} title=${'b'} dir=${'d'} lang=${'c'}>${1}</p><i lang=${'c'}></i>${2}<br id=${'a'}
      title=${'b'} /><svg><path id=${'a'} title=${'b'} /></svg>`;

    expect(markup(spreaded)).to.equal(markup(written));
    expect(sent(spreaded)[1]).to.deep.equal(sent(written)[1]);
  });

  it('writes the kind of a control into the template, so that checks know it', () => {
    const password = { type: 'password', autocomplete: 'new-password', name: 'pin' };
    expect(sent(html`<input ${spread(password)}>`)).to.deep.equal(
      sent(html`<input type="password" autocomplete="new-password" name=${'pin'}>`)
    );
    expect((render(html`<input ${spread(password)}>`) as Instance).definition.secret.isCertain).to.equal(true);
    const odd = { type: 'a"b' };
    expect(sent(html`<input ${spread(odd)}>`)).to.deep.equal(sent(html`<input type=${'a"b'}>`));
  });

  it('may be empty', () => {
    expect(markup(html`<p ${spread({})}>${1}</p>`)).to.equal(markup(html`<p>${1}</p>`));
  });

  it('gives way to what is written in the tag, as attribute or as property', () => {
    const attributes = spread({ type: 'text', '.value': 'spread', '?required': true, title: 'x', '@input': null });

    expect(markup(loose`<input .value=${'own'} TYPE="email" ?required=${false} ${attributes}>`)).to.equal(
      markup(loose`<input .value=${'own'} TYPE="email" ?required=${false} title=${'x'} @input=${null}>`)
    );
    expect(markup(loose`<input value="own" ${attributes} @input=${null} required>`)).to.equal(
      markup(loose`<input value="own" type="text" title=${'x'} @input=${null} required>`)
    );
  });

  it('keeps the elements while its names stay', () => {
    const view = (title: string | null, text: string) => html`<p ${spread({ title, id: 'a' })}>${text}</p>`;
    const before = render(view('t', 'x')) as Instance;

    expect(render(view('t', 'x'), before)).to.equal(before);
    const after = render(view(null, 'x'), before) as Instance;
    expect(after.definition).to.equal(before.definition);
    expect(after.values).to.deep.equal([null, 'a', 'x']);
    expect((render(html`<p ${spread({ id: 'a' })}>${'x'}</p>`, before) as Instance).definition).to.not.equal(
      before.definition
    );
  });

  it('has names of its own in each row of a list', () => {
    const row = (names: readonly string[]) =>
      html`<li ${spread(Object.fromEntries(names.map((name) => [name, 'v'])))}>${names.length}</li>`;
    const rows = [['id'], ['id', 'title'], ['id']];
    const list = render(html`<ul>${repeat(rows, (names) => rows.indexOf(names), row)}</ul>`) as Instance;
    const { rows: rendered } = list.values[0] as unknown as { rows: readonly Instance[] };

    expect(rendered.map(({ values }) => values)).to.deep.equal([
      ['v', 1],
      ['v', 'v', 2],
      ['v', 1],
    ]);
    expect(rendered[0]?.definition).to.equal(rendered[2]?.definition);
  });

  describe('is refused', () => {
    const cases: readonly (readonly [what: string, view: unknown, message: RegExp])[] = [
      ['without spread()', loose`<p ${{ id: 'a' }}></p>`, /^A hole in a tag takes attributes: spread\(/],
      ['as a text', loose`<p ${'id'}></p>`, /^A hole in a tag takes attributes/],
      ['with what is no name', html`<p ${spread({ 'id="a" onclick': 'b' })}></p>`, /^No attribute is called "id=\\"a/],
      ['with code', html`<p ${spread({ onclick: 'b' })}></p>`, /^A hole cannot stand in onclick/],
      ['with a way around escaping', html`<p ${spread({ '.innerHTML': 'b' })}></p>`, /\.innerHTML cannot be set/],
      ['with an option that is not known', loose`<p ${spread({ '@click.twice': null })}></p>`, /no option \.twice/],
      ['with two ways to say the same', html`<input ${spread({ value: 'a', '.value': 'b' })}>`, /set the same thing/],
      [
        'with a name that another spread has',
        html`<p ${spread({ id: 'a' })} ${spread({ id: 'b' })}></p>`,
        /has two id/,
      ],
      ['where nothing may be', html`<base ${spread({ href: 'a' })}>`, /cannot stand in <base>/],
    ];

    for (const [what, view, message] of cases) it(what, () => expect(errorOf(view)).to.match(message));

    it('with the place marked', () => {
      expect(errorOf(html`<p title="x" ${spread({ 'a b': 'c' })}></p>`)).to.include(
        '    <p title="x" ${…}></p>\n                 ^'
      );
      expect(errorOf(html`<p ${spread({ id: 'a', onclick: 'c' })}></p>`)).to.include('onclick="${…}"');
    });

    it('with a URL that runs script, as a written one', () => {
      const link = (attributes: Record<string, string>) => html`<a ${spread(attributes)}>x</a>`;
      expect(markup(link({ href: 'javascript:alert(1)' }))).to.not.include('javascript');
    });

    it('in a document', () => {
      const layout = loose`<!doctype html><html ${spread({ lang: 'en' })}><head></head><body></body></html>`;
      expect(() => renderLayout(layout as Template<never>, defineDocument(layout.statics), () => {})).to.throw(
        /^A document has no spreads/
      );
    });

    it('with names that come from data without end', () => {
      const view = (n: number) => html`<p ${spread({ [`data-${n}`]: 'x' })}></p>`;
      for (let n = 0; n < 1_000; n++) render(view(n));
      expect(errorOf(view(1_000))).to.match(/^Spreads with more than 1000 sets of names/);
      expect(markup(view(7))).to.include('data-7');
    });

    it('if it is made of no object', () => {
      for (const wrong of [null, undefined, 'a', ['a']]) {
        expect(() => spread(wrong as never)).to.throw(/^spread\(attributes\) takes an object/);
      }
    });
  });
});
