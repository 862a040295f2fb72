import { expect } from 'chai';
import type { BusFactory } from '../../../runtime/cluster/bus.js';
import { createPresenceRegistry, type PresenceRegistry } from '../../../runtime/cluster/presence-registry.js';
import { redisBus } from '../../../runtime/cluster/redis-bus.js';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import { Membership } from '../../../runtime/store/membership.js';
import { memoryBus } from '../../../runtime/testing/memory-cluster.js';
import { eventually, Node, ownPrefix } from '../../fixtures/buses.js';
import { findRedis, type RedisServer, redisIsMissing, startRedis } from '../../redis.js';
import { skip } from '../../skip.js';

/** A lease that a spec waits for. The others have one that is far longer than they run. */
const shortLease = 1_500;

/** A member that attends and records what it hears. */
class Guest {
  readonly news: string[] = [];
  readonly there = new Map<string, unknown>();
  leave: () => void = () => {};

  attend(presence: PresenceRegistry, member: string, key?: string): this {
    this.leave = presence.attend('room', {
      key,
      member,
      joined: (other, id) => {
        if (this.there.has(id)) this.news.push(`${other} twice`);
        this.there.set(id, other);
        this.news.push(`+${other}`);
      },
      left: (other, id) => {
        if (this.there.get(id) !== other) this.news.push(`${other} was not there`);
        this.there.delete(id);
        this.news.push(`-${other}`);
      },
    });

    return this;
  }

  /** Who is there, by name. */
  get present(): string {
    return [...this.there.values()].sort().join(' ');
  }
}

describe('presence registry', () => {
  describe('on one node', () => {
    const clock = createSimulatedClock();
    let reports: unknown[];
    let presence: PresenceRegistry;

    beforeEach(() => {
      reports = [];
      const report = (_code: ErrorCode, error: unknown): string => String(reports.push(error));
      presence = createPresenceRegistry({
        directory: undefined,
        membership: new Membership({ clock }),
        node: 'one',
        report,
      });
    });

    afterEach(() => {
      expect(presence.size).to.equal(0);
      expect(clock.pending).to.equal(0);
    });

    it('tells who comes of all who are there, and those of who comes and goes, at once', () => {
      const ann = new Guest().attend(presence, 'ann');
      const bob = new Guest().attend(presence, 'bob');
      bob.leave();
      bob.leave();
      const cid = new Guest().attend(presence, 'cid');
      ann.leave();
      expect(ann.news).to.deep.equal(['+ann', '+bob', '-bob', '+cid']);
      expect(bob.news).to.deep.equal(['+ann', '+bob']);
      expect(cid.news).to.deep.equal(['+ann', '+cid', '-ann']);
      cid.leave();
    });

    it('counts all of one key as one', () => {
      const watching = new Guest().attend(presence, 'ann');
      const first = new Guest().attend(presence, 'bob', 'user 2');
      const second = new Guest().attend(presence, 'bob', 'user 2');
      first.leave();
      expect(watching.news).to.deep.equal(['+ann', '+bob']);
      expect(second.present).to.equal('ann bob');
      second.leave();
      expect(watching.news).to.deep.equal(['+ann', '+bob', '-bob']);
      watching.leave();
    });

    it('tells all of the same, in the same order, whatever their callbacks do', () => {
      const ann = new Guest().attend(presence, 'ann');
      const late = new Guest();
      const leave = presence.attend('room', {
        key: undefined,
        member: 'bob',
        joined: (member) => {
          if (member === 'bob') {
            late.attend(presence, 'cid');
            ann.leave();
          }
        },
        left: () => {},
      });
      expect(ann.news.slice(0, 2)).to.deep.equal(['+ann', '+bob']);
      expect(late.present).to.equal('bob cid');
      leave();
      late.leave();
    });

    it('reports a member that throws; the others are notified', () => {
      const leave = presence.attend('room', {
        key: undefined,
        member: 'ann',
        joined: () => {
          throw new Error('of a guest');
        },
        left: () => {},
      });
      const bob = new Guest().attend(presence, 'bob');
      expect(bob.present).to.equal('ann bob');
      expect(reports).to.have.length(2);
      leave();
      bob.leave();
    });
  });

  describe('in memory', () => {
    itKnowsWhoIsThere((lease = 10_000) => memoryBus({ lease }));
  });

  describe('over Redis', () => {
    let redis: RedisServer;

    before(async function () {
      if (findRedis() === undefined) skip(this, redisIsMissing);
      redis = await startRedis();
    });

    after(() => redis?.stop());

    const make = (lease = shortLease): BusFactory => redisBus({ lease, prefix: ownPrefix(), url: redis.url });

    describe('that is there', () => {
      itKnowsWhoIsThere(make);
    });

    for (const [what, away, back] of [
      ['restarted, having forgotten all', () => redis.kill(), () => redis.restart()],
      ['stopped for longer than a lease', async () => redis.pause(), async () => redis.resume()],
    ] as const) {
      it(`tells of what has changed meanwhile when Redis was ${what}`, async () => {
        const factory = make();
        const [one, two] = [new House(factory, 'one'), new House(factory, 'two')];
        const ann = new Guest().attend(one.presence, 'ann');
        const bob = new Guest().attend(two.presence, 'bob');
        const goes = new Guest().attend(two.presence, 'goes');
        await eventually(() => ann.present === 'ann bob goes' && bob.present === 'ann bob goes');
        await away();
        await eventually(() => one.codes.includes(ErrorCode.Bus) && two.codes.includes(ErrorCode.Bus));
        goes.leave();
        const cid = new Guest().attend(two.presence, 'cid');
        expect(bob.present, 'on the same node').to.equal('ann bob cid');
        await back();
        await eventually(() => [ann, bob, cid].every(({ present }) => present === 'ann bob cid'));
        expect(ann.news.filter((text) => / /.test(text))).to.deep.equal([]);
        for (const guest of [ann, bob, cid]) guest.leave();
        await Promise.all([one.close(), two.close()]);
      });
    }
  });
});

