/** The README says what is so: its commands exist, its listing runs, its tables are complete. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import * as troupe from 'troupe';
import * as server from 'troupe/server';
import { openPage } from 'troupe/testing';
import { eventDefaults, Limit } from '../runtime/protocol.js';
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

  it('lists every limit with its value', () => {
    const documented = rowsOf(section('Limits both sides share')).map(([name, value]) => [
      codeIn(name),
      Number(value?.replaceAll(',', '')),
    ]);
    expect(Object.fromEntries(documented)).to.deep.equal({ ...Limit });
  });

  it('names every field of an event', () => {
    const text = section('Events');
    expect(Object.keys(eventDefaults).filter((field) => !text.includes(`\`${field}\``))).to.deep.equal([]);
  });
});

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
  const { transform } = await import('esbuild');
  const { code } = await transform(listing, { loader: 'ts' });
  const body = code.replace(/^import .*$/gm, '').replace('.listen(3000)', ".listen(0, '127.0.0.1')");
  const start = body.lastIndexOf('createServer(');
  const make = new Function(
    'troupe',
    'server',
    `const { component, html } = troupe; const { createServer } = server;
    ${body.slice(0, start)} return ${body.slice(start)}`
  );
  return make(troupe, server) as Promise<server.Listening>;
}
