/**
 * A chaotic run: users with real clients act on pages of real servers while what lies between goes wrong, as a
 * schedule says (`schedule.ts`). Then all faults end, everybody comes back, and `judgement.ts` judges.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { Mark } from '../../runtime/wire/patch.js';
import { Random } from '../laws/schema.js';
import { type RedisServer, startRedis } from '../redis.js';
import { ChromiumTab } from './chromium-tab.js';
import { FaultInjector, mountDisk, unmountDisk } from './fault-injector.js';
import { Host } from './host.js';
import { isSettled, type Judged, Judgement, type User } from './judgement.js';
import { MuteClient } from './mute-client.js';
import { Road } from './road.js';
import { type FaultName, forgetful, type Scheduler, type ServerFault, type Step, serverFaults } from './schedule.js';
import type { Hear, Seat } from './seat.js';
import { createBrowser, Tab } from './tab.js';
import type { Action } from './verdict.js';

// TYPES -----------------------------------------------------------------------

/** What has come of a schedule. */
export interface Result {
  readonly schedule: Scheduler;
  /** What was lost, doubled or otherwise wrong. */
  readonly faults: readonly string[];
  /** How often what was done, and was told. */
  readonly counts: Readonly<Record<string, number>>;
}

// LIMITS ----------------------------------------------------------------------

/** Milliseconds in which everything must be well again once all faults are over. */
const settleTime = 60_000;
/** Milliseconds after which users whose pages are offline look at them again. */
const patience = 5_000;
/** Milliseconds in which nothing must change any more. */
const quietTime = 60;
const mostUsers = 6;

const sleep = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time));

/** What many schedules may use: a server of the memory store, a Chromium in which the users' tabs are opened. */
export interface Shared {
  readonly host?: Host | undefined;
  readonly chromium?: Browser | undefined;
}

/** Carries a schedule out. */
export async function carryOut(schedule: Scheduler, shared: Shared = {}): Promise<Result> {
  const trial = new Trial(schedule, shared);
  try {
    await trial.open();
    await trial.carryOut();
    await trial.settle();
    await trial.judgement.judge();
  } catch (error) {
    trial.faults.push(`the run itself failed: ${error instanceof Error ? error.stack : String(error)}`);
  } finally {
    await trial.close();
  }

  return { schedule, faults: trial.faults, counts: trial.counts };
}

class Trial implements Judged {
  readonly faults: string[] = [];
  readonly counts: Record<string, number> = {};
  readonly schedule: Scheduler;
  readonly #shared: Shared;
  /** Names it in the URLs of its pages, and in its effects. */
  readonly run: string;
  readonly judgement = new Judgement(this);
  readonly #random: Random;
  readonly #folder = mkdtempSync(join(tmpdir(), 'chaos-'));
  readonly users: User[] = [];
  readonly all = new Map<number, Action>();
  readonly #roads = new Set<Road>();
  /** What goes wrong at the moment. */
  readonly #troubles = new Set<Promise<void>>();
  readonly mayLose: boolean;
  /** Whether a session may go back to a state that is older than its page. */
  readonly #mayGoBack: boolean;
  hosts: Host[] = [];
  /** The way of each host to Redis. */
  #links: Road[] = [];
  #redis: RedisServer | undefined;
  readonly #contexts: BrowserContext[] = [];
  /** Clients of their own that never acknowledge. */
  readonly #mutes: MuteClient[] = [];
  #isMounted = false;
  #injector: FaultInjector | undefined;
  #made = 0;

  constructor(schedule: Scheduler, shared: Shared) {
    this.schedule = schedule;
    this.#shared = shared;
    this.#random = new Random(schedule.seed ^ 0x5eed);
    const isLarge = schedule.steps.some(({ what }) => what === 'diskFull');
    this.run = `${schedule.seed}${isLarge ? '-large' : ''}`;
    this.#mayGoBack = schedule.steps.some(({ what }) => serverFaults.includes(what as ServerFault));
    this.mayLose = schedule.steps.some(({ what }) => forgetful.includes(what as FaultName));
  }

  count(what: string, number = 1): void {
    this.counts[what] = (this.counts[what] ?? 0) + number;
  }

  // OPENING -------------------------------------------------------------------

