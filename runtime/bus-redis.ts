/** The entry `troupe/bus/redis`: topics, presence and shared actors over Redis. */

export { type RedisBusOptions, redisBus } from './cluster/redis-bus.js';
