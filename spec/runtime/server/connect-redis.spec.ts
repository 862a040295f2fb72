import { expect } from 'chai';
import { createClient } from 'redis';
import { component } from '../../../runtime/component/component.js';
import { systemClock } from '../../../runtime/platform/clock.js';
import { connectRedis } from '../../../runtime/server/connect-redis.js';
import type { LiveSession } from '../../../runtime/session/session.js';
import { html } from '../../../runtime/template/html.js';
import { CloseCode } from '../../../runtime/wire/protocol.js';
import { eventually, Node, ownPrefix } from '../../fixtures/buses.js';
import { HttpBrowser, makeSite } from '../../fixtures/http-site.js';
import { FakeConnection, joinFrame } from '../../fixtures/live-session.js';
import { claimed, entry } from '../../fixtures/stores.js';
import { findRedis, type RedisServer, redisIsMissing, startRedis } from '../../redis.js';
import { skip } from '../../skip.js';

describe('server/connect-redis', () => {
  let server: RedisServer;

  before(async function () {
    if (findRedis() === undefined) skip(this, redisIsMissing);
    server = await startRedis();
  });
  after(() => server?.stop());

  it('gives a store and a bus over one connection, under one prefix', async () => {
    const client = createClient({ url: server.url });
    await client.connect();
    const prefix = ownPrefix();
    const { bus: make, store } = connectRedis({ delay: 5, prefix, url: server.url });
    const { bus } = new Node(make, 'one');
    await eventually(() => bus.directory !== undefined);
    await bus.directory?.beat([]);
    await store.beat('one', 60_000);
    const fence = await store.write(entry({ node: 'one' }));
    expect(store.delay).to.equal(5);
    expect(await store.claim('s', 'two')).to.deep.equal({ kind: 'held', owner: 'one' });
    expect((await client.keys(`${prefix}:*`)).sort()).to.deep.equal(
      ['data', 'fence', 'node:one', 'session:s'].map((key) => `${prefix}:${key}`)
    );
    await client.del(`${prefix}:node:one`);
    await store.beat('one', 60_000);
    expect(await bus.directory?.beat([]), 'the store does not hide that it was away').to.include({ wasAway: true });
    expect((await client.clientList()).filter(({ id }) => id !== undefined)).to.have.length(2);
    await bus.close();
    expect(claimed(await store.claim('s', 'one')).fence).to.be.greaterThan(fence);
    await store.close();
    client.destroy();
  });

  it('refuses options that cannot be used', () => {
    expect(() => connectRedis({ url: 'http://127.0.0.1' })).to.throw('connectRedis: `url` must be a URL like');
    expect(() => connectRedis({ lease: 10 })).to.throw('`lease` must be a number from 300, not 10.');
    expect(() => connectRedis({ delay: -1 })).to.throw('delay is a number of milliseconds');
  });

  for (const hasBus of [true, false]) {
    it(`revokes a principal on another node within a second, ${hasBus ? 'by the bus' : 'by the store alone'}`, async () => {
      const prefix = ownPrefix();
      const make = () => {
        const { bus, store } = connectRedis({ delay: 5, prefix, url: server.url });

        return makeSite({
          clock: systemClock as never,
          identify: () => 'ada',
          routes: { '/': fakePage },
          store,
          ...(hasBus && { bus }),
        });
      };
      const [one, two] = [make(), make()];
      const browser = new HttpBrowser(two);
      await browser.ask('/');
      const admitted = await browser.admit();
      if (typeof admitted === 'number') throw new Error(`refused: ${admitted}`);
      const session = admitted.session as LiveSession;
      const connection = new FakeConnection();
      session.join(connection, { ...joinFrame(), token: browser.token }, admitted.ticket);
      const begun = performance.now();
      await one.site.revocations.revoke('ada');
      await eventually(() => connection.closed?.code === CloseCode.Reload);
      expect(performance.now() - begun).to.be.lessThan(1_000);
      for (const node of [one, two]) expect(await browser.at(node).admit()).to.equal(CloseCode.Refused);
      const three = make();
      expect(await browser.at(three).admit(), 'at a node that starts later').to.equal(CloseCode.Refused);
      for (const { site } of [one, two, three]) {
        site.revocations.close();
        await site.sessions.close();
        await site.actors.close();
        await site.bus.close();
      }
    });
  }
});

const fakePage = component({
  name: 'page',
  init: () => 0,
  update: (count) => count,
  view: (count) => html`<p>${count}</p>`,
});
