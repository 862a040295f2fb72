/**
 * The state of a cell whose component is made Elm style: a model that messages change. Everything a turn
 * does to it is tentative until it is committed, and what goes wrong costs one message and no state.
 */

import type { AnyActorLogic, AnyActorRef } from 'xstate';
import { startActor } from '../actor/start-actor.js';
import type { AnyComponent, ComponentSnapshot } from '../component/component.js';
import { type Effect, Received } from '../component/effect.js';
import { PropsChanged, Restored, snapshotOf } from '../component/step.js';
import { ErrorCode } from '../platform/errors.js';
import { isPromise, synchronous } from '../platform/promise.js';
import type { AnyMessage } from '../template/html.js';
import type { InstanceState, InstanceStateHost } from './component-instance.js';

// TYPES -----------------------------------------------------------------------

type Snapshot = ComponentSnapshot<unknown>;

/** What a turn has done so far; gone when it is committed. */
interface Tentative {
  /** The state before the turn. */
  readonly before: Snapshot;
  /** What came in this turn, in order, and what became of it. */
  readonly steps: Step[];
}

/** A message or new props and what that asked for, or what was thrown: then it has changed nothing. */
interface Step {
  readonly event: Received | PropsChanged;
  readonly effects: readonly Effect[];
  readonly fault: unknown;
}

const none: readonly Effect[] = [];

// STATE -----------------------------------------------------------------------

/** A model at work. */
export class ModelState implements InstanceState {
  readonly #component: AnyComponent;
  readonly #host: InstanceStateHost;
  /** Its actor, once it is started. */
  #actor: AnyActorRef | undefined;
  /** Its state until then. */
  #first: Snapshot | undefined;
  #tentative: Tentative | undefined;

  constructor(component: AnyComponent, host: InstanceStateHost) {
    this.#component = component;
    this.#host = host;
  }

  // BEGINNING -----------------------------------------------------------------

  init(props: unknown): Promise<void> | void {
    const first = this.#component.initialSnapshot?.(props as never) as Snapshot | Promise<Snapshot>;
    if (!isPromise(first)) {
      this.#first = first;
      return undefined;
    }

    return Promise.resolve(first).then((snapshot) => {
      this.#first = snapshot;
    });
  }

  initNow(props: unknown): void {
    const { name, initialSnapshot } = this.#component;
    this.#first = synchronous(
      initialSnapshot?.(props as never) as Snapshot | Promise<Snapshot>,
      `init of ${name} is async, which only the first page waits for. Start with what there is and declare a task.`
    );
  }

  save(): unknown {
    return this.snapshot.context;
  }

  restore(model: unknown): void {
    this.#first = snapshotOf(model);
  }

  start(parent: AnyActorRef): void {
    const options = { parent, id: this.#component.name, snapshot: this.snapshot };
    const failed = (error: unknown): void => void this.#host.report(ErrorCode.Internal, error);
    this.#actor = startActor(this.#component as unknown as AnyActorLogic, options, failed);
    this.#first = undefined;
  }

  stop(): void {
    this.#actor?.send({ type: 'xstate.stop' });
  }

  // QUERIES -------------------------------------------------------------------

  get actor(): AnyActorRef | undefined {
    return this.#actor;
  }

  get snapshot(): Snapshot {
    return this.#actor === undefined ? (this.#first as Snapshot) : (this.#actor.getSnapshot() as Snapshot);
  }

  get shown(): unknown {
    return this.snapshot.context;
  }

  get isDirty(): boolean {
    return this.#tentative !== undefined;
  }

  get received(): Received | undefined {
    const event = this.#tentative?.steps.at(-1)?.event;

    return event instanceof Received ? event : undefined;
  }

  // STEPS ---------------------------------------------------------------------

  take(message: AnyMessage, at: number, cause?: number | string, id?: string): void {
    this.#take(new Received(message, at, cause, id, this.#host.development));
  }

  receive(props: unknown): void {
    this.#take(new PropsChanged(props));
  }

  #take(event: Received | PropsChanged): void {
    this.#tentative ??= { before: this.snapshot, steps: [] };
    this.#step(this.#tentative, event);
  }

  /** One message through `update`; if that throws, the state is as before. */
  #step({ steps }: Tentative, event: Received | PropsChanged): Step {
    const before = this.snapshot;
    this.#send(event);
    const { effects, fault } = this.snapshot;
    if (fault !== undefined) this.#send(new Restored(before));
    const step = { event, effects: fault === undefined ? effects : none, fault };
    steps.push(step);

    return step;
  }

  /** Before there is an actor its logic is asked directly, which needs no scope for what a session sends. */
  #send(event: Received | PropsChanged | Restored): void {
    if (this.#actor !== undefined) this.#actor.send(event);
    else {
      const { transition } = this.#component as unknown as AnyActorLogic;
      this.#first = transition(this.#first, event, undefined as never) as Snapshot;
    }
  }

  commit(): readonly Effect[] {
    const steps = this.#tentative?.steps ?? [];
    this.#tentative = undefined;
    for (const { fault } of steps) if (fault !== undefined) this.#host.report(ErrorCode.Update, fault);
    if (steps.length === 1) return (steps[0] as Step).effects;

    return steps.every((step) => step.effects.length === 0) ? none : steps.flatMap((step) => step.effects);
  }

  // SHOWING -------------------------------------------------------------------

  /**
   * If `show` throws, the turn's messages are taken again one by one, each followed by `show`; the one after
   * which it throws is dropped and reported.
   */
  render(show: () => void): void {
    if (this.snapshot === this.#tentative?.before) return;
    try {
      show();
    } catch (error) {
      this.#recover(show, error);
    }
  }

  /** Goes back to the turn's start. A message that `update` refused is tried again too: the culprit may have been before it. */
  #recover(show: () => void, first: unknown): void {
    const tentative = this.#tentative;
    let found = false;
    if (tentative !== undefined) {
      this.#send(new Restored(tentative.before));
      for (const { event } of tentative.steps.splice(0)) {
        if (!this.#takeAgain(tentative, event, show)) found = true;
      }
    }
    if (!found) this.#host.report(ErrorCode.View, first);
  }

  /** Takes one message and shows the outcome; false if that throws: then the message is undone and reported. */
  #takeAgain(tentative: Tentative, event: Received | PropsChanged, show: () => void): boolean {
    const before = this.snapshot;
    if (this.#step(tentative, event).fault !== undefined) return true;
    try {
      show();
    } catch (error) {
      this.#send(new Restored(before));
      tentative.steps.pop();
      this.#host.report(ErrorCode.View, error);
      return false;
    }

    return true;
  }
}
