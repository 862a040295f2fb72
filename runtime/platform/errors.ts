/**
 * The errors of Troupe, all in one place; imports nothing.
 *
 * Two kinds of fault, two manners. The programmer's fault throws a `TroupeError` at once and teaches:
 * what was given, what is allowed, the fix. The other side's fault (a browser, a network) never throws
 * out of the runtime: it has a close code in `protocol.ts`, is counted and reported.
 */

// TYPES -----------------------------------------------------------------------

/** What can go wrong, by a stable name. */
export const ErrorCode = {
  /** A component's definition is incomplete or contradicts itself. */
  Component: 'component',
  /** A template says something the HTML parser would read otherwise, or has a hole where none can be. */
  Template: 'template',
  /** A value that cannot stand in the hole it was put in. */
  Value: 'value',
  /** Two rows of one list, or two subscriptions of one component, have the same key. */
  DuplicateKey: 'duplicate-key',
  /** A URL with a scheme that can run script was replaced by `about:invalid`. */
  UnsafeUrl: 'unsafe-url',
  /** `init` threw or rejected. */
  Init: 'init',
  /** `init` missed its deadline. */
  Deadline: 'deadline',
  /** `update` threw; the message was dropped and the state kept. */
  Update: 'update',
  /** `view` threw; the message that led there was dropped and the state kept. */
  View: 'view',
  /** An event handler in a view threw; the event was dropped. */
  Handler: 'handler',
  /** A subscription threw or rejected. */
  Subscription: 'subscription',
  /** A generator did not end after it was stopped. */
  GeneratorNotEnding: 'generator-not-ending',
  /** Options of `createServer` that cannot be used. */
  Options: 'options',
  /** An effect could not be carried out. */
  Effect: 'effect',
  /** A shared actor failed, or was started in a way it cannot be. */
  SharedActor: 'shared-actor',
  /** The name of a topic, or what was published on it, is not allowed. */
  Topic: 'topic',
  /** The bus between the processes of a cluster cannot be used, or not at the moment. */
  Bus: 'bus',
  /** A queue reached its limit and something was dropped. */
  Overflow: 'overflow',
  /** Something was asked of a server that is closed. */
  Closed: 'closed',
  /** A store of sessions failed, could not be reached, or is used by another process. */
  Store: 'store',
  /** `identify` threw; the request was refused. */
  Identify: 'identify',
  /** A session's state cannot be stored, or what was stored cannot be used. */
  Snapshot: 'snapshot',
  /** What was stored is of another version of a component: its session begins anew. */
  Version: 'version',
  /** A client's event came to nothing, because what it happened at was gone when its turn came. */
  Dropped: 'dropped',
  /** A file is no recording, or one that cannot be gone through again. */
  Recording: 'recording',
  /** Something inside the runtime itself threw. */
  Internal: 'internal',
} as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/** A fault as a component is told of its own: plain data, so that it can be in a message. */
export interface Failure {
  /** The id of the report the server's `onError` has got. */
  readonly id: string;
  readonly code: ErrorCode;
  /** What the error said. */
  readonly message: string;
}

/** What was thrown, as text; it may be anything, also an object that has none. */
export function textOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message : String(thrown);
  } catch {
    return 'something that has no text';
  }
}

/** An error with a stable `code`; `message` says what was given, what is allowed and the fix. */
export class TroupeError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TroupeError';
    this.code = code;
  }
}
