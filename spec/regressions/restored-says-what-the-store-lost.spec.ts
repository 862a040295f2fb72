/**
 * A store had lost the last write of a session: three events were durable to the page, and the state contained one. The
 * page was restored and heard that nothing was lost.
 */

import { expect } from 'chai';
import { Outbox } from '../../client/outbox.js';
import { component } from '../../runtime/component/component.js';
import type { LiveSession } from '../../runtime/session/session.js';
import { html } from '../../runtime/template/html.js';
import { Reason, ServerKind } from '../../runtime/wire/protocol.js';
import { eventsFrame, FakeConnection, joinFrame, modelOf, until } from '../fixtures/live-session.js';
import { Nodes } from '../fixtures/nodes.js';

const Counter = component({
  name: 'counter',
  init: () => ({ count: 0 }),
  update: ({ count }, _message: { type: 'clicked' }) => ({ count: count + 1 }),
  view: ({ count }) => html<{ type: 'clicked' }>`<button @click=${{ type: 'clicked' }}>${count}</button>`,
});

const countOf = (session: LiveSession): number => modelOf<{ count: number }>(session).count;

/** Joins with what the outbox says. */
function join(session: LiveSession, { durable, load, names, processed, raised: sent }: Outbox, frame: number) {
  const connection = new FakeConnection();
  session.join(connection, { ...joinFrame({ frame, processed, durable, sent }), load, names });

  return connection;
}

describe('a session whose last write the store has lost', () => {
  it('is restored with the number of the events that its page has lost, and goes on after them', async () => {
    const nodes = new Nodes(Counter);
    const first = nodes.add('first');
    const session = await nodes.open(first);
    const outbox = new Outbox();
    const connection = join(session, outbox, 0);
    const click = async (clicks: number): Promise<void> => {
      for (let made = 0; made < clicks; made++) outbox.add([['h'], 0]);
      const before = countOf(session);
      session.client.receive(connection, eventsFrame(Array<readonly [number, number]>(clicks).fill([1, 0]), 1));
      await until(() => countOf(session) === before + clicks);
      outbox.advance(clicks, 0);
    };
    await click(1);
    await nodes.store();
    const { write } = nodes.lasting.store;
    // The store acknowledges what it is going to lose.
    Object.assign(nodes.lasting.store, { write: async ({ fence }: { fence: number }) => fence });
    await click(2);
    await nodes.store();
    Object.assign(nodes.lasting.store, { write });
    first.isReachable = false;
    const entering = nodes.add('second').enter(session.id, outbox.load);
    for (let round = 0; round < 2; round++) await new Promise(setImmediate);
    nodes.clock.advance(2_000);
    const restored = await entering;
    for (let round = 0; round < 2; round++) {
      const [answer] = join(restored, outbox, 2).frames;
      expect(answer).to.include({ kind: ServerKind.Render, reason: Reason.Restored, processed: 1 });
      expect(outbox.advance(1, 0, true), 'lost').to.equal(2);
    }
    const again = join(restored, outbox, 2);
    outbox.add([['h'], 0]);
    restored.client.receive(again, eventsFrame([[1, 0]], 1));
    await until(() => countOf(restored) === 2);
    expect(restored.client.nameOf(4)).to.equal(`${outbox.load}.4`);
    expect(join(restored, outbox, 0).frames[0], 'the page knows it').to.include({ processed: 4 });
    await nodes.close();
  });
});
