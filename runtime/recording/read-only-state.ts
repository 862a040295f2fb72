/**
 * The states of component instances in a read-only tree (`read-only-tree.ts`): they make transitions, and nothing else
 * happens. No actor is started, no action is executed, no timer is set. Child actors that a machine creates never start.
 *
 * XState's own `transition()` does the same, but not for every component: it has no parent, so that a machine with
 * `sendParent` throws, and for each event it creates the initial snapshot again, with `context` called without input,
 * which takes three times as long.
 */

import { Actor, type ActorScope, type AnyActorLogic, type AnyActorRef, fromTransition, type Snapshot } from 'xstate';
import type { LogicImage } from '../actor/checkpoint.js';
import type { AnyComponent } from '../component/component.js';
import type { Effect } from '../component/effect.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import type { AnyMessage } from '../template/html.js';
import type { InstanceState, StateOwner } from '../tree/instance-state.js';
import { ModelState } from '../tree/model-state.js';

// SCOPE -----------------------------------------------------------------------

/** The logic of the parent that a machine may send to. It is never started, so it receives nothing. */
const parentLogic = fromTransition(() => undefined, undefined);

type Scope = ActorScope<Snapshot<unknown>, AnyMessage>;

/** An action that logic requests. */
type Action = Parameters<Scope['actionExecutor']>[0];

/**
 * Executes one action only: stopping a child actor removes it from the system, where the next one with its name is
 * registered. A child actor that was not started does nothing when it is stopped.
 */
function execute({ type, exec, info, params }: Action): void {
  if (type === 'xstate.stopChild') exec?.(info, params);
}

const nothing = (): void => undefined;

function scopeOf(self: AnyActorRef): Scope {
  const { id, sessionId, system } = self;

  return {
    self: self as unknown as Scope['self'],
    id,
    sessionId,
    system,
    logger: nothing,
    defer: nothing,
    emit: nothing,
    stopChild: nothing,
    actionExecutor: execute,
  };
}

// LOGIC -----------------------------------------------------------------------

const none: readonly Effect[] = Object.freeze([]);

/** XState's events that start and stop an actor: neither happens here. */
const lifeEvents: readonly string[] = ['xstate.init', 'xstate.stop'];

/** Whether logic is a promise, an observable or a callback: its snapshot does not depend on messages. */
const isSource = ({ config, start }: AnyActorLogic & { readonly config?: unknown }): boolean =>
  typeof config === 'function' && start !== undefined;

/** The state of a component with XState logic in a read-only tree. */
export class ReadOnlyState implements InstanceState {
  /** No actor is started. */
  readonly actor = undefined;
  readonly #component: AnyComponent;
  readonly #logic: AnyActorLogic;
  readonly #owner: StateOwner;
  readonly #takeEventOfProps: (event: AnyMessage) => void;
  /** The actor of the scope. It is never started. */
  #self: AnyActorRef | undefined;
  #scope: Scope | undefined;
  #snapshot: Snapshot<unknown> | undefined;
  #seen: Snapshot<unknown> | undefined;
  /** The image it was restored from. */
  #restored: LogicImage | undefined;

  /** @param takeEventOfProps receives the events that the component makes of changed props */
  constructor(component: AnyComponent, owner: StateOwner, takeEventOfProps: (event: AnyMessage) => void = nothing) {
    this.#component = component;
    this.#logic = component.logic as AnyActorLogic;
    this.#owner = owner;
    this.#takeEventOfProps = takeEventOfProps;
  }

  // BEGINNING -----------------------------------------------------------------

  init(props: unknown): void {
    this.initNow(props);
  }

  initNow(props: unknown): void {
    this.#begin({ input: props });
  }

  /** Continues from a stored state. It can be called at any time; the state then counts as shown. */
  restore(state: unknown): void {
    this.#restored = state as LogicImage;
    // XState keeps the objects of a snapshot in the actor and changes them.
    this.#begin({ snapshot: structuredClone(this.#restored.snapshot) });
  }

