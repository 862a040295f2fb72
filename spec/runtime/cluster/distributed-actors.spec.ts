import { expect } from 'chai';
import { fromTransition, type Snapshot } from 'xstate';
import type { BusFactory } from '../../../runtime/cluster/bus.js';
import { createDistributedActors } from '../../../runtime/cluster/distributed-actors.js';
import { createMemoryBus } from '../../../runtime/cluster/local-bus.js';
import { redisBus } from '../../../runtime/cluster/redis-bus.js';
import { createSharedActors, type SharedActors } from '../../../runtime/cluster/shared-actors.js';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';
import type { AnyMessage } from '../../../runtime/template/html.js';
import { memoryBus } from '../../../runtime/testing/memory-cluster.js';
import { eventually, Node, ownPrefix } from '../../fixtures/buses.js';
import { Calm } from '../../fixtures/calm.js';
import { findRedis, type RedisServer, redisIsMissing, startRedis } from '../../redis.js';
import { skip } from '../../skip.js';

type Said = { readonly type: string; readonly text?: string };

/** Keeps what is said, and emits it. */
const room = fromTransition(
  (said: readonly string[], event: Said, { emit }) => {
    emit({ type: 'repeated', text: event.text } as never);
    return [...said, event.text ?? ''];
  },
  ({ input }: { input: string | undefined }) => (input === undefined ? [] : [input])
);

const say = (text: string): AnyMessage => ({ type: 'said', text }) as AnyMessage;

/** A node with its shared actors. */
class Member extends Node {
  readonly actors: SharedActors;

  constructor(make: BusFactory, name: string) {
    super(make, name);
    const { bus, clock, defer, report } = this;
    const publish = (topic: string, message: AnyMessage): void => void bus.publish(topic, message);
    const local = createSharedActors({ clock, defer, publish, report });
    this.actors = createDistributedActors(local, { bus, clock, defer, development: true, node: name, report });
  }

  /** Watches, and gives what was seen. */
  watch(name: string): readonly string[][] {
    const seen: string[][] = [];
    this.actors.watch(name, (snapshot) => seen.push((snapshot as Snapshot<unknown> & { context: string[] }).context));

    return seen;
  }

  /** What it says of shared actors. */
  get losses(): string[] {
    return this.reports
      .filter(({ code }) => code === ErrorCode.SharedActor)
      .map(({ error }) => (error as Error).message);
  }

  /** Ends without a word, as if it were killed. */
  async die(): Promise<void> {
    await this.bus.close();
  }

  async close(): Promise<void> {
    await this.actors.close();
    await this.bus.close();
  }
}

/** A lease that a spec waits for. The others have the default, which is far longer than they run. */
const shortLease = 1_500;

const join = (said: readonly string[] | undefined): string => (said ?? []).join(' ');

