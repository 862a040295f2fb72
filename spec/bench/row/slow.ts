/**
 * `slow`, `slow.written`: what a client costs that stops reading a stream of a kilobyte every ten milliseconds, in
 * memory of the process and in bytes written to its socket. Others go on reading meanwhile, and all catch up.
 */

import { type Figure, type Side, withSides } from '../compare.js';
import type { Reading } from '../feed-reader.js';

interface Memory {
  readonly heap: number;
  readonly external: number;
  readonly rss: number;
}

/** What was found of clients that have stopped reading; memory and bytes in KB for each of them. */
interface Slowness {
  readonly rss: number;
  readonly heap: number;
  readonly written: number;
  readonly told: number;
  readonly reading: Reading;
  readonly alone: Reading;
  readonly caughtUp: number;
}

const seconds = Number(process.env['SLOW_SECONDS'] ?? 60);
const count = 1_000;
const readers = 10;

/** A bare server buffers all it has to send: fewer clients are enough to see that. */
const bareCount = 50;

let found: Promise<{ ours: Slowness; bare: Slowness }> | undefined;

/** KB of the whole process for each client that does not read. */
export async function slow(): Promise<Figure> {
  const { ours, bare } = await measured();
  const [median, most, longest] = ours.reading.delays;
  const [aloneMedian, aloneMost] = ours.alone.delays;
  const shown = ({ received, left }: Reading): string => `${Math.round((100 * received) / (received + left))} %`;

  return {
    value: ours.rss,
    note: [
      `${count} for ${seconds} s; heap and beside it ${ours.heap.toFixed(1)} KB`,
      `told ${ours.told} times; ${readers} others read ${shown(ours.reading)} of that (all that is new comes in one frame)`,
      `after ${median} ms (99 of 100: ${most}, longest ${longest})`,
      `while all were reading ${shown(ours.alone)} after ${aloneMedian} ms (${aloneMost})`,
      `all caught up after ${Math.round(ours.caughtUp)} ms`,
      `bare server with naive sends: ${bare.rss.toFixed(0)} KB each of ${bareCount}`,
    ].join('; '),
  };
}

/** KB written to the socket of each. */
export async function slowWritten(): Promise<Figure> {
  const { ours, bare } = await measured();

  return { value: ours.written, note: `bare server: ${bare.written.toFixed(0)} KB` };
}

function measured(): Promise<{ ours: Slowness; bare: Slowness }> {
  found ??= withSides(async (limit, ours) => {
    const origin = await ours.server.ask<string>('mount');
    const url = await limit.server.ask<string>('broadcasting');

    return {
      ours: await slowness(ours, { url: `${origin}/feed`, bare: false }, count, seconds),
      bare: await slowness(limit, { url, bare: true }, bareCount, seconds),
    };
  });
  return found;
}

/** First all read, so that the process has what it needs for that; then `stopping` of them stop. */
async function slowness(
  { server, load }: Side,
  target: { readonly url: string; readonly bare: boolean },
  stopping: number,
  duration: number
): Promise<Slowness> {
  await load.ask('openReaders', { ...target, count: stopping + readers });
  await server.ask('feed', { milliseconds: 3_000 });
  await wait(2_000);
  const alone = await load.ask<Reading>('readings');
  await load.ask('stopReading', { count: stopping });
  const before = {
    memory: await server.ask<Memory>('memory'),
    written: await server.ask<readonly number[]>('written'),
  };
  const told = await server.ask<{ last: number; count: number }>('feed', { milliseconds: duration * 1_000 });
  const after = { memory: await server.ask<Memory>('memory'), written: await server.ask<readonly number[]>('written') };
  const reading = await load.ask<Reading>('readings');
  const caughtUp = await load.ask<number>('readAgain', { last: told.last });
  const growth = (of: (memory: Memory) => number): number => (of(after.memory) - of(before.memory)) / stopping / 1_024;
  const bytes = after.written.slice(0, stopping).map((total, index) => total - (before.written[index] ?? 0));

  return {
    rss: growth(({ rss }) => rss),
    heap: growth(({ heap, external }) => heap + external),
    written: Math.max(...bytes) / 1_024,
    told: told.count,
    reading,
    alone,
    caughtUp,
  };
}

const wait = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time));
