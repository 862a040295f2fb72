/** Pages behind proxies that do to live connections what proxies do: they are live within ten seconds, and lose nothing. */

import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { component, html } from 'troupe';
import { createServer, type Listening, type Server } from 'troupe/server';
import { newPage, type WatchedPage } from './chromium.js';
import { type EvilProxy, evilProxy, type Nature } from './evil-proxy.js';

const Counter = component({
  name: 'counter',
  init: () => ({ count: 0 }),
  update: ({ count }, _: { type: 'clicked' }) => ({ count: count + 1 }),
  view: ({ count }) => html<{ type: 'clicked' }>`<button @click=${{ type: 'clicked' }}>${count}</button>`,
});

const settled = '[data-troupe=live]:not([data-troupe-pending])';

describe('a page behind a proxy', () => {
  let server: Server;
  let listening: Listening;
  let proxy: EvilProxy;
  let watched: WatchedPage;

  before(async () => {
    server = createServer({ routes: { '/': Counter }, secret: 'pages behind evil proxies', onError: () => undefined });
    listening = await server.listen(0, '127.0.0.1');
  });
  after(() => listening.close());

  afterEach(async () => {
    await watched.page.context().close();
    await proxy.close();
  });

  async function open(nature: Nature): Promise<Page> {
    proxy = await evilProxy(listening.port, nature);
    watched = await newPage();
    // Short pauses, where they are random.
    await watched.page.addInitScript(() => {
      Math.random = () => 0.012345678;
    });
    await watched.page.goto(proxy.origin);
    return watched.page;
  }

  async function click(page: Page, times: number): Promise<void> {
    for (let time = 0; time < times; time++) await page.locator('button').click();
  }

  const natures: readonly (readonly [what: string, nature: Nature])[] = [
    ['takes the headers of an upgrade away', { upgrade: 'is stripped' }],
    ['answers an upgrade with a page', { upgrade: 'is answered with 200' }],
    ['speaks HTTP/1.0', { isOld: true }],
    ['refuses upgrades', { upgrade: 'is refused' }],
    ['refuses upgrades and holds answers back', { upgrade: 'is refused', buffers: true }],
    ['does not answer an upgrade', { upgrade: 'is not answered' }],
    ['ends a connection 200 ms after its upgrade', { upgrade: 'is killed' }],
    ['loses what comes down', { upgrade: 'loses what comes down' }],
    ['loses what goes up', { upgrade: 'loses what goes up' }],
    ['cuts everything after 5 s', { life: 5_000 }],
    ['refuses upgrades, and cuts everything after 5 s', { upgrade: 'is refused', life: 5_000 }],
    ['takes 2 s', { latency: 1_000 }],
    ['takes 2 s and refuses upgrades', { latency: 1_000, upgrade: 'is refused' }],
    ['passes 5 KB/s', { rate: 5_000 }],
  ];
  for (const [what, nature] of natures) {
    it(`that ${what} is live within 10 s, and no click is lost`, async () => {
      const page = await open(nature);
      await page.waitForSelector('[data-troupe]');
      await click(page, 2);
      await page.waitForSelector('[data-troupe=live]', { timeout: 10_000 });
      await click(page, 3);
      await page.waitForSelector(settled, { timeout: 10_000 });
      await click(page, 1);
      await page.locator('button', { hasText: /^6$/ }).waitFor({ timeout: 15_000 });
    }).timeout(60_000);
  }

  it('goes back to a WebSocket when that survives', async () => {
    const page = await open({ upgrade: 'is killed' });
    await page.waitForSelector(settled);
    await page.waitForTimeout(3_000);
    await click(page, 2);
    await page.waitForSelector(settled);
    expect(proxy.requests['POST']).to.be.above(1);
    proxy.nature = {};
    await page.evaluate(() => {
      document.querySelector('[data-troupe]')?.addEventListener('troupe:resumed', () => {
        document.title = 'resumed';
      });
    });
    await page.waitForFunction(() => document.title === 'resumed', undefined, { timeout: 30_000 });
    const { POST: posts } = proxy.requests;
    await click(page, 2);
    await page.locator('button', { hasText: /^4$/ }).waitFor();
    expect(proxy.requests['POST']).to.equal(posts);
  }).timeout(60_000);

  it('leaves room for eleven others: one of them alone has an answer that waits', async () => {
    const first = await open({ upgrade: 'is refused' });
    const pages = [first];
    while (pages.length < 12) {
      pages.push(await first.context().newPage());
      await pages.at(-1)?.goto(proxy.origin);
    }
    for (const page of pages) await page.waitForSelector('[data-troupe=live]', { timeout: 10_000 });
    for (const page of pages) {
      await click(page, 2);
      await page.locator('button', { hasText: /^2$/ }).waitFor({ timeout: 3_000 });
    }
    expect(server.counts.connections).to.be.at.least(12);
  }).timeout(60_000);
});
