/** The server of a chaotic run, a process of its own: it is killed, drained and started again by `host.ts`. */

import { createServer } from 'troupe/server';
import { connectRedis } from '../../runtime/server/connect-redis.js';
import { lmdb } from '../../runtime/store/lmdb.js';
import { Chat, Counter, Todo } from './pages.js';

/** How it is set up; comes as JSON in the first argument. */
export interface ServerSetup {
  readonly kind: 'memory' | 'lmdb' | 'redis';
  readonly grace: number;
  /** Milliseconds in which changes are gathered. */
  readonly delay: number;
  /** The folder, or the URL. */
  readonly place: string;
}

/** What it tells. */
export type Told = { readonly port: number } | { readonly fault: string };

const { kind, grace, delay, place } = JSON.parse(process.argv[2] ?? '{}') as ServerSetup;

const tell = (told: Told): void => void process.send?.(told, () => undefined);

const cluster =
  kind === 'redis'
    ? connectRedis({ url: place, delay, lease: 2_000 })
    : kind === 'lmdb'
      ? { store: lmdb({ path: place, delay }) }
      : {};

const server = createServer({
  ...cluster,
  drainTime: 600,
  grace,
  onError: ({ code, error }) => tell({ fault: `${code}: ${error instanceof Error ? error.stack : String(error)}` }),
  routes: { '/counter': Counter, '/todo': Todo, '/chat/:room': Chat },
  secret: 'a secret of chaotic runs',
});

const listening = await server.listen(0, '127.0.0.1');
listening.drainOn();
process.on('disconnect', () => process.exit());
tell({ port: listening.port });
