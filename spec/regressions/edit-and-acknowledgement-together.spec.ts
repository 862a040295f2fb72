/**
 * The events of one frame, and in the next frame, which came before the turn of these events, that what the server had
 * written was applied: the server then forgot what it had written, and took the edit for one of that text. "ab" typed
 * into a field that the server begins with "+" became "+ba". On a slow network, whose bytes come together, that lost keys.
 */

import { expect } from 'chai';
import { component } from '../../runtime/component/component.js';
import { html } from '../../runtime/template/html.js';
import {
  acknowledgeFrame,
  eventsFrame,
  FakeConnection,
  FakeHost,
  joinFrame,
  modelOf,
  startSession,
} from '../fixtures/live-session.js';

interface Model {
  readonly phone: string;
}
type Message = { type: 'typed'; phone: string };

const Phone = component({
  name: 'phone',
  init: (): Model => ({ phone: '' }),
  update: (_model, { phone }: Message): Model => ({ phone: phone.startsWith('+') ? phone : `+${phone}` }),
  view: ({ phone }) => html<Message>`
    <input .value=${phone} @input=${({ value }) => ({ type: 'typed', phone: value })}>`,
});

const field = 1;
const input = 1;

describe('an edit and the acknowledgement of what was written before it', () => {
  it('that come together give the text that the user sees', () => {
    const host = new FakeHost();
    const session = startSession(Phone, host);
    const connection = new FakeConnection();
    session.join(connection, joinFrame());
    session.client.receive(connection, eventsFrame([[field, input, [['a']]]], 1));
    host.turn();
    expect(modelOf<Model>(session).phone).to.equal('+a');
    // The user has typed b behind a before "+" came.
    session.client.receive(connection, eventsFrame([[field, input, [['b', 1]]]], 0));
    session.client.receive(connection, acknowledgeFrame(1));
    host.turn();
    expect(modelOf<Model>(session).phone).to.equal('+ab');
  });
});
