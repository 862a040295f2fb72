/**
 * Shared actor: one name outside of sessions, its watchers, and the XState actor that has the name now. A replacement
 * takes the name over when the actor fails: it continues from the last good state (`checkpoint.ts`), after the pause
 * that `supervisor.ts` gives. `shared-actors.ts` has the table of names and decides whose events are taken next.
 */

import type { AnyActorLogic, AnyActorRef, Snapshot } from 'xstate';
import { Checkpoint, stopChildren } from '../actor/checkpoint.js';
import type { OrderedClock } from '../actor/ordered-clock.js';
import { startActor } from '../actor/start-actor.js';
import { maxFailures, Supervisor } from '../actor/supervisor.js';
import { checkStepsIn } from '../component/step.js';
import type { GuardedInspect } from '../component/xstate-inspect.js';
import type { Reporter } from '../platform/error-report.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import type { AnyMessage } from '../template/html.js';
import { Subject } from './subject.js';

// TYPES -----------------------------------------------------------------------

/** What a shared actor needs of its table. */
export interface SharedActorHost {
  readonly clock: OrderedClock;
  readonly development?: boolean | undefined;
  /** Inspection with which the XState system is created. */
  readonly inspect?: GuardedInspect | undefined;
  readonly report: Reporter;
  /** Publishes a message that the actor emits, on the topic of its name. */
  publish(topic: string, message: AnyMessage): void;
  /** The actor has events and can take them. */
  ready(actor: SharedActor): void;
}

/** A shared actor, as the inspector sees it. */
export interface SharedView {
  readonly standing: SharedActorStatus;
  /** Events in its mailbox. */
  readonly mailbox: number;
  /** When it was started, or replaced the last time, in milliseconds since the epoch. */
  readonly since: number;
  /** Failures since it was started. */
  readonly failures: number;
  readonly logic: AnyActorLogic | undefined;
}

/** The status of a name. */
export type SharedActorStatus =
  /** No actor has the name. */
  | 'absent'
  /** Its actor takes events. */
  | 'running'
  /** Its actor failed and is replaced soon. */
  | 'waiting'
  /** Its actor has reached its final state. */
  | 'finished'
  /** Its actor failed too often and stays stopped. */
  | 'down';

/** The logic and input of an actor. */
interface Origin {
  readonly logic: AnyActorLogic;
  readonly input: unknown;
}

// LIMITS ----------------------------------------------------------------------

/** Events in the mailbox of one actor; further ones are dropped and reported. */
const maxMailbox = 10_000;

/** Minimum milliseconds between two starts of an actor that fails over its events. */
const minGapMs = 100;

// ACTOR -----------------------------------------------------------------------

/** A name, its watchers and its actor. */
export class SharedActor {
  readonly name: string;
  readonly watchers: Subject<Snapshot<unknown>>;
  standing: SharedActorStatus = 'absent';
  readonly #host: SharedActorHost;
  readonly #events: AnyMessage[] = [];
  #origin: Origin | undefined;
  #checkpoint: Checkpoint | undefined;
  #actor: AnyActorRef | undefined;
  readonly #supervisor: Supervisor;
  /** Failures of every kind since the actor was started. */
  #failures = 0;
  #timer: unknown;
  /** Whether the next snapshot is the restored one, which the watchers know. */
  #resuming = false;
  /** The event under way. */
  #taking: AnyMessage | undefined;
  /** Whether a full mailbox was reported since events were last taken. */
  #overflowing = false;

  constructor(name: string, host: SharedActorHost) {
    this.name = name;
    this.#host = host;
    this.#supervisor = new Supervisor({ clock: host.clock, minGapMs });
    this.watchers = new Subject((error) => void host.report(ErrorCode.Internal, error));
  }

  get view(): SharedView {
    return {
      standing: this.standing,
      mailbox: this.#events.length,
      since: this.#supervisor.startedAt,
      failures: this.#failures,
      logic: this.#origin?.logic,
    };
  }

  /** Whether it has events and can take them. */
  get isReady(): boolean {
    return this.standing === 'running' && this.#events.length > 0;
  }

  start(origin: Origin): void {
    this.#origin = origin;
    this.#checkpoint = new Checkpoint(origin.logic, this.#host.clock);
    this.#failures = 0;
    this.#supervisor.reset();
    this.#run();
  }

  stop(): void {
    const actor = this.#actor;
    this.standing = 'absent';
    this.#host.clock.clearTimeout(this.#timer);
    this.#actor = undefined;
    this.#checkpoint = undefined;
    this.#origin = undefined;
    this.#dropEvents('it was stopped');
    this.watchers.forget();
    if (actor === undefined) return;
    actor.stop();
    stopChildren(actor.getSnapshot());
  }

  /** Puts an event into the mailbox, unless the actor is absent, finished or down. */
  receive(event: AnyMessage): void {
    if (this.standing !== 'running' && this.standing !== 'waiting') {
      this.#host.report(ErrorCode.Effect, undelivered(this.name, this.standing, event));
      return;
    }
    if (this.#events.length >= maxMailbox) {
      this.#overflow(event);
      return;
    }
    this.#events.push(event);
    if (this.standing === 'running') this.#host.ready(this);
  }

  /** Gives the actor at most `max` events; returns how many it took. */
  take(max: number): number {
    let taken = 0;
    this.#overflowing = false;
    for (; taken < max && this.isReady; taken++) this.#takeOne(this.#events.shift() as AnyMessage);

    return taken;
  }

