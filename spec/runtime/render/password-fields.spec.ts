import { expect } from 'chai';
import { component } from '../../../runtime/component/component.js';
import type { Instance, Mount } from '../../../runtime/render/nodes.js';
import { tellsSecret, typedSecrets } from '../../../runtime/render/password-fields.js';
import { html, repeat } from '../../../runtime/template/html.js';
import { type EventData, eventDefaults } from '../../../runtime/wire/event-data.js';
import { FakeHost, startSession } from '../../fixtures/live-session.js';

type Message = { readonly type: 'typed'; readonly text: string };

const typed = ({ value }: EventData): Message => ({ type: 'typed', text: value });

const Field = component({
  name: 'field',
  init: ({ name }: { readonly name: string }) => ({ name, text: '' }),
  update: (model, { text }: Message) => ({ ...model, text }),
  view: ({ text }) => html<Message>`<input type="password" name="of-field" .value=${text} @input=${typed}>`,
});

/** Parts of the root: 0 to 2 events, 3 rows with a field each, 4 a component with one. */
const Page = component({
  name: 'page',
  init: () => ({ text: '' }),
  update: (model, { text }: Message) => ({ ...model, text }),
  view: () => html<Message>`
    <input @input=${typed}>
    <input type="password" @keydown=${typed}>
    <form @submit=${(_event: EventData) => null}>
      ${repeat(
        ['one'],
        (name) => name,
        () => html`<input type="password" name=${'of-row'}>`
      )}
      ${Field({ key: 1, name: 'of-field' })}
      <input type="password" name="of-page">
    </form>`,
});

const page = (): Instance => startSession(Page, new FakeHost()).rendered as Instance;

const data = (given: Partial<EventData>): EventData => ({ type: 'any', ...eventDefaults, ...given });

describe('secret fields', () => {
  it('tell what is typed by events on them and around them', () => {
    const instance = page();
    expect([0, 1, 2].map((part) => tellsSecret(instance, part))).to.deep.equal([false, true, true]);
    expect(tellsSecret(instance, 99)).to.equal(false);
  });

  it('tell it by all events that have the entries of a form, and what is pasted', () => {
    const Form = component({
      name: 'form',
      init: () => 0,
      update: (model, _message: Message) => model,
      view: () => html<Message>`
        <form id="login" @input=${typed} @focusout=${typed}>${html`<input type="password" name="pin">`}</form>
        <input type="password" @paste=${typed}>`,
    });
    const rendered = startSession(Form, new FakeHost()).rendered as Instance;
    expect([0, 1, 3].map((part) => tellsSecret(rendered, part))).to.deep.equal([true, true, true]);
    expect(typedSecrets(rendered, 0, data({ value: 'x', entries: [['pin', '1234']] }))).to.deep.equal(['1234']);
    expect(typedSecrets(rendered, 3, data({ value: 'x', text: '1234' }))).to.deep.equal(['x', '1234']);
  });

  it('tell it by events of keys that happen anywhere in the page, if there is a field anywhere in it', () => {
    const elsewhere = (view: () => unknown): readonly boolean[] => {
      const Keys = component({
        name: 'keys',
        init: () => 0,
        update: (model, _message: Message) => model,
        view: () => html<Message>`
          <p @keydown.window=${typed} @paste.outside=${typed} @keydown=${typed} @click.document=${typed}></p>`,
      });
      const Around = component({
        name: 'around',
        init: () => 0,
        update: (model, _message: Message) => model,
        view: () => html<Message>`<div>${Keys({ key: 1 })}</div><p>${view() as never}</p>`,
      });
      const rendered = startSession(Around, new FakeHost()).rendered as Instance;
      const keys = (rendered.values[0] as Mount).rendered as Instance;
      return [0, 1, 2, 3].map((part) => tellsSecret(keys, part, rendered));
    };
    expect(elsewhere(() => null)).to.deep.equal([false, false, false, false]);
    expect(elsewhere(() => html`<input type="password">`)).to.deep.equal([true, true, false, false]);
  });

  it('tell it around them also if they are in another template or in another component', () => {
    const around = (view: () => unknown): boolean => {
      const Around = component({
        name: 'around',
        init: () => 0,
        update: (model, _message: Message) => model,
        view: () => html<Message>`<div @input=${typed}>${view() as never}</div>`,
      });
      return tellsSecret(startSession(Around, new FakeHost()).rendered as Instance, 0);
    };
    expect(around(() => html`<input>`)).to.equal(false);
    expect(around(() => html`<p>${html`<input type="password">`}</p>`)).to.equal(true);
    expect(around(() => Field({ key: 1, name: 'a' }))).to.equal(true);
    expect(around(() => [html`<br>`, Field({ key: 1, name: 'a' })])).to.equal(true);
  });

  describe('whose type or purpose is a hole', () => {
    const tells = (type: string, purpose = ''): boolean => {
      const Fields = component({
        name: 'fields',
        init: () => 0,
        update: (model, _message: Message) => model,
        view: () => html<Message>`<input type=${type} autocomplete=${purpose} @input=${typed}>`,
      });
      return tellsSecret(startSession(Fields, new FakeHost()).rendered as Instance, 2);
    };

    it('are those that are password fields now', () => {
      expect(tells('Password', 'name')).to.equal(true);
      expect(tells('tel', 'section-a one-time-code')).to.equal(true);
      expect(tells('email')).to.equal(false);
      expect(tells('number')).to.equal(false);
    });

    it('are those that show a text, unless they name another purpose', () => {
      expect(tells('text')).to.equal(true);
      expect(tells('')).to.equal(true);
      expect(tells('text', 'on')).to.equal(true);
      expect(tells('text', 'name')).to.equal(false);
    });
  });

  describe('the texts typed there', () => {
    it('are the value of an event on the field', () => {
      expect(typedSecrets(page(), 1, data({ value: 'hunter2' }))).to.deep.equal(['hunter2']);
    });

    it('are not known of an event around the field, which may be of another one', () => {
      expect(typedSecrets(page(), 2, data({ value: 'hunter2' }))).to.deep.equal([]);
    });

    it('are the entries of a form with the name of a password field', () => {
      const entries = ['user', 'password', 'of-page', 'of-row', 'of-field'].map((name) => [name, `${name}!`] as const);
      const found = typedSecrets(page(), 2, data({ entries }));
      expect(found).to.deep.equal(['password!', 'of-page!', 'of-row!', 'of-field!']);
    });
  });
});
