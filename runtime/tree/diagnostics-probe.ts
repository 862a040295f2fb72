/**
 * The probe of the diagnostics channels: publishes the events of a session (`probe.ts`) that have a channel, without
 * their data. An event is made for a channel only while that has a subscriber.
 */

import type { Channels, Diagnostics, Rare } from '../platform/diagnostics.js';
import { ClientKind } from '../wire/protocol.js';
import { clientWord, type Probe, type ProbeEvent, type ProbeMessage, type ProbePlace, serverWord } from './probe.js';

/** The channels of frequent events. Each has an event of the probe with its name. */
type Frequent = Exclude<keyof Diagnostics, Rare>;

type EventOf<Name> = Extract<ProbeEvent, { readonly kind: Name }>;

/** What is published of an event, without the session. */
type Published = {
  readonly [Name in Frequent]: (event: EventOf<Name>) => Omit<Diagnostics[Name], 'session'>;
};

const placed = ({ component, names }: ProbePlace) => ({ component, path: names });

const typeOf = ({ message }: ProbeMessage): string => message?.type ?? '';

/** The number of the client's event that was made into a message; 0 for any other message. */
const eventNumber = ({ pageLoad, cause }: ProbeMessage): number =>
  pageLoad !== 0 && typeof cause === 'number' ? cause : 0;

const published: Published = {
  received: ({ frame, bytes }) => {
    const events = frame.kind === ClientKind.Events ? frame.events.length : 0;

    return { kind: clientWord(frame), bytes, events };
  },
  queued: ({ message, waiting }) => {
    return { ...placed(message.to), type: typeOf(message), event: eventNumber(message), waiting };
  },
  updated: ({ message, waited, took }) => ({ ...placed(message.to), type: typeOf(message), waited, took }),
  viewed: ({ place, took }) => ({ ...placed(place), took }),
  diffed: ({ changes, took }) => ({ changes, took }),
  sent: ({ frame, bytes }) => ({ kind: serverWord(frame), bytes }),
};

/** Makes the probe that publishes the events of a session. */
export function createDiagnosticsProbe(session: string, channels: Channels): Probe {
  return (event) => {
    const { kind } = event;
    if (!Object.hasOwn(published, kind)) return;
    const channel = channels[kind as Frequent];
    if (!channel.hasSubscribers) return;
    const made = published[kind as Frequent](event as never);
    channel.publish({ session, ...made } as never);
  };
}
