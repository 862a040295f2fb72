/** `stream.repeat`: microseconds of server CPU per element pushed to a list of ten thousand. */

import { compare, cpuSeconds, type Figure, type Side, withSides } from '../compare.js';

const count = 2;
const milliseconds = 2_000;

/** A generator in our server against a bare timer that copies the same array and sends the same bytes. */
export function stream(): Promise<Figure> {
  return withSides(async (limit, ours) => {
    const origin = await ours.server.ask<string>('listen');
    const list = await ours.load.ask<number>('openStreams', { url: `${origin}/stream`, count, bare: false });
    const url = await limit.server.ask<string>('stream', { list });
    await limit.load.ask('openStreams', { url, count, bare: true });
    return compare(
      () => perElement(limit),
      () => perElement(ours)
    );
  });
}

/** Parts 0 and 1 of the page are its buttons: start, which begins anew, and stop. */
async function perElement(side: Side): Promise<number> {
  await side.load.ask('press', { part: 0 });
  await wait(300);
  const before = await side.load.ask<number>('elements');
  const seconds = await cpuSeconds(side, () => wait(milliseconds));
  const elements = (await side.load.ask<number>('elements')) - before;
  await side.load.ask('press', { part: 1 });
  await wait(100);
  if (elements < 20) throw new Error(`only ${elements} elements arrived in ${milliseconds} ms`);
  return (seconds * 1e6) / elements;
}

const wait = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time));
