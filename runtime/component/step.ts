/**
 * Steps: what a message does to a component made Elm style. `component.ts` makes actor logic of it; the
 * session sends `Received` messages, `PropsChanged` and `Restored`, and nothing it sends ever throws.
 * Messages of other types come from XState alone, when a component runs with no session around it.
 */

import type { ActorScope, AnyActorRef } from 'xstate';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { checkStorable, development, frozen, isEqual } from '../platform/plain-data.js';
import { synchronous } from '../platform/promise.js';
import type { AnyMessage } from '../template/html.js';
import type { ComponentOptions, ComponentSnapshot } from './component.js';
import { type Effect, EffectQueue, Received } from './effect.js';

// TYPES -----------------------------------------------------------------------

/** Options of a component, whatever its model. */
type Options = ComponentOptions<unknown, AnyMessage, unknown, AnyMessage>;

type State = ComponentSnapshot<unknown>;

/** Props changed: what reaches a living component's `received`. */
export class PropsChanged {
  readonly type = 'troupe.propsChanged';
  readonly props: unknown;

  constructor(props: unknown) {
    this.props = props;
  }
}

/** A step was discarded: the actor goes back to an earlier state. */
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
export function snapshotOf<Model>(model: Model, effects: readonly Effect[] = noEffects): ComponentSnapshot<Model> {
  return { status: 'active', output: undefined, error: undefined, context: frozen(model), effects };
}

/** The first state, or that after new props; in development it is looked at as after each step. */
export function stateOf({ name }: Pick<Options, 'name'>, model: unknown): State {
  if (development) checkStorable(frozen(model), `The state of ${name}`);

  return snapshotOf(model);
}

/**
 * The state a component starts in when nobody can wait for it.
 *
 * @throws TroupeError `component` if `init` is async
 */
export function firstSnapshot(options: Options, props: unknown): State {
  const { name, init } = options;

  return stateOf(
    options,
    synchronous(
      init(props),
      `init of ${name} is async, so createActor(${name}) cannot wait for it. Give it the state: createActor(component, { snapshot: await component.initialSnapshot(props) }).`
    )
  );
}

// STEPS -----------------------------------------------------------------------

/** What an event does to the actor. A message from a session never throws: its fault is in the snapshot. */
export function transition(
  options: Options,
  snapshot: State,
  event: unknown,
  scope: ActorScope<State, AnyMessage>
): State {
  if (event instanceof Restored) return event.snapshot as State;
  try {
    if (event instanceof Received) return step(options, snapshot.context, event);
    if (event instanceof PropsChanged) return stateOf(options, receive(options, snapshot.context, event.props));
  } catch (error) {
    return { ...snapshot, effects: noEffects, fault: error ?? new Error(`${options.name} threw ${error}`) };
  }

  return headless(options, snapshot, event as AnyMessage, scope);
}

/** One message through `update`. Touches nothing. */
function step(options: Options, model: unknown, received: Received): State {
  const next = once(options, model, received);
  if (received.isChecked ?? development) checkPurity(options, model, received, next);
  if (development && next.model !== model) checkStorable(frozen(next.model), `The state of ${options.name}`);

  return snapshotOf(next.model, next.effects);
}

interface Step {
  readonly model: unknown;
  readonly effects: readonly Effect[];
}

function once({ name, update }: Options, model: unknown, received: Received): Step {
  const queue = new EffectQueue(received);
  const next = synchronous(update(model, received.message, queue), asynchronous(`update of ${name}`));
  if (next === undefined) checkGiven(model, `update of ${name}`, `after ${received.message.type}`);

  return { model: next, effects: queue.effects };
}

const asynchronous = (what: string): string =>
  `${what} returned a promise. It must return the next model at once; declare work that takes time as a subscription.`;

/** A model that was there and is not any more was forgotten: `view` would have to answer for it. */
function checkGiven(before: unknown, what: string, when: string): void {
  if (before === undefined) return;

  throw new TroupeError(
    ErrorCode.Update,
    `${what} returned nothing ${when}. It returns the next model: the one it was given if nothing changes, null if there is none.`
  );
}

function receive({ name, received }: Options, model: unknown, props: unknown): unknown {
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

/** Components and types of messages that were found impure: each is told of once. */
const impure = new Set<string>();

/** Takes the same step again: what differs came from a clock, from chance or from outside, and would be another when replayed. */
function checkPurity(options: Options, model: unknown, received: Received, first: Step): void {
  const what = `${options.name} ${received.type}`;
  if (impure.has(what)) return;
  let second: Step | undefined;
  try {
    second = once(options, model, received);
  } catch {
    // That it throws the second time is a difference, too.
  }
  if (second !== undefined && isEqual(first.model, second.model) && isEqual(first.effects, second.effects)) return;
  impure.add(what);
  console.warn(
    `update of ${options.name} gave two results for one message (${received.type}). It must be pure: take the time from enqueue.at, ids from enqueue.id, and declare what comes from outside as a subscription.`
  );
}

/** The option `development` of their server, by system of actors, where it differs from `NODE_ENV`. */
const checkedSystems = new WeakMap<object, boolean>();

/** Says whether components that XState runs by itself in a system of actors take each step twice. */
export function checkStepsIn({ system }: AnyActorRef, isChecked: boolean | undefined): void {
  if (isChecked !== undefined && isChecked !== development) checkedSystems.set(system, isChecked);
}

// ALONE -----------------------------------------------------------------------

/** A message sent by XState alone, with no session around: raised messages follow, a throw stops the actor. */
function headless(options: Options, snapshot: State, event: AnyMessage, scope: ActorScope<State, AnyMessage>): State {
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
