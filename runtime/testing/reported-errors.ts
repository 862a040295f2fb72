/**
 * The errors of a test, on the server and in its pages. Each action on a page checks at its end whether an error was
 * reported, and rejects if so.
 */

import type { ErrorReport } from '../platform/error-report.js';
import type { ErrorCode } from '../platform/errors.js';

// TYPES -----------------------------------------------------------------------

/** One fault: of the server, as its `onError` gets it, or `browser`: of the client or the DOM. */
export interface TestReport extends Omit<ErrorReport, 'code'> {
  readonly code: ErrorCode | 'browser';
}

// REPORTS ---------------------------------------------------------------------

/** The faults of one server and its pages. */
export class ReportedErrors {
  readonly all: TestReport[] = [];
  readonly #onError: ((report: TestReport) => void) | undefined;
  #untold: TestReport[] = [];

  /** @param onError called with each fault; with it, faults reject no action */
  constructor(onError?: (report: TestReport) => void) {
    this.#onError = onError;
  }

  /** Takes a fault. */
  readonly add = (report: TestReport): void => {
    this.all.push(report);
    if (this.#onError === undefined) this.#untold.push(report);
    else this.#onError(report);
  };

  /** Takes what a page complains about. */
  readonly complain = (error: unknown): void => this.add({ id: `page${this.all.length}`, code: 'browser', error });

  /**
   * Fails if something was reported since the last time.
   *
   * @throws Error that names all of it; its `cause` is what was thrown first
   */
  check(): void {
    const untold = this.#untold;
    this.#untold = [];
    if (untold.length === 0) return;

    throw new Error(untold.map(describe).join('\n'), { cause: untold[0]?.error });
  }
}

function describe({ code, component, error }: TestReport): string {
  const where = component === undefined ? '' : ` of ${component}`;

  return `${code}${where}: ${error instanceof Error ? error.message : String(error)}`;
}
