/**
 * A page listened to `pointermove`. Each move was sent by itself: at 280 a second, which is an ordinary mouse, the server
 * closed the connection for too many frames, twice in a short drag.
 */

import { expect } from 'chai';
import { component, html } from 'troupe';
import { createServer } from 'troupe/server';
import { newPage, type WatchedPage } from '../browser/chromium.js';

type Message = { type: 'moved'; x: number } | { type: 'turned'; by: number } | { type: 'pressed' };

/** Knows how far the pointer was when the button was pressed. */
const Page = component({
  name: 'page',
  init: () => ({ x: 0, turned: 0, moves: 0, pressed: '' }),
  update: (model, message: Message) => {
    if (message.type === 'pressed') return { ...model, pressed: `${model.x}, ${model.turned}` };
    if (message.type === 'turned') return { ...model, turned: model.turned + message.by };
    return { ...model, x: message.x, moves: model.moves + 1 };
  },
  view: ({ x, turned, moves, pressed }) => html<Message>`
    <main
      @pointermove=${(event) => ({ type: 'moved', x: event.x })}
      @wheel=${({ deltaY }) => ({ type: 'turned', by: deltaY })}
    >
      <button @click=${{ type: 'pressed' }}>Press</button>
    </main>
    <output>at ${x}, turned ${turned}, pressed at ${pressed}</output><p>${moves}</p>`,
});

describe('a pointer that moves over what listens to it', () => {
  let watched: WatchedPage;
  let close: () => Promise<void>;

  beforeEach(async () => {
    const server = createServer({ routes: { '/': Page }, secret: 'a secret of this spec' });
    const { port } = await server.listen(0, '127.0.0.1');
    close = () => server.close();
    watched = await newPage();
    await watched.page.goto(`http://127.0.0.1:${port}/`);
    await watched.page.waitForSelector('[data-troupe=live]');
  });

  it('does not close the connection, and its last place arrives', async () => {
    const { page, expectNoErrors } = watched;
    const states = await page.evaluateHandle(() => {
      const seen: (string | null)[] = [];
      const root = document.querySelector('#troupe') as Element;
      new MutationObserver(() => seen.push(root.getAttribute('data-troupe'))).observe(root, {
        attributeFilter: ['data-troupe'],
      });
      return seen;
    });
    // As fast as the page can: more than 280 a second, in 3 seconds.
    const moves = await page.evaluate(async () => {
      const main = document.querySelector('main') as Element;
      const end = performance.now() + 3_000;
      let x = 0;
      while (performance.now() < end || x < 2_000) {
        for (let count = 0; count < 5; count++) {
          main.dispatchEvent(new PointerEvent('pointermove', { clientX: ++x, bubbles: true }));
        }
        await new Promise((resolve) => setTimeout(resolve, 4));
      }
      return x;
    });
    await page.locator('output', { hasText: `at ${moves},` }).waitFor();
    expect(await states.jsonValue()).to.deep.equal([]);
    expect(moves).to.be.above(1_999);
    expect(Number(await page.textContent('p'))).to.be.within(1, moves / 3);
    await expectNoErrors().finally(close);
  }).timeout(30_000);

  it('is seen by a click where it was before, with the whole way of the wheel', async () => {
    const { page, expectNoErrors } = watched;
    await page.evaluate(() => {
      const main = document.querySelector('main') as Element;
      const press = (): void => document.querySelector('button')?.click();
      for (let x = 1; x <= 100; x++) {
        main.dispatchEvent(new PointerEvent('pointermove', { clientX: x, bubbles: true }));
        main.dispatchEvent(new WheelEvent('wheel', { deltaY: 2, bubbles: true }));
      }
      press();
      main.dispatchEvent(new PointerEvent('pointermove', { clientX: 7, bubbles: true }));
    });
    await page.locator('output', { hasText: 'at 7, turned 200, pressed at 100, 200' }).waitFor();
    expect(await page.textContent('p')).to.equal('2');
    await expectNoErrors().finally(close);
  });
});
