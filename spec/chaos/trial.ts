/**
 * A chaotic run: users with real clients act on pages of real servers while what lies between goes wrong, as a
 * schedule says (`schedule.ts`). Then all faults end, everybody comes back, and `verdict.ts` judges.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../laws/schema.js';
import { type RedisServer, startRedis } from '../redis.js';
import { Host } from './host.js';
import { Road } from './road.js';
import type { FaultName, Scheduler, Step } from './schedule.js';
import { cookieOf, createBrowser, fetchPage, parsePage, Tab } from './tab.js';
import { type Action, judge, judgeHearing, type Outcome, readPage, textOfPage } from './verdict.js';

// TYPES -----------------------------------------------------------------------

/** What has come of a schedule. */
export interface Result {
  readonly schedule: Scheduler;
  /** What was lost, doubled or otherwise wrong. */
  readonly faults: readonly string[];
  /** How often what was done, and was told. */
  readonly counts: Readonly<Record<string, number>>;
}

/** A user: one tab, and what was done in it. */
interface User {
  readonly name: string;
  readonly tab: Tab;
  readonly road: Road;
  /** Whose tab was duplicated, or the own name: the name of the family. */
  readonly family: string;
  readonly inherited: ReadonlyMap<string, number>;
  actions: Action[];
  since: number;
}

// LIMITS ----------------------------------------------------------------------

/** Milliseconds in which everything must be well again once all faults are over. */
const settleTime = 30_000;
/** Milliseconds after which users whose pages are offline look at them again. */
const patience = 5_000;
/** Milliseconds in which nothing must change any more. */
const quietTime = 60;
const mostUsers = 6;

const sleep = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time));

/** What servers may report: what follows from what is done to them. */
const expected = /^(?:store|bus|dropped|effect|topic):/;

// TRIAL -----------------------------------------------------------------------

/** Carries a schedule out. A server of the memory store can be given: many schedules may use the same. */
export async function carryOut(schedule: Scheduler, shared?: Host): Promise<Result> {
  const trial = new Trial(schedule, shared);
  try {
    await trial.open();
    await trial.run();
    await trial.settle();
    await trial.judge();
  } catch (error) {
    trial.faults.push(`the run itself failed: ${error instanceof Error ? error.stack : String(error)}`);
  } finally {
    await trial.close();
  }

  return { schedule, faults: trial.faults, counts: trial.counts };
}

class Trial {
  readonly faults: string[] = [];
  readonly counts: Record<string, number> = {};
  readonly #schedule: Scheduler;
  readonly #shared: Host | undefined;
  readonly #random: Random;
  readonly #folder = mkdtempSync(join(tmpdir(), 'chaos-'));
  readonly #users: User[] = [];
  readonly #all = new Map<number, Action>();
  readonly #roads = new Set<Road>();
  /** What goes wrong at the moment. */
  readonly #troubles = new Set<Promise<void>>();
  #hosts: Host[] = [];
  #redis: RedisServer | undefined;
  #made = 0;

  constructor(schedule: Scheduler, shared: Host | undefined) {
    this.#schedule = schedule;
    this.#shared = shared;
    this.#random = new Random(schedule.seed ^ 0x5eed);
  }

