/**
 * The record of a session in `lmdb.ts`: a header, the node that wrote it, and the bytes.
 *
 *     0     1     2            10           18        26            26 + n
 *     kind  n     end (f64)    fence (f64)  at (f64)  node (utf-8)  bytes
 */

import { ErrorCode, TroupeError } from '../platform/errors.js';
import type { Fence } from './store.js';

// TYPES -----------------------------------------------------------------------

/** A session as it is stored. */
export interface StoredRecord {
  /** The node that wrote it. */
  readonly node: string;
  readonly fence: Fence;
  /** When it was written, in milliseconds since the epoch. */
  readonly at: number;
  /** When it expires, in milliseconds since the epoch. */
  readonly end: number;
  /** `undefined` if the session was removed. */
  readonly bytes: Uint8Array | undefined;
}

/** The first byte. */
const Kind = { Session: 1, Removed: 2 } as const;

const offset = { kind: 0, length: 1, end: 2, fence: 10, at: 18, node: 26 } as const;

const maxNodeBytes = 255;

// RECORD ----------------------------------------------------------------------

/** Encodes a session. The bytes are copied. */
export function writeRecord({ node, fence, at, end, bytes }: StoredRecord): Buffer {
  const length = Buffer.byteLength(node);
  if (length > maxNodeBytes) {
    throw new TroupeError(
      ErrorCode.Store,
      `The name of a node has ${length} bytes; at most ${maxNodeBytes} are stored.`
    );
  }
  const record = Buffer.allocUnsafe(offset.node + length + (bytes?.length ?? 0));

  record[offset.kind] = bytes === undefined ? Kind.Removed : Kind.Session;
  record[offset.length] = length;
  record.writeDoubleLE(end, offset.end);
  record.writeDoubleLE(fence, offset.fence);
  record.writeDoubleLE(at, offset.at);
  record.write(node, offset.node);
  if (bytes !== undefined) record.set(bytes, offset.node + length);
  return record;
}

/**
 * Decodes what `writeRecord` returned. The bytes are a part of `record`, not a copy.
 *
 * Of a damaged record, or one of another format, all is given as its bytes, owned by no node and never expired: it cannot
 * be restored, and is put into quarantine by what tries to.
 */
export function readRecord(record: Buffer): StoredRecord {
  const kind = record[offset.kind];
  const start = offset.node + (record[offset.length] ?? 0);
  const isReadable = (kind === Kind.Session || kind === Kind.Removed) && record.length >= start;
  if (!isReadable) return { node: '', fence: 0, at: 0, end: Number.POSITIVE_INFINITY, bytes: record };

  return {
    node: record.toString('utf8', offset.node, start),
    fence: record.readDoubleLE(offset.fence),
    at: record.readDoubleLE(offset.at),
    end: endOf(record),
    bytes: kind === Kind.Removed ? undefined : record.subarray(start),
  };
}

/** When a record expires. The rest of it is not read; one that is too short never does. */
export function endOf(record: Buffer): number {
  return record.length < offset.node ? Number.POSITIVE_INFINITY : record.readDoubleLE(offset.end);
}
