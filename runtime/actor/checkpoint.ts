/**
 * Checkpoint: the last good state of an actor, from which a replacement continues. XState does not restart a failed
 * actor, leaves its children running, and loses its delayed events; a checkpoint repairs all three. `shared-actor.ts`
 * and `logic-state.ts` keep one for each actor; `ordered-clock.ts` keeps the order of its timers.
 */

import type { AnyActorLogic, AnyActorRef, Snapshot } from 'xstate';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import type { AnyMessage } from '../template/html.js';
import { type Due, type DueImage, inTime, type OrderedClock } from './ordered-clock.js';

// TYPES -----------------------------------------------------------------------

/** A delayed event of an actor in a machine. */
export interface TimerImage {
  /** The ids that lead to its sender. */
  readonly from: readonly string[];
  /** The ids that lead to its receiver; `null` if that is the parent of the machine. */
  readonly to: readonly string[] | null;
  readonly event: AnyMessage;
  readonly id: string;
  readonly due: DueImage;
}

/** The state of a component that runs any XState logic. */
export interface LogicImage {
  /** As the logic persists it. */
  readonly snapshot: unknown;
  readonly timers: readonly TimerImage[];
  /** Messages it has been sent and could not take yet. */
  readonly held?: readonly AnyMessage[];
}

/** An event that an actor of a system has set a timer for. */
type ScheduledEvent = ReturnType<AnyActorRef['system']['getSnapshot']>['_scheduledEvents'][string];

/** Timers by when they are due. */
type Timers = ReadonlyMap<ScheduledEvent, Due>;

/** A snapshot that may have children, as a machine's does. */
type Parental = Snapshot<unknown> & { readonly children?: Readonly<Record<string, AnyActorRef | undefined>> };

/** A child as it is persisted. */
interface PersistedChild {
  /** The name of its logic, or that itself. */
  readonly src: unknown;
  readonly snapshot: PersistedParent;
}

/** A snapshot as it is persisted, with what its children persisted. */
type PersistedParent = Snapshot<unknown> & { readonly children?: Readonly<Record<string, PersistedChild>> };

// CHECKPOINT ------------------------------------------------------------------

const none: Timers = new Map();

/**
 * The last good state of an actor.
 *
 * A successor has the state from before the failure. Its children go on from their last state too; those
 * that had failed are tried again, a promise without its input. Timers fire when they were due, or at once.
 */
export class Checkpoint {
  readonly #logic: AnyActorLogic;
  readonly #clock: OrderedClock;
  #snapshot: Snapshot<unknown> | undefined;
  #timers = none;
  /** Whose timers they are. */
  #owner: AnyActorRef | undefined;
  /** The children of a state whose actor has failed, from before they were stopped. */
  #children: PersistedParent['children'];

  constructor(logic: AnyActorLogic, clock: OrderedClock) {
    this.#logic = logic;
    this.#clock = clock;
  }

  /** The actor has come to a state. Called after each event. */
  note(actor: AnyActorRef, snapshot: Snapshot<unknown>): void {
    this.#snapshot = snapshot;
    this.#children = undefined;
    this.#noteTimers(actor);
  }

