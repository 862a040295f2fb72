/**
 * The component contract: actor logic plus a view. A component is XState actor logic, so that
 * `createActor(Counter).start()` runs it with no server; the session (`session.ts`) starts it in its own
 * system and renders what `view` returns. Called with props it is a place in the view of another one.
 *
 * What a message does to a component made Elm style is in `step.ts`.
 */

import type { ActorLogic, AnyActorLogic, EventFromLogic, InputFrom, Snapshot, SnapshotFrom } from 'xstate';
import { withoutStopEvent } from '../actor/reducer.js';
import { ErrorCode, type Failure, TroupeError } from '../platform/errors.js';
import { isPromise } from '../platform/promise.js';
import type { Subscription } from '../subscription/subscription-set.js';
import { type AnyMessage, type Key, Placement, type Template } from '../template/html.js';
import type { Effect, Enqueue } from './effect.js';
import { firstSnapshot, snapshotOf, stateOf, transition } from './step.js';

// TYPES -----------------------------------------------------------------------

/** What should be alive now; falsy entries are left out. */
export type Subscribed<Message> = readonly (Subscription<Message> | null | undefined | false)[];

/** How a client has come back to its session: plain data, so that it can be in a message. */
export interface Arrival {
  /**
   * `resumed`: the session was in memory all the time. `restored`: it comes from a store. `forked`: it is a copy of
   * one that another page goes on with. `fresh`: the one the page had is gone, and this one is new.
   */
  readonly reason: 'resumed' | 'restored' | 'forked' | 'fresh';
  /** The process that holds the session now, by a name it has given itself. */
  readonly node: string;
  /** If it was restored: the process that had stored it. */
  readonly from: string | undefined;
  /** If it was restored: when it was stored, in milliseconds since the epoch. */
  readonly stored: number | undefined;
  /** Why it is fresh, if that is known: `version` when a component is of another version than the stored state. */
  readonly why: string | undefined;
}

/** What every component can be given, however it is made. */
interface CommonOptions<Message extends AnyMessage> {
  /** The component's identity in snapshots, logs and devtools. */
  readonly name: string;
  /**
   * Of what kind its state is. Raise it when stored states of earlier versions would be misread: a session that
   * holds one is not restored then, but begins anew. Default 1.
   */
  readonly version?: number | string;
  /** The message it is sent when its page's client is back: after a lost connection, a reload, a restart. Default: none. */
  readonly onArrival?: (arrival: Arrival) => NoInfer<Message>;
  /** What is shown in its place while its very first view throws. Default: a small notice with the failure's id. */
  readonly fallback?: (failure: Failure) => Template<NoInfer<Message>>;
  /** The message it is sent when something of it has failed. Default: none; the server's `onError` is told anyway. */
  readonly onError?: (failure: Failure) => NoInfer<Message>;
  /**
   * Names of fields that hold secrets, at any depth of its state and of the messages it takes and sends. The inspector
   * and recordings show `[secret]` in place of what is in them. It is stored all the same, and the page shows it if the
   * view does. `password` is always such a name. Default: none.
   *
   * **Note:** a name counts for all components of a page in which this one stands, in any case of letters. Only the
   * field is hidden. A copy of the secret in a field of another name, in a key, in the name of a topic or in the message
   * of an error is shown: declare each field that holds it.
   */
  readonly secret?: readonly string[];
}

/**
 * What a component is made of, Elm style. `update` and `view` are pure: no I/O, no clock, no randomness.
 *
 * `Outgoing` are the messages it sends to the component in whose view it stands, by `enqueue.parent`.
 */
export interface ComponentOptions<Model, Message extends AnyMessage, Props, Outgoing extends AnyMessage = never>
  extends CommonOptions<Message> {
  /** The first model. May be async for the first page, which waits for it, up to a deadline. */
  readonly init: (props: Props) => Model | Promise<Model>;
  /** The model after a message, the same if nothing changes. Must not change the model it is given; that there is none is `null`, not `undefined`. */
  readonly update: (model: Model, message: Message, enqueue: Enqueue<NoInfer<Message>, Outgoing>) => NoInfer<Model>;
  /** What the page shows. */
  readonly view: (model: NoInfer<Model>) => Template<NoInfer<Message>>;
  /** The model after the props have changed. */
  readonly received?: (model: NoInfer<Model>, props: NoInfer<Props>) => NoInfer<Model>;
  /**
   * What should be alive now, by key: timers, generators, tasks, ... Falsy entries are left out.
   *
   * **Note:** take the model, as `_model` if it is not asked: the compiler looks into a function without
   * parameters before it knows the messages, and then finds those in it wrong.
   */
  readonly subscriptions?: (model: NoInfer<Model>) => Subscribed<NoInfer<Message>>;
}

