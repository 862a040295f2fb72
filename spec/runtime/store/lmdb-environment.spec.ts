import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { LmdbEnvironment } from '../../../runtime/store/lmdb-environment.js';
import { codeOf } from '../../fixtures/stores.js';

describe('store/lmdb-environment', () => {
  let path: string;
  let files: LmdbEnvironment;

  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'environment-'));
    files = new LmdbEnvironment(path);
  });
  afterEach(async () => {
    await files.close();
    rmSync(path, { recursive: true });
  });

  it('writes and removes sessions, snapshots in quarantine and the fence', async () => {
    await files.put('a', Buffer.from('one'), true);
    await files.put('b', Buffer.from('two'), false);
    await files.putAside([1, 2], Buffer.from('aside'), true);
    files.writeFence(7);
    expect([`${files.sessions.get('a')}`, `${files.quarantine.get([1, 2])}`, files.fence]).to.deep.equal([
      'one',
      'aside',
      7,
    ]);
    await Promise.all([files.remove('a'), files.removeAside([1, 2])]);
    expect([files.sessions.getCount(), files.quarantine.getCount()]).to.deep.equal([1, 0]);
  });

  it('keeps the file longer than what is in it, so that LMDB never makes it longer', async () => {
    const lengths = Array.from({ length: 60 }, (_, at) => 1_000 * at);
    for (const [at, length] of lengths.entries()) {
      await files.put(`${at}`, Buffer.alloc(length), false);
      const { lastPageNumber, pageSize } = files.sessions.getStats() as Record<string, number>;
      const used = ((lastPageNumber as number) + 1) * (pageSize as number);
      expect(statSync(join(path, 'data.mdb')).size).to.be.greaterThan(used);
    }
  });

  it('opens the files again after a write has failed, and goes on', async () => {
    await files.put('a', Buffer.from('one'), true);
    const before = files.sessions;
    before.put = () => Promise.reject(Object.assign(new Error('Commit failed'), { commitError: Promise.reject(5) }));
    expect(await codeOf(files.put('a', Buffer.from('two'), true))).to.equal('store');
    await files.ready;
    expect(files.sessions).not.to.equal(before);
    expect(files.ready).to.equal(undefined);
    expect(`${files.sessions.get('a')}`).to.equal('one');
    await files.put('a', Buffer.from('three'), true);
    expect(`${files.sessions.get('a')}`).to.equal('three');
  });
});
