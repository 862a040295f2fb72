/** Our server, as a process of a benchmark. */

import { createServer as createNodeServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type Server } from 'troupe/server';
import { lmdb } from 'troupe/store/lmdb';
import { redis } from 'troupe/store/redis';
import { createFeed, written } from './feed.js';
import { Cells, Children, Counter, Feed, News, Streaming, Timers } from './pages.js';
import { answer } from './process.js';

/**
 * So high that they are counted and never reached: all load comes from one address, and who does not read is to be
 * seen for longer than a heartbeat lets it stay.
 */
const limits = { framesPerSecond: 1_000_000, heartbeat: 3_600_000, sessionsPerAddress: 1_000_000 };
const routes = {
  '/counter': Counter,
  '/cells': Cells,
  '/feed': Feed,
  '/stream': Streaming,
  '/children': Children,
  '/news': News,
  '/timers': Timers,
};

/** What a row asks of the server: where sessions are stored, and how long they are in memory without a client. */
export interface Setup {
  readonly grace: number;
  readonly store: 'memory' | 'lmdb' | 'redis';
  /** The folder, or the URL. */
  readonly at?: string;
  /** Whether every request may open the inspector. */
  readonly isOpen?: boolean;
}

function make({ grace, store, at = '', isOpen = false }: Setup): Server {
  const inspector = isOpen && { authorise: () => true };
  const options = { ...limits, routes, grace, inspector, secret: 'a secret of benchmarks' };
  if (store === 'memory') return createServer(options);
  return createServer({ ...options, store: store === 'lmdb' ? lmdb({ path: at }) : redis({ url: at }) });
}

let troupe = make({ grace: 60_000, store: 'memory' });

/** The sockets below, of a server that is mounted. */
const sockets: Socket[] = [];

/** Mounts the server where its sockets can be looked at; answers the origin. */
async function mount(): Promise<string> {
  const host = createNodeServer(troupe.handle).on('upgrade', (request, socket, head) => {
    sockets.push(socket as Socket);
    if (!troupe.upgrade(request, socket, head)) socket.destroy();
  });
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
}

/** Resolves when no session is in memory. */
async function emptied(): Promise<void> {
  const some = (): boolean => Object.values(troupe.counts.sessions).some((count) => count > 0);
  while (some()) await new Promise((resolve) => setTimeout(resolve, 5));
}

answer({
  /** Another server in the place of the one there is, before that listens. */
  setUp: (setup: Setup) => {
    troupe = make(setup);
  },
  emptied,
  mount,
  /** The id of the session that came last. */
  newest: async () => (await troupe.inspection.sessions({ most: 1 })).sessions[0]?.id,
  feed: createFeed((told) => troupe.publish('feed', told)),
  written: () => written(sockets),
  /** Listens; answers the origin. */
  listen: async () => {
    const { port } = await troupe.listen(0, '127.0.0.1');
    return `http://127.0.0.1:${port}`;
  },
  /** Publishes a number to all who listen to the news. */
  publish: ({ number }: { number: number }) => troupe.publish('news', { type: 'told', number }),
});
