/**
 * Nothing but the root showed that an event was under way: at 300 ms latency a user could not see whether a button had
 * taken a click, and clicked again.
 */

import { expect } from 'chai';
import { component, html } from 'troupe';
import { createServer } from 'troupe/server';
import { newPage } from '../browser/chromium.js';
import { slowNetwork } from '../browser/slow-network.js';

type Message = { type: 'pressed'; what: string };

const Page = component({
  name: 'page',
  init: () => ({ pressed: [] as readonly string[] }),
  update: ({ pressed }, { what }: Message) => ({ pressed: [...pressed, what] }),
  view: ({ pressed }) => html<Message>`
    <main>
      <button id="a" @click=${{ type: 'pressed', what: 'a' }}>a</button>
      <button id="b" @click=${{ type: 'pressed', what: 'b' }}>b</button>
      <button id="c" @click=${{ type: 'pressed', what: 'c' }} ?hidden=${pressed.includes('c')}>c</button>
    </main>
    <output>${pressed.join(' ')}</output>`,
});

describe('an element whose event is under way', () => {
  it('shows that until its own answer is shown, and nothing of it remains', async () => {
    const server = createServer({ routes: { '/': Page }, secret: 'a secret of this spec' });
    const { port } = await server.listen(0, '127.0.0.1');
    const network = await slowNetwork(port, () => 300);
    const { page, expectNoErrors } = await newPage();
    await page.goto(network.origin);
    await page.waitForSelector('[data-troupe=live]');
    const before = await page.innerHTML('main');
    // Whenever anything changes: an element is marked just as long as more is pressed at it than is shown.
    await page.evaluate(() => {
      const made: string[] = [];
      const seen: string[] = [];
      const wrong: string[] = [];
      addEventListener('click', ({ target }) => made.push((target as Element).id), true);
      const note = (): void => {
        const shown = `${document.querySelector('output')?.textContent}`.split(' ');
        for (const button of document.querySelectorAll('button')) {
          const { id } = button;
          const waits = made.filter((each) => each === id).length > shown.filter((each) => each === id).length;
          if (button.hasAttribute('data-troupe-pending') !== waits) wrong.push(`${id}: ${made}, ${shown}`);
          if (waits) seen.push(id);
        }
      };
      const everything = { attributes: true, childList: true, characterData: true, subtree: true };
      new MutationObserver(note).observe(document.body, everything);
      Object.assign(window, { seen, wrong });
    });
    for (const id of ['a', 'b', 'a', 'a']) await page.click(`#${id}`);
    await page.waitForFunction(() => document.querySelector('output')?.textContent === 'a b a a');
    await page.waitForSelector('[data-troupe=live]:not([data-troupe-pending])');
    const { seen, wrong } = await page.evaluate(() => {
      const { seen, wrong } = window as unknown as { seen: string[]; wrong: string[] };
      return { seen, wrong };
    });
    expect(wrong).to.deep.equal([]);
    expect([...new Set(seen)].sort()).to.deep.equal(['a', 'b']);
    expect(await page.innerHTML('main')).to.equal(before);
    await page.click('#c');
    await page.waitForSelector('#c', { state: 'hidden' });
    expect(await page.locator('main [data-troupe-pending]').count()).to.equal(0);
    await expectNoErrors();
    network.close();
    await server.close();
  });
});
