/**
 * A tab was duplicated. Its page got a fork of the session, and heard its token. Before the fork was stored its node
 * crashed, or the page joined another node: no store knew the fork. The page heard that its session was gone, with events
 * that had been durable when the tab was duplicated.
 */

import { expect } from 'chai';
import { component } from '../../runtime/component/component.js';
import { html } from '../../runtime/template/html.js';
import { CloseCode } from '../../runtime/wire/protocol.js';
import { eventsFrame, FakeConnection, joinFrame, modelOf, until } from '../fixtures/live-session.js';
import { Nodes } from '../fixtures/nodes.js';

const Counter = component({
  name: 'counter',
  init: () => ({ count: 0 }),
  update: ({ count }, _message: { type: 'clicked' }) => ({ count: count + 1 }),
  view: ({ count }) => html<{ type: 'clicked' }>`<button @click=${{ type: 'clicked' }}>${count}</button>`,
});

describe('a fork', () => {
  let nodes: Nodes;

  beforeEach(() => {
    nodes = new Nodes(Counter);
  });
  afterEach(() => nodes.close());

  it('is stored when its page hears of it', async () => {
    const first = nodes.add('first');
    const session = await nodes.open(first);
    const connection = new FakeConnection();
    session.join(connection, joinFrame({}));
    session.client.receive(connection, eventsFrame([[1, 0]], 1));
    await until(() => modelOf<{ count: number }>(session).count === 1);
    await nodes.store();

    const fork = await first.enter(session.id, 'duplicate');
    expect(fork.id).to.not.equal(session.id);
    first.isReachable = false;
    const entering = nodes.add('second').enter(fork.id, 'duplicate');
    for (let round = 0; round < 4; round++) await new Promise(setImmediate);
    nodes.clock.advance(2_000);
    expect(modelOf<{ count: number }>(await entering)).to.deep.equal({ count: 1 });
  });

  it('is not begun while the store fails: the page tries again', async () => {
    const first = nodes.add('first');
    const session = await nodes.open(first);
    session.join(new FakeConnection(), joinFrame({}));
    await nodes.store();
    const sessions = [...first.sessions.entries()].length;
    const { write } = nodes.lasting.store;
    Object.assign(nodes.lasting.store, {
      write: (entry: { readonly id: string }) =>
        entry.id === session.id ? write(entry as never) : Promise.reject(new Error('down')),
    });
    expect(await first.tryEnter(session.id, 'duplicate')).to.equal(CloseCode.TryLater);
    expect([...first.sessions.entries()]).to.have.length(sessions);
    Object.assign(nodes.lasting.store, { write });
    expect((await first.enter(session.id, 'duplicate')).id).to.not.equal(session.id);
  });
});
