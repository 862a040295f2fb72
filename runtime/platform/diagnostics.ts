/**
 * Diagnostics: the events that a server publishes for metrics. Each kind of event has a channel of Node's
 * `diagnostics_channel`, named `troupe:` and the name of the kind. An event is one object of the type given here. While
 * no channel has a subscriber, no frequent event is made or measured. The frequent events are published from the
 * events of the probe (`probe.ts`), which name their channels.
 *
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel';
 *
 * subscribe('troupe:updated', (event) => histogram.record((event as UpdatedEvent).took));
 * ```
 *
 * Events have names, counts and durations, and no data of a state, a message or a frame. So they show no secret, unless
 * the type of a message contains one. All durations are in milliseconds.
 *
 * This file does not import Node: `diagnostics-node.ts` has the channels of the process.
 */

import type { ErrorCode } from './errors.js';

// TYPES -----------------------------------------------------------------------

/** An event of a session. */
interface OfSession {
  /** The id of the session. */
  readonly session: string;
}

/** An event of a component instance. */
interface OfComponent extends OfSession {
  /** The name of the component. */
  readonly component: string;
  /** The names of the components that lead to it from the root of its page, whose path is empty. Keys are data and left out. */
  readonly path: readonly string[];
}

/** The server has read a frame of a client. */
export interface ReceivedEvent extends OfSession {
  readonly kind: 'join' | 'events' | 'acknowledge';
  readonly bytes: number;
  /** How many events the frame has. */
  readonly events: number;
}

/** A message waits for a component. */
export interface QueuedEvent extends OfComponent {
  /**
   * The type of the message; '' for an event that has led to none. An event that was sent again is resolved only after
   * all messages before it are shown: its type is '' too, and its component is the root.
   */
  readonly type: string;
  /** The number of the client's event that was made into the message; 0 for any other message. */
  readonly event: number;
  /** How many messages wait, this one included. */
  readonly waiting: number;
}

/** A component has taken a message. */
export interface UpdatedEvent extends OfComponent {
  readonly type: string;
  /** How long the message waited. */
  readonly waited: number;
  /** How long `update` took. */
  readonly took: number;
}

/** The view of a component was rendered. */
export interface ViewedEvent extends OfComponent {
  readonly took: number;
}

/** The rendered page was compared with the client tree. */
export interface DiffedEvent extends OfSession {
  readonly changes: number;
  readonly took: number;
}

/** The server has sent a frame. */
export interface SentEvent extends OfSession {
  readonly kind: 'adopt' | 'render' | 'patch' | 'command' | 'acknowledge';
  readonly bytes: number;
}

/** A session was stored and has left memory. */
export interface PassivatedEvent extends OfSession {
  /** How long storing took. */
  readonly took: number;
}

/** A session was brought into memory from the store, or from another node. */
export interface ActivatedEvent extends OfSession {
  /** The node that stored it. */
  readonly from: string;
  readonly took: number;
}

/** A client has joined its session again. */
export interface ResumedEvent extends OfSession {
  readonly reason: 'resumed' | 'restored' | 'forked' | 'fresh';
}

/** An error was reported: `onError` receives the same report. */
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

/** The events, by the name of their channel without `troupe:`. */
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
