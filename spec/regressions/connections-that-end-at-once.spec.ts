/**
 * A proxy that ended each connection 200 ms after its upgrade led to three new ones a second, for ever: the back-off began anew
 * with the first frame. It begins anew once a connection has lasted.
 */

import { expect } from 'chai';
import { component, html } from 'troupe';
import { createServer } from 'troupe/server';
import { newPage } from '../browser/chromium.js';
import { slowNetwork } from '../browser/slow-network.js';

const Page = component({
  name: 'page',
  init: () => 0,
  update: (model: number) => model,
  view: () => html`<p>text</p>`,
});

describe('connections that end 200 ms after their upgrade', () => {
  it('are opened less and less often', async () => {
    const server = createServer({ routes: { '/': Page }, secret: 'connections that end at once' });
    const { close, port } = await server.listen(0, '127.0.0.1');
    const network = await slowNetwork(port, () => 0);
    const { page } = await newPage();
    const lives: number[] = [];
    page.on('websocket', () => {
      lives.push(performance.now());
      setTimeout(() => network.cut(), 200);
    });

    await page.goto(network.origin);
    await page.waitForSelector('[data-troupe=live]');
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    // At random within 0.25, 0.5, 1, 2 and 4 seconds; it was a third of a second each time.
    expect(lives.length).to.be.within(2, 11);

    await page.context().close();
    network.close();
    await close();
  }).timeout(30_000);
});
