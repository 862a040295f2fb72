/** The example 07-resume: the form, and what its timeline says of each way a session can go on. */

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { openPage, type TestPage } from 'troupe/testing';
import { emptyAnswers, faultsOf, firstFaulty, stepNames, steps } from '../../examples/07-resume/application.js';
import { resume } from '../../examples/07-resume/resume.js';
import { cutPath, Scissors } from '../../examples/07-resume/scissors.js';
import { arrive, mostEntries, opened } from '../../examples/07-resume/timeline.js';

const grace = 5_000;
const beginning = Date.UTC(2026, 0, 1);
const node = { name: 'Node A', process: 1 };

// PAGES -----------------------------------------------------------------------

const Resume = resume({ grace, node, now: () => beginning });

const field = (page: TestPage, label: RegExp): HTMLInputElement => page.getByLabelText(label);

/** What the timeline says, newest first. */
const titles = (page: TestPage): (string | null | undefined)[] =>
  [...page.document.querySelectorAll('.entry b')].map(({ textContent }) => textContent);

const goOn = (page: TestPage): Promise<void> => page.click(page.getByRole('button', { name: 'Go on' }));

async function fillIn(page: TestPage): Promise<void> {
  await page.type(field(page, /Your name/), 'Ada');
  await page.type(field(page, /Email/), 'ada@example.com');
  await goOn(page);
  await page.type(field(page, /Street/), 'Ockham Park 1');
  await page.type(field(page, /Postcode/), '12345');
  await page.type(field(page, /Town/), 'Ockham');
  await page.select(field(page, /Country/), 'Denmark');
  await goOn(page);
  await page.click(field(page, /Medium/));
  await page.select(field(page, /When do you/), 'Spring');
  await page.click(field(page, /Shared tools/));
  await page.click(field(page, /Bees/));
  await page.click(field(page, /Shared tools/));
  await goOn(page);
  await page.type(field(page, /What would you/), 'Beans and peas, to see how they multiply.');
  await goOn(page);
}

// SPECS -----------------------------------------------------------------------

describe('the resume example', () => {
  let page: TestPage;

  beforeEach(async () => {
    page = await openPage(Resume, { grace });
  });

  afterEach(() => page.close());

  describe('the form', () => {
    it('asks step by step, and is sent once', async () => {
      await fillIn(page);
      expect([...page.document.querySelectorAll('dd p')].map(({ textContent }) => textContent)).to.deep.equal([
        ...['Ada', 'ada@example.com', 'Ockham Park 1', '12345 Ockham', 'Denmark'],
        ...['Medium, 60 m²: vegetables for two', 'From spring', 'Bees next door'],
        'Beans and peas, to see how they multiply.',
      ]);
      await page.click(field(page, /I will keep/));
      await page.click(page.getByRole('button', { name: /Send/ }));
      expect(page.getByRole('heading', { name: 'Thank you' })).to.not.equal(null);
      await page.click(page.getByRole('button', { name: /another/ }));
      expect(field(page, /Your name/).value).to.equal('');
    });

    it('shows what is wrong at each field, and in a list with links to the fields, when the user wants to go on', async () => {
      await goOn(page);
      const name = field(page, /Your name/);
      const message = page.document.getElementById(name.getAttribute('aria-describedby') ?? '');
      expect([name.getAttribute('aria-invalid'), message?.textContent]).to.deep.equal(['true', 'Enter your name.']);
      const links = [...page.getByRole('alert').querySelectorAll('a')].map((link) => link.getAttribute('href') ?? '');
      expect(links).to.deep.equal(['#name', '#email']);
      await page.type(name, 'A');
      expect([name.getAttribute('aria-invalid'), name.getAttribute('aria-describedby')]).to.deep.equal([null, null]);
    });

    it('leads each fault of each step to a field that is there', async () => {
      for (const step of stepNames) {
        await page.click(page.getByRole('button', { name: steps[step].title }));
        const button = page.document.querySelector('button.main') as Element;
        await page.click(button);
        const links = [...page.getByRole('alert').querySelectorAll('a')].map((link) => link.getAttribute('href') ?? '');
        expect(links).to.have.length(faultsOf(step, emptyAnswers).length);
        for (const link of links) expect(page.document.querySelector(`form ${link}`), link).to.not.equal(null);
      }
    });

    it('goes back to the first step that is not done instead of being sent', async () => {
      expect(firstFaulty(emptyAnswers)).to.equal('person');
      await page.click(page.getByRole('button', { name: 'Check' }));
      await page.click(field(page, /I will keep/));
      await page.click(page.getByRole('button', { name: /Send/ }));
      expect(page.getByRole('button', { name: 'You' }).getAttribute('aria-current')).to.equal('step');
    });

    it('has a label for every control, and a legend for every group', () => {
      for (const control of page.document.querySelectorAll<HTMLInputElement>('input,select,textarea'))
        expect(control.labels).to.have.length(1);
      for (const group of page.document.querySelectorAll('fieldset'))
        expect(group.firstElementChild?.tagName).to.equal('LEGEND');
    });
  });

  describe('the session', () => {
    it('is opened, and held by this process', () => {
      expect(titles(page)).to.deep.equal(['Opened']);
      expect(page.document.querySelector('.line b')?.textContent).to.equal('Node A, process 1');
    });

    it('is resumed with what was typed meanwhile, if the page is back soon', async () => {
      await page.type(field(page, /Your name/), 'Ada ');
      page.disconnect();
      await page.type(field(page, /Your name/), 'Lovelace');
      await page.reconnect();
      expect(field(page, /Your name/).value).to.equal('Ada Lovelace');
      expect(titles(page)).to.deep.equal(['Resumed', 'Opened']);
    });

    it('is restored with what was typed meanwhile, if the page is back late', async () => {
      await page.type(field(page, /Your name/), 'Ada ');
      page.disconnect();
      await page.advance(grace + 1_000);
      await page.type(field(page, /Your name/), 'Lovelace');
      await page.reconnect();
      expect(field(page, /Your name/).value).to.equal('Ada Lovelace');
      expect(titles(page)).to.deep.equal(['Restored', 'Opened']);
      expect(page.text()).to.include('It had put it into the store at 00:00:0');
    });
  });

  describe('the timeline', () => {
    const arrival = {
      reason: 'restored',
      reloaded: false,
      node: 'b',
      from: 'a',
      stored: beginning,
      why: undefined,
    } as const;

    it('tells a session that has moved from one that was restored in place', () => {
      const other = { type: 'arrived', arrival, node: { name: 'Node B', process: 2 } } as const;
      const next = { type: 'arrived', arrival, node: { name: 'Node A', process: 3 } } as const;
      const moved = arrive(opened(node, 0), other, 1);
      expect([moved.entries[0]?.what, moved.holder.name]).to.deep.equal(['moved', 'Node B']);
      expect(moved.entries[0]?.text).to.include('Node A, process 1 had put it into the store at 00:00:00 UTC');
      expect(arrive(opened(node, 0), next, 1).entries[0]?.what).to.equal('restored');
    });

    it('says why a session is fresh, and that one is a copy', () => {
      const text = (given: object): string =>
        arrive(opened(node, 0), { type: 'arrived', arrival: { ...arrival, ...given }, node }, 1).entries[0]?.text ?? '';
      expect(text({ reason: 'fresh', why: 'version' })).to.include('another version of this page');
      expect(text({ reason: 'fresh', why: 'damaged' })).to.include('damaged');
      expect(text({ reason: 'fresh' })).to.include('in no store');
      expect(text({ reason: 'forked' })).to.include('a copy');
    });

    it('is bounded', () => {
      let timeline = opened(node, 0);
      for (let at = 1; at <= 100; at++) timeline = arrive(timeline, { type: 'arrived', arrival, node }, at);
      expect([timeline.entries.length, timeline.entries[0]?.id]).to.deep.equal([mostEntries, 101]);
    });
  });
});

