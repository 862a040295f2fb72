/**
 * A full disk ended the server: LMDB left rejections that nothing handled, and could write beyond a buffer of its own.
 * Kept alive, the store was reported with each beat. A read-only folder gave a bare EROFS.
 */

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { systemClock } from '../../runtime/platform/clock.js';
import { WriteBehind } from '../../runtime/registry/write-behind.js';
import type { Persistable, SessionImage } from '../../runtime/session/session-snapshot.js';
import { lmdb } from '../../runtime/store/lmdb.js';
import { Membership } from '../../runtime/store/membership.js';
import type { Store } from '../../runtime/store/store.js';
import { mountSmallDisk, type SmallDisk } from '../fixtures/small-disk.js';
import { claimed, entry } from '../fixtures/stores.js';
import { skip } from '../skip.js';

const megabyte = 1_048_576;

/** Waits for what a disk does: looks again every 5 ms, for 20 seconds at the most. */
async function until(holds: () => boolean): Promise<void> {
  for (let looks = 0; looks < 4_000; looks++) {
    if (holds()) return;
    await sleep(5);
  }
  throw new Error('The condition did not come to hold.');
}

/** A session of some size that says when it is stored. */
class Note implements Persistable {
  readonly id: string;
  fence = 0;
  stores = 0;
  #state = '';

  constructor(id: string) {
    this.id = id;
  }

  write(text: string): void {
    this.#state = text;
  }

  save(): SessionImage {
    const root = { id: '', name: 'page', version: 1, state: this.#state, subscriptions: undefined, children: [] };
    const tree = { turns: 0, root, envelopes: [] };

    return { application: '', at: 0, node: 'a', loads: [], ticket: undefined, lineage: undefined, effects: [], tree };
  }

  stored(): void {
    this.stores++;
  }

  fenced(): void {
    throw new Error('No other node is there.');
  }
}

describe('a disk', function () {
  this.timeout(60_000);
  let disk: SmallDisk;
  let store: Store | undefined;

  beforeEach(function () {
    const mounted = mountSmallDisk(2 * megabyte);
    if (typeof mounted === 'string') skip(this, mounted);
    disk = mounted;
  });
  afterEach(async () => {
    await store?.close();
    store = undefined;
    disk?.dispose();
  });

  const bytes = (size: number): Uint8Array => new Uint8Array(size);

  it('that is full refuses writes with the reason, and takes them as soon as it has space', async () => {
    store = lmdb({ path: join(disk.path, 'sessions') });
    await store.beat('a', 600_000);
    const fence = await store.write(entry({ id: 'before' }));
    disk.fill();
    const errors: string[] = [];
    for (let at = 0; at < 100; at++) {
      const writes = [1_000, 40_000, 9_000].map((size, each) =>
        (store as Store).write(entry({ id: `${at} ${each}`, bytes: bytes(size) }))
      );
      for (const result of await Promise.allSettled(writes)) {
        if (result.status === 'rejected') errors.push(String(result.reason));
      }
    }
    expect(errors.length).to.be.greaterThan(200);
    for (const text of errors) expect(text).to.match(/has no space for more \(ENOSPC.*\)\. Free some space/);
    expect(claimed(await store.claim('before', 'a')).text, 'reading goes on').to.equal('one');
    disk.free();
    expect(await store.write(entry({ id: 'after', bytes: bytes(200_000) }))).to.be.greaterThan(fence);
    await store.close();
    store = lmdb({ path: join(disk.path, 'sessions') });
    expect(claimed(await store.claim('after', 'a')).text).to.have.length(200_000);
  });

  it('that is full is reported once, though the store answers beats, and gets all that was kept from it', async () => {
    store = lmdb({ path: join(disk.path, 'sessions'), delay: 5 });
    const reports: string[] = [];
    const membership = new Membership({ clock: systemClock, lease: 150 });
    const writeBehind = new WriteBehind({
      ...{ clock: systemClock, store, node: 'a', largest: megabyte, lifetime: 600_000, membership },
      report: (_, error) => {
        reports.push(String(error));
        return '';
      },
      defer: setImmediate,
    });
    const notes = Array.from({ length: 20 }, (_, at) => new Note(`note ${at}`));
    for (const note of notes) writeBehind.changed(note);
    await until(() => notes.every(({ stores }) => stores === 1));
    disk.fill();
    for (const note of notes) {
      note.write('x'.repeat(50_000));
      writeBehind.changed(note);
    }
    let beats = 0;
    const stop = membership.join(() => beats++);
    await until(() => beats > 10);
    stop();
    expect(reports).to.have.length(1);
    const waiting = notes.filter(({ stores }) => stores === 1);
    expect(waiting.length).to.be.greaterThan(0);
    disk.free();
    const freed = Date.now();
    await until(() => waiting.every(({ stores }) => stores > 1));
    expect(Date.now() - freed).to.be.lessThan(5_000);
    expect(reports).to.have.length(1);
    await writeBehind.close();
  });

  it('that is full when the store is opened gives an error with the fix, and not the end of the process', () => {
    disk.fill();
    expect(() => lmdb({ path: join(disk.path, 'sessions') })).to.throw(/ENOSPC.*Free some space/);
    disk.free();
    store = lmdb({ path: join(disk.path, 'sessions') });
  });

  it('that is read-only gives an error with the fix', () => {
    disk.setWritable(false);
    expect(() => lmdb({ path: disk.path })).to.throw(
      /cannot be written \(EROFS.*\)\. Mount it writable, or use another path/
    );
    expect(() => lmdb({ path: join(disk.path, 'sessions') })).to.throw(/cannot be written \(EROFS/);
    disk.setWritable(true);
    store = lmdb({ path: disk.path });
  });
});
