/**
 * `presence`: the subscription that makes a component present on a topic and sends who else is present. It is declared
 * as every subscription (`subscription-set.ts`) and attends through the backplane (`backplane.ts`). It starts when a
 * client has joined the session: a page that was only fetched is not present.
 */

import { ErrorCode, TroupeError } from '../platform/errors.js';
import { foreignIn, messageRules } from '../platform/plain-data.js';
import type { AnyMessage } from '../template/html.js';
import { checkTopic } from './backplane.js';
import type { Port } from './run.js';
import { Subscription } from './subscription-set.js';

// TYPES -----------------------------------------------------------------------

/** What the component tells about itself, and the messages it gets about members. */
export interface PresenceOptions<Member, out Message> {
  /** Members of the same key count as one: the tabs of one user, for instance, if each gives the user's id. Default: the component counts by itself. */
  readonly key?: string | undefined;
  /** Plain data about the component, for the other members. */
  readonly member: Member;
  /** Makes the message for a member that is present or joins; `null` for none. `id` is its key, or a generated id if it has none. */
  readonly joined: (member: Member, id: string) => Message | null;
  /** Makes the message for a member that has left; `null` for none. `member` and `id` are those it joined with. */
  readonly left: (member: Member, id: string) => Message | null;
}

// LIMITS ----------------------------------------------------------------------

/** The most messages of one subscription in the session's mailbox at once, so that other messages have room. */
const maxInMailbox = 64;

// PRESENCE --------------------------------------------------------------------

/** The declaration, with its options. */
class PresenceSubscription<Member, out Message> extends Subscription<Message> {
  readonly options: PresenceOptions<Member, Message>;

  constructor(topic: string, options: PresenceOptions<Member, Message>) {
    super('presence', `presence ${topic}`, (port, current) => {
      const notices = new Notices(port, () => (current() as unknown as Declared).options);

      return notices.start(topic);
    });
    this.options = options;
  }
}

/** The declaration as a component returns it. */
type Declared = PresenceSubscription<unknown, AnyMessage>;

/**
 * Makes the component present on a topic, and sends it the members of that topic: all components of all sessions that
 * declare the same. `joined` makes a message for each member that is present at first, the component itself included,
 * and for each that joins later. `left` makes one for each that leaves: its tab is closed, its session has ended, or its
 * server is gone.
 *
 * ```ts
 * subscriptions: ({ room, user }) => [
 *   presence(`room ${room}`, {
 *     key: user.id,
 *     member: { name: user.name },
 *     joined: ({ name }, id) => ({ type: 'personJoined', id, name }),
 *     left: (_member, id) => ({ type: 'personLeft', id }),
 *   }),
 * ]
 * ```
 *
 * The messages of one id alternate between `joined` and `left`. A member that joins and leaves before the component has
 * taken a message about it causes none.
 *
 * **Note:** `member` and `key` keep the values they had when the subscription began; publish on a topic what changes.
 * Members of a topic name are independent of the messages that are published on `topic(name)`.
 *
 * @throws TroupeError `topic` unless the name has 1 to 256 characters and `member` is plain data
 */
export function presence<Message extends AnyMessage = never, Member = unknown>(
  topic: string,
  options: PresenceOptions<Member, NoInfer<Message>>
): Subscription<Message> {
  checkTopic('presence', topic);
  const foreign = options.member === undefined ? undefined : foreignIn(options.member, 'member', messageRules);
  if (foreign === undefined) return new PresenceSubscription<Member, Message>(topic, options);

  throw new TroupeError(
    ErrorCode.Topic,
    `presence('${topic}', …): ${foreign}. What is said of a member is plain data: it may be told on other nodes.`
  );
}

// NOTICES ---------------------------------------------------------------------

/** The members that joined and left, on their way to a component. */
class Notices {
  readonly #port: Port;
  readonly #options: () => PresenceOptions<unknown, AnyMessage>;
  /** The members that are present, by id. */
  readonly #present = new Map<string, unknown>();
  /** The members that the component knows of, by id. */
  readonly #known = new Map<string, unknown>();
  /** The ids whose members may have changed since the component got a message about them, in order. */
  readonly #changed = new Set<string>();
  #inMailbox = 0;
  #stopped = false;
  readonly #taken = (): void => {
    this.#inMailbox--;
    this.#pump();
  };

  constructor(port: Port, options: () => PresenceOptions<unknown, AnyMessage>) {
    this.#port = port;
    this.#options = options;
  }

  start(topic: string): () => void {
    const { key, member } = this.#options();
    const leave = this.#port.backplane.attend(topic, {
      key,
      member,
      joined: (other, id) => this.#change(id, () => this.#present.set(id, other)),
      left: (_other, id) => this.#change(id, () => this.#present.delete(id)),
    });

    return () => {
      this.#stopped = true;
      leave();
    };
  }

  #change(id: string, change: () => void): void {
    if (this.#stopped) return;
    change();
    this.#changed.add(id);
    this.#pump();
  }

  /** Delivers messages while the mailbox has room for them. */
  #pump(): void {
    for (const id of this.#changed) {
      if (this.#stopped || this.#inMailbox >= maxInMailbox) return;
      this.#changed.delete(id);
      const message = this.#next(id);
      if (message === null) continue;
      this.#inMailbox++;
      this.#port.deliver(message).then(this.#taken);
    }
  }

  /** The next message about an id; `null` for none. A member that has left and joined again with other data causes two: `left`, then `joined`. */
  #next(id: string): AnyMessage | null {
    const known = this.#known.get(id);
    const isKnown = this.#known.has(id);
    const isPresent = this.#present.has(id);
    if (isKnown && (!isPresent || this.#present.get(id) !== known)) {
      this.#known.delete(id);
      if (isPresent) this.#changed.add(id);
      return this.#make(() => this.#options().left(known, id));
    }
    if (isKnown || !isPresent) return null;
    const member = this.#present.get(id);
    this.#known.set(id, member);

    return this.#make(() => this.#options().joined(member, id));
  }

  /** Calls a function of the component. If it throws, the error is reported and there is no message. */
  #make(make: () => AnyMessage | null): AnyMessage | null {
    try {
      return make() ?? null;
    } catch (error) {
      this.#port.report(error);
      return null;
    }
  }
}
