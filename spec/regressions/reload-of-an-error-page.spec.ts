/**
 * A page that was reloaded while the server was away for longer than its cookie lives began anew when the server was
 * back: Chromium calls the reload of its own error page a navigation.
 */

import { expect } from 'chai';
import { component, html } from 'troupe';
import { createServer } from 'troupe/server';
import { pageCookie } from '../../runtime/wire/protocol.js';
import { newPage, type WatchedPage } from '../browser/chromium.js';
import { type MountedServer, mountServer } from '../browser/mounted.js';

const Counter = component({
  name: 'counter',
  init: () => 0,
  update: (count, _message: { type: 'clicked' }) => count + 1,
  view: (count) => html<{ type: 'clicked' }>`<button @click=${{ type: 'clicked' }}>${count}</button>`,
});

describe('a page that is reloaded while the server is away', () => {
  let mounted: MountedServer;
  let watched: WatchedPage;
  let isAway = false;

  beforeEach(async () => {
    isAway = false;
    mounted = await mountServer(createServer({ routes: { '/': Counter } }), (request) => {
      if (isAway) request.socket.destroy();
      return isAway;
    });
    watched = await newPage();
    await watched.page.goto(mounted.origin);
    await watched.page.locator('[data-troupe="live"] button').click();
    await watched.page.locator('[data-troupe="live"]:not([data-troupe-pending]) button', { hasText: '1' }).waitFor();
    isAway = true;
    await watched.page.reload().catch(() => undefined);
    // Chromium shows a page of its own now.
    await watched.page.locator('#troupe').waitFor({ state: 'detached' });
    isAway = false;
    // As after ten seconds.
    await watched.page.context().clearCookies({ name: pageCookie });
  });
  afterEach(async () => {
    await mounted.close();
    watched.errors.length = 0;
    await watched.expectNoErrors();
  });

  /** Goes there, as often as Chromium needs: its own page, which is still on its way, may come in between. */
  const go = async (attempt: () => Promise<unknown>): Promise<void> => {
    const isThere = await attempt().then(
      () => true,
      () => false
    );
    if (!isThere) await go(attempt);
  };
  const shown = async (): Promise<string> => {
    const { page } = watched;
    await page.locator('[data-troupe="live"]').waitFor();

    return page.locator('#troupe button').innerText();
  };

  it('goes on where it was, once it is reloaded again', async () => {
    await go(() => watched.page.reload());
    expect(await shown()).to.equal('1');
  });

  it('begins anew by a link or an address that is typed', async () => {
    await go(() => watched.page.goto(mounted.origin));
    expect(await shown()).to.equal('0');
  });
});
