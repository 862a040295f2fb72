/**
 * Inspection: what can be seen of a server, as plain data. The inspector of `components/inspector/` is written with
 * this alone, and so could be another. It only looks: nothing here changes a session, and what is secret
 * (`redact.ts`) is replaced before it comes out.
 *
 * `live-inspection.ts` makes it. Everything it gives is data that may be kept in a model.
 */

import type { Chart } from './statechart.js';

// SESSIONS --------------------------------------------------------------------

/** How it stands with a session: rendered and not joined, with a client, waiting for its client, in the store alone. */
export type SessionStatus = 'dormant' | 'attached' | 'detached' | 'passivated';

/** What is known of a session. */
export interface SessionSummary {
  readonly id: string;
  /** `ended` of one that was looked at while it ended, and was not stored. */
  readonly status: SessionStatus | 'ended';
  /** The name of the component of its page. */
  readonly component: string;
  /** The path its page was asked at, below the base path; '' if that is not known. */
  readonly path: string;
  /** The address of its visitor, as limits count it; '' if that is not known. */
  readonly address: string;
  /** When it was made here or brought back, or stored, in milliseconds since the epoch. */
  readonly since: number;
  /** Bytes it takes in the store, of a passivated one. */
  readonly bytes: number | undefined;
}

/** Which sessions are asked for. */
export interface SessionQuery {
  /** What their id, component, path or address contains, in any case of letters. Default: anything. */
  readonly text?: string;
  readonly status?: SessionStatus | undefined;
  /** How many at the most. Default 200. */
  readonly most?: number;
}

/** The sessions that were found. */
export interface SessionList {
  /** The newest first. */
  readonly sessions: readonly SessionSummary[];
  /** How many match, those that are not in the list included. */
  readonly found: number;
  /** How many there are of each, whatever was asked for. */
  readonly counts: Readonly<Record<SessionStatus, number>>;
  /** What went wrong with the store; '' if nothing. Then passivated sessions are missing. */
  readonly failure: string;
}

// ACTORS ----------------------------------------------------------------------

/** What an actor is. */
export type ActorKind = 'session' | 'component' | 'statechart' | 'subscription' | 'child' | 'shared';

/** An actor of a session, or one that it listens to, and those below it. */
export interface ActorView {
  /** Names it among the actors of the session, for as long as it is there. */
  readonly id: string;
  readonly kind: ActorKind;
  /** The name of its component with its key, the key of its subscription, the name of the shared actor. */
  readonly name: string;
  /**
   * How it stands: of a session its `SessionStatus`; `dormant` before it is started, `active`, `broken` if it could
   * not begin, `waiting` if it has failed and is tried again soon, `given up`, `done`, `stopped`, `absent` of a shared
   * actor nobody has started.
   */
  readonly status: string;
  /** How many messages wait for it. */
  readonly inbox: number;
  /** Milliseconds since it began. */
  readonly age: number;
  /** How often something of it has failed. */
  readonly errors: number;
  /** What it said the last time; '' if nothing has failed while somebody looked. */
  readonly lastError: string;
  readonly actors: readonly ActorView[];
}

// STATE -----------------------------------------------------------------------

/** A line of a state that is shown as a tree. */
export interface StateRow {
  /** Names the value in its state: `.rows[3].label`; '' for the state itself. */
  readonly path: string;
  readonly depth: number;
  /** The name of the property or the index; '' for the state itself. */
  readonly name: string;
  /** The value, shortened: `"text"`, `12`, `{…} 3`, `[…] 1,000`. */
  readonly text: string;
  readonly kind:
    | 'object'
    | 'array'
    | 'string'
    | 'number'
    | 'boolean'
    | 'date'
    | 'bytes'
    | 'nothing'
    | 'secret'
    | 'more';
  readonly canOpen: boolean;
  readonly isOpen: boolean;
  /** Whether the last message has changed it, or something in it. */
  readonly isChanged: boolean;
}

/** A state as rows of a tree. */
export interface StateView {
  readonly actor: string;
  readonly rows: readonly StateRow[];
  /** The message that has led to it, by its type; '' if none has. */
  readonly after: string;
  /** Why there is none to show; '' if there is. */
  readonly absence: string;
}

/** The statechart of an actor, and where it is. */
export interface ChartView {
  readonly chart: Chart;
  /** The ids of the states it is in. */
  readonly active: readonly string[];
  /** The ids of the transitions it has taken last, as far as that is known. */
  readonly taken: readonly string[];
}

