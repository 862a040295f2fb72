/**
 * A witness that cannot harm: what the one behind it throws is told once, and the session goes on as if nobody looked.
 * A recorder looks into states that may be anything (a getter that throws, a proxy), in the middle of a turn.
 */

import type { Probe } from './probe.js';

/** What of a witness is passed on; all of it. */
const names: { readonly [Name in keyof Probe]: true } = {
  ...{ begin: true, received: true, happened: true, queued: true, updated: true, viewed: true, stepped: true },
  ...{ performed: true, turned: true, diffed: true, sent: true, failed: true },
};

/**
 * Stands between a session and a witness.
 *
 * @param failed is told of the first thing that the witness throws; others follow from the same, mostly
 */
export function guardProbe(witness: Probe, failed: (error: unknown) => void): Probe {
  let hasFailed = false;
  const guard = (name: keyof Probe) => {
    const tell = witness[name].bind(witness) as (...given: readonly unknown[]) => void;

    return [
      name,
      (...given: readonly unknown[]): void => {
        try {
          tell(...given);
        } catch (error) {
          if (!hasFailed) failed(error);
          hasFailed = true;
        }
      },
    ] as const;
  };

  return Object.fromEntries((Object.keys(names) as (keyof Probe)[]).map(guard)) as unknown as Probe;
}
