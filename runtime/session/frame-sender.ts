/**
 * Sends frames to one client: encodes them, counts the numbered ones in the send window, keeps those until the client
 * has acknowledged them, and lets the probe see them. `client-link.ts` decides what is sent; the connection may change,
 * the counting goes on.
 *
 * A client that leaves its window shut for a minute, and yet sends something, is stalled: its connection is closed. If it
 * then comes back without having applied all frames, it gets the whole page, and with it the handlers that stand there.
 */

import { monotonic, type TimeSource } from '../platform/clock.js';
import type { Probe } from '../tree/probe.js';
import { encodeFrame } from '../wire/frame-codec.js';
import { type CloseCode, type ServerFrame, ServerKind } from '../wire/protocol.js';
import { SendWindow, type SentFrame } from './send-window.js';

// TYPES -----------------------------------------------------------------------

/** The connection of one client; `runtime/socket/` has the one over a WebSocket. */
export interface Connection {
  /** Sends a frame; the bytes are not changed afterwards. */
  send(frame: Uint8Array): void;
  /** Bytes not yet handed to the kernel. */
  readonly buffered: number;
  /** Its number among the connections of this process: a later one has a greater number. */
  readonly opened: number;
  /** Closes the socket. */
  close(code: CloseCode, reason: string): void;
  /** Called after each turn of the session. */
  readonly turned?: (() => unknown) | undefined;
}

/** A frame that is counted. */
export type NumberedFrame = Exclude<ServerFrame, { kind: typeof ServerKind.Acknowledge }>;

/** The client tree, as far as it can keep frames back. */
interface Filling {
  /** Whether no frame can be made before the client acknowledges one. */
  readonly isFull: boolean;
}

// LIMITS ----------------------------------------------------------------------

/**
 * Milliseconds for which a client may leave its window shut. Whatever a client sends says how many frames it has applied, so
 * the timers of a hidden page and a page that is frozen do not count: when such a page sends something, it has acknowledged.
 * What is left is the network, which has a minute for the 64 KB of a window. A client gives up a connection that is slower
 * than that by itself: when no frame comes for 35 seconds.
 */
const maxShutMs = 60_000;

// SENDER ----------------------------------------------------------------------

/** The frames of one client. */
export class FrameSender {
  /** Where frames go; without one they are only counted. */
  connection: Connection | undefined;
  /** The number of the last frame with the whole page; a client that has not applied it gets another. */
  whole = 0;
  #window = new SendWindow();
  /** When a frame had to wait, if none could go since; by the clock. */
  #shutSince: number | undefined;
  readonly #owner: { readonly probe: Probe | undefined };
  readonly #clock: TimeSource;

  constructor(owner: { readonly probe: Probe | undefined }, clock: TimeSource) {
    this.#owner = owner;
    this.#clock = clock;
  }

  /** The number of the next frame. */
  get next(): number {
    return this.#window.sent + 1;
  }

  /** The number of the last frame the client has applied, as far as it has said. */
  get acknowledged(): number {
    return this.#window.acknowledged;
  }

  /** Whether a frame can go: there is a connection, the send window is open, and the client tree is not full. */
  canSend(tree: Filling): boolean {
    if (this.connection === undefined) return false;
    const isOpen = !tree.isFull && this.#window.isOpen(this.connection.buffered);
    this.#shutSince = isOpen ? undefined : (this.#shutSince ?? monotonic(this.#clock));

    return isOpen;
  }

  /** Whether frames have waited for too long for an acknowledgement, and wait. */
  isStalled(tree: Filling | undefined): boolean {
    return this.#isLate && tree !== undefined && !this.canSend(tree);
  }

  get #isLate(): boolean {
    return this.#shutSince !== undefined && monotonic(this.#clock) - this.#shutSince > maxShutMs;
  }

  /** Counts from here on; nothing that was sent before is kept. */
  restart(sent = 0): void {
    this.#window = new SendWindow(sent);
    this.#shutSince = undefined;
  }

  /** The frames after `frame`, if they are all kept, and the client was not too late to acknowledge them. */
  since(frame: number): readonly SentFrame[] | undefined {
    return this.#isLate && frame !== this.#window.sent ? undefined : this.#window.since(frame);
  }

  /** The client has applied so many more frames. Returns false if it cannot have. */
  acknowledge(frames: number): boolean {
    return this.#window.acknowledge(frames);
  }

  /** Sends a numbered frame, which reports so many events as processed. */
  send(frame: NumberedFrame, processed: number): void {
    const bytes = encodeFrame(frame);
    this.#window.push(bytes, processed);
    if (frame.kind === ServerKind.Adopt || frame.kind === ServerKind.Render) this.whole = this.#window.sent;
    this.#transmit(frame, bytes);
  }

  /** Sends a frame that is not numbered. */
  sendUncounted(frame: ServerFrame): void {
    this.#transmit(frame, encodeFrame(frame));
  }

  /** Sends a frame again that the client has missed. */
  repeat({ bytes }: SentFrame): void {
    this.connection?.send(bytes);
  }

  #transmit(frame: ServerFrame, bytes: Uint8Array): void {
    this.connection?.send(bytes);
    this.#owner.probe?.({ kind: 'sent', frame, bytes: bytes.length });
  }
}
