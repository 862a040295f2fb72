/** Signing in and out in a browser: by forms that it posts itself, with and without script. */

import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { component, html, type PageProps } from 'troupe';
import { createServer } from 'troupe/server';
import { launch } from './chromium.js';
import { type MountedServer, mountServer } from './mounted.js';

type Message = { type: 'pressed' };

const Login = component({
  name: 'login',
  init: ({ flash }: PageProps) => ({ note: typeof flash === 'string' ? flash : '' }),
  update: (model) => model,
  view: ({ note }) => html`
    <p role="status">${note}</p>
    <form method="post" action="/login"><input name="name" aria-label="Name"><button>Sign in</button></form>`,
});

const Home = component({
  name: 'home',
  init: ({ principal, flash }: PageProps) => ({ title: `${principal} ${flash ?? ''}`, count: 0 }),
  update: (model, _message: Message) => ({ ...model, count: model.count + 1 }),
  view: ({ title, count }) => html<Message>`
    <h1>${title}</h1>
    <button @click=${{ type: 'pressed' }}>Count</button><output>${count}</output>
    <form method="post" action="/logout"><button>Sign out</button></form>`,
});

const makeServer = () =>
  createServer({
    secret: 'a secret of this spec',
    inspector: false,
    routes: {
      '/login': Login,
      '/': { component: Home, allow: ({ principal }) => principal !== undefined || { redirect: '/login' } },
    },
    identify: ({ headers }) => /(?:^|; )sid=(\w+)/.exec(String(headers['cookie'] ?? ''))?.[1],
    actions: {
      'POST /login': ({ entries }) => {
        const name = new Map(entries).get('name') ?? '';
        if (name === '') return { redirect: '/login', flash: 'Who?' };
        return { redirect: '/', cookies: { sid: name }, flash: 'welcome' };
      },
      'POST /logout': () => ({ redirect: '/', cookies: { sid: null } }),
    },
  });

describe('identity in a browser', function () {
  this.timeout(40_000);

  let mounted: MountedServer;
  let page: Page;

  for (const javaScriptEnabled of [true, false]) {
    it(`signs in and out by forms ${javaScriptEnabled ? 'of live pages' : 'without script'}`, async () => {
      mounted = await mountServer(makeServer());
      const context = await (await launch()).newContext({ javaScriptEnabled });
      page = await context.newPage();
      const live = async () => {
        if (javaScriptEnabled) await page.waitForSelector('[data-troupe="live"]');
      };
      try {
        await page.goto(`${mounted.origin}/`);
        expect(new URL(page.url()).pathname).to.equal('/login');
        await live();
        await page.getByRole('button').click();
        await page.getByText('Who?').waitFor();
        await live();
        await page.getByLabel('Name').fill('ada');
        await page.getByRole('button').click();
        await page.getByRole('heading', { name: 'ada welcome' }).waitFor();
        await live();
        await page.getByRole('button', { name: 'Count' }).click();
        await page.locator('output', { hasText: '1' }).waitFor();
        expect(await page.evaluate('document.cookie')).to.not.include('sid=');
        await page.getByRole('button', { name: 'Sign out' }).click();
        await page.getByLabel('Name').waitFor();
        expect(new URL(page.url()).pathname).to.equal('/login');
      } finally {
        await context.close();
        await mounted.close();
      }
    });
  }
});
