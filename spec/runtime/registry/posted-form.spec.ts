import { expect } from 'chai';
import { eventsOfPost, type PostedForm } from '../../../runtime/registry/posted-form.js';
import { readAddress } from '../../../runtime/render/page-forms.js';
import { renderRoot } from '../../../runtime/render/render.js';
import { pageMarkup } from '../../../runtime/render/render-to-string.js';
import { type Hole, html } from '../../../runtime/template/html.js';

type Message = { readonly type: string };

const message = { type: 'did' };
const fn = (): Message => message;

/** The events of a post at the first form or button of a page that is posted, as `name: payload`. */
function events(view: Hole<Message>, entries: PostedForm['entries'], isByDefault = false) {
  const page = renderRoot(view, undefined, () => {});
  const markup = pageMarkup(page, 'S', 0, { path: '/post', seal: () => 'T' });
  const [, query = ''] = /\/post\?([^&"]*)/.exec(markup.html) ?? [];
  const { address = [], part = -1 } = readAddress(query) ?? {};
  const posted = eventsOfPost(page, { address, part, entries, isByDefault });

  return { ...posted, payloads: posted.events.map((event) => event.payload) };
}

describe('posted form', () => {
  it('tells a control by the entry of its name, several of one name in document order', () => {
    const view = html<Message>`
      <form @submit=${fn}><input name="a" value="1" @input=${fn}><input name="a" value="2" @input=${fn}></form>`;
    const { payloads } = events(view, [
      ['a', '1'],
      ['a', '3'],
    ]);
    expect(payloads).to.deep.equal([['3', false, [], 'a'], [['a', '1', 'a', '3']]]);
  });

  it('tells boxes of one name by their values', () => {
    const view = html<Message>`
      <form @submit=${fn}>${['x', 'y', 'z'].map(
        (value) =>
          html<Message>`<input type="checkbox" name="a" value=${value} ?checked=${value === 'x'} @change=${fn}>`
      )}</form>`;
    const { payloads } = events(view, [
      ['a', 'y'],
      ['a', 'z'],
    ]);
    expect(payloads.slice(0, -1)).to.deep.equal([
      ['x', false, [], 'a'],
      ['y', true, [], 'a'],
      ['z', true, [], 'a'],
    ]);
  });

  it('tells the radio button that was chosen, and not the other', () => {
    const view = html<Message>`
      <form @submit=${fn}>${['x', 'y'].map(
        (value) => html<Message>`<input type="radio" name="a" value=${value} .checked=${value === 'x'} @change=${fn}>`
      )}</form>`;
    expect(events(view, [['a', 'y']]).payloads[0]).to.deep.equal(['y', true, [], 'a']);
    expect(events(view, [['a', 'x']]).payloads).to.have.length(1);
  });

  it('tells all that is chosen of a list', () => {
    const view = html<Message>`
      <form @submit=${fn}><select multiple name="a" @change=${fn}><option selected>x</option><option>y</option></select></form>`;
    const { payloads } = events(view, [
      ['a', 'x'],
      ['a', 'y'],
    ]);
    expect(payloads[0]).to.deep.equal(['x', false, ['x', 'y'], 'a']);
    expect(events(view, []).payloads[0]).to.deep.equal(['', false, [], 'a']);
  });

  it('tells a handler on the form what is edited in it, with the entries', () => {
    const view = html<Message>`<form @change=${fn} @submit=${fn}><input name="a"></form>`;
    expect(events(view, [['a', '1']]).payloads[0]).to.deep.equal(['1', false, [], 'a', ['a', '1']]);
  });

  it('tells nothing of disabled controls, of those without a name, and of what no user edits', () => {
    const view = html<Message>`
      <form @submit=${fn}><input name="a" disabled @input=${fn}><input @input=${fn}><input type="hidden" name="b" @input=${fn}>
        <input type="file" name="c" @change=${fn}></form>`;
    const entries: PostedForm['entries'] = [
      ['a', '1'],
      ['', '2'],
      ['b', '3'],
    ];
    expect(events(view, entries).payloads).to.deep.equal([[entries.flat()]]);
  });

  it('has the click and the entry of the first button of a form that Enter has posted', () => {
    const view = html<Message>`
      <form @submit=${fn}><button type="button" @click=${fn}>A</button><button name="b" value="c" @click=${fn}>B</button></form>`;
    expect(events(view, [], true).payloads).to.deep.equal([['c', false, 0, 0, 0, 0, 0, 0, 'b'], [['b', 'c']]]);
  });

  it('is nothing if Enter is pressed in a form whose first button is disabled', () => {
    const view = html<Message>`<form @submit=${fn}><button disabled>B</button></form>`;
    expect(events(view, [], true)).to.deep.include({ events: [], isLost: false });
  });

  it('does not submit where a click prevents that', () => {
    const view = (click: Hole<Message>) => html<Message>`<form id="a">${click}</form>`;
    expect(events(view(html<Message>`<button @click=${fn}>A</button>`), []).events).to.have.length(1);
    const form = html<Message>`<form @submit=${fn}><button type="button" @click=${fn}>A</button></form>`;
    const page = renderRoot(form, undefined, () => {});
    const [, , query = ''] =
      /\/post\?([^&"]*).*?\/post\?([^&"]*)/.exec(pageMarkup(page, 'S', 0, { path: '/post', seal: () => 'T' }).html) ??
      [];
    const { address = [], part = -1 } = readAddress(query) ?? {};
    expect(eventsOfPost(page, { address, part, entries: [], isByDefault: false }).events).to.have.length(1);
  });

  it('is lost where nothing is posted: at another event, another template, a disabled button', () => {
    const view = html<Message>`<button @click=${fn}>A</button><p @click=${fn}>B</p>`;
    const page = renderRoot(view, undefined, () => {});
    const post = { entries: [], isByDefault: false };
    const at = (address: readonly unknown[], part: number) =>
      eventsOfPost(page, { ...post, address: address as never, part }).isLost;
    const hash = (page as { definition: { hash: string } }).definition.hash;
    expect(at([hash, null], 0)).to.equal(false);
    expect(at([hash, null], 1), 'no button').to.equal(true);
    expect(at([hash, null], 2), 'no part').to.equal(true);
    expect(at(['x', null], 0), 'another template').to.equal(true);
    expect(at([hash, null, 0, null], 0), 'another place').to.equal(true);
    expect(events(html<Message>`<fieldset disabled><button @click=${fn}>A</button></fieldset>`, []).isLost).to.equal(
      true
    );
  });
});
