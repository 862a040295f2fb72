/**
 * The example 08-controls in a real Chromium: what a user does to each control arrives in the model and stays in the
 * control, at once and with a server that is 300 ms away in each direction, and also while the server corrects the
 * values and renders the page anew twice a second.
 */

import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { newPage, type WatchedPage } from './chromium.js';
import { type ExamplesSite, startExamples } from './examples-site.js';
import { type SlowNetwork, slowNetwork } from './slow-network.js';

// CONTROLS --------------------------------------------------------------------

/** What a user does to one control, and what its value is then. */
interface Use {
  readonly control: string;
  act(page: Page): Promise<unknown>;
  readonly value: unknown;
  /** The value after the server has corrected it. Default: the same. */
  readonly corrected?: unknown;
}

/** Milliseconds between two keys of a fast typist. */
const delay = 40;

/** Types into a control, a key after the other. */
const typing = (control: string, text: string) => async (page: Page) => {
  await page.locator(`#${control}`).focus();
  await page.keyboard.type(text, { delay });
};

const pressing = (control: string, keys: readonly string[]) => async (page: Page) => {
  await page.locator(`#${control}`).focus();
  for (const key of keys) await page.keyboard.press(key, { delay });
};

const repeated = (key: string, times: number): readonly string[] => Array.from({ length: times }, () => key);

const uses: readonly Use[] = [
  { control: 'name', act: typing('name', 'ada  lovelace'), value: 'ada  lovelace', corrected: 'Ada Lovelace' },
  { control: 'phone', act: typing('phone', '0123456789'), value: '0123456789', corrected: '012 345 678 9' },
  { control: 'notes', act: typing('notes', 'see teh\nend'), value: 'see teh\nend', corrected: 'see the\nend' },
  { control: 'amount', act: typing('amount', '-12.5'), value: '-12.5' },
  // The server may correct it between two keys: the last one leads to the same.
  { control: 'volume', act: pressing('volume', ['End', ...repeated('ArrowRight', 3)]), value: '100', corrected: '80' },
  { control: 'day', act: typing('day', '03142126'), value: '2126-03-14', corrected: '2099-12-31' },
  { control: 'time', act: typing('time', '1147pm'), value: '23:47', corrected: '22:00' },
  { control: 'town', act: typing('town', 'Lund'), value: 'Lund' },
  {
    control: 'toppings',
    act: (page) => page.locator('#toppings').selectOption(['Basil', 'Olives']),
    value: ['Basil', 'Olives'],
  },
  { control: 'size', act: (page) => page.getByLabel('Medium').check(), value: 'Medium' },
  { control: 'agreed', act: (page) => page.getByLabel('I agree').check(), value: true },
  { control: 'colour', act: (page) => page.locator('#colour').fill('#ff8800'), value: '#ff8800' },
  {
    control: 'file',
    act: (page) =>
      page.locator('#file').setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.of(65) }),
    value: 'a.txt',
  },
  { control: 'rating', act: pressing('rating', repeated('ArrowRight', 4)), value: '4' },
];

/** What the model says, by control. */
const told = (page: Page): Promise<Readonly<Record<string, unknown>>> =>
  page.$$eval('form output.told', (outputs) =>
    Object.fromEntries(outputs.map((output) => [output.getAttribute('for'), JSON.parse(`${output.textContent}`)]))
  );

/** What the controls show, by name. */
const shown = (page: Page): Promise<Readonly<Record<string, unknown>>> =>
  page.$eval('form', (form) => {
    const data = new FormData(form as HTMLFormElement);
    const { name = '' } = data.get('file') as File;

    return {
      ...Object.fromEntries(data),
      agreed: data.has('agreed'),
      file: name,
      // The server may have put the options into another order.
      toppings: data.getAll('toppings').sort(),
      // A browser sends line ends of its own.
      notes: `${data.get('notes')}`.replaceAll('\r', ''),
    };
  });

const opened = (page: Page, name: string, state: 'open' | 'closed'): Promise<unknown> =>
  page.locator(`output[for="${name}"]`, { hasText: state }).waitFor();

const order = [
  ...['writing', 'name', 'phone', 'notes', 'amount', 'volume', 'day', 'time', 'town', 'toppings', 'size', 'agreed'],
  ...['colour', 'file', 'rating', 'Send the form', 'Begin anew'],
  ...['Details', 'Open the dialog', 'Popover', 'All examples'],
];

// SPECS -----------------------------------------------------------------------

