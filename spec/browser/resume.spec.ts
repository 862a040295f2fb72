/**
 * The example 07-resume in a real Chromium, on servers in processes of their own: cut off, put away, loaded again,
 * killed, restarted, moved. They are started and ended by the commands of `docs/operations.md`.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { borrowRedis, findRedis, redisIsMissing } from '../redis.js';
import { skip } from '../skip.js';
import { newPage, type WatchedPage } from './chromium.js';

// COMMANDS --------------------------------------------------------------------

const root = process.cwd();

/** The lines of shell in the section of `docs/operations.md`. */
const commands = (() => {
  const [, rest = ''] = readFileSync(join(root, 'docs/operations.md'), 'utf8').split(
    '\n## A session outlives its process\n'
  );
  const [section = ''] = rest.split('\n## ');

  return [...section.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, text = '']) => text.trim().split('\n'));
})();

const done = new Set<string>();

/** The command that has all this in it. */
function command(...parts: readonly string[]): string {
  const found = commands.find((line) => parts.every((part) => line.includes(part)));
  if (found === undefined) throw new Error(`docs/operations.md has no command with ${parts.join(' and ')}.`);
  done.add(found);

  return found;
}

interface Node {
  readonly child: ChildProcess;
  readonly port: number;
}

const nodes: Node[] = [];

/** Starts the examples by a command, already built, in a folder and on a port of their own. */
async function start(line: string, folder: string, port: number, environment: NodeJS.ProcessEnv = {}): Promise<Node> {
  const program = `exec "${process.execPath}" --enable-source-maps "${join(root, 'dist/examples/index.js')}"`;
  const shell = line.replace('npm start', program).replace(/PORT=\d+/, `PORT=${port}`);
  const env = { ...process.env, ...environment, PORT: `${port}` };
  const child = spawn('sh', ['-c', shell], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const node = { child, port };
  nodes.push(node);
  for await (const said of createInterface(child.stdout)) {
    if (said.includes(`http://localhost:${port}/`)) break;
  }
  child.stdout.resume();

  return node;
}

/** Ends one by a command of `docs/operations.md`; gives its exit status. */
async function end(line: string, { child }: Node): Promise<number | null> {
  const exited = once(child, 'exit');
  spawn('sh', ['-c', line.replace(/\d+$/, `${child.pid}`)], { stdio: 'inherit' });

  return (await exited)[0] as number | null;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0), 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');

  return port;
}

// BALANCER --------------------------------------------------------------------

