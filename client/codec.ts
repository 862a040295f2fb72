/**
 * A small MessagePack writer: encodes a frame of the client as bytes. `session.ts` makes the frames and passes the bytes
 * on; `outbox.ts` measures the events it keeps with it. The server reads the bytes with the decoder that the client
 * uses for the frames of the server.
 *
 * It writes what `Wire` (`runtime/wire/patch.ts`) can say, each value in its smallest form: whole numbers of up to 32 bits
 * as integers, all others as 64 bit floats. Of each number in the list of bytes the array takes the lowest eight bits.
 */

import type { Wire } from '../runtime/wire/patch.js';

const utf8 = new TextEncoder();

/**
 * Packs one value.
 *
 * ```ts
 * encode([1, 'a']); // 92 01 a1 61
 * ```
 *
 * **Note:** lone surrogates in strings become U+FFFD.
 */
export function encode(value: Wire): Uint8Array {
  const bytes: number[] = [];
  write(bytes, value);
  return Uint8Array.from(bytes);
}

function write(bytes: number[], value: Wire): void {
  if (value === null) bytes.push(0xc0);
  else if (typeof value === 'boolean') bytes.push(value ? 0xc3 : 0xc2);
  else if (typeof value === 'number') writeNumber(bytes, value);
  else if (typeof value === 'string') writeString(bytes, value);
  else {
    // There is no array header for a length of one byte.
    if (value.length < 16) bytes.push(0x90 + value.length);
    else writeSized(bytes, value.length, 0xdb, value.length | 0x100);
    for (const item of value) write(bytes, item);
  }
}

function writeNumber(bytes: number[], value: number): void {
  if (value >= -32 && value < 0x80 && Number.isInteger(value)) bytes.push(value);
  else if (value >>> 0 === value) writeSized(bytes, value, 0xcc, value);
  else if ((value | 0) === value) writeSized(bytes, value, 0xd0, ~value * 2);
  else bytes.push(0xcb, ...new Uint8Array(new Float64Array([value]).buffer).reverse());
}

function writeString(bytes: number[], value: string): void {
  const text = utf8.encode(value);
  if (text.length < 32) bytes.push(0xa0 + text.length);
  else writeSized(bytes, text.length, 0xd9, text.length);
  for (const byte of text) bytes.push(byte);
}

/** One, two or four bytes, whatever `extent` needs; `type` is the one for one byte, the next ones follow it. */
function writeSized(bytes: number[], value: number, type: number, extent: number): void {
  const power = extent < 0x100 ? 0 : extent < 0x10000 ? 1 : 2;
  bytes.push(type + power);
  for (let shift = 8 << power; shift > 0; ) {
    shift -= 8;
    bytes.push(value >> shift);
  }
}
