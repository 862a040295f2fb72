/**
 * Reports: how faults reach the host program. Whoever catches something makes a report of it; the option
 * `onError` receives it.
 */

import { ErrorCode, TroupeError, textOf } from './errors.js';
import { createIdentifier } from './identifier.js';
import { isPromise } from './model.js';

// TYPES -----------------------------------------------------------------------

/** One fault, as the host program is told of it. */
export interface ErrorReport {
  /** Names this report; the error page shows it, so that a user can quote it. */
  readonly id: string;
  /** What kind of fault, by a stable name. */
  readonly code: ErrorCode;
  /** What was thrown. */
  readonly error: unknown;
  /** The id of the session it happened in. */
  readonly session?: string | undefined;
  /** The name of the component it happened in. */
  readonly component?: string | undefined;
}

/** Receives every report. May be async; nobody waits for it. */
export type OnError = (report: ErrorReport) => void;

/** Where a fault happened, as far as it is known. */
export type Whereabouts = Pick<ErrorReport, 'session' | 'component'>;

/** Makes a report and hands it on; returns its id. `code` is what to call an error that has no code itself. */
export type Reporter = (code: ErrorCode, error: unknown, place?: Whereabouts) => string;

// REPORTS ---------------------------------------------------------------------

/**
 * Makes the function that everything in one server reports with. What `onError` itself throws, or rejects
 * with if it is async, goes to stderr: a faulty logger must not take the server down.
 */
export function createReporter(onError: OnError): Reporter {
  return (code, error, place) => {
    const id = createIdentifier().slice(0, 8);
    const report: ErrorReport = { id, code: error instanceof TroupeError ? error.code : code, error, ...place };
    const failed = (failure: unknown): void => {
      printReport(report);
      printReport({ id, code: ErrorCode.Internal, error: failure });
    };

    try {
      const told: unknown = onError(report);

      if (isPromise(told)) Promise.resolve(told).catch(failed);
    } catch (failure) {
      failed(failure);
    }
    return id;
  };
}

/** One line to stderr, and the stack of what was thrown while developing: the default of `onError`. */
export function printReport({ id, code, error, session, component }: ErrorReport): void {
  const where = [component && ` in ${component}`, session && ` of session ${session}`].filter(Boolean).join('');
  const stack = process.env.NODE_ENV !== 'production' && error instanceof Error ? error.stack : undefined;

  process.stderr.write(
    `troupe ${code}${where} (${id}): ${stack ?? (error instanceof Error ? error : textOf(error))}\n`
  );
}
