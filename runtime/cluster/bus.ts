/**
 * The bus carries a message published on a topic to all listeners, in this process and in the others that share the bus,
 * and a message from one process to another. This file says what every bus promises and what may be published.
 * `local-bus.ts` is the bus of one process, `memory-cluster.ts` that of several servers in one process, `redis-bus.ts` that
 * of a cluster.
 */

import type { Clock } from '../platform/clock.js';
import type { Reporter } from '../platform/error-report.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { describeForeign, foreignIn, isPlain, messageRules } from '../platform/plain-data.js';
import { type AnyMessage, isMessage } from '../template/html.js';
import type { Directory } from './cluster-directory.js';

// TYPES -----------------------------------------------------------------------

/**
 * Carries messages from publishers to listeners.
 *
 * The messages of one publisher arrive in its order, perhaps later. A listener gets each message that is published after
 * it subscribed, once, and none after it has unsubscribed. An error that a listener throws is reported; the other
 * listeners get the message.
 *
 * Listeners in the process of the publisher get a message whether or not other processes can be reached.
 */
export interface Bus {
  /** What its nodes agree on; `undefined` if there is one node only. */
  readonly directory: Directory | undefined;
  /**
   * Publishes plain data on a topic. A topic without listeners is no error. The promise resolves when the message has been
   * handed over as safely as the bus can. It rejects if that was not possible; the message can then be published again
   * under the same id. The promise may be ignored.
   *
   * @param id the name of a message that may be repeated; a second one of the same id is dropped
   * @throws TroupeError `topic` for a name or a message that is not allowed
   */
  publish(topic: string, message: AnyMessage, id?: string): void | Promise<void>;
  /**
   * Listens to a topic. Returns the function that stops it, which may be called again.
   *
   * @param missed called when messages of other processes may have been missed, before the later ones
   * @throws TroupeError `topic` for a name that is not allowed
   */
  subscribe(topic: string, listener: Listener, missed?: () => void): () => void;
  /**
   * Sends plain data to another node. Resolves when the node has been handed the message; it may still end before it reads
   * it. Rejects if there is no such node or it could not be reached. The promise may be ignored.
   */
  tell(node: string, message: AnyMessage): Promise<void>;
  /** Receives the messages sent to this node, in the order of each sender, itself included. Returns the function that stops it. */
  listen(listener: NodeListener): () => void;
  /** Closes what the bus holds open. Earlier calls are finished if that is possible soon; later ones are refused. */
  close(): Promise<void>;
}

/** Receives the messages of a topic. */
export type Listener = (message: AnyMessage) => void;

/** Receives the messages that other nodes send to this one. */
export type NodeListener = (message: AnyMessage, from: string) => void;

/** What a bus is made with. */
export interface BusHost {
  readonly clock: Clock;
  /** Whether each message is searched for what is not plain data. */
  readonly development: boolean;
  /** The name of this process among all that share the bus or the store. It is never used again. */
  readonly node: string;
  readonly report: Reporter;
  /** Runs a function soon, after what is already due. */
  defer(run: () => void): void;
}

/** Makes the bus of a server. */
export type BusFactory = (host: BusHost) => Bus;

// MESSAGES --------------------------------------------------------------------

/**
 * Refuses a message that cannot be published.
 *
 * @param thorough whether the whole message is searched for what is not plain data
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
