/**
 * The judgement of a chaotic run: reads the pages of the users, what servers have reported and what the shared actor has
 * taken, and lets `verdict.ts` compare them with what the users have done. `trial.ts` carries the run out.
 */

import { Mark } from '../../runtime/wire/patch.js';
import type { Host } from './host.js';
import type { Road } from './road.js';
import type { FaultName, Scheduler } from './schedule.js';
import type { Seat } from './seat.js';
import { parsePage } from './tab.js';
import { type Action, judge, judgeEffects, judgeHearing, type Outcome, readPage, textOfPage } from './verdict.js';

// TYPES -----------------------------------------------------------------------

/** A user: one tab, and what was done in it. */
export interface User {
  readonly name: string;
  readonly tab: Seat;
  readonly road: Road;
  /** Whose tab was duplicated, or the own name: the name of the family. */
  readonly family: string;
  readonly inherited: ReadonlyMap<string, number>;
  actions: Action[];
  since: number;
  /**
   * What the page was told of the events of this session: how many durable ones are lost, with how many of them it may
   * have heard twice, and the number that it has heard last; how many were dropped, of which so many may be counted twice; in which page of the tab.
   */
  told: { lost: number; again: number; last: number; dropped: number; droppedBefore: number; load: number };
  /** What the tab shows, as it was read last. */
  root: Element | undefined;
}

/** What is judged. */
export interface Judged {
  readonly schedule: Scheduler;
  /** Names the run in the URLs of its pages, and in its effects. */
  readonly run: string;
  readonly users: readonly User[];
  /** All actions, by number. */
  readonly all: ReadonlyMap<number, Action>;
  readonly hosts: readonly Host[];
  /** Whether the store may have lost what it had confirmed. */
  readonly mayLose: boolean;
  readonly faults: string[];
  readonly counts: Readonly<Record<string, number>>;
  count(what: string, number?: number): void;
}

// LIMITS ----------------------------------------------------------------------

/** What servers may report: what follows from what is done to them. */
const expected = /^(?:store|bus|dropped|effect|topic|shared-actor):/;

/** Faults by which a shared actor loses its state, its mailbox and the ids that it remembers. */
const crashes: readonly FaultName[] = [
  ...(['kill', 'joinKill', 'freeze', 'isolate', 'redisPause', 'redisRestart', 'redisForget', 'redisFull'] as const),
];

/** Whether a page shows all there is and everything its user has done is stored, as it was read last. */
export const isSettled = ({ root }: User): boolean =>
  root?.getAttribute(Mark.State) === 'live' && !root.hasAttribute(Mark.Pending);

// JUDGEMENT -------------------------------------------------------------------

/** Judges a run, while it settles and in the end. */
export class Judgement {
  readonly #trial: Judged;
  /** Whether a server has reported that a shared actor was lost. */
  #hasLostActor = false;

  constructor(trial: Judged) {
    this.#trial = trial;
  }

  /** Whether there is nothing more to wait for: every message is heard, and every effect taken. */
  get isComplete(): boolean {
    this.#readReports();

    return this.#deafness.length === 0 && this.#hasAllEffects;
  }

  #outcome({ name, actions, inherited, since, told }: User, root: Element): Outcome {
    return { name, actions, inherited, since, told, mayLose: this.#trial.mayLose, shown: readPage(root) };
  }

  /** The messages that a user should have heard and has not, or has heard twice. */
  get #deafness(): readonly string[] {
    if (this.#trial.schedule.page !== 'chat') return [];
    const known = this.#trial.users.flatMap((user) => {
      const { root } = user;
      return root === undefined ? [] : [{ user, outcome: this.#outcome(user, root) }];
    });
    const said = known.flatMap(({ user, outcome }) => {
      const own = new Set(user.actions.map(({ n }) => n));
      return outcome.shown.log.filter((n) => own.has(n));
    });

    return known.flatMap(({ user, outcome }) => judgeHearing(outcome, said).map((fault) => `${user.name} ${fault}`));
  }

