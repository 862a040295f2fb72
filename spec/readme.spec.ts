/** The README says what is so: its commands exist, its listing runs, its tables are complete. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import * as troupe from 'troupe';
import * as server from 'troupe/server';
import { openPage } from 'troupe/testing';
import { CloseCode, eventDefaults, Limit } from '../runtime/protocol.js';
import { getPage, join as joinPage, nextFrame, pack } from './bench/visit.js';

const root = process.cwd();
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const readme = read('README.md');

/** The text from one heading to the next. */
function section(title: string): string {
  const [, rest] = readme.split(`\n## ${title}\n`);
  return (rest as string).split('\n## ')[0] as string;
}

/** Tables, as rows of cells. */
const rowsOf = (text: string): readonly (readonly string[])[] =>
  [...text.matchAll(/^\|(.*)\|$/gm)].map(([, row]) => (row as string).split('|').map((cell) => cell.trim())).slice(2);

const codeIn = (cell: string | undefined): string => /`([^`]+)`/.exec(cell ?? '')?.[1] ?? '';

const Counter = troupe.component({
  name: 'counter',
  init: () => 0,
  update: (count: number, _message: { type: 'incremented' }) => count + 1,
  view: (count) => troupe.html`<p>${count}</p>`,
});

type Component = Parameters<typeof openPage>[0];

describe('README', () => {
  it('names commands that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const commands = [...readme.matchAll(/`npm (?:run )?(?<script>[a-z]+)/g)].map(
      ({ groups }) => groups?.['script'] ?? ''
    );
    expect(commands).to.include.members(['ci', 'start', 'test', 'lint', 'check', 'size', 'bench']);
    expect(commands.filter((script) => script !== 'ci' && scripts[script] === undefined)).to.deep.equal([]);
  });

  it('names files that exist', () => {
    const links = [...readme.matchAll(/\]\((?<file>[^):]+)\)/g)].map(({ groups }) => groups?.['file'] ?? '');
    expect(links.filter((file) => !existsSync(join(root, file)))).to.deep.equal([]);
  });

  it('begins with a counter that counts', async () => {
    const listing = /```ts\n(?<code>[\s\S]*?)```/.exec(readme)?.groups?.['code'] ?? '';
    expect(listing.trim().split('\n').length).to.be.at.most(25);
    const listening = await run(listing);
    try {
      const page = await getPage(`http://127.0.0.1:${listening.port}/`);
      expect(page.html).to.match(/<output[^>]*>.*0.*<\/output>/);
      const { socket } = await joinPage(page);
      socket.send(pack([1, [[1, 2]]]));
      expect(await nextFrame(socket)).to.deep.equal([2, [1, 1, 1]]);
    } finally {
      await listening.close();
    }
  });

  it('shows what a page is given by code that compiles', () => {
    const listing = /```ts\n(?<code>[\s\S]*?)```/.exec(section('What a page is given'))?.groups?.['code'] ?? '';
    expect(read('spec/fixtures/page-props.ts').replace(/^.*\n\n/, '')).to.equal(listing);
  });

  it('lists every property of what a page is given', () => {
    const [, body] = /export interface PageProps \{([\s\S]*?)\n\}/.exec(read('runtime/sessions.ts')) ?? [];
    const properties = [...(body ?? '').matchAll(/^ {2}readonly (\w+):/gm)].map(([, name]) => name);
    expect(rowsOf(section('What a page is given')).map(([name]) => codeIn(name))).to.deep.equal(properties);
  });

  it('names every type of a server', () => {
    const source = read('runtime/server.ts');
    const exported = [...source.matchAll(/^export type \{ (?<names>.*) \}/gm)].flatMap(({ groups }) =>
      (groups?.['names'] ?? '').split(', ')
    );
    expect(exported).to.include.members(['ServerOptions', 'PageProps']);
    const text = section('What a page is given');
    const names = [...exported, 'Server', 'Listening'];
    expect(names.filter((name) => !text.includes(`\`${name}\``))).to.deep.equal([]);
  });

  it('mounts such that upgrades nobody takes are closed', async () => {
    const [, code = ''] = /```ts\n([\s\S]*?)\n\/\/ Express/.exec(section('Mounting')) ?? [];
    const make = new Function('http', 'createServer', 'Counter', `${await untyped(code)} return { server, troupe };`);
    const mounted = make(http, server.createServer, Counter) as { server: http.Server; troupe: server.Server };
    await once(mounted.server.listen(0, '127.0.0.1'), 'listening');
    const socket = connect((mounted.server.address() as AddressInfo).port, '127.0.0.1');
    try {
      socket.write('GET /other HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      socket.on('error', () => undefined);
      await once(socket, 'close');
    } finally {
      socket.destroy();
      await mounted.troupe.close();
      mounted.server.close();
    }
  });

  it('mounts everywhere by the same function', () => {
    const listeners = [...section('Mounting').matchAll(/\.on\('upgrade', (?<listener>[\w.]+)\)/g)];
    expect(listeners.map(({ groups }) => groups?.['listener'])).to.deep.equal(['upgrade', 'upgrade', 'upgrade']);
  });

  it('has a test that passes', async () => {
    const [, listing = ''] = /```ts\n([\s\S]*?)```/.exec(section('Testing')) ?? [];
    const { transform } = await import('esbuild');
    const { code } = await transform(listing, { loader: 'ts' });
    const tests: (() => Promise<void>)[] = [];
    const test = (_name: string, run: () => Promise<void>): void => void tests.push(run);
    const body = code.replace(/^import .*$/gm, '');
    new Function('assert', 'test', 'openPage', 'Counter', body)(assert, test, openPage, await counter());
    expect(tests).to.have.length(1);
    await tests[0]?.();
  });

  it('names everything that a page in a test has', () => {
    const source = read('runtime/testing/test-page.ts');
    const [, body = ''] = /export class LivePage \{([\s\S]*?)\n\}/.exec(source) ?? [];
    const members = [...body.matchAll(/^ {2}(?:async |get |readonly )?([a-z]\w*)(?:<.*?>)?[(:]/gm)].map(
      ([, name]) => name
    );
    const inner = ['constructor', 'window', 'load', 'abandon'];
    const text = section('Testing');
    const missing = members.filter((name) => !inner.includes(name ?? '') && !text.includes(`\`${name}`));
    expect(members).to.include.members(['click', 'close', 'text', 'sent']);
    expect(missing).to.deep.equal([]);
  });

  it('lists every option of createServer', () => {
    const source = read('runtime/options.ts');
    const [, body] = /export interface ServerOptions \{([\s\S]*?)\n\}/.exec(source) ?? [];
    const options = [...(body ?? '').matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name);
    const documented = rowsOf(section('Options of `createServer`')).map(([name]) => codeIn(name));
    expect(documented).to.deep.equal(options);
  });

  it('gives the defaults of the options that are numbers', () => {
    const source = read('runtime/options.ts');
    for (const [name, value] of rowsOf(section('Options of `createServer`'))) {
      if (!/^[\d,]+$/.test(value ?? '')) continue;
      const [, given] = new RegExp(`^ {2}${codeIn(name)}: ([\\d_]+),$`, 'm').exec(source) ?? [];
      expect(given?.replaceAll('_', ','), codeIn(name)).to.equal(value?.replace(/^(\d+)$/, '$1'));
    }
  });

  it('lists every way a session can go on', () => {
    const [, union = ''] = /readonly reason: (.*);/.exec(read('runtime/component.ts')) ?? [];
    const reasons = union.split(' | ').map((reason) => reason.replaceAll("'", ''));
    const [, table = ''] = section('A session outlives its process').split('| `reason` |');
    const documented = rowsOf(`| reason |${table.split('###')[0]}`).map(([name]) => codeIn(name));
    expect(documented).to.deep.equal(reasons);
  });

  it('lists what the environment tells the examples', () => {
    const [, table = ''] = section('A session outlives its process').split("### What the examples' server is told");
    const documented = rowsOf(table).map(([name, value]) => `${codeIn(name)} ${value}`);
    const told = rowsOf(read('examples/settings.ts').replaceAll(/^ \* \|/gm, '|'));
    const secret = 'TROUPE_SECRET a random one';
    expect(documented).to.deep.equal([...told.map(([name, value]) => `${codeIn(name)} ${value}`), secret]);
  });

  it('lists every limit with its value', () => {
    const documented = rowsOf(section('Limits both sides share')).map(([name, value]) => [
      codeIn(name),
      Number(value?.replaceAll(',', '')),
    ]);
    expect(Object.fromEntries(documented)).to.deep.equal({ ...Limit });
  });

  it('gives the limits of overload as they are, and close codes that exist', () => {
    const codes = new Set<number>([...Object.values(CloseCode), 1008]);
    const rows = rowsOf(section('Overload'));
    expect(rows.length).to.be.at.least(20);
    for (const [what, value = '', where = '', then = ''] of rows) {
      const [, name, , file = 'options.ts'] = /^`(\w+)`( in `([\w-]+\.ts)`)?$/.exec(where) ?? [];
      for (const [, code] of then.matchAll(/closes with (\d+)/g)) expect(codes.has(Number(code)), what).to.equal(true);
      if (value === '') continue;
      const given = new RegExp(`^(?:const ${name} = |  ${name}: )(Limit\\.\\w+|[\\d_]+)[,;]$`, 'm').exec(
        read(`runtime/${file}`)
      );
      const number = given?.[1] === 'Limit.frame' ? String(Limit.frame) : given?.[1]?.replaceAll('_', '');
      expect(number, what).to.equal(value.replaceAll(',', ''));
    }
  });

  it('puts the signs of health at the root', async () => {
    const [, code = ''] = /```ts\n([\s\S]*?)\n\/\/ Express/.exec(section('Health')) ?? [];
    const listing = (await untyped(code)).replace('http.createServer', 'const server = http.createServer');
    const make = new Function('http', 'createServer', 'Counter', `${listing} return { server, troupe };`);
    const mounted = make(http, server.createServer, Counter) as { server: http.Server; troupe: server.Server };
    await once(mounted.server.listen(0, '127.0.0.1'), 'listening');
    const origin = `http://127.0.0.1:${(mounted.server.address() as AddressInfo).port}`;
    const statuses = async () => {
      const paths = ['/healthz', '/readyz', '/_troupe/healthz', '/_troupe/readyz', '/'];
      return Promise.all(paths.map(async (path) => (await fetch(origin + path, { headers: close })).status));
    };
    const close = { connection: 'close' };
    try {
      expect(await statuses()).to.deep.equal([200, 200, 200, 200, 200]);
      await mounted.troupe.close();
      expect(await statuses()).to.deep.equal([200, 503, 200, 503, 503]);
    } finally {
      mounted.server.close();
    }
  });

  it('names every field of an event', () => {
    const text = section('Events');
    expect(Object.keys(eventDefaults).filter((field) => !text.includes(`\`${field}\``))).to.deep.equal([]);
  });
});

/** A listing with its types dropped. */
async function untyped(listing: string): Promise<string> {
  const { transform } = await import('esbuild');

  return (await transform(listing, { loader: 'ts' })).code;
}

/** The component of the first listing. */
async function counter(): Promise<Component> {
  const { transform } = await import('esbuild');
  const [, listing = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  const { code } = await transform(listing.slice(0, listing.indexOf('createServer({')), { loader: 'ts' });
  const body = `${code.replace(/^import .*$/gm, '')} return Counter`;

  return new Function('component', 'html', body)(troupe.component, troupe.html) as Component;
}

/** Runs the listing as it stands, with its types dropped and on a port that is free. */
async function run(listing: string): Promise<server.Listening> {
  const body = (await untyped(listing))
    .replace(/^import .*$/gm, '')
    .replace('.listen(3000)', ".listen(0, '127.0.0.1')");
  const start = body.lastIndexOf('createServer(');
  const make = new Function(
    'troupe',
    'server',
    `const { component, html } = troupe; const { createServer } = server;
    ${body.slice(0, start)} return ${body.slice(start)}`
  );
  return make(troupe, server) as Promise<server.Listening>;
}
