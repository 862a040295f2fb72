import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { dataFile, folderError, prepareFolder } from '../../../runtime/store/lmdb-files.js';

describe('store/lmdb-files', () => {
  let path: string;

  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'files-'));
  });
  afterEach(() => rmSync(path, { recursive: true }));

  it('creates the folder, locks it, and gives LMDB the space of its lock file', () => {
    const folder = join(path, 'a', 'b');
    const { damage, unlock } = prepareFolder(folder);
    expect([damage, statSync(join(folder, 'lock.mdb')).size]).to.deep.equal([undefined, 16_384]);
    expect(() => prepareFolder(folder)).to.throw(/is used by this process itself/);
    unlock();
    prepareFolder(folder).unlock();
  });

  it('begins an empty file anew, and moves what is no file of LMDB aside', () => {
    writeFileSync(dataFile(path), '');
    const first = prepareFolder(path);
    expect(first.damage).to.equal(undefined);
    first.unlock();
    writeFileSync(dataFile(path), 'x'.repeat(9_000));
    const second = prepareFolder(path);
    expect(second.damage?.message).to.match(/was damaged.*It was moved to .*data\.mdb\.damaged-\d+, and an empty one/);
    expect(readdirSync(path).filter((name) => name.startsWith('data.mdb'))).to.have.length(1);
    second.unlock();
  });

  it('names the folder, the reason and the fix of an error of the file system', () => {
    const full = Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
    expect(folderError('/sessions', 'has no space for more', full).message).to.equal(
      'The store in /sessions has no space for more (ENOSPC: no space left). Free some space, or use another path.'
    );
    expect(folderError('/sessions', 'cannot be written', new Error('odd')).message).to.match(
      /\(odd\)\. See the cause\.$/
    );
  });

  it('takes a path that is a file for an error', () => {
    const file = join(path, 'file');
    writeFileSync(file, '');
    expect(() => prepareFolder(file)).to.throw(/cannot be written \(.*EEXIST/);
  });
});
