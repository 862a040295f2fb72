/**
 * The strict reader of MessagePack: bytes from the network become a `Wire` value here and nowhere else.
 * `frame-codec.ts` on the server and `client/session.ts` in the browser make frames of it. Both sides share this
 * file.
 *
 * It reads what `Wire` can say and refuses the rest: nil, booleans, integers of up to 32 bits, floats,
 * UTF-8 strings and arrays. No maps, no binary, no extensions, no records, no 64 bit integers (whole
 * numbers beyond 32 bits travel as floats). Nothing is allocated on the word of a length: every declared
 * item and byte must still be there, over all open arrays together, so a frame of n bytes never costs
 * more than n items.
 */

import type { Wire } from './patch.js';
import { Limit } from './protocol.js';

/** The bytes are not a frame, or the frame says something the protocol does not allow. The other side's fault. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

/**
 * Reads one MessagePack value that takes up all of `bytes`.
 *
 * ```ts
 * decode(Uint8Array.of(0x92, 0x01, 0xa1, 0x61)); // [1, 'a']
 * ```
 *
 * **Note:** throws `Malformed` for everything that is not exactly that; arrays nest `Limit.depth` deep at most.
 */
export function decode(bytes: Uint8Array): Wire {
  return new Reader(bytes).whole();
}

// READER ----------------------------------------------------------------------

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Strings up to this many bytes are read here if they are ASCII: for so few, the call of a decoder costs more. */
const shortString = 24;

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #depth = 0;
  /** Items that the arrays now open have declared and not yet delivered; each takes a byte at least. */
  #owed = 1;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  whole(): Wire {
    const value = this.#value();
    if (this.#at < this.#bytes.length) throw new Malformed('bytes after the end');
    return value;
  }

  #value(): Wire {
    this.#owed--;
    const byte = this.#unsigned(1);
    if (byte < 0x80) return byte;
    if (byte > 0xdf) return byte - 0x100;
    if (byte > 0x9f && byte < 0xc0) return this.#string(byte - 0xa0);
    if (byte > 0x8f && byte < 0xa0) return this.#array(byte - 0x90);
    switch (byte) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xca:
        return this.#view(4).getFloat32(0);
      case 0xcb:
        return this.#view(8).getFloat64(0);
    }
    return this.#sized(byte);
  }

  /** What begins with a number of 1, 2 or 4 bytes: types come in threes, the smallest first. */
  #sized(byte: number): Wire {
    if (byte > 0xcb && byte < 0xcf) return this.#unsigned(1 << (byte - 0xcc));
    if (byte > 0xcf && byte < 0xd3) {
      const unused = 32 - (8 << (byte - 0xd0));
      return (this.#unsigned(1 << (byte - 0xd0)) << unused) >> unused;
    }
    if (byte > 0xd8 && byte < 0xdc) return this.#string(this.#unsigned(1 << (byte - 0xd9)));
    if (byte > 0xdb && byte < 0xde) return this.#array(this.#unsigned(1 << (byte - 0xdb)));
    throw new Malformed(`type 0x${byte.toString(16)}`);
  }

  /** Moves over `size` bytes and says where they start. */
  #take(size: number): number {
    const start = this.#at;
    if (size > this.#bytes.length - start) throw new Malformed('truncated');
    this.#at = start + size;
    return start;
  }

  #unsigned(size: number): number {
    let value = 0;
    for (let at = this.#take(size); at < this.#at; at++) value = value * 0x100 + (this.#bytes[at] as number);
    return value;
  }

  #view(size: number): DataView {
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset + this.#take(size), size);
  }

  #string(size: number): string {
    const start = this.#take(size);
    if (size > shortString) return this.#utf8(start);
    let text = '';
    for (let at = start; at < this.#at; at++) {
      const byte = this.#bytes[at] as number;
      if (byte > 0x7f) return this.#utf8(start);
      text += String.fromCharCode(byte);
    }
    return text;
  }

  #utf8(start: number): string {
    try {
      return utf8.decode(this.#bytes.subarray(start, this.#at));
    } catch {
      throw new Malformed('not UTF-8');
    }
  }

  #array(length: number): Wire[] {
    this.#owed += length;
    if (this.#owed > this.#bytes.length - this.#at) throw new Malformed('truncated');
    if (++this.#depth > Limit.depth) throw new Malformed('too deep');
    const items: Wire[] = [];
    while (length--) items.push(this.#value());
    this.#depth--;
    return items;
  }
}
