/**
 * The examples in Firefox and in WebKit: one run through each of them, the controls on a network that takes 300 ms in
 * each direction while the server writes, and what a user types at the same time as the server. What these engines do
 * in another way than Chromium is in `docs/browsers.md`.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { component, html, repeat } from 'troupe';
import { createServer, type Listening } from 'troupe/server';
import { createSimulatedClock, type SimulatedClock } from '../../runtime/platform/clock.js';
import { Menu, Search } from '../browser/event-options-pages.js';
import { type ExamplesSite, startExamples } from '../browser/examples-site.js';
import { mountServer } from '../browser/mounted.js';
import { type SlowNetwork, slowNetwork } from '../browser/slow-network.js';
import { skip } from '../skip.js';
import type { Driver } from './driver.js';
import { startFirefox } from './firefox.js';
import { findFirefox, findWebKit } from './programs.js';
import { Tab } from './tab.js';
import { startWebKit } from './webkit.js';

// ENGINES ---------------------------------------------------------------------

interface Engine {
  readonly name: string;
  isThere(): boolean;
  start(): Promise<Driver>;
  /** How a date and a time are typed: the engines go from one part to the next in other ways. */
  readonly typed: { readonly date: string; readonly time: string };
  /** Whether keys that WebDriver presses undo. */
  readonly canUndo: boolean;
}

const engines: readonly Engine[] = [
  {
    name: 'Firefox',
    isThere: () => findFirefox() !== undefined,
    start: startFirefox,
    typed: { date: '03142126', time: '1147pm' },
    canUndo: true,
  },
  {
    name: 'WebKit',
    isThere: () => findWebKit() !== undefined,
    start: startWebKit,
    typed: { date: '03-14-2126', time: '23:47' },
    canUndo: false,
  },
];

// A PAGE ----------------------------------------------------------------------

type Turned = { type: 'turned' };

/** Fields in rows; Enter in one of them puts the first row to the end. */
const Rows = component({
  name: 'rows',
  init: () => ({ rows: [1, 2, 3] }),
  update: ({ rows: [first = 0, ...others] }, _turned: Turned) => ({ rows: [...others, first] }),
  view: ({ rows }) => html<Turned>`
    <ul>${repeat(
      rows,
      (row) => row,
      (row) => html<Turned>`
        <li><input id="row-${row}" aria-label="Row" @keydown=${({ key }) => key === 'Enter' && { type: 'turned' }}></li>`
    )}</ul>`,
});

type Did = { type: 'did'; what: string };
const did = (what: string): Did => ({ type: 'did', what });

/** A form whose default button, which Enter presses, stands behind one that does not submit and before one that does. */
const Entered = component({
  name: 'entered',
  init: () => ({ log: [] as readonly string[] }),
  update: ({ log }, { what }: Did) => ({ log: [...log, what] }),
  view: ({ log }) => html<Did>`
    <form @submit=${({ entries }) => did(`submit ${entries.flat().join(' ')}`)}>
      <button type="button" @click=${did('plain')}>Plain</button>
      <input name="field" aria-label="Field" value="text">
      <button name="by" value="first" @click=${did('first')}>First</button>
      <button name="by" value="second" @click=${did('second')}>Second</button>
    </form>
    <form @submit=${({ entries }) => did(`alone ${entries.flat().join(' ')}`)}>
      <button type="button" @click=${did('plain')}>Plain</button>
      <input name="alone" aria-label="Alone" value="text">
    </form>
    <output>${log.join(', ')}</output>`,
});

// SPECS -----------------------------------------------------------------------

