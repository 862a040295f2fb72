/**
 * A recording: what a session has gone through while somebody looked. It begins with a state and goes on in steps;
 * a step is what one round of a turn does: some messages taken, what has changed shown, effects asked for.
 *
 * `session-recorder.ts` makes recordings, `read-only-tree.ts` shows a page as it was, `recording-file.ts` writes one to a file and
 * `replay.ts` goes through it again.
 */

import type { AnyMessage } from '../template/html.js';
import type { TreeImage } from '../tree/tree-image.js';

// TYPES -----------------------------------------------------------------------

/** A message that a component made Elm style has taken, with all that its `update` could know. */
export interface Taken {
  /** The ids of the cells that lead to the component. */
  readonly path: readonly string[];
  readonly message: AnyMessage;
  /** When it was received, in milliseconds since the epoch. */
  readonly at: number;
  /** The fresh id that was stamped on it, if `update` has asked for one. */
  readonly id: string | undefined;
}

/** An event that the actor of a component that runs other logic was given: messages, timers, what its children tell. */
export interface Given {
  readonly path: readonly string[];
  readonly event: AnyMessage;
}

/** What was asked for. */
export interface Asked {
  readonly path: readonly string[];
  readonly kind: 'raise' | 'parent' | 'publish' | 'send';
  /** The topic, or the name of the shared actor; '' for messages to the component itself or its parent. */
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
  readonly taken: readonly Taken[];
  readonly given: readonly Given[];
  readonly asked: readonly Asked[];
  /** All states after it. */
  readonly after: TreeImage;
}

/** What a session has gone through. */
export interface Recording {
  readonly session: string;
  /** The version of the application. */
  readonly application: string;
  /** When it begins, in milliseconds since the epoch. */
  readonly begun: number;
  /** The states it begins with; what waited then is in the first steps. */
  readonly first: TreeImage;
  readonly steps: readonly Step[];
}
