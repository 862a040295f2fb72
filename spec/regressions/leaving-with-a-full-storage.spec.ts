/**
 * The events of a page that is not connected are kept in `sessionStorage` when it is left. Where that was full they were lost
 * unheard. Now the browser asks its user.
 */

import { expect } from 'chai';
import type { Dialog } from 'playwright-core';
import { component, html } from 'troupe';
import { createServer } from 'troupe/server';
import { newPage } from '../browser/chromium.js';
import { slowNetwork } from '../browser/slow-network.js';

type Message = { type: 'clicked' };

const Page = component({
  name: 'page',
  init: () => 0,
  update: (count: number, _message: Message) => count + 1,
  view: (count) => html<Message>`<button @click=${{ type: 'clicked' }}>${count}</button>`,
});

describe('leaving a page that is not connected, with events that its storage has no room for', () => {
  it('is asked about by the browser', async () => {
    const server = createServer({ routes: { '/': Page }, secret: 'a secret of this spec' });
    const { close, port } = await server.listen(0, '127.0.0.1');
    const network = await slowNetwork(port, () => 0);
    const { page } = await newPage();
    const asked: string[] = [];
    page.on('dialog', (dialog: Dialog) => {
      asked.push(dialog.type());
      void dialog.dismiss();
    });
    await page.goto(network.origin);
    await page.waitForSelector('[data-troupe=live]');
    network.shut();
    await page.waitForSelector('[data-troupe]:not([data-troupe=live])');
    await page.click('button');
    await page.evaluate(() => {
      sessionStorage.clear();
      for (let length = 1 << 22; length > 0; length >>= 1) {
        try {
          for (let part = 0; part < 100; part++) sessionStorage.setItem(`${length} ${part}`, 'x'.repeat(length));
        } catch {
          // There is no room for so many more.
        }
      }
    });

    await page.evaluate(() => location.reload());
    for (const end = Date.now() + 10_000; asked.length === 0 && Date.now() < end; ) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(asked).to.deep.equal(['beforeunload']);
    await page.evaluate(() => sessionStorage.clear());
    network.mend();
    await page.waitForFunction(() => document.querySelector('button')?.textContent === '1');

    await page.context().close();
    network.close();
    await close();
  }).timeout(30_000);
});
