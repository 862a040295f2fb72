/**
 * The inspector's pages in a real Chromium, against an inspection in memory and under a strict content security
 * policy: what can only be seen where there is layout. They are accessible in light and dark, done by keyboard alone,
 * fit a phone, and the log of ten thousand entries scrolls.
 */

import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { inspector } from '../../components/inspector/inspector.js';
import { TrafficLight } from '../../examples/04-traffic-light/traffic-light.js';
import { createServer, type Server } from '../../runtime/server/server.js';
import { chartFrom } from '../fixtures/charts.js';
import { countUp, StagedInspection, type StagedSession, stageCounter } from '../fixtures/inspection.js';
import { faultsOf } from './axe.js';
import { newPage, type WatchedPage } from './chromium.js';

const base = '/_troupe/inspector';

// SERVER ----------------------------------------------------------------------

/** An inspector that is mounted as a host would. */
class Host {
  readonly inspection = new StagedInspection();
  readonly #app = inspector(this.inspection, { base });
  readonly #troupe: Server = createServer({
    base,
    routes: this.#app.routes,
    secret: 'a secret for these specs',
    styles: [`${base}/style.css`],
    title: this.#app.title,
    onError: ({ error }) => {
      throw error;
    },
  });
  readonly #http: HttpServer = createHttpServer((request, response) => {
    const path = request.url ?? '';
    const [, id, step] = /\/pages\/([\w-]+)\/(\d+)$/.exec(path) ?? [];
    response.setHeader('Content-Security-Policy', "default-src 'self'");
    if (path === '/favicon.ico') response.writeHead(204).end();
    else if (path === `${base}/style.css`) response.setHeader('Content-Type', 'text/css').end(this.#app.style);
    else if (id !== undefined) response.setHeader('Content-Type', 'text/html').end(this.#page(id, Number(step)));
    else this.#troupe.handle(request, response);
  });

  #page(id: string, step: number): string {
    return this.inspection.staged.find(({ summary }) => summary.id === id)?.page(step) ?? '';
  }

  async open(): Promise<void> {
    this.#http.on('upgrade', (request, socket, head) => this.#troupe.upgrade(request, socket, head));
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve));
  }

  url(path: string): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}${base}${path}`;
  }

  async close(): Promise<void> {
    await this.#troupe.close();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }
}

// WHAT IS SEEN ----------------------------------------------------------------

const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

const rowsIn = (page: Page): Promise<readonly number[]> =>
  page.$$eval('[name="log-entry"]', (rows) => rows.map((row) => Number((row as HTMLInputElement).value)));

/** The numbers of the rows that are in sight, the first and the last. */
const inSight = (page: Page): Promise<readonly number[]> =>
  page.$eval('.i-window', (list) => {
    const box = list.getBoundingClientRect();
    const seen = [...list.querySelectorAll<HTMLElement>('.i-row')].filter((row) => {
      const { top, bottom } = row.getBoundingClientRect();
      return bottom > box.top + 1 && top < box.bottom - 1;
    });
    const numbers = seen.map((row) => Number(row.querySelector('input')?.value));

    return [numbers[0] ?? 0, numbers.at(-1) ?? 0];
  });

/** Presses Tab until the focus is on what the selector names. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) === true, selector)) return;
  }
  throw new Error(`Tab does not lead to ${selector}.`);
}

const seen = (page: Page, selector: string, text: RegExp): Promise<unknown> =>
  page.locator(selector, { hasText: text }).first().waitFor({ timeout: 5_000 });

// SPECS -----------------------------------------------------------------------

describe('the inspector in a browser', () => {
  let host: Host;
  let watched: WatchedPage;
  let page: Page;
  let session: StagedSession;

  beforeEach(async () => {
    host = new Host();
    for (const status of ['dormant', 'detached', 'passivated'] as const) {
      host.inspection.stage({ id: `${status}1`, status, component: 'chat', path: '/chat/lobby' });
    }
    session = stageCounter(host.inspection, 'a');
    countUp(session, 200);
    session.happen({ to: 'item', type: 'toggled', error: 'title is not a function', causedBy: 'click on button' });
    session.travel({ direction: 'up', kind: 'events', bytes: 14, words: ['click on button', 'input “Ada”'] });
    await host.open();
    watched = await newPage();
    page = watched.page;
    await page.setViewportSize({ width: 1_440, height: 900 });
  });

  afterEach(async () => {
    await watched.expectNoErrors();
    await host.close();
  });

  const open = async (path: string): Promise<void> => {
    await page.goto(host.url(path));
    await page.waitForSelector('[data-troupe="live"]');
  };

  /** All that the pages show, one after the other. */
  async function throughEverything(look: (where: string) => Promise<void>): Promise<void> {
    await open('/');
    await look('sessions');
    await page.getByRole('searchbox').fill('nothing like that');
    await seen(page, '.i-notice', /No session matches/);
    await look('no session');
    await open('/sessions/a');
    await page.locator('[name="log-entry"]').last().check();
    await seen(page, '.i-details', /title is not a function/);
    await look('log');
    await page.getByRole('link', { name: 'Wire' }).click();
    await page.locator('[name="wire-frame"]').last().check();
    await seen(page, '.i-details', /From the client/);
    await look('wire');
    await page.getByRole('link', { name: 'Time travel' }).click();
    await page.getByRole('button', { name: 'Back', exact: true }).click();
    await seen(page, '.i-banner', /Step 200 of 201: the past/);
    await seen(page, '.i-taken', /incremented/);
    await look('time');
    await open('/sessions/none');
    await look('gone');
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has no fault that axe knows, in ${colorScheme}`, async () => {
      await page.emulateMedia({ colorScheme });
      await throughEverything(async (where) => {
        expect(await faultsOf(page), where).to.deep.equal([]);
      });
    }).timeout(60_000);
  }

  it('fits a phone, without scrolling sideways', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await throughEverything(async (where) => {
      expect(await overflow(page), where).to.equal(0);
      if (where === 'log') expect(await faultsOf(page)).to.deep.equal([]);
    });
  }).timeout(60_000);

  it('fills the window of a feed with a session, without scrolling the page', async () => {
    await open('/sessions/a');
    const heights = await page.evaluate(() => [document.documentElement.scrollHeight, window.innerHeight]);
    expect(heights).to.deep.equal([900, 900]);
  });

  /** Where the panels of a session begin and end from left to right, by name. */
  const columns = (): Promise<Readonly<Record<string, readonly number[]>>> =>
    page.evaluate(() => {
      const edges = (selector: string): readonly number[] => {
        const { left = 0, right = 0 } = document.querySelector(selector)?.getBoundingClientRect() ?? {};
        return [Math.round(left), Math.round(right)];
      };
      return { tree: edges('.i-tree'), of: edges('.i-of'), chart: edges('.i-chart'), below: edges('.i-below') };
    });

  it('gives the state the room beside the actors, or shares it with a statechart as high as the window', async () => {
    await open('/sessions/a');
    const { tree = [], of = [], below = [] } = await columns();
    expect([tree[0], of[0], of[1], below[0], below[1]]).to.deep.equal([12, (tree[1] ?? 0) + 12, 1_428, 12, 1_428]);
    const chart = chartFrom(TrafficLight.logic);
    session.chartOf = () => ({ chart, active: ['traffic light.amber'], taken: [] });
    session.tell();
    await page.waitForSelector('.i-chart');
    const shared = await columns();
    expect([shared['chart']?.[0], shared['chart']?.[1]]).to.deep.equal([(shared['of']?.[1] ?? 0) + 12, 1_428]);
    expect(shared['below']).to.deep.equal([12, shared['of']?.[1]]);
    await page.waitForSelector('.statechart-picture');
    const bottom = await page.$eval('.statechart-picture', (picture) => picture.getBoundingClientRect().bottom);
    expect(bottom).to.be.at.most(900);
    expect(await faultsOf(page)).to.deep.equal([]);
  });

  it('can be used by keyboard alone', async () => {
    await open('/');
    await tabTo(page, '[name="text"]');
    await page.keyboard.type('counter');
    await seen(page, '[role="status"]', /^1 session$/);
    await tabTo(page, 'tbody a');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.i-actors');
    await page.waitForSelector('[data-troupe="live"]');

    await tabTo(page, '[name="actor"]');
    await page.keyboard.press('ArrowDown');
    await seen(page, '.i-state', /isOpen: false/);
    await page.keyboard.press('ArrowUp');
    await seen(page, '.i-state', /count: 200/);
    await tabTo(page, '.i-opener[aria-expanded="false"]');
    await page.keyboard.press('Enter');
    await seen(page, '.i-state', /0: 199/);

    await tabTo(page, '[name="log-entry"]');
    await page.keyboard.press('Space');
    await seen(page, '.i-details', /#201/);
    await page.keyboard.press('ArrowUp');
    await seen(page, '.i-details', /#200/);
    expect(await page.evaluate(() => (document.activeElement as HTMLInputElement).value)).to.equal('200');
    await tabTo(page, '.i-details dl ~ p button');
    await page.keyboard.press('Enter');
    await seen(page, '.i-banner', /Step 200 of 201: the past/);

    await tabTo(page, '.i-banner button');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('.i-banner') === null);
    await tabTo(page, '.i-tabs a:last-child');
    await page.keyboard.press('Enter');
    await tabTo(page, '[name="step"]');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await seen(page, '.i-banner', /Step 199 of 201: the past/);
    await seen(page, '.i-state', /count: 199/);
  }).timeout(60_000);

  it('shows a focus that can be seen on what is under an invisible control', async () => {
    await open('/sessions/a');
    await tabTo(page, '[name="actor"]');
    const outline = await page.$eval('.i-actor:has(:focus)', (label) => getComputedStyle(label).outlineStyle);
    expect(outline).to.equal('solid');
  });

  it('shows the page as it was in a frame in which nothing runs', async () => {
    await open('/sessions/a?view=time&step=3');
    const frame = page.frameLocator('iframe');
    await frame.getByText('After step 3').waitFor();
    await page.getByRole('button', { name: 'Forth' }).click();
    await frame.getByText('After step 4').waitFor();
    expect(await page.$eval('iframe', (element) => element.getAttribute('sandbox'))).to.equal('');
    await page.goBack();
    expect(page.url()).to.equal('about:blank');
  });

  describe('with a log of ten thousand', () => {
    beforeEach(async () => {
      countUp(session, 10_000 - session.entries.length);
      await open('/sessions/a');
    });

    it('shows its end at first, and stays there while it grows', async () => {
      expect((await inSight(page))[1]).to.equal(10_000);
      countUp(session, 50);
      session.tell();
      await seen(page, '.i-found', /10,050 messages/);
      expect((await inSight(page))[1]).to.equal(10_050);
    });

    it('shows the rows that are scrolled to, of which fewer than a hundred are there', async () => {
      for (const share of [0.5, 0.9, 0.1]) {
        await page.$eval('.i-window', (list, at) => list.scrollTo(0, -list.scrollHeight * at), share);
        const wanted = Math.round(10_000 * (1 - share));
        await page.waitForFunction(
          (number) => document.querySelector(`[name="log-entry"][value="${number}"]`) !== null,
          wanted
        );
        const [first = 0, last = 0] = await inSight(page);
        expect([first <= wanted, last >= wanted, last - first > 5]).to.deep.equal([true, true, true]);
        expect((await rowsIn(page)).length).to.be.lessThan(100);
      }
    });

    it('holds what is in sight while more comes, and goes to the end when it is to follow', async () => {
      await page.$eval('.i-window', (list) => list.scrollTo(0, -3_400));
      await page.getByRole('button', { name: /^Follow/ }).waitFor();
      const before = await inSight(page);
      countUp(session, 50);
      session.tell();
      await page.getByRole('button', { name: 'Follow: 50 newer' }).waitFor();
      expect(await inSight(page)).to.deep.equal(before);
      await page.getByRole('button', { name: /^Follow/ }).click();
      await page.waitForFunction(() => document.querySelector('[name="log-entry"][value="10050"]') !== null);
      expect((await inSight(page))[1]).to.equal(10_050);
    });

    it('brings the cause of a message into sight', async () => {
      const { number } = session.happen({ to: 'counter', type: 'late', cause: 40, causedBy: '#40 incremented' });
      session.tell();
      await page.locator(`[name="log-entry"][value="${number}"]`).check();
      await page.getByRole('button', { name: '#40 incremented' }).click();
      await seen(page, '.i-details', /#40/);
      await page.locator('[name="log-entry"][value="40"]').waitFor();
      const [first = 0, last = 0] = await inSight(page);
      expect([first <= 40, last >= 40]).to.deep.equal([true, true]);
    });
  });
});
