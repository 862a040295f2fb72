/**
 * What a browser fills in by itself is an edit of the user: what it restores after Back, from the cache of pages or not,
 * and what it fills in from its memory, with and without events. What is composed with an input method is
 * left alone until it is done.
 */

import { expect } from 'chai';
import type { CDPSession, Page } from 'playwright-core';
import { component, html } from 'troupe';
import { createServer } from 'troupe/server';
import { newPage, type WatchedPage } from './chromium.js';
import { type MountedServer, mountServer } from './mounted.js';

type Message =
  | { type: 'set'; name: string; value: string }
  | { type: 'sent'; entries: readonly (readonly [string, string])[] }
  | { type: 'written' };

interface Model {
  readonly values: Readonly<Record<string, string>>;
  readonly sent: string;
}

const set =
  (name: string) =>
  ({ value, checked }: { value: string; checked: boolean }): Message => ({
    type: 'set',
    name,
    value: name === 'box' ? `${checked}` : value,
  });

const Fields = component({
  name: 'fields',
  init: (): Model => ({ values: { bound: '', plain: '', box: 'false', town: 'Ulm', composed: '' }, sent: '' }),
  update: (model, message: Message): Model => {
    if (message.type === 'set') return { ...model, values: { ...model.values, [message.name]: message.value } };
    if (message.type === 'written') {
      return { ...model, values: { ...model.values, composed: `${model.values['composed']}`.toUpperCase() } };
    }
    return { ...model, sent: message.entries.flat().join(' ') };
  },
  view: ({ values, sent }) => html<Message>`
    <form @submit=${({ entries }) => ({ type: 'sent', entries })}>
      <input id="bound" name="bound" .value=${values['bound']} @input=${set('bound')}>
      <input id="plain" name="plain" @change=${set('plain')}>
      <input id="silent" name="silent">
      <input id="box" name="box" type="checkbox" .checked=${values['box'] === 'true'} @change=${set('box')}>
      <select id="town" name="town" .value=${values['town']} @change=${set('town')}><option>Ulm</option><option>Jena</option></select>
      <button>Send</button>
    </form>
    <input id="composed" .value=${values['composed']} @input=${set('composed')}>
    <button id="write" @click=${{ type: 'written' }}>Write</button>
    <output id="model">${JSON.stringify(values)}</output>
    <output id="sent">${sent}</output>`,
});

