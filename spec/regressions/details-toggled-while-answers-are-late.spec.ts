/**
 * A user opened and closed `details` with `.open` faster than the server answered. Each late answer was written over what
 * the user had done since, which the browser told as a toggle, whose answer was late again: it opened and closed for ever.
 */

import { expect } from 'chai';
import { component, html } from 'troupe';
import { createServer } from 'troupe/server';
import { newPage } from '../browser/chromium.js';
import { slowNetwork } from '../browser/slow-network.js';

type Message = { type: 'toggled'; isOpen: boolean } | { type: 'asked' };

const Page = component({
  name: 'page',
  init: () => ({ isOpen: false, asked: 0 }),
  update: (model, message: Message) =>
    message.type === 'asked' ? { ...model, asked: model.asked + 1 } : { ...model, isOpen: message.isOpen },
  view: ({ isOpen, asked }) => html<Message>`
    <details .open=${isOpen} @toggle=${({ open }) => ({ type: 'toggled', isOpen: open })}><summary>More</summary></details>
    <button @click=${{ type: 'asked' }}>Ask</button>
    <output>${isOpen ? 'open' : 'closed'}, asked ${asked} times</output>`,
});

describe('details that a user opens and closes faster than the server answers', () => {
  it('stay as the user has left them, and the model agrees', async () => {
    const server = createServer({ routes: { '/': Page }, secret: 'a secret of this spec' });
    const { port } = await server.listen(0, '127.0.0.1');
    const network = await slowNetwork(port, () => 200);
    const { page, expectNoErrors } = await newPage();
    await page.goto(network.origin);
    await page.waitForSelector('[data-troupe=live]');
    const toggles = await page.evaluateHandle(() => {
      const seen: boolean[] = [];
      const details = document.querySelector('details') as HTMLDetailsElement;
      details.addEventListener('toggle', () => seen.push(details.open));
      return seen;
    });
    for (let clicks = 1; clicks <= 3; clicks++) {
      await page.click('summary');
      await page.waitForFunction(([seen, wanted]) => seen.length >= wanted, [toggles, clicks] as const);
    }
    // Answers to these come after all others.
    for (const answer of ['open, asked 1 times', 'open, asked 2 times']) {
      await page.click('button');
      await page.locator('output', { hasText: answer }).waitFor({ timeout: 5_000 });
    }
    expect(await toggles.jsonValue()).to.deep.equal([true, false, true]);
    expect(await page.$eval('details', ({ open }) => open)).to.equal(true);
    await expectNoErrors();
    network.close();
    await server.close();
  });
});
