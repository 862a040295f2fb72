/**
 * The settings of the examples' server, read once from its environment:
 *
 * | variable | default | what it says |
 * |---|---|---|
 * | `PORT` | 3000 | where it listens; 0 takes any that is free |
 * | `STORE` | `memory` | where sessions are kept: `memory`, `lmdb:PATH` or `redis`, which is then also the bus |
 * | `REDIS_URL` | `redis://127.0.0.1:6379` | where Redis is |
 * | `GRACE` | 5 | seconds a session stays in memory after its page has gone |
 * | `NODE_NAME` | `Node PORT` | what this process is called on the page of the seventh example |
 *
 * `TROUPE_SECRET` is read by Troupe itself.
 */

import { type BusFactory, memory, type Store } from 'troupe/server';
import type { Node } from './07-resume/timeline.js';

/** What the environment says. */
export interface Settings {
  /** The bus; none if there is only this process. */
  readonly bus: BusFactory | undefined;
  /** Milliseconds. */
  readonly grace: number;
  /** What this process calls itself. */
  readonly node: Node;
  readonly port: number;
  readonly store: Store;
}

/** Variables by name, as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the environment and opens the store it names. Throws if a variable makes no sense. */
export async function readSettings(environment: Environment): Promise<Settings> {
  const port = numberIn(environment, 'PORT', 3000);
  const name = environment['NODE_NAME'] || `Node ${port}`;

  return {
    ...(await openStore(environment)),
    grace: numberIn(environment, 'GRACE', 5) * 1_000,
    node: { name, process: process.pid },
    port,
  };
}

function numberIn(environment: Environment, name: string, otherwise: number): number {
  const value = Number(environment[name] || otherwise);
  if (!(value >= 0)) throw new Error(`${name} is a number, 0 or more, not ${environment[name]}.`);

  return value;
}

/** The store, and with Redis the bus: what a process does not need is not loaded. */
async function openStore(environment: Environment): Promise<Pick<Settings, 'bus' | 'store'>> {
  const [kind, ...path] = (environment['STORE'] || 'memory').split(':');
  if (kind === 'memory') return { bus: undefined, store: memory() };
  if (kind === 'lmdb' && path.join(':') !== '') {
    const { lmdb } = await import('troupe/store/lmdb');

    return { bus: undefined, store: lmdb({ path: path.join(':') }) };
  }
  if (kind === 'redis') {
    const url = environment['REDIS_URL'] || 'redis://127.0.0.1:6379';
    const { connectRedis } = await import('troupe/redis');

    return connectRedis({ url });
  }
  throw new Error(`STORE is memory, lmdb:PATH or redis, not ${environment['STORE']}.`);
}
