/** What `init` throws, as a browser sees it. */

import { expect } from 'chai';
import { component, type ErrorPageProps, html, notFound, type PageProps, redirect, status } from 'troupe';
import { createServer } from 'troupe/server';
import { newPage } from './chromium.js';
import { mountServer } from './mounted.js';

type Message = { type: 'none' };

const Part = component({
  name: 'part',
  init: async ({ of }: { of: string }) => {
    if (of === 'gone') throw notFound('Its part is gone.');
    return of;
  },
  update: (model, _message: Message) => model,
  view: (of) => html`<i>${of}</i>`,
});

const Thing = component({
  name: 'thing',
  init: async ({ params: { id = '' } }: PageProps) => {
    if (id === 'old') throw redirect('/things/new');
    if (id === 'secret') throw status(403, 'Not for you.');
    if (id === 'broken') throw new Error('no database');
    return id;
  },
  update: (model, _message: Message) => model,
  view: (id) => html`<h1>${id}</h1>${Part({ key: 1, of: id })}`,
});

const Failed = component({
  name: 'failed',
  init: ({ status: code, message, id, path }: ErrorPageProps) => ({ code, message, isReported: id !== '', path }),
  update: (model, _message: Message) => model,
  view: ({ code, message, isReported, path }) => html`
    <h1>${code}</h1>
    <p style=${{ color: 'rgb(1, 2, 3)' }}>${message} ${isReported && 'reported'}</p>
    <a href="/things/new">${path}</a>`,
});

describe('outcomes of init', () => {
  it('are what the browser gets: another page, or the error page with its status', async () => {
    const reports: string[] = [];
    const server = createServer({
      development: false,
      errorPage: Failed,
      onError: ({ code }) => reports.push(code),
      routes: { '/things/:id': Thing, '/guarded': { component: Thing, allow: () => 403 as const } },
      secret: 'a secret of this spec',
    });
    const { close, origin } = await mountServer(server);
    const { page } = await newPage();
    try {
      await page.goto(`${origin}/things/old`);
      expect(new URL(page.url()).pathname).to.equal('/things/new');
      await page.waitForSelector('#troupe[data-troupe=live]');
      for (const [path, code, text] of [
        ['/things/secret', 403, 'Not for you.'],
        ['/things/gone', 404, 'Its part is gone.'],
        ['/things/broken', 500, 'reported'],
        ['/elsewhere', 404, ''],
        ['/guarded', 403, ''],
      ] as const) {
        const response = await page.goto(origin + path);
        expect(response?.status(), path).to.equal(code);
        expect(await page.textContent('h1')).to.equal(String(code));
        expect((await page.textContent('p'))?.trim()).to.equal(text);
        expect(await page.$eval('p', (shown) => getComputedStyle(shown).color)).to.equal('rgb(1, 2, 3)');
      }
      expect(reports).to.deep.equal(['init']);
      expect(server.counts.sessions.dormant).to.equal(0);
      await page.click('a');
      await page.waitForSelector('#troupe[data-troupe=live] i');
    } finally {
      await page.context().close();
      await close();
    }
  });
});
