/**
 * A row that had the focus was moved in the document, and what had been typed into it could no longer be undone. The rows
 * on its way are moved instead; also if the first node of the row is a text, as where its template begins with a line.
 */

import { expect } from 'chai';
import { component, html, repeat } from 'troupe';
import { createServer } from 'troupe/server';
import { newPage } from '../browser/chromium.js';

type Message = { type: 'ordered'; order: string };

const Page = component({
  name: 'page',
  init: () => ({ order: 'abcd' }),
  update: (_model, { order }: Message) => ({ order }),
  view: ({ order }) => html<Message>`
    ${repeat(
      [...order],
      (name) => name,
      (name) => html`
        <p><input id=${name}></p> `
    )}
    ${['dcba', 'bcda', 'adcb'].map((next) => html<Message>`<button @click=${{ type: 'ordered', order: next }}>${next}</button>`)}`,
});

describe('a row that has the focus', () => {
  it('keeps what can be undone, wherever it moves', async () => {
    const server = createServer({ routes: { '/': Page }, secret: 'a secret of this spec' });
    const { port } = await server.listen(0, '127.0.0.1');
    const { page, expectNoErrors } = await newPage();
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.waitForSelector('[data-troupe=live]');
    for (const [focused, next] of [
      ['a', 'dcba'],
      ['b', 'bcda'],
      ['b', 'adcb'],
      ['c', 'dcba'],
    ] as const) {
      const field = page.locator(`#${focused}`);
      await field.focus();
      await page.keyboard.type('typed');
      // A click of the user would take the focus.
      await page.evaluate((order) => {
        [...document.querySelectorAll('button')].find(({ textContent }) => textContent === order)?.click();
      }, next);
      const shown = (order: string): boolean =>
        [...document.querySelectorAll('input')].map(({ id }) => id).join('') === order;
      await page.waitForFunction(shown, next);
      expect(await page.evaluate(() => document.activeElement?.id)).to.equal(focused);
      await page.keyboard.press('Control+z');
      expect(await field.inputValue()).to.equal('');
    }
    await expectNoErrors().finally(() => server.close());
  });
});
