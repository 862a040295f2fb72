/**
 * Inspection: what can be seen of a server, as plain data. The inspector of `components/inspector/` is written with
 * this interface alone, and another one can be. It only reads: nothing here changes a session, and declared secrets are
 * redacted in everything it returns.
 *
 * `live-inspection.ts` implements it. All its results are plain data, which a model may hold.
 */

import type { Chart } from './statechart.js';

// SESSIONS --------------------------------------------------------------------

/** The phase of a session: rendered and not joined, with a client, without its client, in the store alone. */
export type SessionStatus = 'dormant' | 'attached' | 'detached' | 'passivated';

/** What is known of a session. */
export interface SessionSummary {
  readonly id: string;
  /** `ended` if it ended while it was inspected, and is not stored. */
  readonly status: SessionStatus | 'ended';
  /** Whether it continues in memory alone, because it cannot be stored. Default: false */
  readonly isUnstored?: boolean;
  /** The name of the component of its page. */
  readonly component: string;
  /** The path of its page, below the base path; '' if that is not known. */
  readonly path: string;
  /** The address of its visitor, as limits count it; '' if that is not known. */
  readonly address: string;
  /** When it was created or activated here, or stored, in milliseconds since the epoch. */
  readonly since: number;
  /** The bytes of a passivated session in the store. */
  readonly bytes: number | undefined;
}

/** A query for sessions. */
export interface SessionQuery {
  /** A text that the id, component, path or address contains; upper and lower case are the same. Default: any text. */
  readonly text?: string;
  readonly status?: SessionStatus | undefined;
  /** How many at the most. Default 200. */
  readonly most?: number;
}

/** The sessions that were found. */
export interface SessionList {
  /** The newest first. */
  readonly sessions: readonly SessionSummary[];
  /** How many match, including those beyond the list. */
  readonly found: number;
  /** How many sessions there are of each status, whether they match or not. */
  readonly counts: Readonly<Record<SessionStatus, number>>;
  /** The error of the store; '' if there was none. With an error, passivated sessions are missing. */
  readonly failure: string;
}

// ACTORS ----------------------------------------------------------------------

/** What an actor is. */
export type ActorKind = 'session' | 'component' | 'statechart' | 'subscription' | 'child' | 'shared';

/** An actor of a session, or a shared one that it watches, and the actors below it. */
export interface ActorView {
  /** Names it among the actors of the session, for as long as it is there. */
  readonly id: string;
  readonly kind: ActorKind;
  /** The name of its component with its key, the key of its subscription, the name of the shared actor. */
  readonly name: string;
  /**
   * Of a session its `SessionStatus`; of others `dormant` before the start, `active`, `broken` if it could not begin,
   * `waiting` if it has failed and will be restarted, `given up` if it will not, `done`, `stopped`, `absent` of a
   * shared actor that was not started.
   */
  readonly status: string;
  /** How many messages wait for it. */
  readonly mailbox: number;
  /** Milliseconds since its start. */
  readonly age: number;
  /** How often it has failed. */
  readonly errors: number;
  /** The message of its last error; '' if none has occurred while the session was inspected. */
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
  /** The type of the message that led to it; '' if none did. */
  readonly after: string;
  /** Why there is no state to show; '' if there is one. */
  readonly absence: string;
}

/** The statechart of an actor, and its active states. */
export interface ChartView {
  readonly chart: Chart;
  /** The ids of the active states. */
  readonly active: readonly string[];
  /** The ids of the last transitions, as far as they are known. */
  readonly taken: readonly string[];
}

// LOG -------------------------------------------------------------------------

