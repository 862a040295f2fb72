/**
 * Makes the events of `probe.ts` of what is at hand where they occur: component instances, envelopes, effects. It is
 * called only if there is a probe.
 */

import type { Effect, Received } from '../component/effect.js';
import { type ErrorCode, textOf } from '../platform/errors.js';
import type { ComponentInstance } from './component-instance.js';
import type { Envelope } from './mailbox.js';
import type {
  FailedProbeEvent,
  PerformedProbeEvent,
  ProbeMessage,
  ProbePlace,
  QueuedProbeEvent,
  SteppedProbeEvent,
  UpdatedProbeEvent,
  ViewedProbeEvent,
} from './probe.js';

// PLACES ----------------------------------------------------------------------

function namesTo(instance: ComponentInstance): readonly string[] {
  return instance.parent === undefined ? [] : [...namesTo(instance.parent), instance.component.name];
}

function placeOf(instance: ComponentInstance): ProbePlace {
  const { name, logic, secret } = instance.component;

  return { component: name, names: namesTo(instance), ids: instance.path, isOfLogic: logic !== undefined, secret };
}

function messageOf(
  { instance, from, message, at, pageLoad, cause, isSecret = false, resolve }: Envelope,
  number: number
): ProbeMessage {
  return {
    ...{ number, to: placeOf(instance), from: typeof from === 'object' ? from.path : from },
    ...{ message, at, pageLoad, cause, isSecret, isResolved: resolve === undefined },
  };
}

// EVENTS ----------------------------------------------------------------------

/** Milliseconds since `begun`, by `performance.now()`. */
const since = (begun: number): number => performance.now() - begun;

/**
 * An envelope waits.
 *
 * @param number its number in the mailbox
 */
export function queuedEvent(envelope: Envelope, number: number, waiting: number): QueuedProbeEvent {
  return { kind: 'queued', message: messageOf(envelope, number), waiting };
}

/**
 * The message of an envelope was taken.
 *
 * @param begun by `performance.now()`
 * @param begunAt in milliseconds since the epoch
 */
export function updatedEvent(envelope: Envelope, number: number, begun: number, begunAt: number): UpdatedProbeEvent {
  const took = since(begun);
  const { instance, message, at } = envelope;
  const isTaken = message !== undefined && instance.isPresent;

  return { kind: 'updated', message: messageOf(envelope, number), isTaken, waited: Math.max(0, begunAt - at), took };
}

/** The view of an instance has run. */
export function viewedEvent(instance: ComponentInstance, begun: number): ViewedProbeEvent {
  const took = since(begun);

  return { kind: 'viewed', place: placeOf(instance), took };
}

/**
 * A round is over.
 *
 * @param received of each message that was taken what was stamped on it, in order
 */
export function steppedEvent(shown: number, received: readonly (Received | undefined)[]): SteppedProbeEvent {
  return { kind: 'stepped', shown, ids: received.map((one) => one?.stamped) };
}

/** An effect is carried out. */
export function performedEvent(instance: ComponentInstance, effect: Effect): PerformedProbeEvent {
  const { cause, kind, message } = effect;
  const to = kind === 'publish' ? effect.topic : kind === 'send' ? effect.name : '';

  return { kind: 'performed', place: placeOf(instance), effect: kind, to, message, cause };
}

/** A component has failed. */
export function failedEvent(instance: ComponentInstance, code: ErrorCode, error: unknown): FailedProbeEvent {
  return { kind: 'failed', place: placeOf(instance), code, text: textOf(error) };
}
