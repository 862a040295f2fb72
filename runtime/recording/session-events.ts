/**
 * The events of a session as they are kept, and the steps of a recording as a projection of them. The session recorder
 * of the inspector keeps them in a ring: probe events (`probe.ts`), and events of actors that XState reports.
 */

import type { AnyMessage } from '../template/html.js';
import type { ProbeEvent, UpdatedProbeEvent } from '../tree/probe.js';
import type { TreeImage } from '../tree/tree-image.js';
import type { RecordedEffect, RecordedEvent, RecordedMessage, Step } from './recording.js';

// EVENTS ----------------------------------------------------------------------

/**
 * A frame was received or sent. It is kept as a description: its numbers refer to the page of that time, and it may hold
 * what was typed into a password field.
 */
export interface DescribedFrame {
  readonly kind: 'received' | 'sent';
  /** The kind of the frame, as a word. */
  readonly frame: string;
  readonly bytes: number;
  readonly words: readonly string[];
}

/** An event of the client has its part. Its description there replaces one in its frame. */
export interface DescribedEvent {
  readonly kind: 'happened';
  /** The name of the event and the element it is of: `click`, `button`. */
  readonly name: string;
  readonly element: string;
  /** The number of its frame, and its line in the description; `undefined` if it has none there. */
  readonly line: readonly [frame: number, line: number] | undefined;
  readonly words: string;
}

/** An actor of XState logic, or one that it has started, has received an event. */
export interface ActorEvent {
  readonly kind: 'heard';
  /** The ids of the sender and the receiver, as inspection has them. */
  readonly from: string;
  readonly to: string;
  /** A description of the type. */
  readonly type: string;
  readonly event: AnyMessage;
  /** The ids of the component instance in whose logic the receiver is. */
  readonly owner: readonly string[];
  /** Whether the receiver is the actor of that component. */
  readonly isOwn: boolean;
}

/** The recording begins, or begins anew: the session has come into memory. */
export interface AttachedEvent {
  readonly kind: 'attached';
}

/**
 * An event with its time in milliseconds since the epoch, and its number: of a frame or a step from 1; of a message, from
 * 1, that `queued` or `updated` is about, `performed` sends or `heard` has for the first time; else 0.
 */
export type SessionEvent = (
  | Exclude<ProbeEvent, { readonly kind: 'received' | 'sent' | 'happened' }>
  | DescribedFrame
  | DescribedEvent
  | ActorEvent
  | AttachedEvent
) & {
  readonly at: number;
  readonly number: number;
};

// STEPS -----------------------------------------------------------------------

/** A step without the states after it; effects are added until the next one. */
type Outline = Omit<Step, 'after' | 'effects'> & { readonly effects: RecordedEffect[] };

/** The steps that some events make, without their states. */
export interface StepOutlines {
  outlines: Outline[];
  /** What was taken since the last step. */
  updated: UpdatedProbeEvent[];
  given: RecordedEvent[];
  /** Whether all events since the last step are known. */
  isWhole: boolean;
}

/** No steps yet. */
export function beginSteps(): StepOutlines {
  return { outlines: [], updated: [], given: [], isWhole: false };
}

/** Adds an event to the steps. A step is known only if all its events are. */
export function addToSteps(steps: StepOutlines, event: SessionEvent): void {
  switch (event.kind) {
    case 'attached':
      Object.assign(steps, { ...beginSteps(), isWhole: true });
      break;
    case 'updated':
      steps.updated.push(event);
      break;
    case 'heard':
      if (event.isOwn) steps.given.push({ path: event.owner, event: event.event });
      break;
    case 'stepped':
      if (event.number > 0 && steps.isWhole) steps.outlines.push(outlineOf(event, steps));
      Object.assign(steps, { updated: [], given: [], isWhole: true });
      break;
    case 'performed': {
      const { effect: kind, message, place, to } = event;
      steps.outlines.at(-1)?.effects.push({ path: place.ids, kind, to, message });
    }
  }
}

function outlineOf(
  { at, ids, number }: Extract<SessionEvent, { kind: 'stepped' }>,
  { updated, given }: StepOutlines
): Outline {
  const messages = updated.flatMap(({ isTaken, message: { to, message, at } }, index): readonly RecordedMessage[] =>
    isTaken && message !== undefined && !to.isOfLogic ? [{ path: to.ids, message, at, id: ids[index] }] : []
  );

  return { number, at, messages, events: given, effects: [] };
}

/** A step with the states after it. */
export function stepOf(outline: Outline, after: TreeImage): Step {
  return { ...outline, after };
}
