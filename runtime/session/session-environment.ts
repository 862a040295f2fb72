/**
 * The environment of a session: that of its component tree, and what a session alone needs of its server. `session.ts`
 * reads it.
 */

import type { AnyMessage } from '../template/html.js';
import type { Instrumentation } from '../tree/probe.js';
import type { TreeEnvironment } from '../tree/tree-environment.js';
import type { Persistable } from './session-snapshot.js';

/** What a session needs of its server. */
export interface SessionEnvironment extends TreeEnvironment {
  /** Milliseconds that a session is kept in memory after its connection was lost. */
  readonly grace: number;
  /** The instrumentation of the server. */
  readonly instrumentation: Instrumentation;
  /** Whether nothing is stored while a session is in use. */
  readonly isVolatile: boolean;
  /** Whether a session continues in memory alone, because it cannot be stored at present. That is reported. */
  continuesUnstored(session: Persistable): boolean;
  /** Publishes a message on a topic; `id` is the effect's. What it returns resolves once the message has arrived. */
  publish(topic: string, message: AnyMessage, id: string): Promise<void> | void;
  /** Sends a message to a shared actor; as `publish`. */
  send(name: string, message: AnyMessage, id: string): Promise<void> | void;
}
