/** `docs/architecture.md` describes the code as it is: its folders are those of `runtime/`, and its files exist. */

import { existsSync, readdirSync } from 'node:fs';
import { expect } from 'chai';
import { read, section } from './markdown.js';

const architecture = read('docs/architecture.md');

describe('architecture.md', () => {
  it('draws every folder of runtime/, and no other', () => {
    const drawn = [...section(architecture, 'The folders').matchAll(/^ {2}(\w+)\/ {2,}/gm)].map(
      ([, name]) => `${name}`
    );
    const folders = readdirSync('runtime', { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect([...drawn].sort()).to.deep.equal(folders.map(({ name }) => name).sort());
  });

  it('draws the folders in the order in which they may import each other', () => {
    const drawn = [...section(architecture, 'The folders').matchAll(/^ {2}(\w+)\/ {2,}/gm)].map(
      ([, name]) => `${name}`
    );
    const [, table = ''] = /const folders[^{]*\{([\s\S]*?)\n\};/.exec(read('spec/architecture.spec.ts')) ?? [];
    const listed = [...table.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => `${name}`);
    expect(drawn).to.deep.equal(listed);
  });

  it('names files and folders that exist', () => {
    const named = [...architecture.matchAll(/`((?:runtime|client|components|examples|spec)\/[\w./-]*)`/g)];
    expect(named.length).to.be.above(25);
    expect(named.map(([, path]) => `${path}`).filter((path) => !existsSync(path))).to.deep.equal([]);
  });

  it('draws files that exist in the data path', () => {
    const drawn = [...section(architecture, 'The data path').matchAll(/\b(\w+)\/([a-z]+(?:-[a-z]+)*)\b/g)];
    const paths = drawn.map(([, folder, file]) =>
      folder === 'client' ? `client/${file}.ts` : `runtime/${folder}/${file}.ts`
    );
    expect(paths.length).to.be.above(15);
    expect(paths.filter((path) => !existsSync(path))).to.deep.equal([]);
  });
});
