/**
 * Reports: how faults reach the host program. Whoever catches something makes a report of it; the option
 * `onError` receives it.
 */

import { ErrorCode, TroupeError, textOf } from './errors.js';
import { createId } from './id.js';
import { development } from './plain-data.js';
import { isPromise } from './promise.js';

// TYPES -----------------------------------------------------------------------

/** One fault, as the host program is told of it. */
export interface ErrorReport {
  /** Names this report; the error page shows it, so that a user can quote it. */
  readonly id: string;
  /** What kind of fault, by a stable name. */
  readonly code: ErrorCode;
  /** What was thrown, as it is. **Note:** its message may quote a secret. */
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

/** What was thrown, in writing, in the shape in which pino writes errors. */
export interface WrittenError {
  /** The class of an error, or the type of anything else that was thrown. */
  readonly type: string;
  /** Given in development. */
  readonly message?: string | undefined;
  readonly stack?: string | undefined;
}

/** A report in writing. */
export interface WrittenReport extends Omit<ErrorReport, 'error'> {
  readonly err: WrittenError;
}

// REPORTS ---------------------------------------------------------------------

/**
 * Makes the function that everything in one server reports with. A report goes to `onError` and, in writing, to `log`;
 * if there is neither, it is printed. What `onError` itself throws, or rejects with if it is async, goes to stderr: a
 * faulty logger must not take the server down.
 *
 * The message of an error may quote anything, secrets included. So what is logged or printed in production has the class
 * of the error alone, and only `onError` receives its message and its stack.
 *
 * @param isWhole whether messages and stacks are logged and printed. Default: unless `NODE_ENV` is `production`
 */
export function createReporter(
  onError?: OnError,
  log?: (report: WrittenReport) => void,
  isWhole = development
): Reporter {
  return (code, error, place) => {
    const id = createId().slice(0, 8);
    const report: ErrorReport = { id, code: error instanceof TroupeError ? error.code : code, error, ...place };
    const write = (made: ErrorReport): WrittenReport => writeReport(made, isWhole);
    const failed = (failure: unknown): void => {
      printReport(write(report));
      printReport(write({ id, code: ErrorCode.Internal, error: failure }));
    };

    if (log !== undefined) log(write(report));
    else if (onError === undefined) printReport(write(report));
    try {
      const told: unknown = onError?.(report);

      if (isPromise(told)) Promise.resolve(told).catch(failed);
    } catch (failure) {
      failed(failure);
    }
    return id;
  };
}

// WRITING ---------------------------------------------------------------------

function writeReport({ error, ...report }: ErrorReport, isWhole: boolean): WrittenReport {
  const { type, ...texts } = writeError(error);

  return { ...report, err: isWhole ? { type, ...texts } : { type } };
}

/** Writes down what was thrown, which may be anything. */
export function writeError(thrown: unknown): WrittenError {
  try {
    if (thrown instanceof Error) {
      const { name, message, stack } = thrown;
      return { type: String(name), message: String(message), stack: stack && String(stack) };
    }
  } catch {
    // An error that cannot be read is written as any other thing that was thrown.
  }

  return { type: typeof thrown, message: textOf(thrown), stack: undefined };
}

/** One line to stderr, followed by the stack if it is given: the default for reports. */
export function printReport({ id, code, err, session, component }: WrittenReport): void {
  const where = [component && ` in ${component}`, session && ` of session ${session}`].filter(Boolean).join('');

  process.stderr.write(`troupe ${code}${where} (${id}): ${err.stack ?? err.message ?? err.type}\n`);
}
