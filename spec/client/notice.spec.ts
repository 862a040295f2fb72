import { expect } from 'chai';
import { component, html } from 'troupe';
import { createServer, type Listening, type ServerOptions } from 'troupe/server';
import { newPage, type WatchedPage } from '../browser/chromium.js';
import { type EvilProxy, evilProxy } from '../browser/evil-proxy.js';

const Counter = component({
  name: 'counter',
  init: () => ({ count: 0 }),
  update: ({ count }, _: { type: 'clicked' }) => ({ count: count + 1 }),
  view: ({ count }) => html<{ type: 'clicked' }>`<button @click=${{ type: 'clicked' }}>${count}</button>`,
});

/** The strictest policy under which a page works. */
const document: NonNullable<ServerOptions['document']> = ({ root, script, collector, styles }) => html`<!doctype html>
  <html lang="en">
    <head>
      <meta http-equiv="Content-Security-Policy" content="default-src 'self'">
      <title>spec</title>
      <script src=${collector}></script>
      ${styles.map((href) => html`<link rel="stylesheet" href=${href}>`)}
      <script type="module" src=${script}></script>
    </head>
    <body>${root}</body>
  </html>`;

describe('client/notice', () => {
  let running: { listening: Listening; proxy: EvilProxy; watched: WatchedPage };

  async function open(options: Partial<ServerOptions> = {}): Promise<typeof running> {
    const server = createServer({
      routes: { '/': Counter },
      secret: 'words about the connection',
      document,
      ...options,
    });
    const listening = await server.listen(0, '127.0.0.1');
    const proxy = await evilProxy(listening.port);
    const watched = await newPage();
    running = { listening, proxy, watched };
    await watched.page.goto(proxy.origin, { waitUntil: 'networkidle' });
    await watched.page.waitForSelector('[data-troupe=live]');
    return running;
  }

  /** No connection is made, and there is none. */
  function interrupt({ proxy, watched }: typeof running): void {
    proxy.nature = { upgrade: 'is not answered' };
    proxy.cut();
    // A connection that is cut is an error in the console.
    watched.errors.length = 0;
  }

  afterEach(async () => {
    const { listening, proxy, watched } = running;
    const errors = watched.errors.filter((error) => !error.includes('WebSocket connection'));
    await watched.page.context().close();
    await proxy.close();
    await listening.close();
    expect(errors).to.deep.equal([]);
  });

  it('says in words what becomes of what the user does, while the page is not live', async () => {
    const { proxy, watched } = await open();
    const { page } = watched;
    expect(await page.locator('.troupe-notice').count()).to.equal(0);
    interrupt(running);
    await page.locator('button').click();
    const notice = page.getByRole('status');
    await notice.filter({ hasText: 'What you do is kept and will be sent.' }).waitFor();
    expect(await page.locator('#troupe .troupe-notice').count()).to.equal(0);
    expect(await notice.evaluate((element) => getComputedStyle(element).position)).to.equal('fixed');

    proxy.nature = {};
    proxy.cut();
    await page.waitForSelector('[data-troupe=live]:not([data-troupe-pending])');
    expect(await notice.textContent()).to.equal('');
    expect(await notice.evaluate((element) => element.getBoundingClientRect().height)).to.equal(0);
    expect(await page.locator('button').textContent()).to.equal('1');
  }).timeout(30_000);

  it('is not there after an interruption that is short', async () => {
    const { proxy, watched } = await open();
    const { page } = watched;
    proxy.cut();
    await page.waitForSelector('[data-troupe]:not([data-troupe=live])');
    await page.waitForSelector('[data-troupe=live]');
    // A notice that waits would come meanwhile.
    await page.waitForTimeout(2_500);
    expect(await page.locator('.troupe-notice').count()).to.equal(0);
  }).timeout(30_000);

  it('has the text and the style of the author', async () => {
    const body = '.troupe-notice { position: static; color: rgb(1, 2, 3) }';
    const { watched } = await open({ notice: 'Keine Verbindung.', styles: ['/own.css'] });
    const { page } = watched;
    await page.route('**/own.css', (route) => route.fulfill({ contentType: 'text/css', body }));
    await page.reload({ waitUntil: 'networkidle' });
    interrupt(running);
    const notice = page.getByRole('status').filter({ hasText: /^Keine Verbindung\.$/ });
    await notice.waitFor();
    expect(
      await notice.evaluate((element) => [getComputedStyle(element).position, getComputedStyle(element).color])
    ).to.deep.equal(['static', 'rgb(1, 2, 3)']);
    watched.errors.length = 0;
  }).timeout(30_000);

  it('can be turned off', async () => {
    const { watched } = await open({ notice: false });
    const { page } = watched;
    interrupt(running);
    await page.waitForSelector('[data-troupe=offline]');
    await page.waitForTimeout(2_500);
    expect(await page.locator('.troupe-notice').count()).to.equal(0);
  }).timeout(30_000);
});
