/**
 * The component contract: actor logic plus a view. A component is XState actor logic, so that
 * `createActor(Counter).start()` runs it with no server; the session (`session.ts`) starts it in its own
 * system and renders what `view` returns.
 */

import type { ActorLogic, ActorScope, Snapshot } from 'xstate';
import { type Effect, EffectQueue, type Enqueue, Received } from './effect.js';
import { ErrorCode, TroupeError } from './errors.js';
import type { AnyMessage, Template } from './html.js';
import type { Subscription } from './subscriptions.js';

// TYPES -----------------------------------------------------------------------

/**
 * What a component is made of. `update` and `view` are pure: no I/O, no clock, no randomness.
 */
export interface ComponentOptions<Model, Message extends AnyMessage, Props> {
  /** The component's identity in snapshots, logs and devtools. */
  readonly name: string;
  /** The first model. May be async: the first page waits for it, up to a deadline. */
  readonly init: (props: Props) => Model | Promise<Model>;
  /** The model after a message. Must not change the model it is given. */
  readonly update: (model: Model, message: Message, enqueue: Enqueue<NoInfer<Message>>) => NoInfer<Model>;
  /** What the page shows. */
  readonly view: (model: NoInfer<Model>) => Template<Message>;
  /** The model after the props have changed. */
  readonly received?: (model: NoInfer<Model>, props: NoInfer<Props>) => NoInfer<Model>;
  /**
   * What should be alive now, by key: timers, generators, tasks, ... Falsy entries are left out.
   *
   * **Note:** take the model, as `_model` if it is not asked: the compiler looks into a function without
   * parameters before it knows the messages, and then finds those in it wrong.
   */
  readonly subscriptions?: (
    model: NoInfer<Model>
  ) => readonly (Subscription<NoInfer<Message>> | null | undefined | false)[];
}

/** The state of a component's actor. */
export type ComponentSnapshot<Model> = Snapshot<undefined> & {
  /** The model. */
  readonly context: Model;
  /** What the last step asked for. */
  readonly effects: readonly Effect[];
  /** What the last step threw, if the session sent it: the model is the one from before. */
  readonly fault?: unknown;
};

/** Actor logic with a view. */
export interface Component<Model, Message extends AnyMessage, Props>
  extends ActorLogic<ComponentSnapshot<Model>, Message, Props> {
  readonly name: string;
  readonly view: (model: Model) => Template<Message>;
  readonly subscriptions: (model: Model) => readonly (Subscription<Message> | null | undefined | false)[];
  /** The state the component starts in; `init` runs here. */
  readonly initialSnapshot: (props: Props) => ComponentSnapshot<Model> | Promise<ComponentSnapshot<Model>>;
}

/** A component of any model and message that can be given `Props`, as the runtime holds it. */
export interface AnyComponent<Props = never> {
  readonly name: string;
  readonly view: (model: never) => Template<AnyMessage>;
  readonly subscriptions: (model: never) => readonly (Subscription<AnyMessage> | null | undefined | false)[];
  readonly initialSnapshot: (props: Props) => ComponentSnapshot<unknown> | Promise<ComponentSnapshot<unknown>>;
}

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

// CONSTRUCTOR -----------------------------------------------------------------

/**
 * Makes a component, Elm style.
 *
 * ```ts
 * type Message = { type: 'incremented' };
 *
 * const Counter = component({
 *   name: 'counter',
 *   init: () => ({ count: 0 }),
 *   update: (model, _message: Message) => ({ count: model.count + 1 }),
 *   view: ({ count }) => html<Message>`<button @click=${{ type: 'incremented' }}>${count}</button>`,
 * });
 * ```
 *
 * @throws TroupeError `component` if something is missing or of the wrong kind.
 */
export function component<Model, Message extends AnyMessage, Props = unknown>(
  options: ComponentOptions<Model, Message, Props>
): Component<Model, Message, Props> {
  validate(options);
  const { name, init, view, subscriptions = () => [] } = options;

  return {
    name,
    view,
    subscriptions,
    initialSnapshot: (props) => {
      const model = init(props);

      return isPromise(model) ? model.then((first) => snapshotOf(first)) : snapshotOf(model);
    },
    getInitialSnapshot: (_scope, props) => snapshotOf(synchronous(init(props), name)),
    transition: (snapshot, event, scope) => transition(options, snapshot, event, scope),
    getPersistedSnapshot: ({ status, output, error, context }) =>
      ({ status, output, error, context }) as Snapshot<undefined>,
    restoreSnapshot: (snapshot) => snapshotOf((snapshot as ComponentSnapshot<Model>).context),
  };
}

const required = ['init', 'update', 'view'] as const;
const optional = ['received', 'subscriptions'] as const;
const known: readonly string[] = ['name', ...optional, ...required];

