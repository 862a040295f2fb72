/**
 * The errors of Troupe, all in one place. Imports nothing.
 *
 * There are two kinds of fault. A programmer's fault throws a `TroupeError` at once, which says what was given, what is
 * allowed and the fix. A fault of the other side (a browser, a network) never throws out of the runtime: it has a close
 * code (`CloseCode`), is counted and reported.
 */

// TYPES -----------------------------------------------------------------------

/** The kinds of error, by stable names. */
export const ErrorCode = {
  /** A component's definition is incomplete or contradicts itself. */
  Component: 'component',
  /** A template that an HTML parser would read in another way, or that has a hole where none can be. */
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
  /** A shared actor failed, or cannot be started in that way. */
  SharedActor: 'shared-actor',
  /** The name of a topic, or what was published on it, is not allowed. */
  Topic: 'topic',
  /** The bus between the processes of a cluster cannot be used, perhaps only for the moment. */
  Bus: 'bus',
  /** A queue reached its limit, and an entry was dropped. */
  Overflow: 'overflow',
  /** A call to a server that is closed. */
  Closed: 'closed',
  /** A store of sessions failed, could not be reached, or is used by another process. */
  Store: 'store',
  /** `identify` threw; the request was refused. */
  Identify: 'identify',
  /** The guard of a route threw, or answered what is no answer; the request was refused. */
  Allow: 'allow',
  /** An action threw, or answered what is no answer. */
  Action: 'action',
  /** A session's state cannot be stored, or what was stored cannot be used. */
  Snapshot: 'snapshot',
  /** A session cannot be stored for so long that its page has half of its room for events left: it continues in memory alone. */
  Unstored: 'unstored',
  /** A stored state is of another version of a component: its session starts fresh. */
  Version: 'version',
  /** An event of a client was dropped, because its target element was disabled or no longer in the page. */
  Dropped: 'dropped',
  /** A connection was refused: its page is not live, or uses requests instead of a WebSocket. Mostly because of a proxy; the message says what to look at. */
  Upgrade: 'upgrade',
  /** A form that was posted without script was refused: not by a page of this server, or not by the browser that has it. */
  Post: 'post',
  /** A file is not a recording, or its recording cannot be replayed. */
  Recording: 'recording',
  /** The runtime itself threw. */
  Internal: 'internal',
} as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/** A failure of a component, as the component gets it: plain data, so that a message can contain it. */
export interface Failure {
  /** The id of the report that the server's `onError` got. */
  readonly id: string;
  readonly code: ErrorCode;
  /** The message of the error. */
  readonly message: string;
}

/** A thrown value as text. It may be any value, also an object without a text. */
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
