import { expect } from 'chai';
import { createSimulatedClock, type SimulatedClock } from '../../../runtime/platform/clock.js';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import { type MemoryStore, memory } from '../../../runtime/store/memory.js';
import type { Store } from '../../../runtime/store/store.js';
import { codeOf, entry } from '../../fixtures/stores.js';

const kilobyte = new Uint8Array(1_000);

describe('store/memory', () => {
  let clock: SimulatedClock;
  let store: MemoryStore;

  beforeEach(async () => {
    clock = createSimulatedClock(1_000_000);
    store = memory({ clock, maxBytes: 10_000 });
    await store.beat('a', 3_600_000);
  });

  /** Which of some sessions are kept. */
  async function kept(ids: readonly string[], from: Store = store): Promise<readonly string[]> {
    const claims = await Promise.all(ids.map(async (id) => [id, (await from.claim(id, 'other')).kind] as const));
    return claims.filter(([, kind]) => kind !== 'absent').map(([id]) => id);
  }

  const numbered = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `s${at}`);

  it('is volatile, and has no delay', () => {
    expect([store.isVolatile, store.delay]).to.deep.equal([true, 0]);
    expect(memory().bytes).to.equal(0);
  });

  it('drops the session that was written first when it is full', async () => {
    for (const id of numbered(20)) await store.write(entry({ id, bytes: kilobyte, release: true }));
    expect(await kept(numbered(20))).to.deep.equal(numbered(20).slice(-8));
    expect(store.bytes).to.be.within(8_000, 10_000);
  });

  it('keeps the sessions of a living node as long as there are others', async () => {
    for (const id of ['x', 'y', 'z']) await store.write(entry({ id, bytes: kilobyte }));
    for (const id of numbered(20)) await store.write(entry({ id, bytes: kilobyte, release: true }));
    expect(await kept(['x', 'y', 'z', ...numbered(20)])).to.deep.equal(['x', 'y', 'z', ...numbered(20).slice(-5)]);
  });

  it('drops the sessions of a dead node before those of a living one', async () => {
    await store.write(entry({ id: 'x', bytes: kilobyte }));
    for (const id of numbered(20)) await store.write(entry({ id, node: 'dead', bytes: kilobyte }));
    expect(await kept(['x', ...numbered(20)])).to.deep.equal(['x', ...numbered(20).slice(-7)]);
  });

  it('drops the oldest session of a living node when there are no others', async () => {
    for (const id of numbered(20)) await store.write(entry({ id, bytes: kilobyte }));
    expect(await kept(numbered(20))).to.deep.equal(numbered(20).slice(-8));
  });

  it('drops the quarantine before anything else', async () => {
    await store.write(entry({ id: 'x', bytes: kilobyte, release: true }));
    for (const id of numbered(3)) {
      await store.setAside(id, await store.write(entry({ id, bytes: kilobyte })), 'reason');
    }
    expect(await store.listAside()).to.have.length(3);
    for (const id of numbered(6)) await store.write(entry({ id: `${id} later`, bytes: kilobyte, release: true }));
    expect((await store.listAside()).length).to.be.lessThan(3);
    expect(await kept(['x'])).to.deep.equal(['x']);
  });

  it('refuses a session that is larger than `maxBytes`', async () => {
    await store.write(entry({ id: 'x', release: true }));
    expect(await codeOf(store.write(entry({ bytes: new Uint8Array(20_000) })))).to.equal(ErrorCode.Store);
    expect(await kept(['x'])).to.deep.equal(['x']);
  });

  it('drops expired sessions that are not asked for, and sets no timer', async () => {
    const large = memory({ clock });
    for (const id of numbered(1_000))
      await large.write(entry({ id, lifetime: 1_000, release: Number(id.slice(1)) % 2 === 0 }));
    clock.advance(1_001);
    for (let at = 0; at < 6; at++) await large.beat('a', 3_600_000);
    expect(large.bytes).to.equal(0);
    expect(clock.pending).to.equal(0);
  });

  it('keeps few expired sessions while new ones are written', async () => {
    const large = memory({ clock });
    for (let at = 0; at < 5_000; at++) {
      await large.write(entry({ id: `s${at}`, lifetime: 100, bytes: kilobyte, release: true }));
      clock.advance(1);
    }
    expect(large.bytes).to.be.lessThan(500 * 1_200);
  });

  it('drops the fence of a removed session in time', async () => {
    await store.remove('s', await store.write(entry({})));
    expect(store.bytes).to.be.greaterThan(0);
    clock.advance(600_001);
    await store.beat('a', 1);
    expect(store.bytes).to.equal(0);
  });

  it('works on when one of its servers closes it', async () => {
    await store.close();
    expect(await store.write(entry({}))).to.be.greaterThan(0);
  });

  it('throws an error if its options cannot be used', () => {
    expect(() => memory({ maxBytes: 0 })).to.throw(/maxBytes is a number of bytes above 0/);
    expect(() => memory({ maxBytes: Number.NaN })).to.throw(/maxBytes/);
    expect(memory({ maxBytes: Number.POSITIVE_INFINITY }).bytes).to.equal(0);
  });
});
