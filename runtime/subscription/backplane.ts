/**
 * The backplane: the port to what all sessions share, as subscriptions use it: topics, presence and shared actors.
 * `local-bus.ts` or `redis-bus.ts` carries the topics, `shared-actors.ts` holds the shared actors, `presence-registry.ts`
 * the presence; `composition.ts` connects them. `topic.ts` and `presence.ts` declare the subscriptions that use it.
 */

import { ErrorCode, TroupeError } from '../platform/errors.js';
import type { AnyMessage } from '../template/html.js';

// TYPES -----------------------------------------------------------------------

/** Topics to subscribe to and to attend, and shared actors to watch. All but `attend` may be called before any actor of a session runs. */
export interface Backplane {
  /** Makes a member present on a topic; it receives all members, itself included, and then each change. Returns a function that makes it leave. */
  attend(topic: string, member: PresenceMember): () => void;
  /** Calls `listener` with each message published on a topic from now on, and `missed` when messages may have been missed. Returns a function that ends this. */
  subscribe(topic: string, listener: (message: AnyMessage) => void, missed?: () => void): () => void;
  /** Calls `listener` with a shared actor's snapshot now, if there is one, and then with each new one. Returns a function that ends this. */
  watch(name: string, listener: (snapshot: unknown) => void): () => void;
}

/** A member present on a topic; its callbacks receive who else is present. */
export interface PresenceMember {
  /** Members of the same key count as one. Default: the member counts by itself. */
  readonly key: string | undefined;
  /** Plain data about the member. */
  readonly member: unknown;
  joined(member: unknown, id: string): void;
  left(member: unknown, id: string): void;
}

// TOPICS ----------------------------------------------------------------------

/** The most characters in the name of a topic or a shared actor. */
export const maxTopicLength = 256;

/**
 * Checks the name of a topic or a shared actor.
 *
 * @param call the function it was given to, for the error
 * @throws TroupeError `topic`
 */
export function checkTopic(call: string, name: unknown): asserts name is string {
  if (typeof name === 'string' && name !== '' && name.length <= maxTopicLength) return;
  const given = typeof name === 'string' ? `${name.length} characters` : String(name);

  throw new TroupeError(
    ErrorCode.Topic,
    `${call} was given ${given} as a name; it takes a string of 1 to ${maxTopicLength} characters. Put an id into the name and what is long into the message.`
  );
}