  #count(what: string, number = 1): void {
    this.counts[what] = (this.counts[what] ?? 0) + number;
  }

  // OPENING -------------------------------------------------------------------

  async open(): Promise<void> {
    const { kind, grace, delay, isPatient, users } = this.#schedule;
    if (kind === 'redis') this.#redis = await startRedis({ persistent: true });
    const setup = { kind, grace, delay, place: this.#redis?.url ?? this.#folder };
    this.#hosts = this.#shared
      ? [this.#shared]
      : Array.from({ length: kind === 'redis' ? 2 : 1 }, () => new Host(setup));
    if (!this.#shared) await Promise.all(this.#hosts.map((host) => host.start()));
    for (let index = 0; index < users; index++) {
      const road = new Road(() => this.#choose());
      this.#roads.add(road);
      const path = { counter: 'counter', todo: 'todo', chat: `chat/${this.#schedule.seed}` }[this.#schedule.page];
      const browser = createBrowser(`http://127.0.0.1:${await road.open()}/${path}`);
      this.#join(road, browser);
    }
    await Promise.all(this.#users.map(({ tab }) => tab.load()));
    while (isPatient && !this.#users.every(({ tab }) => tab.isSettled)) await sleep(5);
  }

  /** Any server that is ready, or now and then one that stops. */
  #choose(): number | undefined {
    const ready = this.#hosts.filter((host) => host.isReady || (host.port !== undefined && this.#random.chance(0.1)));

    return (ready.length > 0 ? this.#random.pick(ready) : this.#hosts.find(({ port }) => port !== undefined))?.port;
  }

  #join(road: Road, browser: Tab['browser'], origin?: User): User {
    const index = this.#users.length;
    const name = `user ${index}`;
    const storage = origin?.tab.duplicate();
    const inherited = new Map(
      this.#relatives(origin).map((user) => [user.name, user === origin ? user.actions.length : 0])
    );
    const tab = new Tab(
      browser,
      this.#schedule.seed * 100 + index,
      (what, dropped) => this.#told(user, what, dropped),
      storage
    );
    const user: User = { name, tab, road, family: origin?.family ?? name, inherited, actions: [], since: this.#made };
    tab.isStored = origin !== undefined;
    this.#users.push(user);

    return user;
  }

  #relatives(user: User | undefined): readonly User[] {
    return user === undefined ? [] : this.#users.filter(({ family }) => family === user.family);
  }

  /** The page of a user tells how its session goes on. */
  #told(user: User, what: string, dropped: number): void {
    const { name, tab } = user;
    this.#count(what === 'dropped' ? 'dropped events' : what, what === 'dropped' ? dropped : 1);
    if (what === 'fresh') {
      if (tab.isStored) this.faults.push(`${name}: its session was stored and is fresh now`);
      user.actions = user.actions.filter(({ early }) => early === tab.loads);
      user.since = this.#made;
    } else if (what !== 'dropped' && dropped > 0) this.faults.push(`${name}: ${what}, and ${dropped} events are lost`);
  }

  // RUNNING -------------------------------------------------------------------

  async run(): Promise<void> {
    for (const step of this.#schedule.steps) {
      await sleep(step.wait);
      const user = this.#users[step.user % this.#users.length] as User;
      if (step.what === 'act') this.#act(user, step.which);
      else this.#trouble(step.what, step, user);
    }
    await Promise.all(this.#troubles);
  }

  #act(user: User, which: number): void {
    const { controls } = user.tab;
    const control = controls[which % controls.length];
    if (control === undefined) return;
    const n = ++this.#made;
    const what = actionOf(control, n);
    const action = user.tab.act(control, n) ? { ...what, early: user.tab.loads } : what;
    user.actions.push(action);
    this.#all.set(n, action);
    this.#count(action.early === undefined ? 'actions' : 'early actions');
  }

  #trouble(what: FaultName, step: Step, user: User): void {
    const trouble = this.#make(what, step, user).catch((error: unknown) => {
      this.faults.push(`${what}: ${error instanceof Error ? error.stack : String(error)}`);
    });
    this.#troubles.add(trouble);
    void trouble.finally(() => this.#troubles.delete(trouble));
  }

  async #make(what: FaultName, { which, time }: Step, user: User): Promise<void> {
    switch (what) {
      case 'cut':
      case 'orphan':
        this.#count(what);
        user.road[what]();
        return;
      case 'shut':
        this.#count(what);
        user.road.shut();
        await sleep(time);
        return user.road.mend();
      case 'holdUp':
      case 'holdDown':
        return this.#hold(what === 'holdUp' ? 'up' : 'down', user, which, time);
      case 'reload':
        this.#count(what);
        return user.tab.load('reload');
      case 'duplicate':
        return this.#duplicate(user);
      case 'kill':
      case 'drain':
        return this.#end(what, which, time);
      case 'redisPause':
      case 'redisRestart':
        return this.#disturbRedis(what, time);
    }
  }

  async #hold(direction: 'up' | 'down', { road }: User, which: number, time: number): Promise<void> {
    this.#count(`hold ${direction}`);
    road.hold(direction);
    await sleep(time / 2);
    if (which % 3 === 0) road.cut();
    road.release(direction);
  }

  /** A tab whose session is not known yet cannot be duplicated. */
  async #duplicate(origin: User): Promise<void> {
    if (!origin.tab.isStored || origin.tab.root === undefined || this.#users.length >= mostUsers) return;
    this.#count('duplicate');
    const user = this.#join(origin.road, origin.tab.browser, origin);
    await user.tab.load('reload');
  }

  async #end(how: 'kill' | 'drain', which: number, time: number): Promise<void> {
    const host = this.#hosts[which % this.#hosts.length] as Host;
    // Of two, one stays.
    if (!host.isReady || (this.#hosts.length > 1 && this.#hosts.some((other) => !other.isReady))) return;
    this.#count(how);
    await host[how]();
    await sleep(time);
    await host.start();
  }

  async #disturbRedis(how: 'redisPause' | 'redisRestart', time: number): Promise<void> {
    this.#count(how);
    if (how === 'redisRestart') return this.#redis?.restart();
    this.#redis?.pause();
    await sleep(time * 3);
    this.#redis?.resume();
  }

  // SETTLING ------------------------------------------------------------------

  /** All faults are over: everybody comes back, and everything is stored. */
  async settle(): Promise<void> {
    await Promise.all(this.#troubles);
    for (const road of this.#roads) road.mend();
    const end = performance.now() + settleTime;
    let quiet = 0;
    let before = '';
    for (let round = 0; quiet < quietTime; round++) {
      if (performance.now() > end) return this.#unsettled();
      const start = performance.now();
      if (round % 20 === 0) for (const { tab } of this.#users) tab.wake();
      if (start > end - settleTime + patience) this.#lookAgain();
      await sleep(15);
      const now = this.#users.map(({ tab }) => tab.root?.textContent).join();
      const isQuiet = now === before && this.#users.every(({ tab }) => tab.isSettled) && this.#deafness().length === 0;
      quiet = isQuiet ? quiet + performance.now() - start : 0;
      before = now;
    }
  }

  /** Users whose pages stay offline look at them again. */
  #lookAgain(): void {
    for (const { tab } of this.#users) {
      if (!tab.isStranded) continue;
      this.#count('stranded until looked at');
      tab.look();
    }
  }

  #unsettled(): void {
    for (const { name, tab } of this.#users)
      if (!tab.isSettled) this.faults.push(`${name} does not settle: ${tab.standing}`);
  }

  // JUDGING -------------------------------------------------------------------

  #outcome({ name, actions, inherited, since }: User, root: Element): Outcome {
    return { name, actions, inherited, since, shown: readPage(root) };
  }

  /** The messages that a user should have heard and has not, or has heard twice. */
  #deafness(): readonly string[] {
    if (this.#schedule.page !== 'chat') return [];
    const known = this.#users.flatMap((user) => {
      const { root } = user.tab;
      return root === undefined ? [] : [{ user, outcome: this.#outcome(user, root) }];
    });
    const said = known.flatMap(({ user, outcome }) => {
      const own = new Set(user.actions.map(({ n }) => n));
      return outcome.shown.log.filter((n) => own.has(n));
    });

    return known.flatMap(({ user, outcome }) => judgeHearing(outcome, said).map((fault) => `${user.name} ${fault}`));
  }

  async judge(): Promise<void> {
    this.faults.push(...this.#deafness());
    for (const user of this.#users) {
      this.faults.push(...user.tab.complaints.map((complaint) => `${user.name} complains: ${complaint}`));
    }
    for (const user of this.#users) await this.#judge(user);
    // What a server that others use as well reports is not known to be of this schedule, but may not be.
    const hosts = this.#hosts;
    this.faults.push(...hosts.flatMap((host) => host.faults.splice(0)));
    for (const report of hosts.flatMap(({ reports }) => reports.splice(0))) {
      this.#count(`report ${report.split(':')[0]}`);
      if (process.env['CHAOS_REPORTS']) console.log(report);
      if (!expected.test(report)) this.faults.push(`a server reports ${report}`);
    }
  }

  /** What the tab shows is what a page that is loaded now shows, and that is what was done. */
  async #judge(user: User): Promise<void> {
    const { root } = user.tab;
    if (root === undefined) return void this.faults.push(`${user.name} has no page`);
    const relatives = this.#relatives(user).filter((other) => other !== user);
    const { faults, missing, lostEarly } = judge(this.#outcome(user, root), relatives, this.#all);
    this.#count('missing events', missing);
    const stayed = lostEarly.filter((load) => load === user.tab.loads).length;
    this.#count('early events left behind', lostEarly.length - stayed);
    this.#count('early events that missed their page', stayed);
    const live = textOfPage(root);
    user.tab.close();
    // What this tab has just left, whatever the other tabs of its browser do meanwhile.
    const cookie = cookieOf(user.tab.browser);
    const rendered = textOfPage(parsePage(await fetchPage(user.tab.browser, () => true, cookie)));
    if (live !== rendered) this.faults.push(`${user.name} shows\n  ${live}\nand its session is\n  ${rendered}`);
    this.faults.push(...faults.map((fault) => `${user.name}, ${fault}`));
  }

  async close(): Promise<void> {
    for (const { tab } of this.#users) tab.close();
    for (const road of this.#roads) road.close();
    if (!this.#shared) await Promise.all(this.#hosts.map((host) => host.kill()));
    await this.#redis?.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** What it is to act on a control. */
function actionOf(control: Element, n: number): Action {
  const key = control.closest('li')?.getAttribute('data-key');
  const row = key === null || key === undefined ? {} : { row: Number(key) };
  const what = {
    rename: 'renamed',
    toggle: 'toggled',
    remove: 'removed',
    draft: 'drafted',
    add: 'added',
  }[control.getAttribute('name') ?? ''];

  return { n, what: (what ?? wordOf(control)) as Action['what'], ...row };
}

function wordOf(control: Element): Action['what'] {
  if (control.textContent === 'tally') return 'tallied';
  if (control.textContent === 'say') return 'said';

  return control.localName === 'input' ? 'drafted' : 'clicked';
}
