/** What is in Redis, and what becomes of requests that come late; the rest is in the specs of all stores. */

import { expect } from 'chai';
import { createClient } from 'redis';
import type { RedisScript } from '../../../runtime/platform/redis-client.js';
import {
  claimScript,
  listScript,
  quarantineScript,
  removeScript,
  writeScript,
} from '../../../runtime/store/redis-scripts.js';
import { borrowRedis, findRedis, type RedisServer, redisIsMissing } from '../../redis.js';
import { skip } from '../../skip.js';

describe('store/redis-scripts', () => {
  let server: Pick<RedisServer, 'url' | 'stop'>;
  let client: ReturnType<typeof createClient>;
  let number = 0;
  let session: string;
  let fences: string;

  before(async function () {
    if (findRedis() === undefined && !process.env['REDIS_URL']) skip(this, redisIsMissing);
    server = await borrowRedis();
    client = createClient({ url: server.url });
    await client.connect();
  });
  after(async () => {
    client?.destroy();
    await server?.stop();
  });
  beforeEach(() => {
    session = `spec:${process.pid}:scripts:${++number}:session`;
    fences = `spec:${process.pid}:scripts:${number}:fence`;
  });
  afterEach(() => client?.del([session, fences]));

  const run = ({ text }: RedisScript, ...rest: readonly string[]): Promise<unknown> =>
    client.eval(text, { keys: [session, fences], arguments: [...rest] }) as Promise<unknown>;
  const write = (node: string, fence: string, sequence: number, bytes: string, renew = '0'): Promise<unknown> =>
    run(writeScript, node, fence, String(sequence), bytes, '60000', '0', renew);
  const claim = (node: string, sequence: number): Promise<unknown> =>
    run(claimScript, node, '1', 'nodes:', String(sequence));
  const stored = (): Promise<string | null> => client.hGet(session, 'bytes');

  it('go by the hash of their text', async () => {
    for (const { text, hash } of [quarantineScript, claimScript, listScript, removeScript, writeScript])
      expect(await client.scriptLoad(text)).to.equal(hash);
  });

  it('keep a session in a hash that expires', async () => {
    const fence = await write('a', '0', 7, 'bytes');
    const expected = { node: 'a', released: '0', fence, before: '', sequence: '7', bytes: 'bytes' };
    const { at, ...rest } = await client.hGetAll(session);
    expect(rest).to.deep.equal(expected);
    expect(Number(at)).to.be.closeTo(Number(fence) / 1_000, 1_000);
    expect(await client.pTTL(session)).to.be.within(1, 60_000);
    await claim('b', 3);
    expect({ ...(await client.hGetAll(session)) }).to.deep.include({ node: 'b', sequence: '3', released: '0' });
    expect(await client.pTTL(session)).to.be.within(1, 60_000);
  });

  it('give fences not below the time in microseconds, so that they grow also if Redis has forgotten', async () => {
    const before = Number(await write('a', '0', 1, ''));
    expect(before).to.be.within(Date.now() * 1_000 - 60_000_000, Date.now() * 1_000 + 60_000_000);
    await client.del([session, fences]);
    expect(Number(await write('a', '0', 1, ''))).to.be.greaterThan(before);
  });

  it('give fences that grow though the clock is set back', async () => {
    await client.set(fences, '8000000000000000');
    expect(await write('a', '0', 1, '')).to.equal('8000000000000001');
    expect(await claim('a', 2)).to.deep.equal(['8000000000000002', '']);
    expect(await client.get(fences)).to.equal('8000000000000002');
  });

  it('leave a write that comes late undone, if one of the same fence was done after it', async () => {
    const fence = String(await write('a', '0', 1, 'first'));
    await write('a', fence, 3, 'third');
    expect(await write('a', fence, 2, 'second')).to.equal(fence);
    expect(await stored()).to.equal('third');
    expect(await write('a', fence, 4, 'fourth')).to.equal(fence);
    expect(await stored()).to.equal('fourth');
  });

  it('leave a first write that comes late undone', async () => {
    const fence = String(await write('a', '0', 2, 'again'));
    expect(await write('a', '0', 1, 'late')).to.equal('0');
    await claim('a', 3);
    expect(await write('a', '0', 1, 'late')).to.equal('0');
    expect(await stored()).to.equal('again');
    await run(removeScript, '8000000000000000', '60000');
    expect(await write('a', '0', 1, 'late')).to.equal('0');
    expect(await write('a', fence, 9, 'late')).to.equal('0');
    expect(await stored()).to.equal(null);
  });

  it('renew a fence, and know the one before until the new one is said', async () => {
    const fence = String(await write('a', '0', 1, 'first'));
    const lost = String(await write('a', fence, 2, 'second', '1'));
    expect(Number(lost)).to.be.greaterThan(Number(fence));
    expect(await write('a', fence, 1, 'late')).to.equal(lost);
    expect(await stored()).to.equal('second');
    expect(await write('a', fence, 3, 'third')).to.equal(lost);
    const renewed = String(await write('a', fence, 4, 'fourth', '1'));
    expect(Number(renewed)).to.be.greaterThan(Number(lost));
    expect(await write('a', renewed, 5, 'fifth')).to.equal(renewed);
    expect(await write('a', fence, 6, 'stale')).to.equal('0');
    expect(await stored()).to.equal('fifth');
  });

  it('renew a fence above that of a node whose write Redis has lost', async () => {
    const fence = String(await write('a', '0', 1, 'a'));
    const [other] = (await claim('b', 1)) as readonly string[];
    await client.del([session, fences]);
    await write('a', fence, 2, 'a', '1');
    expect(await write('b', other as string, 2, 'b')).to.equal('0');
    expect(await stored()).to.equal('a');
  });

  it('let no other node use the fence before', async () => {
    const fence = String(await write('a', '0', 1, 'a', '1'));
    expect(await write('b', '0', 1, 'b', '1')).to.equal('0');
    await write('a', fence, 2, 'a', '1');
    await claim('b', 1);
    expect(await write('a', fence, 3, 'stale')).to.equal('0');
  });

  it('do not compare the sequences of two nodes', async () => {
    await write('a', '0', 1_000, 'a');
    const [fence] = (await claim('b', 1)) as readonly string[];
    expect(await write('b', fence as string, 2, 'b')).to.equal(fence);
    expect(await stored()).to.equal('b');
  });

  it('take the word of a node that has a later fence than Redis, which has lost it', async () => {
    const fence = String(await write('a', '0', 1, 'old'));
    const lost = String(Number(fence) + 5);
    expect(await write('b', lost, 1, 'new')).to.equal(lost);
    expect(await write('a', fence, 2, 'stale')).to.equal('0');
    expect({ ...(await client.hGetAll(session)) }).to.deep.include({ node: 'b', bytes: 'new', fence: lost });
  });

  it('leave of a session that was removed its fence, for a while', async () => {
    const fence = String(await write('a', '0', 1, 'bytes'));
    await run(removeScript, fence, '5000');
    const { at: _, ...rest } = await client.hGetAll(session);
    expect(rest).to.deep.equal({ node: 'a', released: '1', fence, before: '', sequence: '1' });
    expect(await client.pTTL(session)).to.be.within(1, 5_000);
    expect(await claim('b', 1)).to.deep.equal([]);
  });

  it('list what has bytes', async () => {
    await write('a', '0', 1, 'bytes');
    const at = await client.hGet(session, 'at');
    expect(await run(listScript, 'nodes:')).to.deep.equal([
      [1, 5, at, ''],
      [0, 0, '0', ''],
    ]);
  });
});
