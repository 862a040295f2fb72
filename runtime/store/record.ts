/**
 * How `lmdb.ts` writes a session down: a short header, the node that wrote it, and the bytes.
 *
 *     0       1     2            10           18            18 + n
 *     format  n     end (f64)    fence (f64)  node (utf-8)  bytes
 */

import { ErrorCode, TroupeError } from '../errors.js';
import type { Fence } from '../store.js';

// TYPES -----------------------------------------------------------------------

/** A session as it is written down. */
export interface StoredRecord {
  /** The node that wrote it. */
  readonly node: string;
  readonly fence: Fence;
  /** When it is over, in milliseconds since the epoch. */
  readonly end: number;
  /** Nothing if the session was removed. */
  readonly bytes: Uint8Array | undefined;
}

/** The first byte. */
const Format = { Session: 1, Removed: 2 } as const;

const at = { format: 0, length: 1, end: 2, fence: 10, node: 18 } as const;

const longestNode = 255;

// RECORD ----------------------------------------------------------------------

/** Writes a session down; the bytes are copied. */
export function writeRecord({ node, fence, end, bytes }: StoredRecord): Buffer {
  const length = Buffer.byteLength(node);
  if (length > longestNode) {
    throw new TroupeError(
      ErrorCode.Store,
      `The name of a node has ${length} bytes; at most ${longestNode} can be stored.`
    );
  }
  const record = Buffer.allocUnsafe(at.node + length + (bytes?.length ?? 0));

  record[at.format] = bytes === undefined ? Format.Removed : Format.Session;
  record[at.length] = length;
  record.writeDoubleLE(end, at.end);
  record.writeDoubleLE(fence, at.fence);
  record.write(node, at.node);
  if (bytes !== undefined) record.set(bytes, at.node + length);
  return record;
}

/** Reads what `writeRecord` wrote; the bytes are those of `record`, not a copy. */
export function readRecord(record: Buffer): StoredRecord {
  const format = record[at.format];
  if (format !== Format.Session && format !== Format.Removed) {
    throw new TroupeError(
      ErrorCode.Store,
      `A stored session has the format ${format}, which this version does not know.`
    );
  }
  const start = at.node + (record[at.length] as number);

  return {
    node: record.toString('utf8', at.node, start),
    fence: record.readDoubleLE(at.fence),
    end: endOf(record),
    bytes: format === Format.Session ? record.subarray(start) : undefined,
  };
}

/** When what was written down is over, without reading the rest. */
export function endOf(record: Buffer): number {
  return record.readDoubleLE(at.end);
}
