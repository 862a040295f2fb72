/**
 * The page said that it was live for half a minute after its connection had lost one direction, though its clicks had no answer;
 * and that it was connecting for ten seconds while no connection was made, so that a notice for pages that are offline hardly
 * ever showed.
 */

import { expect } from 'chai';
import { component, html } from 'troupe';
import { createServer, type Listening } from 'troupe/server';
import { newPage, type WatchedPage } from '../browser/chromium.js';
import { type EvilProxy, evilProxy, type Nature, type UpgradeFate } from '../browser/evil-proxy.js';

const Counter = component({
  name: 'counter',
  init: () => ({ count: 0 }),
  update: ({ count }, _: { type: 'clicked' }) => ({ count: count + 1 }),
  view: ({ count }) => html<{ type: 'clicked' }>`<button @click=${{ type: 'clicked' }}>${count}</button>`,
});

describe('a connection that says that it is live', () => {
  let listening: Listening;
  let proxy: EvilProxy;
  let watched: WatchedPage;

  async function open(nature: Nature): Promise<void> {
    const server = createServer({ routes: { '/': Counter }, secret: 'a connection that says live' });
    listening = await server.listen(0, '127.0.0.1');
    proxy = await evilProxy(listening.port, nature);
    watched = await newPage();
    await watched.page.goto(proxy.origin);
  }

  afterEach(async () => {
    await watched.page.context().close();
    await proxy.close();
    await listening.close();
  });

  const directions: readonly UpgradeFate[] = ['loses what comes down', 'loses what goes up'];
  for (const fate of directions) {
    it(`says so no more when a click has no answer, and is made again: it ${fate}`, async () => {
      await open({});
      const { page } = watched;
      await page.waitForSelector('[data-troupe=live]');
      proxy.turn(fate);
      await page.locator('button').click();
      const since = performance.now();
      await page.waitForSelector('[data-troupe=unanswered]', { timeout: 5_000 });
      await page.waitForSelector('[data-troupe=live]:not([data-troupe-pending])', { timeout: 15_000 });
      expect(performance.now() - since).to.be.below(12_000);
      expect(await page.locator('button').textContent()).to.equal('1');
    }).timeout(30_000);
  }

  it('is offline after three seconds in which none was made', async () => {
    await open({ upgrade: 'is not answered' });
    const { page } = watched;
    await page.waitForSelector('[data-troupe=connecting]');
    await page.waitForSelector('[data-troupe=offline]', { timeout: 5_000 });
  }).timeout(30_000);

  it('has counted the events that were made before it was there', async () => {
    await open({ upgrade: 'is not answered' });
    const { page } = watched;
    await page.waitForSelector('[data-troupe]');
    await page.locator('button').click();
    await page.waitForSelector('[data-troupe-pending="1"]');
    expect(await page.locator('button').getAttribute('data-troupe-pending')).to.equal('');
    await page.locator('button').click();
    await page.waitForSelector('[data-troupe-pending="2"]');
    proxy.nature = {};
    proxy.cut();
    await page.waitForSelector('[data-troupe=live]:not([data-troupe-pending])');
    expect(await page.locator('button').getAttribute('data-troupe-pending')).to.equal(null);
    expect(await page.locator('button').textContent()).to.equal('2');
  }).timeout(30_000);
});
