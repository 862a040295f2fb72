/**
 * The probe of a session: a function that gets one plain value for each thing that happens in it. `component-tree.ts`
 * and `turn.ts` call it, and so does the client link of the session. Without instrumentation there is no probe: each of
 * these places asks only for that, and makes no event and no measurement.
 *
 * `ProbeEvent` is the list of what can be observed. `diagnostics-probe.ts` publishes the events that have a diagnostics
 * channel; the session recorder of the inspector keeps all of them. `probe-events.ts` makes the events.
 */

import type { GuardedInspect } from '../component/xstate-inspect.js';
import type { Channel, Channels, Tell } from '../platform/diagnostics.js';
import type { ErrorCode } from '../platform/errors.js';
import type { hidden } from '../platform/redact.js';
import type { AnyMessage } from '../template/html.js';
import type { EventData } from '../wire/event-data.js';
import { type ClientFrame, ClientKind, type EventRecord, type ServerFrame, ServerKind } from '../wire/protocol.js';

// PLACES ----------------------------------------------------------------------

/** The component instance of an event. */
export interface ProbePlace {
  /** The name of the component. */
  readonly component: string;
  /** The names of the components from below the root to it; none of the root. */
  readonly names: readonly string[];
  /** The ids of the instances from below the root to it: with their keys, which are data. */
  readonly ids: readonly string[];
  /** Whether it runs other XState logic. Its messages are not steps: XState's own events are. */
  readonly isOfLogic: boolean;
  /** The names of the fields that it declares secret. */
  readonly secret: readonly string[];
}

/** A message that waits, or was taken. */
export interface ProbeMessage {
  /** Its number in the session since it is in memory, from 1: `queued` and `updated` of one message have the same. */
  readonly number: number;
  /** The receiver. */
  readonly to: ProbePlace;
  /** The sender: the ids of an instance, `host`, `#` and the key of a subscription; `undefined` for an event of a client. */
  readonly from: readonly string[] | string | undefined;
  /** The message, as `update` gets it; `undefined` for an event that led to none. */
  readonly message: AnyMessage | undefined;
  /** When it arrived, in milliseconds since the epoch. */
  readonly at: number;
  /** The number of the page load whose event it is; 0 if no client sent it. */
  readonly pageLoad: number;
  /** The number of the event in its page load, or the id of the effect that sent it. */
  readonly cause: number | string | undefined;
  /** Whether it was made of an event of a password field: then its data is secret. */
  readonly isSecret: boolean;
  /** Whether its receiver and its message are known. They are not while an event that was sent again waits. */
  readonly isResolved: boolean;
}

// EVENTS ----------------------------------------------------------------------

/** A frame of the client was read. Channel `troupe:received`: the kind of the frame, and how many events it has. */
export interface ReceivedProbeEvent {
  readonly kind: 'received';
  readonly frame: ClientFrame;
  readonly bytes: number;
}

/** An event of the client is about to become the message that is queued or taken next. No channel: it contains data. */
export interface HappenedProbeEvent {
  readonly kind: 'happened';
  /** The name of the event and the element it is of: `click`, `button`. */
  readonly name: string;
  readonly element: string;
  /** The event, the same value as in its frame. */
  readonly event: EventRecord;
  /** Its data if a handler gets it; `hidden` if it is that of a password field. */
  readonly data: EventData | typeof hidden | undefined;
}

/** A message waits. Channel `troupe:queued`: its type, not the message. */
export interface QueuedProbeEvent {
  readonly kind: 'queued';
  readonly message: ProbeMessage;
  /** How many messages wait, this one included. */
  readonly waiting: number;
}

/** A component has taken a message. Channel `troupe:updated`: its type, not the message. */
export interface UpdatedProbeEvent {
  readonly kind: 'updated';
  readonly message: ProbeMessage;
  /** Whether the receiver was in the page; a message to one that has left is dropped. */
  readonly isTaken: boolean;
  /** Milliseconds that it waited, and that `update` took. */
  readonly waited: number;
  readonly took: number;
}

/** A view was rendered. Channel `troupe:viewed`. */
export interface ViewedProbeEvent {
  readonly kind: 'viewed';
  readonly place: ProbePlace;
  readonly took: number;
}

/** A round of a turn is over: its instances were shown and committed. No channel. */
export interface SteppedProbeEvent {
  readonly kind: 'stepped';
  /** How many instances were shown. */
  readonly shown: number;
  /** Of each `updated` event of the round the id that `update` has asked for; `undefined` if it has not. */
  readonly ids: readonly (string | undefined)[];
}

