/**
 * `durable`: clicks per CPU-second with sessions stored by lmdb, against those kept in memory. At the end the server
 * is killed, and what clients were told is stored must be found by another.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare, type Figure, type Side, withSides } from '../compare.js';
import { start } from '../process.js';
import type { Known } from '../returner.js';
import type { Setup } from '../server-troupe.js';
import { clicksPerSecond } from './click.js';

const count = 50;
const grace = 60_000;

/** The counter in 50 sessions. */
export async function durable(): Promise<Figure> {
  const folder = mkdtempSync(join(tmpdir(), 'lmdb-'));
  try {
    return await withSides((memory, lasting) => measured(memory, lasting, folder), 'server-troupe');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measured(memory: Side, lasting: Side, folder: string): Promise<Figure> {
  const setup: Setup = { grace, store: 'lmdb', at: folder };
  await lasting.server.ask('setUp', setup);
  for (const { server, load } of [memory, lasting]) {
    const url = `${await server.ask<string>('listen')}/counter`;
    await load.ask('joinPages', { url, count });
  }
  const figure = await compare(
    () => clicksPerSecond(memory),
    () => clicksPerSecond(lasting)
  );
  const found = await killAndLook(lasting, setup);

  return { ...figure, note: `${figure.note}; killed: ${found}` };
}

/** Kills the server; another must find at least what clients know to be stored. Says how much that was. */
async function killAndLook({ server, load }: Side, setup: Setup): Promise<string> {
  const sessions = await load.ask<readonly Known[]>('part');
  await server.stop();
  const another = await start('server-troupe');
  try {
    await another.ask('setUp', setup);
    await load.ask('comeBack', { origin: await another.ask<string>('listen'), sessions });
  } finally {
    await another.stop();
  }
  const sum = (of: (known: Known) => number): number => sessions.reduce((total, known) => total + of(known), 0);

  return `of ${sum(({ answered }) => answered)} clicks ${sum(({ durable }) => durable)} known to be stored, all found`;
}
