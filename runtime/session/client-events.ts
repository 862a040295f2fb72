/**
 * Events of a client become envelopes for the mailbox of its tree: the part at which an event happened is looked
 * up, its payload decoded, and its handler asked for the message. `client-link.ts` receives the events and counts
 * them; the part is found in the client tree, or by `stable-address.ts` once all events before it are applied.
 *
 * An event at a control that is disabled in what the client shows is decided in its place in the order: if the control is
 * then enabled in the present page, the event is taken with the handler that stands there; else it is dropped.
 */

import { ErrorCode, TroupeError } from '../platform/errors.js';
import { synchronous } from '../platform/promise.js';
import { hidden } from '../platform/redact.js';
import { isDisabled } from '../render/disabled-controls.js';
import { controlText, type EventValue, type Instance, textPartOf } from '../render/nodes.js';
import { tellsSecret, typedSecrets } from '../render/password-fields.js';
import type { ShownPage } from '../render/shown-page.js';
import type { AnyMessage } from '../template/html.js';
import type { Part } from '../template/parts.js';
import { type ComponentInstance, instanceAt } from '../tree/component-instance.js';
import type { ComponentTree } from '../tree/component-tree.js';
import type { Envelope } from '../tree/mailbox.js';
import type { HappenedProbeEvent, Probe } from '../tree/probe.js';
import { Malformed } from '../wire/decode.js';
import type { EventData } from '../wire/event-data.js';
import { decodePayload, editIn, withValue } from '../wire/frame-codec.js';
import { PartKind } from '../wire/patch.js';
import type { Address, EventRecord } from '../wire/protocol.js';
import { applyEdit } from '../wire/text-edit.js';
import type { Connection } from './frame-sender.js';
import { stableAddressOf, wayAt } from './stable-address.js';

// TYPES -----------------------------------------------------------------------

/** The session of client events, as these call it. */
export interface ClientEventsOwner {
  readonly id: string;
  readonly tree: ComponentTree;
  /** What observes the session, if anything does; `observe` looks for it anew. */
  readonly probe: Probe | undefined;
  observe(): Probe | undefined;
  /** These texts were typed into password fields. */
  typed(texts: readonly string[]): void;
}

/** What is needed of the client link. */
export interface EventReceiver {
  /** Whether another page load has made the event of this number. */
  isInherited(number: number): boolean;
  /** An event that has been received has no effect, because nothing stands where it happened. */
  drop(): void;
  /** An event on this connection says something that no client says. */
  refuse(connection: Connection, error: Malformed): void;
}

// CLIENT EVENTS ---------------------------------------------------------------

/** Makes envelopes of events. */
export class ClientEvents {
  /** Whether a dropped event was reported on this connection; a hostile client could make thousands. */
  hasReported = false;
  readonly #owner: ClientEventsOwner;
  readonly #receiver: EventReceiver;

  constructor(owner: ClientEventsOwner, receiver: EventReceiver) {
    this.#owner = owner;
    this.#receiver = receiver;
  }

  /**
   * The envelope of an event. If the payload is one that no client sends, the event is refused, and its envelope is empty:
   * it counts, so that the client does not send it again.
   *
   * @param number the number of the event, by which its effects are named
   * @param shown what the client shows
   */
  envelope(event: EventRecord, number: number, connection: Connection, shown: ShownPage | undefined): Envelope {
    try {
      return this.#envelope(event, number, connection, shown);
    } catch (error) {
      return this.#refused(error, number, connection);
    }
  }

  #envelope(event: EventRecord, number: number, connection: Connection, shown: ShownPage | undefined): Envelope {
    const { instance: at } = event;
    if (typeof at !== 'number') return this.#later(number, connection, () => this.#findAt(event, at, number, shown));

    const instance = shown?.find(at);
    if (instance === undefined) return shown?.isExpired(at) ? this.#dropped(number) : this.empty(number);
    if (shown?.isDisabled(instance, event.part)) {
      const way = shown.wayTo(at, event.part);
      if (way === undefined) return this.#dropped(number);

      return this.#later(number, connection, () => this.#findAt(event, stableAddressOf(way), number, shown));
    }
    if (!isEdit(instance, event)) return this.#envelopeAt(instance, event, number);
    this.#tellEdit(instance, event);

