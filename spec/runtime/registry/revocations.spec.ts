import { expect } from 'chai';
import { markOf } from '../../../runtime/identity/principal.js';
import { browserOf } from '../../../runtime/identity/request-identity.js';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import { Revocations, type RevocationsOptions } from '../../../runtime/registry/revocations.js';
import type { AnyMessage } from '../../../runtime/template/html.js';
import { settled } from '../../fixtures/live-session.js';
import { LastingStore } from '../../fixtures/nodes.js';

/** Nodes with a bus and a store, of which each can be cut off. */
class Cluster {
  readonly clock = createSimulatedClock(1_700_000_000_000);
  readonly lasting = new LastingStore(this.clock);
  readonly #listeners = new Set<(message: AnyMessage) => void>();
  readonly reports: unknown[] = [];
  isBusCut = false;

  add(given: Partial<RevocationsOptions> = {}) {
    const revoked: string[] = [];
    const revocations = new Revocations({
      bus: {
        publish: async (_topic, message) => {
          if (this.isBusCut) throw new Error('the bus is away');
          for (const listener of this.#listeners) listener(message);
        },
        subscribe: (_topic, listener) => {
          this.#listeners.add(listener);
          return () => void this.#listeners.delete(listener);
        },
      },
      clock: this.clock,
      isNeeded: true,
      lifetime: 86_400_000,
      report: (_code, error) => String(this.reports.push(error)),
      revoked: (mark) => void revoked.push(mark),
      store: this.lasting.store,
      ...given,
    });

    return { revocations, revoked };
  }
}

const since = (revocations: Revocations, principal: unknown, cookie = 'cookie') =>
  revocations.bearerOf(principal, cookie).since ?? 0;

describe('revocations', () => {
  let cluster: Cluster;
  beforeEach(() => {
    cluster = new Cluster();
  });

  it('reach this node at once and others by the bus', async () => {
    const [one, two] = [cluster.add(), cluster.add()];
    const revoking = one.revocations.revoke({ id: 'ada', roles: [] });
    expect(one.revoked).to.deep.equal([markOf('ada')]);
    await revoking;
    expect(two.revoked).to.deep.equal([markOf('ada')]);
    for (const { revocations } of [one, two]) {
      expect(since(revocations, 'ada')).to.equal(cluster.clock.now() + 600_000);
      expect(revocations.bearerOf('eve', 'cookie').since).to.equal(0);
      expect(revocations.bearerOf(undefined, 'cookie')).to.deep.equal({ cookie: 'cookie', principal: '' });
    }
  });

  it('are of one browser, if that is named', async () => {
    const { revocations, revoked } = cluster.add();
    await revocations.revoke('ada', { browser: browserOf('cookie') });
    expect(revoked).to.deep.equal([markOf('ada', browserOf('cookie'))]);
    expect(since(revocations, 'ada')).to.be.greaterThan(0);
    expect(since(revocations, 'ada', 'another')).to.equal(0);
  });

  it('are later than what was sealed after the one before', async () => {
    const { revocations } = cluster.add();
    await revocations.revoke('ada');
    const first = since(revocations, 'ada');
    await revocations.revoke('ada');
    expect(since(revocations, 'ada')).to.be.greaterThan(first);
  });

  it('reach a node that is cut off from the bus within half a second, and one that starts later', async () => {
    const [one, two] = [cluster.add(), cluster.add()];
    await settled();
    cluster.isBusCut = true;
    expect(await one.revocations.revoke('ada').catch((error: Error) => error.message)).to.equal('the bus is away');
    expect(two.revoked).to.deep.equal([]);
    cluster.clock.advance(500);
    await settled();
    expect(two.revoked).to.deep.equal([markOf('ada')]);
    const three = cluster.add();
    await three.revocations.loading;
    expect(three.revocations.loading).to.equal(undefined);
    expect(since(three.revocations, 'ada')).to.equal(since(one.revocations, 'ada'));
    for (const { revocations } of [one, two, three]) revocations.close();
  });

  it('are read when the store is back, and its failure is reported once', async () => {
    cluster.lasting.failing = new Error('the store is away');
    const { revocations, revoked } = cluster.add();
    await revocations.loading;
    cluster.clock.advance(500);
    await settled();
    expect(cluster.reports).to.deep.equal([cluster.lasting.failing]);
    expect(await revocations.revoke('ada').catch((error: Error) => error.message)).to.equal('the store is away');
    expect(revoked).to.deep.equal([markOf('ada')]);
    cluster.lasting.failing = undefined;
    await cluster.lasting.store.note?.({ name: 'mark', value: 1 }, 1_000);
    cluster.clock.advance(500);
    await settled();
    expect(revoked).to.deep.equal([markOf('ada'), 'mark']);
    revocations.close();
  });

  it('do nothing where there are no principals, or nothing outlives the process', async () => {
    const { store } = cluster.lasting;
    const none = cluster.add({ isNeeded: false });
    const alone = cluster.add({
      store: { isShared: false, isVolatile: true, note: store.note as never, notices: store.notices as never },
    });
    expect([none.revocations.loading, alone.revocations.loading]).to.deep.equal([undefined, undefined]);
    expect(cluster.clock.next).to.equal(undefined);
    await alone.revocations.revoke('ada');
    expect(alone.revoked).to.have.length(1);
  });
});
