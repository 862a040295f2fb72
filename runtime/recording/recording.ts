/**
 * A recording: what a session went through while it was inspected. It begins with a state and continues in steps. A
 * step is one round of a turn: messages are taken, the changed components are shown, effects are requested.
 *
 * `session-recorder.ts` makes recordings. `read-only-tree.ts` shows a page of one, `recording-file.ts` makes
 * the text of a file of it, and `replay.ts` runs one again.
 */

import type { AnyMessage } from '../template/html.js';
import type { TreeImage } from '../tree/tree-image.js';

// TYPES -----------------------------------------------------------------------

/** A message that a component in the style of Elm took, with all that its `update` could read. */
export interface RecordedMessage {
  /** The ids of the component instances from below the root to the component. */
  readonly path: readonly string[];
  readonly message: AnyMessage;
  /** When it was received, in milliseconds since the epoch. */
  readonly at: number;
  /** The id that `update` read from it; `undefined` if it read none. */
  readonly id: string | undefined;
}

/** An event that the actor of a component with other logic received: a message, a timer, an event of its child actors. */
export interface RecordedEvent {
  readonly path: readonly string[];
  readonly event: AnyMessage;
}

/** An effect that a component requested. */
export interface RecordedEffect {
  readonly path: readonly string[];
  readonly kind: 'raise' | 'parent' | 'publish' | 'send';
  /** The topic, or the name of the shared actor; '' for a message to the component itself or to its parent. */
  readonly to: string;
  readonly message: AnyMessage;
}

/** One step of a recording. */
export interface Step {
  /** From 1. */
  readonly number: number;
  /** When, in milliseconds since the epoch. */
  readonly at: number;
  /** In the order in which they were taken. */
  readonly messages: readonly RecordedMessage[];
  readonly events: readonly RecordedEvent[];
  readonly effects: readonly RecordedEffect[];
  /** All states after the step. */
  readonly after: TreeImage;
}

/** What a session went through. */
export interface Recording {
  readonly session: string;
  /** The version of the application. */
  readonly application: string;
  /** When it begins, in milliseconds since the epoch. */
  readonly begun: number;
  /** The states it begins with. The messages that waited then are in the first steps. */
  readonly first: TreeImage;
  readonly steps: readonly Step[];
}
