/** Our server, as a process of a benchmark. */

import { createServer as createNodeServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'troupe/server';
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
const troupe = createServer({ ...limits, routes, secret: 'a secret of benchmarks' });

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

answer({
  mount,
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