  async open(): Promise<void> {
    const { isPatient, page, seed, users } = this.schedule;
    await this.#openServers();
    for (let index = 0; index < users; index++) {
      const road = new Road(() => this.#choose());
      this.#roads.add(road);
      const url = `http://127.0.0.1:${await road.open()}/${page}/${this.run}`;
      const context = await this.#shared.chromium?.newContext();
      if (context !== undefined) this.#contexts.push(context);
      const open = (hear: Hear): Seat =>
        context ? new ChromiumTab(context, url, hear) : new Tab(createBrowser(url), seed * 100 + index, hear);
      this.#join(road, undefined, open);
    }
    await Promise.all(this.users.map(({ tab }) => tab.load()));
    while (isPatient && !(await this.#areSettled())) await sleep(5);
  }

  async #openServers(): Promise<void> {
    const { kind, grace, delay, steps } = this.schedule;
    if (kind === 'redis') this.#redis = await startRedis({ persistent: true });
    this.#isMounted = steps.some(({ what }) => what === 'diskFull') && mountDisk(this.#folder);
    this.hosts = this.#shared.host ? [this.#shared.host] : [];
    for (let index = this.hosts.length; index < (kind === 'redis' ? 2 : 1); index++) {
      const link = new Road(() => this.#redis?.port);
      if (this.#redis !== undefined) this.#links.push(link);
      const place = this.#redis === undefined ? this.#folder : `redis://127.0.0.1:${await link.open()}`;
      this.hosts.push(new Host({ kind, grace, delay, place }));
    }
    if (!this.#shared.host) await Promise.all(this.hosts.map((host) => host.start()));
    this.#injector = new FaultInjector({
      ...{ hosts: this.hosts, links: this.#links, redis: this.#redis, roads: this.#roads },
      disk: this.#isMounted ? this.#folder : undefined,
      count: (what) => this.count(what),
    });
  }

  /** Any server that is ready, or now and then one that stops. */
  #choose(): number | undefined {
    const ready = this.hosts.filter((host) => host.isReady || (host.port !== undefined && this.#random.chance(0.1)));

    return (ready.length > 0 ? this.#random.pick(ready) : this.hosts.find(({ port }) => port !== undefined))?.port;
  }

  #join(road: Road, origin: User | undefined, seat: (hear: Hear) => Seat): User {
    const name = `user ${this.users.length}`;
    const inherited = new Map(
      this.#relatives(origin).map((user) => [user.name, user === origin ? user.actions.length : 0])
    );
    const user: User = {
      ...{
        name,
        road,
        family: origin?.family ?? name,
        inherited,
        actions: [],
        since: this.#made,
        root: undefined,
      },
      tab: seat((what, dropped) => this.#told(user, what, dropped)),
      told: { lost: 0, again: 0, last: 0, dropped: 0, droppedBefore: 0, load: 0 },
    };
    user.tab.isStored = origin !== undefined;
    this.users.push(user);

    return user;
  }

  #relatives(user: User | undefined): readonly User[] {
    return user === undefined ? [] : this.users.filter(({ family }) => family === user.family);
  }

  /** The page of a user tells how its session goes on. */
  #told(user: User, what: string, dropped: number): void {
    const { name, tab } = user;
    this.count(what === 'dropped' ? 'dropped events' : what, what === 'dropped' ? dropped : 1);
    // A page that is loaded after a crash adopts an older state unheard, and what was dropped is dropped again.
    if (user.told.load !== tab.loads && this.#mayGoBack) user.told.droppedBefore = user.told.dropped;
    user.told.load = tab.loads;
    if (what === 'fresh') {
      if (tab.isStored && !this.mayLose) this.faults.push(`${name}: its session was stored and is fresh now`);
      tab.isStored = false;
      if (user.inherited.size === 0 && dropped > user.actions.length) {
        this.faults.push(`${name}: fresh, and ${dropped} of ${user.actions.length} events are lost`);
      }
      // What its page has kept is done again, as far as the rows are there.
      user.actions = user.actions.map((action) => ({ ...action, early: tab.loads }));
      user.since = this.#made;
      user.told = { lost: 0, again: 0, last: 0, dropped: 0, droppedBefore: 0, load: tab.loads };
    } else if (what === 'dropped') user.told.dropped += dropped;
    else {
      // A page that is cut off before the server knows that it knows hears it again.
      if (dropped === user.told.last) user.told.again += dropped;
      user.told.last = dropped;
      user.told.lost += dropped;
      // What was dropped and is not stored is dropped again, in an older state.
      user.told.droppedBefore = user.told.dropped;
      if (dropped > 0 && !this.mayLose) this.faults.push(`${name}: ${what}, and ${dropped} events are lost`);
    }
  }

  // RUNNING -------------------------------------------------------------------

  async carryOut(): Promise<void> {
    for (const step of this.schedule.steps) {
      await sleep(step.wait);
      const user = this.users[step.user % this.users.length] as User;
      if (step.what === 'act') await this.#act(user, step.which);
      else this.#trouble(step.what, step, user);
    }
    await Promise.all(this.#troubles);
  }

  async #act(user: User, which: number): Promise<void> {
    const n = ++this.#made;
    const action = await user.tab.act(which, n);
    if (action === undefined) return;
    user.actions.push(action);
    this.all.set(n, action);
    this.count(action.early === undefined ? 'actions' : 'early actions');
  }

  #trouble(what: FaultName, step: Step, user: User): void {
    const trouble = this.#make(what, step, user).catch((error: unknown) => {
      this.faults.push(`${what}: ${error instanceof Error ? error.stack : String(error)}`);
    });
    this.#troubles.add(trouble);
    void trouble.finally(() => this.#troubles.delete(trouble));
  }

  async #make(what: FaultName, step: Step, user: User): Promise<void> {
    const { which, time } = step;
    switch (what) {
      case 'cut':
      case 'orphan':
        this.count(what);
        user.road[what]();
        return;
      case 'shut':
        this.count(what);
        user.road.shut();
        await sleep(time);
        return user.road.mend();
      case 'holdUp':
      case 'holdDown':
        return this.#hold(what === 'holdUp' ? 'up' : 'down', user, which, time);
      case 'reload':
        this.count(what);
        return user.tab.load('reload');
      case 'duplicate':
        return this.#duplicate(user);
      case 'mute':
        return this.#openMute();
      case 'joinKill':
        // An event that is on its way when the page is loaded again.
        await this.#act(user, which);
        return this.#injector?.inject(what, step, user.tab);
      default:
        return this.#injector?.inject(what, step, user.tab);
    }
  }

  async #hold(direction: 'up' | 'down', { road }: User, which: number, time: number): Promise<void> {
    this.count(`hold ${direction}`);
    road.hold(direction);
    await sleep(time / 2);
    if (which % 3 === 0) road.cut();
    road.release(direction);
  }

  /** A tab whose session is not known yet cannot be duplicated. */
  async #duplicate(origin: User): Promise<void> {
    if (!origin.tab.isStored || (await origin.tab.read()) === undefined || this.users.length >= mostUsers) return;
    this.count('duplicate');
    let hear: Hear = () => undefined;
    const seed = this.schedule.seed * 100 + this.users.length;
    const tab = await origin.tab.duplicate(seed, (what, dropped) => hear(what, dropped));
    const user = this.#join(origin.road, origin, (heard) => {
      hear = heard;
      return tab;
    });
    await user.tab.load('reload');
  }

  /** A server that has just ended, or is about to, need not take it. */
  async #openMute(): Promise<void> {
    const { page } = this.schedule;
    const url = `http://127.0.0.1:${this.#choose()}/${page}/${this.run}`;
    const client = await MuteClient.open(url, page, () => ++this.#made).catch(() => undefined);
    if (client === undefined) return;
    this.count('mute');
    this.#mutes.push(client);
  }

  // SETTLING ------------------------------------------------------------------

  /** All faults are over: everybody comes back, and everything is stored. */
  async settle(): Promise<void> {
    await Promise.all(this.#troubles);
    this.#injector?.mend();
    for (const client of this.#mutes) client.close();
    for (const road of this.#roads) road.mend();
    await this.#becomeQuiet();
    if (this.#redis === undefined) return;
    // A node that another one has asked for a session in vain may still show it to a page, until that acts or joins again.
    for (const road of this.#roads) road.cut();
    await this.#becomeQuiet();
  }

  /** Waits until nothing changes any more. */
  async #becomeQuiet(): Promise<void> {
    const end = performance.now() + settleTime;
    let quiet = 0;
    let before = '';
    for (let round = 0; quiet < quietTime; round++) {
      if (performance.now() > end) return this.#unsettled();
      const start = performance.now();
      if (round % 20 === 0) for (const { tab } of this.users) tab.wake();
      if (start > end - settleTime + patience) this.#lookAgain();
      await sleep(15);
      const areSettled = await this.#areSettled();
      const now = this.users.map(({ root }) => root?.textContent).join();
      const isQuiet = now === before && areSettled && this.judgement.isComplete;
      quiet = isQuiet ? quiet + performance.now() - start : 0;
      before = now;
    }
  }

  /** Whether all pages show all there is, and everything their users have done is stored. Reads the pages. */
  async #areSettled(): Promise<boolean> {
    await Promise.all(
      this.users.map(async (user) => {
        user.root = await user.tab.read();
      })
    );

    return this.users.every(isSettled);
  }

  /** Users whose pages stay offline look at them again: another connection of this very page has taken their place. */
  #lookAgain(): void {
    for (const { root, tab } of this.users) {
      if (root?.getAttribute(Mark.State) !== 'offline') continue;
      this.count('stranded until looked at');
      tab.look();
    }
  }

  #unsettled(): void {
    for (const user of this.users) {
      const { name, root } = user;
      const marks = [Mark.State, Mark.Pending].map((mark) => root?.getAttribute(mark));
      if (!isSettled(user)) this.faults.push(`${name} does not settle: ${marks.join(', ')} pending`);
    }
    for (const [index, { reports }] of this.hosts.entries()) {
      this.faults.push(`the last reports of host ${index + 1}: ${reports.slice(-3).join('\n')}`);
    }
  }

  async close(): Promise<void> {
    for (const client of this.#mutes) client.close();
    await Promise.all(this.users.map(({ tab }) => tab.close()));
    await Promise.all(this.#contexts.map((context) => context.close()));
    for (const road of [...this.#roads, ...this.#links]) road.close();
    if (!this.#shared.host) await Promise.all(this.hosts.map((host) => host.kill()));
    await this.#redis?.stop();
    if (this.#isMounted) unmountDisk(this.#folder);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
