/**
 * One Redis for a server: its store (`redis.ts`) and its bus (`redis-bus.ts`) share one connection
 * (`redis-connection.ts`), one prefix and one lease.
 */

import type { BusFactory } from '../cluster/bus.js';
import { checkLease, RedisBus } from '../cluster/redis-bus.js';
import { systemClock } from '../platform/clock.js';
import { redisUrl } from '../platform/redis-client.js';
import { RedisConnection } from '../platform/redis-connection.js';
import { checkDelay, RedisStore } from '../store/redis.js';
import type { Store } from '../store/store.js';

// TYPES -----------------------------------------------------------------------

/** Options of `connectRedis`. */
export interface ConnectRedisOptions {
  /** Milliseconds in which changes of a session are gathered before they are written. Default 100; 0 writes each turn at once. */
  readonly delay?: number;
  /** Milliseconds after which a silent node counts as gone, in the store and on the bus. At least 300. Default 10,000. */
  readonly lease?: number;
  /** What all keys and channels begin with: one for each application that uses the same Redis. Default 'troupe'. */
  readonly prefix?: string;
  /** Where Redis is, `redis://user:password@host:6379`; version 6.2 or later. Default: `REDIS_URL`, else `redis://127.0.0.1:6379`. */
  readonly url?: string;
}

/** The options of a server that connect it to Redis. */
export interface RedisOfServer {
  readonly bus: BusFactory;
  readonly store: Required<Store>;
}

// CONNECTING ------------------------------------------------------------------

/**
 * Connects a server to Redis: store and bus over one connection. Needs the package `redis`: `npm install redis`.
 *
 * ```ts
 * createServer({ ...connectRedis({ url: 'redis://10.0.0.7:6379' }), routes, secret });
 * ```
 *
 * **Note:** the connection closes with the server. For another server, call it again.
 *
 * @throws TroupeError `options` if they cannot be used, or the package is missing
 */
export function connectRedis(options: ConnectRedisOptions = {}): RedisOfServer {
  const { delay, lease, prefix } = options;
  checkDelay('connectRedis', delay);
  checkLease('connectRedis', lease);
  const connection = new RedisConnection({ clock: systemClock, url: redisUrl('connectRedis', options.url) });

  return {
    bus: (host) => new RedisBus(host, connection, { lease, prefix }),
    store: new RedisStore(connection, { clock: systemClock, delay, prefix }),
  };
}
