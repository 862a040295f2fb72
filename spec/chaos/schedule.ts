/**
 * The schedule of a chaotic run: what users do and what happens to them, one after the other, all of it from a seed.
 * `trial.ts` carries it out.
 */

import { Random } from '../laws/schema.js';

// TYPES -----------------------------------------------------------------------

/** Where sessions are kept, and on how many servers: one, one, two. */
export const kinds = ['memory', 'lmdb', 'redis'] as const;
export type Kind = (typeof kinds)[number];

/** The pages. */
export const pages = ['counter', 'todo', 'chat'] as const;
export type PageName = (typeof pages)[number];

/** Faults of one user, of which a schedule has many. */
const userFaults = ['cut', 'orphan', 'shut', 'holdUp', 'holdDown', 'reload', 'duplicate', 'mute'] as const;
export type UserFault = (typeof userFaults)[number];

/** Faults of servers, of the disk and of Redis, of which a schedule has two at the most. */
export const serverFaults = [
  /** SIGKILL, and a start a moment later. */
  'kill',
  /** SIGKILL within 200 ms of the join of a page that was loaded again; it is loaded again while the server is down. */
  'joinKill',
  /** SIGTERM under load, and a start a moment later. */
  'drain',
  /** SIGSTOP and SIGCONT, for less or more than a lease. */
  'freeze',
  /** One node cannot reach Redis; the other can. */
  'isolate',
  /** The clock of one node steps by a minute, forward or back, until the end. */
  'clockStep',
  /** The disk of the store is full for a while. */
  'diskFull',
  /** Redis answers nothing for a while. */
  'redisPause',
  /** Redis restarts with all that it has confirmed. */
  'redisRestart',
  /** Redis restarts empty. */
  'redisForget',
  /** Redis is out of memory for a while: it refuses to write. */
  'redisFull',
] as const;
export type ServerFault = (typeof serverFaults)[number];

export type FaultName = UserFault | ServerFault;

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

/** What is not drawn from the seed. */
export interface Given {
  readonly kind?: Kind | undefined;
  /** The only fault of servers that happens, once or twice in each schedule. */
  readonly fault?: ServerFault | undefined;
}

// FAULTS ----------------------------------------------------------------------

/** How often what goes wrong, in shares. */
const userShares: readonly UserFault[] = [
  ...(['cut', 'cut', 'cut', 'orphan', 'orphan', 'shut', 'holdUp', 'holdUp', 'holdDown', 'holdDown'] as const),
  ...(['reload', 'reload', 'reload', 'duplicate', 'mute'] as const),
];

const serverShares: Readonly<Record<Kind, readonly ServerFault[]>> = {
  memory: [],
  lmdb: ['kill', 'kill', 'joinKill', 'joinKill', 'drain', 'drain', 'diskFull', 'clockStep'],
  redis: [
    ...(['kill', 'joinKill', 'drain', 'drain', 'isolate', 'isolate', 'freeze', 'freeze', 'clockStep'] as const),
    ...(['redisPause', 'redisRestart', 'redisForget', 'redisFull'] as const),
  ],
};

/** Faults that last for seconds; users go on meanwhile, more slowly. */
const slow: readonly ServerFault[] = ['freeze', 'isolate', 'diskFull', 'redisFull', 'clockStep'];
const slowdown = 4;

/** Those after which a session may be older than the page was told, or gone: the page must be told how much is lost. */
export const forgetful: readonly FaultName[] = ['redisForget'];

// SCHEDULE --------------------------------------------------------------------

/** The schedule of a seed. */
export function plan(seed: number, given: Given = {}): Scheduler {
  const random = new Random(seed);
  // Neighbouring seeds begin alike.
  for (let index = 0; index < 4; index++) random.next();
  const drawn = random.pick(['memory', 'memory', 'lmdb', 'lmdb', 'redis', 'redis'] as const);
  const kind = given.kind ?? drawn;

  return {
    seed,
    kind,
    page: random.pick(pages),
    users: 2 + random.below(2),
    grace: random.pick([30, 300, 60_000]),
    delay: random.pick([0, 20, 100]),
    isPatient: random.chance(0.8),
    steps: steps(random, draw(random, kind, given)),
  };
}

/** Up to two faults of servers. */
function draw(random: Random, kind: Kind, { fault }: Given): readonly ServerFault[] {
  const shares = serverShares[kind];
  if (shares.length === 0) return [];
  const drawn = Array.from({ length: random.below(3) }, () => random.pick(shares));

  return fault === undefined ? drawn : [fault, ...drawn.slice(1).map(() => fault)];
}

function steps(random: Random, chosen: readonly ServerFault[]): readonly Step[] {
  const count = 40 + random.below(60);
  const isSlow = chosen.some((fault) => slow.includes(fault));
  // Early enough for users to go on for a while.
  const at = new Map(chosen.map((fault) => [5 + random.below(count / 2), fault]));

  return Array.from({ length: count }, (_, index): Step => {
    const fault = at.get(index);
    const drawn = random.pick(userShares);
    const wait = random.chance(0.3) ? random.below(60) : random.below(8);
    const time = 20 + random.below(400);
    // In a slow one users often change to the other server.
    const ordinary = random.chance(isSlow ? 0.25 : 0.15) ? drawn : 'act';
    const what = fault ?? ordinary;

    return {
      wait: isSlow ? wait * slowdown : wait,
      user: random.below(1_000),
      what,
      which: random.below(1_000_000),
      time: slow.includes(what as ServerFault) ? time * 10 : time,
    };
  });
}
