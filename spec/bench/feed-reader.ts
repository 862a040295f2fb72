/** The feed of the row `slow`, on the side of the load: who reads it, who stops reading, and who reads again. */

import type { Socket } from 'node:net';
import { decode } from '../../runtime/wire/decode.js';
import type { Wire } from '../../runtime/wire/patch.js';
import { ClientKind, Limit, ServerKind } from '../../runtime/wire/protocol.js';
import { getPage, join, open, pack, type Visit } from './visit.js';

// TYPES -----------------------------------------------------------------------

/** What those who have read have seen since it was asked for the last time. */
export interface Reading {
  readonly received: number;
  /** How many numbers were left out before one that came. */
  readonly left: number;
  /** Milliseconds from being told to being read: the median, 99 of 100, the longest. */
  readonly delays: readonly [number, number, number];
}

interface Reader {
  readonly socket: Visit['socket'];
  last: number;
  unacknowledged: number;
}

// READING ---------------------------------------------------------------------

const readers: Reader[] = [];
const stopped: Reader[] = [];
let delays: number[] = [];
let left = 0;

/** Opens visits that read; `bare` without a page of ours. Of ours, each acknowledges as a client does. */
export async function openReaders({ url, count, bare }: { url: string; count: number; bare: boolean }): Promise<void> {
  for (let index = 0; index < count; index++) {
    const { socket } = bare ? { socket: await open(url) } : await join(await getPage(url));
    const reader: Reader = { socket, last: 0, unacknowledged: bare ? Number.NEGATIVE_INFINITY : 1 };

    socket.on('message', (bytes: Buffer) => receive(reader, decode(bytes)));
    socket.once('close', (code: number, reason: Buffer) => {
      throw new Error(`the server closed a connection with ${code} ${reason}`);
    });
    readers.push(reader);
  }
}

function receive(reader: Reader, frame: Wire): void {
  const [kind, changes] = frame as readonly [number, readonly Wire[]];
  if (kind !== ServerKind.Patch || changes.length !== 6) throw new Error(`not a patch: ${JSON.stringify(frame)}`);
  const told = changes[2] as number;
  const [shown, at] = String(changes[5]).split(' ');
  if (Number(shown) !== told || told <= reader.last) throw new Error(`${shown} and ${told} came after ${reader.last}`);
  if (!stopped.includes(reader)) {
    left += told - reader.last - 1;
    delays.push(performance.timeOrigin + performance.now() - Number(at));
  }
  reader.last = told;
  if (++reader.unacknowledged < Limit.acknowledgeFrames) return;
  reader.socket.send(pack([ClientKind.Acknowledge, reader.unacknowledged]));
  reader.unacknowledged = 0;
}

/** What was read since the last time. */
export function readings(): Reading {
  const sorted = delays.sort((one, other) => one - other);
  const at = (part: number): number => Math.round(sorted[Math.floor((sorted.length - 1) * part)] ?? 0);
  const reading: Reading = { received: sorted.length, left, delays: [at(0.5), at(0.99), at(1)] };

  delays = [];
  left = 0;
  return reading;
}

// STOPPING --------------------------------------------------------------------

const below = ({ socket }: Reader): Socket => (socket as unknown as { _socket: Socket })._socket;

/** Lets the first `count` stop reading. */
export function stopReading({ count }: { count: number }): void {
  stopped.push(...readers.slice(0, count));
  for (const reader of stopped) below(reader).pause();
}

/** Lets all read again; resolves with how many milliseconds it took until all had seen `last`. */
export async function readAgain({ last }: { last: number }): Promise<number> {
  const start = performance.now();

  for (const reader of stopped) {
    below(reader).resume();
    // A timer acknowledges what has come since the last acknowledgement, however little it is.
    setInterval(() => acknowledgeRest(reader), Limit.acknowledgeDelay).unref();
  }
  while (stopped.some((reader) => reader.last !== last)) await new Promise((resolve) => setTimeout(resolve, 10));
  return performance.now() - start;
}

function acknowledgeRest(reader: Reader): void {
  if (!(reader.unacknowledged > 0)) return;
  reader.socket.send(pack([ClientKind.Acknowledge, reader.unacknowledged]));
  reader.unacknowledged = 0;
}
