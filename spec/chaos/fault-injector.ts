/**
 * Faults of the servers of a chaotic run, of their disk and of their Redis: makes them happen as a schedule says, and
 * ends them. Faults of a user's connection are those of `road.ts`.
 */

import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RedisServer } from '../redis.js';
import type { Host } from './host.js';
import type { Road } from './road.js';
import type { ServerFault, Step } from './schedule.js';
import type { Seat } from './seat.js';

// TYPES -----------------------------------------------------------------------

/** What faults happen to. */
export interface Targets {
  readonly hosts: readonly Host[];
  /** From each host to Redis, in the order of the hosts. */
  readonly links: readonly Road[];
  readonly redis: RedisServer | undefined;
  /** From the users to the hosts. */
  readonly roads: Iterable<Road>;
  /** Where the store has its files, if a small disk could be mounted there. */
  readonly disk: string | undefined;
  count(what: string): void;
}

// LIMITS ----------------------------------------------------------------------

/** Megabytes of the small disk. */
const diskSize = 4;

/** Milliseconds within which a server is killed after a join. */
const soon = 200;

/** How many parts of a fault users spend with one server, at the most. */
const moves = 4;

/** Milliseconds by which a clock steps. */
const clockStep = 60_000;

const sleep = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time));

// DISK ------------------------------------------------------------------------

/** Mounts a small disk at a folder; false if this process may not. */
export function mountDisk(folder: string): boolean {
  if (process.getuid?.() !== 0) return false;

  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${diskSize}m`, 'tmpfs', folder]).status === 0;
}

export function unmountDisk(folder: string): void {
  spawnSync('umount', ['-l', folder]);
}

/** Fills a disk to its last byte. */
function fill(folder: string): void {
  for (const size of [1 << 20, 1 << 16, 1 << 12]) {
    try {
      for (let index = 0; ; index++) writeFileSync(join(folder, `filler-${size}-${index}`), Buffer.alloc(size, 1));
    } catch {}
  }
}

function empty(folder: string): void {
  for (const size of [1 << 20, 1 << 16, 1 << 12]) {
    for (let index = 0; index <= (diskSize << 20) / size; index++)
      rmSync(join(folder, `filler-${size}-${index}`), { force: true });
  }
}

// INJECTOR --------------------------------------------------------------------

/** Makes faults happen. */
export class FaultInjector {
  readonly #targets: Targets;
  /** Whether Redis suffers from something: one thing at a time. */
  #isRedisDisturbed = false;

  constructor(targets: Targets) {
    this.#targets = targets;
  }

  /** Makes one happen; resolves when it is over. */
  async inject(fault: ServerFault, step: Step, seat: Seat): Promise<void> {
    const { count, hosts } = this.#targets;
    const host = hosts[step.which % hosts.length] as Host;
    const needsRest = fault === 'kill' || fault === 'joinKill' || fault === 'drain';
    // Of two, one stays.
    if (!host.isWell || (needsRest && hosts.length > 1 && hosts.some((other) => !other.isWell))) return;
    if (fault === 'diskFull' && this.#targets.disk === undefined) return;
    const isOfRedis = fault.startsWith('redis');
    if (isOfRedis && this.#isRedisDisturbed) return;
    count(fault);
    if (isOfRedis) this.#isRedisDisturbed = true;
    await this.#run(fault, host, step, seat);
    if (isOfRedis) this.#isRedisDisturbed = false;
  }

  #run(fault: ServerFault, host: Host, step: Step, seat: Seat): Promise<void> | void {
    const { disk = '', redis } = this.#targets;
    const { time } = step;
    switch (fault) {
      case 'kill':
      case 'drain':
        return this.#end(fault, host, time);
      case 'joinKill':
        return this.#joinKill(host, step, seat);
      case 'freeze':
        return this.#freeze(host, time);
      case 'isolate':
        return this.#isolate(host, step);
      case 'clockStep':
        return host.shift(step.which % 3 === 0 ? clockStep : -clockStep);
      case 'diskFull':
        return during(
          time,
          () => fill(disk),
          () => empty(disk)
        );
      case 'redisPause':
        return during(
          time * 3,
          () => redis?.pause(),
          () => redis?.resume()
        );
      case 'redisRestart':
      case 'redisForget':
        return redis?.restart({ isEmpty: fault === 'redisForget' });
      case 'redisFull':
        return during(
          time,
          () => redis?.limitMemory(1),
          () => redis?.limitMemory(0)
        );
    }
  }

  async #end(how: 'kill' | 'drain', host: Host, time: number): Promise<void> {
    await host[how]();
    await sleep(time);
    await host.start();
  }

  async #joinKill(host: Host, { which, time }: Step, seat: Seat): Promise<void> {
    await seat.load('reload');
    await sleep(which % soon);
    // Another fault may have been quicker.
    if (!host.isWell) return;
    await host.kill();
    // The user sees that nothing answers, and loads the page again.
    void seat.load('reload');
    await sleep(time);
    await host.start();
  }

  /** Connections to Redis break, or nothing comes through them. */
  async #isolate(host: Host, { which, time }: Step): Promise<void> {
    const link = this.#targets.links[this.#targets.hosts.indexOf(host)];
    if (link === undefined) return;
    if (which % 5 < 3) link.shut();
    else for (const direction of ['up', 'down'] as const) link.hold(direction);
    await this.#moveUsers(time);
    link.mend();
  }

  async #freeze(host: Host, time: number): Promise<void> {
    host.freeze();
    await this.#moveUsers(time);
    host.thaw();
    await sleep(time / moves);
    for (const road of this.#targets.roads) road.cut();
  }

  /** Meanwhile users are led to one server or the other again and again. */
  async #moveUsers(time: number): Promise<void> {
    for (let move = 1; move < moves; move++) {
      await sleep(time / moves);
      for (const road of this.#targets.roads) road.cut();
    }
    await sleep(time / moves);
  }

  /** Ends all that is not over by itself. */
  mend(): void {
    const { hosts, links } = this.#targets;
    for (const link of links) link.mend();
    for (const host of hosts) host.shift(0);
  }
}

async function during(time: number, begin: () => void, end: () => void): Promise<void> {
  begin();
  await sleep(time);
  end();
}
