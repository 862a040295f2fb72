import { expect } from 'chai';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import { encryptedStore } from '../../../runtime/store/encrypted-store.js';
import { memory } from '../../../runtime/store/memory.js';
import type { Store } from '../../../runtime/store/store.js';
import { claimed, describeStore, entry } from '../../fixtures/stores.js';

const secret = 'the secret of this spec';
const textOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('latin1');

describeStore('store/encrypted-store', async () => {
  const clock = createSimulatedClock(Date.now());
  const kept = memory({ clock });

  return {
    open: () => encryptedStore(kept, [secret]),
    pass: async (milliseconds) => clock.advance(milliseconds),
    dispose: () => kept.close(),
  };
});

describe('encrypted store', () => {
  const bytes = Buffer.from('canary');
  let kept: Store;

  beforeEach(async () => {
    kept = memory();
    await kept.beat('a', 60_000);
    await encryptedStore(kept, [secret]).write(entry({ id: 's', bytes, release: true }));
  });

  it('keeps nothing that can be read', async () => {
    const stored = textOf(await kept.peek?.('s'));
    expect(stored).to.have.length(bytes.length + 29);
    expect(stored).to.not.include('canary');
  });

  it('reads what an older secret has encrypted', async () => {
    const store = encryptedStore(kept, ['a newer secret of this spec', secret]);
    expect(textOf(await store.peek?.('s'))).to.equal('canary');
    expect(claimed(await store.claim('s', 'b')).text).to.equal('canary');
  });

  it('gives what cannot be unpacked for a session of another secret, of another id, damaged or plain', async () => {
    const unreadable = '\xc1';
    expect(textOf(await encryptedStore(kept, ['another secret of this spec']).peek?.('s'))).to.equal(unreadable);
    const stored = (await kept.peek?.('s')) as Uint8Array;
    const damaged = Uint8Array.from(stored);
    damaged[20] = (damaged[20] ?? 0) ^ 1;
    for (const [id, found] of [
      ['other', stored],
      ['damaged', damaged],
      ['short', stored.subarray(0, 20)],
      ['plain', bytes],
    ] as const) {
      await kept.write(entry({ id, bytes: found, release: true }));
      expect(textOf(await encryptedStore(kept, [secret]).peek?.(id)), id).to.equal(unreadable);
    }
  });

  it('decrypts what is in quarantine', async () => {
    const store = encryptedStore(kept, [secret]);
    const claim = await store.claim('s', 'a');
    await store.setAside('s', claim.kind === 'claimed' ? claim.fence : 0, 'for a reason');
    expect((await store.listAside()).map((aside) => [aside.reason, textOf(aside.bytes)])).to.deep.equal([
      ['for a reason', 'canary'],
    ]);
  });

  it('says what it kept damaged, as the store does', () => {
    expect(encryptedStore(kept, [secret]).damage).to.equal(undefined);
    expect(() => encryptedStore(kept, [])).to.throw('at least one secret');
  });
});
