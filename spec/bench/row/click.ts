/** `click`, `cell` and the like: clicks per CPU-second of the server, one outstanding per session. */

import { compare, cpuSeconds, type Figure, type Side, withSides } from '../compare.js';
import type { Target } from '../load.js';

const milliseconds = 1_500;

/** The counter in 50 sessions. */
export const click = (): Promise<Figure> => clicks('/counter', 50);

/** One cell of a thousand keyed rows, in 10 sessions. */
export const cell = (): Promise<Figure> => clicks('/cells', 10);

/** The counter in 50 sessions whose connections are made of requests, against as many with WebSockets. */
export function clickByRequests(): Promise<Figure> {
  return withSides(async (limit, ours) => {
    for (const side of [limit, ours]) {
      const origin = await side.server.ask<string>('listen');
      await side.load.ask('joinPages', { url: `${origin}/counter`, count: 50, byRequests: side === ours });
    }
    return compare(
      () => clicksPerSecond(limit),
      () => clicksPerSecond(ours)
    );
  }, 'server-troupe');
}

/** One of five hundred child components, in 10 sessions, against the counter in as many. */
export function children(): Promise<Figure> {
  return withSides(async (limit, ours) => {
    for (const [side, path] of [
      [limit, '/counter'],
      [ours, '/children'],
    ] as const) {
      const origin = await side.server.ask<string>('listen');
      await side.load.ask('joinPages', { url: origin + path, count: 10 });
    }
    return compare(
      () => clicksPerSecond(limit),
      () => clicksPerSecond(ours)
    );
  }, 'server-troupe');
}

function clicks(path: string, count: number): Promise<Figure> {
  return withSides(async (limit, ours) => {
    const origin = await ours.server.ask<string>('listen');
    const targets = await ours.load.ask<readonly Target[]>('joinPages', { url: origin + path, count });
    const url = await limit.server.ask<string>('clicks', { shown: targets[0]?.shown });
    await limit.load.ask('openSockets', { url, count, targets });
    return compare(
      () => clicksPerSecond(limit),
      () => clicksPerSecond(ours)
    );
  });
}

/** Clicks per CPU-second of what has been opened. */
export async function clicksPerSecond(side: Side): Promise<number> {
  let clicked = 0;
  const seconds = await cpuSeconds(side, async () => {
    clicked = await side.load.ask<number>('click', { milliseconds });
  });
  return clicked / seconds;
}
