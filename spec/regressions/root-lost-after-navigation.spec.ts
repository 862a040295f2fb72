/**
 * The second page that a tab loaded stayed without connection. The client read the signature of its page from
 * `import.meta.url`, and a script that came from the browser's memory had the URL of the page before.
 */

import { component, html } from 'troupe';
import { createServer } from 'troupe/server';
import { newPage } from '../browser/chromium.js';

type Message = { type: 'clicked' };

const Page = component({
  name: 'page',
  init: () => ({ count: 0 }),
  update: ({ count }, _message: Message) => ({ count: count + 1 }),
  view: ({ count }) =>
    html<Message>`<button @click=${{ type: 'clicked' }}>${count}</button> <a href="/other">other</a>`,
});

describe('a page that a tab loads after another', () => {
  it('is live, after a link and after a reload', async () => {
    const server = createServer({ routes: { '/': Page, '/other': Page }, secret: 'a secret of this spec' });
    const { port } = await server.listen(0, '127.0.0.1');
    const { page, expectNoErrors } = await newPage();
    const live = (path: string) => page.waitForSelector(`[data-troupe="live"][data-troupe-token$="${path}"]`);
    await page.goto(`http://127.0.0.1:${port}/`);
    await live('/');
    await page.click('a');
    await live('/other');
    await page.reload();
    await live('/other');
    await page.click('button');
    await page.getByRole('button', { name: '1' }).waitFor();
    await expectNoErrors().finally(() => server.close());
  });
});
