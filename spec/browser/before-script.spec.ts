/**
 * What a user does before the client script has started is kept, and told in order, however long that takes: in these
 * specs it comes five seconds late, under a policy that allows no inline script.
 */

import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { component, type EventData, html } from 'troupe';
import { createServer } from 'troupe/server';
import { newPage, type WatchedPage } from './chromium.js';
import { type MountedServer, mountServer } from './mounted.js';

type Message =
  | { type: 'typed'; draft: string }
  | { type: 'entered' }
  | { type: 'told'; what: string }
  | { type: 'opened'; isOpen: boolean };

interface Model {
  readonly draft: string;
  readonly isOpen: boolean;
  /** What the user did, in order. */
  readonly told: readonly string[];
}

function update(model: Model, message: Message): Model {
  const tell = (what: string): Model => ({ ...model, told: [...model.told, what] });
  switch (message.type) {
    case 'typed':
      return { ...model, draft: message.draft };
    case 'entered':
      return { ...tell(`entered ${model.draft}`), draft: '' };
    case 'told':
      return tell(message.what);
    case 'opened':
      return { ...tell(message.isOpen ? 'opened' : 'closed'), isOpen: message.isOpen };
  }
}

const told = (what: string): Message => ({ type: 'told', what });

const Early = component({
  name: 'early',
  init: (): Model => ({ draft: '', isOpen: false, told: [] }),
  update,
  view: ({ draft, isOpen, told: all }) => html<Message>`
    <button id="plain" @click=${told('clicked')}>Click</button>
    <button id="inner" value="it" @click=${({ value }: EventData) => told(`inner ${value}`)}><b>In</b></button>
    <div @click=${({ value }: EventData) => told(`around ${value}`)}><button id="within" value="this">In</button></div>
    <a href="/elsewhere" @click=${told('followed')}>Link</a>
    <form id="entry" @submit=${{ type: 'entered' }}>
      <input id="draft" .value=${draft} @input=${({ value }) => ({ type: 'typed', draft: value })}>
    </form>
    <form id="fields" action="/elsewhere" @submit=${({ entries }) => told(`sent ${entries.flat().join(' ')}`)}>
      <input name="name" id="name"><input name="matches" disabled hidden><button id="send" name="way" value="fast">Send</button>
    </form>
    <input type="checkbox" id="box" @change=${({ checked }) => told(`ticked ${checked}`)}>
    <input type="checkbox" id="refused" @click.prevent=${told('refused')}>
    <select id="town" @change=${({ value }) => told(`chosen ${value}`)}><option>Ulm</option><option>Jena</option></select>
    <input type="file" id="file" @change=${({ value }) => told(`file ${value.replace(/.*\\/, '')}`)}>
    <details .open=${isOpen} @toggle=${({ open }) => ({ type: 'opened', isOpen: open })}><summary>More</summary>Text</details>
    <div id="note" contenteditable @input=${({ value }) => told(`note ${value}`)}></div>
    <input id="key" @keydown.enter=${({ value }) => told(`key ${value}`)}>
    <ol>${all.map((what) => html`<li>${what}</li>`)}</ol>`,
});

/** Milliseconds. */
const late = 5_000;

describe('what is done before the client script has started', function () {
  this.timeout(40_000);

  let mounted: MountedServer;
  let origin: string;
  let watched: WatchedPage;
  let page: Page;

  before(async () => {
    const server = createServer({ routes: { '/': Early }, secret: 'a secret of this spec' });
    mounted = await mountServer(server, (_request, response) => {
      response.setHeader('Content-Security-Policy', "default-src 'self'");
      return false;
    });
    ({ origin } = mounted);
  });
  after(() => mounted.close());

  beforeEach(async () => {
    watched = await newPage();
    page = watched.page;
    await page.route('**/client-*.js', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, late));
      await route.continue();
    });
    await page.goto(`${origin}/`, { waitUntil: 'commit' });
    await page.locator('ol').waitFor({ state: 'attached' });
  });
  afterEach(() => watched.expectNoErrors());

  /** Waits until all has arrived; what the user did before must not have been after. */
  async function all(): Promise<readonly string[]> {
    expect(await page.getAttribute('#troupe', 'data-troupe')).to.equal(null);
    await page.waitForSelector('[data-troupe=live]:not([data-troupe-pending])');
    expect(page.url()).to.equal(`${origin}/`);

    return page.locator('li').allTextContents();
  }

  it('clicks, choices and files arrive in order', async () => {
    await page.click('#plain');
    await page.click('#plain');
    await page.click('#inner b');
    await page.click('#within');
    await page.click('a');
    await page.check('#box');
    await page.click('#refused');
    await page.selectOption('#town', 'Jena');
    await page.setInputFiles('#file', { name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.of(65) });
    await page.click('#plain');
    const clicks = ['clicked', 'clicked', 'inner it', 'around this', 'followed'];
    const others = ['ticked true', 'refused', 'chosen Jena', 'file a.txt', 'clicked'];
    expect(await all()).to.deep.equal([...clicks, ...others]);
    expect(await page.isChecked('#box')).to.equal(true);
    expect(await page.isChecked('#refused')).to.equal(false);
    expect(await page.$eval('#file', (file) => (file as HTMLInputElement).files?.length)).to.equal(1);
  });

  it('what is typed before and after Enter arrives as that', async () => {
    await page.focus('#draft');
    await page.keyboard.type('one');
    await page.keyboard.press('Enter');
    await page.keyboard.type(' two');
    expect(await all()).to.deep.equal(['entered one']);
    await page.keyboard.press('Enter');
    await page.locator('li').nth(1).waitFor();
    expect(await page.locator('li').allTextContents()).to.deep.equal(['entered one', 'entered  two']);
    expect(await page.inputValue('#draft')).to.equal('');
  });

  it('a form is sent as it was, although it says where it goes', async () => {
    await page.fill('#name', 'Ada');
    await page.click('#send');
    await page.fill('#name', 'Ida');
    await page.focus('#key');
    await page.keyboard.type('x');
    await page.keyboard.press('Enter');
    await page.keyboard.type('y');
    expect(await all()).to.deep.equal(['sent name Ada way fast', 'key x']);
    expect(await page.inputValue('#name')).to.equal('Ida');
  });

  it('a text in an element that can be edited arrives as it was', async () => {
    await page.focus('#note');
    await page.keyboard.type('abc');
    expect(await all()).to.deep.equal(['note a', 'note ab', 'note abc']);
  });

  it('what is opened stays open, and the model hears of it', async () => {
    await page.click('summary');
    expect(await all()).to.deep.equal(['opened']);
    expect(await page.$eval('details', ({ open }) => open)).to.equal(true);
  });

  it('is given up if that cannot be loaded, and links are followed', async () => {
    await page.route('**/client-*.js', (route) => route.abort());
    await page.goto(`${origin}/`);
    await page.click('#plain');
    await page.click('a');
    await page.waitForURL('**/elsewhere');
    // The script, and the page that the link leads to.
    expect(watched.errors.splice(0).filter((error) => !/ERR_FAILED|404/.test(error))).to.deep.equal([]);
  });

  it('what the user does later arrives as always, once', async () => {
    expect(await all()).to.deep.equal([]);
    await page.click('#plain');
    await page.click('summary');
    await page.locator('li', { hasText: 'opened' }).waitFor();
    expect(await page.locator('li').allTextContents()).to.deep.equal(['clicked', 'opened']);
    expect(await page.evaluate(() => window.troupeKept)).to.equal(undefined);
  });
});
