/**
 * The examples in a real Chromium, as a person uses them: clicked through, reloaded, cut off and brought
 * back, under a strict content security policy. Every page fails on any console error.
 */

import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { Counter } from '../../examples/01-counter/counter.js';
import { Streaming } from '../../examples/02-streaming/streaming.js';
import { TrafficLight } from '../../examples/04-traffic-light/traffic-light.js';
import { Chat } from '../../examples/05-chat/chat.js';
import { actorOf, roomLogic, rooms } from '../../examples/05-chat/room.js';
import { Table } from '../../examples/06-table/table.js';
import { resume } from '../../examples/07-resume/resume.js';
import { component } from '../../runtime/component/component.js';
import { type Clock, createSimulatedClock, systemClock } from '../../runtime/platform/clock.js';
import { createServer, type Server } from '../../runtime/server/server.js';
import { html } from '../../runtime/template/html.js';
import { launch, newPage, type WatchedPage } from './chromium.js';

// PAGES -----------------------------------------------------------------------

type Typed = { type: 'typed'; text: string } | { type: 'sent' } | { type: 'styled' };

/** A page with a controlled field, an uncontrolled one, a link away and a style. */
const Form = component({
  name: 'form',
  init: () => ({ text: '', sent: 0, width: 10 }),
  update: (model, message: Typed) => {
    switch (message.type) {
      case 'typed':
        return { ...model, text: message.text };
      case 'sent':
        return { ...model, sent: model.sent + 1, text: '' };
      case 'styled':
        return { ...model, width: model.width + 10 };
    }
  },
  view: ({ text, sent, width }) => html<Typed>`
    <main>
      <form @submit=${{ type: 'sent' }}>
        <input id="text" .value=${text} @input=${(event) => ({ type: 'typed', text: event.value })}>
        <input id="free">
        <button>Send</button>
      </form>
      <p id="echo">${text}</p>
      <p id="sent">${sent}</p>
      <div id="bar" style=${{ width: `${width}px` }}></div>
      <button id="wider" @click=${{ type: 'styled' }}>Wider</button>
      <a id="away" href="/away">Away</a>
    </main>`,
});

