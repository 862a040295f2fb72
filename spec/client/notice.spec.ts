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

/** Milliseconds after which a notice has its text. Time in the pages stands still, but for what the specs advance it by. */
const patience = 2_000;

describe('client/notice', function () {
  this.timeout(60_000);

  interface Running {
    readonly listening: Listening;
    readonly proxy: EvilProxy;
    readonly watched: WatchedPage;
  }

  // Each is interrupted once: the second time it would go on over requests.
  let byDefault: Running;
  let shortly: Running;
  let own: Running;
  let none: Running;

  async function open(options: Partial<ServerOptions> = {}): Promise<Running> {
    const server = createServer({
      routes: { '/': Counter },
      secret: 'words about the connection',
      document,
      ...options,
    });
    const listening = await server.listen(0, '127.0.0.1');
    const proxy = await evilProxy(listening.port);
    const watched = await newPage();
    const { page } = watched;
    const body = '.troupe-notice { position: static; color: rgb(1, 2, 3) }';
    await page.route('**/own.css', (route) => route.fulfill({ contentType: 'text/css', body }));
    await page.clock.install();
    // The script of the notice comes last.
    await Promise.all([page.waitForResponse(/notice-/).then((answer) => answer.finished()), page.goto(proxy.origin)]);
    await page.waitForSelector('[data-troupe=live]');
    await page.clock.pauseAt(Date.now() + 20_000);

    return { listening, proxy, watched };
  }

  /** No connection is made, and there is none. */
  async function interrupt({ proxy, watched }: Running): Promise<void> {
    proxy.nature = { upgrade: 'is not answered' };
    proxy.cut();
    await watched.page.waitForSelector('[data-troupe]:not([data-troupe=live])');
  }

  /** Lets time pass, as fast as it does outside, until the page is live and all that was done is stored: attempts lie apart by chance. */
  async function settle(page: Running['watched']['page']): Promise<void> {
    const settled = page.waitForSelector('[data-troupe=live]:not([data-troupe-pending])').then(() => true);
    const later = (): Promise<false> => new Promise((resolve) => setTimeout(() => resolve(false), 100));
    while (!(await Promise.race([settled, later()]))) await page.clock.runFor(100);
  }

  before(async () => {
    [byDefault, shortly, own, none] = await Promise.all([
      open(),
      open(),
      open({ notice: 'Keine Verbindung.', styles: ['/own.css'] }),
      open({ notice: false }),
    ]);
  });
  after(async () => {
    const errors = await Promise.all(
      [byDefault, shortly, own, none].map(async ({ listening, proxy, watched }) => {
        await watched.page.context().close();
        await proxy.close();
        await listening.close();
        // A connection that is cut is an error in the console.
        return watched.errors.filter((error) => !/WebSocket connection|ERR_/.test(error));
      })
    );
    expect(errors.flat()).to.deep.equal([]);
  });

  it('is not there after an interruption that is short', async () => {
    const { page } = shortly.watched;
    shortly.proxy.cut();
    await page.waitForSelector('[data-troupe]:not([data-troupe=live])');
    // The longest that the first attempt is waited with.
    await page.clock.runFor(250);
    await page.waitForSelector('[data-troupe=live]');
    // A notice that waits would come meanwhile.
    await page.clock.runFor(patience);
    expect(await page.locator('.troupe-notice').count()).to.equal(0);
  });

  it('says in words what becomes of what the user does, while the page is not live', async () => {
    const { page } = byDefault.watched;
    await interrupt(byDefault);
    await page.locator('button').click();
    await page.clock.runFor(patience);
    const notice = page.getByRole('status');
    await notice.filter({ hasText: 'What you do is kept and will be sent.' }).waitFor();
    expect(await page.locator('#troupe .troupe-notice').count()).to.equal(0);
    expect(await notice.evaluate((element) => getComputedStyle(element).position)).to.equal('fixed');

    byDefault.proxy.nature = {};
    byDefault.proxy.cut();
    await settle(page);
    expect(await notice.textContent()).to.equal('');
    expect(await notice.evaluate((element) => element.getBoundingClientRect().height)).to.equal(0);
    expect(await page.locator('button').textContent()).to.equal('1');
  });

  it('has the text and the style of the author', async () => {
    const { page } = own.watched;
    await interrupt(own);
    await page.clock.runFor(patience);
    const notice = page.getByRole('status').filter({ hasText: /^Keine Verbindung\.$/ });
    await notice.waitFor();
    expect(
      await notice.evaluate((element) => [getComputedStyle(element).position, getComputedStyle(element).color])
    ).to.deep.equal(['static', 'rgb(1, 2, 3)']);
  });

  it('can be turned off', async () => {
    const { page } = none.watched;
    await interrupt(none);
    await page.clock.runFor(patience);
    expect(await page.locator('.troupe-notice').count()).to.equal(0);
  });
});
