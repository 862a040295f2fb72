/**
 * The send window: how far the server may be ahead of what a client has applied (backpressure). `frame-sender.ts` asks
 * before a frame is made and puts the frame in; the client's acknowledgements take frames out. Unacknowledged frames
 * are kept, so that a client that comes back gets just what it missed.
 *
 * The bytes in the socket's buffer are not a sufficient measure: the kernel accepts megabytes.
 */

import { Limit } from '../wire/protocol.js';

/** A frame that was sent. */
export interface SentFrame {
  readonly bytes: Uint8Array;
  /** How many events it said were processed. */
  readonly processed: number;
}

const none: readonly SentFrame[] = [];

/**
 * As how many more bytes a frame counts than it has: keeping it takes 200 beside its own (measured), and the last
 * one may reach beyond the limit. So no client has more than the limit, whatever is counted.
 */
const keeping = 320;

/** Frames sent and not yet acknowledged. Frames are counted from 1. */
export class SendWindow {
  /** Copies of the frames not acknowledged, oldest first. */
  #frames: SentFrame[] | undefined;
  #bytes = 0;
  #sent: number;

  /** Goes on counting after `sent`. */
  constructor(sent = 0) {
    this.#sent = sent;
  }

  /** The number of the last frame sent; 0 if there was none. */
  get sent(): number {
    return this.#sent;
  }

  /** The number of the last frame the client has applied, as far as it has said. */
  get acknowledged(): number {
    return this.#sent - (this.#frames?.length ?? 0);
  }

  /** Whether another frame may be sent, with so many bytes still buffered in this process. */
  isOpen(buffered: number): boolean {
    return (
      buffered < Limit.windowBuffered &&
      this.#bytes < Limit.windowBytes &&
      (this.#frames === undefined || this.#frames.length < Limit.windowFrames)
    );
  }

  /** A frame is being sent. It is copied: packed frames share their memory. */
  push(bytes: Uint8Array, processed: number): void {
    const copy = new Uint8Array(bytes.byteLength);
    copy.set(bytes);
    this.#frames ??= [];
    this.#frames.push({ bytes: copy, processed });
    this.#bytes += bytes.byteLength + keeping;
    this.#sent++;
  }

  /** The client has applied so many more frames; false if it cannot have. */
  acknowledge(count: number): boolean {
    if (count === 0) return true;
    const frames = this.#frames;
    if (frames === undefined || count > frames.length) return false;
    if (count === frames.length) {
      this.#frames = undefined;
      this.#bytes = 0;
    } else {
      for (const frame of frames.splice(0, count)) this.#bytes -= frame.bytes.byteLength + keeping;
    }

    return true;
  }

  /** The frames after `frame`, if they are all still here. */
  since(frame: number): readonly SentFrame[] | undefined {
    if (frame < this.acknowledged || frame > this.#sent) return undefined;

    return this.#frames?.slice(frame - this.acknowledged) ?? none;
  }
}