/** A server of ours mounted into a plain one that adds the strictest policy our pages promise to work under. */
interface Mounted {
  readonly origin: string;
  readonly troupe: Server;
  /** Ends all sockets that were upgraded, as a network does, and lets others wait until it is mended. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

async function mount(clock: Clock = systemClock): Promise<Mounted> {
  const troupe = createServer({
    clock,
    routes: {
      '/counter': Counter,
      '/streaming': Streaming,
      '/form': Form,
      '/traffic-light': TrafficLight,
      '/chat/:room': Chat,
      '/table': Table,
      '/resume': resume({ grace: 60_000, node: { name: 'Node A', process: 1 } }),
    },
    secret: 'a secret for these specs',
    onError: (report) => {
      throw report.error;
    },
  });
  for (const room of rooms) troupe.actor(actorOf(room), roomLogic);
  const sockets = new Set<Duplex>();
  let isCut = false;
  const waiting: (() => void)[] = [];
  const http = createHttpServer((request, response) => {
    response.setHeader('Content-Security-Policy', "default-src 'self'");
    if (request.url === '/favicon.ico') response.writeHead(204).end();
    else if (request.url === '/away')
      response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>away</title>');
    else troupe.handle(request, response);
  });
  http.on('upgrade', (request, socket, head) => {
    const take = (): void => {
      sockets.add(socket);
      troupe.upgrade(request, socket, head);
    };
    if (isCut) waiting.push(take);
    else take();
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));

  return {
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    troupe,
    cut: () => {
      isCut = true;
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
    mend: () => {
      isCut = false;
      for (const take of waiting.splice(0)) take();
    },
    close: () => stop(http, troupe),
  };
}

async function stop(http: HttpServer, troupe: Server): Promise<void> {
  await troupe.close();
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
}

// HELPERS ---------------------------------------------------------------------

const live = (page: Page): Promise<unknown> => page.waitForSelector('[data-troupe="live"]');

function shows(page: Page, selector: string, text: string): Promise<unknown> {
  return page.waitForFunction(
    ([of, wanted]) => document.querySelector(of as string)?.textContent === wanted,
    [selector, text]
  );
}

// SPECS -----------------------------------------------------------------------

describe('the examples in Chromium', function () {
  this.timeout(30_000);

  let mounted: Mounted;
  let watched: WatchedPage;
  let page: Page;

  beforeEach(async () => {
    mounted = await mount();
    watched = await newPage();
    page = watched.page;
  });

  afterEach(async () => {
    await watched.expectNoErrors();
    await mounted.close();
  });

  async function open(path: string): Promise<void> {
    await page.goto(mounted.origin + path);
    await live(page);
  }

  describe('the counter', () => {
    it('counts up and down', async () => {
      await open('/counter');
      for (let clicks = 0; clicks < 5; clicks++) await page.getByRole('button', { name: 'Increment' }).click();
      await page.getByRole('button', { name: 'Decrement' }).click();
      await shows(page, 'output', '4');
    });

    it('works by keyboard alone', async () => {
      await open('/counter');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Space');
      await shows(page, 'output', '2');
    });

    it('delivers clicks made before it is live, once', async () => {
      await page.addInitScript(() => {
        const Socket = window.WebSocket;
        let isHeld = true;
        const held: (() => void)[] = [];
        window.WebSocket = class extends Socket {
          constructor(url: string | URL) {
            super(url);
            const { send } = this;
            this.send = (data) => void (isHeld ? held.push(() => send.call(this, data)) : send.call(this, data));
          }
        } as typeof WebSocket;
        addEventListener('letGo', () => {
          isHeld = false;
          for (const go of held) go();
        });
      });
      await page.goto(`${mounted.origin}/counter`);
      await page.waitForSelector('[data-troupe="connecting"]');
      const button = page.getByRole('button', { name: 'Increment' });
      await button.click();
      await button.click();
      await page.evaluate(() => dispatchEvent(new Event('letGo')));
      await live(page);
      await shows(page, 'output', '2');
    });

    it('is a complete page without JavaScript', async () => {
      const context = await (await launch()).newContext({ javaScriptEnabled: false });
      const silent = await context.newPage();
      await silent.goto(`${mounted.origin}/counter`);
      expect(await silent.locator('output').innerText()).to.equal('0');
      expect(await silent.getByRole('button').count()).to.equal(2);
      await context.close();
    });
  });

  describe('streaming', () => {
    it('pushes values, stops and starts, and keeps a bounded list', async () => {
      await open('/streaming');
      await page.waitForFunction(() => document.querySelectorAll('ol.readings li').length === 100);
      await page.getByRole('button', { name: 'Stop' }).click();
      await shows(page, '[role="status"]:not([hidden])', 'Stopped.');
      const stopped = await page.locator('output').innerText();
      await page.getByRole('button', { name: 'Clear' }).click();
      await page.waitForFunction(() => document.querySelectorAll('ol.readings li').length === 0);
      expect(Number(stopped)).to.be.at.least(100);
      await page.getByRole('button', { name: 'Start' }).click();
      await page.waitForFunction(() => document.querySelectorAll('ol.readings li').length > 3);
    });

    it('keeps the elements of rows that stay', async () => {
      await open('/streaming');
      await page.waitForFunction(() => document.querySelectorAll('ol.readings li').length > 10);
      const kept = await page.evaluate(async () => {
        const rows = [...document.querySelectorAll('ol.readings li')];
        const texts = new Map(rows.map((row) => [row.firstElementChild?.textContent, row]));
        const last = rows.at(-1);
        await new Promise<void>((resolve) => {
          const observer = new MutationObserver(() => {
            if (last?.nextElementSibling || last?.previousElementSibling) resolve();
          });
          observer.observe(document.querySelector('ol.readings') as Element, { childList: true });
        });
        const now = [...document.querySelectorAll('ol.readings li')];

        return now.filter((row) => texts.get(row.firstElementChild?.textContent) === row).length;
      });
      expect(kept).to.be.above(5);
    });
  });

  describe('the traffic light', () => {
    it('lets the pedestrian cross when its time has come, and forgets the request', async () => {
      const clock = createSimulatedClock(Date.now());
      await mounted.close();
      mounted = await mount(clock);
      await open('/traffic-light');
      const request = page.getByRole('button', { name: 'I want to cross' });
      await request.click();
      await shows(page, '[role="status"]:not([hidden])', 'Cars may go. Your request is noted.');
      expect(await request.isDisabled()).to.equal(true);
      for (const [time, walk, lamp] of [
        [3_000, 'Do not walk', 'amber'],
        [1_500, 'Walk', 'red'],
        [4_000, 'Do not walk', 'red'],
        [2_500, 'Do not walk', 'green'],
      ] as const) {
        clock.advance(time);
        await shows(page, '.walk', walk);
        await page.waitForFunction((wanted) => {
          const lit = [...document.querySelectorAll('.lamp.lit')].map(({ className }) => className.split(' ')[1]);
          return lit.join() === wanted;
        }, lamp);
      }
      expect(await request.isDisabled()).to.equal(false);
    });
  });

  describe('the chat', () => {
    const say = async (on: Page, name: string, ...texts: readonly string[]): Promise<void> => {
      await on.getByLabel('Your name').fill(name);
      for (const text of texts) {
        await on.getByLabel('Message').fill(text);
        await on.keyboard.press('Enter');
        await on.waitForFunction(() => (document.querySelector('[name=message]') as HTMLInputElement).value === '');
      }
    };
    const posts = (on: Page): Promise<string[]> => on.locator('.posts li p').allTextContents();
    const heard = (on: Page, count: number): Promise<unknown> =>
      on.waitForFunction((wanted) => document.querySelectorAll('.posts li').length === wanted, count);

    it('keeps two browsers in step, and the rooms apart', async () => {
      await open('/chat/lobby');
      const other = await newPage();
      await other.page.goto(`${mounted.origin}/chat/lobby`);
      await live(other.page);
      await say(page, 'Ada', 'Hello', '<b>there</b>');
      await heard(other.page, 2);
      await say(other.page, 'Bob', 'Good day');
      await heard(page, 3);
      expect(await posts(page)).to.deep.equal(['Hello', '<b>there</b>', 'Good day']);
      expect(await posts(other.page)).to.deep.equal(await posts(page));
      await other.page.getByRole('link', { name: 'garden' }).click();
      await live(other.page);
      expect(await posts(other.page)).to.deep.equal([]);
      await other.expectNoErrors();
    });

    it('gives newcomers the history with the first page, without JavaScript, too', async () => {
      await open('/chat/garden');
      await say(page, 'Ada', 'First', 'Second');
      const html = await (await fetch(`${mounted.origin}/chat/garden`)).text();
      expect(html).to.contain('First').and.to.contain('Second').and.to.not.contain('No posts yet');
    });
  });

  describe('the table', () => {
    const rows = (count: number): Promise<unknown> =>
      page.waitForFunction((wanted) => document.querySelectorAll('tbody tr').length === wanted, count);
    const idOf = (index: number): Promise<string | null> =>
      page.locator(`tbody tr:nth-child(${index}) td`).first().textContent();

    it('does what the benchmark asks, and keeps the rows that stay', async () => {
      await open('/table');
      await page.click('#run');
      await rows(1_000);
      await page.evaluate(() => {
        const table = [...document.querySelectorAll('tbody tr')];
        Object.assign(window, { second: table[1], last: table[998] });
      });
      await page.click('#swaprows');
      await page.waitForFunction(() => document.querySelector('tbody tr:nth-child(2) td')?.textContent === '999');
      expect(await idOf(999)).to.equal('2');
      expect(
        await page.evaluate(() => {
          const { second, last } = window as unknown as { second: Element; last: Element };
          const table = [...document.querySelectorAll('tbody tr')];
          return table[1] === last && table[998] === second;
        })
      ).to.equal(true);
      await page.click('tbody tr:nth-child(3) a');
      await page.waitForSelector('tbody tr:nth-child(3).danger');
      await page.click('tbody tr:nth-child(3) [aria-label="Remove row 3"]');
      await rows(999);
      await page.click('#update');
      await page.waitForFunction(() =>
        document.querySelector('tbody tr td:nth-child(2)')?.textContent?.endsWith(' !!!')
      );
      await page.click('#add');
      await rows(1_999);
      await page.click('#clear');
      await rows(0);
      await page.click('#runlots');
      await rows(10_000);
    });
  });

  describe('adoption', () => {
    it('keeps focus, caret and text typed before the script ran, and tells the server of it', async () => {
      let release: () => void = () => undefined;
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      await page.route('**/_troupe/client-*.js', async (route) => {
        await held;
        await route.continue();
      });
      await page.goto(`${mounted.origin}/form`, { waitUntil: 'commit' });
      await page.locator('#free').fill('free');
      await page.locator('#text').pressSequentially('abcd');
      await page.keyboard.press('ArrowLeft');
      await page.evaluate(() => Object.assign(window, { input: document.activeElement }));
      release();
      await live(page);
      await shows(page, '#echo', 'abcd');
      const state = await page.evaluate(() => {
        const input = document.querySelector('#text') as HTMLInputElement;
        const same = (window as unknown as { input: Element }).input === input;

        return { same, active: document.activeElement === input, caret: input.selectionStart, value: input.value };
      });
      expect(state).to.deep.equal({ same: true, active: true, caret: 3, value: 'abcd' });
      expect(await page.locator('#free').inputValue()).to.equal('free');
    });

    it('applies styles under a policy that forbids style attributes', async () => {
      await open('/form');
      expect(await page.locator('#bar').evaluate((bar) => bar.getBoundingClientRect().width)).to.equal(10);
      await page.locator('#wider').click();
      await page.waitForFunction(() => document.querySelector('#bar')?.getBoundingClientRect().width === 20);
    });
  });

  describe('typing', () => {
    it('loses no character while answers are late', async () => {
      await page.addInitScript(() => {
        const Socket = window.WebSocket;
        window.WebSocket = class extends Socket {
          override set onmessage(handler: ((event: MessageEvent) => void) | null) {
            super.onmessage = handler && ((event) => void setTimeout(() => handler.call(this, event), 80));
          }
        } as typeof WebSocket;
      });
      await open('/form');
      await page.locator('#text').pressSequentially('the quick brown fox', { delay: 15 });
      await shows(page, '#echo', 'the quick brown fox');
      expect(await page.locator('#text').inputValue()).to.equal('the quick brown fox');
      await page.keyboard.press('Enter');
      await shows(page, '#sent', '1');
      await page.waitForFunction(() => (document.querySelector('#text') as HTMLInputElement).value === '');
    });
  });

  describe('the long form', () => {
    it('loses nothing of what is typed when the socket is cut, and goes on after a reload', async () => {
      await open('/resume');
      await page.getByLabel('Your name').fill('Ada Lovelace');
      await page.getByLabel('Email address').fill('ada@example.com');
      await page.getByRole('button', { name: 'Go on' }).click();
      await page.getByLabel('Street and number').pressSequentially('Ockham ');
      mounted.cut();
      await page.waitForSelector('#troupe:not([data-troupe="live"])');
      await page.keyboard.type('Park 1');
      await page.getByLabel('Country').selectOption('Denmark');
      mounted.mend();
      await shows(page, '.entry b', 'Resumed');
      await page.waitForSelector('#troupe:not([data-troupe-pending])');
      await page.reload();
      await live(page);
      expect(await page.getByLabel('Street and number').inputValue()).to.equal('Ockham Park 1');
      expect(await page.getByLabel('Country').inputValue()).to.equal('Denmark');
      await page.getByRole('button', { name: 'Back' }).click();
      expect(await page.getByLabel('Your name').inputValue()).to.equal('Ada Lovelace');
    });
  });

  describe('connections', () => {
    it('comes back after the socket was cut, with its state, and delivers what was clicked meanwhile', async () => {
      await open('/counter');
      await page.getByRole('button', { name: 'Increment' }).click();
      await shows(page, 'output', '1');
      await page.evaluate(() => Object.assign(window, { output: document.querySelector('output') }));
      mounted.cut();
      await page.waitForSelector('#troupe:not([data-troupe="live"])');
      await page.getByRole('button', { name: 'Increment' }).click();
      mounted.mend();
      await live(page);
      await shows(page, 'output', '2');
      expect(await page.evaluate(() => (window as unknown as { output: Element }).output.isConnected)).to.equal(true);
    });

    it('comes back from the back/forward cache with its state and goes on', async () => {
      await open('/counter');
      await page.getByRole('button', { name: 'Increment' }).click();
      await shows(page, 'output', '1');
      await page.evaluate(() => {
        window.addEventListener('pageshow', (event) => Object.assign(window, { persisted: event.persisted }));
      });
      await page.goto(`${mounted.origin}/away`);
      await page.goBack({ waitUntil: 'commit' });
      await page.waitForFunction(() => (window as unknown as { persisted?: boolean }).persisted === true);
      await live(page);
      await page.getByRole('button', { name: 'Increment' }).click();
      await shows(page, 'output', '2');
    });
  });
});
