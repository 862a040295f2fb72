/** What all stores promise, over each of them. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import { RedisConnection } from '../../../runtime/platform/redis-connection.js';
import { lmdb } from '../../../runtime/store/lmdb.js';
import { memory } from '../../../runtime/store/memory.js';
import { RedisStore } from '../../../runtime/store/redis.js';
import type { Store } from '../../../runtime/store/store.js';
import { createSlowClock } from '../../fixtures/slow-clock.js';
import { type Backend, describeStore } from '../../fixtures/stores.js';
import { borrowRedis, findRedis, passRedisTime, type RedisServer, redisIsMissing } from '../../redis.js';
import { skip } from '../../skip.js';

describe('store', () => {
  describeStore(
    'memory',
    async () => {
      const clock = createSimulatedClock(Date.now());
      const store = memory({ clock });

      return { open: () => store, pass: async (time) => clock.advance(time), dispose: () => store.close() };
    },
    300
  );

  describeStore('lmdb', async () => {
    const clock = createSimulatedClock(Date.now());
    const path = mkdtempSync(join(tmpdir(), 'store-'));
    const store = lmdb({ path, clock });

    return {
      open: () => store,
      pass: async (time) => clock.advance(time),
      async dispose() {
        await store.close();
        rmSync(path, { recursive: true });
      },
    };
  });

  describe('with Redis', () => {
    let server: Pick<RedisServer, 'url' | 'stop'>;
    let client: ReturnType<typeof createClient>;
    let number = 0;

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

    describeStore(
      'redis',
      async (): Promise<Backend> => {
        const prefix = `spec:${process.pid}:${++number}:`;
        const clock = createSimulatedClock(Date.now());
        const stores: Store[] = [];

        return {
          open() {
            const connection = new RedisConnection({ clock: createSlowClock(), url: server.url });
            const store = new RedisStore(connection, { clock, prefix });
            stores.push(store);
            return store;
          },
          async pass(time) {
            clock.advance(time);
            await passRedisTime(client, prefix, time);
          },
          async dispose() {
            await Promise.all(stores.map((store) => store.close()));
            const keys = await client.keys(`${prefix}*`);
            if (keys.length > 0) await client.del(keys);
          },
        };
      },
      60
    );
  });
});
