/** The entry `troupe/redis`: a server on Redis. */

export { type ConnectRedisOptions, connectRedis } from './server/connect-redis.js';
