/**
 * How `lmdb.ts` writes a session down: a short header, the node that wrote it, and the bytes.
 *
 *     0       1     2            10           18           26            26 + n
 *     format  n     end (f64)    fence (f64)  at (f64)     node (utf-8)  bytes
 *
 * Formats 1 and 2, which earlier versions have written, have no `at`.
 */

import { ErrorCode, TroupeError } from '../platform/errors.js';
import type { Fence } from './store.js';

// TYPES -----------------------------------------------------------------------

/** A session as it is written down. */
export interface StoredRecord {
  /** The node that wrote it. */
  readonly node: string;
  readonly fence: Fence;
  /** When it was written, in milliseconds since the epoch; 0 if that is not known. */
  readonly at: number;
  /** When it is over, in milliseconds since the epoch. */
  readonly end: number;
  /** Nothing if the session was removed. */
  readonly bytes: Uint8Array | undefined;
}

/** The first byte. */
const Format = { UndatedSession: 1, UndatedRemoved: 2, Session: 3, Removed: 4 } as const;

const place = { format: 0, length: 1, end: 2, fence: 10, at: 18, node: 26 } as const;

/** Where the node is in formats without `at`. */
const undatedNode = 18;

const longestNode = 255;

// RECORD ----------------------------------------------------------------------

/** Writes a session down; the bytes are copied. */
export function writeRecord({ node, fence, at, end, bytes }: StoredRecord): Buffer {
  const length = Buffer.byteLength(node);
  if (length > longestNode) {
    throw new TroupeError(
      ErrorCode.Store,
      `The name of a node has ${length} bytes; at most ${longestNode} can be stored.`
    );
  }
  const record = Buffer.allocUnsafe(place.node + length + (bytes?.length ?? 0));

  record[place.format] = bytes === undefined ? Format.Removed : Format.Session;
  record[place.length] = length;
  record.writeDoubleLE(end, place.end);
  record.writeDoubleLE(fence, place.fence);
  record.writeDoubleLE(at, place.at);
  record.write(node, place.node);
  if (bytes !== undefined) record.set(bytes, place.node + length);
  return record;
}

/** Reads what `writeRecord` wrote; the bytes are those of `record`, not a copy. */
export function readRecord(record: Buffer): StoredRecord {
  const format = record[place.format] as number;
  if (!(format >= Format.UndatedSession && format <= Format.Removed)) {
    throw new TroupeError(
      ErrorCode.Store,
      `A stored session has the format ${format}, which this version does not know.`
    );
  }
  const isDated = format >= Format.Session;
  const node = isDated ? place.node : undatedNode;
  const start = node + (record[place.length] as number);
  const isRemoved = format === Format.Removed || format === Format.UndatedRemoved;

  return {
    node: record.toString('utf8', node, start),
    fence: record.readDoubleLE(place.fence),
    at: isDated ? record.readDoubleLE(place.at) : 0,
    end: endOf(record),
    bytes: isRemoved ? undefined : record.subarray(start),
  };
}

/** When what was written down is over, without reading the rest. */
export function endOf(record: Buffer): number {
  return record.readDoubleLE(place.end);
}