/** A message from one actor to another. */
export interface LogEntry {
  /** From 1, in the order they were sent. */
  readonly number: number;
  /** When, in milliseconds since the epoch. */
  readonly at: number;
  /** The sender: the id of an actor, `browser`, `host` or `topic …`. */
  readonly from: string;
  /** The receiver: the id of an actor, or `topic …`. */
  readonly to: string;
  readonly type: string;
  /** The message, as text, shortened. */
  readonly message: string;
  /** The number of the entry that caused it; 0 if there is none, or it is not known. */
  readonly cause: number;
  /** A description of the cause: `click on button`, `every 1000`, `#12 added`. */
  readonly causedBy: string;
  /** Whether it was taken; until then the times are 0. */
  readonly isTaken: boolean;
  /** The number of the step that took it; 0 if there is none. */
  readonly step: number;
  /** Milliseconds: its time in the mailbox, its update, the views of its round, the diff of its turn. */
  readonly waited: number;
  readonly update: number;
  readonly view: number;
  readonly diff: number;
  /** Bytes of the patch frames of its turn; 0 if there were none. */
  readonly bytes: number;
  /** The error that it led to; '' if there was none. */
  readonly error: string;
}

/** A query for log entries. */
export interface LogQuery {
  /** The id of the actor that sends or receives the message. Default: any actor. */
  readonly actor?: string | undefined;
  /** A text that the type of the message contains; upper and lower case are the same. Default: any text. */
  readonly type?: string | undefined;
  /** How many of the matching entries are skipped, from the oldest; `undefined` gives the newest. */
  readonly skip?: number | undefined;
  /** How many at the most. Default 100. */
  readonly most?: number | undefined;
}

/** Some entries of the log. */
export interface LogView {
  readonly entries: readonly LogEntry[];
  /** How many match. */
  readonly found: number;
  /** How many of them come before the first entry here. */
  readonly skipped: number;
}

/** A description of a frame that was sent or received. */
export interface WireEntry {
  /** From 1. */
  readonly number: number;
  readonly at: number;
  readonly direction: 'up' | 'down';
  readonly kind: string;
  readonly bytes: number;
  /** What it contains, one line each. */
  readonly words: readonly string[];
}

/** Some frames. */
export interface WireView {
  readonly entries: readonly WireEntry[];
  readonly found: number;
  readonly skipped: number;
}

// TIME ------------------------------------------------------------------------

/** The steps that are kept. */
export interface HistoryView {
  /** The number of the earliest step that is kept; the number before it stands for the state before that step. */
  readonly first: number;
  /** The number of the last step: the present. */
  readonly last: number;
}

/** A description of a step. */
export interface StepView {
  readonly number: number;
  readonly at: number;
  /** The types and receivers of the messages it took. */
  readonly messages: readonly { readonly to: string; readonly type: string }[];
}

// INSPECTION ------------------------------------------------------------------

/** A session that is inspected. Its recording ends one minute after the last of its inspections was closed. */
export interface Inspected {
  readonly id: string;
  summary(): SessionSummary;
  /** The present actors. */
  actors(): ActorView;
  /** Calls the listener when something has changed, at most five times a second; returns a function that stops it. */
  watch(listener: () => void): () => void;
  /**
   * The state of an actor.
   *
   * @param opened the paths of the open rows
   * @param step the number of the step after which it is shown. Default: now
   */
  state(actor: string, opened: readonly string[], step?: number): StateView;
  /** The statechart of an actor and its active states, if it has one. */
  chart(actor: string, step?: number): ChartView | undefined;
  log(query: LogQuery): LogView;
  wire(query: Pick<LogQuery, 'skip' | 'most'>): WireView;
  history(): HistoryView;
  /** The messages of a step; `undefined` if the step is not kept, or stands for the state at the start. */
  step(number: number): StepView | undefined;
  /** The page after a step as a complete HTML document without scripts. It is read-only, and no effect runs. */
  page(step?: number): string;
  /** The recording as the text of a file, for `troupe replay`. */
  export(): string;
  /** Ends this inspection. */
  close(): void;
}

/** What can be seen of a server. */
export interface Inspection {
  sessions(query?: SessionQuery): Promise<SessionList>;
  /** Calls the listener when sessions have begun, ended or changed status, at most twice a second; returns a function that stops it. */
  watch(listener: () => void): () => void;
  /** Inspects a session; `undefined` if there is no session of that id. A stored session is shown in its stored state. */
  open(session: string): Promise<Inspected | undefined>;
}
