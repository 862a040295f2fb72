/**
 * States of cells where nothing may happen: in a page that is shown as it was, and in a recording that is gone
 * through again. `read-only-tree.ts` gives them to its cells in place of the states of a live page.
 *
 * Logic is asked what an event makes of a snapshot, in a scope that carries nothing out: no actor is started, no
 * action runs, no timer is set. Children that a machine makes on the way are made and never start.
 */

import { Actor, type ActorLogic, type ActorScope, type AnyActorLogic, type AnyActorRef, type Snapshot } from 'xstate';
import type { LogicImage } from '../actor/checkpoint.js';
import type { AnyComponent } from '../component/component.js';
import type { Effect } from '../component/effect.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import type { AnyMessage } from '../template/html.js';
import type { InstanceState, StateOwner } from '../tree/instance-state.js';
import { ModelState } from '../tree/model-state.js';

// SCOPE -----------------------------------------------------------------------

const idle: Snapshot<undefined> = { status: 'active', output: undefined, error: undefined };

/** The parent that logic may send to: hears nothing, since it is never started. */
const nobody: ActorLogic<Snapshot<undefined>, AnyMessage> = {
  getInitialSnapshot: () => idle,
  getPersistedSnapshot: () => idle,
  transition: (snapshot) => snapshot,
};

type Scope = ActorScope<Snapshot<unknown>, AnyMessage>;

/** An action, as logic hands it over to be carried out. */
type Action = Parameters<Scope['actionExecutor']>[0];

/**
 * The one action that is carried out: stopping a child takes it out of the system, where the next one of its name is
 * to be put. A child that is not started does nothing when it is stopped.
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

/** XState's own events that tell an actor to begin and to end: neither happens here. */
const ofLife: readonly string[] = ['xstate.init', 'xstate.stop'];

/** Whether it is a promise, an observable or a callback: a message changes no snapshot of it, and is for what runs. */
const isSource = ({ config, start }: AnyActorLogic & { readonly config?: unknown }): boolean =>
  typeof config === 'function' && start !== undefined;

/** The state of a component that runs any XState logic, where nothing may happen. */
export class ReadOnlyState implements InstanceState {
  /** There never is one that is started. */
  readonly actor = undefined;
  readonly #component: AnyComponent;
  readonly #logic: AnyActorLogic;
  readonly #owner: StateOwner;
  readonly #ofProps: (event: AnyMessage) => void;
  /** What stands for its actor; never started. */
  #self: AnyActorRef | undefined;
  #scope: Scope | undefined;
  #snapshot: Snapshot<unknown> | undefined;
  #seen: Snapshot<unknown> | undefined;
  /** What it was restored from. */
  #restored: LogicImage | undefined;

  /** @param ofProps is given the events that the component makes of changed props */
  constructor(component: AnyComponent, owner: StateOwner, ofProps: (event: AnyMessage) => void = nothing) {
    this.#component = component;
    this.#logic = component.logic as AnyActorLogic;
    this.#owner = owner;
    this.#ofProps = ofProps;
  }

  // BEGINNING -----------------------------------------------------------------

  init(props: unknown): void {
    this.initNow(props);
  }

  initNow(props: unknown): void {
    this.#begin({ input: props });
  }

  /** Goes on from what was stored; it may do so again at any time, and shows nothing new then. */
  restore(state: unknown): void {
    this.#restored = state as LogicImage;
    // XState shares with the actor what it is given, and changes it.
    this.#begin({ snapshot: structuredClone(this.#restored.snapshot) });
  }

  /** Each time in a system of its own, where no child of before is in the way. */
  #begin(from: { readonly input: unknown } | { readonly snapshot: unknown }): void {
    const { clock } = this.#owner.tree;
    const parent = new Actor(nobody, { clock });
    const options = { parent, id: this.#component.name, ...from };
    const self = new Actor(this.#logic, options as never) as unknown as AnyActorRef;
    const snapshot = self.getSnapshot() as Snapshot<unknown>;
    if (snapshot.status === 'error') throw snapshot.error;
    this.#self = self;
    this.#scope = scopeOf(self);
    this.#seen = this.#snapshot = snapshot;
  }

  /** As it can be stored; children of logic without a name are in it, too. */
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

  /** Takes an event, XState's own included. What throws, or would end an actor, is reported and changes nothing. */
  take(event: AnyMessage): void {
    const { type } = event;
    if (this.snapshot.status !== 'active' || ofLife.includes(type)) return;
    if (isSource(this.#logic) && !type.startsWith('xstate.')) return;
    try {
      const next = this.#logic.transition(this.#snapshot, event, this.#scope as never) as Snapshot<unknown>;
      if (next.status === 'error') throw next.error;
      this.#snapshot = next;
      // Actions and guards may ask the actor itself.
      Object.assign(this.#self as AnyActorRef, { _snapshot: next });
    } catch (error) {
      this.#owner.report(ErrorCode.Update, error);
    }
  }

  receive(props: unknown): void {
    const { name, received } = this.#component;
    try {
      if (received !== undefined) this.#ofProps(received(this.shown as never, props as never));
      else throw new TroupeError(ErrorCode.Component, `The props of ${name} changed, but it has no \`received\`.`);
    } catch (error) {
      this.#owner.report(ErrorCode.Update, error);
    }
  }

  /** As for logic at work: the view always runs, and no message can be undone. */
  get hasNews(): boolean {
    return true;
  }

  retakes(): Iterable<void> {
    return [];
  }

  undo(): void {}

  /** What actions ask for is not carried out, and not known here. */
  commit(): readonly Effect[] {
    this.#seen = this.#snapshot;

    return none;
  }
}

// MODELS ----------------------------------------------------------------------

/** The state of a component made Elm style, where nothing may happen; its `update` does nothing anyway. */
export class ReadOnlyModelState extends ModelState {
  readonly #name: string;
  readonly #begins: boolean;

  /** @param begins whether it may run `init`, which must not be async */
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

    throw new TroupeError(
      ErrorCode.Recording,
      `no state of ${this.#name} is known, and where a page is only shown nothing begins.`
    );
  }
}
