/**
 * The log: what a server tells of the rare things in its life, for people and whatever collects their lines. It has the
 * shape of pino, which many loggers have. `server.ts` and whoever makes probes (`diagnostics.ts`) say what has
 * happened; `error-report.ts` writes down what went wrong. Without a logger nothing is said.
 *
 * What happens often (messages, views, frames) is in no log: `diagnostics.ts` has it for metrics.
 */

import type { Diagnostics } from './diagnostics.js';
import type { WrittenReport } from './error-report.js';
import { ignoreRejection } from './promise.js';

// TYPES -----------------------------------------------------------------------

/** Writes one line: what is known of something that has happened, and a sentence. */
export type LogLine = (known: object, message: string) => void;

/** What a log is written with: a logger of pino, `console`, or anything else that has these. */
export interface Logger {
  readonly debug: LogLine;
  readonly info: LogLine;
  readonly warn: LogLine;
  readonly error: LogLine;
}

/** What can be said in the log. */
export interface Log {
  /** A session has been made for a first page. */
  opened(session: string, component: string): void;
  /** A client has joined it. */
  joined(session: string): void;
  resumed(event: Diagnostics['resumed']): void;
  passivated(event: Diagnostics['passivated']): void;
  activated(event: Diagnostics['activated']): void;
  /** It is not in memory any more. */
  ended(session: string): void;
  hostile(event: Diagnostics['hostile']): void;
  reported(report: WrittenReport): void;
  /** The server listens. */
  listening(port: number, url: string): void;
  /** It takes no new sessions. */
  draining(): void;
  closed(): void;
}

// LOG -------------------------------------------------------------------------

/** Makes what writes with a logger. One that throws, or rejects, costs nobody anything but its line. */
export function logTo(logger: Logger): Log {
  const write = (level: keyof Logger, known: object, message: string): void => {
    try {
      ignoreRejection(logger[level](known, message));
    } catch {
      // There is nobody left to be told.
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

/** What of diagnostics is said in the log. That something failed is left out: the report of it is there, with more. */
const logged = ['passivated', 'activated', 'resumed', 'hostile'] as const satisfies readonly (keyof Diagnostics)[];

/** Makes a probe that writes a log; it can be told of anything and passes most of it over. */
export function createLogProbe(
  log: Log
): <Name extends keyof Diagnostics>(name: Name, event: Diagnostics[Name]) => void {
  return (name, event) => {
    for (const known of logged) if (name === known) (log[known] as (event: unknown) => void)(event);
  };
}
