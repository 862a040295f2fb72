import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { component, html } from 'troupe';
import { createServer } from 'troupe/server';
import { newPage, type WatchedPage } from './chromium.js';

type Message = { type: 'clicked' } | { type: 'typed'; text: string } | { type: 'entered' };

interface Model {
  readonly clicks: number;
  readonly draft: string;
  readonly notes: readonly string[];
}

function update(model: Model, message: Message): Model {
  if (message.type === 'clicked') return { ...model, clicks: model.clicks + 1 };
  if (message.type === 'typed') return { ...model, draft: message.text };
  return { ...model, draft: '', notes: [...model.notes, model.draft] };
}

const init = (): Model => ({ clicks: 0, draft: '', notes: [] });
const button = (clicks: number) => html<Message>`<button @click=${{ type: 'clicked' }}>${clicks}</button>`;
const field = ({ draft, notes }: Model) => html<Message>`
  <form @submit=${{ type: 'entered' }}>
    <input .value=${draft} @input=${({ value }) => ({ type: 'typed', text: value })}>
  </form>
  <ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>`;

/** A page without a text that the server writes, until it is clicked. */
const Later = component({
  name: 'later',
  init,
  update,
  view: (model: Model) => html<Message>`<main>${button(model.clicks)}${model.clicks > 0 && field(model)}</main>`,
});

/** A page with one. */
const Notes = component({
  name: 'notes',
  init,
  update,
  view: (model: Model) => html<Message>`<main>${button(model.clicks)}${field(model)}</main>`,
});

/** A server below a path, whose pages have this policy. */
async function site(
  policy = "default-src 'self'",
  nonce?: string
): Promise<{ origin: string; close(): Promise<void> }> {
  const troupe = createServer({
    base: '/app',
    routes: { '/later': Later, '/notes': Notes },
    secret: 'a secret for these specs',
    ...(nonce !== undefined && {
      document: ({ root, script }) => html`<!doctype html>
        <html lang="en">
          <head>
            <title>spec</title>
            <script type="module" nonce=${nonce} src=${script}></script>
          </head>
          <body>${root}</body>
        </html>`,
    }),
  });
  const http = createHttpServer((request, response) => {
    response.setHeader('Content-Security-Policy', policy);
    troupe.handle(request, response);
  });
  http.on('upgrade', troupe.upgrade);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    async close() {
      await troupe.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

const second = '**/app/_troupe/more-*.js';

/** Types a word and enters it. */
async function enter(page: Page, word: string): Promise<void> {
  await page.locator('#troupe input').focus();
  await page.keyboard.type(word);
  await page.keyboard.press('Enter');
}

const noted = (page: Page, ...notes: readonly string[]): Promise<unknown> =>
  page.waitForFunction(
    (wanted) => JSON.stringify([...document.querySelectorAll('li')].map(({ textContent }) => textContent)) === wanted,
    JSON.stringify(notes)
  );

describe('the second script', () => {
  let served: Awaited<ReturnType<typeof site>>;
  let watched: WatchedPage;

  before(async () => {
    served = await site();
  });
  after(() => served.close());

  beforeEach(async () => {
    watched = await newPage();
  });

  it('is loaded once, by each page, from beside the first', async () => {
    const { page, expectNoErrors } = watched;
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const loaded = page.waitForResponse(second);
    await page.goto(`${served.origin}/app/later`);
    await page.waitForSelector('[data-troupe=live]');
    expect((await (await loaded).allHeaders())['cache-control']).to.equal('public, max-age=31536000, immutable');
    await page.click('button');
    await enter(page, 'one');
    await noted(page, 'one');
    const scripts = asked.filter((path) => path.endsWith('.js'));
    expect(scripts).to.have.length(4);
    expect(scripts.map((path) => path.replace(/(?:collect|more|notice)-/, 'client-'))).to.deep.equal(
      Array(4).fill(scripts[1])
    );
    await expectNoErrors();
  });

  for (const [what, policy, nonce] of [
    ['nonces alone', "default-src 'none'; connect-src 'self'; script-src 'nonce-abc'", 'abc'],
    ['strict-dynamic', "default-src 'none'; connect-src 'self'; script-src 'nonce-abc' 'strict-dynamic'", 'abc'],
  ] as const) {
    it(`is loaded under a policy of ${what}`, async () => {
      const other = await site(policy, nonce);
      const { page, expectNoErrors } = watched;
      await page.goto(`${other.origin}/app/notes`);
      await page.waitForSelector('[data-troupe=live]');
      await enter(page, 'one');
      await noted(page, 'one');
      await expectNoErrors().finally(() => other.close());
    });
  }

  it('does not hold up a page without a text that the server writes, until one comes', async () => {
    const { page, expectNoErrors } = watched;
    let proceed = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      proceed = resolve;
    });
    await page.route(second, (route) => held.then(() => route.continue()));
    await page.goto(`${served.origin}/app/later`);
    await page.waitForSelector('[data-troupe=live]');
    await page.click('button');
    await page.click('button');
    expect(await page.textContent('main')).to.equal('0');
    proceed();
    await page.waitForSelector('input');
    await page.waitForSelector('[data-troupe=live]:not([data-troupe-pending])');
    expect(await page.textContent('button')).to.equal('2');
    await enter(page, 'one');
    await noted(page, 'one');
    await expectNoErrors();
  });

  it('holds up a page with one; what is done before it has come is kept', async () => {
    const { page, expectNoErrors } = watched;
    let proceed = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      proceed = resolve;
    });
    await page.route(second, (route) => held.then(() => route.continue()));
    await page.goto(`${served.origin}/app/notes`);
    await page.waitForSelector('[data-troupe=connecting]');
    await page.click('button');
    await enter(page, 'one');
    expect(await page.getAttribute('#troupe', 'data-troupe')).to.equal('connecting');
    proceed();
    await noted(page, 'one');
    await page.waitForSelector('[data-troupe=live]:not([data-troupe-pending])');
    expect(await page.textContent('button')).to.equal('1');
    await expectNoErrors();
  });

  it('is tried again with the connection, if it could not be loaded', async () => {
    const { page, errors, expectNoErrors } = watched;
    let asked = 0;
    await page.route(second, (route) => (++asked < 3 ? route.abort() : route.continue()));
    await page.goto(`${served.origin}/app/notes`);
    await page.waitForSelector('[data-troupe=live]');
    await enter(page, 'one');
    await noted(page, 'one');
    expect(asked).to.equal(3);
    expect(errors.filter((error) => !/ERR_FAILED/.test(error))).to.deep.equal([]);
    errors.length = 0;
    await expectNoErrors();
  });
});
