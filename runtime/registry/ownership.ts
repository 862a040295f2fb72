/**
 * Ownership of a session in memory: before this node answers a client for it, a write proves that the session is still
 * this node's. While the store is out of reach, another node may have taken the session; what is here is then out of date.
 *
 * `session-registry.ts` asks for each join and each reload; `write-behind.ts` writes.
 */

import type { LiveSession } from '../session/session.js';
import type { WriteBehind, WriteResult } from './write-behind.js';

// DECISION --------------------------------------------------------------------

/**
 * Whether this node may answer for a session after this result of a write. If it may not, another node has the session,
 * or may have it. A session that cannot be stored is answered for without proof: the state here is the only complete one.
 *
 * mayAnswer('failed'); // false
 */
export function mayAnswer(result: WriteResult): boolean {
  return result === 'stored' || result === 'refused';
}

// PROOF -----------------------------------------------------------------------

/**
 * Writes a session that this node has in memory, with a new fence, and resolves with whether the node may answer for it. If another node
 * owns it, the session is over afterwards. A store that other nodes do not reach needs no proof.
 */
export async function proveOwnership(writeBehind: WriteBehind, session: LiveSession): Promise<boolean> {
  return !writeBehind.isShared || mayAnswer(await writeBehind.write(session));
}

/**
 * Writes a session that has just begun here, a fresh one or a fork, before a client hears of it: a crash would take with it
 * what the client is going to rely on. If the store is shared, resolves with whether this node may answer for it; if it may
 * not, the session is over.
 */
export async function proveStart(writeBehind: WriteBehind, session: LiveSession): Promise<boolean> {
  if (session.fence !== 0 || writeBehind.isVolatile) return true;
  const isProven = mayAnswer(await writeBehind.write(session)) || !writeBehind.isShared;
  if (!isProven) session.stop();

  return isProven;
}
