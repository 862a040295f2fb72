/**
 * Snapshot replication: writes the snapshot of a shared actor as text on the node that runs it, and makes a snapshot of
 * the same type from the text on the nodes that only watch it. `distributed-actor.ts` writes and reads them.
 */

import { Actor, type AnyActorLogic, type Snapshot } from 'xstate';
import type { Clock } from '../platform/clock.js';
import { ErrorCode, TroupeError, textOf } from '../platform/errors.js';
import { foreignIn, messageRules } from '../platform/plain-data.js';

// TYPES -----------------------------------------------------------------------

/** A persisted snapshot; that of a machine has its children with the names of their logic. */
type Persisted = Snapshot<unknown> & { readonly children?: Readonly<Record<string, { readonly src: unknown }>> };

// REPLICATION -----------------------------------------------------------------

/**
 * Writes a snapshot as text. Children whose logic is written inline in the machine are left out, because it has no name.
 *
 * @throws TroupeError `shared-actor` with the path of a value that is not plain data
 */
export function writeReplicatedSnapshot(name: string, logic: AnyActorLogic, snapshot: Snapshot<unknown>): string {
  const { children, ...persisted } = logic.getPersistedSnapshot(snapshot, {
    __unsafeAllowInlineActors: true,
  }) as Persisted;
  const named = Object.entries(children ?? {}).filter(([, { src }]) => typeof src === 'string');
  const plain = children === undefined ? persisted : { ...persisted, children: Object.fromEntries(named) };
  const foreign = foreignIn(plain, 'snapshot', messageRules);
  if (foreign === undefined) return JSON.stringify(plain);

  throw new TroupeError(
    ErrorCode.SharedActor,
    `The state of the shared actor '${name}' cannot be shown on other nodes: ${foreign}. Keep plain data in it: strings, numbers, booleans, null, arrays and object literals.`
  );
}

/**
 * Makes a snapshot from a text, without starting the actor.
 *
 * @throws TroupeError `shared-actor` if the logic of this node cannot restore it
 */
export function readReplicatedSnapshot(
  name: string,
  logic: AnyActorLogic,
  clock: Clock,
  text: string
): Snapshot<unknown> {
  try {
    const persisted = JSON.parse(text) as Persisted;
    const snapshot = new Actor(logic, { clock, id: name, snapshot: persisted }).getSnapshot() as Snapshot<unknown>;
    if (snapshot.status === 'error' && persisted.status !== 'error') throw snapshot.error;

    return snapshot;
  } catch (cause) {
    throw new TroupeError(
      ErrorCode.SharedActor,
      `The state of the shared actor '${name}' on another node cannot be read: ${textOf(cause)}. The logic must be the same on all nodes.`,
      { cause }
    );
  }
}
