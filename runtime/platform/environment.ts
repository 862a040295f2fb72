/**
 * The environment: what every layer needs of its server. A server makes one frozen record of it; sessions, their trees
 * and their component instances read it instead of asking the layer above.
 */

import type { Clock } from './clock.js';
import type { Reporter } from './error-report.js';
import type { Deferred } from './scheduler.js';

/** What every layer needs of its server. */
export interface Environment {
  /** The version of the application. */
  readonly application: string;
  readonly clock: Clock;
  /** Whether each step of `update` runs twice to check that it is pure. */
  readonly development: boolean;
  /** The name of this process. */
  readonly node: string;
  readonly report: Reporter;
  /** Runs a function soon, after the input that has arrived by now. */
  readonly defer: (run: Deferred) => void;
}
