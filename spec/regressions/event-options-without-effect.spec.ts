/**
 * `@keydown.enter`, `@click:once` and their like were taken for names of events: they were accepted silently, and never
 * happened. They were refused then; now they are options.
 */

import { expect } from 'chai';
import { component, html } from 'troupe';
import { createServer } from 'troupe/server';
import { openPage } from 'troupe/testing';
import { newPage } from '../browser/chromium.js';
import { slowNetwork } from '../browser/slow-network.js';

type Message = { type: 'said'; what: string };

const says = (what: string): Message => ({ type: 'said', what });

const Page = component({
  name: 'page',
  init: () => ({ said: [] as readonly string[] }),
  update: ({ said }, { what }: Message) => ({ said: [...said, what] }),
  view: ({ said }) => html<Message>`
    <main @keydown.mod.s.prevent=${says('save')} @click.self=${says('main')}>
      <input @keydown.enter=${({ value }) => says(`enter ${value}`)} @keydown.shift.enter.stop=${says('shift')}>
      <a href="/elsewhere" @click.once=${says('link')}>Link</a>
      <button @click.once=${says('pay')}>Pay</button>
    </main>
    <output>${said.join(', ')}</output>`,
});

describe('options of events', () => {
  it('say when a handler is called, in a test', async () => {
    const page = await openPage({ routes: { '/': Page } });
    await page.type(page.document.querySelector('input') as Element, 'ab{Enter}{Shift>}{Enter}{/Shift}');
    await page.press('{Control>}s{/Control}');
    for (const name of ['a', 'button', 'button', 'main']) {
      await page.click(page.document.querySelector(name) as Element);
    }
    expect(page.document.querySelector('output')?.textContent).to.equal('enter ab, shift, save, link, pay, main');
    await page.close();
  });

  it('make a double click one, and act before the page is live', async () => {
    const server = createServer({ routes: { '/': Page }, secret: 'a secret of this spec' });
    const { port } = await server.listen(0, '127.0.0.1');
    const network = await slowNetwork(port, () => 300);
    const { page, expectNoErrors } = await newPage();
    await page.goto(network.origin);
    await page.waitForSelector('[data-troupe=connecting]');
    await page.dblclick('button');
    await page.press('input', 'Shift+Enter');
    await page.waitForSelector('[data-troupe=live]');
    await page.dblclick('button');
    await page.click('a');
    await page.click('a');
    await page.press('input', 'ControlOrMeta+s');
    await page.waitForFunction(() => document.querySelector('output')?.textContent === 'pay, shift, link, save');
    expect(new URL(page.url()).pathname).to.equal('/');
    await expectNoErrors();
    network.close();
    await server.close();
  });
});
