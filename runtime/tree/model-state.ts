/**
 * The state of a component instance that is made Elm style: a model that `update` changes. All changes of a turn are
 * tentative until `commit`, so that a fault costs one message and no state. `component-instance.ts` makes one.
 */

import type { AnyActorLogic, AnyActorRef } from 'xstate';
import { startActor } from '../actor/start-actor.js';
import type { AnyComponent } from '../component/component.js';
import { type Effect, Received } from '../component/effect.js';
import { type ComponentSnapshot, modelSnapshot, PropsChanged, Restored } from '../component/step.js';
import { ErrorCode } from '../platform/errors.js';
import { isPromise, synchronous } from '../platform/promise.js';
import type { AnyMessage } from '../template/html.js';
import type { InstanceState, StateOwner } from './instance-state.js';

// TYPES -----------------------------------------------------------------------

type Snapshot = ComponentSnapshot<unknown>;

/** What the turn has done so far. */
interface Tentative {
  /** The state before the turn. */
  readonly before: Snapshot;
  /** The steps of the turn, in order. */
  readonly steps: Step[];
}

/** A message or changed props, and the outcome: effects, or what was thrown. In that case the state has not changed. */
interface Step {
  readonly event: Received | PropsChanged;
  /** The state before the step. */
  readonly before: Snapshot;
  readonly effects: readonly Effect[];
  readonly fault: unknown;
}

const none: readonly Effect[] = [];

// STATE -----------------------------------------------------------------------

/** The model of a component instance. */
export class ModelState implements InstanceState {
  readonly #component: AnyComponent;
  readonly #owner: StateOwner;
  /** The actor, once it is started. */
  #actor: AnyActorRef | undefined;
  /** The state until then. */
  #first: Snapshot | undefined;
  #tentative: Tentative | undefined;

  constructor(component: AnyComponent, owner: StateOwner) {
    this.#component = component;
    this.#owner = owner;
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
    this.#first = modelSnapshot(model);
  }

  start(parent: AnyActorRef): void {
    const options = { parent, id: this.#component.name, snapshot: this.snapshot };
    const failed = (error: unknown): void => void this.#owner.report(ErrorCode.Internal, error);
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
    this.#take(new Received(message, at, cause, id, this.#owner.tree.env.development));
  }

  receive(props: unknown): void {
    this.#take(new PropsChanged(props));
  }

  #take(event: Received | PropsChanged): void {
    this.#tentative ??= { before: this.snapshot, steps: [] };
    this.#step(this.#tentative, event);
  }

  /** Runs `update` for one message; if it throws, the state is as before. */
  #step({ steps }: Tentative, event: Received | PropsChanged): Step {
    const before = this.snapshot;
    this.#send(event);
    const { effects, fault } = this.snapshot;
    if (fault !== undefined) this.#send(new Restored(before));
    const step = { event, before, effects: fault === undefined ? effects : none, fault };
    steps.push(step);

    return step;
  }

  /** Before the actor is started, its logic is called directly: it needs no scope for the events of a session. */
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
    for (const { fault } of steps) if (fault !== undefined) this.#owner.report(ErrorCode.Update, fault);
    if (steps.length === 1) return (steps[0] as Step).effects;

    return steps.every((step) => step.effects.length === 0) ? none : steps.flatMap((step) => step.effects);
  }

  // RETAKING ------------------------------------------------------------------

  get hasNews(): boolean {
    return this.#tentative === undefined || this.snapshot.context !== this.#tentative.before.context;
  }

  *retakes(): Generator<void> {
    const tentative = this.#tentative;
    if (tentative === undefined) return;
    this.#send(new Restored(tentative.before));
    for (const { event } of tentative.steps.splice(0)) {
      if (this.#step(tentative, event).fault === undefined) yield;
    }
  }

  undo(): void {
    const step = this.#tentative?.steps.pop();
    if (step !== undefined) this.#send(new Restored(step.before));
  }
}
