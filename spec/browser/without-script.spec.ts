/**
 * The examples in a browser that runs no script: what their forms and buttons do goes by the page's own HTML to the same
 * session. In one that runs script, the same pages are adopted, and nothing of that is left in them.
 */

import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { component, html } from 'troupe';
import { createServer } from 'troupe/server';
import { launch, newPage } from './chromium.js';
import { type ExamplesSite, startExamples } from './examples-site.js';
import { mountServer } from './mounted.js';

describe('without script', function () {
  this.timeout(40_000);

  let site: ExamplesSite;
  let page: Page;

  before(async () => {
    site = await startExamples();
  });
  after(() => site.close());

  beforeEach(async () => {
    const context = await (await launch()).newContext({ javaScriptEnabled: false });
    page = await context.newPage();
  });
  afterEach(() => page.context().close());

  const button = (name: string) => page.getByRole('button', { name, exact: true });

  it('the counter counts', async () => {
    await page.goto(`${site.origin}/counter`);
    for (let time = 0; time < 3; time++) await button('Increment').click();
    await button('Decrement').click();
    expect(await page.locator('output').textContent()).to.equal('2');
    expect(page.url()).to.equal(`${site.origin}/counter`);
  });

  it('the chat takes what is written, by a button and by Enter, and empties the field', async () => {
    await page.goto(`${site.origin}/chat/garden`);
    await page.getByLabel('Your name').fill('Ada');
    await page.getByLabel('Message').fill('One');
    await button('Send').click();
    await page.getByLabel('Message').fill('Two');
    await page.getByLabel('Message').press('Enter');
    await page.waitForLoadState();
    expect(await page.locator('.posts li p').allTextContents()).to.deep.equal(['One', 'Two']);
    expect(await page.locator('.posts b').allTextContents()).to.deep.equal(['Ada', 'Ada']);
    expect(await page.getByLabel('Message').inputValue()).to.equal('');
    expect(await page.getByLabel('Your name').inputValue()).to.equal('Ada');
  });

  it('the form of the signup adds, moves and removes rows, checks the name, and is sent', async () => {
    await page.goto(`${site.origin}/signup`);
    await page.getByLabel('Name', { exact: true }).fill('ada');
    await button('Add a member').click();
    await page.getByLabel('E-mail of member 1').fill('grace@example.com');
    await button('Add a member').click();
    await page.getByLabel('E-mail of member 2').fill('joan@example.com');
    await button('Move member 2 up').click();
    expect(await page.getByLabel('E-mail of member 1').inputValue()).to.equal('joan@example.com');
    await button('Remove member 2').click();
    expect(await page.getByLabel(/E-mail of member/).count()).to.equal(1);
    // Enter presses the button that submits, and none of those before it.
    await page.getByLabel('Name', { exact: true }).press('Enter');
    await page.waitForLoadState();
    const wrong = await page.getByRole('alert').locator('li').allTextContents();
    expect(wrong.map((text) => text.trim())).to.deep.equal([
      'Name: ada is taken. Try ada3.',
      'E-mail: This is no e-mail address.',
      'Password: A password has eight characters at least.',
      'Rules: Please agree to the rules.',
    ]);
    await page.locator('.troupe-error-summary:focus').waitFor();
    await button('Add a member').click();
    await page.getByLabel('E-mail of member 2').waitFor();
    expect(await page.locator('.troupe-error-summary:focus').count()).to.equal(0);
    await button('Remove member 2').click();
    await page.getByLabel('Name', { exact: true }).fill('ada3');
    await page.getByLabel('E-mail', { exact: true }).fill('ada@example.com');
    await page.getByLabel('Password').fill('analytical');
    await page.getByLabel('I agree to the rules').check();
    await button('Sign up').click();
    expect(await page.getByRole('status').textContent())
      .to.include('Welcome, ada3')
      .and.include('and to 1 more');
    expect(page.url()).to.equal(`${site.origin}/signup`);
  });

  it('todos are added, removed and cleared', async () => {
    await page.goto(`${site.origin}/todo`);
    const titles = () => page.getByTestId('todo-title').allTextContents();
    for (const title of ['One', 'Two', 'Three']) {
      await page.locator('.new-todo').fill(title);
      await page.locator('.new-todo').press('Enter');
      await page.waitForLoadState();
    }
    expect(await titles()).to.deep.equal(['One', 'Two', 'Three']);
    await page.getByTestId('todo-item').nth(1).hover();
    await page.getByTestId('todo-item').nth(1).getByRole('button', { name: 'Delete' }).click();
    expect(await titles()).to.deep.equal(['One', 'Three']);
  });

  describe('with script', () => {
    type Message = { type: 'did'; what: string };
    const did = (what: string): Message => ({ type: 'did', what });

    const Both = component({
      name: 'both',
      init: () => ({ log: [] as readonly string[] }),
      update: ({ log }, { what }: Message) => ({ log: [...log, what] }),
      view: ({ log }) => html<Message>`
        <button @click=${did('loose')}>Loose</button>
        <form @submit=${({ entries }) => did(`submit ${entries.flat().join(' ')}`)}>
          <button type="button" @click=${did('plain')}>Plain</button>
          <input name="a" aria-label="A" value="b"><button name="c" value="d" @click=${did('click')}>Both</button>
        </form>
        <output>${log.join(', ')}</output>`,
    });

    /** The page with and without the markup, while it is live; the client script can be held up. */
    async function visit(formsWithoutScript: boolean, held?: Promise<void>) {
      const server = createServer({ routes: { '/': Both }, secret: 'a secret of this spec', formsWithoutScript });
      const mounted = await mountServer(server);
      const watched = await newPage();
      if (held) {
        await watched.page.route(/\/client-/, async (route) => {
          await held;
          await route.continue();
        });
      }
      await watched.page.goto(mounted.origin, { waitUntil: held ? 'commit' : 'load' });

      return { mounted, ...watched };
    }

    it('the page that was adopted is the one of a server without posts', async () => {
      const pages: string[] = [];
      for (const formsWithoutScript of [true, false]) {
        const { expectNoErrors, mounted, page: live } = await visit(formsWithoutScript);
        await live.locator('[data-troupe=live]').waitFor();
        const inner = await live.locator('[data-troupe=live]').evaluate((root) => {
          const attributes = (element: Element) =>
            [...element.attributes].map(({ name, value }) => `${name}=${value}`).sort();
          return [...root.querySelectorAll('*')]
            .map((element) => [element.localName, ...attributes(element)].join(' '))
            .join('\n');
        });
        pages.push(`${await live.locator('body > *').count()} ${inner}`);
        await expectNoErrors();
        await mounted.close();
      }
      expect(pages[0]).to.equal(pages[1]);
    });

    it('each click and each submission happens once, and nothing is posted', async () => {
      const { expectNoErrors, mounted, page: live } = await visit(true);
      const posts: string[] = [];
      live.on('request', (request) => request.method() === 'POST' && posts.push(request.url()));
      await live.locator('[data-troupe=live]').waitFor();
      for (const name of ['Loose', 'Plain', 'Both']) await live.getByRole('button', { name }).click();
      await live.getByLabel('A').press('Enter');
      const all = 'loose, plain, click, submit a b c d, click, submit a b c d';
      await live.locator('output', { hasText: all }).waitFor();
      expect(await live.locator('output').textContent()).to.equal(all);
      expect(posts).to.deep.equal([]);
      await expectNoErrors();
      await mounted.close();
    });

    it('so it is if they are made before the client script has come', async () => {
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const { expectNoErrors, mounted, page: live } = await visit(true, held);
      const posts: string[] = [];
      live.on('request', (request) => request.method() === 'POST' && posts.push(request.url()));
      for (const name of ['Loose', 'Plain', 'Both']) await live.getByRole('button', { name }).click();
      release();
      const all = 'loose, plain, click, submit a b c d';
      await live.locator('output', { hasText: all }).waitFor();
      expect(await live.locator('output').textContent()).to.equal(all);
      expect(posts).to.deep.equal([]);
      await expectNoErrors();
      await mounted.close();
    });

    it('they are posted if the client script cannot be loaded', async () => {
      const server = createServer({ routes: { '/': Both }, secret: 'a secret of this spec' });
      const mounted = await mountServer(server, ({ url }, response) => {
        const isScript = url?.includes('/client-') === true;
        if (isScript) response.writeHead(404).end();
        return isScript;
      });
      const { page: live } = await newPage();
      await live.goto(mounted.origin);
      for (const name of ['Loose', 'Plain', 'Both']) {
        await live.getByRole('button', { name }).click();
        await live.waitForLoadState();
      }
      expect(await live.locator('output').textContent()).to.equal('loose, plain, click, submit a b c d');
      await live.context().close();
      await mounted.close();
    });
  });
});
