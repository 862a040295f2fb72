/**
 * Redis had lost its data. A session whose page was connected and idle was not stored again before its state changed:
 * after a crash, and at another node, it was fresh.
 */

import { expect } from 'chai';
import { createClient } from 'redis';
import { component } from '../../runtime/component/component.js';
import { redis } from '../../runtime/store/redis.js';
import { html } from '../../runtime/template/html.js';
import { eventsFrame, FakeConnection, joinFrame, modelOf, settled, until } from '../fixtures/live-session.js';
import { Nodes } from '../fixtures/nodes.js';
import { createSlowClock } from '../fixtures/slow-clock.js';
import { borrowRedis, findRedis, redisIsMissing } from '../redis.js';
import { skip } from '../skip.js';

const message = { type: 'clicked' } as const;
const Counter = component({
  name: 'counter',
  init: () => 0,
  update: (count, _message: typeof message) => count + 1,
  view: (count) => html<typeof message>`<button @click=${message}>${count}</button>`,
});

describe('a session whose page is idle when the store has lost its data', () => {
  it('is stored again with the next heartbeat, once', async () => {
    const nodes = new Nodes(Counter);
    const first = nodes.add('first');
    const session = await nodes.open(first);
    const connection = new FakeConnection();
    session.join(connection, joinFrame(), 1);
    session.client.receive(connection, eventsFrame([[1, 0]], 1));
    await until(() => modelOf<number>(session) === 1);
    await nodes.store();
    nodes.lasting.forget();
    const { writes } = nodes.lasting;
    for (let beats = 0; beats < 6; beats++) {
      nodes.clock.advance(10_000 / 3);
      await nodes.store();
    }
    expect(nodes.lasting.writes - writes).to.equal(1);
    first.isReachable = false;
    const entering = nodes.add('second').enter(session.id);
    await settled();
    nodes.clock.advance(2_000);
    expect(modelOf(await entering)).to.equal(1);
    await nodes.close();
  });

  it('is known to each node by the name of what Redis holds', async function () {
    if (findRedis() === undefined && !process.env['REDIS_URL']) skip(this, redisIsMissing);
    const server = await borrowRedis();
    const prefix = `spec:${process.pid}:idle:`;
    const stores = [1, 2].map(() => redis({ clock: createSlowClock(), url: server.url, prefix }));
    const client = createClient({ url: server.url });
    const names = (): Promise<unknown[]> => Promise.all(stores.map((store) => store.beat('node', 10_000)));
    try {
      await client.connect();
      const [before, same] = [await names(), await names()];
      expect(new Set([...before, ...same])).to.have.property('size', 1);
      await client.del(await client.keys(`${prefix}*`));
      const after = await names();
      expect(new Set(after)).to.have.property('size', 1);
      expect(after).to.not.deep.equal(before);
    } finally {
      await client.del(await client.keys(`${prefix}*`));
      client.destroy();
      await Promise.all(stores.map((store) => store.close()));
      await server.stop();
    }
  });
});