function itRunsSharedActorsOnOneNode(make: (lease?: number) => BusFactory): void {
  let members: Member[];
  let calm: Calm;

  beforeEach(() => {
    calm = new Calm();
    calm.watch();
    members = [];
  });

  afterEach(async () => {
    await Promise.all(members.map((member) => member.close()));
    expect(calm.stop(), 'unhandled errors').to.deep.equal([]);
  });

  function cluster(lease?: number): readonly [one: Member, two: Member, three: Member] {
    const factory = make(lease);
    members = ['one', 'two', 'three'].map((name) => new Member(factory, name));

    return members as [Member, Member, Member];
  }

  /** The first runs the actor, all have it. */
  async function started(
    lease?: number
  ): Promise<readonly [one: Member, two: Member, three: Member, seen: readonly (readonly string[][])[]]> {
    const [one, two, three] = cluster(lease);
    const seen = members.map((member) => member.watch('room'));
    one.actors.start('room', room, { input: 'hello' as never });
    await eventually(() => seen[0]?.length === 1, 'the first runs it');
    for (const member of [two, three]) member.actors.start('room', room, { input: 'hello' as never });
    await eventually(() => seen.every(({ length }) => length > 0), 'all see it');

    return [one, two, three, seen];
  }

  it('shows its state on all nodes, also to who comes late', async () => {
    const [one, two, , seen] = await started();
    await one.actors.send('room', say('a'));
    await eventually(() => seen.every((states) => join(states.at(-1)) === 'hello a'));
    const late = two.watch('room');
    expect(late).to.deep.equal([['hello', 'a']]);
  });

  it('takes events of all nodes, each once, in the order of each', async () => {
    const [one, two, three, seen] = await started();
    const sent = [one, two, three].flatMap((member) =>
      Array.from({ length: 300 }, (_, number) => member.actors.send('room', say(`${member.node}${number}`)))
    );
    await Promise.all(sent);
    await eventually(() => seen.every((states) => states.at(-1)?.length === 901));
    for (const { node } of members) {
      const own = seen[2]?.at(-1)?.filter((text) => text.startsWith(node));
      expect(own).to.deep.equal(Array.from({ length: 300 }, (_, number) => `${node}${number}`));
    }
    expect(members.flatMap(({ faults }) => faults)).to.deep.equal([]);
  });

  it('takes an event of one id once', async () => {
    const [, two, , seen] = await started();
    await two.actors.send('room', say('a'), 'x');
    await two.actors.send('room', say('a'), 'x');
    await two.actors.send('room', say('b'), 'y');
    await eventually(() => seen.every((states) => join(states.at(-1)) === 'hello a b'));
  });

  it('publishes once what it emits, to all nodes', async () => {
    const [, two, three] = await started();
    const heard: string[] = [];
    three.bus.subscribe('room', (message) => heard.push((message as Said).text ?? ''));
    await two.actors.send('room', say('first'));
    await eventually(() => {
      void two.actors.send('room', say('again'));
      return heard.includes('again');
    });
    expect(heard.filter((text) => text === 'first').length).to.be.at.most(1);
  });

  it('begins anew on another node when its own is gone, which is reported; what is sent meanwhile arrives', async () => {
    const [one, two, three, seen] = await started(shortLease);
    await two.actors.send('room', say('lost'));
    await one.die();
    const sent = [two.actors.send('room', say('a')), three.actors.send('room', say('b'))];
    await Promise.all(sent);
    await eventually(() => [1, 2].every((at) => seen[at]?.at(-1)?.length === 3), 'both see it', 30_000);
    expect([...(seen[1]?.at(-1) ?? [])].sort()).to.deep.equal(['a', 'b', 'hello']);
    expect(seen[2]?.at(-1)).to.deep.equal(seen[1]?.at(-1));
    expect([...two.losses, ...three.losses]).to.deep.equal([
      "The shared actor 'room' was lost with node one, which is gone. It begins anew on this one.",
    ]);
  });

  it('goes over at once when its node closes, or stops it', async () => {
    const [one, two, three, seen] = await started();
    await one.close();
    await Promise.all([two.actors.send('room', say('a')), three.actors.send('room', say('b'))]);
    await eventually(() => [1, 2].every((at) => seen[at]?.at(-1)?.length === 3));
    two.actors.stop('room');
    await eventually(() => {
      void three.actors.send('room', say('c'), 'c');
      return seen[2]?.at(-1)?.includes('c') === true;
    });
    expect([...two.losses, ...three.losses]).to.deep.equal([]);
  });

  it('reports what cannot be shown on other nodes once, with its path', async () => {
    const [one, two] = cluster();
    const logic = fromTransition((state: { when: Date; count: number }) => ({ ...state, count: state.count + 1 }), {
      when: new Date(0),
      count: 0,
    });
    const seen = one.watch('clock');
    one.actors.start('clock', logic);
    await eventually(() => seen.length === 1);
    two.actors.start('clock', logic);
    await two.actors.send('clock', say('a'));
    await one.actors.send('clock', say('b'));
    await eventually(() => seen.length === 3 && one.losses.length > 0);
    expect(one.losses).to.have.length(1);
    expect(one.losses[0]).to.contain('snapshot.context.when is an instance of Date');
  });

  it('refuses what it would refuse on one node, and events that could not travel', async () => {
    const [one, two] = await started();
    expect(() => one.actors.start('room', room)).to.throw(TroupeError, "the shared actor 'room' exists already");
    expect(() => two.actors.start('room', room)).to.throw(TroupeError, "the shared actor 'room' exists already");
    expect(() => two.actors.start('x', {} as never)).to.throw(TroupeError, 'is not XState logic');
    expect(() => two.actors.send('room', {} as AnyMessage)).to.throw(TroupeError, 'an event is an object with a type');
    expect(() => one.actors.send('room', { type: 'said', at: new Date() } as AnyMessage)).to.throw(
      TroupeError,
      "send('room', { type: 'said' }): event.at is an instance of Date."
    );
    void two.actors.send('absent', say('a'));
    expect(two.codes).to.deep.equal([ErrorCode.Effect]);
  });
}

