/**
 * The schedule of a chaotic run: what users do and what happens to them, one after the other, all of it from a seed.
 * `trial.ts` carries it out.
 */

import { Random } from '../laws/schema.js';

// TYPES -----------------------------------------------------------------------

/** Where sessions are kept, and on how many servers. */
export const kinds = ['memory', 'lmdb', 'redis'] as const;
export type Kind = (typeof kinds)[number];

/** The pages. */
export const pages = ['counter', 'todo', 'chat'] as const;
export type PageName = (typeof pages)[number];

/** What can go wrong. */
export type FaultName =
  | 'cut'
  | 'orphan'
  | 'shut'
  | 'holdUp'
  | 'holdDown'
  | 'reload'
  | 'duplicate'
  | 'kill'
  | 'drain'
  | 'redisPause'
  | 'redisRestart';

/** One step: waits, and then a user acts, or something goes wrong with a user, a server, Redis. */
export interface Step {
  readonly wait: number;
  /** Which user, of as many as there are then. */
  readonly user: number;
  readonly what: 'act' | FaultName;
  /** Which control, or which server. */
  readonly which: number;
  /** How long it lasts. */
  readonly time: number;
}

/** All of it. */
export interface Scheduler {
  readonly seed: number;
  readonly kind: Kind;
  readonly page: PageName;
  readonly users: number;
  /** The server's `grace` and the store's `delay`. */
  readonly grace: number;
  readonly delay: number;
  /** Whether the users wait until their pages are live before they begin. */
  readonly isPatient: boolean;
  readonly steps: readonly Step[];
}

// FAULTS ----------------------------------------------------------------------

/** How often what goes wrong, in shares. */
const everywhere: readonly FaultName[] = [
  ...(['cut', 'cut', 'cut', 'orphan', 'orphan', 'shut', 'holdUp', 'holdUp', 'holdDown', 'holdDown'] as const),
  ...(['reload', 'reload', 'reload', 'duplicate'] as const),
];

const faults: Readonly<Record<Kind, readonly FaultName[]>> = {
  memory: everywhere,
  lmdb: [...everywhere, 'kill', 'kill', 'drain'],
  redis: [...everywhere, 'kill', 'kill', 'drain', 'redisPause', 'redisRestart'],
};

/** Of those that cost a process a schedule has this many at the most. */
const mostDear = 2;
const dear: readonly FaultName[] = ['kill', 'drain', 'redisRestart', 'redisPause'];

// SCHEDULE --------------------------------------------------------------------

/** The schedule of a seed, of a kind that is given or comes from the seed too. */
export function plan(seed: number, given?: Kind): Scheduler {
  const random = new Random(seed);
  // Neighbouring seeds begin alike.
  for (let index = 0; index < 4; index++) random.next();
  const drawn = random.pick(['memory', 'memory', 'lmdb', 'lmdb', 'redis'] as const);
  const kind = given ?? drawn;

  return {
    seed,
    kind,
    page: random.pick(pages),
    users: 2 + random.below(2),
    grace: random.pick([30, 300, 60_000]),
    delay: random.pick([0, 20, 100]),
    isPatient: random.chance(0.8),
    steps: steps(random, kind),
  };
}

function steps(random: Random, kind: Kind): readonly Step[] {
  let left = mostDear;

  return Array.from({ length: 40 + random.below(60) }, (): Step => {
    const isFault = random.chance(0.15);
    const drawn = random.pick(faults[kind]);
    const isDear = isFault && dear.includes(drawn);
    const fault = isDear && left-- <= 0 ? 'cut' : drawn;

    return {
      wait: random.chance(0.3) ? random.below(60) : random.below(8),
      user: random.below(1_000),
      what: isFault ? fault : 'act',
      which: random.below(1_000_000),
      time: 20 + random.below(400),
    };
  });
}