for (const engine of engines) {
  describe(`the examples in ${engine.name}`, function () {
    // On a busy machine a browser takes minutes to start.
    this.timeout(240_000);

    let clock: SimulatedClock;
    let sites: readonly ExamplesSite[] = [];
    let rows: Listening;
    let networks: readonly SlowNetwork[] = [];
    let tab: Tab;
    let latency = 0;

    before(async function () {
      if (!engine.isThere()) skip(this, `needs ${engine.name}`);
      clock = createSimulatedClock(Date.now());
      sites = [await startExamples(), await startExamples(clock)];
      networks = await Promise.all(sites.map(({ port }) => slowNetwork(port, () => latency)));
      rows = await createServer({
        routes: { '/': Rows, '/menu': Menu, '/search': Search },
        inspector: false,
        secret: 'a secret of this spec',
      }).listen(0, '127.0.0.1');
      tab = new Tab(await engine.start());
    });

    after(async () => {
      await tab?.close();
      await rows?.close();
      for (const network of networks) network.close();
      await Promise.all(sites.map((site) => site.close()));
    });

    beforeEach(() => {
      latency = 0;
    });

    const url = (path: string, site = 0): string => `${networks[site]?.origin}${path}`;

    it('the counter counts, by mouse and by keyboard', async () => {
      await tab.open(url('/counter'));
      for (let clicks = 0; clicks < 3; clicks++) await tab.click('[aria-label="Increment"]');
      await tab.shows('main output', '3');
      await tab.focus('[aria-label="Decrement"]');
      await tab.press('Enter');
      await tab.shows('main output', '2');
    });

    it('streaming pushes values, stops, and clears', async () => {
      await tab.open(url('/streaming'));
      await tab.has('.readings li', 100);
      await tab.click('main button', 'Stop');
      await tab.shows('main [role="status"]:not([hidden])', 'Stopped.');
      await tab.click('main button', 'Clear');
      await tab.has('.readings li', 0);
    });

    it('todos are entered, completed, edited, filtered and deleted', async () => {
      await tab.open(url('/todo'));
      await tab.focus('.new-todo');
      await tab.type('buy cheese\nfeed the cat\ncall\n');
      await tab.has('.todo-list li', 3);
      await tab.click('.todo-list li:nth-child(2) .toggle');
      await tab.has('li.completed', 1);
      // A double click on a label leaves the focus nowhere in Firefox.
      await tab.click('.todo-list li:nth-child(3) label');
      await tab.press('Enter');
      await tab.has('li.editing', 1);
      await tab.press('End');
      await tab.type(' a doctor\n');
      await tab.shows('.todo-list li:nth-child(3) label', 'call a doctor');
      await tab.click('.filters a', 'Active');
      await tab.until(() => document.querySelector('[data-troupe="live"] .selected')?.textContent === 'Active');
      expect(await tab.texts('.todo-list label')).to.deep.equal(['buy cheese', 'call a doctor']);
      await tab.click('.todo-list li label', 'buy');
      await tab.click('.todo-list li:focus-within .destroy');
      await tab.has('.todo-list li', 1);
    });

    it('the traffic light lets a pedestrian cross', async () => {
      await tab.open(url('/traffic-light', 1));
      await tab.click('main button');
      await tab.shows('main [role="status"]:not([hidden])', 'Cars may go. Your request is noted.');
      clock.advance(3_000);
      await tab.shows('main [role="status"]:not([hidden])', 'Cars get ready. Your request is noted.');
      clock.advance(1_500);
      await tab.shows('.walk', 'Walk');
    });

    for (const milliseconds of [0, 300]) {
      it(`the chat posts several messages, typed one after the other, ${milliseconds} ms away`, async () => {
        latency = milliseconds;
        await tab.open(url(`/chat/${milliseconds === 0 ? 'lobby' : 'garden'}`));
        await tab.focus('[name="name"]');
        await tab.type('Ada');
        await tab.focus('[name="message"]');
        await tab.type('one\ntwo\nthree\nfo', 40);
        await tab.has('.posts li', 3);
        await tab.settled();
        expect(await tab.texts('.posts li p')).to.deep.equal(['one', 'two', 'three']);
        expect(await tab.texts('.posts li b')).to.deep.equal(['Ada', 'Ada', 'Ada']);
        expect(await tab.value('[name="message"]')).to.equal('fo');
      });
    }

    it('the table makes, swaps, selects and removes rows', async () => {
      await tab.open(url('/table'));
      await tab.click('#run');
      await tab.has('tbody tr', 1_000);
      await tab.click('#swaprows');
      await tab.shows('tbody tr:nth-child(2) td', '999');
      await tab.shows('tbody tr:nth-child(999) td', '2');
      await tab.click('tbody tr:nth-child(3) td:nth-child(2) a');
      await tab.has('tr.danger', 1);
      await tab.click('[aria-label="Remove row 3"]');
      await tab.has('tbody tr', 999);
    });

    it('the long form goes on after its connection was cut, and after a reload', async () => {
      await tab.open(url('/resume'));
      await tab.focus('#name');
      await tab.type('Ada');
      networks[0]?.cut();
      await tab.type(' Lovelace');
      await tab.settled();
      await tab.reload();
      expect(await tab.value('#name')).to.equal('Ada Lovelace');
      await tab.focus('#email');
      await tab.type('ada@example.com\n');
      await tab.until(() => document.querySelector('h2')?.textContent?.includes('step 2'));
    });

    it('signup: a form from a schema says what is wrong, and takes what is right', async () => {
      await tab.open(url('/signup'));
      await tab.focus('#signup-name');
      await tab.type('ada\n');
      await tab.until(() => document.querySelector('[role="alert"]')?.textContent?.includes('ada is taken') === true);
      await tab.has('.troupe-error-summary:focus', 1);
      await tab.focus('#signup-name');
      await tab.type('123');
      for (const [name, text] of [
        ['email', 'ada@example.com'],
        ['password', 'analytical'],
      ]) {
        await tab.focus(`#signup-${name}`);
        await tab.type(`${text}`);
      }
      await tab.click('#signup-agreed');
      await tab.click('button.main');
      await tab.until(() => document.querySelector('#thanks')?.textContent?.includes('ada123') === true);
    });

    for (const isScripted of [true, false]) {
      it(`Enter presses the default button of a form, ${isScripted ? 'live' : 'by a post without script'}`, async () => {
        const server = createServer({ routes: { '/': Entered }, secret: 'a secret of this spec' });
        const mounted = await mountServer(server, ({ url: asked }, response) => {
          const isRefused = !isScripted && asked?.includes('/client-') === true;
          if (isRefused) response.writeHead(404).end();
          return isRefused;
        });
        try {
          await (isScripted ? tab.open(mounted.origin) : tab.load(mounted.origin));
          await tab.focus('[name="field"]');
          await tab.press('Enter');
          await tab.shows('output', 'first, submit field text by first');
          await tab.focus('[name="alone"]');
          await tab.press('Enter');
          await tab.shows('output', 'first, submit field text by first, alone alone text');
        } finally {
          await mounted.close();
        }
      });
    }

    it('an edit that is held back comes before Enter', async () => {
      await tab.open(`http://127.0.0.1:${rows.port}/search`);
      await tab.focus('input');
      await tab.type('one\ntwo\n');
      await tab.has('li', 4);
      expect(await tab.texts('li')).to.deep.equal(['searched one', 'submitted one', 'searched two', 'submitted two']);
    });

    it('what happens outside of an element, in the window and to its size is heard', async () => {
      await tab.open(`http://127.0.0.1:${rows.port}/menu`);
      await tab.has('li', 1);
      await tab.click('button');
      await tab.has('nav', 1);
      await tab.click('#box');
      await tab.has('li', 2);
      await tab.press('Escape');
      await tab.has('li', 3);
      await tab.click('button');
      await tab.has('nav', 0);
      expect(await tab.texts('li')).to.deep.equal(['box 100 20', 'outside', 'Escape', 'outside']);
      await tab.until(() => {
        scrollTo(0, 4_000);
        return document.querySelectorAll('li').length >= 7;
      });
      const lines = await tab.texts('li');
      expect(lines.slice(4).map((line) => line.replace(/ \d.*/, ''))).to.include.members([
        'near',
        'visible',
        'scrolled',
      ]);
    });

    it('a field keeps the focus and the caret when its row moves', async () => {
      await tab.open(`http://127.0.0.1:${rows.port}`);
      await tab.focus('#row-1');
      await tab.type('abc');
      await tab.press('ArrowLeft', 'Enter');
      await tab.until(() => [...document.querySelectorAll('input')].map(({ id }) => id).join() === 'row-2,row-3,row-1');
      const caret = await tab.evaluate(() => {
        const { id, selectionStart, value } = document.activeElement as HTMLInputElement;
        return [id, value, selectionStart];
      });
      expect(caret).to.deep.equal(['row-1', 'abc', 2]);
    });

    if (engine.canUndo) {
      it('undoes what was typed, for the server as well', async () => {
        await tab.open(url('/controls'));
        await tab.click('form button', 'Begin anew');
        await tab.focus('#name');
        await tab.type('Ada', 20);
        await tab.shows('output[for="name"]', '"Ada"');
        await tab.pressWithControl('z');
        await tab.shows('output[for="name"]', '""');
        expect(await tab.value('#name')).to.equal('');
      });
    }

    describe('the controls', () => {
      let folder: string;

      before(() => {
        folder = mkdtempSync(join(tmpdir(), 'chosen-'));
        writeFileSync(join(folder, 'a.txt'), 'A');
      });

      after(() => rmSync(folder, { recursive: true }));

      /** What the model says, by control. */
      const told = (): Promise<Readonly<Record<string, unknown>>> =>
        tab.evaluate(() =>
          Object.fromEntries(
            [...document.querySelectorAll('form output.told')].map((output) => [
              output.getAttribute('for'),
              JSON.parse(`${output.textContent}`),
            ])
          )
        );

      it('take what a user does, 300 ms away, while the server writes', async () => {
        latency = 300;
        await tab.open(url('/controls'));
        await tab.click('[name="writing"]');
        for (const [control, text] of [
          ['name', 'ada  lovelace'],
          ['phone', '0123456789'],
          ['notes', 'see teh\nend'],
          ['amount', '-12.5'],
          ['day', engine.typed.date],
          ['time', engine.typed.time],
          ['town', 'Lund'],
        ] as const) {
          await tab.focus(`#${control}`);
          await tab.type(text, 40);
        }
        await tab.focus('#volume');
        await tab.press('End', 'ArrowRight', 'ArrowRight');
        await tab.choose('#toppings', ['Basil', 'Olives']);
        await tab.click('[value="Medium"]');
        await tab.click('[name="agreed"]');
        await tab.choose('#colour', ['#ff8800']);
        await tab.chooseFile('#file', join(folder, 'a.txt'));
        await tab.focus('#rating');
        await tab.press('ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight');
        await tab.settled();
        const [rounds] = await tab.texts('.writing output');
        await tab.until(
          (before) => Number(document.querySelector('.writing output')?.textContent) > before + 1,
          Number(rounds)
        );
        const wanted = {
          name: 'Ada Lovelace',
          phone: '012 345 678 9',
          notes: 'see the\nend',
          amount: '-12.5',
          volume: '80',
          day: '2099-12-31',
          time: '22:00',
          town: 'Lund',
          toppings: ['Basil', 'Olives'],
          size: 'Medium',
          agreed: true,
          colour: '#ff8800',
          file: 'a.txt',
          rating: '4',
        };
        expect(await told()).to.deep.equal(wanted);
        const shown = await tab.evaluate(
          (names) => names.map((name) => (document.getElementById(name) as HTMLInputElement).value),
          ['name', 'phone', 'notes', 'amount', 'volume', 'day', 'time', 'town', 'colour', 'rating']
        );
        const { agreed: _, file: __, size: ___, toppings: ____, ...values } = wanted;
        expect(shown).to.deep.equal(Object.values(values));
      });

      it('open and close by hand', async () => {
        latency = 0;
        await tab.open(url('/controls'));
        await tab.click('summary');
        await tab.shows('output[for="details"]', 'open');
        await tab.click('summary');
        await tab.shows('output[for="details"]', 'closed');
        await tab.click('[aria-controls="dialog"]');
        await tab.shows('output[for="dialog"]', 'open');
        await tab.until(() => document.querySelector('#dialog:modal')?.contains(document.activeElement));
        await tab.click('#dialog button');
        await tab.shows('output[for="dialog"]', 'closed');
        expect(await tab.evaluate(() => document.activeElement?.getAttribute('aria-controls'))).to.equal('dialog');
        await tab.click('[aria-controls="dialog"]');
        await tab.shows('output[for="dialog"]', 'open');
        await tab.until(() => document.querySelector('#dialog:modal'));
        await tab.press('Escape');
        await tab.shows('output[for="dialog"]', 'closed');
        await tab.settled();
        expect(await tab.evaluate(() => document.querySelector('#dialog[open]'))).to.equal(null);
        await tab.click('[popovertarget]');
        await tab.shows('output[for="popover"]', 'open');
        await tab.press('Escape');
        await tab.shows('output[for="popover"]', 'closed');
      });
    });
  });
}
