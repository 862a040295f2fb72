/** The server of a chaotic run, a process of its own: it is killed, drained and started again by `host.ts`. */

import { createServer } from 'troupe/server';
import { fromCallback } from 'xstate';
import { connectRedis } from '../../runtime/server/connect-redis.js';
import { lmdb } from '../../runtime/store/lmdb.js';
import { Chat, Counter, type Effect, journal, Todo } from './pages.js';

/** How it is set up; comes as JSON in the first argument. */
export interface ServerSetup {
  readonly kind: 'memory' | 'lmdb' | 'redis';
  readonly grace: number;
  /** Milliseconds in which changes are gathered. */
  readonly delay: number;
  /** The folder, or the URL. */
  readonly place: string;
  /** Milliseconds by which its clock is fast. */
  readonly shift?: number;
}

/** What it tells: where it listens, what it has reported, which effect its shared actor has taken. */
export type Told = { readonly port: number } | { readonly fault: string } | { readonly effect: Effect };

/** What the host sends: by how many milliseconds its clock is fast. */
export interface Command {
  readonly shift: number;
}

const { kind, grace, delay, place, shift: given = 0 } = JSON.parse(process.argv[2] ?? '{}') as ServerSetup;

const tell = (told: Told): void => void process.send?.(told, () => undefined);

// The clock of the runtime reads the time here.
let shift = given;
const { now } = Date;
Date.now = () => now() + shift;
process.on('message', (command: Command) => {
  shift = command.shift;
});

const cluster =
  kind === 'redis'
    ? connectRedis({ url: place, delay, lease: 1_500 })
    : kind === 'lmdb'
      ? { store: lmdb({ path: place, delay }) }
      : {};

const server = createServer({
  ...cluster,
  drainTime: 600,
  grace,
  onError: ({ code, error }) => tell({ fault: `${code}: ${error instanceof Error ? error.stack : String(error)}` }),
  routes: { '/counter/:run': Counter, '/todo/:run': Todo, '/chat/:run': Chat },
  secret: 'a secret of chaotic runs',
});
server.actor(
  journal,
  fromCallback<Effect>(({ receive }) => receive((effect) => tell({ effect })))
);

const listening = await server.listen(0, '127.0.0.1');
listening.drainOn();
process.on('disconnect', () => process.exit());
tell({ port: listening.port });
