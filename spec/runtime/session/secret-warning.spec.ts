import { expect } from 'chai';
import { assign, setup } from 'xstate';
import { component } from '../../../runtime/component/component.js';
import type { Instance } from '../../../runtime/render/nodes.js';
import { html } from '../../../runtime/template/html.js';
import type { EventData } from '../../../runtime/wire/event-data.js';
import { eventsFrame, FakeConnection, FakeHost, joinFrame, startSession } from '../../fixtures/live-session.js';

type Message = { readonly type: 'typed'; readonly text: string };

const field = html<Message>`<input type="password"
  @input=${({ value }: EventData) => ({ type: 'typed' as const, text: value })}>`;

/** Keeps what is typed where `keep` puts it. */
const login = (keep: (text: string) => object, secret: readonly string[] = []) =>
  component({
    name: 'login',
    secret,
    init: (): object => keep(''),
    update: (_model, { text }: Message) => keep(text),
    view: () => field,
  });

/** What a developer is warned of, once this was typed. */
function warnings(given: ReturnType<typeof login>, typed: readonly string[], development = true): readonly string[] {
  const texts: string[] = [];
  const host = Object.assign(new FakeHost(), { development, warn: (text: string) => void texts.push(text) });
  const session = startSession(given, host);
  const connection = new FakeConnection();
  session.join(connection, joinFrame());
  for (const text of typed) {
    session.client.receive(connection, eventsFrame([[(session.rendered as Instance).number, 0, [text]]]));
    host.turn();
  }

  return texts;
}

describe('secret warning', () => {
  it('names the component and the field that holds what was typed into a password field', () => {
    expect(
      warnings(
        login((text) => ({ text })),
        ['hunter2']
      )
    ).to.deep.equal(["field `text` of `login` holds what was typed into a password field: declare `secret: ['text']`"]);
  });

  it('finds it at any depth, and calls an item by the name of its array', () => {
    const [deep] = warnings(
      login((text) => ({ user: { words: [{ a: 1 }, text] } })),
      ['hunter2']
    );
    expect(deep).to.contain('field `words` of `login`');
  });

  it('is not given of declared fields, of built-in names, and of short texts', () => {
    expect(
      warnings(
        login((text) => ({ text }), ['Text']),
        ['hunter2']
      )
    ).to.deep.equal([]);
    expect(
      warnings(
        login((text) => ({ keys: { text } }), ['keys']),
        ['hunter2']
      )
    ).to.deep.equal([]);
    expect(
      warnings(
        login((text) => ({ password: text })),
        ['hunter2']
      )
    ).to.deep.equal([]);
    expect(
      warnings(
        login((text) => ({ text })),
        ['hun']
      )
    ).to.deep.equal([]);
  });

  it('is not given of a field that holds something else', () => {
    expect(
      warnings(
        login((text) => ({ text: `${text}!`, length: text.length })),
        ['hunter2']
      )
    ).to.deep.equal([]);
  });

  it('is not given in production', () => {
    expect(
      warnings(
        login((text) => ({ text })),
        ['hunter2'],
        false
      )
    ).to.deep.equal([]);
  });

  it('is given of the first ten thousand values of a model', () => {
    const rows = Array.from({ length: 20_000 }, (_, id) => ({ id }));
    expect(
      warnings(
        login((text) => ({ rows, text })),
        ['hunter2']
      )
    ).to.have.lengthOf(1);
    expect(
      warnings(
        login((text) => ({ rows, last: { text } })),
        ['hunter2']
      )
    ).to.have.lengthOf(0);
  });

  it('is given of the context of a machine', () => {
    const machine = setup({ types: {} as { context: { word: string }; events: Message } }).createMachine({
      context: { word: '' },
      on: { typed: { actions: assign({ word: ({ event }) => event.text }) } },
    });
    const Machine = component({ name: 'machine', logic: machine, view: () => field });
    expect(warnings(Machine as never, ['hunter2'])).to.have.lengthOf(1);
  });
});
