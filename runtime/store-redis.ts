/** The entry `troupe/store/redis`: sessions in Redis. */

export { type RedisStoreOptions, redis } from './store/redis.js';
