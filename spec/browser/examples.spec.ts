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
import { component } from '../../runtime/component.js';
import { html } from '../../runtime/html.js';
import { createServer, type Server } from '../../runtime/server.js';
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
  /** Ends all sockets that were upgraded, as a network does. */
  cut(): void;
  close(): Promise<void>;
}

async function mount(): Promise<Mounted> {
  const troupe = createServer({
    routes: { '/counter': Counter, '/streaming': Streaming, '/form': Form },
    secret: 'a secret for these specs',
    onError: (report) => {
      throw report.error;
    },
  });
  const sockets = new Set<Duplex>();
  const http = createHttpServer((request, response) => {
    response.setHeader('Content-Security-Policy', "default-src 'self'");
    if (request.url === '/favicon.ico') response.writeHead(204).end();
    else if (request.url === '/away')
      response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>away</title>');
    else troupe.handle(request, response);
  });
  http.on('upgrade', (request, socket, head) => {
    sockets.add(socket);
    troupe.upgrade(request, socket, head);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));

  return {
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    troupe,
    cut: () => {
      for (const socket of sockets) socket.destroy();
      sockets.clear();
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
      await page.route('**/*', (route) => route.continue());
      await page.addInitScript(() => {
        const Socket = window.WebSocket;
        window.WebSocket = class extends Socket {
          constructor(url: string | URL) {
            super(url);
            const { send } = this;
            this.send = (data) => void setTimeout(() => send.call(this, data), 300);
          }
        } as typeof WebSocket;
      });
      await page.goto(`${mounted.origin}/counter`);
      await page.waitForSelector('[data-troupe="connecting"]');
      const button = page.getByRole('button', { name: 'Increment' });
      await button.click();
      await button.click();
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

  describe('connections', () => {
    it('comes back after the socket was cut, with its state, and delivers what was clicked meanwhile', async () => {
      await open('/counter');
      await page.getByRole('button', { name: 'Increment' }).click();
      await shows(page, 'output', '1');
      await page.evaluate(() => Object.assign(window, { output: document.querySelector('output') }));
      mounted.cut();
      await page.waitForSelector('#troupe:not([data-troupe="live"])');
      await page.getByRole('button', { name: 'Increment' }).click();
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