function validate(options: object): void {
  const given = options as Record<string, unknown>;
  const { name } = given;
  if (typeof name !== 'string' || name === '') {
    throw new TroupeError(
      ErrorCode.Component,
      'component({ name }) takes a name: the identity of the component in logs and snapshots.'
    );
  }
  for (const part of required) {
    if (typeof given[part] === 'function') continue;
    throw new TroupeError(
      ErrorCode.Component,
      `component({ name: '${name}' }) has no function \`${part}\`; it takes init, update and view.`
    );
  }
  for (const part of optional) {
    if (given[part] === undefined || typeof given[part] === 'function') continue;
    throw new TroupeError(
      ErrorCode.Component,
      `component({ name: '${name}' }): \`${part}\` is not a function; leave it out or write one.`
    );
  }
  for (const option of Object.keys(given)) {
    if (known.includes(option)) continue;
    throw new TroupeError(
      ErrorCode.Component,
      `component({ name: '${name}' }) does not know \`${option}\`; it takes ${known.join(', ')}.`
    );
  }
}

// STEPS -----------------------------------------------------------------------

const noEffects: readonly Effect[] = Object.freeze([]);

function snapshotOf<Model>(model: Model, effects: readonly Effect[] = noEffects): ComponentSnapshot<Model> {
  return { status: 'active', output: undefined, error: undefined, context: frozen(model), effects };
}

/** What an event does to the actor. A message from a session never throws: its fault is in the snapshot. */
function transition<Model, Message extends AnyMessage, Props>(
  options: ComponentOptions<Model, Message, Props>,
  snapshot: ComponentSnapshot<Model>,
  event: unknown,
  scope: ActorScope<ComponentSnapshot<Model>, Message>
): ComponentSnapshot<Model> {
  if (event instanceof Restored) return event.snapshot as ComponentSnapshot<Model>;
  try {
    if (event instanceof Received) return step(options, snapshot.context, event);
    if (event instanceof PropsChanged) return snapshotOf(receive(options, snapshot.context, event.props as Props));
  } catch (error) {
    return { ...snapshot, effects: noEffects, fault: error ?? new Error(`${options.name} threw ${error}`) };
  }

  return headless(options, snapshot, event as Message, scope);
}

/** One message through `update`. Touches nothing. */
function step<Model, Message extends AnyMessage, Props>(
  options: ComponentOptions<Model, Message, Props>,
  model: Model,
  received: Received
): ComponentSnapshot<Model> {
  const queue = new EffectQueue<Message>(received);
  const next = options.update(model, received.message as Message, queue);

  return snapshotOf(present(next, `update of ${options.name}`), queue.effects);
}

function receive<Model, Message extends AnyMessage, Props>(
  options: ComponentOptions<Model, Message, Props>,
  model: Model,
  props: Props
): Model {
  if (options.received !== undefined) return present(options.received(model, props), `received of ${options.name}`);
  if (!development) return model;

  throw new TroupeError(
    ErrorCode.Component,
    `The props of ${options.name} changed, but it has no \`received(model, props)\` to take them.`
  );
}

/** A message sent by XState alone, with no session around: raised messages follow, a throw stops the actor. */
function headless<Model, Message extends AnyMessage, Props>(
  options: ComponentOptions<Model, Message, Props>,
  snapshot: ComponentSnapshot<Model>,
  event: Message,
  scope: ActorScope<ComponentSnapshot<Model>, Message>
): ComponentSnapshot<Model> {
  if (event.type === 'xstate.stop') return { ...snapshot, status: 'stopped' } as ComponentSnapshot<Model>;
  if (event.type.startsWith('xstate.')) return snapshot;

  const next = step(options, snapshot.context, new Received(event, Date.now()));
  for (const { message } of next.effects) scope.defer(() => scope.self.send(message as Message));

  return next;
}

// MODELS ----------------------------------------------------------------------

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

/** The next model, which must be there at once. What the promise of it comes to does not matter any more. */
function present<Model>(next: Model, what: string): Model {
  if (!isPromise(next)) return next;

  abandon(next);
  throw new TroupeError(
    ErrorCode.Component,
    `${what} returned a promise. It must return the next model at once; declare work that takes time as a subscription.`
  );
}

/** Nobody waits for it, so that its rejection must not end the process. */
function abandon(promise: Promise<unknown>): void {
  Promise.resolve(promise).catch(() => {});
}

function synchronous<Model>(model: Model | Promise<Model>, name: string): Model {
  if (!isPromise(model)) return model;

  abandon(model);
  throw new TroupeError(
    ErrorCode.Component,
    `init of ${name} is async, so createActor(${name}) cannot wait for it. Give it the state: createActor(component, { snapshot: await component.initialSnapshot(props) }).`
  );
}

const development = globalThis.process?.env['NODE_ENV'] !== 'production';

/** In development a model is frozen, so that changing it in place throws where it is done. */
function frozen<Model>(model: Model): Model {
  if (development) freeze(model);

  return model;
}

/** Freezes plain objects and arrays, however deep; what is frozen already has been seen. */
function freeze(model: unknown): void {
  const waiting = [model];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (!isPlain(value) || Object.isFrozen(value)) continue;
    Object.freeze(value);
    for (const name in value) waiting.push(value[name]);
  }
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (value === null || typeof value !== 'object') return false;
  const prototype = Object.getPrototypeOf(value);

  return prototype === Object.prototype || prototype === null || Array.isArray(value);
}