  /** The actor has failed: its children are stopped. */
  abandon(actor: AnyActorRef): void {
    this.#children ??= this.#persist()?.children;
    stopChildren(this.#snapshot);
    stopChildren(actor.getSnapshot());
  }

  /** Hands the state to an actor that is made with a snapshot and then started, by `start`. */
  resume(start: (snapshot: Snapshot<unknown> | undefined) => AnyActorRef): void {
    const timers = this.#timers;
    const owner = this.#owner as AnyActorRef;
    const persisted = this.#persist();
    const children = this.#children && { children: revived(this.#children) };
    const actor = start(children && persisted ? ({ ...persisted, ...children } as Snapshot<unknown>) : persisted);
    if (timers.size === 0 || actor.getSnapshot().status !== 'active') return;
    this.#rearm(actor, owner, timers);
    this.#noteTimers(actor);
  }

  // STORING -------------------------------------------------------------------

  /**
   * The state as it can be stored, with the timers of the actor and all below it.
   *
   * @throws TroupeError `snapshot` if children are of logic that has no name: only those that have can be made again
   */
  save(actor: AnyActorRef): LogicImage {
    // One that has failed has lost its timers, and its children are stopped: both are as they were noted before.
    if (actor.getSnapshot().status !== 'error') this.#noteTimers(actor);
    const persisted = this.#logic.getPersistedSnapshot(this.#snapshot as Snapshot<unknown>, undefined);
    const snapshot = this.#children === undefined ? persisted : { ...persisted, children: revived(this.#children) };
    checkNamed(snapshot as PersistedParent);
    const timers = [...this.#timers].flatMap(([{ source, target, event, id }, due]): TimerImage[] => {
      const [from, to] = [wayTo(actor, source), wayTo(actor, target)];

      return from == null || to === undefined ? [] : [{ from, to, event, id, due: this.#clock.imageOf(due) }];
    });

    return { snapshot, timers };
  }

  /** An actor that was made from a stored state has been started: its timers are set again, for when they were due. */
  restore(actor: AnyActorRef, timers: readonly TimerImage[]): void {
    this.note(actor, actor.getSnapshot());
    if (timers.length === 0) return;
    this.#clock.inOrder(() => {
      for (const timer of timers) this.#setAgain(actor, timer);
    });
    this.#noteTimers(actor);
  }

