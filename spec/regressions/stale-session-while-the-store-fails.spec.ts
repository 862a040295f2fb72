/**
 * Of two nodes with one Redis, only one lost contact with it. Its page joined the other node, where three more events
 * became durable, and came back. The node that was cut off answered with the state that it had in memory; the page was
 * restored to it and heard that nothing was lost. Its readiness check said 200.
 */

import { get } from 'node:http';
import { expect } from 'chai';
import { Mark } from '../../runtime/wire/patch.js';
import { Host } from '../chaos/host.js';
import { Road } from '../chaos/road.js';
import { createBrowser, Tab } from '../chaos/tab.js';
import { findRedis, type RedisServer, redisIsMissing, startRedis } from '../redis.js';
import { skip } from '../skip.js';

/** Waits until something holds. */
async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`${what} did not come to hold`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const readinessOf = ({ port }: Host): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    get(`http://127.0.0.1:${port}/_troupe/readyz`, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });

describe('a node that is cut off from the store', () => {
  let redis: RedisServer;

  before(async function () {
    if (findRedis() === undefined) skip(this, redisIsMissing);
    redis = await startRedis();
  });
  after(() => redis?.stop());

  it('does not answer for a session that another node has taken', async () => {
    const toRedis = new Road(() => redis.port);
    const setup = { kind: 'redis', grace: 60_000, delay: 20 } as const;
    const first = new Host({ ...setup, place: `redis://127.0.0.1:${await toRedis.open()}` });
    const second = new Host({ ...setup, place: redis.url });
    await Promise.all([first.start(), second.start()]);
    let target = first;
    let tries = 0;
    const toServers = new Road(() => {
      tries++;
      return target.port;
    });
    const told: string[] = [];
    const browser = createBrowser(`http://127.0.0.1:${await toServers.open()}/counter/1`);
    const tab = new Tab(browser, 1, (what, dropped) => void told.push(`${what} ${dropped}`));
    const act = (...events: readonly number[]): void => {
      for (const event of events) void tab.act(0, event);
    };
    const isSettled = (): boolean =>
      tab.root?.getAttribute(Mark.State) === 'live' && !tab.root.hasAttribute(Mark.Pending);
    const log = (): string | null | undefined => tab.root?.querySelector('#log')?.textContent;
    const moveTo = (host: Host): void => {
      target = host;
      tries = 0;
      toServers.cut();
      tab.wake();
    };
    try {
      await tab.load();
      await until('live', isSettled);
      act(1);
      await until('1 is durable', () => isSettled() && log() === '1');
      expect(await readinessOf(first)).to.equal(200);
      toRedis.shut();
      moveTo(second);
      await until('live at the second node', () => isSettled() && told.length > 0);
      act(2, 3, 4);
      await until('4 is durable', () => isSettled() && log() === '1 2 3 4');
      moveTo(first);
      await until('two tries', () => tries >= 2);
      act(5, 6);
      await until('not ready', async () => (await readinessOf(first)) === 503);
      expect([isSettled(), log()]).to.deep.equal([false, '1 2 3 4']);
      toRedis.mend();
      tab.wake();
      await until('6 is durable', () => isSettled() && log() === '1 2 3 4 5 6');
      expect(await readinessOf(first)).to.equal(200);
      expect([...new Set(told)], 'nothing was lost').to.deep.equal(['restored 0']);
    } finally {
      await tab.close();
      await Promise.all([first.kill(), second.kill()]);
      toServers.close();
      toRedis.close();
    }
  }).timeout(90_000);
});