describe('the scissors', () => {
  let now: number;
  let server: Server;
  let origin: string;
  let sockets: Socket[];

  beforeEach(async () => {
    now = 0;
    sockets = [];
    const scissors = new Scissors(() => now);
    server = createServer((request, response) => {
      if (!scissors.answer(request, response)) response.writeHead(404).end();
    });
    server.on('upgrade', (request, socket) => {
      if (scissors.admit(request, socket)) socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    server.close();
  });

  /** A connection of a browser; resolves to whether it was let in. */
  async function upgrade(browser: string): Promise<{ socket: Socket; isOpen: boolean }> {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const head = `GET / HTTP/1.1\r\nHost: a\r\nCookie: other=1; troupe=${browser}\r\nConnection: Upgrade\r\n`;
    sockets.push(socket);
    socket.write(`${head}Upgrade: websocket\r\n\r\n`);
    const isOpen = await Promise.race([once(socket, 'data').then(() => true), once(socket, 'close').then(() => false)]);

    return { socket, isOpen };
  }

  const ask = async (browser: string, body: string): Promise<number> => {
    const headers = { cookie: `troupe=${browser}`, 'content-type': 'application/x-www-form-urlencoded' };

    return (await fetch(origin + cutPath, { method: 'POST', headers, body })).status;
  };

  it('cut the connections of the browser that asks, and refuse others for so long', async () => {
    const [own, other] = await Promise.all([upgrade('own'), upgrade('other')]);
    const closed = once(own.socket, 'close');
    expect(await ask('own', 'seconds=2')).to.equal(204);
    await closed;
    expect(other.socket.destroyed).to.equal(false);
    now = 1_999;
    expect((await upgrade('own')).isOpen).to.equal(false);
    expect((await upgrade('other')).isOpen).to.equal(true);
    now = 2_000;
    expect((await upgrade('own')).isOpen).to.equal(true);
  });

  it('do nothing for what they do not offer', async () => {
    const { socket } = await upgrade('own');
    expect(await ask('own', 'seconds=1000000')).to.equal(204);
    expect(await ask('unknown', 'seconds=2')).to.equal(204);
    expect((await upgrade('unknown')).isOpen).to.equal(true);
    expect(socket.destroyed).to.equal(false);
  });
});
