/**
 * A page that was connected and idle for longer than `sessionLifetime` was gone from the store, where nothing had been
 * written since its last change: after a crash, and at another node, its session was fresh.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createClient } from 'redis';
import { component } from '../../runtime/component/component.js';
import { createSimulatedClock, type SimulatedClock } from '../../runtime/platform/clock.js';
import { WriteBehind } from '../../runtime/registry/write-behind.js';
import type { Persistable, SessionImage } from '../../runtime/session/session-snapshot.js';
import { lmdb } from '../../runtime/store/lmdb.js';
import { Membership } from '../../runtime/store/membership.js';
import { memory } from '../../runtime/store/memory.js';
import { redis } from '../../runtime/store/redis.js';
import type { Store } from '../../runtime/store/store.js';
import { html } from '../../runtime/template/html.js';
import { eventsFrame, FakeConnection, joinFrame, modelOf, settled, until } from '../fixtures/live-session.js';
import { Nodes } from '../fixtures/nodes.js';
import { createSlowClock } from '../fixtures/slow-clock.js';
import { findRedis, redisIsMissing, startRedis } from '../redis.js';
import { skip } from '../skip.js';

const minute = 60_000;
const hour = 60 * minute;

/** A session that never changes. */
class Idle implements Persistable {
  readonly id: string;
  fence = 0;
  saves = 0;
  stores = 0;

  constructor(id: string) {
    this.id = id;
  }

  save(): SessionImage {
    this.saves++;
    const root = { id: '', name: 'page', version: 1, state: 0, subscriptions: undefined, children: [] };
    const tree = { turns: 0, root, envelopes: [] };

    return { application: '', at: 0, node: 'a', loads: [], ticket: undefined, lineage: undefined, effects: [], tree };
  }

  stored(): void {
    this.stores++;
  }

  fenced(): void {
    throw new Error('No other node is there.');
  }
}

describe('a session whose page is connected and idle', () => {
  let clock: SimulatedClock;

  beforeEach(() => {
    clock = createSimulatedClock(1_700_000_000_000);
  });

  const behind = (store: Store): WriteBehind =>
    new WriteBehind({
      ...{ clock, store, largest: 10_000, lifetime: hour, membership: new Membership({ clock }), node: 'a' },
      ...{ defer: (run) => void setImmediate(run), report: (_, error) => expect.fail(String(error)) },
    });

  it('is restored after a crash, however long that was', async () => {
    const message = { type: 'clicked' } as const;
    const Counter = component({
      name: 'counter',
      init: () => 0,
      update: (count, _message: typeof message) => count + 1,
      view: (count) => html<typeof message>`<button @click=${message}>${count}</button>`,
    });
    const nodes = new Nodes(Counter);
    const first = nodes.add('first');
    const session = await nodes.open(first);
    const connection = new FakeConnection();
    session.join(connection, joinFrame(), 1);
    session.client.receive(connection, eventsFrame([[1, 0]], 1));
    await until(() => modelOf<number>(session) === 1);
    await nodes.store();
    for (let minutes = 0; minutes < 30; minutes++) {
      nodes.clock.advance(minute);
      await nodes.store();
    }
    expect(nodes.lasting.writes, 'one in half of ten minutes').to.be.within(3, 12);
    first.isReachable = false;
    const entering = nodes.add('second').enter(session.id);
    await settled();
    nodes.clock.advance(2_000);
    expect(modelOf(await entering)).to.equal(1);
    await nodes.close();
  });

  it('is written to no store that ends with the process, and stored when its page has left', async () => {
    const store = memory({ clock });
    const writer = behind(store);
    const session = new Idle('idle');
    writer.changed(session);
    for (let hours = 0; hours < 3; hours++) {
      clock.advance(hour);
      await settled();
    }
    expect(session.stores).to.equal(0);
    expect(await writer.passivate(session)).to.equal('stored');
    expect((await store.claim('idle', 'b')).kind).to.equal('claimed');
    await writer.close();
  });

  it('is renewed in a folder', async () => {
    const path = mkdtempSync(join(tmpdir(), 'troupe-idle-'));
    const store = lmdb({ clock, path });
    const writer = behind(store);
    const [session, gone, passivated] = ['idle', 'gone', 'passivated'].map((id) => new Idle(id)) as [Idle, Idle, Idle];
    try {
      for (const each of [session, gone, passivated]) expect(await writer.write(each)).to.equal('stored');
      writer.forget(gone);
      expect(await writer.passivate(passivated)).to.equal('stored');
      for (let minutes = 0; minutes < 180; minutes += 10) {
        clock.advance(10 * minute);
        await settled();
        clock.advance(store.delay);
        await settled();
        // The folder is a real one.
        while (session.stores < session.saves) await new Promise((resolve) => setTimeout(resolve, 1));
      }
      expect(session.stores).to.be.at.least(4);
      expect([gone.stores, passivated.stores], 'those that have left are not').to.deep.equal([1, 2]);
      const claims = await Promise.all(['idle', 'gone', 'passivated'].map((id) => store.claim(id, 'b', true)));
      expect(claims.map(({ kind }) => kind)).to.deep.equal(['claimed', 'absent', 'absent']);
    } finally {
      await writer.close();
      rmSync(path, { recursive: true });
    }
  });

  it('is renewed in Redis', async function () {
    if (findRedis() === undefined) skip(this, redisIsMissing);
    const server = await startRedis();
    const writer = behind(redis({ clock: createSlowClock(), url: server.url, prefix: 'idle:' }));
    const client = createClient({ url: server.url });
    const session = new Idle('idle');
    try {
      await client.connect();
      expect(await writer.write(session)).to.equal('stored');
      const [key = ''] = (await client.keys('*')).filter((each) => each.endsWith('idle'));
      // As if half an hour had passed in Redis, too, whose time the spec does not set.
      await client.pExpire(key, hour / 2);
      clock.advance(hour / 2 + 10_000);
      while (session.stores < 2) {
        clock.advance(100);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      expect(await client.pTTL(key)).to.be.greaterThan(hour / 2);
    } finally {
      await writer.close();
      client.destroy();
      await server.stop();
    }
  });
});
