/**
 * The benchmark: `npm run bench`, or `npm run bench -- click page` for some rows. Each row measures the
 * limit and us in the same run, in turn, and is held against its budget; what is found goes to
 * `spec/bench/results.json`, where rows that were not run keep their last figures.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import type { Figure, LeftOut } from './compare.js';
import { clickBytes, clientSize, listBytes, resumeBytes, snapshotBytes } from './exact.js';
import { placement } from './process.js';
import { cell, children, click, clickByRequests } from './row/click.js';
import { durable } from './row/durable.js';
import { inspectOff, inspectOn } from './row/inspect.js';
import { memory, component as memoryOfComponent, subscription as memoryOfSubscription } from './row/memory.js';
import { page } from './row/page.js';
import { passivateWithLmdb, passivateWithRedis } from './row/passivate.js';
import { publish } from './row/publish.js';
import { reconnect } from './row/reconnect.js';
import { slow, slowWritten } from './row/slow.js';
import { stream } from './row/stream.js';

// TYPES -----------------------------------------------------------------------

/** What is measured, and what is asked of it. */
interface Measure {
  readonly unit: string;
  /** `ratio`: value over limit; `value`: the value itself. */
  readonly judged: 'ratio' | 'value';
  readonly least?: number;
  readonly most?: number;
  readonly take: () => Figure | Promise<Figure | LeftOut>;
}

/** A line of the results. */
interface Row {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  readonly limit: number | null;
  readonly ratio: number | null;
  readonly budget: string;
  readonly met: boolean;
  readonly note?: string;
}

// ROWS ------------------------------------------------------------------------

const exactly = (value: number): Figure => ({ value });

const measures: Readonly<Record<string, Measure>> = {
  click: { unit: 'clicks per CPU-second', judged: 'ratio', least: 0.8, take: click },
  cell: { unit: 'clicks per CPU-second', judged: 'ratio', least: 0.35, take: cell },
  'click.fallback': { unit: 'clicks per CPU-second', judged: 'ratio', least: 0.3, take: clickByRequests },
  children: { unit: 'clicks per CPU-second', judged: 'ratio', least: 0.6, take: children },
  publish: { unit: 'patches per CPU-second', judged: 'ratio', least: 0.3, take: publish },
  'wire.click.up': { unit: 'bytes', judged: 'value', most: 6, take: async () => exactly((await clickBytes()).up) },
  'wire.click.down': { unit: 'bytes', judged: 'value', most: 6, take: async () => exactly((await clickBytes()).down) },
  'wire.append': { unit: 'bytes', judged: 'value', most: 12, take: async () => exactly((await listBytes()).append) },
  'wire.prepend': { unit: 'bytes', judged: 'value', most: 16, take: async () => exactly((await listBytes()).prepend) },
  'wire.move': { unit: 'bytes', judged: 'value', most: 16, take: async () => exactly((await listBytes()).move) },
  'wire.remove': { unit: 'bytes', judged: 'value', most: 16, take: async () => exactly((await listBytes()).remove) },
  'wire.resume': { unit: 'bytes', judged: 'value', most: 24, take: async () => exactly(await resumeBytes()) },
  'snapshot.counter': { unit: 'bytes', judged: 'value', most: 80, take: async () => exactly(await snapshotBytes()) },
  reconnect: { unit: 'microseconds', judged: 'ratio', most: 2, take: reconnect },
  'stream.repeat': { unit: 'CPU microseconds per element', judged: 'ratio', most: 3, take: stream },
  'memory.session': { unit: 'KB of heap', judged: 'value', most: 8, take: memory },
  'memory.component': { unit: 'KB of heap', judged: 'value', most: 5, take: memoryOfComponent },
  'memory.subscription': { unit: 'KB of heap', judged: 'value', most: 4, take: memoryOfSubscription },
  slow: { unit: 'KB of the process', judged: 'value', most: 64, take: slow },
  'slow.written': { unit: 'KB', judged: 'value', most: 64, take: slowWritten },
  durable: { unit: 'clicks per CPU-second', judged: 'ratio', least: 0.7, take: durable },
  'inspect.off': { unit: 'ratio to no hooks, at least', judged: 'value', least: 0.97, take: inspectOff },
  'inspect.on': { unit: 'ratio to no hooks, at least', judged: 'value', least: 0.8, take: inspectOn },
  'passivate.lmdb': { unit: 'sessions per CPU-second', judged: 'ratio', least: 0.5, take: passivateWithLmdb },
  'passivate.redis': { unit: 'sessions per CPU-second', judged: 'ratio', least: 0.5, take: passivateWithRedis },
  page: { unit: 'pages per CPU-second', judged: 'ratio', least: 0.35, take: page },
  'client.brotli': { unit: 'bytes', judged: 'value', most: 11_264, take: () => exactly(clientSize().brotli) },
};