describe('distributed actors', () => {
  it('is not there with a bus of one process', () => {
    const node = new Node((host) => createMemoryBus(host), 'one');
    const local = {} as SharedActors;
    expect(createDistributedActors(local, { ...node, report: node.report })).to.equal(local);
  });

  describe('in memory', () => {
    itRunsSharedActorsOnOneNode((lease) => memoryBus(lease === undefined ? {} : { lease }));
  });

  describe('over Redis', () => {
    let redis: RedisServer;

    before(async function () {
      if (findRedis() === undefined) skip(this, redisIsMissing);
      redis = await startRedis();
    });

    after(() => redis?.stop());

    const make = (lease = 10_000): BusFactory => redisBus({ lease, prefix: ownPrefix(), url: redis.url });

    describe('that is there', () => {
      itRunsSharedActorsOnOneNode(make);
    });

    it('shows who comes late its state though Redis has forgotten it', async () => {
      const factory = make();
      const [one, two] = [new Member(factory, 'one'), new Member(factory, 'two')];
      const here = one.watch('room');
      one.actors.start('room', room);
      await eventually(() => here.length === 1);
      await one.actors.send('room', say('a'));
      await eventually(() => here.length === 2);
      await redis.restart();
      await eventually(() => one.codes.includes(ErrorCode.Bus) && two.codes.includes(ErrorCode.Bus));
      const there = two.watch('room');
      two.actors.start('room', room);
      await eventually(() => join(there.at(-1)) === 'a');
      await Promise.all([one.close(), two.close()]);
    });

    for (const [what, away, back] of [
      ['restarted, having forgotten all', () => redis.kill(), () => redis.restart()],
      ['stopped for longer than a lease', async () => redis.pause(), async () => redis.resume()],
    ] as const) {
      it(`goes on where it is while Redis is ${what}; what others send is reported, and arrives later`, async function () {
        this.timeout(40_000);
        const factory = make(shortLease);
        const [one, two] = [new Member(factory, 'one'), new Member(factory, 'two')];
        const [here, there] = [one.watch('room'), two.watch('room')];
        one.actors.start('room', room);
        await eventually(() => here.length === 1);
        two.actors.start('room', room);
        await eventually(() => there.length === 1);
        await away();
        await eventually(() => one.codes.includes(ErrorCode.Bus) && two.codes.includes(ErrorCode.Bus));
        void one.actors.send('room', say('a'));
        await eventually(() => join(here.at(-1)) === 'a');
        const error = await Promise.resolve(two.actors.send('room', say('b'), 'b')).catch((thrown: unknown) => thrown);
        expect(error).to.be.instanceOf(TroupeError).with.property('code', ErrorCode.Effect);
        expect(two.faults.at(-1)).to.contain(`could not be reached for ${3 * shortLease} ms`);
        await back();
        await eventually(() => there.at(-1)?.[0] === 'a', 'the other sees what has happened');
        await eventually(() => {
          void two.actors.send('room', say('b'), 'b');
          return join(here.at(-1)) === 'a b' && join(there.at(-1)) === 'a b';
        });
        expect([...one.losses, ...two.losses]).to.deep.equal([]);
        await Promise.all([one.close(), two.close()]);
      });
    }
  });
});
