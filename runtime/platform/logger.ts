/**
 * The log: one line for each rare event in the life of a server and of its sessions, and one for each error report
 * (`error-report.ts`). A logger has the shape of pino, which many loggers have. Without a logger nothing is logged.
 *
 * Frequent events (messages, views, frames) are not logged: `diagnostics.ts` publishes them for metrics.
 */

import type { Diagnostics } from './diagnostics.js';
import type { WrittenReport } from './error-report.js';
import { ignoreRejection } from './promise.js';

// TYPES -----------------------------------------------------------------------

/** Writes one line: the fields of an event, and a sentence. */
export type LogLine = (fields: object, message: string) => void;

/** The logger of the host program: one of pino, `console`, or any object with these functions. */
export interface Logger {
  readonly debug: LogLine;
  readonly info: LogLine;
  readonly warn: LogLine;
  readonly error: LogLine;
}

/** The log of a server: one function for each kind of line. */
export interface Log {
  /** A session was made for a first page. */
  opened(session: string, component: string): void;
  /** A client has joined a session. */
  joined(session: string): void;
  resumed(event: Diagnostics['resumed']): void;
  passivated(event: Diagnostics['passivated']): void;
  activated(event: Diagnostics['activated']): void;
  /** A session has left memory. */
  ended(session: string): void;
  hostile(event: Diagnostics['hostile']): void;
  reported(report: WrittenReport): void;
  /** The server is listening. */
  listening(port: number, url: string): void;
  /** The server takes no new sessions. */
  draining(): void;
  closed(): void;
}

// LOG -------------------------------------------------------------------------

/** Makes a log that writes with a logger. If the logger throws or rejects, its line is lost and nothing else. */
export function logTo(logger: Logger): Log {
  const write = (level: keyof Logger, fields: object, message: string): void => {
    try {
      ignoreRejection(logger[level](fields, message));
    } catch {
      // The logger is where a fault would be reported.
    }
  };

  return {
    opened: (session, component) => write('debug', { session, component }, 'session opened'),
    joined: (session) => write('debug', { session }, 'client joined'),
    resumed: (event) => write('info', event, `client came back: ${event.reason}`),
    passivated: (event) => write('info', event, 'session stored'),
    activated: (event) => write('info', event, 'session brought back'),
    ended: (session) => write('debug', { session }, 'session ended'),
    hostile: (event) => write('warn', event, `connection closed: ${event.reason}`),
    reported: (report) => write('error', report, report.err.message ?? `${report.code}: ${report.err.type}`),
    listening: (port, url) => write('info', { port, url }, 'server listens'),
    draining: () => write('info', {}, 'server drains'),
    closed: () => write('info', {}, 'server closed'),
  };
}

// PROBE -----------------------------------------------------------------------

/** The diagnostics events that are logged. `failed` is not one: the report of the error is logged, and has more. */
const logged = ['passivated', 'activated', 'resumed', 'hostile'] as const satisfies readonly (keyof Diagnostics)[];

/** Makes a probe that takes every diagnostics event and logs the rare ones. */
export function createLogProbe(
  log: Log
): <Name extends keyof Diagnostics>(name: Name, event: Diagnostics[Name]) => void {
  return (name, event) => {
    for (const rare of logged) if (name === rare) (log[rare] as (event: unknown) => void)(event);
  };
}
