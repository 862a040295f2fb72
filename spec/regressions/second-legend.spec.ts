/**
 * A client could fire a control in a disabled fieldset if the control stood in any legend of the fieldset. A browser disables all
 * but the first of these.
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

type Message = { readonly type: 'fired'; readonly what: string };

const fires = (what: string): Message => ({ type: 'fired', what });

const Page = component({
  name: 'page',
  init: (): readonly string[] => [],
  update: (model, { what }: Message) => [...model, what],
  view: () => html<Message>`<fieldset disabled>
    <p>before</p>
    <legend><button @click=${fires('first')}>First</button></legend>
    <legend><button @click=${fires('second')}>Second</button></legend>
    ${html<Message>`<legend><button @click=${fires('inner')}>Inner</button></legend>`}
  </fieldset>`,
});

describe('a control in a legend', () => {
  it('can be fired in a disabled fieldset if the legend is the first of it', () => {
    const host = new FakeHost();
    const session = startSession(Page, host);
    const connection = new FakeConnection();
    session.join(connection, joinFrame());
    session.client.receive(connection, acknowledgeFrame(1));
    session.client.receive(
      connection,
      eventsFrame([
        [1, 0],
        [1, 1],
        [2, 0],
      ])
    );
    for (let turns = 0; turns < 4; turns++) host.turn();
    expect(modelOf(session)).to.deep.equal(['first']);
  });
});