describe('fields that the browser fills in', function () {
  this.timeout(30_000);

  let mounted: MountedServer;
  let origin: string;
  let watched: WatchedPage;
  let page: Page;
  /** Whether the browser may keep the page. */
  let isStored = true;

  before(async () => {
    const server = createServer({ routes: { '/': Fields }, secret: 'a secret of this spec', grace: 1 });
    mounted = await mountServer(server, (request, response) => {
      if (request.url === '/other') {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>other</title>');
        return true;
      }
      // Each page load is a new session: all that it shows comes from the browser.
      if (request.url === '/') Reflect.deleteProperty(request.headers, 'cookie');
      if (!isStored) response.setHeader('Cache-Control', 'no-store');
      return false;
    });
    ({ origin } = mounted);
  });
  after(() => mounted.close());

  beforeEach(async () => {
    isStored = true;
    watched = await newPage();
    page = watched.page;
  });
  afterEach(() => watched.expectNoErrors());

  const settled = (): Promise<unknown> => page.waitForSelector('[data-troupe=live]:not([data-troupe-pending])');
  const open = async (): Promise<void> => {
    await page.goto(`${origin}/`);
    await settled();
  };
  const model = async (): Promise<unknown> => JSON.parse(`${await page.textContent('#model')}`);
  const shown = (): Promise<unknown> =>
    page.evaluate(() => {
      const value = (id: string) => (document.querySelector(`#${id}`) as HTMLInputElement).value;
      const { checked } = document.querySelector('#box') as HTMLInputElement;
      return {
        bound: value('bound'),
        plain: value('plain'),
        box: `${checked}`,
        town: value('town'),
        composed: value('composed'),
      };
    });

  const filled = { bound: 'Ada', plain: 'Ida', box: 'true', town: 'Jena', composed: '' };

  async function fill(): Promise<void> {
    await page.fill('#bound', 'Ada');
    await page.fill('#plain', 'Ida');
    await page.check('#box');
    await page.selectOption('#town', 'Jena');
    await page.fill('#silent', 'quiet');
    await settled();
    expect(await model()).to.deep.equal(filled);
  }

  for (const fromCache of [true, false]) {
    it(`after Back are in the model, ${fromCache ? 'from' : 'without'} the cache of pages`, async () => {
      isStored = fromCache;
      await open();
      await fill();
      await page.goto(`${origin}/other`);
      await page.goBack({ waitUntil: 'commit' });
      await settled();
      await page.waitForFunction(() => document.querySelector('#model')?.textContent?.includes('Ada'));
      expect([await model(), await shown()]).to.deep.equal([filled, filled]);
      await page.click('form button');
      await page.waitForFunction(() => document.querySelector('#sent')?.textContent !== '');
      expect(await page.textContent('#sent')).to.equal('bound Ada plain Ida silent quiet box on town Jena');
    });
  }

  it('with events are in the model', async () => {
    await open();
    // As a browser and as managers of passwords do it.
    await page.evaluate(() => {
      for (const [id, value] of [
        ['bound', 'Ada'],
        ['plain', 'Ida'],
      ] as const) {
        const field = document.querySelector(`#${id}`) as HTMLInputElement;
        field.value = value;
        field.dispatchEvent(new Event('input', { bubbles: true }));
        field.dispatchEvent(new Event('change', { bubbles: true }));
      }
    });
    await page.waitForFunction(() => document.querySelector('#model')?.textContent?.includes('Ida'));
    expect(await model()).to.deep.include({ bound: 'Ada', plain: 'Ida' });
    expect(await shown()).to.deep.include({ bound: 'Ada', plain: 'Ida' });
  });

  it('before the script, without an event, are in the model', async () => {
    let start = (): void => undefined;
    const started = new Promise<void>((resolve) => {
      start = resolve;
    });
    await page.route('**/client-*.js', (route) => started.then(() => route.continue()));
    await page.goto(`${origin}/`, { waitUntil: 'commit' });
    await page.locator('#sent').waitFor({ state: 'attached' });
    await page.evaluate(() => {
      for (const id of ['bound', 'plain'])
        (document.querySelector(`#${id}`) as HTMLInputElement).value = `${id} filled`;
    });
    start();
    await settled();
    await page.waitForFunction(() => document.querySelector('#model')?.textContent?.includes('plain filled'));
    const wanted = { bound: 'bound filled', plain: 'plain filled' };
    expect(await model()).to.deep.include(wanted);
    expect(await shown()).to.deep.include(wanted);
  });

  describe('of a composition', () => {
    let devtools: CDPSession;

    beforeEach(async () => {
      await open();
      devtools = await page.context().newCDPSession(page);
      await page.focus('#composed');
    });

    const compose = (text: string): Promise<unknown> =>
      devtools.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });

    it('reach the model while it goes on, and nothing is written over it', async () => {
      await page.keyboard.type('ab ');
      await compose('に');
      await compose('にほ');
      await page.waitForFunction(() => document.querySelector('#model')?.textContent?.includes('ab にほ'));
      // By a script: the user stays in the field.
      await page.$eval('#write', (button) => (button as HTMLElement).click());
      await page.waitForFunction(() => document.querySelector('#model')?.textContent?.includes('AB にほ'));
      expect(await page.inputValue('#composed')).to.equal('ab にほ');
      await devtools.send('Input.insertText', { text: '日本' });
      await settled();
      expect(await page.inputValue('#composed')).to.equal('AB 日本');
      expect(await model()).to.deep.include({ composed: 'AB 日本' });
    });

    it('that is given up leave nothing', async () => {
      await compose('に');
      await compose('');
      await page.$eval('#composed', (field) => (field as HTMLElement).blur());
      await settled();
      expect(await page.inputValue('#composed')).to.equal('');
      expect(await model()).to.deep.include({ composed: '' });
    });
  });
});
