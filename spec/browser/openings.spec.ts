/** Dialogs, details and popovers that the server opens with `.open`, and that the user opens and closes meanwhile. */

import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { component, html, repeat, type Template } from 'troupe';
import { createServer, type Listening } from 'troupe/server';
import { newPage, type WatchedPage } from './chromium.js';
import { type SlowNetwork, slowNetwork } from './slow-network.js';

// PAGE ------------------------------------------------------------------------

type Message =
  | { type: 'set'; isOpen: boolean }
  | { type: 'told'; what: string; isOpen: boolean }
  | { type: 'stopped'; isOpen: boolean }
  | { type: 'turned' }
  | { type: 'counted' };

interface Model {
  readonly kind: string;
  readonly isOpen: boolean;
  /** What handlers were told. */
  readonly told: readonly string[];
  readonly keys: readonly number[];
  readonly count: number;
}

function update(model: Model, message: Message): Model {
  switch (message.type) {
    case 'set':
      return { ...model, isOpen: message.isOpen };
    case 'told':
      return { ...model, isOpen: message.isOpen, told: [...model.told, `${message.what} ${message.isOpen}`] };
    case 'stopped':
      return { ...model, told: [...model.told, 'stopped'] };
    case 'turned':
      return { ...model, keys: model.keys.toReversed() };
    case 'counted':
      return { ...model, count: model.count + 1 };
  }
}

const tell =
  (what: string) =>
  ({ open }: { open: boolean }): Message => ({ type: 'told', what, isOpen: open });

const views: Readonly<Record<string, (model: Model) => Template<Message>>> = {
  dialog: ({ isOpen, count }) => html<Message>`
    <dialog .open=${isOpen} @close=${tell('close')} aria-label="It">
      <form method="dialog"><button>Done</button></form>
      <input aria-label="Text"><button type="button" id="inner" @click=${{ type: 'set', isOpen: false }}>Shut ${count}</button>
    </dialog>`,
  // Both events are wanted: each tells of the user.
  toggled: ({ isOpen }) => html<Message>`
    <dialog .open=${isOpen} @toggle=${tell('toggle')} @close=${tell('close')}><button id="inner">Stay</button></dialog>`,
  // The model does not take it.
  stubborn: ({ isOpen }) => html<Message>`
    <dialog .open=${isOpen} @close=${{ type: 'stopped', isOpen }}><button id="inner">Stay</button></dialog>`,
  cancelled: ({ isOpen }) => html<Message>`
    <dialog .open=${isOpen} @cancel.prevent=${{ type: 'stopped', isOpen }}><button id="inner">Stay</button></dialog>`,
  details: ({ isOpen }) => html<Message>`
    <details .open=${isOpen} @toggle=${tell('toggle')}><summary>More</summary><p>Text</p></details>`,
  popover: ({ isOpen }) => html<Message>`
    <button id="native" popovertarget="it">Menu</button>
    <div id="it" popover .open=${isOpen} @toggle=${tell('toggle')}><button id="inner">Choice</button></div>`,
  removed: ({ isOpen }) => html<Message>`
    ${isOpen && html<Message>`<dialog .open=${true} @close=${tell('close')}><button id="inner" @click=${{ type: 'set', isOpen: false }}>Shut</button></dialog>`}`,
  rows: ({ isOpen, keys }) => html<Message>`
    <ul>${repeat(keys, String, (key) =>
      key === 1
        ? html<Message>`<li><dialog .open=${isOpen} @close=${tell('close')}>
            <input aria-label="Text"><button id="inner" @click=${{ type: 'turned' }}>Turn</button></dialog></li>`
        : html<Message>`<li>${key}</li>`
    )}</ul>`,
};

const Openings = component({
  name: 'openings',
  init: ({ params: { kind = '', state } }: { params: Readonly<Record<string, string>> }): Model => ({
    kind,
    isOpen: state === 'open',
    told: [],
    keys: [1, 2, 3],
    count: 0,
  }),
  update,
  view: (model) => html<Message>`
    <button id="opener" @click=${{ type: 'set', isOpen: true }}>Open</button>
    <button id="closer" @click=${{ type: 'set', isOpen: false }}>Close</button>
    <button id="counter" @click=${{ type: 'counted' }}>Count</button>
    ${views[model.kind]?.(model)}
    <output id="state">${model.isOpen ? 'open' : 'closed'}</output>
    <output id="told">${model.told.join(', ')}</output>
    <output id="count">${model.count}</output>`,
});

// SPECS -----------------------------------------------------------------------

/** What opens in the page. */
const element = 'dialog,details,[popover]';

const look = (page: Page) =>
  page.$eval(element, (it) => ({
    isOpen: it.matches(':popover-open,dialog[open],details[open]'),
    isModal: it.matches(':modal'),
    focus: document.activeElement?.id || document.activeElement?.localName,
  }));