  #takeOne(event: AnyMessage): void {
    this.#taking = event;
    try {
      this.#actor?.send(event);
    } catch (error) {
      this.#host.report(ErrorCode.Internal, error);
    }
    this.#taking = undefined;
  }

  #overflow(event: AnyMessage): void {
    if (this.#overflowing) return;
    this.#overflowing = true;
    const message = `The mailbox of shared actor '${this.name}' is full: ${maxMailbox} events wait. Further events are dropped, beginning with ${event.type}.`;
    this.#host.report(ErrorCode.Overflow, new TroupeError(ErrorCode.Overflow, message));
  }

  // LIFE ----------------------------------------------------------------------

  /** Starts the first actor, or a replacement. */
  #run(): void {
    this.standing = 'running';
    this.#supervisor.started();
    try {
      this.#checkpoint?.resume((snapshot) => this.#startFrom(snapshot));
    } catch (error) {
      this.#failed(this.#actor, error);
    }
    if (this.isReady) this.#host.ready(this);
  }

  #startFrom(snapshot: Snapshot<unknown> | undefined): AnyActorRef {
    const { logic, input } = this.#origin as Origin;
    const { clock, development, inspect } = this.#host;
    const options = { clock, id: this.name, input, ...(snapshot && { snapshot }), ...(inspect && { inspect }) };
    let started: AnyActorRef | undefined;
    this.#resuming = snapshot !== undefined;

    return startActor(
      logic,
      options,
      (error) => this.#failed(started, error),
      (actor) => {
        started = actor;
        checkStepsIn(actor, development);
        this.#actor = actor;
        actor.subscribe({ next: (state) => this.#changed(actor, state), error: () => {} });
        actor.on('*', (event) => this.#publish(event as AnyMessage));
      }
    );
  }

  #changed(actor: AnyActorRef, snapshot: Snapshot<unknown>): void {
    if (actor !== this.#actor) return;
    this.#checkpoint?.note(actor, snapshot);
    if (snapshot.status === 'done') this.#end('finished');
    if (this.#resuming) this.watchers.replace(snapshot);
    else this.watchers.next(snapshot);
    this.#resuming = false;
  }

  #publish(message: AnyMessage): void {
    try {
      this.#host.publish(this.name, message);
    } catch (error) {
      this.#host.report(ErrorCode.Topic, error);
    }
  }

  /** The name takes no events until the actor is stopped. */
  #end(standing: 'finished' | 'down'): void {
    this.standing = standing;
    this.#dropEvents(reasons[standing]);
  }

  #dropEvents(reason: string): void {
    const { length } = this.#events.splice(0);
    if (length === 0) return;
    const message = `${length} events that waited for '${this.name}' were dropped: ${reason}.`;
    this.#host.report(ErrorCode.Effect, new TroupeError(ErrorCode.Effect, message));
  }

  // FAILURE -------------------------------------------------------------------

  #failed(actor: AnyActorRef | undefined, error: unknown): void {
    const outcome = actor === this.#actor ? this.#replace() : 'It had been stopped.';
    this.#host.report(ErrorCode.SharedActor, failure(this.name, error, outcome));
  }

  /** Schedules a replacement, or none. Returns a sentence for the report. */
  #replace(): string {
    const actor = this.#actor;
    this.#actor = undefined;
    this.#failures++;
    if (actor !== undefined) this.#abandon(actor);
    const pause = this.#supervisor.pauseAfterFailure(this.#taking !== undefined);
    if (pause === undefined) this.#end('down');
    else this.#waitFor(pause);

    return outlook(pause);
  }

  /** Saves the state of the failed actor; if that fails too, the replacement starts from the beginning. */
  #abandon(actor: AnyActorRef): void {
    try {
      this.#checkpoint?.abandon(actor);
    } catch (error) {
      this.#host.report(ErrorCode.Internal, error);
      this.#checkpoint = new Checkpoint((this.#origin as Origin).logic, this.#host.clock);
    }
  }

  #waitFor(pause: number): void {
    this.standing = 'waiting';
    this.#timer = this.#host.clock.setTimeout(() => this.#run(), pause);
  }
}

// ERRORS ----------------------------------------------------------------------

const reasons = {
  absent: 'no shared actor has that name',
  running: 'it takes no events',
  waiting: 'it takes no events',
  finished: 'that shared actor has finished',
  down: 'that shared actor failed too often',
} as const satisfies Readonly<Record<SharedActorStatus, string>>;

/** An event that no actor takes. */
export function undelivered(name: string, standing: SharedActorStatus, event: AnyMessage): TroupeError {
  return new TroupeError(ErrorCode.Effect, `'${event.type}' was sent to '${name}' and dropped: ${reasons[standing]}.`);
}

function outlook(pause: number | undefined): string {
  if (pause === undefined) return `It failed ${maxFailures + 1} times and stays stopped.`;

  return `It continues from its last good state ${pause === 0 ? 'at once' : `in ${pause} ms`}.`;
}

function failure(name: string, cause: unknown, what: string): TroupeError {
  const message = cause instanceof Error ? cause.message : String(cause);

  return new TroupeError(ErrorCode.SharedActor, `The shared actor '${name}' failed: ${message}. ${what}`, { cause });
}