/** An effect is about to be carried out. No channel: it contains a message. */
export interface PerformedProbeEvent {
  readonly kind: 'performed';
  readonly place: ProbePlace;
  readonly effect: 'raise' | 'parent' | 'publish' | 'send';
  /** The topic, or the name of the shared actor; '' for the others. */
  readonly to: string;
  readonly message: AnyMessage;
  /** The cause of the message whose `update` has asked for it. */
  readonly cause: number | string | undefined;
}

/** A turn is over. Its frame was sent, if one could be. No channel. */
export interface TurnedProbeEvent {
  readonly kind: 'turned';
}

/** The rendered page was compared with the client tree. Channel `troupe:diffed`. */
export interface DiffedProbeEvent {
  readonly kind: 'diffed';
  readonly changes: number;
  readonly took: number;
}

/** A frame was sent. Channel `troupe:sent`: the kind of the frame. */
export interface SentProbeEvent {
  readonly kind: 'sent';
  readonly frame: ServerFrame;
  readonly bytes: number;
}

/** A component has failed. No channel of the probe: the report of the error is published on `troupe:failed`. */
export interface FailedProbeEvent {
  readonly kind: 'failed';
  readonly place: ProbePlace;
  readonly code: ErrorCode;
  /** The message of the error. */
  readonly text: string;
}

/**
 * What happens in a session, in this order for a message:
 *
 *     received -> happened -> queued -> updated -> viewed -> stepped -> performed -> diffed -> sent -> turned
 *
 * All durations are in milliseconds. An event is a value: it does not change, and it refers to no object that lives.
 */
export type ProbeEvent =
  | ReceivedProbeEvent
  | HappenedProbeEvent
  | QueuedProbeEvent
  | UpdatedProbeEvent
  | ViewedProbeEvent
  | SteppedProbeEvent
  | PerformedProbeEvent
  | TurnedProbeEvent
  | DiffedProbeEvent
  | SentProbeEvent
  | FailedProbeEvent;

/** Gets the events of one session. */
export type Probe = (event: ProbeEvent) => void;

/**
 * Guards a probe: the session continues as if there were none when it throws.
 *
 * @param failed receives the first error of the probe; further ones mostly have the same cause
 */
export function guardProbe(probe: Probe, failed: (error: unknown) => void): Probe {
  let hasFailed = false;

  return (event) => {
    try {
      probe(event);
    } catch (error) {
      if (!hasFailed) failed(error);
      hasFailed = true;
    }
  };
}

// INSTRUMENTATION -------------------------------------------------------------

/** The instrumentation of a server, as its sessions see it. */
export interface Instrumentation {
  readonly channels: Channels;
  /** The inspection observer of the systems of actors. */
  readonly inspect?: GuardedInspect | undefined;
  readonly tell: Tell;
}

const unheard: Channel<unknown> = { hasSubscribers: false, publish: () => undefined };

/** No instrumentation. */
export const unwatched: Instrumentation = {
  channels: {
    ...{ received: unheard, queued: unheard, updated: unheard, viewed: unheard, diffed: unheard, sent: unheard },
    ...{ passivated: unheard, activated: unheard, resumed: unheard, failed: unheard, hostile: unheard },
  },
  tell: () => undefined,
};

/** Whether a channel of frequent events has a listener. */
export function areHeard({ received, queued, updated, viewed, diffed, sent }: Channels): boolean {
  return (
    updated.hasSubscribers ||
    viewed.hasSubscribers ||
    received.hasSubscribers ||
    sent.hasSubscribers ||
    queued.hasSubscribers ||
    diffed.hasSubscribers
  );
}

// FRAMES ----------------------------------------------------------------------

const serverKinds = {
  [ServerKind.Adopt]: 'adopt',
  [ServerKind.Render]: 'render',
  [ServerKind.Patch]: 'patch',
  [ServerKind.Command]: 'command',
  [ServerKind.Acknowledge]: 'acknowledge',
} as const;

const clientKinds = {
  [ClientKind.Join]: 'join',
  [ClientKind.Events]: 'events',
  [ClientKind.Acknowledge]: 'acknowledge',
} as const;

/** The kind of a frame of the server, as a word. */
export const serverWord = ({ kind }: ServerFrame): (typeof serverKinds)[ServerKind] => serverKinds[kind];

/** The kind of a frame of a client, as a word. */
export const clientWord = ({ kind }: ClientFrame): (typeof clientKinds)[ClientKind] => clientKinds[kind];
