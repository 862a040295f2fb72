/**
 * Steps: what a message does to a component made Elm style. `component.ts` makes actor logic of it. A session sends
 * `Received` messages, `PropsChanged` and `Restored`; none of these throws. Messages of other types come from XState
 * alone, when a component runs without a session.
 */

import type { ActorScope, AnyActorRef, Snapshot } from 'xstate';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { checkStorable, development, frozen, isEqual } from '../platform/plain-data.js';
import { synchronous } from '../platform/promise.js';
import type { AnyMessage } from '../template/html.js';
import { type Effect, EffectQueue, type Enqueue, Received } from './effect.js';

// TYPES -----------------------------------------------------------------------

/** The state of the actor of a component made Elm style. */
export type ComponentSnapshot<Model> = Snapshot<undefined> & {
  /** The model. */
  readonly context: Model;
  /** The effects that the last step has asked for. */
  readonly effects: readonly Effect[];
  /** What the last step threw, if the session sent it. The model is then the one before that step. */
  readonly fault?: unknown;
};

/** The options of a component that a step needs. */
export interface StepOptions {
  readonly name: string;
  readonly init: (props: unknown) => unknown;
  readonly update: (model: unknown, message: AnyMessage, enqueue: Enqueue<AnyMessage, AnyMessage>) => unknown;
  readonly received?: ((model: unknown, props: unknown) => unknown) | undefined;
}

type State = ComponentSnapshot<unknown>;

/** The event of changed props: it leads to `received`. */
export class PropsChanged {
  readonly type = 'troupe.propsChanged';
  readonly props: unknown;

  constructor(props: unknown) {
    this.props = props;
  }
}

/** The event of a discarded step: the actor goes back to an earlier state. */
export class Restored {
  readonly type = 'troupe.restored';
  readonly snapshot: unknown;

  constructor(snapshot: unknown) {
    this.snapshot = snapshot;
  }
}

// SNAPSHOTS -------------------------------------------------------------------

const noEffects: readonly Effect[] = Object.freeze([]);

/** The state of a component with this model. */
export function modelSnapshot<Model>(model: Model, effects: readonly Effect[] = noEffects): ComponentSnapshot<Model> {
  return { status: 'active', output: undefined, error: undefined, context: frozen(model), effects };
}

/** The first state, or the state after changed props. In development its model is checked as after each step. */
export function checkedSnapshot({ name }: Pick<StepOptions, 'name'>, model: unknown): State {
  if (development) checkStorable(frozen(model), `The state of ${name}`);

  return modelSnapshot(model);
}

/**
 * The first state of a component that cannot wait for an async `init`.
 *
 * @throws TroupeError `component` if `init` is async
 */
export function firstSnapshot(options: StepOptions, props: unknown): State {
  const { name, init } = options;

  return checkedSnapshot(
    options,
    synchronous(
      init(props),
      `init of ${name} is async, so createActor(${name}) cannot wait for it. Give it the state: createActor(component, { snapshot: await component.initialSnapshot(props) }).`
    )
  );
}

// STEPS -----------------------------------------------------------------------

/** The state after an event. A message of a session never throws: its fault is in the snapshot. */
export function transition(
  options: StepOptions,
  snapshot: State,
  event: unknown,
  scope: ActorScope<State, AnyMessage>
): State {
  if (event instanceof Restored) return event.snapshot as State;
  try {
    if (event instanceof Received) return step(options, snapshot.context, event);
    if (event instanceof PropsChanged) return checkedSnapshot(options, receive(options, snapshot.context, event.props));
  } catch (error) {
    return { ...snapshot, effects: noEffects, fault: error ?? new Error(`${options.name} threw ${error}`) };
  }

  return headless(options, snapshot, event as AnyMessage, scope);
}

/** Runs `update` for one message, without side effects. */
function step(options: StepOptions, model: unknown, received: Received): State {
  const next = once(options, model, received);
  if (received.isChecked ?? development) checkPurity(options, model, received, next);
  if (development && next.model !== model) checkStorable(frozen(next.model), `The state of ${options.name}`);

  return modelSnapshot(next.model, next.effects);
}

interface Step {
  readonly model: unknown;
  readonly effects: readonly Effect[];
}

function once({ name, update }: StepOptions, model: unknown, received: Received): Step {
  const queue = new EffectQueue(received);
  const next = synchronous(update(model, received.message, queue), asynchronous(`update of ${name}`));
  if (next === undefined) checkGiven(model, `update of ${name}`, `after ${received.message.type}`);

  return { model: next, effects: queue.effects };
}

const asynchronous = (what: string): string =>
  `${what} returned a promise. It must return the next model at once; declare work that takes time as a subscription.`;

/** Refuses a missing model after a present one: `update` has forgotten to return it, and only `view` would fail. */
function checkGiven(before: unknown, what: string, when: string): void {
  if (before === undefined) return;

  throw new TroupeError(
    ErrorCode.Update,
    `${what} returned nothing ${when}. It returns the next model: the one it was given if nothing changes, null if there is none.`
  );
}

function receive({ name, received }: StepOptions, model: unknown, props: unknown): unknown {
  if (received !== undefined) {
    const next = synchronous(received(model, props), asynchronous(`received of ${name}`));
    if (next === undefined) checkGiven(model, `received of ${name}`, 'after the props have changed');

    return next;
  }
  if (!development) return model;

  throw new TroupeError(
    ErrorCode.Component,
    `The props of ${name} changed, but it has no \`received(model, props)\` to take them.`
  );
}

// PURITY ----------------------------------------------------------------------

/** The components and types of messages whose step is impure: each is warned of once. */
const impure = new Set<string>();

/** Takes the step a second time. A different result came from a clock, from chance or from outside, and would differ again in a replay. */
function checkPurity(options: StepOptions, model: unknown, received: Received, first: Step): void {
  const what = `${options.name} ${received.type}`;
  if (impure.has(what)) return;
  let second: Step | undefined;
  try {
    second = once(options, model, received);
  } catch {
    // A step that throws only the second time is impure as well.
  }
  if (second !== undefined && isEqual(first.model, second.model) && isEqual(first.effects, second.effects)) return;
  impure.add(what);
  console.warn(
    `update of ${options.name} gave two results for one message (${received.type}). It must be pure: take the time from enqueue.at, ids from enqueue.id, and declare what comes from outside as a subscription.`
  );
}

/** The option `development` of the server of a system of actors, where it differs from `NODE_ENV`. */
const checkedSystems = new WeakMap<object, boolean>();

/** Sets whether components that XState itself runs in a system of actors take each step twice. */
export function checkStepsIn({ system }: AnyActorRef, isChecked: boolean | undefined): void {
  if (isChecked !== undefined && isChecked !== development) checkedSystems.set(system, isChecked);
}

// ALONE -----------------------------------------------------------------------

/** A message without a session, sent by XState alone: raised messages follow, and a throw stops the actor. */
function headless(
  options: StepOptions,
  snapshot: State,
  event: AnyMessage,
  scope: ActorScope<State, AnyMessage>
): State {
  if (event.type === 'xstate.stop') return { ...snapshot, status: 'stopped' } as State;
  if (event.type.startsWith('xstate.')) return snapshot;

  const isChecked = checkedSystems.get(scope.system);
  const next = step(options, snapshot.context, new Received(event, Date.now(), undefined, undefined, isChecked));
  for (const { kind, message } of next.effects) {
    const { self } = scope;
    if (kind === 'raise') scope.defer(() => self.send(message));
    else if (kind === 'parent') scope.defer(() => self._parent?.send(message));
  }

  return next;
}