/** What a component is made of that runs any XState logic: a machine, `fromTransition`, and so on. */
export interface LogicOptions<Logic extends AnyActorLogic> extends CommonOptions<EventFromLogic<Logic>> {
  /** The logic; its input is the props. */
  readonly logic: Logic;
  /** What the page shows. */
  readonly view: (snapshot: SnapshotFrom<Logic>) => Template<NoInfer<EventFromLogic<Logic>>>;
  /** The event that tells the logic of changed props. */
  readonly received?: (snapshot: SnapshotFrom<Logic>, props: InputFrom<Logic>) => NoInfer<EventFromLogic<Logic>>;
  /** What should be alive now, by key, besides what the logic itself invokes. */
  readonly subscriptions?: (snapshot: SnapshotFrom<Logic>) => Subscribed<NoInfer<EventFromLogic<Logic>>>;
}

/** The state of the actor of a component made Elm style. */
export type ComponentSnapshot<Model> = Snapshot<undefined> & {
  /** The model. */
  readonly context: Model;
  /** What the last step asked for. */
  readonly effects: readonly Effect[];
  /** What the last step threw, if the session sent it: the model is the one from before. */
  readonly fault?: unknown;
};

/**
 * What all components have, whoever made them.
 *
 * XState's types take a function for one that makes logic. So calling a component is said to give logic, too:
 * only then do `createActor(Counter)`, `SnapshotFrom<typeof Counter>` and the like know what it is.
 */
interface Viewed<State, Message extends AnyMessage, Props, Outgoing, Logic> {
  /** A place for it in a view. `key` tells it apart from others of its kind in that view. */
  (props: Props & { readonly key: Key }): Placement<Outgoing> & Logic;
  readonly name: string;
  readonly version: number | string;
  readonly secret: readonly string[];
  readonly onArrival: ((arrival: Arrival) => Message) | undefined;
  readonly view: (state: State) => Template<Message>;
  readonly subscriptions: (state: State) => Subscribed<Message>;
  readonly fallback: ((failure: Failure) => Template<Message>) | undefined;
  readonly onError: ((failure: Failure) => Message) | undefined;
}

/** Actor logic with a view, made Elm style. */
export interface Component<Model, Message extends AnyMessage, Props, Outgoing extends AnyMessage = never>
  extends Viewed<Model, Message, Props, Outgoing, ActorLogic<ComponentSnapshot<Model>, Message, Props>>,
    ActorLogic<ComponentSnapshot<Model>, Message, Props> {
  /** The state the component starts in; `init` runs here. */
  readonly initialSnapshot: (props: Props) => ComponentSnapshot<Model> | Promise<ComponentSnapshot<Model>>;
}

/** Any XState logic with a view. */
export interface LogicComponent<Logic extends AnyActorLogic>
  extends Viewed<SnapshotFrom<Logic>, EventFromLogic<Logic>, InputFrom<Logic>, never, Logic>,
    ActorLogic<SnapshotFrom<Logic>, EventFromLogic<Logic>, InputFrom<Logic>> {
  /** What it was made of. */
  readonly logic: Logic;
}

/** A component of any kind that can be given `Props`, as the runtime holds it. */
export interface AnyComponent<Props = never> {
  readonly name: string;
  readonly version: number | string;
  /** The names of its fields that hold secrets. */
  readonly secret: readonly string[];
  readonly onArrival: ((arrival: Arrival) => AnyMessage) | undefined;
  readonly view: (state: never) => Template<AnyMessage>;
  readonly subscriptions: (state: never) => Subscribed<AnyMessage>;
  readonly fallback: ((failure: Failure) => Template<AnyMessage>) | undefined;
  readonly onError: ((failure: Failure) => AnyMessage) | undefined;
  /** Given if it is made Elm style. */
  readonly initialSnapshot?: (props: Props) => ComponentSnapshot<unknown> | Promise<ComponentSnapshot<unknown>>;
  /** Given if it runs any other logic. */
  readonly logic?: AnyActorLogic;
  /** The event of such a component for changed props. */
  readonly received?: ((snapshot: never, props: never) => AnyMessage) | undefined;
}

// CONSTRUCTOR -----------------------------------------------------------------

/**
 * Makes a component, Elm style or of any XState logic.
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
 *
 * const Light = component({ name: 'light', logic: lightMachine, view: (snapshot) => html`<p>${snapshot.value}</p>` });
 * ```
 *
 * Called with props and a key it stands in the view of another: `html`<li>${Counter({ key: 1 })}</li>``.
 *
 * @throws TroupeError `component` if something is missing or of the wrong kind.
 */
export function component<Logic extends AnyActorLogic>(options: LogicOptions<Logic>): LogicComponent<Logic>;
export function component<
  Model,
  const Message extends AnyMessage,
  Props = unknown,
  Outgoing extends AnyMessage = never,
