/**
 * The component contract: actor logic plus a view. A component is XState actor logic, so that
 * `createActor(Counter).start()` runs it without a server. In a page, `component-instance.ts` starts it and renders what
 * `view` returns. Called with props, a component is a place in the view of another one.
 *
 * What a message does to a component made Elm style is in `step.ts`.
 */

import type { ActorLogic, AnyActorLogic, EventFromLogic, InputFrom, Snapshot, SnapshotFrom } from 'xstate';
import { withoutStopEvent } from '../actor/reducer.js';
import { ErrorCode, type Failure, TroupeError } from '../platform/errors.js';
import { isPromise } from '../platform/promise.js';
import type { Subscription } from '../subscription/subscription-set.js';
import { type AnyMessage, type Key, Placement, type Template } from '../template/html.js';
import type { Enqueue } from './effect.js';
import { type ComponentSnapshot, checkedSnapshot, firstSnapshot, modelSnapshot, transition } from './step.js';

// TYPES -----------------------------------------------------------------------

/** The subscriptions of a component in its present state; falsy entries are left out. */
export type Subscribed<Message> = readonly (Subscription<Message> | null | undefined | false)[];

/** How a client has come back to its session. Plain data, so that a message can contain it. */
export interface Arrival {
  /**
   * `resumed`: the session was in memory all the time. `restored`: it comes from a store. `forked`: it is a copy of
   * a session that another page continues. `fresh`: the session of the page is gone, and this one is new.
   */
  readonly reason: 'resumed' | 'restored' | 'forked' | 'fresh';
  /** Whether the page was loaded again: what it shows may be old, and can be fetched anew. */
  readonly reloaded: boolean;
  /** The name of the process that holds the session now. */
  readonly node: string;
  /** The process that had stored the session, if it was restored. */
  readonly from: string | undefined;
  /** When the session was stored, in milliseconds since the epoch, if it was restored. */
  readonly stored: number | undefined;
  /** Why the session is fresh, if that is known: `version` if a component has another version than the stored state. */
  readonly why: string | undefined;
}

/** The options of every component. */
interface CommonOptions<Message extends AnyMessage> {
  /** The component's identity in snapshots, logs and devtools. */
  readonly name: string;
  /**
   * The version of its state. Raise it when stored states of earlier versions would be misread: a session with such
   * a state is not restored, but begins anew. Default 1.
   */
  readonly version?: number | string;
  /** Makes the message that it receives when the client of its page is back: after a lost connection, a reload, a restart. Default: none. */
  readonly onArrival?: (arrival: Arrival) => NoInfer<Message>;
  /** Shown in its place while its first view throws. Default: a small notice with the id of the failure. */
  readonly fallback?: (failure: Failure) => Template<NoInfer<Message>>;
  /** Makes the message that it receives when something of it has failed. Default: none. The server's `onError` receives a report in any case. */
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
 * The options of a component made Elm style. `update` and `view` are pure: no I/O, no clock, no randomness.
 *
 * `Outgoing` are the messages that it sends to the component in whose view it stands, by `enqueue.parent`.
 */
export interface ComponentOptions<Model, Message extends AnyMessage, Props, Outgoing extends AnyMessage = never>
  extends CommonOptions<Message> {
  /**
   * Returns the first model. It may be async for the first page, which waits for it up to a deadline. There it may throw
   * `redirect(url)`, `notFound()` or `status(code)`, which the request is then answered with.
   */
  readonly init: (props: Props) => Model | Promise<Model>;
  /** Returns the model after a message; the same if nothing changes. It must not change the given model. No model is `null`, not `undefined`. */
  readonly update: (model: Model, message: Message, enqueue: Enqueue<NoInfer<Message>, Outgoing>) => NoInfer<Model>;
  /** What the page shows. */
  readonly view: (model: NoInfer<Model>) => Template<NoInfer<Message>>;
  /** The model after the props have changed. */
  readonly received?: (model: NoInfer<Model>, props: NoInfer<Props>) => NoInfer<Model>;
  /**
   * Returns the subscriptions of a model, by key: timers, generators, tasks, ... Falsy entries are left out.
   *
   * **Note:** declare the parameter, as `_model` if it is not used: the compiler checks a function without parameters
   * before it knows the messages, and then reports the messages in it as wrong.
   */
  readonly subscriptions?: (model: NoInfer<Model>) => Subscribed<NoInfer<Message>>;
}

/** The options of a component that runs any XState logic: a machine, `fromTransition`, and so on. */
export interface LogicOptions<Logic extends AnyActorLogic> extends CommonOptions<EventFromLogic<Logic>> {
  /** The logic; its input is the props. */
  readonly logic: Logic;
  /** What the page shows. */
  readonly view: (snapshot: SnapshotFrom<Logic>) => Template<NoInfer<EventFromLogic<Logic>>>;
  /** Makes the event for changed props. */
  readonly received?: (snapshot: SnapshotFrom<Logic>, props: InputFrom<Logic>) => NoInfer<EventFromLogic<Logic>>;
  /** Returns the subscriptions in a state, besides the actors that the logic itself invokes. */
  readonly subscriptions?: (snapshot: SnapshotFrom<Logic>) => Subscribed<NoInfer<EventFromLogic<Logic>>>;
}

/**
 * What all components have in common.
 *
 * XState's types expect of a function that it returns logic. So the type of calling a component includes logic: only
 * then do `createActor(Counter)`, `SnapshotFrom<typeof Counter>` and their like infer its types.
 */
interface Viewed<State, Message extends AnyMessage, Props, Outgoing, Logic> {
  /** Makes a place for it in a view. `key` tells it apart from others of its kind in that view. */
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
  /** Runs `init`, and returns the first state. */
  readonly initialSnapshot: (props: Props) => ComponentSnapshot<Model> | Promise<ComponentSnapshot<Model>>;
}

/** Any XState logic with a view. */
export interface LogicComponent<Logic extends AnyActorLogic>
  extends Viewed<SnapshotFrom<Logic>, EventFromLogic<Logic>, InputFrom<Logic>, never, Logic>,
    ActorLogic<SnapshotFrom<Logic>, EventFromLogic<Logic>, InputFrom<Logic>> {
  /** The logic that it was made of. */
  readonly logic: Logic;
}

/** A component of any kind that takes `Props`, as the runtime holds it. */
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
  /** Defined if it is made Elm style. */
  readonly initialSnapshot?: (props: Props) => ComponentSnapshot<unknown> | Promise<ComponentSnapshot<unknown>>;
  /** Defined if it runs any other logic. */
  readonly logic?: AnyActorLogic;
  /** The event of such a component for changed props. */
  readonly received?: ((snapshot: never, props: never) => AnyMessage) | undefined;
}

