/**
 * Sends frames to one client: encodes them, counts the numbered ones in the send window, keeps those until the client
 * has acknowledged them, and lets the probe see them. `client-link.ts` decides what is sent; the connection may change,
 * the counting goes on.
 */

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
}

/** A frame that is counted. */
export type NumberedFrame = Exclude<ServerFrame, { kind: typeof ServerKind.Acknowledge }>;

// SENDER ----------------------------------------------------------------------

/** The frames of one client. */
export class FrameSender {
  /** Where frames go; without one they are only counted. */
  connection: Connection | undefined;
  /** The number of the last frame with the whole page; a client that has not applied it gets another. */
  whole = 0;
  #window = new SendWindow();
  readonly #owner: { readonly probe: Probe | undefined };

  constructor(owner: { readonly probe: Probe | undefined }) {
    this.#owner = owner;
  }

  /** The number of the next frame. */
  get next(): number {
    return this.#window.sent + 1;
  }

  /** The number of the last frame the client has applied, as far as it has said. */
  get acknowledged(): number {
    return this.#window.acknowledged;
  }

  /** Whether there is a connection, and the send window is open. */
  get isOpen(): boolean {
    return this.connection !== undefined && this.#window.isOpen(this.connection.buffered);
  }

  /** Counts from here on; nothing that was sent before is kept. */
  restart(sent = 0): void {
    this.#window = new SendWindow(sent);
  }

  /** The frames after `frame`, if they are all kept. */
  since(frame: number): readonly SentFrame[] | undefined {
    return this.#window.since(frame);
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
