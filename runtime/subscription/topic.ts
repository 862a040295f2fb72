/**
 * Subscriptions to what all sessions share: `topic` receives published messages, `shared` the state of a shared actor.
 * They are declared as every subscription (`subscription-set.ts`) and use the backplane (`backplane.ts`).
 */

import type { AnyMessage } from '../template/html.js';
import { checkTopic } from './backplane.js';
import type { Port } from './run.js';
import { type Start, Subscription } from './subscription-set.js';

// LIMITS ----------------------------------------------------------------------

/** Messages of a topic that one subscription keeps until its component takes them. */
const mostWaiting = 1_000;

/** How many of them are in the session's inbox at once, where others want to have their place too. */
const mostInInbox = 64;

// TOPIC -----------------------------------------------------------------------

/**
 * What is published on a topic: by components (`enqueue.publish`), by shared actors that emit, by the host
 * program (`server.publish`).
 *
 * ```ts
 * subscriptions: (model) => [topic(`room ${model.room}`, { missed: { type: 'messagesMissed' } })]
 * ```
 *
 * Up to 1,000 messages wait for the component. What is published beyond that is dropped, until it has
 * taken all that wait; then `missed`, if it is declared, stands where they would have been. It also comes
 * when messages of other processes may have been missed, because they could not be reached for a while, and
 * when the session was nowhere but in a store.
 *
 * **Note:** that the messages on a topic are of the type the component expects is not checked: the
 * publisher and the subscriber have to mean the same by a topic's name.
 *
 * @throws TroupeError `topic` unless the name has 1 to 256 characters.
 */
export function topic<Message extends AnyMessage = never>(
  name: string,
  { missed }: { readonly missed?: NoInfer<Message> } = {}
): Subscription<Message> {
  checkTopic('topic', name);
  const start: Start = (run, current) => {
    const listening = new TopicQueue(run, () => current().message);

    return listening.start(name, run.isRestored);
  };

  return new Subscription<Message>('topic', `topic ${name}`, start, missed, true);
}

/** Messages of a topic on their way to a component. */
class TopicQueue {
  readonly #port: Port;
  readonly #missed: () => AnyMessage | undefined;
  readonly #waiting: AnyMessage[] = [];
  #inInbox = 0;
  /** Whether messages have been dropped and the component does not know yet. */
  #hasGap = false;
  #stopped = false;
  readonly #taken = (): void => {
    this.#inInbox--;
    this.#pump();
  };

  constructor(port: Port, missed: () => AnyMessage | undefined) {
    this.#port = port;
    this.#missed = missed;
  }

  start(name: string, isRestored: boolean): () => void {
    this.#hasGap = isRestored;
    const unsubscribe = this.#port.backplane.subscribe(
      name,
      (message) => this.#receive(message),
      () => this.#interrupt()
    );
    // What was published while the session was only in the store is lost.
    this.#pump();

    return () => {
      unsubscribe();
      this.#stopped = true;
      this.#waiting.length = 0;
    };
  }

  #receive(message: AnyMessage): void {
    if (this.#stopped) return;
    if (this.#hasGap || this.#inInbox + this.#waiting.length >= mostWaiting) {
      this.#hasGap = true;
      return;
    }
    this.#waiting.push(message);
    this.#pump();
  }

  /** Others may have published what has not come. */
  #interrupt(): void {
    const message = this.#missed();
    if (message !== undefined) this.#receive(message);
  }

  /** Delivers what there is room for; when all is taken and some was dropped, says so. */
  #pump(): void {
    while (!this.#stopped && this.#inInbox < mostInInbox) {
      const message = this.#waiting.shift() ?? this.#gap();
      if (message === undefined) return;
      this.#inInbox++;
      this.#port.deliver(message).then(this.#taken);
    }
  }

  /** What to say of messages that were dropped, once all before them are taken. */
  #gap(): AnyMessage | undefined {
    if (!this.#hasGap || this.#inInbox > 0) return undefined;
    this.#hasGap = false;

    return this.#missed();
  }
}

// SHARED ----------------------------------------------------------------------

/** A declaration that says how to read a snapshot. */
class SharedSubscription<out Message> extends Subscription<Message> {
  readonly read: (snapshot: never) => Message | null;

  constructor(name: string, read: (snapshot: never) => Message | null) {
    super('shared', `shared ${name}`, (port, current) => startWatching(port, current, name), undefined, true);
    this.read = read;
  }
}

/**
 * The state of a shared actor: a message for its snapshot now, and for each change from then on. `read`
 * makes the message; `null` says that a snapshot is worth none.
 *
 * ```ts
 * subscriptions: (model) => [
 *   shared('room', ({ context }: SnapshotFrom<typeof room>) => ({ type: 'roomChanged', people: context.people })),
 * ]
 * ```
 *
 * While the component has not taken the last of these messages, newer snapshots take each other's place:
 * it then gets the latest alone. An actor that is not there yet is waited for.
 *
 * **Note:** that the actor of that name has such snapshots is not checked. `read` looks at the snapshot
 * alone; that the model has changed is no reason to call it again.
 *
 * @throws TroupeError `topic` unless the name has 1 to 256 characters.
 */
export function shared<Message extends AnyMessage = never, State = unknown>(
  name: string,
  read: (snapshot: State) => NoInfer<Message> | null
): Subscription<Message> {
  checkTopic('shared', name);

  return new SharedSubscription<Message>(name, read);
}

function startWatching(port: Port, current: () => Subscription<AnyMessage>, name: string): () => void {
  let latest: { readonly snapshot: unknown } | undefined;
  let isTaken = true;

  const pump = (): void => {
    if (latest === undefined || !isTaken) return;
    const message = readSnapshot(port, current() as SharedSubscription<AnyMessage>, latest.snapshot);
    latest = undefined;
    if (message === null) return;
    isTaken = false;
    port.deliver(message).then(() => {
      isTaken = true;
      pump();
    });
  };
  const unwatch = port.backplane.watch(name, (snapshot) => {
    latest = { snapshot };
    pump();
  });

  return () => {
    unwatch();
    latest = undefined;
  };
}

/** What a component's `read` throws costs it the snapshot. */
function readSnapshot(port: Port, { read }: SharedSubscription<AnyMessage>, snapshot: unknown): AnyMessage | null {
  try {
    return read(snapshot as never) ?? null;
  } catch (error) {
    port.report(error);
    return null;
  }
}