    return this.#later(number, connection, () => this.#envelopeOfEdit(instance, event, number, shown, true));
  }

  /**
   * A message answers an edit. Without a message, `input` and `change` answer it too: the component has seen the edit. A
   * handler of keys may have waited for another key.
   */
  #envelopeOfEdit(
    instance: Instance,
    event: EventRecord,
    number: number,
    shown: ShownPage | undefined,
    isTold = false
  ): Envelope {
    const rebasedEvent = rebased(instance, event, shown, this.#present(instance, event.part, shown));
    const envelope = this.#envelopeAt(instance, rebasedEvent, number, isTold);
    const name = instance.definition.parts[event.part]?.name ?? '';
    if (envelope.message !== undefined || /^(input|change)$/.test(name)) shown?.answer(instance, event.part);

    return envelope;
  }

  /**
   * What the view gives now in the place of an instance that the client shows, while the send window is shut; `undefined`
   * if the client tree has that.
   */
  #present({ number }: Instance, part: number, shown: ShownPage | undefined): Instance | undefined {
    const { tree } = this.#owner;
    if (shown === undefined || shown.isOf(tree.rendered, tree.hasStale)) return undefined;
    const way = shown.wayTo(number, part);

    return way && wayAt(tree.rendered, stableAddressOf(way), part)?.at(-1)?.instance;
  }

  /** An envelope whose message is made when all before it are applied. */
  #later(number: number, connection: Connection, make: () => Envelope): Envelope {
    return this.empty(number, () => {
      try {
        return make();
      } catch (error) {
        return this.#refused(error, number, connection);
      }
    });
  }

  #refused(error: unknown, number: number, connection: Connection): Envelope {
    if (!(error instanceof Malformed)) throw error;
    this.#receiver.refuse(connection, error);

    return this.empty(number);
  }

  /** The probe sees an edit when it comes, as what was typed. */
  #tellEdit(instance: Instance, event: EventRecord): void {
    const { probe } = this.#owner;
    const part = instance.definition.parts[event.part];
    const edit = part && editIn(part.name, event.payload);
    if (probe === undefined || part === undefined || edit === undefined) return;
    const data = decodePayload(part.name, withValue(part.name, event.payload ?? [], edit.text));
    probe(happenedEvent(part, event, tellsSecret(instance, event.part, this.#owner.tree.rendered) ? hidden : data));
  }

  /** An envelope without a message. It keeps its place in the order; `find` gives another when its turn has come. */
  empty(number: number, find?: () => Envelope): Envelope {
    return this.#envelopeTo(this.#owner.tree.root, undefined, number, find);
  }

  /** The envelope of an event that has no effect, which is counted and reported. */
  #dropped(number: number): Envelope {
    const { id, tree } = this.#owner;
    this.#receiver.drop();
    if (!this.hasReported) tree.env.report(ErrorCode.Dropped, droppedError(), { session: id });
    this.hasReported = true;

    return this.empty(number);
  }

  /** @param isTold whether the probe has seen the event */
  #envelopeAt(instance: Instance, event: EventRecord, number: number, isTold = false): Envelope {
    const component = instance.mount === undefined ? this.#owner.tree.root : instanceAt(instance.mount);
    const isSecret = tellsSecret(instance, event.part, this.#owner.tree.rendered);
    const message = this.#message(event, instance, component, isSecret, isTold);
    const envelope = this.#envelopeTo(component, message, number);

    return isSecret ? { ...envelope, isSecret } : envelope;
  }

  #envelopeTo(
    instance: ComponentInstance,
    message: AnyMessage | undefined,
    cause: number,
    find?: () => Envelope
  ): Envelope {
    const { tree } = this.#owner;

    return { instance, message, at: tree.now(), pageLoad: tree.pageLoad, taken: undefined, cause, resolve: find };
  }

  /** The envelope of an event at a stable address, when all events before it are applied. */
  #findAt(event: EventRecord, address: Address, number: number, shown: ShownPage | undefined): Envelope {
    const way = wayAt(this.#owner.tree.rendered, address, event.part) ?? [];
    const instance = way.at(-1)?.instance;
    if (instance?.definition.parts[event.part]?.kind !== PartKind.Event || isDisabled(way))
      return this.#dropped(number);
    if (this.#receiver.isInherited(number)) return this.#envelopeAt(instance, inherited(instance, event), number);

    return isEdit(instance, event)
      ? this.#envelopeOfEdit(instance, event, number, shown)
      : this.#envelopeAt(instance, event, number);
  }

  /** The message of an event; `undefined` if no event part stands there, or its handler returns none. */
  #message(
    event: EventRecord,
    instance: Instance,
    component: ComponentInstance,
    isSecret: boolean,
    isTold: boolean
  ): AnyMessage | undefined {
    const part = instance.definition.parts[event.part];
    if (part?.kind !== PartKind.Event) return undefined;
    const { tree } = this.#owner;
    const probe = isTold ? undefined : this.#owner.probe;
    const value = instance.values[event.part] as EventValue | null;
    if (typeof value !== 'function') {
      probe?.(happenedEvent(part, event, undefined));
      return value ?? undefined;
    }
    const data = decodePayload(part.name, event.payload);
    if (isSecret) this.#owner.typed(typedSecrets(instance, event.part, data));
    probe?.(happenedEvent(part, event, isSecret ? hidden : data));
    try {
      return checkedMessage(value(data as never), part.name);
    } catch (error) {
      tree.report(ErrorCode.Handler, error, component);
      return undefined;
    }
  }
}

