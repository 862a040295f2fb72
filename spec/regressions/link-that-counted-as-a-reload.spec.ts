/**
 * For ten seconds after a page was left, a link, an address that was typed and a new tab at the same path went on with its session, as
 * a reload does. So a page in a bad state could not be healed, and what `init` had loaded stayed old.
 */

import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { type Arrival, component, html } from 'troupe';
import { createServer } from 'troupe/server';
import { newPage, type WatchedPage } from '../browser/chromium.js';
import { type MountedServer, mountServer } from '../browser/mounted.js';

type Message = { type: 'pressed' } | { type: 'failed' } | { type: 'arrived'; arrival: Arrival };

let begun = 0;

const Counter = component({
  name: 'counter',
  init: () => ({ begun: ++begun, count: 0, arrival: '' }),
  onArrival: (arrival) => ({ type: 'arrived', arrival }),
  update: (model, message: Message) => {
    if (message.type === 'failed') throw new Error('a bad state');
    if (message.type === 'arrived')
      return { ...model, arrival: `${message.arrival.reason} ${message.arrival.reloaded}` };
    return { ...model, count: model.count + 1 };
  },
  view: ({ begun: number, count, arrival }) => html<Message>`
    <p>${number} ${count} ${arrival}</p>
    <button @click=${{ type: 'pressed' }}>Count</button>
    <button @click=${{ type: 'failed' }}>Fail</button>
    <a href="/">Again</a>`,
});

describe('a page that is loaded again', function () {
  this.timeout(40_000);

  let mounted: MountedServer;
  let watched: WatchedPage;
  let page: Page;

  beforeEach(async () => {
    begun = 0;
    const routes = { '/': Counter, '/fresh': { component: Counter, reload: 'fresh' } } as const;
    mounted = await mountServer(createServer({ routes, inspector: false, onError: () => undefined }));
    watched = await newPage();
    page = watched.page;
  });
  afterEach(async () => {
    await watched.expectNoErrors();
    await mounted.close();
  });

  /** What a live page shows. */
  async function shown(at = page): Promise<string> {
    await at.locator('[data-troupe="live"]:not([data-troupe-pending])').waitFor();
    await at.waitForFunction(() => !document.querySelector('[data-troupe-pending]'));

    return (await at.locator('p').innerText()).trim();
  }

  /** Opens a page, and counts to one. */
  async function count(path = '/'): Promise<void> {
    await page.goto(mounted.origin + path);
    await page.locator('[data-troupe="live"]').waitFor();
    await page.getByRole('button', { name: 'Count' }).click();
    await page.locator('p', { hasText: '1 1' }).waitFor();
    expect(await shown()).to.equal('1 1');
  }

  it('goes on by a reload, and knows that it was one', async () => {
    await count();
    await page.reload();
    await page.locator('p', { hasText: 'resumed true' }).waitFor();
    expect(await shown()).to.equal('1 1 resumed true');
  });

  it('begins anew by a link and by an address', async () => {
    await count();
    await page.getByRole('link').click();
    await page.locator('p', { hasText: '2 0' }).waitFor();
    expect(await shown()).to.equal('2 0');
    await page.goto(`${mounted.origin}/`);
    await page.locator('p', { hasText: '3 0' }).waitFor();
    expect(await shown()).to.equal('3 0');
  });

  it('begins anew in a new tab, though another one has just been left at the same path', async () => {
    await count();
    const context = page.context();
    await page.goto('about:blank');
    expect((await context.cookies(mounted.origin)).map(({ name }) => name)).to.include('troupe-page');
    const tab = await context.newPage();
    await tab.goto(`${mounted.origin}/`);
    expect(await shown(tab)).to.equal('2 0');
    await tab.close();
  });

  it('begins anew by a hard reload', async () => {
    await count();
    const session = await page.context().newCDPSession(page);
    await session.send('Page.reload', { ignoreCache: true });
    await page.locator('p', { hasText: '2 0' }).waitFor();
    expect(await shown()).to.equal('2 0');
  });

  it('begins anew by a reload after an error', async () => {
    await count();
    await page.getByRole('button', { name: 'Fail' }).click();
    expect(await shown()).to.equal('1 1');
    await page.reload();
    await page.locator('p', { hasText: '2 0' }).waitFor();
    expect(await shown()).to.equal('2 0');
  });

  it('begins anew by each reload, if its route says so', async () => {
    await count('/fresh');
    await page.reload();
    await page.locator('p', { hasText: '2 0' }).waitFor();
    expect(await shown()).to.equal('2 0');
  });
});
