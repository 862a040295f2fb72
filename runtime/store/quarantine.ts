/**
 * How a session that was set aside is written down by the stores that keep bytes (`lmdb.ts`, `redis.ts`): a line
 * of JSON that says which, why and when, and what was stored. The line can be made without the bytes, so that
 * a script in Redis puts the two together.
 */

import type { SetAside } from './store.js';

/** Characters of a reason that are kept. */
const longestReason = 2_000;

const newline = 10;

/** The reason as it is kept. */
export function shortened(reason: string): string {
  return reason.slice(0, longestReason).toWellFormed();
}

/** What stands before the bytes: a line of JSON, which itself has no line break. */
export function asideLine({ id, reason, at }: Omit<SetAside, 'bytes'>): Buffer {
  return Buffer.from(`${JSON.stringify({ at, id, reason: shortened(reason) })}\n`);
}

/** Reads what `asideLine` and the bytes make together; the bytes are a copy. */
export function readAside(written: Uint8Array): SetAside {
  const end = written.indexOf(newline);
  const text = Buffer.from(written.subarray(0, end)).toString();
  const { at, id, reason } = JSON.parse(text) as Omit<SetAside, 'bytes'>;

  return { id, bytes: new Uint8Array(written.subarray(end + 1)), reason, at };
}
