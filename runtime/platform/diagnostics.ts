/**
 * Diagnostics: what a server tells of itself while it works, for metrics. Each kind of happening has a channel of
 * Node's `diagnostics_channel`, `troupe:` and its name; what is published there is one object of the type that stands
 * here. While nobody has subscribed nothing is made and nothing is measured.
 *
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel';
 *
 * subscribe('troupe:updated', (event) => histogram.record((event as UpdatedEvent).took));
 * ```
 *
 * They hold names, counts and times, and nothing of what a state, a message or a frame is made of: what is secret
 * cannot come out here. All durations are in milliseconds, `at` in milliseconds since the epoch.
 *
 * This file knows no Node: a probe is a function. `diagnostics-node.ts` makes one of the channels, `session-recorder.ts` is another.
 */

import type { ErrorCode } from './errors.js';

// TYPES -----------------------------------------------------------------------

/** What happens in a session. */
interface OfSession {
  /** The id of the session. */
  readonly session: string;
}

/** What happens to a component. */
interface OfComponent extends OfSession {
  /** The name of the component. */
  readonly component: string;
  /** The names of the components that lead to it from the root of its page, whose path is empty. Keys are data, and not told. */
  readonly path: readonly string[];
}

/** A frame of a client has been read. */
export interface ReceivedEvent extends OfSession {
  readonly kind: 'join' | 'events' | 'acknowledge';
  readonly bytes: number;
  /** How many events are in it. */
  readonly events: number;
}

/** A message waits for a component. */
export interface QueuedEvent extends OfComponent {
  /**
   * The type of the message; '' for an event that has led to none. Of one that was sent again, which is looked up once
   * all before it is shown, it is '' too, and the component is the page's.
   */
  readonly type: string;
  /** The number of the client's event it follows from at once; 0 if it comes from elsewhere. */
  readonly event: number;
  /** How many wait, this one included. */
  readonly waiting: number;
}

/** A component has taken a message. */
export interface UpdatedEvent extends OfComponent {
  readonly type: string;
  /** How long it waited. */
  readonly waited: number;
  /** How long it took. */
  readonly took: number;
}

/** A component's view was rendered. */
export interface ViewedEvent extends OfComponent {
  readonly took: number;
}

/** What the page shows was compared with what the client shows. */
export interface DiffedEvent extends OfSession {
  readonly changes: number;
  readonly took: number;
}

/** A frame was sent. */
export interface SentEvent extends OfSession {
  readonly kind: 'adopt' | 'render' | 'patch' | 'command' | 'acknowledge';
  readonly bytes: number;
}

/** A session was stored and is not in memory any more. */
export interface PassivatedEvent extends OfSession {
  /** How long storing it took. */
  readonly took: number;
}

/** A session was brought back from the store, or from another node. */
export interface ActivatedEvent extends OfSession {
  /** The node that had stored it. */
  readonly from: string;
  readonly took: number;
}

/** A client has come back to its session. */
export interface ResumedEvent extends OfSession {
  readonly reason: 'resumed' | 'restored' | 'forked' | 'fresh';
}

/** Something went wrong: the same that `onError` is told. */
export interface FailedEvent {
  readonly session: string | undefined;
  readonly component: string | undefined;
  /** The id of the report. */
  readonly id: string;
  readonly code: ErrorCode;
}

/** A connection was closed for what its client did or did not do. */
export interface HostileEvent {
  /** The session, if the connection had joined one. */
  readonly session: string | undefined;
  /** The close code, as in `CloseCode`. */
  readonly code: number;
  readonly reason: string;
}

/** What is told, by the name of its channel without `troupe:`. */
export interface Diagnostics {
  readonly received: ReceivedEvent;
  readonly queued: QueuedEvent;
  readonly updated: UpdatedEvent;
  readonly viewed: ViewedEvent;
  readonly diffed: DiffedEvent;
  readonly sent: SentEvent;
  readonly passivated: PassivatedEvent;
  readonly activated: ActivatedEvent;
  readonly resumed: ResumedEvent;
  readonly failed: FailedEvent;
  readonly hostile: HostileEvent;
}

// CHANNELS --------------------------------------------------------------------

/** The channel of one kind of event. */
export interface Channel<Event> {
  /** Whether the channel has a listener. */
  readonly hasSubscribers: boolean;
  publish(event: Event): void;
}

/** All channels, by name. */
export type Channels = { readonly [Name in keyof Diagnostics]: Channel<Diagnostics[Name]> };

/** Publishes a rare event, of a session or of the server. */
export type Tell = <Name extends Rare>(name: Name, event: Diagnostics[Name]) => void;

/** Events so rare that they are always published; the listener selects what it needs. */
export type Rare = 'passivated' | 'activated' | 'resumed' | 'failed' | 'hostile';
