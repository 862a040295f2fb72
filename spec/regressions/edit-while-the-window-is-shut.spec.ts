/**
 * While the send window was shut, an edit was taken for one of what the client was sent last, and not of what the view
 * gave since for the edits before it: of two keys the first was lost, or a replaced text came back.
 */

import { expect } from 'chai';
import { component } from '../../runtime/component/component.js';
import { html } from '../../runtime/template/html.js';
import type { Wire } from '../../runtime/wire/patch.js';
import { ServerKind } from '../../runtime/wire/protocol.js';
import { eventsFrame, FakeConnection, FakeHost, joinFrame, startSession } from '../fixtures/live-session.js';

interface Model {
  readonly text: string;
}
type Message = { type: 'typed'; text: string };

const Field = component({
  name: 'field',
  init: (): Model => ({ text: '' }),
  update: (_model, { text }: Message): Model => ({ text }),
  view: ({ text }) => html<Message>`
    <input .value=${text} @input=${({ value }) => ({ type: 'typed', text: value })}>`,
});

const Page = component({
  name: 'page',
  init: (): Model => ({ text: '' }),
  update: (model, _message: Message) => model,
  view: () => html`<p>${Field({ key: 'field' })}</p>`,
});

describe('edits while the send window is shut', () => {
  for (const [name, page, field] of [
    ['a page', Field, 1],
    ['a child component', Page, 2],
  ] as const) {
    it(`of a field of ${name} are made one after the other`, () => {
      const host = new FakeHost();
      const session = startSession(page, host);
      const connection = new FakeConnection();
      session.join(connection, joinFrame());
      const shown = () => (field === 1 ? session.tree.root : [...session.tree.root.children][0])?.shown as Model;
      const edit = (...edits: readonly (readonly Wire[])[]): void => {
        session.client.receive(connection, eventsFrame(edits.map((made) => [field, 1, [made]] as const)));
        while (host.waiting > 0) host.turn();
      };
      connection.buffered = 100_000_000;
      edit(['a']);
      edit(['b', 1]);
      expect(shown().text).to.equal('ab');
      edit(['cd', 1, 1], ['e', 3]);
      expect(shown().text).to.equal('acde');
      connection.buffered = 0;
      session.client.drained(connection);
      expect(connection.take().map(({ kind }) => kind)).to.not.include(
        ServerKind.Patch,
        'the client shows that already'
      );
    });
  }

  it('are made in what the server has written meanwhile, and the client gets it', () => {
    const host = new FakeHost();
    const session = startSession(Field, host);
    const connection = new FakeConnection();
    session.join(connection, joinFrame());
    connection.buffered = 100_000_000;
    const message: Message = { type: 'typed', text: 'call ' };
    session.tree.put(session.tree.root, message, 'host');
    while (host.waiting > 0) host.turn();
    connection.take();
    session.client.receive(connection, eventsFrame([[1, 1, [['a']]]]));
    while (host.waiting > 0) host.turn();
    expect(session.tree.root.shown).to.deep.equal({ text: 'call a' });
    connection.buffered = 0;
    session.client.drained(connection);
    expect(connection.take().map(({ kind }) => kind)).to.include(ServerKind.Patch);
  });
});
