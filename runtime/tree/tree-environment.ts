/**
 * The environment of a component tree: that of every layer, and what all sessions of the server share.
 * `component-tree.ts` reads it.
 */

import type { Environment } from '../platform/environment.js';
import type { Backplane } from '../subscription/backplane.js';

/** What a component tree needs of its server. */
export interface TreeEnvironment extends Environment {
  /** The port to topics, presence and shared actors. */
  readonly backplane: Backplane;
}
