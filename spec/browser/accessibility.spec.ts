/**
 * What axe finds wrong with the examples: nothing, in any of the states that a user sees, in light and dark, on a phone
 * and on a desktop. On a phone no page scrolls sideways.
 */

import { expect } from 'chai';
import type { Page, ViewportSize } from 'playwright-core';
import { entries } from '../../examples/home.js';
import { createSimulatedClock, type SimulatedClock } from '../../runtime/platform/clock.js';
import { faultsOf } from './axe.js';
import { newPage, type WatchedPage } from './chromium.js';
import { type ExamplesSite, startExamples } from './examples-site.js';

// LOOKS -----------------------------------------------------------------------

const desktop = { width: 1_280, height: 800 };
const phone = { width: 390, height: 844 };

/** All rules once for each size and each colour scheme; the colours for each pair of them. */
const looks: readonly { colorScheme: 'light' | 'dark'; size: ViewportSize; rule?: string }[] = [
  { colorScheme: 'light', size: desktop },
  { colorScheme: 'dark', size: desktop, rule: 'color-contrast' },
  { colorScheme: 'dark', size: phone },
  { colorScheme: 'light', size: phone, rule: 'color-contrast' },
];

/** Waits until no transition is under way: axe would see its colours. */
const settled = (page: Page): Promise<unknown> =>
  page.evaluate(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)));

async function checkLooks(page: Page, state: string): Promise<void> {
  for (const { colorScheme, rule, size } of looks) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(size);
    await settled(page);
    const where = `${state}, ${colorScheme}, ${size.width} pixels wide`;
    expect(await faultsOf(page, rule), where).to.deep.equal([]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow, `scrolls sideways: ${where}`).to.be.at.most(0);
  }
}

// STATES ----------------------------------------------------------------------

/** Checks the page as it is now, and calls the state by a name. */
type Check = (state: string) => Promise<void>;

type Tour = (page: Page, check: Check, clock: SimulatedClock) => Promise<void>;

const shows = (page: Page, selector: string, text: RegExp | string): Promise<unknown> =>
  page.locator(selector, { hasText: text }).first().waitFor();

