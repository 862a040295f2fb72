import { expect } from 'chai';
import { keyText, PageForms, readAddress } from '../../../runtime/render/page-forms.js';
import { renderRoot } from '../../../runtime/render/render.js';
import { pageMarkup } from '../../../runtime/render/render-to-string.js';
import { type Hole, html, repeat } from '../../../runtime/template/html.js';

const message = { type: 'clicked' };
const target = { path: '/post', seal: (session: string) => `token/of ${session}` };
const page = (view: Hole<{ readonly type: string }>) =>
  pageMarkup(
    renderRoot(view, undefined, () => {}),
    'S',
    0,
    target
  );

/** A page without the hashes of templates. */
const written = (view: Hole<{ readonly type: string }>): string =>
  page(view)
    .html.replaceAll(/(\?\d+),[a-z\d]+/g, '$1,HASH')
    .trim();

describe('page forms', () => {
  it('are posted with the token behind their address; the mark says what the client takes back', () => {
    expect(written(html<typeof message>`<form class="a" @submit=${message}></form>`)).to.equal(
      '<form class="a" id="troupe-form-1" method="post" action="/post?0,HASH,&amp;token%2Fof%20S"' +
        ' data-troupe-post="action id method=dialog" data-troupe-on="submit"></form>'
    );
  });

  it('keep an id of their own, static or not', () => {
    for (const view of [
      html<typeof message>`<form id="a" @submit=${message}></form>`,
      html<typeof message>`<form id=${'a'} @submit=${message}></form>`,
    ]) {
      expect(written(view)).to.include(' id="a"').and.include('data-troupe-post="action method=dialog"');
      expect(written(view).match(/ id=/g)).to.have.length(1);
    }
  });

  it('are left alone if they say where they go, or if the browser is to do what it does', () => {
    for (const view of [
      html<typeof message>`<form action="/a" @submit=${message}></form>`,
      html<typeof message>`<form .action=${'/a'} @submit=${message}></form>`,
      html<typeof message>`<form method="get" @submit=${message}></form>`,
      html<typeof message>`<form @submit.default=${message}></form>`,
      html<typeof message>`<form><button>Go</button></form>`,
    ])
      expect(written(view)).to.not.match(/data-troupe-post|\/post\?/);
  });

  it('are those of handlers that are there', () => {
    expect(written(html<typeof message>`<form @submit=${null}></form>`)).to.equal(
      '<form method="dialog" data-troupe-on="submit"></form>'
    );
    expect(written(html<typeof message>`<button type="button" @click=${null}>Go</button>`)).to.equal(
      '<button type="button" data-troupe-on="click">Go</button>'
    );
  });

  it('begin before the page with an empty one, which posts the buttons that stand in none', () => {
    const view = html<typeof message>`<p><button type="button" @click=${message}>Go</button></p>`;
    expect(written(view)).to.equal(
      '<p><button form="troupe-post" formaction="/post?0,HASH,"' +
        ' data-troupe-post="form formaction type=button" data-troupe-on="click">Go</button></p>'
    );
    expect(page(view).posts).to.deep.equal({ hasLoose: true, defaults: new Map() });
    expect(page(html<typeof message>`<p>${1}</p>`).posts).to.equal(undefined);
  });

  it('post a button in them with what is in them, without checks if it does not submit', () => {
    const view = html<typeof message>`
      <form id="a" @submit=${message}>${html<typeof message>`<button type="button" @click=${message}>Add</button>`}<button @click=${message}>Go</button></form>`;
    expect(written(view)).to.include(
      '<button formaction="/post?0,HASH,,1,&amp;token%2Fof%20S" formnovalidate data-troupe-post="formaction formnovalidate type=button" data'
    );
    expect(written(view)).to.include(
      '<button formaction="/post?2,HASH,&amp;token%2Fof%20S" data-troupe-post="formaction" data-troupe-on="click">Go'
    );
    const [[id, action = ''] = []] = [...(page(view).posts?.defaults ?? [])];
    expect(id).to.equal('a');
    expect(action).to.match(/^\/post\?0,[a-z\d]+,&token%2Fof%20S&enter$/);
  });

  it('leave a button that submits to a form that says where it goes, and take one that does not', () => {
    const view = html<
      typeof message
    >`<form action="/a"><button @click=${message}>A</button><button type="button" @click=${message}>B</button></form>`;
    expect(written(view)).to.include('<button data-troupe-on="click">A</button>');
    expect(written(view)).to.include(
      ' formmethod="post" formnovalidate data-troupe-post="formaction formmethod formnovalidate type=button"'
    );
  });

  it('take no button that waits for keys, resets, or says by itself where it goes', () => {
    for (const view of [
      html<typeof message>`<button @click.shift=${message}>A</button>`,
      html<typeof message>`<button @click.outside=${message}>A</button>`,
      html<typeof message>`<button type="reset" @click=${message}>A</button>`,
      html<typeof message>`<button formaction="/a" @click=${message}>A</button>`,
      html<typeof message>`<p @click=${message}>A</p>`,
    ])
      expect(written(view)).to.not.match(/data-troupe-post|\/post\?/);
  });

  it('select the option that a part writes as the value of the select', () => {
    const view = html<
      typeof message
    >`<select .value=${'a&"b'}><option>x</option><option value="a&amp;&quot;b">y</option>${html<typeof message>`<option>z</option>`}</select>`;
    expect(written(view)).to.include('<option value="a&amp;&quot;b" selected="">y</option>');
    expect(written(view).match(/selected/g)).to.have.length(1);
    expect(
      written(
        html<
          typeof message
        >`<select .value=${'z'}><option value="y">z</option>${html<typeof message>`<option>z</option>`}</select>`
      )
    ).to.include('<option value="y">z</option><!--[--><option selected="">z</option>');
  });

  describe('addresses', () => {
    it('are read as they are written', () => {
      const keys = ['', 'a', 'ä,&="<\n', '5', 5, -1.5, 0, 1e21, null, '😀'];
      for (const key of keys) {
        const { address } = readAddress(`3,hash,,1${keyText(key)}`) ?? {};
        expect(address, String(key)).to.deep.equal(['hash', null, 1, key]);
      }
    });

    it('are in the page as stable addresses', () => {
      const view = html<typeof message>`<ul>${repeat(
        ['x'],
        (key) => key,
        () => html<typeof message>`<li><button @click=${message}>A</button></li>`
      )}</ul>`;
      const [, query = ''] = /\?([^"]*)"/.exec(page(view).html) ?? [];
      expect(readAddress(query)?.address.slice(1)).to.deep.equal([null, 0, 'x']);
    });

    it('are sealed only if there are any', () => {
      let sealed = 0;
      const forms = new PageForms({ path: '', seal: () => String(++sealed) }, 'S', 0);
      expect(forms.marks).to.equal(undefined);
      expect(sealed).to.equal(0);
    });
  });
});
