/**
 * The attack: tricks, hostile frames and handshakes against a server that runs in a process of its own, with neighbours
 * who click meanwhile. What is found is compared with what it was after the first part: then it has all it needs.
 */

import { start, type Worker } from '../bench/process.js';
import { getPage } from '../bench/visit.js';
import { Random } from '../laws/schema.js';
import { hostileFrame, hostileJoin, isReadable, mutate, validJoin } from './frames.js';
import { hostileHandshake } from './handshakes.js';
import { type Neighbour, settle } from './neighbour.js';
import { type Destination, knock, message, visit } from './socket.js';
import { playTricks } from './tricks.js';

// TYPES -----------------------------------------------------------------------

/** How much, and from which seed. */
export interface Plan {
  readonly frames: number;
  readonly handshakes: number;
  readonly seed: number;
}

/** MB of the server's process after collection, when everybody but the neighbours has left. */
export interface Weight {
  readonly heap: number;
  readonly external: number;
  readonly rss: number;
}

/** What came of it. */
export interface Outcome {
  /** Frames the server has read on connections that were open. */
  readonly frames: number;
  readonly handshakes: number;
  readonly connections: number;
  /** Connections this side has had to end, because the server did not. */
  readonly stuck: number;
  readonly clicks: number;
  /** The longest any neighbour has waited for an answer, in milliseconds. */
  readonly longest: number;
  readonly first: Weight;
  readonly rest: Weight;
  readonly seconds: number;
  /** How many connections were closed, by code. */
  readonly closed: Readonly<Record<string, number>>;
  /** What is not as it has to be; nothing if all held. */
  readonly faults: readonly string[];
}

// SLOTS -----------------------------------------------------------------------

/** Visitors that attack at the same time. */
const slots = 32;

/** Connections after which a visitor gets another page. */
const visitsPerPage = 20;

/** Frames of a connection that can be read, before one that cannot. */
const batch = 32;

/** What all visitors of an attack share. */
interface Attack {
  readonly origin: string;
  readonly port: number;
  readonly seed: number;
  /** Tokens of pages, of all visitors. */
  readonly tokens: string[];
  connections: number;
  stuck: number;
}

/** One visitor: connection after connection, until `isEnough`. */
async function attackFrames(attack: Attack, slot: number, isEnough: () => boolean): Promise<void> {
  for (let visits = 0; !isEnough(); visits += visitsPerPage) {
    const { cookie, socket, token } = await getPage(`${attack.origin}/target`);
    const destination = { cookie, path: new URL(socket).pathname, port: attack.port };

    attack.tokens[slot] = token;
    for (let index = visits; index < visits + visitsPerPage && !isEnough(); index++) {
      await attackOnce(attack, destination, token, new Random(attack.seed + slot * 1_000_003 + index * 7_919));
    }
  }
}

/** Joins, rightly in most cases, sends a batch that can be read and a frame that cannot. */
async function attackOnce(attack: Attack, destination: Destination, token: string, random: Random): Promise<void> {
  const first = random.chance(0.85) ? validJoin(random, token) : hostileJoin(random, attack.tokens.filter(Boolean));
  const rest: Buffer[] = [];

  while (rest.length < batch) {
    const frame = hostileFrame(random);

    if (isReadable(frame)) rest.push(message(frame));
  }
  rest.push(lastMessage(random));
  attack.connections++;
  if (!(await visit(destination, first, Buffer.concat(rest)))) attack.stuck++;
}

/** What ends the connection: a frame that cannot be read, that is too large, that is text, or is none of WebSocket's. */
function lastMessage(random: Random): Buffer {
  if (random.chance(0.05)) return message(Buffer.alloc(65_537));
  if (random.chance(0.05)) return mutate(random, message(hostileFrame(random), random.below(16)));
  return message(unreadable(random), random.chance(0.02) ? 1 : 2);
}

function unreadable(random: Random): Buffer {
  for (;;) {
    const frame = hostileFrame(random);

    if (!isReadable(frame)) return frame;
  }
}

async function attackHandshakes(attack: Attack, count: number): Promise<void> {
  const { cookie, socket } = await getPage(`${attack.origin}/target`);
  const destination = { cookie, path: new URL(socket).pathname, port: attack.port };
  let next = 0;

  await together(slots, async () => {
    while (next < count) {
      const bytes = hostileHandshake(new Random(attack.seed + 500_000_003 + next++), destination);

      if (!(await knock(attack.port, bytes))) attack.stuck++;
    }
  });
}

