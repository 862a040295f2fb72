/**
 * `memory.session`: heap of one idle attached counter session over one idle bare connection, in KB.
 * `memory.component`, `memory.subscription`: heap of one component, or one timer, of five hundred in a page.
 */

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
    const session = await growth(ours, async () => {
      await ours.load.ask('joinPages', { url: `${origin}/counter`, count });
      await ours.load.ask('acknowledgeFirst');
    });
    const rss = session.rss - bare.rss;
    const note = `RSS ${rss.toFixed(1)} KB over ${bare.rss.toFixed(1)} KB; limit is the bare connection itself`;
    return { value: session.heap - bare.heap, limit: bare.heap, note };
  });
}

/** Session registry of a page with many parts, and how many parts it has. */
const pages = 40;
const parts = 500;

/** One of the components in a page. */
export const component = (): Promise<Figure> => onePart('/children');

/** One of the timers of a page. */
export const subscription = (): Promise<Figure> => onePart('/timers');

function onePart(path: string): Promise<Figure> {
  return withSides(async (_limit, ours) => {
    const origin = await ours.server.ask<string>('listen');
    const open = (to: string, count: number) => ours.load.ask('joinPages', { url: origin + to, count });
    await open(path, 1);
    const page = await growth(ours, () => open(path, pages), pages);

    return {
      value: page.heap / parts,
      note: `a page of ${parts}, with all its session has: ${page.heap.toFixed(0)} KB`,
    };
  });
}

/** KB per connection. */
async function growth({ server }: Side, open: () => Promise<unknown>, connections = count): Promise<Memory> {
  const before = await server.ask<Memory>('memory');
  await open();
  const after = await server.ask<Memory>('memory');
  const perSession = (bytes: number): number => bytes / connections / 1_024;
  return { heap: perSession(after.heap - before.heap), rss: perSession(after.rss - before.rss) };
}