/** Connects each who comes with the first node that answers. */
class Balancer {
  #ports: readonly number[];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(ports: readonly number[]) {
    this.#ports = ports;
    this.#server = createServer((socket) => this.#lead(socket, 0));
  }

  async listen(): Promise<number> {
    await once(this.#server.listen(0), 'listening');

    return (this.#server.address() as AddressInfo).port;
  }

  #lead(socket: Socket, index: number): void {
    const port = this.#ports[index];
    if (port === undefined) return void socket.destroy();
    const onward = connect(port, 'localhost');
    let isOpen = false;
    this.#sockets.add(socket);
    onward.on('connect', () => {
      isOpen = true;
      socket.pipe(onward).pipe(socket);
    });
    socket.on('error', () => onward.destroy()).on('close', () => onward.destroy());
    onward.on('error', () => (isOpen ? socket.destroy() : this.#lead(socket, index + 1)));
    onward.on('close', () => isOpen && socket.destroy());
  }

  /** Leads to the other node first from now on. */
  turn(): void {
    this.#ports = [...this.#ports].reverse();
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

// PAGES -----------------------------------------------------------------------

const live = (page: Page): Promise<unknown> => page.waitForSelector('[data-troupe="live"]', { timeout: 30_000 });

const offline = (page: Page): Promise<unknown> => page.waitForSelector('[data-troupe]:not([data-troupe="live"])');

const stored = (page: Page): Promise<unknown> =>
  page.waitForSelector('[data-troupe="live"]:not([data-troupe-pending])', { timeout: 30_000 });

/** What the timeline says, newest first. */
const titles = (page: Page): Promise<string[]> => page.locator('.entry b').allTextContents();

/** Waits until the newest entry of the timeline has this title. */
const happens = (page: Page, title: string): Promise<unknown> =>
  page.waitForFunction((wanted) => document.querySelector('.entry b')?.textContent === wanted, title, {
    timeout: 30_000,
  });

/** Waits until the page is live, and has the browser say again and again that it has a network: no back-off is waited for. */
async function comesBack(page: Page): Promise<void> {
  const reminding = await page.evaluate(() => setInterval(() => dispatchEvent(new Event('online')), 100));
  await live(page);
  await page.evaluate((id) => clearInterval(id), reminding);
}

const name = (page: Page): Promise<string> => page.getByLabel('Your name').inputValue();

async function type(page: Page, text: string): Promise<void> {
  await page.getByLabel('Your name').press('End');
  await page.getByLabel('Your name').pressSequentially(text);
}

const secret = { TROUPE_SECRET: 'the secret of these specs' };

/** The browser itself says in the console that it could not connect, nor load the fallback. */
const expected = /WebSocket connection to .* failed|Failed to load resource: net::ERR_/;

// SPECS -----------------------------------------------------------------------

describe('the resume example in Chromium', function () {
  this.timeout(90_000);

  let folder: string;
  let watched: WatchedPage;
  let page: Page;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'resume-'));
    watched = await newPage();
    page = watched.page;
  });

  afterEach(async () => {
    for (const { child } of nodes.splice(0)) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
    // First: an error that is expected may come between taking those out and the check.
    await page.close();
    watched.errors.splice(0, Infinity, ...watched.errors.filter((error) => !expected.test(error)));
    await watched.expectNoErrors();
  });

  const open = async (port: number): Promise<void> => {
    await page.goto(`http://localhost:${port}/resume`);
    await live(page);
  };

  describe('in one process', () => {
    it('goes on after a cut, and after one that was longer than the grace period', async () => {
      const { port } = await start('npm start', folder, await freePort(), secret);
      await open(port);
      await type(page, 'Ada');
      await page.getByRole('button', { name: 'for 2 seconds' }).click();
      await offline(page);
      await type(page, ' Love');
      // A long back-off by chance would be longer than the grace period.
      await comesBack(page);
      await happens(page, 'Resumed');
      await page.getByRole('button', { name: 'for 10 seconds' }).click();
      await offline(page);
      await type(page, 'lace');
      await happens(page, 'Restored');
      await stored(page);
      expect(await name(page)).to.equal('Ada Lovelace');
      expect(await titles(page)).to.deep.equal(['Restored', 'Resumed', 'Opened']);
    });

    it('shows after a reload what was there, in the HTML already', async () => {
      const { port } = await start('npm start', folder, await freePort(), secret);
      await open(port);
      await type(page, 'Ada');
      await stored(page);
      const answered = page.waitForResponse(/\/resume$/);
      await page.reload();
      expect(await (await answered).text())
        .to.match(/Opened/)
        .and.to.match(/value="Ada"/);
      await happens(page, 'Resumed');
      expect(await name(page)).to.equal('Ada');
    });
  });

  describe('with a folder for its sessions', () => {
    it('comes back by itself after kill -9 and a restart, with what was typed before and meanwhile', async () => {
      const line = command('STORE=lmdb:sessions', 'npm start');
      const port = await freePort();
      const former = await start(line, folder, port);
      await open(port);
      // A session that was never stored does not come back.
      await type(page, 'A');
      await stored(page);
      await type(page, 'da ');
      await end(command('kill -9 4711'), former);
      await offline(page);
      await type(page, 'Lovelace');
      await start(line, folder, port);
      await happens(page, 'Restored');
      await stored(page);
      expect(await name(page)).to.equal('Ada Lovelace');
      await page.reload();
      await happens(page, 'Resumed');
      expect(await name(page)).to.equal('Ada Lovelace');
    });

    it('stores what is there at SIGTERM', async () => {
      const line = command('STORE=lmdb:sessions', 'npm start');
      const port = await freePort();
      const former = await start(line, folder, port);
      await open(port);
      await type(page, 'Ada');
      expect(await end(command('kill 4713'), former)).to.equal(0);
      await start(line, folder, port);
      await happens(page, 'Restored');
      expect(await name(page)).to.equal('Ada');
    });
  });

  describe('on two nodes', () => {
    let redis: Awaited<ReturnType<typeof borrowRedis>>;
    let first: Node;
    let second: Node;

    before(function () {
      if (findRedis() === undefined) skip(this, redisIsMissing);
    });

    beforeEach(async () => {
      command('redis-server');
      redis = await borrowRedis();
      const environment = { REDIS_URL: redis.url };
      first = await start(command('PORT=3001'), folder, await freePort(), environment);
      second = await start(command('PORT=3002'), folder, await freePort(), environment);
    });

    afterEach(async () => {
      for (const { child } of nodes.splice(0)) {
        const exited = once(child, 'exit');
        if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await exited;
      }
      await redis.stop();
    });

    it('moves to the other one when that is asked for the page, and back when that is dead', async () => {
      const balancer = new Balancer([first.port, second.port]);
      try {
        await open(await balancer.listen());
        await type(page, 'Ada');
        await stored(page);
        balancer.turn();
        await page.reload();
        await page.locator('.entry b', { hasText: 'Moved' }).first().waitFor();
        await stored(page);
        expect(await name(page)).to.equal('Ada');
        await type(page, ' Lovelace');
        await stored(page);
        await end(command('kill -9 4712'), second);
        await happens(page, 'Moved');
        expect(await name(page)).to.equal('Ada Lovelace');
      } finally {
        balancer.close();
      }
    });

    it('comes back by itself behind a balancer when its node is killed', async () => {
      const balancer = new Balancer([first.port, second.port]);
      try {
        await open(await balancer.listen());
        await type(page, 'Ada ');
        await end(command('kill -9 4712'), first);
        await offline(page);
        await type(page, 'Lovelace');
        await happens(page, 'Moved');
        await stored(page);
        expect(await name(page)).to.equal('Ada Lovelace');
      } finally {
        balancer.close();
      }
    });

    it('has run every command of docs/operations.md', () => {
      expect([...done].sort()).to.deep.equal([...new Set(commands)].sort());
    });
  });
});