  /** The effects that are lost or doubled, of the actions in all logs. */
  #effects(): ReturnType<typeof judgeEffects> {
    const { run } = this.#trial;
    const taken = this.#trial.hosts.flatMap(({ effects }) =>
      effects.filter((effect) => effect.run === run).map(({ n }) => n)
    );
    const logged = this.#trial.users.flatMap(({ root }) => (root === undefined ? [] : readPage(root).log));

    return judgeEffects(logged, taken);
  }

  /**
   * Whether no shared actor has lost its mailbox and the ids that it remembers while a session may deliver an effect again:
   * one whose last state a server that stops could not store.
   */
  get #keepsEffects(): boolean {
    const { counts } = this.#trial;
    const isCutShort = counts['drain'] !== undefined && counts['report store'] !== undefined;

    return !this.#hasLostActor && !isCutShort && crashes.every((fault) => counts[fault] === undefined);
  }

  get #hasAllEffects(): boolean {
    return !this.#keepsEffects || this.#effects().lost.length === 0;
  }

  #judgeEffects(): void {
    const { doubled, lost } = this.#effects();
    this.#trial.count('lost effects', lost.length);
    this.#trial.count('doubled effects', doubled.length);
    if (!this.#keepsEffects) return;
    if (lost.length > 0) this.#trial.faults.push(`effects are lost: ${lost.join(' ')}`);
    if (doubled.length > 0) this.#trial.faults.push(`effects are doubled: ${doubled.join(' ')}`);
  }

  async judge(): Promise<void> {
    this.#readReports();
    this.#judgeEffects();
    this.#trial.faults.push(...this.#deafness);
    for (const user of this.#trial.users) {
      this.#trial.faults.push(...user.tab.complaints.map((complaint) => `${user.name} complains: ${complaint}`));
    }
    for (const user of this.#trial.users) await this.#judge(user);
    this.#readReports();
  }

  /** What a server that others use as well reports is not known to be of this schedule, but may not be. */
  #readReports(): void {
    this.#trial.faults.push(...this.#trial.hosts.flatMap((host) => host.faults.splice(0)));
    for (const report of this.#trial.hosts.flatMap(({ reports }) => reports.splice(0))) {
      this.#trial.count(`report ${report.split(':')[0]}`);
      if (report.startsWith('shared-actor:')) this.#hasLostActor = true;
      if (process.env['CHAOS_REPORTS']) console.log(report);
      if (!expected.test(report)) this.#trial.faults.push(`a server reports ${report}`);
    }
  }

  /** What the tab shows is what a page that is loaded now shows, and that is what was done. */
  async #judge(user: User): Promise<void> {
    const root = await user.tab.read();
    if (root === undefined) return void this.#trial.faults.push(`${user.name} has no page`);
    const relatives = this.#trial.users.filter((other) => other.family === user.family && other !== user);
    const outcome = this.#outcome(user, root);
    const { faults, missing, lost, lostEarly } = judge(outcome, relatives, this.#trial.all);
    this.#trial.count('missing events', missing);
    this.#trial.count('lost events, and told', lost.length);
    const stayed = lostEarly.filter((load) => load === user.tab.loads).length;
    this.#trial.count('early events left behind', lostEarly.length - stayed);
    this.#trial.count('early events that missed their page', stayed);
    const live = textOfPage(root, this.#trial.all);
    await user.tab.close();
    const page = parsePage(await user.tab.fetchAgain());
    const rendered = textOfPage(page, this.#trial.all);
    if (live !== rendered) {
      const [id, other] = [root, page].map((element) => element.getAttribute(Mark.Token)?.split('.')[1]);
      this.#trial.faults.push(
        `${user.name} shows\n  ${live}\nand its session ${id}, got as ${other}, is\n  ${rendered}`
      );
    }
    this.#trial.faults.push(...faults.map((fault) => `${user.name}, ${fault}`));
  }
}
