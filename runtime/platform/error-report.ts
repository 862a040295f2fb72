/**
 * Error reports: how faults reach the host program. Code that catches an error makes a report of it with the `Reporter`
 * of its server. The option `onError` receives the report; `logger.ts` writes it to the log.
 */

import { ErrorCode, TroupeError, textOf } from './errors.js';
import { createId } from './id.js';
import { development } from './plain-data.js';
import { isPromise } from './promise.js';

// TYPES -----------------------------------------------------------------------

/** One fault, as `onError` receives it. */
export interface ErrorReport {
  /** Identifies this report. The error page shows it, so that a user can quote it. */
  readonly id: string;
  /** The kind of fault, by a stable name. */
  readonly code: ErrorCode;
  /** What was thrown, unchanged. **Note:** its message may quote a secret. */
  readonly error: unknown;
  /** The id of the session it happened in. */
  readonly session?: string | undefined;
  /** The name of the component it happened in. */
  readonly component?: string | undefined;
}

/** Receives every report. May be async; its promise is not awaited. */
export type OnError = (report: ErrorReport) => void;

/** Where a fault happened, as far as that is known. */
export type Whereabouts = Pick<ErrorReport, 'session' | 'component'>;

/** Makes a report, passes it on and returns its id. `code` names an error that has no code of its own. */
export type Reporter = (code: ErrorCode, error: unknown, place?: Whereabouts) => string;

/** An error in the shape in which pino writes errors. */
export interface WrittenError {
  /** The class of an error, or the type of anything else that was thrown. */
  readonly type: string;
  /** Given in development only, as is `stack`. */
  readonly message?: string | undefined;
  readonly stack?: string | undefined;
}

/** A report as it is logged and printed. */
export interface WrittenReport extends Omit<ErrorReport, 'error'> {
  readonly err: WrittenError;
}

// REPORTS ---------------------------------------------------------------------

/**
 * Makes the reporter of one server. A report goes to `onError` and, written, to `log`. Without either it is printed to
 * stderr. If `onError` throws or rejects, the report and that error are printed: a faulty `onError` must not stop the
 * server.
 *
 * The message of an error may quote anything, secrets included. So in production a written report has the class of the
 * error alone, and only `onError` receives its message and its stack.
 *
 * @param hasMessages whether written reports have messages and stacks. Default: unless `NODE_ENV` is `production`
 */
export function createReporter(
  onError?: OnError,
  log?: (report: WrittenReport) => void,
  hasMessages = development
): Reporter {
  return (code, error, place) => {
    const id = createId().slice(0, 8);
    const report: ErrorReport = { id, code: error instanceof TroupeError ? error.code : code, error, ...place };
    const write = (made: ErrorReport): WrittenReport => writeReport(made, hasMessages);
    const failed = (failure: unknown): void => {
      printReport(write(report));
      printReport(write({ id, code: ErrorCode.Internal, error: failure }));
    };

    if (log !== undefined) log(write(report));
    else if (onError === undefined) printReport(write(report));
    try {
      const returned: unknown = onError?.(report);

      if (isPromise(returned)) Promise.resolve(returned).catch(failed);
    } catch (failure) {
      failed(failure);
    }
    return id;
  };
}

// WRITING ---------------------------------------------------------------------

function writeReport({ error, ...report }: ErrorReport, hasMessages: boolean): WrittenReport {
  const { type, ...texts } = writeError(error);

  return { ...report, err: hasMessages ? { type, ...texts } : { type } };
}

/** An error in writing. What was thrown may be anything. */
export function writeError(thrown: unknown): WrittenError {
  try {
    if (thrown instanceof Error) {
      const { name, message, stack } = thrown;
      return { type: String(name), message: String(message), stack: stack && String(stack) };
    }
  } catch {
    // An error whose properties throw is written as any other value.
  }

  return { type: typeof thrown, message: textOf(thrown), stack: undefined };
}

/** Prints one line to stderr, followed by the stack if there is one. */
export function printReport({ id, code, err, session, component }: WrittenReport): void {
  const where = [component && ` in ${component}`, session && ` of session ${session}`].filter(Boolean).join('');

  process.stderr.write(`troupe ${code}${where} (${id}): ${err.stack ?? err.message ?? err.type}\n`);
}
