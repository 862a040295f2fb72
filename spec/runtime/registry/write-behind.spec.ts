import { expect } from 'chai';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';
import { WriteBehind } from '../../../runtime/registry/write-behind.js';
import { type Persistable, type SessionImage, unpack } from '../../../runtime/session/session-snapshot.js';
import { Membership } from '../../../runtime/store/membership.js';
import { memory } from '../../../runtime/store/memory.js';
import type { Entry, Store } from '../../../runtime/store/store.js';
import { settled } from '../../fixtures/live-session.js';

// A WORLD ---------------------------------------------------------------------

/** A store in memory that behaves as one on disk does, and fails and waits when the spec says so. */
class FakeStore implements Store {
  isVolatile = false;
  isShared = false;
  delay = 20;
  isDown = false;
  /** Whose writes fail while all else works. */
  refuses = '';
  isClosed = false;
  readonly log: string[] = [];
  readonly inner: Store;
  /** Holds writes up until it is called. */
  hold: Promise<void> | undefined;
  beats = 0;

  constructor(inner: Store) {
    this.inner = inner;
  }

  async #reach(id = ''): Promise<void> {
    if (this.isClosed) throw new Error('closed');
    await this.hold;
    if (this.isDown || (id !== '' && id === this.refuses)) throw new Error('down');
  }

  async beat(node: string, lease: number): Promise<string | undefined> {
    this.beats++;
    await this.#reach();
    return this.inner.beat(node, lease);
  }

  async claim(id: string, node: string, force?: boolean) {
    await this.#reach();
    return this.inner.claim(id, node, force);
  }

  async write(entry: Entry): Promise<number> {
    this.log.push(`${entry.id}${entry.release ? ' and release' : ''}`);
    await this.#reach(entry.id);
    return this.inner.write(entry);
  }

  async remove(id: string, fence: number): Promise<void> {
    return this.inner.remove(id, fence);
  }

  async setAside(id: string, fence: number, reason: string): Promise<void> {
    await this.#reach();
    return this.inner.setAside(id, fence, reason);
  }

  async listAside() {
    return this.inner.listAside();
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

/** A session that is nothing but a number. */
class FakeSession implements Persistable {
  readonly id: string;
  fence = 0;
  state: unknown = 0;
  /** What the store was said to hold. */
  readonly held: unknown[] = [];
  isFenced = false;
  /** How often it was saved. */
  saves = 0;
  whenFenced: () => void = () => undefined;

  constructor(id: string) {
    this.id = id;
  }

  save(): SessionImage {
    this.saves++;
    const root = { id: '', name: 'page', version: 1, state: this.state, subscriptions: undefined, children: [] };
    const tree = { turns: 0, root, envelopes: [] };

    return {
      application: '',
      at: 0,
      node: 'node',
      loads: [],
      ticket: undefined,
      lineage: undefined,
      effects: [],
      tree,
    };
  }

  stored(image: SessionImage): void {
    this.held.push(image.tree.root.state);
  }

  fenced(): void {
    this.isFenced = true;
    this.whenFenced();
  }
}

describe('write-behind', () => {
  let clock: ReturnType<typeof createSimulatedClock>;
  let store: FakeStore;
  let writeBehind: WriteBehind;
  let reports: [ErrorCode, string, string | undefined][];
  let deferred: (() => void)[];

  const open = (largest = 1_000): WriteBehind =>
    new WriteBehind({
      ...{ clock, store, node: 'node', largest, lifetime: 100_000 },
      membership: new Membership({ clock }),
      report: (code, error, place) => {
        reports.push([code, (error as Error).message, place?.session]);
        return 'report';
      },
      defer: (run) => void deferred.push(run),
    });

  const changed = (session: FakeSession, state: unknown): void => {
    session.state = state;
    writeBehind.changed(session);
  };

  /** Lets time pass; promises come along. */
  const pass = async (duration: number): Promise<void> => {
    for (let passed = 0; passed < duration; passed += 10) {
      clock.advance(10);
      await settled();
    }
  };

  const stateIn = async (id: string): Promise<unknown> => {
    const claim = await store.inner.claim(id, 'another node', true);
    return claim.kind === 'claimed' ? unpack(claim.bytes).tree.root.state : claim.kind;
  };

  beforeEach(async () => {
    clock = createSimulatedClock(1_000);
    store = new FakeStore(memory({ clock }));
    reports = [];
    deferred = [];
    writeBehind = open();
    await settled();
  });

  it('waits for the write in progress, writes at once, and finds out whether the session is still its own', async () => {
    const session = new FakeSession('one');
    await writeBehind.write(session);
    let letGo = (): void => undefined;
    store.hold = new Promise((resolve) => {
      letGo = resolve;
    });
    changed(session, 1);
    await pass(store.inner.delay + 10);
    const written = writeBehind.write(session);
    const other = await store.inner.claim('one', 'other', true);
    expect(other.kind).to.equal('claimed');
    store.hold = undefined;
    letGo();
    await written;
    expect(session.isFenced).to.equal(true);
  });

  describe('writing', () => {
    it('coalesces changes over the delay of the store, and says what the store holds', async () => {
      const session = new FakeSession('a');
      for (const state of [1, 2, 3]) changed(session, state);
      await pass(10);
      expect(store.log).to.deep.equal([]);
      await pass(10);
      expect([store.log, session.held, session.fence > 0]).to.deep.equal([['a'], [3], true]);
      await pass(100);
      expect(store.log, 'nothing more has changed').to.deep.equal(['a']);
      expect(await stateIn('a')).to.equal(3);
    });

    it('writes again what has changed while it was written, one write at a time', async () => {
      const session = new FakeSession('a');
      let go = (): void => undefined;
      store.hold = new Promise((resolve) => {
        go = resolve;
      });
      changed(session, 1);
      await pass(20);
      changed(session, 2);
      await pass(100);
      expect(store.log).to.deep.equal(['a']);
      go();
      await pass(30);
      expect([store.log, session.held]).to.deep.equal([
        ['a', 'a'],
        [1, 2],
      ]);
    });

    it('cuts a long queue into slices', async () => {
      const sessions = Array.from({ length: 6 }, (_, index) => new FakeSession(`${index}`));
      for (const session of sessions) {
        // To save one takes 5 milliseconds.
        const save = session.save.bind(session);
        session.save = () => {
          clock.advance(5);
          return save();
        };
        writeBehind.changed(session);
      }
      clock.advance(20);
      expect([store.log.length, deferred.length]).to.deep.equal([2, 1]);
      deferred.shift()?.();
      expect(store.log.length).to.equal(4);
      deferred.shift()?.();
      expect(store.log).to.deep.equal(['0', '1', '2', '3', '4', '5']);
    });

    it('writes nothing of a session in use if the store ends with the process', async () => {
      store.isVolatile = true;
      writeBehind = open();
      expect(clock.pending, 'and no sign of life').to.equal(1);
      const session = new FakeSession('a');
      changed(session, 1);
      await pass(1_000);
      expect(store.log).to.deep.equal([]);
      expect(await writeBehind.passivate(session)).to.equal('stored');
      expect(store.log).to.deep.equal(['a and release']);
    });

    it('writes at once what has to be there before it goes on', async () => {
      const session = new FakeSession('a');
      await writeBehind.write(session);
      expect([session.held, clock.pending]).to.deep.equal([[0], 1]);
      store.isDown = true;
      await writeBehind.write(session);
      expect(reports).to.have.length(1);
    });

    it('stores nothing more of a session that is over', async () => {
      const session = new FakeSession('a');
      writeBehind.changed(session);
      writeBehind.forget(session);
      await pass(100);
      expect(store.log).to.deep.equal([]);
    });
  });

  describe('pacing', () => {
    it('writes a large session less often, the others as ever, and both when a caller waits', async () => {
      writeBehind = open(1_000_000);
      const [large, small] = [new FakeSession('large'), new FakeSession('small')];
      const state = 'x'.repeat(419_000);
      for (let turn = 0; turn < 100; turn++) {
        changed(large, state + turn);
        changed(small, turn);
        await pass(10);
      }
      const writes = (id: string): number => store.log.filter((entry) => entry === id).length;
      // 200 ms after each, instead of 20.
      expect(writes('large')).to.be.within(4, 6);
      expect(writes('small')).to.be.within(30, 50);
      await pass(200);
      expect([large.held.at(-1), small.held.at(-1)]).to.deep.equal([`${state}99`, 99]);
      changed(large, state);
      expect(await writeBehind.write(large)).to.equal('stored');
      changed(large, `${state}!`);
      expect(await writeBehind.passivate(large)).to.equal('stored');
    });

    it('tries a session that cannot be stored again with growing pauses, if it has changed', async () => {
      const session = new FakeSession('a');
      for (let turn = 0; turn < 1_500; turn++) {
        changed(session, 'x'.repeat(1_000));
        await pass(20);
      }
      // In 30 seconds: after 0.25, 0.5, 1, 2, 4, 8 and 10 seconds.
      expect(session.saves).to.be.within(7, 9);
      await pass(20_000);
      expect(session.saves, 'it has not changed since').to.be.within(7, 10);
      const { saves } = session;
      await pass(20_000);
      expect(session.saves).to.equal(saves);
      changed(session, 1);
      await pass(20);
      expect([session.held, reports.map(([code]) => code)]).to.deep.equal([[1], [ErrorCode.Snapshot]]);
    });

    it('lets sessions continue unstored while they cannot be stored, which is reported once for each cause', async () => {
      const [a, b, c] = [new FakeSession('a'), new FakeSession('b'), new FakeSession('c')];
      const unstored = (): boolean[] => [a, b, c].map((session) => writeBehind.continuesUnstored(session));
      expect(unstored()).to.deep.equal([false, false, false]);
      changed(a, 'x'.repeat(1_000));
      await pass(20);
      expect(unstored()).to.deep.equal([true, false, false]);
      store.isDown = true;
      changed(b, 1);
      await pass(20);
      expect(unstored()).to.deep.equal([true, true, true]);
      expect(unstored()).to.deep.equal([true, true, true]);
      expect(reports.map(([code, , session]) => [code, session])).to.deep.equal([
        [ErrorCode.Snapshot, 'a'],
        [ErrorCode.Unstored, 'a'],
        [ErrorCode.Store, undefined],
        [ErrorCode.Unstored, 'b'],
      ]);
      store.isDown = false;
      await pass(300);
      expect(unstored()).to.deep.equal([true, false, false]);
    });
  });

  describe('passivation', () => {
    it('writes at once, gives up the ownership and says so', async () => {
      const session = new FakeSession('a');
      changed(session, 1);
      expect(await writeBehind.passivate(session)).to.equal('stored');
      expect(store.log).to.deep.equal(['a and release']);
      expect((await store.inner.claim('a', 'another')).kind).to.equal('claimed');
      await pass(100);
      expect(store.log).to.have.length(1);
    });

    it('waits for the write in progress', async () => {
      const session = new FakeSession('a');
      let go = (): void => undefined;
      store.hold = new Promise((resolve) => {
        go = resolve;
      });
      changed(session, 1);
      await pass(20);
      const outcomes = [writeBehind.passivate(session), writeBehind.passivate(session)];
      session.state = 2;
      go();
      await pass(30);
      expect(await Promise.all(outcomes)).to.deep.equal(['stored', 'stored']);
      expect([store.log, session.held]).to.deep.equal([
        ['a', 'a and release'],
        [1, 2],
      ]);
    });

    it('retries until the store works', async () => {
      const session = new FakeSession('a');
      store.isDown = true;
      let outcome = '';
      void writeBehind.passivate(session).then((became) => {
        outcome = became;
      });
      await pass(5_000);
      expect(outcome).to.equal('');
      store.isDown = false;
      await pass(10_000);
      expect([outcome, store.log.at(-1)]).to.deep.equal(['stored', 'a and release']);
    });

    it('is taken back if a client joins, and owns the session again', async () => {
      const session = new FakeSession('a');
      await store.inner.beat('node', 1e6);
      let go = (): void => undefined;
      store.hold = new Promise((resolve) => {
        go = resolve;
      });
      void writeBehind.passivate(session).then(() => expect.fail('it was not passivated'));
      writeBehind.keep(session);
      go();
      await pass(50);
      expect(store.log).to.deep.equal(['a and release', 'a']);
      expect((await store.inner.claim('a', 'another')).kind).to.equal('held');
      writeBehind.keep(new FakeSession('b'));
      await pass(50);
      expect(store.log, 'one that was not passivating').to.have.length(2);
    });

    it('resolves as fenced if another node has become the owner, though that ends the session', async () => {
      const session = new FakeSession('a');
      await writeBehind.write(session);
      await store.inner.claim('a', 'another', true);
      session.whenFenced = () => writeBehind.forget(session);
      expect(await writeBehind.passivate(session)).to.equal('fenced');
      expect([session.isFenced, await stateIn('a')]).to.deep.equal([true, 0]);
      await pass(100);
      expect(store.log).to.have.length(2);
    });

    it('resolves as refused if the session ends for another reason, or the process does', async () => {
      store.isDown = true;
      const [a, b] = [new FakeSession('a'), new FakeSession('b')];
      const outcomes = [writeBehind.passivate(a), writeBehind.passivate(b)];
      await pass(50);
      writeBehind.forget(a);
      await writeBehind.close();
      expect(await Promise.all(outcomes)).to.deep.equal(['refused', 'refused']);
      expect(await writeBehind.passivate(a)).to.equal('refused');
    });

    it('refuses what cannot be stored, and reports why, once until it can be stored', async () => {
      const session = new FakeSession('a');
      session.state = { socket: () => 1 };
      for (let tries = 0; tries < 2; tries++) expect(await writeBehind.passivate(session)).to.equal('refused');
      expect(store.log).to.deep.equal([]);
      session.state = 1;
      expect(await writeBehind.write(session)).to.equal('stored');
      session.state = 'x'.repeat(1_000);
      for (let tries = 0; tries < 2; tries++) expect(await writeBehind.passivate(session)).to.equal('refused');
      expect(reports.map(([code, , place]) => [code, place])).to.deep.equal(Array(2).fill([ErrorCode.Snapshot, 'a']));
      expect(reports[0]?.[1]).to.contain('state.socket is a function');
      expect(reports[1]?.[1]).to.match(
        /^Session a takes 10\d\d bytes to store, and 1000 are allowed\..*`largestSnapshot`/
      );
    });
  });

  describe('a store that fails', () => {
    it('is reported once and tried again, with growing pauses, by one session', async () => {
      store.isDown = true;
      const sessions = ['a', 'b', 'c'].map((id) => new FakeSession(id));
      for (const session of sessions) changed(session, 1);
      await pass(20);
      expect(store.log, 'all have begun before it was known').to.deep.equal(['a', 'b', 'c']);
      expect(writeBehind.isFailing).to.equal(true);
      await pass(5_000);
      expect(reports).to.deep.equal([[ErrorCode.Store, 'down', undefined]]);
      expect(store.log.length).to.be.within(4, 9);
      expect(sessions.flatMap(({ held }) => held)).to.deep.equal([]);
    });

    it('that works again gets all there is, with the last state', async () => {
      store.isDown = true;
      const sessions = ['a', 'b', 'c'].map((id) => new FakeSession(id));
      for (const session of sessions) changed(session, 1);
      await pass(1_000);
      for (const session of sessions) changed(session, 2);
      store.isDown = false;
      await pass(10_000);
      expect(writeBehind.isFailing).to.equal(false);
      for (const session of sessions) expect([session.held.at(-1), await stateIn(session.id)]).to.deep.equal([2, 2]);
      const [{ length }, { length: told }] = [store.log, reports];
      await pass(1_000);
      expect([store.log.length, reports.length]).to.deep.equal([length, told]);
    });

    it('for one session alone keeps no other waiting', async () => {
      store.refuses = 'a';
      const [a, b] = [new FakeSession('a'), new FakeSession('b')];
      changed(a, 1);
      await pass(30);
      changed(b, 1);
      await pass(1_000);
      expect([a.held, b.held]).to.deep.equal([[], [1]]);
    });

    it('blocks no other session by the one that retries, if that cannot be stored or has ended', async () => {
      for (const spoil of [
        (session: FakeSession) => {
          session.state = () => 1;
        },
        (session: FakeSession) => writeBehind.forget(session),
      ]) {
        store.isDown = true;
        const [a, b] = [new FakeSession('a'), new FakeSession('b')];
        changed(a, 1);
        changed(b, 1);
        await pass(30);
        spoil(a);
        store.isDown = false;
        await pass(9_000);
        expect(b.held).to.deep.equal([1]);
      }
    });
  });

  it('knows that it is cut off from a shared store once the lease is over', async () => {
    store.isShared = true;
    await settled();
    store.isDown = true;
    await pass(10_000);
    expect(writeBehind.isCutOff).to.equal(false);
    await pass(1);
    expect(writeBehind.isCutOff).to.equal(true);
    store.isShared = false;
    expect(writeBehind.isCutOff, 'no other node takes its sessions').to.equal(false);
    store.isShared = true;
    store.isDown = false;
    expect(await writeBehind.write(new FakeSession('a'))).to.equal('stored');
    expect(writeBehind.isCutOff).to.equal(false);
  });

  describe('heartbeats', () => {
    it('are sent again and again, so that no other node claims what it owns', async () => {
      const session = new FakeSession('a');
      await writeBehind.write(session);
      await pass(60_000);
      expect(store.beats).to.be.within(18, 20);
      expect((await store.inner.claim('a', 'another')).kind).to.equal('held');
    });

    it('that fail are reported once, until one succeeds', async () => {
      store.isDown = true;
      await pass(10_000);
      expect([reports.length, writeBehind.isFailing]).to.deep.equal([1, true]);
      store.isDown = false;
      await pass(3_400);
      expect(writeBehind.isFailing).to.equal(false);
    });
  });

  it('claims for its node, and quarantines what cannot be restored', async () => {
    const session = new FakeSession('a');
    expect((await writeBehind.claim('a')).kind).to.equal('absent');
    await writeBehind.passivate(session);
    const claim = await writeBehind.claim('a');
    if (claim.kind !== 'claimed') expect.fail(claim.kind);
    await writeBehind.quarantine('a', claim.fence, 'poisoned');
    expect((await store.listAside()).map(({ id, reason }) => [id, reason])).to.deep.equal([['a', 'poisoned']]);
    store.isDown = true;
    await writeBehind.quarantine('a', 1, 'again');
    expect(reports, 'that fails quietly for who asks').to.have.length(1);
    const refused = await writeBehind.claim('a').catch((error: Error) => error.message);
    expect(refused).to.equal('down');
  });

  it('says what its store is', () => {
    store.isShared = true;
    expect([writeBehind.isVolatile, writeBehind.isShared, writeBehind.isFailing]).to.deep.equal([false, true, false]);
  });

  it('does not report a write that was under way when the store was closed', async () => {
    let fail = (): void => undefined;
    store.write = () =>
      new Promise((_resolve, reject) => {
        fail = () => reject(new TroupeError(ErrorCode.Closed, 'The store is closed.'));
      });
    const writing = writeBehind.write(new FakeSession('a'));
    await writeBehind.close();
    fail();
    expect([await writing, reports.length]).to.deep.equal(['failed', 0]);
  });

  it('writes nothing once it is closed and leaves no timer, but finishes what is being written', async () => {
    const [a, b] = [new FakeSession('a'), new FakeSession('b')];
    let go = (): void => undefined;
    store.hold = new Promise((resolve) => {
      go = resolve;
    });
    const writing = writeBehind.passivate(a);
    changed(b, 1);
    await writeBehind.close();
    go();
    expect(await writing).to.equal('stored');
    changed(b, 2);
    await writeBehind.write(b);
    await pass(20_000);
    expect([store.log, clock.pending, store.isClosed]).to.deep.equal([['a and release'], 0, true]);
  });
});
