/**
 * Subscriptions to what all sessions share: `topic` receives published messages, `shared` the state of a shared actor.
 * They are declared as every subscription (`subscription-set.ts`) and use the backplane (`backplane.ts`).
 */

import type { AnyMessage } from '../template/html.js';
import { checkTopic } from './backplane.js';
import type { Port } from './run.js';
import { type Start, Subscription } from './subscription-set.js';

// LIMITS ----------------------------------------------------------------------

/** The most messages of a topic that one subscription keeps until its component takes them. */
const maxWaiting = 1_000;

/** The most of them in the session's mailbox at once, so that other messages have room. */
const maxInMailbox = 64;

// TOPIC -----------------------------------------------------------------------

/**
 * Sends the component each message that is published on a topic: by components (`enqueue.publish`), by shared actors
 * that emit, and by the host program (`server.publish`).
 *
 * ```ts
 * subscriptions: (model) => [topic(`room ${model.room}`, { missed: { type: 'messagesMissed' } })]
 * ```
 *
 * Up to 1,000 messages wait for the component. Further ones are dropped until it has taken all that wait; then it gets
 * `missed`, if that is declared, in place of the dropped ones. It also gets `missed` if messages of other processes may
 * have been missed because the connection to them was interrupted, and if the session was passivated.
 *
 * **Note:** the type of the messages is not checked. The publisher and the subscriber must agree on what a topic's name
 * means.
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
  #inMailbox = 0;
  /** Whether messages were dropped and the component did not get `missed` for them yet. */
  #hasGap = false;
  #stopped = false;
  readonly #taken = (): void => {
    this.#inMailbox--;
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
    if (this.#hasGap || this.#inMailbox + this.#waiting.length >= maxWaiting) {
      this.#hasGap = true;
      return;
    }
    this.#waiting.push(message);
    this.#pump();
  }

  /** Messages of other nodes may have been missed. */
  #interrupt(): void {
    const message = this.#missed();
    if (message !== undefined) this.#receive(message);
  }

  /** Delivers messages while the mailbox has room for them; when all are taken and some were dropped, delivers `missed`. */
  #pump(): void {
    while (!this.#stopped && this.#inMailbox < maxInMailbox) {
      const message = this.#waiting.shift() ?? this.#gap();
      if (message === undefined) return;
      this.#inMailbox++;
      this.#port.deliver(message).then(this.#taken);
    }
  }

  /** The message `missed`, if messages were dropped and all before them are taken. */
  #gap(): AnyMessage | undefined {
    if (!this.#hasGap || this.#inMailbox > 0) return undefined;
    this.#hasGap = false;

    return this.#missed();
  }
}

// SHARED ----------------------------------------------------------------------

/** The declaration, with the function that reads a snapshot. */
class SharedSubscription<out Message> extends Subscription<Message> {
  readonly read: (snapshot: never) => Message | null;

  constructor(name: string, read: (snapshot: never) => Message | null) {
    super('shared', `shared ${name}`, (port, current) => startWatching(port, current, name), undefined, true);
    this.read = read;
  }
}

/**
 * Sends the component the state of a shared actor: a message for its snapshot now, and for each new one. `read` makes
 * the message; `null` for none.
 *
 * ```ts
 * subscriptions: (model) => [
 *   shared('room', ({ context }: SnapshotFrom<typeof room>) => ({ type: 'roomChanged', people: context.people })),
 * ]
 * ```
 *
 * Until the component has taken the last of these messages, newer snapshots replace each other: it then gets only the
 * latest. If no actor has the name yet, the subscription waits for one.
 *
 * **Note:** the type of the snapshots is not checked. `read` is called with each new snapshot, and not when the model
 * changes.
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

/** Calls `read`. If it throws, the error is reported and the snapshot causes no message. */
function readSnapshot(port: Port, { read }: SharedSubscription<AnyMessage>, snapshot: unknown): AnyMessage | null {
  try {
    return read(snapshot as never) ?? null;
  } catch (error) {
    port.report(error);
    return null;
  }
}
