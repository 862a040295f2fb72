/** Our server, as a process of a benchmark. */

import { createServer } from 'troupe/server';
import { Cells, Children, Counter, News, Streaming, Timers } from './pages.js';
import { answer } from './process.js';

/** So high that they are counted and never reached: all load comes from one address. */
const limits = { framesPerSecond: 1_000_000, sessionsPerAddress: 1_000_000 };
const routes = {
  '/counter': Counter,
  '/cells': Cells,
  '/stream': Streaming,
  '/children': Children,
  '/news': News,
  '/timers': Timers,
};
const troupe = createServer({ ...limits, routes, secret: 'a secret of benchmarks' });

answer({
  /** Listens; answers the origin. */
  listen: async () => {
    const { port } = await troupe.listen(0, '127.0.0.1');
    return `http://127.0.0.1:${port}`;
  },
  /** Publishes a number to all who listen to the news. */
  publish: ({ number }: { number: number }) => troupe.publish('news', { type: 'told', number }),
});
