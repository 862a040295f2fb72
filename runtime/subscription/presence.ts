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

/** What is said of who is present, and what is to be told of all who are. */
export interface PresenceOptions<Member, out Message> {
  /** Whom it counts as: the tabs of one user, say, that all give the user's id. Default: it counts for itself. */
  readonly key?: string | undefined;
  /** Plain data about it, for the others. */
  readonly member: Member;
  /** The message for one who is there, or comes; `id` is the key, or what stands for it. `null` for none. */
  readonly joined: (member: Member, id: string) => Message | null;
  /** The message for one who is gone; `member` and `id` are those it has joined with. `null` for none. */
  readonly left: (member: Member, id: string) => Message | null;
}

// LIMITS ----------------------------------------------------------------------

/** How many messages are in the session's inbox at once, where others want to have their place too. */
const mostInInbox = 64;

// PRESENCE --------------------------------------------------------------------

/** A declaration that says what to tell. */
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

/** As it stands among the declarations of a component. */
type Declared = PresenceSubscription<unknown, AnyMessage>;

/**
 * Who is present on a topic: the component itself from now on, and all others that declare the same, in all
 * sessions. `joined` makes a message for each who is there at first, itself included, and for
 * each who comes; `left` for each who goes, whose tab is closed, whose session has ended, whose server is gone.
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
 * Of one id `joined` and `left` come in turn. Who comes and goes again before the component has taken
 * it is not told of.
 *
 * **Note:** `member` and `key` are what they were when the subscription began; what changes is better published
 * on a topic. A topic's name here has nothing to do with what is published on `topic(name)`.
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

/** Who joined and left, on the way to a component. */
class Notices {
  readonly #port: Port;
  readonly #options: () => PresenceOptions<unknown, AnyMessage>;
  /** Who is present. */
  readonly #present = new Map<string, unknown>();
  /** Whom the component has been told of. */
  readonly #told = new Map<string, unknown>();
  /** Those of whom there may be something to tell, in order. */
  readonly #changed = new Set<string>();
  #inInbox = 0;
  #stopped = false;
  readonly #taken = (): void => {
    this.#inInbox--;
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

  /** Delivers what there is room for. */
  #pump(): void {
    for (const id of this.#changed) {
      if (this.#stopped || this.#inInbox >= mostInInbox) return;
      this.#changed.delete(id);
      const message = this.#next(id);
      if (message === null) continue;
      this.#inInbox++;
      this.#port.deliver(message).then(this.#taken);
    }
  }

  /** What there is to tell of one. One that has left and come again, with other data, has something to be told twice. */
  #next(id: string): AnyMessage | null {
    const told = this.#told.get(id);
    const isTold = this.#told.has(id);
    const isPresent = this.#present.has(id);
    if (isTold && (!isPresent || this.#present.get(id) !== told)) {
      this.#told.delete(id);
      if (isPresent) this.#changed.add(id);
      return this.#make(() => this.#options().left(told, id));
    }
    if (isTold || !isPresent) return null;
    const member = this.#present.get(id);
    this.#told.set(id, member);

    return this.#make(() => this.#options().joined(member, id));
  }

  /** What a component's function throws costs it the message. */
  #make(make: () => AnyMessage | null): AnyMessage | null {
    try {
      return make() ?? null;
    } catch (error) {
      this.#port.report(error);
      return null;
    }
  }
}
