/** `memory.session`: heap of one idle attached counter session over one idle bare connection, in KB. */

import { type Figure, type Side, withSides } from '../compare.js';

interface Memory {
  readonly heap: number;
  readonly rss: number;
}

const count = 5_000;

/** Five thousand of each, after collection. */
export function memory(): Promise<Figure> {
  return withSides(async (limit, ours) => {
    const url = await limit.server.ask<string>('idle');
    const bare = await growth(limit, () => limit.load.ask('openSockets', { url, count }));
    const origin = await ours.server.ask<string>('listen');
    const session = await growth(ours, () => ours.load.ask('joinPages', { url: `${origin}/counter`, count }));
    const rss = session.rss - bare.rss;
    const note = `RSS ${rss.toFixed(1)} KB over ${bare.rss.toFixed(1)} KB; limit is the bare connection itself`;
    return { value: session.heap - bare.heap, limit: bare.heap, note };
  });
}

/** KB per connection. */
async function growth({ server }: Side, open: () => Promise<unknown>): Promise<Memory> {
  const before = await server.ask<Memory>('memory');
  await open();
  const after = await server.ask<Memory>('memory');
  const perSession = (bytes: number): number => bytes / count / 1_024;
  return { heap: perSession(after.heap - before.heap), rss: perSession(after.rss - before.rss) };
}
