/**
 * The bus: how a message published on a topic reaches everybody who listens to it, in this process and in
 * all others that share the bus, and how one process tells another something. This file says what every bus
 * promises and what may be published; `bus/memory.ts` is the bus of one process, `bus/exchange.ts` that of
 * several servers in one process, `bus/redis.ts` that of a cluster, and others can stand in their place.
 */

import type { Clock } from '../platform/clock.js';
import type { Reporter } from '../platform/error-report.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { describeForeign, foreignIn, isPlain, messageRules } from '../platform/plain-data.js';
import { type AnyMessage, isMessage } from '../template/html.js';
import type { Directory } from './cluster-directory.js';

// TYPES -----------------------------------------------------------------------

/**
 * Carries messages from those who publish to those who listen.
 *
 * What one publisher publishes arrives in its order, though perhaps not at once. A listener gets what is
 * published after it subscribed, each message once, and nothing any more once it has unsubscribed. What a
 * listener throws is reported and harms nobody.
 *
 * Listeners in the process of the publisher get a message whether or not others can be reached.
 */
export interface Bus {
  /** What its nodes agree on; `undefined` if there is but one. */
  readonly directory: Directory | undefined;
  /**
   * Publishes plain data on a topic; that nobody listens is no error. A promise resolves when the message has been
   * handed over as safely as the bus can, and rejects if it could not be; then it can be published again under
   * the same id. Whoever does not care may ignore the promise.
   *
   * @param id what the message is called if it can come again; a second one of that id is dropped
   * @throws TroupeError `topic` for a topic's name or a message that is not allowed
   */
  publish(topic: string, message: AnyMessage, id?: string): void | Promise<void>;
  /**
   * Listens to a topic; what it returns stops it, and does nothing when called again.
   *
   * @param missed is called when messages of other processes may have been missed, before those that come after
   * @throws TroupeError `topic` for a topic's name that is not allowed
   */
  subscribe(topic: string, listener: Listener, missed?: () => void): () => void;
  /**
   * Tells another node something, plain data. Resolves when it has been handed to the node, which may yet end
   * before it hears it; rejects if there is no such node or it could not be reached, and whoever
   * ignores that may.
   */
  tell(node: string, message: AnyMessage): Promise<void>;
  /** Hears what this node is told, in the order of each teller, itself included; what it returns stops it. */
  listen(listener: NodeListener): () => void;
  /** Lets go of what it holds open; what was asked for before is finished, if that can be done soon. Nothing is carried any more. */
  close(): Promise<void>;
}

/** Is told of a message. */
export type Listener = (message: AnyMessage) => void;

/** Is told of what another node has told this one. */
export type NodeListener = (message: AnyMessage, from: string) => void;

/** What a bus is made with. */
export interface BusHost {
  readonly clock: Clock;
  /** Whether each message is looked through for what is not plain data. */
  readonly development: boolean;
  /** The name of this process among all that share the bus, or the store; no other ever has it. */
  readonly node: string;
  readonly report: Reporter;
  /** Runs something soon, when others have had their go. */
  defer(run: () => void): void;
}

/** Makes the bus of a server. */
export type BusFactory = (host: BusHost) => Bus;

// MESSAGES --------------------------------------------------------------------

/**
 * Refuses what cannot be published.
 *
 * @param thorough whether to look through all of the message for what is not plain data
 */
export function checkMessage(topic: string, message: unknown, thorough: boolean): asserts message is AnyMessage {
  if (!isMessage(message)) {
    const given = isPlain(message) ? `an object with type ${String(message['type'])}` : describeForeign(message);
    throw new TroupeError(
      ErrorCode.Topic,
      `publish('${topic}', message): the message is ${given}; it is an object with a type, a string that does not begin with 'xstate.'.`
    );
  }
  const foreign = thorough ? foreignIn(message, 'message', messageRules) : undefined;
  if (foreign === undefined) return;

  throw new TroupeError(
    ErrorCode.Topic,
    `publish('${topic}', { type: '${message.type}' }): ${foreign}. Messages are plain data: strings, numbers, booleans, null, arrays and object literals.`
  );
}
