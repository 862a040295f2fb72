import { expect } from 'chai';
import { createClient } from 'redis';
import { systemClock } from '../../../runtime/platform/clock.js';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import { type RedisStoreOptions, redis } from '../../../runtime/store/redis.js';
import type { Store } from '../../../runtime/store/store.js';
import { createSlowClock } from '../../fixtures/slow-clock.js';
import { claimed, codeOf, entry } from '../../fixtures/stores.js';
import { runWithoutPackages } from '../../fixtures/without-packages.js';
import { findRedis, type RedisServer, redisIsMissing, startRedis } from '../../redis.js';
import { skip } from '../../skip.js';

/** Milliseconds within which a command is refused, on a busy computer. How exactly: the spec of the connection, with a simulated clock. */
const patience = 10_000;

describe('store/redis', () => {
  let server: RedisServer;
  let stores: Store[];

  before(async function () {
    if (findRedis() === undefined) skip(this, redisIsMissing);
    server = await startRedis({ persistent: true });
  });
  after(() => server?.stop());
  beforeEach(() => {
    stores = [];
  });
  afterEach(async () => {
    server?.resume();
    await Promise.all(stores.map((store) => store.close()));
  });

  function start(options: RedisStoreOptions = {}): Store {
    const store = redis({ clock: createSlowClock(), url: server.url, prefix: `${Math.random()}:`, ...options });
    stores.push(store);
    return store;
  }

  /** Asks again until it is not refused. */
  async function until<Value>(ask: () => Promise<Value>): Promise<Value> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        expect((error as { code?: string }).code).to.equal(ErrorCode.Store);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  /** How long a promise takes to be refused. */
  async function refusal(asked: Promise<unknown>): Promise<number> {
    const begin = performance.now();
    expect(await codeOf(asked)).to.equal(ErrorCode.Store);
    return performance.now() - begin;
  }

  it('is not volatile, and has a delay of 100 ms by default', () => {
    expect([start().isVolatile, start().delay, start({ delay: 0 }).delay]).to.deep.equal([false, 100, 0]);
  });

  it('refuses commands in about a second while Redis is away, and works when it is back', async () => {
    const store = start({ clock: systemClock });
    const fence = await until(() => store.write(entry({})));
    await server.kill();
    expect(await refusal(store.write(entry({ fence })))).to.be.lessThan(patience);
    expect(await refusal(store.claim('s', 'a'))).to.be.lessThan(patience);
    expect(await refusal(store.beat('a', 1_000))).to.be.lessThan(patience);
    await server.restart();
    expect(await until(() => store.write(entry({ fence, bytes: Uint8Array.of(50) })))).to.equal(fence);
    expect(claimed(await until(() => store.claim('s', 'b'))).text).to.equal('2');
  });

  it('starts while Redis is away', async () => {
    await server.kill();
    const store = start({ clock: systemClock });
    expect(await refusal(store.claim('s', 'a'))).to.be.lessThan(patience);
    await server.restart();
    expect((await until(() => store.claim('s', 'a'))).kind).to.equal('absent');
  });

  it('refuses commands in about a second while Redis hangs, and works when it no longer does', async () => {
    const store = start({ clock: systemClock });
    const fence = await until(() => store.write(entry({})));
    server.pause();
    const refusals = Array.from({ length: 5 }, () => refusal(store.write(entry({ fence }))));
    expect(Math.max(...(await Promise.all(refusals)))).to.be.lessThan(patience);
    server.resume();
    expect(await until(() => store.write(entry({ fence })))).to.equal(fence);
  });

  it('makes a new connection when there is no answer on the old one', async () => {
    const store = start({ clock: systemClock });
    const fence = await until(() => store.write(entry({})));
    server.pause();
    const end = performance.now() + 7_500;
    while (performance.now() < end) await refusal(store.write(entry({ fence, bytes: Uint8Array.of(49) })));
    server.resume();
    await until(() => store.write(entry({ fence, bytes: Uint8Array.of(50) })));
    expect(claimed(await until(() => store.claim('s', 'a'))).text).to.equal('2');
  });

  it('runs scripts that Redis has forgotten', async () => {
    const store = start();
    const fence = await store.write(entry({}));
    const client = createClient({ url: server.url });
    await client.connect();
    await client.scriptFlush();
    client.destroy();
    const writes = Array.from({ length: 10 }, () => store.write(entry({ fence })));
    expect(new Set(await Promise.all(writes))).to.deep.equal(new Set([fence]));
  });

  it('gives growing fences after Redis has lost everything', async () => {
    const store = start();
    const fence = await store.write(entry({}));
    const client = createClient({ url: server.url });
    await client.connect();
    await client.flushAll();
    client.destroy();
    expect(await store.write(entry({ fence }))).to.equal(fence);
    expect(claimed(await store.claim('s', 'b')).fence).to.be.greaterThan(fence);
  });

  it('uses the client that it is given, and leaves it open', async () => {
    const client = createClient({ url: server.url });
    await client.connect();
    const store = start({ client });
    const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
    await store.write(entry({ bytes }));
    expect(await store.claim('s', 'b')).to.deep.include({ kind: 'claimed', bytes });
    await store.close();
    expect(await client.ping()).to.equal('PONG');
    client.destroy();
  });

  it('keeps prefixes apart', async () => {
    await start({ prefix: 'one:' }).write(entry({}));
    expect((await start({ prefix: 'two:' }).claim('s', 'a')).kind).to.equal('absent');
    expect((await start({ prefix: 'one:' }).claim('s', 'a')).kind).to.equal('claimed');
  });

  it('refuses calls after it is closed', async () => {
    const store = start();
    await store.close();
    expect(await codeOf(store.write(entry({})))).to.equal(ErrorCode.Closed);
    expect(await codeOf(store.listAside())).to.equal(ErrorCode.Closed);
  });

  it('throws an error if its options cannot be used', () => {
    expect(() => redis({ delay: -1 })).to.throw(/delay is a number of milliseconds/);
    expect(() => redis({ url: 'http://127.0.0.1' })).to.throw(/`url` must be a URL like/);
  });

  it('names the package to install if it is missing', () => {
    const said = runWithoutPackages(
      `import { redis } from './runtime/store/redis.js'; console.log('loaded'); redis();`
    );
    expect(said).to.match(/^loaded/);
    expect(said).to.include('The package `redis` is missing. Install it: npm install redis');
  });
});
