/**
 * The hub: what all sessions of a process share, as a subscription sees it. Behind it stand the bus
 * (`bus.ts`) and the table of shared actors (`shared.ts`); `topics.ts` declares what listens to it.
 */

import type { AnyMessage } from './html.js';

// TYPES -----------------------------------------------------------------------

/** Topics to listen to and shared actors to watch. Both can be asked before any actor of a session runs. */
export interface Hub {
  /** Tells of what is published on a topic from now on; gives the way to stop. */
  subscribe(topic: string, listener: (message: AnyMessage) => void): () => void;
  /** Tells of a shared actor's snapshot now, if there is one, and of each change from then on; gives the way to stop. */
  watch(name: string, listener: (snapshot: unknown) => void): () => void;
}
