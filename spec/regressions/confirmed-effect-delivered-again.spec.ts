/**
 * That an effect was confirmed was stored with the next event only. A session that another node restored before that
 * delivered it again, and a shared actor that had begun anew meanwhile, after a drain, took it twice.
 */

import { expect } from 'chai';
import { component, html } from 'troupe';
import { eventsFrame, FakeConnection, joinFrame, modelOf, until } from '../fixtures/live-session.js';
import { Nodes } from '../fixtures/nodes.js';

const message = { type: 'clicked' } as const;

const Counter = component({
  name: 'counter',
  init: () => 0,
  update: (count, _message: typeof message, enqueue) => {
    enqueue.send('log', { type: 'logged' });
    return count + 1;
  },
  view: (count) => html<typeof message>`<button @click=${message}>${count}</button>`,
});

describe('an effect that is confirmed after its session was stored', () => {
  it('is not delivered again by the node that restores the session', async () => {
    const nodes = new Nodes(Counter);
    let confirm = (): void => undefined;
    const first = nodes.add('first', {
      send: () =>
        new Promise<void>((resolve) => {
          confirm = resolve;
        }),
    });
    const session = await nodes.open(first);
    const connection = new FakeConnection();
    session.join(connection, joinFrame(), 1);
    session.client.receive(connection, eventsFrame([[1, 0]], 1));
    await until(() => modelOf<number>(session) === 1);
    await nodes.store();
    confirm();
    await nodes.store();

    let sent = 0;
    first.isReachable = false;
    const entering = nodes.add('second', { send: () => void sent++ }).enter(session.id);
    await nodes.store();
    nodes.clock.advance(2_000);
    const restored = await entering;
    restored.join(new FakeConnection(), joinFrame(), 1);
    expect(modelOf(restored)).to.equal(1);
    expect(sent).to.equal(0);
    await nodes.close();
  });
});
