/**
 * The inspector in a real Chromium, beside the counter, the traffic light and the chat of the examples: what is done
 * there is seen here, as it happens and as it was, under a strict content security policy.
 */

import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { Counter } from '../../examples/01-counter/counter.js';
import { TrafficLight } from '../../examples/04-traffic-light/traffic-light.js';
import { Chat } from '../../examples/05-chat/chat.js';
import { actorOf, roomLogic, rooms } from '../../examples/05-chat/room.js';
import { createSimulatedClock } from '../../runtime/platform/clock.js';
import { decodeRecording } from '../../runtime/recording/recording-file.js';
import { replay } from '../../runtime/recording/replay.js';
import { createServer, type Server } from '../../runtime/server/server.js';
import { faultsOf } from './axe.js';
import { newPage, type WatchedPage } from './chromium.js';

const place = '/_troupe/inspector';

describe('the inspector beside the examples', function () {
  this.timeout(60_000);

  const clock = createSimulatedClock(Date.now());
  let troupe: Server;
  let http: HttpServer;
  let origin: string;
  const watched: WatchedPage[] = [];

  const open = async (path: string): Promise<Page> => {
    const page = await newPage();
    watched.push(page);
    await page.page.setViewportSize({ width: 1_440, height: 900 });
    await page.page.goto(origin + path);
    await page.page.locator('[data-troupe="live"]').waitFor();

    return page.page;
  };

  /** Waits until something holds; time goes on meanwhile, in steps that are shorter than anything else's. */
  const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    for (let round = 0; round < 200; round++) {
      if (await holds()) return;
      clock.advance(100);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`${what} did not come to hold`);
  };

  const shows = (page: Page, selector: string, text: RegExp): Promise<void> =>
    until(`${text} in ${selector}`, async () => (await page.locator(selector, { hasText: text }).count()) > 0);

  /** Opens the inspector on the only session there is. */
  const inspect = async (component: string): Promise<Page> => {
    const page = await open(`${place}/`);
    await shows(page, 'th a', new RegExp(component));
    await page.locator('th a', { hasText: component }).click();
    await shows(page, '.i-actor', new RegExp(component));

    return page;
  };

  const travel = (page: Page, button: string): Promise<void> =>
    page.getByRole('group', { name: 'Time travel' }).getByRole('button', { name: button, exact: true }).click();

  before(async () => {
    troupe = createServer({
      clock,
      routes: { '/counter': Counter, '/traffic-light': TrafficLight, '/chat/:room': Chat },
      secret: 'a secret for these specs',
      onError: ({ error }) => {
        throw error;
      },
    });
    for (const room of rooms) troupe.actor(actorOf(room), roomLogic);
    http = createHttpServer((request, response) => {
      response.setHeader('Content-Security-Policy', "default-src 'self'");
      if (request.url === '/favicon.ico') response.writeHead(204).end();
      else troupe.handle(request, response);
    });
    http.on('upgrade', (request, socket, head) => {
      if (!troupe.upgrade(request, socket, head)) socket.destroy();
    });
    await new Promise<void>((resolve) => http.listen(0, 'localhost', resolve));
    origin = `http://localhost:${(http.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    for (const page of watched.splice(0)) await page.expectNoErrors();
    clock.advance(400_000);
    await until('no session is left', async () => {
      const { dormant, attached, detached } = troupe.counts.sessions;
      return dormant + attached + detached === 0;
    });
  });

  after(async () => {
    await troupe.close();
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });

  it('shows the counter live, what was sent and why, and goes two steps back and forth', async () => {
    const counter = await open('/counter');
    const page = await inspect('counter');
    const plus = counter.getByText('+', { exact: true });
    for (let count = 1; count <= 3; count++) {
      await plus.click();
      await shows(page, '.i-state li', new RegExp(`count: ${count}`));
    }
    await shows(page, '.i-found', /3 messages/);
    const row = (await page.locator('.i-row').last().innerText()).replace(/\s+/g, ' ');
    expect(row)
      .to.match(/^3 .* incremented browser → ?to? ?counter click on button/)
      .and.match(/ [67] B$/);

    await page
      .getByRole('button', { name: 'Time travel' })
      .or(page.getByRole('link', { name: 'Time travel' }))
      .first()
      .click();
    await shows(page, '.i-slider', /Step 3 of 3/);
    const frame = page.frameLocator('iframe');
    for (const [button, count] of [
      ['Back', 2],
      ['Back', 1],
      ['Forth', 2],
      ['Present', 3],
    ] as const) {
      await travel(page, button);
      await shows(page, '.i-state li', new RegExp(`count: ${count}`));
      await until(`the page of ${count}`, async () => (await frame.locator('output').innerText()) === String(count));
      // The counter itself has not moved.
      expect(await counter.locator('output').innerText()).to.equal('3');
    }
    await plus.click();
    await shows(page, '.i-state li', /count: 4/);
    expect(await faultsOf(page)).to.deep.equal([]);
  });

  it('shows where the traffic light is, as it changes', async () => {
    const light = await open('/traffic-light');
    const page = await inspect('traffic-light');
    const words = page.locator('.statechart').first();
    await until('the chart', async () => (await page.locator('svg[role="img"]').count()) > 0);
    const seen = new Set<string>();
    for (let change = 0; change < 4; change++) {
      const before = await words.innerText();
      const active = await page.locator('.statechart .active').count();
      expect(active).to.be.above(0);
      seen.add((await page.locator('.statechart .active').allTextContents()).join(' ').replace(/\s+/g, ' '));
      // A click on the button of the crossing, whenever it is enabled.
      await light.getByRole('button').first().dispatchEvent('click');
      await until('another state', async () => (await words.innerText()) !== before);
    }
    expect(seen.size).to.be.above(2);
    expect(await faultsOf(page)).to.deep.equal([]);
  });

  it('shows the chat: its actors, what a message has led to, frames in words, and a recording to replay', async () => {
    const chat = await open('/chat/lobby');
    const page = await inspect('chat');
    expect((await page.locator('.i-actor-name').allInnerTexts()).join()).to.match(/chat,shared chat lobby,chat lobby/);
    await chat.getByLabel('Your name').fill('Ada');
    await chat.getByLabel('Message').fill('Hello, all');
    await chat.getByRole('button', { name: 'Send' }).click();
    await shows(page, '.i-row', /roomChanged/);
    const rows = (await page.locator('.i-row').allInnerTexts()).map((text) => text.replace(/\s+/g, ' '));
    const posted = rows.find((text) => text.includes('posted')) ?? '';
    const number = rows.find((text) => text.includes('submitted'))?.split(' ')[0];
    expect(posted).to.match(new RegExp(`chat → .*chat lobby #${number} submitted`));

    await page.locator('.i-row', { hasText: 'posted' }).click();
    await shows(page, '.i-message', /Hello, all/);
    expect(await faultsOf(page)).to.deep.equal([]);

    await page.getByText('Wire', { exact: true }).click();
    await shows(page, '.i-row', /input on <input> .*Hello, all/);
    expect(await faultsOf(page)).to.deep.equal([]);

    const [download] = await Promise.all([page.waitForEvent('download'), page.getByText('Export').click()]);
    const recording = decodeRecording(gunzipSync(readFileSync(await download.path())).toString());
    const { differences } = replay(recording, Chat);
    expect([recording.steps.length > 3, differences]).to.deep.equal([true, []]);
  });

  it('is done by keyboard alone', async () => {
    await open('/counter');
    const page = await open(`${place}/`);
    await shows(page, 'th a', /counter/);
    const tabTo = async (selector: string): Promise<void> => {
      for (let presses = 0; presses < 60; presses++) {
        await page.keyboard.press('Tab');
        if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) === true, selector)) return;
      }
      throw new Error(`Tab does not lead to ${selector}.`);
    };
    await tabTo('th a');
    await page.keyboard.press('Enter');
    await shows(page, '.i-actor', /counter/);
    await tabTo('.i-actors input');
    await page.keyboard.press('ArrowUp');
    await shows(page, '#i-state', /session/);
    await until('the chart of the session', async () => (await page.locator('svg[role="img"]').count()) > 0);
    expect(await faultsOf(page)).to.deep.equal([]);
  });
});
