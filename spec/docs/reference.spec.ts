/** `docs/reference.md` says what is so: its tables are complete, its listings compile or run. */

import assert from 'node:assert/strict';
import { expect } from 'chai';
import * as troupe from 'troupe';
import { openPage } from 'troupe/testing';
import { eventDefaults } from '../../runtime/wire/event-data.js';
import { codeIn, listingsOf, read, rowsOf, section, untyped } from './markdown.js';

const reference = read('docs/reference.md');

type Component = Parameters<typeof openPage>[0];

describe('reference', () => {
  it('shows what a page is given by code that compiles', () => {
    const [listing] = listingsOf(section(reference, 'What a page is given'));
    expect(read('spec/fixtures/page-props.ts').replace(/^.*\n\n/, '')).to.equal(listing?.text);
  });

  it('lists every property of what a page is given', () => {
    const [, body] = /export interface PageProps \{([\s\S]*?)\n\}/.exec(read('runtime/component/component.ts')) ?? [];
    const properties = [...(body ?? '').matchAll(/^ {2}readonly (\w+):/gm)].map(([, name]) => name);
    expect(rowsOf(section(reference, 'What a page is given')).map(([name]) => codeIn(name))).to.deep.equal(properties);
  });

  it('names every type of a server, here or among operations', () => {
    const source = read('runtime/server.ts');
    const exported = [...source.matchAll(/^export type \{(?<names>[^}]*)\}/gm)].flatMap(({ groups }) =>
      [...(groups?.['names'] ?? '').matchAll(/\w+/g)].map(([name]) => name)
    );
    expect(exported).to.include.members(['ServerOptions', 'PageProps']);
    const text = section(reference, 'What a page is given') + read('docs/operations.md');
    const names = [...exported, 'Server', 'Listening'];
    expect(names.filter((name) => !text.includes(`\`${name}\``))).to.deep.equal([]);
  });

  it('has a test that passes', async () => {
    const [, listing = ''] = /```ts\n([\s\S]*?)```/.exec(section(reference, 'Testing')) ?? [];
    const code = await untyped(listing);
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
    const text = section(reference, 'Testing');
    const missing = members.filter((name) => !inner.includes(name ?? '') && !text.includes(`\`${name}`));
    expect(members).to.include.members(['click', 'close', 'text', 'sent']);
    expect(missing).to.deep.equal([]);
  });

  it('lists every way a session can go on', () => {
    const [, union = ''] = /readonly reason: (.*);/.exec(read('runtime/component/component.ts')) ?? [];
    const reasons = union.split(' | ').map((reason) => reason.replaceAll("'", ''));
    expect(rowsOf(section(reference, 'Coming back')).map(([name]) => codeIn(name))).to.deep.equal(reasons);
  });

  it('names every field of an event', () => {
    const text = section(reference, 'Events');
    expect(Object.keys(eventDefaults).filter((field) => !text.includes(`\`${field}\``))).to.deep.equal([]);
  });
});

/** The component of the README's first listing. */
async function counter(): Promise<Component> {
  const [{ text: listing } = { text: '' }] = listingsOf(read('README.md'));
  const code = await untyped(listing.slice(0, listing.indexOf('createServer({')));
  const body = `${code.replace(/^import .*$/gm, '')} return Counter`;

  return new Function('component', 'html', body)(troupe.component, troupe.html) as Component;
}
