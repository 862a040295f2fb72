/**
 * Reports: how faults reach the host program. Whoever catches something makes a report of it; the option
 * `onError` receives it.
 */

import { ErrorCode, TroupeError, textOf } from './errors.js';
import { createId } from './id.js';
import { isPromise } from './promise.js';
import { quotedBy, type Secrets } from './redact.js';

// TYPES -----------------------------------------------------------------------

/** One fault, as the host program is told of it. */
export interface ErrorReport {
  /** Names this report; the error page shows it, so that a user can quote it. */
  readonly id: string;
  /** What kind of fault, by a stable name. */
  readonly code: ErrorCode;
  /** What was thrown, as it is: a message may quote secrets, which are left out where a report is printed or logged. */
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

/**
 * Makes a report and hands it on; returns its id. `code` is what to call an error that has no code itself.
 *
 * @param secrets asked for what must not be written down of it
 */
export type Reporter = (code: ErrorCode, error: unknown, place?: Whereabouts, secrets?: () => Secrets) => string;

/** What was thrown, in writing, in the shape in which pino writes errors down. */
export interface WrittenError {
  readonly type: string;
  readonly message: string;
  readonly stack: string | undefined;
}

/** A report without secrets. */
export interface WrittenReport extends Omit<ErrorReport, 'error'> {
  readonly err: WrittenError;
}

// REPORTS ---------------------------------------------------------------------

/**
 * Makes the function that everything in one server reports with. A report goes to `onError` and, in writing, to `log`;
 * if there is neither, it is printed. What `onError` itself throws, or rejects with if it is async, goes to stderr: a
 * faulty logger must not take the server down.
 */
export function createReporter(onError?: OnError, log?: (report: WrittenReport) => void): Reporter {
  return (code, error, place, secrets) => {
    const id = createId().slice(0, 8);
    const report: ErrorReport = { id, code: error instanceof TroupeError ? error.code : code, error, ...place };
    const write = (made: ErrorReport): WrittenReport => writeReport(made, secrets?.() ?? quotedBy(error));
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

function writeReport({ error, ...report }: ErrorReport, secrets: Secrets | undefined): WrittenReport {
  return { ...report, err: writeError(error, secrets) };
}

/** Writes down what was thrown, which may be anything, without the secrets it may quote. */
export function writeError(thrown: unknown, secrets: Secrets | undefined): WrittenError {
  const scrub = (text: string): string => secrets?.scrub(text) ?? text;
  try {
    if (thrown instanceof Error) {
      const { name, message, stack } = thrown;
      return { type: String(name), message: scrub(String(message)), stack: stack && scrub(String(stack)) };
    }
  } catch {
    // An error that cannot be read is no more than a thing that was thrown.
  }

  return { type: typeof thrown, message: scrub(textOf(thrown)), stack: undefined };
}

/** One line to stderr, and the stack of what was thrown while developing: what becomes of reports nobody asks for. */
export function printReport({ id, code, err, session, component }: WrittenReport): void {
  const { type, message, stack } = err;
  const where = [component && ` in ${component}`, session && ` of session ${session}`].filter(Boolean).join('');
  const isStackShown = process.env.NODE_ENV !== 'production' && stack !== undefined;
  const said = stack === undefined ? message : `${type}: ${message}`;

  process.stderr.write(`troupe ${code}${where} (${id}): ${isStackShown ? stack : said}\n`);
}