function rowOf(name: string, { unit, judged, least, most, take: _take }: Measure, figure: Figure): Row {
  const { value, limit, note } = figure;
  const ratio = limit === undefined ? null : value / limit;
  const judgedValue = judged === 'ratio' ? (ratio ?? Number.NaN) : value;
  const met = least === undefined ? judgedValue <= (most ?? Number.NaN) : judgedValue >= least;
  const budget = least === undefined ? `${judged} <= ${most}` : `${judged} >= ${least}`;
  const figures = { value: rounded(value), limit: limit === undefined ? null : rounded(limit) };
  return { name, unit, ...figures, ratio: ratio === null ? null : rounded(ratio), budget, met, ...(note && { note }) };
}

const rounded = (value: number): number => (Number.isInteger(value) ? value : Number(value.toPrecision(4)));

// RESULTS ---------------------------------------------------------------------

const root = process.cwd();
const resultsFile = join(root, 'spec/bench/results.json');

const machine = {
  system: `${type()} ${release()}`,
  processor: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
  placement,
};

function versions(): Record<string, string | undefined> {
  const versionOf = (folder: string): string =>
    JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')).version;
  const packages = ['xstate', 'ws', 'msgpackr', 'lmdb', 'redis'].map((name) => [
    name,
    versionOf(`node_modules/${name}`),
  ]);
  return { node: process.version, troupe: versionOf('.'), ...Object.fromEntries(packages) };
}

function write(rows: readonly Row[]): void {
  const last: readonly Row[] = existsSync(resultsFile) ? JSON.parse(readFileSync(resultsFile, 'utf8')).rows : [];
  const merged = Object.keys(measures).flatMap((name) => [...rows, ...last].find((row) => row.name === name) ?? []);
  writeFileSync(resultsFile, `${JSON.stringify({ machine, versions: versions(), rows: merged }, null, 2)}\n`);
}

function print({ name, unit, value, limit, ratio, budget, met, note }: Row): void {
  const columns = [
    name.padEnd(16),
    String(value).padStart(10),
    (limit === null ? '' : `limit ${limit}`).padStart(16),
    (ratio === null ? '' : `ratio ${ratio}`).padStart(14),
    `  ${budget} ${met ? 'met' : 'MISSED'}`.padEnd(26),
    unit,
  ];
  console.log(columns.join(' '), note === undefined ? '' : `\n${' '.repeat(17)}${note}`);
}

// RUN -------------------------------------------------------------------------

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !Object.hasOwn(measures, name));
  if (unknown.length > 0)
    throw new Error(`no row ${unknown.join(', ')}; there are ${Object.keys(measures).join(', ')}`);
  const rows: Row[] = [];
  console.log(placement);
  for (const [name, measure] of Object.entries(measures)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const figure = await measure.take();
    if ('leftOut' in figure) {
      console.log(`${name.padEnd(16)} left out: ${figure.leftOut}`);
      continue;
    }
    const row = rowOf(name, measure, figure);
    print(row);
    rows.push(row);
  }
  write(rows);
}

await main(process.argv.slice(2));
