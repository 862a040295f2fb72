import { expect } from 'chai';
import { createClient } from 'redis';
import type { RedisLink } from '../../../runtime/cluster/bus-redis-link.js';
import { redisBus } from '../../../runtime/cluster/redis-bus.js';
import { RedisDirectory } from '../../../runtime/cluster/redis-directory.js';
import { itKeepsThePromisesOfADirectory } from '../../fixtures/bus-promises.js';
import { ownPrefix } from '../../fixtures/buses.js';
import { borrowRedis, findRedis, passRedisTime, redisIsMissing } from '../../redis.js';
import { skip } from '../../skip.js';

describe('bus/redis-directory', () => {
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
    const commands: string[] = [];
    const link = {
      command: async (...command: string[]) =>
        void commands.push(...command.filter((part) => /:/.test(part) && !/\n/.test(part))),
    };
    const directory = new RedisDirectory({ lease: 1_000, link: link as unknown as RedisLink, node: 'n', prefix: 'p' });
    await directory.claim('a');
    await directory.holder('a');
    await directory.leave('l', 'x').catch(() => {});
    expect(commands.filter((key) => !key.startsWith('{'))).to.deep.equal([
      'p:holder:a',
      'p:text:a',
      'p:holder:a',
      'p:list:l',
    ]);
  });
});
