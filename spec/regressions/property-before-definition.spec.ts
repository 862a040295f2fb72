/**
 * A property of a custom element that was written before the element was defined became a property of its own, which hid
 * the setter that the definition brought: the element never received the value.
 */

import { expect } from 'chai';
import { component, html } from 'troupe';
import { createServer } from 'troupe/server';
import { newPage } from '../browser/chromium.js';

type Message = { type: 'counted' };

const Page = component({
  name: 'page',
  init: () => ({ count: 0 }),
  update: ({ count }, _message: Message) => ({ count: count + 1 }),
  view: ({ count }) => html<Message>`
    <late-element .data=${`data ${count}`}></late-element>
    <button @click=${{ type: 'counted' }}>${count}</button>`,
});

describe('a property of a custom element that is defined later', () => {
  it('reaches its setter, then and afterwards', async () => {
    const server = createServer({ routes: { '/': Page }, secret: 'a secret of this spec' });
    const { port } = await server.listen(0, '127.0.0.1');
    const { page, expectNoErrors } = await newPage();
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.waitForSelector('[data-troupe=live]');
    await page.locator('button').click();
    await page.getByRole('button', { name: '1' }).waitFor();
    await page.evaluate(() => {
      class Late extends HTMLElement {
        set data(data: string) {
          this.title = data;
          this.dataset['calls'] = `${Number(this.dataset['calls'] ?? 0) + 1}`;
        }
      }
      customElements.define('late-element', Late);
    });
    await page.waitForSelector('late-element[title="data 1"]', { state: 'attached' });
    // The values of the page and of the first click were written before: only the last one arrives.
    expect(await page.locator('late-element').getAttribute('data-calls')).to.equal('1');
    await page.locator('button').click();
    await page.waitForSelector('late-element[title="data 2"]', { state: 'attached' });
    expect(await page.locator('late-element').evaluate((element) => Object.hasOwn(element, 'data'))).to.equal(false);
    await expectNoErrors().finally(() => server.close());
  });
});
