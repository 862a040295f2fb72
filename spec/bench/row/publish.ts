/** `publish`: patches delivered per CPU-second of the server, of one publish to five thousand sessions at a time. */

import { compare, cpuSeconds, type Figure, type Side, withSides } from '../compare.js';

const count = 5_000;
const publishes = 5;

/** A topic of ours against a bare server that writes the same bytes to as many sockets. */
export function publish(): Promise<Figure> {
  return withSides(async (limit, ours) => {
    const origin = await ours.server.ask<string>('listen');
    await ours.load.ask('openListeners', { url: `${origin}/news`, count, bare: false });
    const url = await limit.server.ask<string>('broadcasting');
    await limit.load.ask('openListeners', { url, count, bare: true });
    return compare(
      () => deliveriesPerSecond(limit),
      () => deliveriesPerSecond(ours)
    );
  });
}

let number = 0;

async function deliveriesPerSecond(side: Side): Promise<number> {
  const seconds = await cpuSeconds(side, async () => {
    for (let round = 0; round < publishes; round++) {
      const delivered = side.load.ask('delivered', { number: ++number });
      await side.server.ask('publish', { number });
      await delivered;
    }
  });
  return (count * publishes) / seconds;
}
