import { expect } from 'chai';
import { redisBus } from '../../../runtime/cluster/redis-bus.js';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';
import type { AnyMessage } from '../../../runtime/template/html.js';
import { itKeepsThePromisesOfABus } from '../../fixtures/bus-promises.js';
import { eventually, Node, ownPrefix } from '../../fixtures/buses.js';
import { runWithoutPackages } from '../../fixtures/without-packages.js';
import { findRedis, type RedisServer, redisIsMissing, startRedis } from '../../redis.js';
import { skip } from '../../skip.js';

const numbered = (number: number): AnyMessage => ({ type: 'numbered', number }) as AnyMessage;
const numberOf = (message: AnyMessage): number => (message as unknown as { number: number }).number;

describe('cluster/redis-bus', () => {
  let redis: RedisServer;
  let nodes: Node[];

  before(async function () {
    if (findRedis() === undefined) skip(this, redisIsMissing);
    redis = await startRedis();
  });

  after(() => redis?.stop());

  beforeEach(() => {
    nodes = [];
  });

  afterEach(async () => {
    await Promise.all(nodes.map(({ bus }) => bus.close()));
  });

  /** Two nodes, each with a listener that notes, connected. */
  async function connected(): Promise<readonly [one: Node, two: Node, here: string[], there: string[]]> {
    const factory = redisBus({ prefix: ownPrefix(), url: redis.url });
    const [one, two] = [new Node(factory, 'one'), new Node(factory, 'two')];
    nodes.push(one, two);
    const [here, there] = [one, two].map(({ bus }) => {
      const heard: string[] = [];
      bus.subscribe(
        'a',
        (message) => heard.push(String(numberOf(message))),
        () => heard.push('missed')
      );
      return heard;
    }) as [string[], string[]];
    await reaches(one, there);

    return [one, two, here, there];
  }

  /** Publishes until it has come; then what was heard is forgotten. */
  async function reaches(from: Node, there: string[]): Promise<void> {
    await eventually(() => {
      void from.bus.publish('a', numbered(0), `probe ${there.length}`);
      return there.includes('0');
    });
    await eventually(() => {
      void from.bus.publish('a', numbered(-1));
      return there.includes('-1');
    });
  }

  describe('with a Redis', () => {
    itKeepsThePromisesOfABus(() => redisBus({ prefix: ownPrefix(), url: redis.url }));
  });

  it('subscribes once to a topic, however many listen', async () => {
    const [one, two, , there] = await connected();
    let heard = 0;
    for (let listener = 0; listener < 50; listener++) two.bus.subscribe('a', () => heard++);
    there.length = 0;
    await one.bus.publish('a', numbered(1));
    await eventually(() => there.includes('1'));
    expect(heard).to.be.at.least(50);
    expect(there.filter((text) => text === '1')).to.deep.equal(['1']);
  });

  it('keeps applications of other prefixes apart', async () => {
    const [one] = await connected();
    const [other, , heard] = await connected();
    heard.length = 0;
    await one.bus.publish('a', numbered(7));
    await other.bus.publish('a', numbered(8));
    await eventually(() => heard.includes('8'));
    expect(heard).to.not.include('7');
    expect(other.node).to.equal(one.node);
  });

  it('goes on here while Redis is gone, rejects in about a second, and says afterwards what may be missing', async () => {
    const [one, two, here, there] = await connected();
    await redis.kill();
    await eventually(() => one.reports.length > 0 && two.reports.length > 0);
    here.length = 0;
    const before = Date.now();
    const error = await Promise.resolve(one.bus.publish('a', numbered(1), 'x')).catch((thrown: unknown) => thrown);
    expect(here).to.deep.equal(['1']);
    expect(error).to.be.instanceOf(TroupeError).with.property('code', ErrorCode.Bus);
    expect(Date.now() - before).to.be.within(500, 10_000);
    there.length = 0;
    await redis.restart();
    await eventually(() => there.includes('missed') && here.includes('missed'));
    await eventually(() => {
      void one.bus.publish('a', numbered(1), 'x');
      return there.includes('1');
    });
    expect(
      there.filter((text) => text === '1'),
      'a repeat of what was rejected'
    ).to.deep.equal(['1']);
    expect(
      here.filter((text) => text === '1'),
      'a repeat here'
    ).to.deep.equal(['1']);
    expect([one.codes, two.codes]).to.deep.equal([[ErrorCode.Bus], [ErrorCode.Bus]]);
    expect(one.faults[0]).to.match(/^Redis at 127\.0\.0\.1:\d+ cannot be reached: /);
  });

  it('finds out that Redis does not answer', async () => {
    const [one, two, here, there] = await connected();
    redis.pause();
    try {
      const error = await Promise.resolve(one.bus.publish('a', numbered(1), 'y')).catch((thrown: unknown) => thrown);
      expect(error).to.have.property('code', ErrorCode.Bus);
      await eventually(() => one.reports.length > 0 && two.reports.length > 0);
    } finally {
      redis.resume();
    }
    await eventually(() => here.includes('missed') && there.includes('missed'));
    await eventually(() => {
      void one.bus.publish('a', numbered(1), 'y');
      return there.includes('1');
    });
    expect(there.filter((text) => text === '1')).to.deep.equal(['1']);
  });

  it('comes to a Redis that is started after it', async () => {
    await redis.kill();
    const factory = redisBus({ prefix: ownPrefix(), url: redis.url });
    const [one, two] = [new Node(factory, 'one'), new Node(factory, 'two')];
    nodes.push(one, two);
    const there: string[] = [];
    two.bus.subscribe('a', (message) => there.push(String(numberOf(message))));
    await eventually(() => one.reports.length > 0 && two.reports.length > 0);
    await redis.restart();
    await reaches(one, there);
    expect(one.codes).to.deep.equal([ErrorCode.Bus]);
  });

  it('refuses options that cannot be used', () => {
    expect(() => redisBus({ url: 'http://127.0.0.1' })).to.throw(TroupeError, '`url` must be a URL like');
    expect(() => redisBus({ lease: 10 })).to.throw(TroupeError, '`lease` must be a number from 300, not 10.');
  });

  it('names what to install where the package is missing', () => {
    const program = `
      import { redisBus } from './runtime/cluster/redis-bus.js';
      import { systemClock } from './runtime/platform/clock.js';
      redisBus()({ clock: systemClock, defer: setImmediate, development: true, node: 'one', report: console.log });`;
    expect(runWithoutPackages(program)).to.include('The package `redis` is missing. Install it: npm install redis');
  });
});