const happenedEvent = (
  { name, element }: Part,
  event: EventRecord,
  data: EventData | typeof hidden | undefined
): HappenedProbeEvent => ({ kind: 'happened', name, element, event, data });

/** The error of an event that had no effect, reported once for each connection. */
function droppedError(): TroupeError {
  return new TroupeError(
    ErrorCode.Dropped,
    'Event dropped: its target element is disabled or no longer in the page. Further drops on this connection are not reported.'
  );
}

// TEXTS -----------------------------------------------------------------------

/** Whether an event says how the user has edited a text. */
function isEdit({ definition }: Instance, { part, payload }: EventRecord): boolean {
  const on = definition.parts[part];

  return on?.kind === PartKind.Event && editIn(on.name, payload) !== undefined;
}

/**
 * An event that tells how the user has edited a text, as one that tells the text: what the view gives when all events
 * before it are applied, with this edit.
 */
function rebased(
  instance: Instance,
  event: EventRecord,
  shown: ShownPage | undefined,
  present: Instance | undefined
): EventRecord {
  const name = instance.definition.parts[event.part]?.name ?? '';
  const edit = editIn(name, event.payload);
  const text = edit && shown?.edit(instance, event.part, edit, present);

  return text === undefined ? event : { ...event, payload: withValue(name, event.payload ?? [], text) };
}

/** The same for an event that an earlier page load has made: the page does not show its edit, so the text is written. */
function inherited(instance: Instance, event: EventRecord): EventRecord {
  const { definition, values } = instance;
  const name = definition.parts[event.part]?.name ?? '';
  const edit = editIn(name, event.payload);
  const written = values[textPartOf(definition, event.part)];
  if (edit === undefined || written === undefined) return event;

  return { ...event, payload: withValue(name, event.payload ?? [], applyEdit(controlText(written), edit)) };
}

// HANDLERS --------------------------------------------------------------------

/** What a handler may return. */
function checkedMessage(given: unknown, event: string): AnyMessage | undefined {
  const message = synchronous(
    given,
    `The handler of @${event} returned a promise; it returns a message at once. What takes time is declared as a task.`,
    ErrorCode.Handler
  );
  if (message === null || message === undefined || message === false) return undefined;
  if (typeof (message as { type?: unknown }).type === 'string') return message as AnyMessage;

  throw new TroupeError(
    ErrorCode.Handler,
    `The handler of @${event} returned ${String(message)}; it returns a message (an object with a type), null or false.`
  );
}