  /** Each time in a new actor system, in which no earlier child actor is registered. */
  #begin(from: { readonly input: unknown } | { readonly snapshot: unknown }): void {
    const { clock } = this.#owner.tree;
    const parent = new Actor(parentLogic, { clock });
    const options = { parent, id: this.#component.name, ...from };
    const self = new Actor(this.#logic, options as never) as unknown as AnyActorRef;
    const snapshot = self.getSnapshot() as Snapshot<unknown>;
    if (snapshot.status === 'error') throw snapshot.error;
    this.#self = self;
    this.#scope = scopeOf(self);
    this.#seen = this.#snapshot = snapshot;
  }

  /** The state as it is stored, including child actors of inline logic. */
  save(): LogicImage {
    const { timers = [], held } = this.#restored ?? {};
    const options = { __unsafeAllowInlineActors: true };
    const snapshot = this.#logic.getPersistedSnapshot(this.snapshot, options) as unknown;

    return held === undefined ? { snapshot, timers } : { snapshot, timers, held };
  }

  /** Starts nothing. */
  start(): void {}

  /** There is nothing to stop. */
  stop(): void {}

  // QUERIES -------------------------------------------------------------------

  get snapshot(): Snapshot<unknown> {
    return this.#snapshot as Snapshot<unknown>;
  }

  get shown(): unknown {
    return this.#snapshot;
  }

  get isDirty(): boolean {
    return this.#snapshot !== this.#seen;
  }

  // STEPS ---------------------------------------------------------------------

  /** Takes an event, which may be one of XState. An error that is thrown, or would stop the actor, is reported and changes nothing. */
  take(event: AnyMessage): void {
    const { type } = event;
    if (this.snapshot.status !== 'active' || lifeEvents.includes(type)) return;
    if (isSource(this.#logic) && !type.startsWith('xstate.')) return;
    try {
      const next = this.#logic.transition(this.#snapshot, event, this.#scope as never) as Snapshot<unknown>;
      if (next.status === 'error') throw next.error;
      this.#snapshot = next;
      // Actions may ask the actor for its snapshot.
      Object.assign(this.#self as AnyActorRef, { _snapshot: next });
    } catch (error) {
      this.#owner.report(ErrorCode.Update, error);
    }
  }

  receive(props: unknown): void {
    const { name, received } = this.#component;
    try {
      if (received !== undefined) this.#takeEventOfProps(received(this.shown as never, props as never));
      else throw new TroupeError(ErrorCode.Component, `The props of ${name} changed, but it has no \`received\`.`);
    } catch (error) {
      this.#owner.report(ErrorCode.Update, error);
    }
  }

  /** As for a running actor: the view always runs, and no message can be undone. */
  get hasNews(): boolean {
    return true;
  }

  retakes(): Iterable<void> {
    return [];
  }

  undo(): void {}

  /** Actions are not executed, so their effects are not known. */
  commit(): readonly Effect[] {
    this.#seen = this.#snapshot;

    return none;
  }
}

// MODELS ----------------------------------------------------------------------

/** The state of a component in the style of Elm in a read-only tree. Its `update` has no side effects, so it runs as it is. */
export class ReadOnlyModelState extends ModelState {
  readonly #name: string;
  readonly #begins: boolean;

  /** @param begins whether `init` may run, which must not be async */
  constructor(component: AnyComponent, owner: StateOwner, begins: boolean) {
    super(component, owner);
    this.#name = component.name;
    this.#begins = begins;
  }

  override init(props: unknown): void {
    this.initNow(props);
  }

  override initNow(props: unknown): void {
    if (this.#begins) {
      super.initNow(props);
      return;
    }

    const text = `The state of ${this.#name} is not known. In a read-only tree no component begins.`;
    throw new TroupeError(ErrorCode.Recording, text);
  }
}
