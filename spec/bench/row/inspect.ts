/**
 * `inspect.off` and `inspect.on`: clicks per CPU-second of a server that can be looked into, against the same without
 * its hooks: without an observer, and while the inspector's page shows another session that is clicked ten times a second.
 */

import { comparePairs, type Figure, type Side, withSides } from '../compare.js';
import type { Setup } from '../server-troupe.js';
import { withStripped } from '../stripped.js';
import { clicksPerSecond } from './click.js';

const count = 50;

/** Without an observer. */
export const inspectOff = (): Promise<Figure> => measured(async () => undefined);

/** With the inspector open at another session. */
export async function inspectOn(): Promise<Figure> {
  let frames = 0;
  const figure = await measured(look, async ({ load }) => {
    frames = await load.ask<number>('seen');
  });
  if (frames === 0) throw new Error('the inspector has shown nothing');

  return { ...figure, note: `${figure.note}; the inspector got ${frames} frames` };
}

function measured(
  prepare: (ours: Side, origin: string) => Promise<void>,
  finish: (ours: Side) => Promise<void> = async () => undefined
): Promise<Figure> {
  const both = async (limit: Side, ours: Side): Promise<Figure> => {
    const setup: Setup = { grace: 60_000, store: 'memory', isOpen: true };
    await ours.server.ask('setUp', setup);
    const origin = await ours.server.ask<string>('listen');
    await limit.load.ask('joinPages', { url: `${await limit.server.ask<string>('listen')}/counter`, count });
    await ours.load.ask('joinPages', { url: `${origin}/counter`, count });
    await prepare(ours, origin);
    const figure = await comparePairs(
      () => clicksPerSecond(limit),
      () => clicksPerSecond(ours)
    );
    await finish(ours);

    return figure;
  };

  return withStripped((folder) => withSides(both, 'server-troupe', folder));
}

async function look({ server, load }: Side, origin: string): Promise<void> {
  await load.ask('openActive', { url: `${origin}/counter` });
  const session = await server.ask<string>('newest');
  await load.ask('openInspector', { url: `${origin}/_troupe/inspector/sessions/${session}` });
}