const together = (count: number, work: (index: number) => Promise<void>): Promise<unknown> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

// PARTS -----------------------------------------------------------------------

/** Attacks until the server has read so many frames in all, and had so many handshakes more. */
async function attackUntil(server: Worker, attack: Attack, frames: number, handshakes: number): Promise<void> {
  let read = 0;
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      read = await server.ask<number>('frames');
      await wait(50);
    }
  })();

  await attackHandshakes(attack, handshakes);
  await together(slots, (slot) => attackFrames(attack, slot, () => read >= frames));
  isOver = true;
  await watching;
}

/** The memory of the server when only the neighbours are connected, and what the attackers left is freed. */
async function weigh(server: Worker): Promise<Weight> {
  for (let left = Number.POSITIVE_INFINITY; left > neighbourCount; await wait(50)) {
    const { connections, sessions } = await server.ask<{
      connections: number;
      sessions: { dormant: number; attached: number; detached: number };
    }>('counts');

    left = Math.max(connections, sessions.dormant + sessions.attached + sessions.detached);
  }
  const { heap, external, rss } = await server.ask<Weight>('memory');
  const megabytes = (bytes: number): number => Math.round(bytes / 10_485.76) / 100;

  return { heap: megabytes(heap), external: megabytes(external), rss: megabytes(rss) };
}

const wait = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time));

// RUN -------------------------------------------------------------------------

const neighbourCount = 8;

/** The part of the frames after which the server is weighed for the first time. */
const firstPart = 0.3;

/** How much more a server may weigh at the end: what cannot be told from noise, and no more in a longer run. */
const most = { heap: 2, external: 1, rss: 24 } as const;

/** Starts a server, attacks it, and tells what came of it. */
export async function runAttack(plan: Plan): Promise<Outcome> {
  const server = await start('../hostile/server');
  const begun = performance.now();

  try {
    const port = await server.ask<number>('listen');
    const origin = `http://127.0.0.1:${port}`;
    const attack: Attack = { origin, port, seed: plan.seed, tokens: [], connections: 0, stuck: 0 };
    const neighbours = await Promise.all(Array.from({ length: neighbourCount }, () => settle(`${origin}/`)));
    const tricks = await playTricks(server, origin);
    const early = Math.round(plan.handshakes * firstPart);

    await attackUntil(server, attack, plan.frames * firstPart, early);
    const first = await weigh(server);
    await attackUntil(server, attack, plan.frames, plan.handshakes - early);
    const rest = await weigh(server);
    await Promise.all(neighbours.map((neighbour) => neighbour.leave()));
    const last = await settle(`${origin}/`);

    await last.leave();
    const outcome = await outcomeOf(server, plan, attack, [...neighbours, last], { first, rest }, begun);
    return { ...outcome, faults: [...tricks, ...outcome.faults] };
  } finally {
    await server.stop();
  }
}

async function outcomeOf(
  server: Worker,
  { handshakes }: Plan,
  { connections, stuck }: Attack,
  neighbours: readonly Neighbour[],
  { first, rest }: { first: Weight; rest: Weight },
  begun: number
): Promise<Outcome> {
  const reports = Object.entries(await server.ask<Record<string, number>>('reports'));
  const { closed } = await server.ask<{ closed: Record<string, number> }>('counts');
  const faults = [
    ...neighbours.flatMap(({ fault }) => (fault === undefined ? [] : [`a neighbour ${fault}`])),
    ...reports
      .filter(([report, count]) => !report.startsWith('dropped:') && !(report.startsWith('upgrade:') && count < 10))
      .map(([report, count]) => `reported ${count} times: ${report}`),
    ...(stuck > 0 ? [`${stuck} connections were left open`] : []),
    ...(['heap', 'external', 'rss'] as const).flatMap((kind) =>
      rest[kind] > first[kind] + most[kind] ? [`${kind} grew from ${first[kind]} to ${rest[kind]} MB`] : []
    ),
  ];

  return {
    frames: await server.ask<number>('frames'),
    ...{ handshakes, connections, stuck, closed, first, rest, faults },
    clicks: neighbours.reduce((sum, { clicks }) => sum + clicks, 0),
    longest: Math.round(Math.max(...neighbours.map(({ longest }) => longest))),
    seconds: Math.round((performance.now() - begun) / 1_000),
  };
}
