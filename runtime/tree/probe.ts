/**
 * The probe of a session: where instrumentation is attached. `component-tree.ts` and `turn.ts` call it where something
 * happens, and so does the client link of the session. Without instrumentation there is no probe, and each of these
 * places only asks that.
 *
 * The probe here publishes on diagnostics channels. `session-recorder.ts` does that too, and keeps what it has seen.
 */

import type { Effect } from '../component/effect.js';
import type { GuardedInspect } from '../component/xstate-inspect.js';
import type { Channel, Channels, Tell } from '../platform/diagnostics.js';
import type { ErrorCode } from '../platform/errors.js';
import type { hidden } from '../platform/redact.js';
import type { Part } from '../template/parts.js';
import type { Patch } from '../wire/patch.js';
import {
  type ClientFrame,
  ClientKind,
  type EventData,
  type EventRecord,
  type ServerFrame,
  ServerKind,
} from '../wire/protocol.js';
import type { ComponentInstance } from './component-instance.js';
import type { Envelope } from './mailbox.js';

// TYPES -----------------------------------------------------------------------

/** The instrumentation of one session. */
export interface Probe {
  /** What the next call reports with its duration begins now. `instance` is given if that is a view, which may not have to run. */
  begin(instance?: ComponentInstance): void;
  /** A frame of the client was read. */
  received(frame: ClientFrame, bytes: number): void;
  /** An event of the client leads to the message that is queued next. Its data is `hidden` if it is secret. */
  happened(part: Part, event: EventRecord, data: EventData | typeof hidden | undefined): void;
  /** An envelope waits, as the last of so many. */
  queued(envelope: Envelope, waiting: number): void;
  /** A component has taken the message of an envelope. */
  updated(envelope: Envelope): void;
  /** An instance was to be shown. Its view has run if its state was another than before. */
  viewed(instance: ComponentInstance): void;
  /** A round of a turn is over: these instances were shown and committed. */
  stepped(instances: readonly ComponentInstance[]): void;
  /** An effect is carried out. */
  performed(instance: ComponentInstance, effect: Effect): void;
  /** A turn is over. Its frame was sent, if one could be. */
  turned(): void;
  /** The page was compared with what the client shows. */
  diffed(changes: Patch): void;
  /** A frame was sent. */
  sent(frame: ServerFrame, bytes: number): void;
  /** Something of a component has failed. */
  failed(instance: ComponentInstance, code: ErrorCode, error: unknown): void;
}

/** The instrumentation of a server, as its sessions see it. */
export interface Instrumentation {
  readonly channels: Channels;
  /** The inspection observer of the systems of actors. */
  readonly inspect?: GuardedInspect | undefined;
  readonly tell: Tell;
}

// NONE ------------------------------------------------------------------------

const unheard: Channel<unknown> = { hasSubscribers: false, publish: () => undefined };

/** No instrumentation. */
export const unwatched: Instrumentation = {
  channels: {
    ...{ received: unheard, queued: unheard, updated: unheard, viewed: unheard, diffed: unheard, sent: unheard },
    ...{ passivated: unheard, activated: unheard, resumed: unheard, failed: unheard, hostile: unheard },
  },
  tell: () => undefined,
};

// QUERIES ---------------------------------------------------------------------

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

/** The names of the components that lead to an instance. Keys are data, and not published. */
function namesTo(instance: ComponentInstance): readonly string[] {
  return instance.parent === undefined ? [] : [...namesTo(instance.parent), instance.component.name];
}

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

/** The kind of a frame, in a word. */
export const serverWord = ({ kind }: ServerFrame): (typeof serverKinds)[ServerKind] => serverKinds[kind];

/** The kind of a frame of a client, in a word. */
export const clientWord = ({ kind }: ClientFrame): (typeof clientKinds)[ClientKind] => clientKinds[kind];

// DIAGNOSTICS -----------------------------------------------------------------

/** Publishes what happens in a session on the diagnostics channels. */
export class DiagnosticsProbe implements Probe {
  readonly session: string;
  readonly #channels: Channels;
  /** Milliseconds since the epoch, on the clock of the session. */
  readonly #now: () => number;
  #begun = 0;
  /** How often the view that is to be rendered had run. */
  #views = 0;
  /** When what is reported next began, in milliseconds since the epoch. */
  protected begunAt = 0;
  /** How long what was reported last took, in milliseconds. */
  protected took = 0;

  constructor(session: string, channels: Channels, now: () => number) {
    this.session = session;
    this.#channels = channels;
    this.#now = now;
  }

  begin(instance?: ComponentInstance): void {
    this.#views = instance?.views ?? 0;
    this.begunAt = this.#now();
    this.#begun = performance.now();
  }

  #end(): number {
    this.took = performance.now() - this.#begun;

    return this.took;
  }

  received(frame: ClientFrame, bytes: number): void {
    const { received } = this.#channels;
    if (!received.hasSubscribers) return;
    const events = frame.kind === ClientKind.Events ? frame.events.length : 0;
    received.publish({ session: this.session, kind: clientWord(frame), bytes, events });
  }

  happened(_part: Part, _event: EventRecord, _data: EventData | typeof hidden | undefined): void {}

  queued({ instance, message, pageLoad, cause }: Envelope, waiting: number): void {
    const { queued } = this.#channels;
    if (!queued.hasSubscribers) return;
    const event = pageLoad !== 0 && typeof cause === 'number' ? cause : 0;
    queued.publish({ ...this.#place(instance), type: message?.type ?? '', event, waiting });
  }

  updated({ instance, message, at }: Envelope): void {
    const took = this.#end();
    const { updated } = this.#channels;
    if (!updated.hasSubscribers) return;
    const waited = Math.max(0, this.begunAt - at);
    updated.publish({ ...this.#place(instance), type: message?.type ?? '', waited, took });
  }

  /** Whether the view of an instance has run since that began. */
  protected hasRun(instance: ComponentInstance): boolean {
    return instance.views > this.#views;
  }

  viewed(instance: ComponentInstance): void {
    const took = this.#end();
    const { viewed } = this.#channels;
    if (this.hasRun(instance) && viewed.hasSubscribers) viewed.publish({ ...this.#place(instance), took });
  }

  stepped(_cells: readonly ComponentInstance[]): void {}

  performed(_cell: ComponentInstance, _effect: Effect): void {}

  turned(): void {}

  diffed(changes: Patch): void {
    const took = this.#end();
    const { diffed } = this.#channels;
    if (diffed.hasSubscribers) diffed.publish({ session: this.session, changes: changes.length / 3, took });
  }

  sent(frame: ServerFrame, bytes: number): void {
    const { sent } = this.#channels;
    if (sent.hasSubscribers) sent.publish({ session: this.session, kind: serverWord(frame), bytes });
  }

  failed(_cell: ComponentInstance, _code: ErrorCode, _error: unknown): void {}

  #place(instance: ComponentInstance): { session: string; component: string; path: readonly string[] } {
    return { session: this.session, component: instance.component.name, path: namesTo(instance) };
  }
}
