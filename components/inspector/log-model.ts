/** The model and the messages of the log: `log.ts` updates the model, `log-view.ts` shows it. */

import type { LogReading } from './log-entries.js';
import type { Position } from './scrolling.js';

// TYPES -----------------------------------------------------------------------

/** Whose log is shown, and how far the present is away. */
export interface LogProps {
  readonly session: string;
  /** The step that is looked at; `undefined` is now. */
  readonly step: number | undefined;
}

/** What the log knows. */
export interface LogModel extends LogProps {
  /** The id of the actor whose entries are shown; '' for those of all. */
  readonly actor: string;
  /** What the types that are shown contain. */
  readonly typed: string;
  readonly isPaused: boolean;
  readonly position: Position;
  /** The number of the chosen entry; 0 if none is. */
  readonly chosen: number;
  /** The number of an entry that is to come into sight; 0 if none is. */
  readonly sought: number;
  readonly reading: LogReading | undefined;
  /** Why it could not be read; '' if that is not so. */
  readonly why: string;
}

/** What can happen to the log. */
export type LogMessage =
  | { type: 'actorChosen'; actor: string }
  | { type: 'typeTyped'; text: string }
  | { type: 'pauseToggled' }
  | { type: 'followed' }
  | { type: 'scrolled'; scrollTop: number }
  | { type: 'entryChosen'; number: number }
  | { type: 'entryLeft' }
  | { type: 'causeFollowed'; number: number }
  | { type: 'stepFollowed'; step: number }
  | { type: 'logRead'; reading: LogReading }
  | { type: 'readingFailed'; why: string };
