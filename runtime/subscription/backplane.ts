/**
 * The backplane: the port to what all sessions share, as subscriptions use it: topics, presence and shared actors.
 * `local-bus.ts` or `redis-bus.ts` carries the topics, `shared-actors.ts` holds the shared actors, `presence-registry.ts`
 * the presence; `composition.ts` connects them. `topic.ts` and `presence.ts` declare the subscriptions that use it.
 */

import { ErrorCode, TroupeError } from '../platform/errors.js';
import type { AnyMessage } from '../template/html.js';

// TYPES -----------------------------------------------------------------------

/** Topics to listen to and to attend, and shared actors to watch. All but `attend` can be asked before any actor of a session runs. */
export interface Backplane {
  /** Makes a member present on a topic and tells it who is present, itself included. Returns a function that leaves. */
  attend(topic: string, attendant: PresenceMember): () => void;
  /** Tells of what is published on a topic from now on, and when something may have been missed; gives the way to stop. */
  subscribe(topic: string, listener: (message: AnyMessage) => void, missed?: () => void): () => void;
  /** Tells of a shared actor's snapshot now, if there is one, and of each change from then on; gives the way to stop. */
  watch(name: string, listener: (snapshot: unknown) => void): () => void;
}

/** A member present on a topic; its callbacks receive who else is present. */
export interface PresenceMember {
  /** Whom it counts as: all of one key count as one. Without one it counts for itself. */
  readonly key: string | undefined;
  /** Plain data about it. */
  readonly member: unknown;
  joined(member: unknown, id: string): void;
  left(member: unknown, id: string): void;
}

// TOPICS ----------------------------------------------------------------------

/** Characters that the name of a topic or a shared actor may have. */
export const maxTopicLength = 256;

/**
 * Refuses what cannot be the name of a topic or a shared actor.
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
