/**
 * `passivate.lmdb`, `passivate.redis`: sessions stored, dropped from memory, brought back and joined again per
 * CPU-second of the server, against sessions made anew: a page that is fetched and joined, and left in memory.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { borrowRedis, findRedis, redisIsMissing } from '../../redis.js';
import { compare, cpuSeconds, type Figure, type LeftOut, type Side, withSides } from '../compare.js';
import type { Setup } from '../server-troupe.js';

const count = 200;

/** How often each session goes and comes in a round. */
const times = 5;

/** With lmdb. */
export async function passivateWithLmdb(): Promise<Figure> {
  const folder = mkdtempSync(join(tmpdir(), 'lmdb-'));
  try {
    return await passivate({ grace: 0, store: 'lmdb', at: folder });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** With Redis, a process of its own whose time does not count. */
export async function passivateWithRedis(): Promise<Figure | LeftOut> {
  if ((process.env['REDIS_URL'] ?? '') === '' && findRedis() === undefined) return { leftOut: redisIsMissing };
  const { url, stop } = await borrowRedis();
  try {
    return await passivate({ grace: 0, store: 'redis', at: url });
  } finally {
    await stop();
  }
}

function passivate(setup: Setup): Promise<Figure> {
  return withSides(async (anew, lasting) => {
    await anew.server.ask('setUp', { grace: Number.MAX_SAFE_INTEGER, store: 'memory' } satisfies Setup);
    await lasting.server.ask('setUp', setup);
    const [anewUrl, url] = [await anew.server.ask<string>('listen'), await lasting.server.ask<string>('listen')];
    await lasting.load.ask('openReturners', { url: `${url}/counter`, count });
    return compare(
      () => anewPerSecond(anew, `${anewUrl}/counter`),
      () => returnsPerSecond(lasting)
    );
  }, 'server-troupe');
}

async function anewPerSecond(side: Side, url: string): Promise<number> {
  const seconds = await cpuSeconds(side, () => side.load.ask('visitAndLeave', { url, count: count * times }));
  return (count * times) / seconds;
}

async function returnsPerSecond(side: Side): Promise<number> {
  const seconds = await cpuSeconds(side, async () => {
    for (let time = 0; time < times; time++) {
      await side.load.ask('leave');
      await side.server.ask('emptied');
      await side.load.ask('comeBack');
    }
  });
  return (count * times) / seconds;
}
