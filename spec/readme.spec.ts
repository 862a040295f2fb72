/**
 * The README says what is so: its commands exist, its listing runs. What it leads to is held by `spec/docs/`, its links
 * by `spec/docs/links.spec.ts`.
 */

import { expect } from 'chai';
import * as troupe from 'troupe';
import * as server from 'troupe/server';
import { getPage, join as joinPage, nextFrame, pack } from './bench/visit.js';
import { listingsOf, read, rowsOf, section, untyped } from './docs/markdown.js';

const readme = read('README.md');

describe('README', () => {
  it('names commands that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const commands = [...readme.matchAll(/`npm (?:run )?(?<script>[a-z]+)/g)].map(
      ({ groups }) => groups?.['script'] ?? ''
    );
    expect(commands).to.include.members(['ci', 'start', 'test', 'lint', 'check', 'size', 'bench']);
    expect(
      commands.filter((script) => !['ci', 'pack'].includes(script) && scripts[script] === undefined)
    ).to.deep.equal([]);
  });

  it('begins with a counter that counts', async () => {
    const [{ text: listing } = { text: '' }] = listingsOf(readme);
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

  it('can be read in five minutes', () => {
    const words = readme.replaceAll(/^```[\s\S]*?^```$/gm, '').split(/\s+/);
    expect(words.length).to.be.at.most(1_500);
  });

  it('leads to every document and every example', () => {
    for (const file of ['guide', 'reference', 'operations', 'errors']) expect(readme).to.contain(`(docs/${file}.md)`);
    const served = [...read('examples/home.ts').matchAll(/path: '\/([\w-]+)'/g)].map(([, name]) => name ?? '');
    expect(served.length).to.be.at.least(7);
    const text = section(readme, 'Examples');
    expect(served.filter((name) => !new RegExp(`\\(examples/\\d+-${name}/`).test(text))).to.deep.equal([]);
  });

  it('names folders that exist', () => {
    const folders = rowsOf(section(readme, 'Layout')).map(([cell = '']) => cell.replaceAll(/[`/]/g, ''));
    expect(folders).to.deep.equal(['runtime', 'client', 'components', 'examples', 'docs', 'spec']);
  });
});

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
