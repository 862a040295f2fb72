import { expect } from 'chai';
import { createClient } from 'redis';
import { redisBus } from '../../../runtime/cluster/redis-bus.js';
import { RedisDirectory } from '../../../runtime/cluster/redis-directory.js';
import type { RedisLink } from '../../../runtime/platform/redis-connection.js';
import { itKeepsThePromisesOfADirectory } from '../../fixtures/bus-promises.js';
import { ownPrefix } from '../../fixtures/buses.js';
import { borrowRedis, findRedis, passRedisTime, redisIsMissing } from '../../redis.js';
import { skip } from '../../skip.js';

describe('cluster/redis-directory', () => {
  let redis: Awaited<ReturnType<typeof borrowRedis>>;
  let client: ReturnType<typeof createClient>;
  let prefix: string;

  before(async function () {
    if (findRedis() === undefined && !process.env['REDIS_URL']) skip(this, redisIsMissing);
    redis = await borrowRedis();
    client = createClient({ url: redis.url });
    await client.connect();
  });

  after(async () => {
    client?.destroy();
    await redis?.stop();
  });

  itKeepsThePromisesOfADirectory(
    (lease) => {
      prefix = ownPrefix();
      return redisBus({ lease, prefix, url: redis.url });
    },
    (milliseconds) => passRedisTime(client, prefix, milliseconds)
  );

  it('keeps everything below its prefix', async () => {
    const keys: string[] = [];
    const link = {
      command: async ([, key]: readonly string[]) => void keys.push(key as string),
      run: async (_script: unknown, given: readonly string[]) => void keys.push(...given),
    };
    const directory = new RedisDirectory({ lease: 1_000, link: link as unknown as RedisLink, node: 'n', prefix: 'p:' });
    await directory.claim('a');
    await directory.holder('a');
    await directory.leave('l', 'x').catch(() => {});
    expect(keys).to.deep.equal(['p:holder:a', 'p:text:a', 'p:holder:a', 'p:list:l']);
  });
});