describe('what the server opens', function () {
  this.timeout(20_000);

  let listening: Listening;
  let network: SlowNetwork;
  let port: number;
  let latency = 0;
  let watched: WatchedPage;
  let page: Page;

  before(async () => {
    const server = createServer({ routes: { '/:kind/:state': Openings }, secret: 'a secret of this spec' });
    listening = await server.listen(0, '127.0.0.1');
    ({ port } = listening);
    network = await slowNetwork(port, () => latency);
  });
  after(async () => {
    network.close();
    await listening.close();
  });

  beforeEach(async () => {
    latency = 0;
    watched = await newPage();
    page = watched.page;
  });
  afterEach(() => watched.expectNoErrors());

  const open = async (path: string): Promise<void> => {
    await page.goto(`${network.origin}/${path}`);
    await page.waitForSelector('[data-troupe=live]');
  };
  const settled = (): Promise<unknown> => page.waitForSelector('[data-troupe=live]:not([data-troupe-pending])');
  const shows = (id: string, text: string): Promise<unknown> =>
    page.waitForFunction(([id, text]) => document.querySelector(`#${id}`)?.textContent === text, [id, text] as const, {
      timeout: 5_000,
    });
  const press = (id: string): Promise<void> => page.$eval(`#${id}`, (button) => (button as HTMLElement).click());

  it('is a modal dialog, which has the focus and gives it back', async () => {
    await open('dialog/closed');
    expect(await page.content()).to.not.include('<dialog open');
    await page.click('#opener');
    await shows('state', 'open');
    expect(await look(page)).to.deep.equal({ isOpen: true, isModal: true, focus: 'button' });
    await page.click('#inner');
    await shows('state', 'closed');
    expect(await look(page)).to.deep.equal({ isOpen: false, isModal: false, focus: 'opener' });
    await settled();
    // Nothing of that was done by the user.
    await shows('told', '');
  });

  for (const [how, act] of [
    ['Escape', () => page.keyboard.press('Escape')],
    ['a form with the method dialog', () => page.click('dialog form button')],
  ] as const) {
    it(`is closed by ${how}, and the model hears of it, once`, async () => {
      await open('dialog/closed');
      await page.click('#opener');
      await shows('state', 'open');
      await act();
      await shows('told', 'close false');
      expect(await look(page)).to.deep.equal({ isOpen: false, isModal: false, focus: 'opener' });
      await page.click('#opener');
      await shows('state', 'open');
      expect(await look(page)).to.deep.equal({ isOpen: true, isModal: true, focus: 'button' });
      await settled();
      await shows('told', 'close false');
    });
  }

  it('tells toggle and close of a dialog that the user closes', async () => {
    await open('toggled/closed');
    await page.click('#opener');
    await shows('state', 'open');
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.querySelector('#told')?.textContent?.split(', ').length === 2);
    expect((await page.textContent('#told'))?.split(', ').toSorted()).to.deep.equal(['close false', 'toggle false']);
  });

  it('is opened again if the model does not take that it is closed', async () => {
    await open('stubborn/open');
    await page.keyboard.press('Escape');
    await shows('told', 'stopped');
    await settled();
    expect(await look(page)).to.deep.include({ isOpen: true, isModal: true });
  });

  it('stays open if a handler prevents that it is cancelled', async () => {
    await open('cancelled/open');
    await page.keyboard.press('Escape');
    await shows('told', 'stopped');
    expect(await look(page)).to.deep.include({ isOpen: true, isModal: true });
  });

  it('is in the first page as far as HTML can say it, and modal as soon as the script has started', async () => {
    for (const [kind, text] of [
      ['dialog/open', '<dialog open="" '],
      ['details/open', '<details open="" '],
    ] as const) {
      const answer = await fetch(`http://127.0.0.1:${port}/${kind}`);
      expect(await answer.text()).to.include(text);
    }
    await open('dialog/open');
    expect(await look(page)).to.deep.equal({ isOpen: true, isModal: true, focus: 'button' });
    await page.keyboard.press('Escape');
    await shows('told', 'close false');
    await open('popover/open');
    expect(await look(page)).to.deep.include({ isOpen: true });
    await open('details/open');
    expect(await look(page)).to.deep.include({ isOpen: true });
    await settled();
    await shows('told', '');
  });

  it('keeps the focus that a field of an open dialog had before the script', async () => {
    let start = (): void => undefined;
    const started = new Promise<void>((resolve) => {
      start = resolve;
    });
    await page.route('**/client-*.js', (route) => started.then(() => route.continue()));
    await page.goto(`${network.origin}/dialog/open`, { waitUntil: 'commit' });
    await page.locator('dialog input').fill('typed');
    expect(await look(page)).to.deep.equal({ isOpen: true, isModal: false, focus: 'input' });
    start();
    await page.waitForSelector('[data-troupe=live]');
    expect(await look(page)).to.deep.equal({ isOpen: true, isModal: true, focus: 'input' });
    expect(await page.inputValue('dialog input')).to.equal('typed');
  });

  it('is a popover, which the user can open and close as well', async () => {
    await open('popover/closed');
    await page.click('#native');
    await shows('told', 'toggle true');
    await page.keyboard.press('Escape');
    await shows('told', 'toggle true, toggle false');
    await page.click('#opener');
    await shows('state', 'open');
    expect(await look(page)).to.deep.include({ isOpen: true });
    // Light dismiss.
    await page.mouse.click(1, 1);
    await shows('told', 'toggle true, toggle false, toggle false');
    await press('opener');
    await shows('state', 'open');
    await press('closer');
    await shows('state', 'closed');
    expect(await look(page)).to.deep.include({ isOpen: false });
    await settled();
    await shows('told', 'toggle true, toggle false, toggle false');
  });

  it('are details, which the user can open and close as well', async () => {
    await open('details/closed');
    await page.click('#opener');
    await shows('state', 'open');
    expect(await look(page)).to.deep.include({ isOpen: true });
    await page.click('summary');
    await shows('told', 'toggle false');
    await page.click('summary');
    await shows('told', 'toggle false, toggle true');
    await settled();
    expect(await look(page)).to.deep.include({ isOpen: true });
  });

  for (const [kind, act] of [
    ['dialog', () => page.keyboard.press('Escape')],
    ['popover', () => page.keyboard.press('Escape')],
    ['details', () => page.$eval('summary', (summary) => summary.click())],
  ] as const) {
    it(`a write from before the user closed ${kind} is not shown`, async () => {
      await open(`${kind}/closed`);
      await press('opener');
      await shows('state', 'open');
      latency = 500;
      // Two answers are on their way when the user closes it: the second would open it again.
      await press('closer');
      await press('opener');
      await act();
      expect((await look(page)).isOpen).to.equal(false);
      const isSeenOpen = await page.evaluateHandle((selector) => {
        const seen: boolean[] = [];
        const it = document.querySelector(selector) as Element;
        const note = () => seen.push(it.matches(':popover-open,dialog[open],details[open]'));
        it.addEventListener('toggle', note);
        new MutationObserver(note).observe(it, { attributes: true });
        return seen;
      }, element);
      await page.waitForFunction(() => /false$/.test(document.querySelector('#told')?.textContent ?? ''));
      await settled();
      expect((await look(page)).isOpen).to.equal(false);
      expect(await page.textContent('#state')).to.equal('closed');
      expect(await isSeenOpen.jsonValue()).to.not.include(true);
    });
  }

  it('a dialog that leaves the page while it is open gives the focus back, and the page can be used', async () => {
    await open('removed/closed');
    await page.click('#opener');
    await shows('state', 'open');
    expect(await look(page)).to.deep.equal({ isOpen: true, isModal: true, focus: 'inner' });
    await page.click('#inner');
    await shows('state', 'closed');
    expect(await page.evaluate(() => [document.querySelector('dialog'), document.activeElement?.id])).to.deep.equal([
      null,
      'opener',
    ]);
    await page.click('#counter');
    await shows('count', '1');
  });

  for (const hasMoveBefore of [true, false]) {
    it(`a dialog in a row that moves stays modal, ${hasMoveBefore ? 'with' : 'without'} moveBefore`, async () => {
      await open('rows/closed');
      if (!hasMoveBefore) {
        await page.evaluate(() => void Object.assign(Element.prototype, { moveBefore: undefined }));
      }
      await page.click('#opener');
      await shows('state', 'open');
      await page.focus('dialog input');
      await press('inner');
      await page.waitForFunction(() => document.querySelector('li')?.textContent === '3');
      expect(await look(page)).to.deep.equal({ isOpen: true, isModal: true, focus: 'input' });
      await page.evaluate(() => (document.activeElement as HTMLElement).blur());
      await press('inner');
      await page.waitForFunction(() => document.querySelector('li')?.textContent !== '3');
      expect(await look(page)).to.deep.include({ isOpen: true, isModal: true });
      await settled();
      await shows('told', '');
    });
  }

  it('stays as it is when the page is connected again and rendered as a whole', async () => {
    for (const [kind, focus] of [
      ['dialog', 'input'],
      ['popover', '#inner'],
      ['details', 'summary'],
    ] as const) {
      await open(`${kind}/open`);
      await page.focus(focus);
      const before = await look(page);
      network.shut();
      await page.waitForSelector('[data-troupe]:not([data-troupe=live])');
      network.mend();
      await page.waitForSelector('[data-troupe=live]');
      await press('counter');
      await shows('count', '1');
      expect(await look(page)).to.deep.equal(before);
    }
  });
});
