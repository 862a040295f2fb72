/**
 * Enter, before the client script had started, let the browser submit the form itself: the fields stood in the URL, and
 * what was typed was gone. It was not submitted to the handler either.
 */

import { expect } from 'chai';
import { component, html } from 'troupe';
import { createServer } from 'troupe/server';
import { newPage } from '../browser/chromium.js';

type Message = { type: 'submitted'; text: string };

const Page = component({
  name: 'page',
  init: () => ({ texts: [] as readonly string[] }),
  update: ({ texts }, { text }: Message) => ({ texts: [...texts, text] }),
  view: ({ texts }) => html<Message>`
    <form @submit=${({ entries }) => ({ type: 'submitted', text: `${entries.map(([, value]) => value)}` })}>
      <input name="text"><button>Add</button>
    </form>
    <ul>${texts.map((text) => html`<li>${text}</li>`)}</ul>`,
});

describe('a form that is submitted before the client script has started', () => {
  it('is submitted to its handler when that has started, as it was; nothing is put into the URL', async () => {
    const server = createServer({ routes: { '/': Page }, secret: 'a secret of this spec' });
    const { port } = await server.listen(0, '127.0.0.1');
    const { page, expectNoErrors } = await newPage();
    let start = (): void => undefined;
    const started = new Promise<void>((resolve) => {
      start = resolve;
    });
    await page.route('**/client-*.js', async (route) => {
      await started;
      await route.continue();
    });
    await page.goto(`http://127.0.0.1:${port}/`, { waitUntil: 'commit' });
    const field = page.locator('input');
    await field.fill('kept');
    await field.press('Enter');
    await page.locator('button').click();
    start();
    await page.waitForSelector('[data-troupe=live]');
    expect(page.url()).to.equal(`http://127.0.0.1:${port}/`);
    expect(await field.inputValue()).to.equal('kept');
    await field.fill('later');
    await field.press('Enter');
    await page.locator('li', { hasText: 'later' }).waitFor();
    expect(await page.locator('li').allTextContents()).to.deep.equal(['kept', 'kept', 'later']);
    await expectNoErrors().finally(() => server.close());
  });
});