/** By path: the states of an example, one after the other. */
const tours: Readonly<Record<string, Tour>> = {
  async '/counter'(page, check) {
    await check('at first');
    await page.getByRole('button', { name: 'Increment' }).click();
    await shows(page, 'output', '1');
    await check('after a click');
  },
  async '/streaming'(page, check, clock) {
    for (let arrived = 1; arrived <= 40; arrived++) {
      clock.advance(10);
      await shows(page, 'main output', `${arrived}`);
    }
    await check('running');
    await page.getByRole('button', { name: 'Stop' }).click();
    await shows(page, '[role="status"]', 'Stopped.');
    await check('stopped');
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.locator('.readings li').first().waitFor({ state: 'detached' });
    await check('empty');
  },
  async '/todo'(page, check) {
    await check('empty');
    for (const title of ['buy some cheese', 'feed the cat', 'book a doctors appointment']) {
      await page.getByPlaceholder('What needs to be done?').fill(title);
      await page.keyboard.press('Enter');
      await shows(page, '.todo-list label', title);
    }
    await page.getByLabel('Toggle Todo').nth(1).click();
    await page.locator('li.completed').waitFor();
    await check('with a completed todo');
    await page.getByTestId('todo-item').first().hover();
    await check('with the pointer on a row');
    await page.getByTestId('todo-title').first().dblclick();
    await page.locator('li.editing').waitFor();
    await check('edited');
    await page.keyboard.press('Escape');
    await page.getByText('Mark all as complete').click();
    await page.locator('li.completed').nth(2).waitFor();
    await check('all completed');
    await page.getByRole('link', { name: 'Active' }).click();
    await page.waitForSelector('[data-troupe="live"] .selected[href="/todo/active"]');
    await check('none active');
  },
  async '/traffic-light'(page, check, clock) {
    await check('green');
    await page.getByRole('button', { name: 'I want to cross' }).click();
    await shows(page, '[role="status"]', 'Your request is noted.');
    await check('requested');
    for (const [milliseconds, state] of [
      [3_000, 'Cars get ready.'],
      [1_500, 'You may cross.'],
      [4_000, 'Cars have to wait.'],
    ] as const) {
      clock.advance(milliseconds);
      await shows(page, '[role="status"]', state);
      await check(state);
    }
  },
  async '/chat'(page, check) {
    await check('empty');
    await page.getByLabel('Your name').fill('Ada');
    for (let number = 1; number <= 12; number++) {
      await page.getByLabel('Message').fill(`Post ${number}`);
      await page.keyboard.press('Enter');
      await shows(page, '.posts li', `Post ${number}`);
    }
    await check('with posts');
    await page.goto(new URL('/chat/cellar', page.url()).href);
    await check('in a room that is not there');
  },
  async '/table'(page, check) {
    await check('empty');
    await page.getByRole('button', { name: 'Create 1,000 rows' }).click();
    await page.locator('tbody tr').nth(999).waitFor();
    await page.locator('tbody tr:nth-child(3) a').first().click();
    await page.locator('tr.danger').waitFor();
    // The others are like these, and axe takes its time for each.
    await page.$$eval('tbody tr:nth-child(n + 20)', (rows) => rows.forEach((row) => void row.remove()));
    await check('with a selected row');
  },
  async '/resume'(page, check) {
    const goOn = (): Promise<void> => page.getByRole('button', { name: 'Go on' }).click();
    await check('person');
    await goOn();
    await page.locator('.faults').waitFor();
    await check('person, with faults');
    await page.getByLabel('Your name').fill('Ada');
    await page.getByLabel('Email address').fill('ada@example.com');
    await goOn();
    await shows(page, 'h2', 'step 2');
    await check('address');
    await page.getByLabel('Street and number').fill('Ockham Park 1');
    await page.getByLabel('Postcode').fill('12345');
    await page.getByLabel('Town').fill('Ockham');
    await page.getByLabel('Country').selectOption('Denmark');
    await goOn();
    await shows(page, 'h2', 'step 3');
    await check('wishes');
    await page.getByLabel(/Medium/).check();
    await page.getByLabel('When do you want to begin?').selectOption('Spring');
    await goOn();
    await shows(page, 'h2', 'step 4');
    await check('plans');
    await page.getByLabel('What would you like to grow').fill('Beans and peas, to see how they multiply.');
    await goOn();
    await shows(page, 'h2', 'step 5');
    await check('summary');
    await page.getByLabel('I will keep the rules').check();
    await page.getByRole('button', { name: 'Send the application' }).click();
    await shows(page, 'h2', 'Thank you');
    await check('sent');
  },
  async '/controls'(page, check, clock) {
    await check('at first');
    await page.getByLabel('Your name').fill('Ada');
    await page.getByLabel('Amount').fill('-1');
    await page.getByLabel('Toppings').selectOption(['Basil', 'Capers', 'Garlic', 'Olives']);
    await page.getByLabel('The server writes').check();
    await page.getByText('Details', { exact: true }).click();
    await page.getByRole('button', { name: 'Send the form' }).click();
    await shows(page, '.sent', 'Ada');
    await shows(page, '.fault', 'At most 3 toppings.');
    clock.advance(500);
    await shows(page, '.writing output', '1');
    await page.getByRole('button', { name: 'Popover' }).click();
    await shows(page, 'output[for="popover"]', 'open');
    await check('with faults and a popover, while the server writes');
    await page.getByRole('button', { name: 'Open the dialog' }).click();
    await page.locator('dialog[open]').waitFor();
    await check('with a dialog');
  },
  async '/signup'(page, check) {
    await check('at first');
    await page.getByLabel('Name', { exact: true }).fill('ada');
    await page.getByLabel('E-mail').fill('ada');
    await page.getByRole('button', { name: 'Add a member' }).click();
    await page.getByLabel('E-mail of member 1').waitFor();
    await page.getByRole('button', { name: 'Sign up' }).click();
    await shows(page, '[role="alert"]', 'ada is taken');
    await check('with all that is wrong');
    await page.getByLabel('Name', { exact: true }).fill('hypatia');
    await page.getByLabel('E-mail', { exact: true }).fill('hypatia@example.com');
    await page.getByLabel('E-mail of member 1').fill('theon@example.com');
    await page.getByLabel('Password').fill('astronomy');
    await page.getByLabel('I agree to the rules').check();
    await page.getByRole('button', { name: 'Sign up' }).click();
    await shows(page, 'h2', 'Welcome, hypatia');
    await check('sent');
  },
};

// SPECS -----------------------------------------------------------------------

describe('the examples are accessible', function () {
  this.timeout(120_000);

  let clock: SimulatedClock;
  let site: ExamplesSite;
  let watched: WatchedPage;

  beforeEach(async () => {
    clock = createSimulatedClock(Date.now());
    site = await startExamples(clock);
    watched = await newPage();
  });

  afterEach(async () => {
    await watched.expectNoErrors();
    await site.close();
  });

  it('the index', async () => {
    await watched.page.goto(site.origin);
    await watched.page.waitForSelector('[data-troupe="live"]');
    await checkLooks(watched.page, 'the index');
  });

  for (const { path } of entries) {
    it(path, async () => {
      const { page } = watched;
      await page.goto(site.origin + path);
      await page.waitForSelector('[data-troupe="live"]');
      await (tours[path] as Tour)(page, (state) => checkLooks(page, state), clock);
    });
  }
});
