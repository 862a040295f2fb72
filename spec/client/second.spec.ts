import { expect } from 'chai';
import { component, html } from 'troupe';
import { createServer } from 'troupe/server';
import { newPage } from '../browser/chromium.js';

const Page = component({
  name: 'page',
  init: () => 0,
  update: (model: number) => model,
  view: () => html`<p>text</p>`,
});

describe('client/second', () => {
  it('loads the notice once; without it, the page is live all the same', async () => {
    const server = createServer({ routes: { '/': Page }, secret: 'what a page loads beside' });
    const { close, port } = await server.listen(0, '127.0.0.1');
    const { page } = await newPage();
    const asked: string[] = [];
    await page.route('**/_troupe/*.js', (route) => {
      asked.push(/(\w+)-[\w-]+\.js$/.exec(new URL(route.request().url()).pathname)?.[1] ?? '');
      return asked.at(-1) === 'notice' ? route.abort() : route.continue();
    });
    await page.goto(`http://127.0.0.1:${port}/`, { waitUntil: 'networkidle' });
    await page.waitForSelector('[data-troupe=live]');
    expect(asked.sort()).to.deep.equal(['client', 'collect', 'more', 'notice']);
    await page.context().close();
    await close();
  });
});