// LOG -------------------------------------------------------------------------

/** A message on its way from one actor to another. */
export interface LogEntry {
  /** From 1, in the order they were sent. */
  readonly number: number;
  /** When, in milliseconds since the epoch. */
  readonly at: number;
  /** Who sent it: the id of an actor, `browser`, `host` or `topic …`. */
  readonly from: string;
  /** Whom it is for: the id of an actor, or `topic …`. */
  readonly to: string;
  readonly type: string;
  /** The message, as text, shortened. */
  readonly message: string;
  /** The number of the entry it follows from; 0 if that is none, or not known. */
  readonly cause: number;
  /** What the cause is, in words: `click on button`, `every 1000`, `#12 added`. */
  readonly causedBy: string;
  /** Whether it was taken; until then the times are 0. */
  readonly isTaken: boolean;
  /** The step after which its outcome is to be seen; 0 if there is none. */
  readonly step: number;
  /** Milliseconds it waited, its update took, the views and the comparison of its turn took. */
  readonly waited: number;
  readonly update: number;
  readonly view: number;
  readonly diff: number;
  /** Bytes of the frame that tells the client of its turn; 0 if there was none. */
  readonly bytes: number;
  /** What went wrong over it; '' if nothing. */
  readonly error: string;
}

/** Which entries are asked for. */
export interface LogQuery {
  /** Those from or to this actor. Default: of any. */
  readonly actor?: string | undefined;
  /** Those whose type contains this, in any case of letters. Default: any. */
  readonly type?: string | undefined;
  /** How many of those that match are passed over, from the oldest; `undefined` gives the newest. */
  readonly skip?: number | undefined;
  /** How many at the most. Default 100. */
  readonly most?: number | undefined;
}

/** Some entries of the log. */
export interface LogView {
  readonly entries: readonly LogEntry[];
  /** How many match. */
  readonly found: number;
  /** How many of those come before the first one here. */
  readonly skipped: number;
}

/** A frame that was sent or received, in words. */
export interface WireEntry {
  /** From 1. */
  readonly number: number;
  readonly at: number;
  readonly direction: 'up' | 'down';
  readonly kind: string;
  readonly bytes: number;
  /** What it says, a line each. */
  readonly words: readonly string[];
}

/** Some frames. */
export interface WireView {
  readonly entries: readonly WireEntry[];
  readonly found: number;
  readonly skipped: number;
}

// TIME ------------------------------------------------------------------------

/** How far back can be gone. */
export interface HistoryView {
  /** The number of the earliest step whose outcome is known; the one before it is the state at the start. */
  readonly first: number;
  /** The number of the last; the present. */
  readonly last: number;
}

/** A step, in words. */
export interface StepView {
  readonly number: number;
  readonly at: number;
  /** The types of the messages it took, with whom they were for. */
  readonly messages: readonly { readonly to: string; readonly type: string }[];
}

// INSPECTION ------------------------------------------------------------------

/** A session somebody looks at. It is recorded until a while after the last of them has closed it. */
export interface Inspected {
  readonly id: string;
  summary(): SessionSummary;
  /** The actors, as they are now. */
  actors(): ActorView;
  /** Tells, at most five times a second, that something has changed; gives the way to stop. */
  watch(listener: () => void): () => void;
  /**
   * The state of an actor.
   *
   * @param opened the paths of the rows that are open
   * @param step after which step; default: now
   */
  state(actor: string, opened: readonly string[], step?: number): StateView;
  /** The statechart of an actor and where it is, if it has one. */
  chart(actor: string, step?: number): ChartView | undefined;
  log(query: LogQuery): LogView;
  wire(query: Pick<LogQuery, 'skip' | 'most'>): WireView;
  history(): HistoryView;
  /** What a step took; `undefined` of one that is not known, as that at the start. */
  step(number: number): StepView | undefined;
  /** The page after a step as a whole HTML document without scripts. Nothing can be done in it, no effect runs. */
  page(step?: number): string;
  /** The recording as the text of a file, for `troupe replay`. */
  export(): string;
  /** Looks no longer. */
  close(): void;
}

/** What can be seen of a server. */
export interface Inspection {
  sessions(query?: SessionQuery): Promise<SessionList>;
  /** Tells, at most twice a second, that sessions have come, gone or changed how they stand; gives the way to stop. */
  watch(listener: () => void): () => void;
  /** Looks at a session; `undefined` if there is none of that id. One that is stored is shown as it is stored. */
  open(session: string): Promise<Inspected | undefined>;
}
