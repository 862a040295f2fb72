/** How a figure is taken: the limit and us in turn, several rounds, the median of each. */

import { start, type Worker } from './process.js';

/** What a row of the benchmark has found. */
export interface Figure {
  readonly value: number;
  readonly limit?: number;
  /** What else should be known of it. */
  readonly note?: string;
}

/** Why a row cannot be taken on this machine. */
export interface LeftOut {
  readonly leftOut: string;
}

/** A server and the load that goes to it. */
export interface Side {
  readonly server: Worker;
  readonly load: Worker;
}

const rounds = 5;

/** Takes both figures in turn, after one round of each that does not count. */
export async function compare(limit: () => Promise<number>, ours: () => Promise<number>): Promise<Figure> {
  await limit();
  await ours();
  const figures = { limit: [] as number[], ours: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    figures.limit.push(await limit());
    figures.ours.push(await ours());
  }
  return { value: median(figures.ours), limit: median(figures.limit), note: spread(figures) };
}

/**
 * Takes both figures in pairs, in turn and each time in the other order, after one of each that does not count. Gives the
 * ratio that `ours` over `limit` has with 95 % at least: the mean of the logarithms of the pairs' ratios, less 1.729 (the
 * one-sided quantile of Student's t with 19 degrees of freedom) of its standard errors.
 */
export async function comparePairs(limit: () => Promise<number>, ours: () => Promise<number>): Promise<Figure> {
  await limit();
  await ours();
  const ratios: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const [first, second] = pair % 2 === 0 ? [limit, ours] : [ours, limit];
    const [one, other] = [await first(), await second()];
    ratios.push(Math.log(pair % 2 === 0 ? other / one : one / other));
  }
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / pairs;
  const variance = ratios.reduce((sum, ratio) => sum + (ratio - mean) ** 2, 0) / (pairs - 1);
  const bound = Math.exp(mean - quantile * Math.sqrt(variance / pairs));

  return { value: bound, note: `mean of ${pairs} pairs ${digits(Math.exp(mean))}` };
}

const pairs = 20;
const quantile = 1.729;

/** CPU-seconds the server has had while `work` was done. */
export async function cpuSeconds({ server }: Side, work: () => Promise<void>): Promise<number> {
  const before = await server.ask<number>('usage');
  await work();
  return ((await server.ask<number>('usage')) - before) / 1e6;
}

/** Starts both sides, lets `work` use them and ends all their processes. The limit may be a server of ours, too, of another build. */
export async function withSides<Result>(
  work: (limit: Side, ours: Side) => Promise<Result>,
  limit: 'server-limit' | 'server-troupe' = 'server-limit',
  folder?: string
): Promise<Result> {
  const workers: Worker[] = [];
  try {
    workers.push(await start(limit, folder));
    for (const name of ['load', 'server-troupe', 'load']) workers.push(await start(name));
    const [limitServer, limitLoad, ourServer, ourLoad] = workers as [Worker, Worker, Worker, Worker];
    return await work({ server: limitServer, load: limitLoad }, { server: ourServer, load: ourLoad });
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

function spread(figures: Readonly<Record<string, readonly number[]>>): string {
  const ranges = Object.entries(figures).map(
    ([side, values]) => `${side} ${digits(Math.min(...values))} to ${digits(Math.max(...values))}`
  );
  return `${rounds} rounds: ${ranges.join(', ')}`;
}

const digits = (value: number): string => String(Number(value.toPrecision(3)));
