/**
 * A node was cut off from Redis, and its page joined another node, where more events became durable. Then Redis lost all
 * that it held. The first node answered with what it had in memory, and said how many events were lost; the other
 * one, which had a later fence, wrote its own state after that, with these events. In the same way a session came back to
 * a page that had heard that it is gone.
 */

import { expect } from 'chai';
import { component } from '../../runtime/component/component.js';
import type { LiveSession } from '../../runtime/session/session.js';
import { html } from '../../runtime/template/html.js';
import { eventsFrame, FakeConnection, joinFrame, modelOf, until } from '../fixtures/live-session.js';
import { type Node, Nodes } from '../fixtures/nodes.js';

const Counter = component({
  name: 'counter',
  init: () => ({ count: 0 }),
  update: ({ count }, _message: { type: 'clicked' }) => ({ count: count + 1 }),
  view: ({ count }) => html<{ type: 'clicked' }>`<button @click=${{ type: 'clicked' }}>${count}</button>`,
});

const countOf = (session: LiveSession): number => modelOf<{ count: number }>(session).count;

/** Enters a session; other nodes do not answer meanwhile. */
async function enterAlone(nodes: Nodes, node: Node, id: string): Promise<LiveSession> {
  const entering = node.enter(id);
  for (let round = 0; round < 4; round++) await new Promise(setImmediate);
  nodes.clock.advance(2_000);

  return entering;
}

describe('a session at two nodes, when the store has lost who owns it', () => {
  let nodes: Nodes;
  let first: Node;
  let second: Node;
  let session: LiveSession;

  /** The page clicks, and waits until that is stored. */
  async function click(at: LiveSession): Promise<void> {
    const before = countOf(at);
    const connection = new FakeConnection();
    at.join(connection, joinFrame({ frame: 0, processed: before, durable: before, sent: before }));
    at.client.receive(connection, eventsFrame([[1, 0]], 1));
    await until(() => countOf(at) === before + 1);
    await nodes.store();
    at.client.leave(connection);
  }

  beforeEach(async () => {
    nodes = new Nodes(Counter);
    first = nodes.add('first', { grace: 60_000 });
    second = nodes.add('second', { grace: 60_000 });
    session = await nodes.open(first);
    await click(session);
  });
  afterEach(() => nodes.close());

  it('is that of the node that answers first', async () => {
    first.isReachable = false;
    const taken = await enterAlone(nodes, second, session.id);
    await click(taken);
    expect([countOf(session), countOf(taken)]).to.deep.equal([1, 2]);
    nodes.lasting.forget();
    expect(countOf(await first.enter(session.id))).to.equal(1);
    first.isReachable = true;
    expect(countOf(await second.enter(session.id)), 'the page has heard that one click is lost').to.equal(1);
  });

  it('does not come back if a fresh one has begun', async () => {
    nodes.lasting.forget();
    expect(countOf(await second.enter(session.id))).to.equal(0);
    expect(countOf(await first.enter(session.id)), 'the page has heard that all is lost').to.equal(0);
  });
});