describe('the controls example in Chromium', function () {
  this.timeout(60_000);

  let site: ExamplesSite;
  let network: SlowNetwork;
  let watched: WatchedPage;
  let page: Page;
  let latency = 0;

  before(async () => {
    site = await startExamples();
    network = await slowNetwork(site.port, () => latency);
  });

  after(async () => {
    network.close();
    await site.close();
  });

  beforeEach(async () => {
    watched = await newPage();
    page = watched.page;
  });

  afterEach(() => watched.expectNoErrors());

  async function open(milliseconds: number): Promise<void> {
    latency = milliseconds;
    await page.goto(`${network.origin}/controls`);
    await page.waitForSelector('[data-troupe="live"]');
  }

  /** Waits until the server has processed what the user did, and if it writes, has corrected it. */
  async function settled(isWriting: boolean): Promise<void> {
    await page.waitForSelector('[data-troupe="live"]:not([data-troupe-pending])');
    if (!isWriting) return;
    const rounds = Number(await page.locator('.writing output').textContent());
    await page.waitForFunction(
      (before) => Number(document.querySelector('.writing output')?.textContent) > before + 1,
      rounds
    );
    await page.getByLabel('The server writes').uncheck();
    await page.waitForSelector('[data-troupe="live"]:not([data-troupe-pending])');
  }

  for (const milliseconds of [0, 300]) {
    for (const isWriting of [false, true]) {
      const how = `${milliseconds} ms away${isWriting ? ', while the server writes' : ''}`;

      it(`take what a user does, ${how}`, async () => {
        await open(milliseconds);
        if (isWriting) await page.getByLabel('The server writes').check();
        for (const { act } of uses) await act(page);
        await settled(isWriting);
        const wanted = Object.fromEntries(
          uses.map(({ control, value, corrected = value }) => [control, isWriting ? corrected : value])
        );
        expect(await told(page)).to.deep.equal(wanted);
        expect(await shown(page)).to.deep.equal(wanted);
      });

      it(`open and close by hand, ${how}`, async () => {
        await open(milliseconds);
        if (isWriting) await page.getByLabel('The server writes').check();
        const details = page.locator('#details');
        await page.getByText('Details', { exact: true }).click();
        await opened(page, 'details', 'open');
        expect(await details.evaluate((element) => (element as HTMLDetailsElement).open)).to.equal(true);
        await page.getByText('Details', { exact: true }).click();
        await opened(page, 'details', 'closed');
        expect(await details.evaluate((element) => (element as HTMLDetailsElement).open)).to.equal(false);
        await page.getByRole('button', { name: 'Open the dialog' }).click();
        await opened(page, 'dialog', 'open');
        expect(await page.locator('#dialog').evaluate((dialog) => dialog.matches(':modal'))).to.equal(true);
        await page.getByRole('button', { name: 'Close the dialog' }).click();
        await opened(page, 'dialog', 'closed');
        expect(await page.locator('#dialog').isVisible()).to.equal(false);
        await page.getByRole('button', { name: 'Popover' }).click();
        await opened(page, 'popover', 'open');
        await page.keyboard.press('Escape');
        await opened(page, 'popover', 'closed');
        expect(await page.locator('#popover').isVisible()).to.equal(false);
      });
    }
  }

  it('are sent with their form, the custom element included', async () => {
    await open(0);
    for (const { act } of uses) await act(page);
    await page.getByRole('button', { name: 'Send the form' }).click();
    await page.locator('.sent').waitFor();
    const sent = await page.$$eval('.sent > div', (rows) =>
      rows.map((row) => [...row.children].map((cell) => cell.textContent))
    );
    // A box that is ticked is on; of several values of one name the last is here; files are left out.
    const entries = uses.filter(({ control }) => control !== 'file').map(({ control, value }) => [control, `${value}`]);
    expect(Object.fromEntries(sent)).to.deep.equal({
      ...Object.fromEntries(entries),
      agreed: 'on',
      toppings: 'Olives',
    });
  });

  it('begin anew when the server says so', async () => {
    await open(0);
    const before = await shown(page);
    for (const { act } of uses) await act(page);
    await page.getByRole('button', { name: 'Begin anew' }).click();
    await page.waitForFunction(() => document.querySelector('output[for="rating"]')?.textContent === '"0"');
    expect({ ...(await shown(page)), file: '' }).to.deep.equal(before);
  });

  it('are used by keyboard alone, in the order of the page', async () => {
    await open(0);
    const stops: string[] = [];
    while (stops.at(-1) !== 'All examples') {
      await page.keyboard.press('Tab');
      const stop = await page.evaluate(() => {
        const { id, name, textContent } = document.activeElement as HTMLInputElement;
        return id || name || `${textContent}`;
      });
      // Dates and times have several stops.
      if (stop !== stops.at(-1)) stops.push(stop);
    }
    expect(stops).to.deep.equal(order);
  });
});
