/**
 * A guarded probe: what the probe behind it throws is reported once, and the session continues as if there were none.
 * A recorder reads states that may be anything (a getter that throws, a proxy), in the middle of a turn.
 */

import type { Probe } from './probe.js';

/** The methods of a probe that are guarded: all. */
const names: { readonly [Name in keyof Probe]: true } = {
  ...{ begin: true, received: true, happened: true, queued: true, updated: true, viewed: true, stepped: true },
  ...{ performed: true, turned: true, diffed: true, sent: true, failed: true },
};

/**
 * Guards a probe.
 *
 * @param failed receives the first error of the probe; further ones mostly have the same cause
 */
export function guardProbe(probe: Probe, failed: (error: unknown) => void): Probe {
  let hasFailed = false;
  const guard = (name: keyof Probe) => {
    const call = probe[name].bind(probe) as (...given: readonly unknown[]) => void;

    return [
      name,
      (...given: readonly unknown[]): void => {
        try {
          call(...given);
        } catch (error) {
          if (!hasFailed) failed(error);
          hasFailed = true;
        }
      },
    ] as const;
  };

  return Object.fromEntries((Object.keys(names) as (keyof Probe)[]).map(guard)) as unknown as Probe;
}
