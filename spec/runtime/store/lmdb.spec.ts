import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { open } from 'lmdb';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import { type LmdbStoreOptions, lmdb } from '../../../runtime/store/lmdb.js';
import type { Fence, Store } from '../../../runtime/store/store.js';
import { claimed, codeOf, entry } from '../../fixtures/stores.js';
import { runWithoutPackages } from '../../fixtures/without-packages.js';

const writer = fileURLToPath(new URL('../../fixtures/store-writer.js', import.meta.url));
const source = pathToFileURL(join(process.cwd(), 'dist/runtime/store/lmdb.js')).href;

describe('store/lmdb', () => {
  let path: string;
  let stores: Store[];

  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'store-'));
    stores = [];
  });
  afterEach(async () => {
    await Promise.all(stores.map((store) => store.close()));
    rmSync(path, { recursive: true });
  });

  function start(options: Partial<LmdbStoreOptions> = {}): Store {
    const store = lmdb({ path, ...options });
    stores.push(store);
    return store;
  }

  it('is not volatile, and has a delay of 100 ms by default', async () => {
    expect([start().isVolatile, stores[0]?.delay]).to.deep.equal([false, 100]);
    await stores[0]?.close();
    expect(start({ delay: 0 }).delay).to.equal(0);
  });

  it('keeps sessions over a restart, without their owners, and fences grow', async () => {
    const first = start();
    await first.beat('a', 3_600_000);
    const fence = await first.write(entry({}));
    await first.setAside('gone', await first.write(entry({ id: 'gone' })), 'reason');
    await first.close();
    const second = start();
    await second.beat('a', 3_600_000);
    const claim = claimed(await second.claim('s', 'b'));
    expect(claim.text).to.equal('one');
    expect(claim.fence).to.be.greaterThan(fence + 1);
    expect(await second.write(entry({ fence }))).to.equal(0);
    expect((await second.claim('gone', 'b')).kind).to.equal('absent');
    expect((await second.listAside()).map(({ id }) => id)).to.deep.equal(['gone']);
  });

  for (const flush of [true, false]) {
    it(`reads a session that is being written${flush ? '' : ', also without flush'}`, async () => {
      const store = start({ flush });
      const fence = await store.write(entry({}));
      const write = store.write(entry({ fence, bytes: Uint8Array.of(50) }));
      expect(claimed(await store.claim('s', 'b')).text).to.equal('2');
      expect(await write).to.equal(fence);
    });
  }

  it('has each acknowledged write after kill -9, and starts again at once', async () => {
    let highest: Fence = 0;
    for (let round = 0; round < 2; round++) {
      const acknowledged = new Map<string, number>();
      const child = spawn(process.execPath, [writer, path], { stdio: ['ignore', 'pipe', 'inherit'] });
      for await (const line of createInterface({ input: child.stdout })) {
        const [id = '', number, fence] = line.split(' ');
        acknowledged.set(id, Number(number));
        highest = Math.max(highest, Number(fence));
        if (Number(number) === 50) child.kill('SIGKILL');
      }
      await gone(child);
      const store = start();
      for (const [id, number] of acknowledged) {
        const { text, fence } = claimed(await store.claim(id, 'reader'));
        expect(Number(text), id).to.be.within(number, number + 1);
        expect(fence).to.be.greaterThan(highest);
        highest = fence;
        await store.remove(id, fence);
      }
      expect(acknowledged.size).to.equal(20);
      await store.close();
    }
  });

  it('throws an error in a second process while the first lives', () => {
    start();
    const program = `import { lmdb } from '${source}'; lmdb({ path: ${JSON.stringify(path)} });`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
    });
    expect(status).to.equal(1);
    expect(stderr).to.match(new RegExp(`TroupeError: .* is used by process ${process.pid}. One store in one process`));
    expect(() => start()).to.throw(/used by this process itself/);
  });

  it('removes expired sessions, and in time the fences of removed ones', async () => {
    const clock = createSimulatedClock(Date.now());
    const store = start({ clock });
    const ids = Array.from({ length: 600 }, (_, at) => `s${String(at).padStart(3, '0')}`);
    await Promise.all(ids.map((id, at) => store.write(entry({ id, lifetime: at % 3 === 0 ? 3_600_000 : 1_000 }))));
    await store.remove('s000', claimed(await store.claim('s000', 'a')).fence);
    clock.advance(600_001);
    for (let at = 0; at < 4; at++) await store.beat('a', 1_000);
    await store.close();
    const root = open({ path, noSubdir: false });
    const left = [...root.openDB('sessions', { encoding: 'binary' }).getKeys()];
    await root.close();
    expect(left).to.deep.equal(ids.filter((_, at) => at % 3 === 0 && at > 0));
  });

  it('removes expired sessions while others are written', async () => {
    const clock = createSimulatedClock(Date.now());
    const store = start({ clock, flush: false });
    for (let at = 0; at < 40; at++) {
      const ids = Array.from({ length: 50 }, (_, index) => `s${at * 50 + index}`);
      await Promise.all(ids.map((id) => store.write(entry({ id, lifetime: 1_000, release: true }))));
      clock.advance(500);
    }
    await store.close();
    const root = open({ path, noSubdir: false });
    const left = root.openDB('sessions', { encoding: 'binary' }).getCount();
    await root.close();
    expect(left).to.be.lessThan(500);
  });

  it('refuses calls after it is closed', async () => {
    const store = start();
    await store.close();
    for (const asked of [
      () => store.beat('a', 1),
      () => store.claim('s', 'a'),
      () => store.write(entry({})),
      () => store.remove('s', 1),
      () => store.setAside('s', 1, ''),
      () => store.listAside(),
    ])
      expect(await codeOf(asked())).to.equal(ErrorCode.Closed);
  });

  it('throws an error if its options cannot be used', () => {
    expect(() => lmdb({ path: '' })).to.throw(/path must be the name of a folder/);
    expect(() => start({ delay: -1 })).to.throw(/delay is a number of milliseconds/);
  });

  it('names the package to install if it is missing', () => {
    const program = `import { lmdb } from './runtime/store/lmdb.js'; console.log('loaded'); lmdb({ path: 'sessions' });`;
    const said = runWithoutPackages(program);
    expect(said).to.match(/^loaded/);
    expect(said).to.include('troupe/store/lmdb needs the package lmdb. Install it: npm install lmdb');
  });
});

async function gone(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
