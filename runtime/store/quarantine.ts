/**
 * The quarantine: how a snapshot that cannot be used is kept by the stores of bytes (`lmdb.ts`, `redis.ts`). A line of
 * JSON with session, reason and time comes first, then the bytes. The line is made without the bytes, so that a script
 * in Redis can join the two.
 */

import type { SetAside } from './store.js';

/** Characters of a reason that are kept. */
const maxReasonLength = 2_000;

const newline = 10;

/** A reason as it is kept: shortened, and without half of a surrogate pair. */
export function shortenReason(reason: string): string {
  return reason.slice(0, maxReasonLength).toWellFormed();
}

/** What comes before the bytes: a line of JSON. JSON contains no line break. */
export function quarantineLine({ id, reason, at }: Omit<SetAside, 'bytes'>): Buffer {
  return Buffer.from(`${JSON.stringify({ at, id, reason: shortenReason(reason) })}\n`);
}

/** Reads a line of `quarantineLine` and the bytes after it. The bytes are a copy. */
export function readQuarantined(written: Uint8Array): SetAside {
  const end = written.indexOf(newline);
  const text = Buffer.from(written.subarray(0, end)).toString();
  const { at, id, reason } = JSON.parse(text) as Omit<SetAside, 'bytes'>;

  return { id, bytes: new Uint8Array(written.subarray(end + 1)), reason, at };
}
