/** Our server, as a process of a benchmark. */

import { createServer } from 'troupe/server';
import { Cells, Counter, Streaming } from './pages.js';
import { answer } from './process.js';

/** So high that they are counted and never reached: all load comes from one address. */
const limits = { framesPerSecond: 1_000_000, sessionsPerAddress: 1_000_000 };
const routes = { '/counter': Counter, '/cells': Cells, '/stream': Streaming };

answer({
  /** Listens; answers the origin. */
  listen: async () => {
    const { port } = await createServer({ ...limits, routes, secret: 'a secret of benchmarks' }).listen(0, '127.0.0.1');
    return `http://127.0.0.1:${port}`;
  },
});