/** A node with its presence registry. */
class House extends Node {
  readonly presence: PresenceRegistry;

  constructor(make: BusFactory, name: string) {
    super(make, name);
    const { bus, clock, node, report } = this;
    const membership = new Membership({ clock, lease: bus.directory?.lease });
    this.presence = createPresenceRegistry({ directory: bus.directory, membership, node, report });
  }

  /** Ends; without leaving before, as if it were killed. */
  async close(): Promise<void> {
    await this.bus.close();
  }
}

function itKnowsWhoIsThere(make: (lease?: number) => BusFactory): void {
  let houses: House[];
  let guests: Guest[];

  beforeEach(() => {
    guests = [];
    open(10_000);
  });

  function open(lease: number): void {
    const factory = make(lease);
    houses = ['one', 'two', 'three'].map((name) => new House(factory, name));
  }

  /** Three nodes of a lease that a spec can wait for. */
  async function openWithShortLease(): Promise<void> {
    await Promise.all(houses.map((house) => house.close()));
    open(shortLease);
  }

  afterEach(async () => {
    for (const guest of guests) guest.leave();
    await Promise.all(houses.map((house) => house.close()));
    expect(houses.flatMap(({ faults }) => faults)).to.deep.equal([]);
  });

  function attend(house: number, member: string, key?: string): Guest {
    const guest = new Guest().attend((houses[house] as House).presence, member, key);
    guests.push(guest);

    return guest;
  }

  const allSee = (present: string, of: readonly Guest[]): Promise<void> =>
    eventually(() => of.every((guest) => guest.present === present), `${present} at all`);

  it('tells all on all nodes who comes and goes', async () => {
    const [ann, bob, cid] = [attend(0, 'ann'), attend(1, 'bob'), attend(2, 'cid')];
    await allSee('ann bob cid', [ann, bob, cid]);
    const dan = attend(0, 'dan');
    await allSee('ann bob cid dan', [ann, bob, cid, dan]);
    bob.leave();
    await allSee('ann cid dan', [ann, cid, dan]);
    expect([ann, cid, dan].flatMap(({ news }) => news.filter((text) => / /.test(text)))).to.deep.equal([]);
    expect(cid.news.filter((text) => text === '-bob')).to.have.length(1);
  });

  it('counts all of one key as one, on whichever nodes', async () => {
    const ann = attend(0, 'ann');
    const [first, second] = [attend(1, 'bob', 'user 2'), attend(2, 'bob', 'user 2')];
    await allSee('ann bob', [ann, first, second]);
    const third = attend(1, 'cid');
    first.leave();
    await allSee('ann bob cid', [ann, second, third]);
    second.leave();
    await allSee('ann cid', [ann, third]);
    expect(ann.news.filter((text) => text === '-bob')).to.have.length(1);
  });

  it('takes those of a node that has died to have left, once, when its lease is over', async () => {
    await openWithShortLease();
    const [ann, bob, eve] = [attend(0, 'ann'), attend(1, 'bob'), attend(2, 'eve')];
    await allSee('ann bob eve', [ann, bob, eve]);
    await (houses[1] as House).close();
    await allSee('ann eve', [ann, eve]);
    const dan = attend(0, 'dan');
    await allSee('ann dan eve', [ann, dan, eve]);
    expect(ann.news.filter((text) => text === '-bob')).to.have.length(1);
  });

  it('does not show who comes late those of a node that has died', async () => {
    await openWithShortLease();
    const [ann, bob] = [attend(0, 'ann'), attend(1, 'bob')];
    await allSee('ann bob', [ann, bob]);
    await (houses[1] as House).close();
    await allSee('ann', [ann]);
    const eve = attend(2, 'eve');
    await allSee('ann eve', [ann, eve]);
    expect(eve.news).to.not.include('+bob');
  });

  it('stays right when many come and go', async () => {
    const stays = attend(0, 'stays');
    for (let round = 0; round < 30; round++) {
      const guest = attend(round % 3, `guest ${round}`.replace(' ', ''));
      if (round % 4 === 0) await new Promise((resolve) => setImmediate(resolve));
      if (round < 28) guest.leave();
    }
    const last = guests.slice(-2);
    await allSee('guest28 guest29 stays', [stays, ...last]);
    expect(stays.news.filter((text) => / /.test(text))).to.deep.equal([]);
  });
}