// PAGES -----------------------------------------------------------------------

/** The props of a page: what its request says. */
export interface PageProps {
  /** The parameters of the route's pattern, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** The query, decoded; a name that occurs more than once has an array. */
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  /** The path, below the base path. */
  readonly path: string;
  /** The principal of the request, as `identify` returned it. */
  readonly principal: unknown;
  /**
   * Identifies the browser: the same in all its pages as long as the browser keeps the cookie of the server. Not secret:
   * the cookie cannot be computed from it.
   */
  readonly browser: string;
  /** What an action or a guard has left for this page by `flash`, once; `undefined` if nothing was left. */
  readonly flash: unknown;
  /** What else the request says. */
  readonly request: RequestFacts;
}

/** Facts of a request. They are those of the request that the session began with, and do not change with the cookies of the browser. */
export interface RequestFacts {
  /** The address of the sender: that of the connection, or the one that a trusted proxy forwards. */
  readonly address: string;
  /** The cookies by name, decoded, without those of Troupe. */
  readonly cookies: Readonly<Record<string, string>>;
  /** The headers by name in lower case, without `cookie`. */
  readonly headers: Readonly<Record<string, string>>;
  /** The language that the browser prefers, `de-AT`; '' if it does not say one. */
  readonly locale: string;
}

/** The facts of no request. */
export const noRequest: RequestFacts = Object.freeze({ address: '', cookies: {}, headers: {}, locale: '' });

/** The props of the error page. */
export interface ErrorPageProps extends PageProps {
  /** The HTTP status, 404 or 500 for example. */
  readonly status: number;
  /** What `notFound` or `status` were given; of a fault its text while the server has `development`, otherwise ''. */
  readonly message: string;
  /** The id of the report that the server's `onError` got, '' if it is no fault. */
  readonly id: string;
}

/** The component of a page, and its props. */
export interface Route {
  readonly component: AnyComponent<PageProps>;
  readonly props: PageProps;
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

/** The actor logic of a component made Elm style, with a start that may be async. */
function modelLogic(options: AnyOptions): object {
  const { init } = options;
  const logic: ActorLogic<ComponentSnapshot<unknown>, AnyMessage, unknown> = {
    getInitialSnapshot: (_scope, props) => firstSnapshot(options, props),
    transition: (snapshot, event, scope) => transition(options, snapshot, event, scope),
    getPersistedSnapshot: ({ status, output, error, context }) =>
      ({ status, output, error, context }) as Snapshot<undefined>,
    restoreSnapshot: (snapshot) => modelSnapshot((snapshot as ComponentSnapshot<unknown>).context),
  };
  const initialSnapshot = (props: unknown): unknown => {
    const model = init(props);

    return isPromise(model)
      ? Promise.resolve(model).then((first) => checkedSnapshot(options, first))
      : checkedSnapshot(options, model);
  };

  return { ...logic, initialSnapshot };
}

/** The given logic, with its methods bound to it. */
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

/** The required options of both kinds of components, and the optional ones. All are functions. */
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
