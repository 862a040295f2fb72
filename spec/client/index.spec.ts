import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import * as entry from 'troupe/client';

describe('the entry of the client', () => {
  it('exports what a page starts itself with, and nothing else', () => {
    expect(Object.keys(entry).sort()).to.deep.equal(['createView', 'start']);
  });

  it('exports the types that go with it, and no other', () => {
    const source = readFileSync(join(process.cwd(), 'client/index.ts'), 'utf8');
    const names = [...source.matchAll(/\btype (\w+)/g)].map(([, name]) => name).sort();
    expect(names).to.deep.equal(['StartOptions', 'View', 'ViewHooks']);
  });
});
