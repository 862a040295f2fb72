/**
 * The replica of a shared actor: its state as text, which travels from the node that runs it to those that
 * only watch it, and a snapshot made of that, which is of the same kind as the actor's own.
 * `distributed-actor.ts` writes and reads them.
 */

import { Actor, type AnyActorLogic, type Snapshot } from 'xstate';
import type { Clock } from '../platform/clock.js';
import { ErrorCode, TroupeError, textOf } from '../platform/errors.js';
import { foreignIn, messageRules } from '../platform/plain-data.js';

// TYPES -----------------------------------------------------------------------

/** A snapshot as it is persisted; a machine's names its children and their logic. */
type Persisted = Snapshot<unknown> & { readonly children?: Readonly<Record<string, { readonly src: unknown }>> };

// REPLICA ---------------------------------------------------------------------

/**
 * The state of an actor as text.
 *
 * Children whose logic has no name, because it stands in the machine itself, are left out.
 *
 * @throws TroupeError `shared-actor` for what is not plain data, with its path
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
 * A snapshot of the state in a text, of an actor that does not run.
 *
 * @throws TroupeError `shared-actor` if the logic here can make nothing of it
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