  #setAgain(actor: AnyActorRef, { from, to, event, id, due }: TimerImage): void {
    const [source, target] = [found(actor, from), found(actor, to)];
    if (source === undefined || target === undefined) return;
    this.#clock.setAgain(due, (at) => {
      actor.system.scheduler.schedule(source, target, event, Math.max(0, at - this.#clock.now()), id);
    });
  }

  /** In a form that new actors can be made from. The children may be of any logic: it stays in memory. */
  #persist(): PersistedParent | undefined {
    const snapshot = this.#snapshot;
    if (snapshot === undefined) return undefined;

    return this.#logic.getPersistedSnapshot(snapshot, { __unsafeAllowInlineActors: true }) as PersistedParent;
  }

  // TIMERS --------------------------------------------------------------------

  /** Those of the actor and all below it. Once an actor has failed, its timers are gone: they are noted before. XState's own times are not those of our clock. */
  #noteTimers(actor: AnyActorRef): void {
    const scheduled = Object.values(actor.system.getSnapshot()._scheduledEvents).filter(
      ({ source, target }) => wayTo(actor, source) && wayTo(actor, target) !== undefined
    );
    if (this.#owner !== actor) checkpoints.set(actor, this);
    this.#owner = actor;
    watchTimers(actor, this.#clock);
    if (scheduled.length === 0 && this.#timers.size === 0) return;
    this.#timers = new Map(scheduled.map((event) => [event, dueOf(event, this.#clock)]));
  }

  /**
   * The timers of the actor are about to be cancelled, because it has failed. Its own stay as they were noted after
   * the last event that it took. The actors below it have set and used up others meanwhile.
   */
  failing(actor: AnyActorRef): void {
    const own = [...this.#timers].filter(([{ source }]) => source === actor);
    this.#noteTimers(actor);
    this.#timers = new Map([...own, ...[...this.#timers].filter(([{ source }]) => source !== actor)]);
  }

  #rearm(root: AnyActorRef, owner: AnyActorRef, timers: Timers): void {
    const now = this.#clock.now();
    for (const [{ source, target, event, id }, due] of [...timers].sort(([, left], [, right]) => inTime(left, right))) {
      const [from, to] = [source, target].map((actor) => found(root, wayTo(owner, actor)));
      if (from === undefined || to === undefined) continue;
      root.system.scheduler.schedule(from, to, event, Math.max(0, due.at - now), id);
    }
  }
}

// DUE -------------------------------------------------------------------------

/** When timers are due. */
const dues = new WeakMap<ScheduledEvent, Due>();

type System = AnyActorRef['system'];

/** Notes it first if the timer was set just now, before its system was watched. */
function dueOf(event: ScheduledEvent, clock: OrderedClock): Due {
  const due = dues.get(event) ?? clock.lastDue(event.delay);
  dues.set(event, due);

  return due;
}

/** The systems whose timers are noted as they are set. */
const watched = new WeakSet<System>();

/** The checkpoints of actors whose timers were noted. */
const checkpoints = new WeakMap<AnyActorRef, Checkpoint>();

/** From now on it is noted when timers are due, and which are cancelled by a failure: an actor further down sets them without telling those above it. */
function watchTimers({ system }: AnyActorRef, clock: OrderedClock): void {
  if (watched.has(system)) return;
  watched.add(system);
  const { scheduler } = system;
  const { schedule, cancelAll } = scheduler;
  scheduler.schedule = (...timer) => {
    schedule(...timer);
    const due = clock.lastDue(timer[3]);
    for (const event of Object.values(system.getSnapshot()._scheduledEvents)) {
      if (!dues.has(event)) dues.set(event, due);
    }
  };
  scheduler.cancelAll = (actor) => {
    const { status } = actor.getSnapshot() as Snapshot<unknown>;
    if (status === 'active' || status === 'error') checkpoints.get(actor)?.failing(actor);
    cancelAll(actor);
  };
}

// CHILDREN --------------------------------------------------------------------

/** Stops the children a snapshot names; those that are stopped already are left alone. */
export function stopChildren(snapshot: Snapshot<unknown> | undefined): void {
  const { children = {} } = (snapshot ?? {}) as Partial<Parental>;
  for (const child of Object.values(children)) {
    if (child?.getSnapshot().status === 'active') child.send({ type: 'xstate.stop' });
  }
}

/** XState itself refuses logic without a name in development alone. */
function checkNamed({ children = {} }: PersistedParent): void {
  for (const [id, { src, snapshot }] of Object.entries(children)) {
    checkNamed(snapshot);
    if (typeof src === 'string') continue;
    throw new TroupeError(
      ErrorCode.Snapshot,
      `The actor ${id} cannot be stored: its logic has no name to find it by. Name it in setup({ actors: { name: logic } }) and spawn it by that name.`
    );
  }
}

/** Children that failed, or were stopped with the one that failed, are alive again in the state they had. */
function revived(children: NonNullable<PersistedParent['children']>): NonNullable<PersistedParent['children']> {
  return Object.fromEntries(
    Object.entries(children).map(([id, child]) => [id, { ...child, snapshot: revivedSnapshot(child.snapshot) }])
  );
}

function revivedSnapshot(snapshot: PersistedParent): PersistedParent {
  const children = snapshot.children === undefined ? {} : { children: revived(snapshot.children) };
  const life = snapshot.status === 'done' ? {} : { status: 'active', output: undefined, error: undefined };

  return { ...snapshot, ...life, ...children } as PersistedParent;
}

// FINDING ---------------------------------------------------------------------

/** How to find an actor again: the ids that lead to it from a root, or `null` for the parent of the root. */
type Way = readonly string[] | null;

/** The way from `root` to an actor; `undefined` if there is none, as to an actor whose place another has taken. */
function wayTo(root: AnyActorRef, actor: AnyActorRef): Way | undefined {
  if (actor === root._parent) return null;
  const path: string[] = [];
  for (let at: AnyActorRef | undefined = actor; at !== root; at = at._parent) {
    if (at === undefined) return undefined;
    path.unshift(at.id);
  }

  return found(root, path) === actor ? path : undefined;
}

function found(root: AnyActorRef, way: Way | undefined): AnyActorRef | undefined {
  if (way === null) return root._parent;

  return way?.reduce<AnyActorRef | undefined>(
    (actor, id) => (actor?.getSnapshot() as Partial<Parental> | undefined)?.children?.[id],
    root
  );
}
