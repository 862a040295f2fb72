/** `page`: first pages per CPU-second: session made, rendered, signed. One in a hundred is joined. */

import { compare, cpuSeconds, type Figure, type Side, withSides } from '../compare.js';
import { getPage } from '../visit.js';

const milliseconds = 1_500;

/** The counter's page against a bare server of a fixed string of the same size. */
export function page(): Promise<Figure> {
  return withSides(async (limit, ours) => {
    const url = `${await ours.server.ask<string>('listen')}/counter`;
    const { html } = await getPage(url);
    const bare = await limit.server.ask<string>('pages', { size: Buffer.byteLength(html) });
    return compare(
      () => pagesPerSecond(limit, { url: bare }),
      () => pagesPerSecond(ours, { url, joinEvery: 100 })
    );
  });
}

async function pagesPerSecond(side: Side, order: { url: string; joinEvery?: number }): Promise<number> {
  let pages = 0;
  const seconds = await cpuSeconds(side, async () => {
    pages = await side.load.ask<number>('getPages', { ...order, milliseconds });
  });
  return pages / seconds;
}
