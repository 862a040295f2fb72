/** Many schedules, several at once. */

import { launchChromium } from './chromium-tab.js';
import { Host } from './host.js';
import { type Given, plan, type Scheduler } from './schedule.js';
import { carryOut, type Result } from './trial.js';

/** What is to be run. */
export interface Campaign extends Given {
  readonly schedules: number;
  /** Of the first one; the next has the next. */
  readonly seed: number;
  /** How many at the same time. */
  readonly atOnce: number;
  /** Whether the users' tabs are opened in a real Chromium, if there is one. */
  readonly isInBrowser?: boolean;
  /** Whether there is a Redis; without, those that need it run with lmdb. */
  readonly hasRedis: boolean;
  /** Called with each result. */
  tell?(result: Result): void;
}

/** What has come of all. */
export interface CampaignResult {
  /** The seeds of those that failed. */
  readonly failed: readonly number[];
  readonly faults: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

/** The servers of the memory store, by their `grace`: nothing is done to them, so many schedules use the same. */
class SharedHosts {
  readonly #hosts = new Map<number, Promise<Host>>();

  async find({ kind, grace, delay }: Scheduler): Promise<Host | undefined> {
    if (kind !== 'memory') return undefined;
    const host = this.#hosts.get(grace) ?? this.#start(new Host({ kind, grace, delay, place: '' }));
    this.#hosts.set(grace, host);

    return host;
  }

  async #start(host: Host): Promise<Host> {
    await host.start();

    return host;
  }

  async stop(): Promise<void> {
    for (const host of this.#hosts.values()) await (await host).kill();
  }
}

/** The schedule of a seed, as far as it can be carried out here. */
function planHere(seed: number, campaign: Campaign): Scheduler {
  const schedule = plan(seed, campaign);

  return schedule.kind === 'redis' && !campaign.hasRedis ? plan(seed, { ...campaign, kind: 'lmdb' }) : schedule;
}

/** Runs them. */
export async function runSchedules(campaign: Campaign): Promise<CampaignResult> {
  const { atOnce, schedules, seed, tell } = campaign;
  const hosts = new SharedHosts();
  const chromium = campaign.isInBrowser ? await launchChromium() : undefined;
  const counts: Record<string, number> = {};
  const failed: number[] = [];
  const faults: string[] = [];
  let next = seed;

  async function work(): Promise<void> {
    while (next < seed + schedules) {
      const own = next++;
      const schedule = planHere(own, campaign);
      const result = await carryOut(schedule, { chromium, host: await hosts.find(schedule) });
      tell?.(result);
      for (const [what, number] of Object.entries({ ...result.counts, [result.schedule.kind]: 1 })) {
        counts[what] = (counts[what] ?? 0) + number;
      }
      if (result.faults.length === 0) continue;
      failed.push(own);
      faults.push(`seed ${own}: ${result.faults.join('\n')}`);
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work));
  await hosts.stop();
  await chromium?.close();

  return { failed, faults, counts };
}
