/**
 * Actors as subscriptions: `actor` runs any XState logic in the system of the session. It turns into messages what the
 * actor emits, what it sends to its parent and, if the option is set, its snapshots. It is declared as every
 * subscription (`subscription-set.ts`).
 *
 * The parent of the actor is a guard: it passes on what is meant for the component and stops XState's own events,
 * among them the failure of the child.
 */

import type {
  ActorLogic,
  AnyActorLogic,
  AnyActorRef,
  EmittedFrom,
  EventObject,
  InputFrom,
  Snapshot,
  SnapshotFrom,
} from 'xstate';
import { startActor } from '../actor/start-actor.js';
import type { AnyMessage } from '../template/html.js';
import type { Run } from './run.js';
import { Subscription } from './subscription-set.js';

// TYPES -----------------------------------------------------------------------

/** Options of an `actor`. */
export interface ActorSubscriptionOptions<Logic extends AnyActorLogic, out Message> {
  /** The input of the logic. */
  readonly input?: InputFrom<Logic> | undefined;
  /** The message for a snapshot, the first one included; `null`, `undefined` or `false` for none. */
  readonly changed?: ((snapshot: SnapshotFrom<Logic>) => Message | null | undefined | false) | undefined;
}

/** Logic whose emitted events have types must emit messages of the component. */
type Emitting<Logic extends AnyActorLogic, Message> = string extends EmittedFrom<Logic>['type']
  ? unknown
  : EmittedFrom<Logic> extends Message
    ? unknown
    : { readonly emits: Message };

/** The options; required for logic that needs input. */
type Given<Logic extends AnyActorLogic, Message> =
  undefined extends InputFrom<Logic>
    ? [options?: ActorSubscriptionOptions<Logic, Message>]
    : [options: ActorSubscriptionOptions<Logic, Message> & { readonly input: InputFrom<Logic> }];

// ACTOR -----------------------------------------------------------------------

/**
 * Runs an actor of any XState logic: a machine, `fromPromise`, `fromCallback`, ... The events it emits and those it sends
 * to its parent are messages to the component; `changed` makes messages of its snapshots.
 *
 * ```ts
 * subscriptions: (_model) => [
 *   actor('light', lightMachine, { changed: ({ value }) => ({ type: 'lightChanged', value }) }),
 * ]
 * ```
 *
 * Stopping the subscription stops the actor and its children. An actor in its final state starts again only after its key
 * has been absent from one result of `subscriptions`.
 *
 * **Note:** there is no back-pressure: messages for which the mailbox has no room are dropped and reported. If the actor
 * fails, or `changed` throws, the actor is started again from its input after a growing pause. After 5 such restarts in a
 * row without a message it is stopped and reported. The types of events to its parent are not checked.
 */
export function actor<Message extends AnyMessage = never, Logic extends AnyActorLogic = AnyActorLogic>(
  key: string,
  logic: Logic & Emitting<Logic, NoInfer<Message>>,
  ...[options]: Given<Logic, NoInfer<Message>>
): Subscription<Message> {
  return new Subscription<Message>('actor', `actor ${key}`, (run) => {
    return startChild(run, key, logic, (options ?? {}) as ActorSubscriptionOptions<AnyActorLogic, AnyMessage>);
  });
}

function startChild(
  run: Run,
  key: string,
  logic: AnyActorLogic,
  { input, changed }: ActorSubscriptionOptions<AnyActorLogic, AnyMessage>
): () => void {
  const guard = startActor(new GuardLogic(run), { parent: run.actor as AnyActorRef, id: key }, (error) =>
    run.fail(error)
  );
  const child = startActor(
    logic,
    { parent: guard, id: key, input },
    (error) => run.fail(error),
    (starting) => {
      starting.on('*', (event) => pass(run, event));
      if (changed !== undefined) starting.subscribe({ next: watch(run, changed), error: () => undefined });
    }
  );

  return () => {
    stopAll(child);
    guard.send({ type: 'xstate.stop' });
  };
}

/** Makes messages of snapshots. XState also passes a snapshot that is the same as the last one. */
function watch(
  run: Run,
  changed: (snapshot: unknown) => AnyMessage | null | undefined | false
): (snapshot: unknown) => void {
  let last: unknown;

  return (snapshot) => {
    if (snapshot === last || run.isOver) return;
    last = snapshot;
    try {
      const message = changed(snapshot);
      if (message) void run.deliver(message);
    } catch (error) {
      run.fail(error);
    }
  };
}

/** XState's own events, of children that are done or have failed, are no messages. */
function pass(run: Run, event: EventObject): void {
  if (typeof event.type === 'string' && !event.type.startsWith('xstate.')) void run.deliver(event);
}

/**
 * Stops an actor and its children. One that has failed is stopped already, but a machine leaves its children
 * running then, and logic that is no machine may do so whenever it stops.
 */
function stopAll(running: AnyActorRef): void {
  const { status, children } = running.getSnapshot() as { status: string; children?: Record<string, AnyActorRef> };
  if (status === 'active') running.send({ type: 'xstate.stop' });
  for (const child of Object.values(children ?? {})) stopAll(child);
}

// GUARD -----------------------------------------------------------------------

type GuardSnapshot = Snapshot<undefined> & { readonly context: undefined };

/** The parent of a subscription's actor. */
class GuardLogic implements ActorLogic<GuardSnapshot, EventObject, undefined> {
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = run;
  }

  getInitialSnapshot(): GuardSnapshot {
    return { status: 'active', output: undefined, error: undefined, context: undefined };
  }

  transition(snapshot: GuardSnapshot, event: EventObject): GuardSnapshot {
    pass(this.#run, event);

    return snapshot;
  }

  getPersistedSnapshot(snapshot: GuardSnapshot): GuardSnapshot {
    return snapshot;
  }
}