>(options: ComponentOptions<Model, Message, Props, Outgoing>): Component<Model, Message, Props, Outgoing>;
export function component(options: LogicOptions<AnyActorLogic> | AnyOptions): unknown {
  validate(options);
  const place = (props: { readonly key: Key }): Placement<never> => new Placement(place, props);
  const { name, version = 1, secret = [], view, fallback, onArrival, onError, subscriptions = () => [] } = options;
  const logic =
    'logic' in options ? logicOf(options as LogicOptions<AnyActorLogic>) : modelLogic(options as AnyOptions);
  Object.defineProperty(place, 'name', { value: name, enumerable: true });

  return Object.assign(place, { version, secret, view, fallback, onArrival, onError, subscriptions }, logic);
}

/** Options of a component made Elm style, whatever its model. */
type AnyOptions = ComponentOptions<unknown, AnyMessage, unknown, AnyMessage>;

/** The actor logic of a component made Elm style, and how it starts where it can be waited for. */
function modelLogic(options: AnyOptions): object {
  const { init } = options;
  const logic: ActorLogic<ComponentSnapshot<unknown>, AnyMessage, unknown> = {
    getInitialSnapshot: (_scope, props) => firstSnapshot(options, props),
    transition: (snapshot, event, scope) => transition(options, snapshot, event, scope),
    getPersistedSnapshot: ({ status, output, error, context }) =>
      ({ status, output, error, context }) as Snapshot<undefined>,
    restoreSnapshot: (snapshot) => snapshotOf((snapshot as ComponentSnapshot<unknown>).context),
  };
  const initialSnapshot = (props: unknown): unknown => {
    const model = init(props);

    return isPromise(model) ? Promise.resolve(model).then((first) => stateOf(options, first)) : stateOf(options, model);
  };

  return { ...logic, initialSnapshot };
}

/** The logic as it is, bound to itself: we stand around it and change nothing. */
function logicOf({ logic: given, received }: LogicOptions<AnyActorLogic>): object {
  const logic = withoutStopEvent(given);

  return {
    logic,
    received,
    getInitialSnapshot: logic.getInitialSnapshot.bind(logic),
    transition: logic.transition.bind(logic),
    getPersistedSnapshot: logic.getPersistedSnapshot.bind(logic),
    restoreSnapshot: logic.restoreSnapshot?.bind(logic),
    start: logic.start?.bind(logic),
    config: (logic as { config?: unknown }).config,
  };
}

// CHECKS ----------------------------------------------------------------------

/** Which parts a component has, by what it is made of; all others are functions. */
const modelParts = ['init', 'update', 'view'] as const;
const logicParts = ['view'] as const;
const optional = ['fallback', 'onArrival', 'onError', 'received', 'subscriptions'] as const;

function validate(options: object | undefined): void {
  const given = (options ?? {}) as Record<string, unknown>;
  const { name, logic } = given;
  if (typeof name !== 'string' || name === '') {
    throw new TroupeError(
      ErrorCode.Component,
      'component({ name }) takes a name: the identity of the component in logs and snapshots.'
    );
  }
  const { version = 1 } = given;
  const fail = (what: string): TroupeError =>
    new TroupeError(ErrorCode.Component, `component({ name: '${name}' })${what}`);
  const required: readonly string[] = 'logic' in given ? logicParts : modelParts;
  if ('logic' in given && typeof (logic as Partial<AnyActorLogic> | undefined)?.transition !== 'function') {
    throw fail(' has a `logic` that is no actor logic; give it a machine, fromTransition(…) or the like.');
  }
  if (typeof version !== 'number' && typeof version !== 'string') throw fail(': `version` is a number or a string.');
  if (!isListOfNames(given['secret'])) {
    throw fail(": `secret` is an array of names of fields, like ['apiKey']; leave it out if there are none.");
  }
  for (const part of required) {
    if (typeof given[part] === 'function') continue;
    throw fail(
      ` has no function \`${part}\`; it takes ${'logic' in given ? 'logic and view' : 'init, update and view'}.`
    );
  }
  for (const part of optional) {
    if (given[part] === undefined || typeof given[part] === 'function') continue;
    throw fail(`: \`${part}\` is not a function; leave it out or write one.`);
  }
  const known: readonly string[] = [
    'name',
    'version',
    'secret',
    ...('logic' in given ? ['logic'] : []),
    ...optional,
    ...required,
  ];
  for (const option of Object.keys(given)) {
    if (!known.includes(option)) throw fail(` does not know \`${option}\`; it takes ${known.join(', ')}.`);
  }
}

function isListOfNames(given: unknown): boolean {
  if (given === undefined) return true;

  return Array.isArray(given) && given.every((name) => typeof name === 'string' && name !== '');
}
