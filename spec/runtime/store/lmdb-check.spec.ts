import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { open } from 'lmdb';
import { lmdb } from '../../../runtime/store/lmdb.js';
import { dataFile } from '../../../runtime/store/lmdb-files.js';
import { entry } from '../../fixtures/stores.js';

const program = join(process.cwd(), 'dist/runtime/store/lmdb-check.js');

describe('store/lmdb-check', () => {
  let path: string;

  beforeEach(async () => {
    path = mkdtempSync(join(tmpdir(), 'check-'));
    const store = lmdb({ path });
    for (let at = 0; at < 20; at++) await store.write(entry({ id: `s${at}`, bytes: new Uint8Array(at * 1_000) }));
    await store.setAside('s3', await store.write(entry({ id: 's3', node: 'a' })), 'odd');
    await store.close();
  });
  afterEach(() => rmSync(path, { recursive: true }));

  const run = () => spawnSync(process.execPath, [program, path], { encoding: 'utf8' });

  it('ends with 0 where all can be read and removed, and leaves the file as it is', () => {
    const before = readFileSync(dataFile(path));
    const { status, stdout } = run();
    expect([status, stdout]).to.deep.equal([0, '']);
    expect(readFileSync(dataFile(path)).equals(before)).to.equal(true);
  });

  it('ends with 3 and the reason where something is damaged', async () => {
    const root = open({ path, noSubdir: false, encoding: 'binary' });
    await root.put('fence', Buffer.from('odd'));
    await root.close();
    const { status, stdout } = run();
    expect([status, stdout]).to.deep.equal([3, 'the number of the last fence cannot be read']);
  });

  it('ends with another status where that is not what keeps it from reading', () => {
    rmSync(path, { recursive: true });
    writeFileSync(path, '');
    expect(run().status).to.equal(1);
  });
});
