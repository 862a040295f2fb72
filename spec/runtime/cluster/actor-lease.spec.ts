import { expect } from 'chai';
import { Lease } from '../../../runtime/cluster/actor-lease.js';
import type { Directory } from '../../../runtime/cluster/cluster-directory.js';
import { createSimulatedClock, type SimulatedClock } from '../../../runtime/platform/clock.js';
import { DirectoryState, MemoryDirectory } from '../../../runtime/testing/memory-directory.js';
import { settled } from '../../fixtures/live-session.js';

/** A directory that can be cut off. */
class Flaky extends MemoryDirectory {
  isCut = false;
  readonly #listeners: (() => void)[] = [];

  override claim(name: string): Promise<string> {
    return this.isCut ? Promise.reject(new Error('cut off')) : super.claim(name);
  }

  override holder(name: string): Promise<string | undefined> {
    return this.isCut ? Promise.reject(new Error('cut off')) : super.holder(name);
  }

  override returned(listener?: () => void): () => void {
    if (listener !== undefined) this.#listeners.push(listener);
    return () => {};
  }

  back(): void {
    this.isCut = false;
    for (const listener of this.#listeners) listener();
  }
}

describe('actor lease', () => {
  let clock: SimulatedClock;
  let state: DirectoryState;
  let log: string[];
  let leases: Lease[];

  beforeEach(() => {
    clock = createSimulatedClock(1_000_000);
    state = new DirectoryState();
    log = [];
    leases = [];
  });

  afterEach(async () => {
    await Promise.all(leases.map((lease) => lease.end()));
    await settled();
    expect(clock.pending, 'timers').to.equal(0);
  });

  function directoryOf(node: string): Flaky {
    return new Flaky(state, { clock, defer: (run) => run(), lease: 300, node });
  }

  function leaseOf(node: string, directory: Directory = directoryOf(node)): Lease {
    const lease = new Lease({
      clock,
      directory,
      gained: (before) => log.push(`${node} gained${before === undefined ? '' : ` from ${before}`}`),
      lost: (holder) => log.push(`${node} lost to ${holder}`),
      moved: () => log.push(`${node} moved`),
      name: 'a',
      node,
      renewed: () => log.push(`${node} renewed`),
    });
    leases.push(lease);

    return lease;
  }

  async function pass(duration: number): Promise<void> {
    for (let passed = 0; passed < duration; passed += 50) {
      clock.advance(50);
      await settled();
    }
  }

  it('is held by the first, and renewed three times in its time', async () => {
    const one = leaseOf('one');
    await settled();
    const two = leaseOf('two');
    await pass(1_000);
    expect(log.slice(0, 3)).to.deep.equal(['one gained', 'two moved', 'one renewed']);
    expect(log.filter((text) => text === 'one renewed')).to.have.length(10);
    expect([one.isHeld, one.holder, two.isHeld, two.holder]).to.deep.equal([true, 'one', false, 'one']);
  });

  it('passes on when it is given up, at once to a node that is notified', async () => {
    const one = leaseOf('one');
    await settled();
    const two = leaseOf('two');
    await settled();
    await one.end();
    two.freed();
    await settled();
    expect(log).to.deep.equal(['one gained', 'two moved', 'two gained']);
  });

  it('goes over when it runs out; who held it hears of that when it can', async () => {
    const cut = directoryOf('one');
    leaseOf('one', cut);
    await settled();
    leaseOf('two');
    await settled();
    cut.isCut = true;
    await pass(200);
    expect(log).to.not.include('two gained from one');
    await pass(300);
    expect(log).to.include('two gained from one').and.not.include('one lost to two');
    cut.back();
    await settled();
    expect(log.at(-1)).to.equal('one lost to two');
  });

  it('is left to who held it when all were cut off, for a lease and the time to connect again', async () => {
    const [first, second] = [directoryOf('one'), directoryOf('two')];
    leaseOf('one', first);
    await settled();
    leaseOf('two', second);
    await settled();
    for (const directory of [first, second]) directory.isCut = true;
    await pass(2_000);
    second.back();
    await pass(2_500);
    first.back();
    await pass(1_000);
    expect(log).to.not.include('two gained from one');
    expect(log.at(-1)).to.equal('one renewed');
  });

  it('goes over after an outage when who held it does not come back', async () => {
    const [first, second] = [directoryOf('one'), directoryOf('two')];
    leaseOf('one', first);
    await settled();
    leaseOf('two', second);
    await settled();
    for (const directory of [first, second]) directory.isCut = true;
    await pass(2_000);
    second.back();
    await pass(2_000);
    expect(log).to.not.include('two gained from one');
    await pass(1_000);
    expect(log).to.include('two gained from one');
  });

  it('is given up again if it was gained while it ended', async () => {
    const one = leaseOf('one');
    const ended = one.end();
    await ended;
    await settled();
    leaseOf('two');
    await settled();
    expect(log).to.deep.equal(['two gained']);
  });
});
