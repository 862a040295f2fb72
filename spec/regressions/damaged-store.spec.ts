/**
 * A damaged file of the store on disk ended each process that read it, with SIGSEGV or SIGBUS: LMDB maps it into memory
 * and follows its page numbers unchecked. It is read by another process first, and moved aside.
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { lmdb } from '../../runtime/store/lmdb.js';
import type { Store } from '../../runtime/store/store.js';
import { claimed, entry } from '../fixtures/stores.js';

const pageBytes = 4_096;
const flags = { offset: 18, leaf: 2, overflow: 4 } as const;

describe('a damaged store', function () {
  this.timeout(60_000);
  let path: string;
  let file: string;
  let store: Store | undefined;

  beforeEach(async () => {
    path = mkdtempSync(join(tmpdir(), 'damaged-'));
    file = join(path, 'data.mdb');
    store = lmdb({ path });
    const ids = Array.from({ length: 300 }, (_, at) => `s${at}`);
    await Promise.all(
      ids.map((id, at) => store?.write(entry({ id, bytes: new Uint8Array(200 + at * 20), release: true })))
    );
    await store.close();
    store = undefined;
  });
  afterEach(async () => {
    await store?.close();
    rmSync(path, { recursive: true });
  });

  /** Fills each page of a kind with what is no page. */
  const spoil = (kind: number): void => {
    const bytes = readFileSync(file);
    for (let at = 2 * pageBytes; at < bytes.length; at += pageBytes) {
      if (bytes.readUInt16LE(at + flags.offset) !== kind) continue;
      for (let byte = 0; byte < pageBytes; byte++) bytes[at + byte] = (byte * 7_919 + 13) % 256;
    }
    writeFileSync(file, bytes);
  };

  const damages: Readonly<Record<string, () => void>> = {
    'that has lost its end': () => truncateSync(file, 30 * pageBytes),
    'whose pages of entries are something else': () => spoil(flags.leaf),
    'whose pages of large values are something else': () => spoil(flags.overflow),
    'that is another file': () => writeFileSync(file, 'This is the diary of a gardener.\n'.repeat(1_000)),
  };

  for (const [what, damage] of Object.entries(damages)) {
    it(`${what} is moved aside, and an empty one begun`, async () => {
      damage();
      const damaged = readFileSync(file);
      store = lmdb({ path });
      const aside = readdirSync(path).find((name) => /^data\.mdb\.damaged-\d+$/.test(name)) as string;
      expect(store.damage?.message).to.match(
        /^The store in .* was damaged: .*\. It was moved to .*data\.mdb\.damaged-/
      );
      expect(readFileSync(join(path, aside)).equals(damaged)).to.equal(true);
      expect(await store.claim('s1', 'a')).to.deep.equal({ kind: 'absent' });
      expect(await store.write(entry({}))).to.be.greaterThan(0);
    });
  }

  it('is not what a good one is taken for', async () => {
    store = lmdb({ path });
    expect(store.damage).to.equal(undefined);
    expect(claimed(await store.claim('s299', 'a')).text).to.have.length(200 + 299 * 20);
    expect((await store.list?.())?.length).to.equal(300);
  });
});
