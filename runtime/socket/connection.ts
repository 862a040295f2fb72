/**
 * One socket connection, from open to close: it waits for a join, is attached to a session and then carries frames both
 * ways. It answers every protocol violation of a client with a close code of `protocol.ts`, and counts frames against
 * the limit of a second.
 *
 * `transport.ts` provides the socket and the bytes, and refuses those that are too many for a frame; the frame sender of a session sends on it. This file does not import
 * ws. A connection is one small object without timers or closures of its own, because there are thousands of
 * connections and most are idle.
 */

import type { RequestIdentity } from '../identity/request-identity.js';
import { type Clock, monotonic } from '../platform/clock.js';
import type { Tell } from '../platform/diagnostics.js';
import type { Reporter } from '../platform/error-report.js';
import { ErrorCode } from '../platform/errors.js';
import type { Connection } from '../session/frame-sender.js';
import type { JoinFrame } from '../session/join.js';
import type { Session } from '../session/session.js';
import { Malformed } from '../wire/decode.js';
import { decodeClientFrame } from '../wire/frame-codec.js';
import { Ask, type ClientFrame, ClientKind, CloseCode, Limit, version } from '../wire/protocol.js';

// TYPES -----------------------------------------------------------------------

/** What a connection needs of a socket. */
export interface Socket {
  /** Bytes that have not gone to the kernel. */
  readonly bufferedAmount: number;
  close(code: number, reason: string): void;
  /** Reads nothing more. */
  pause(): void;
  ping(): void;
  /** Answers a ping with what it brought. */
  pong(data: Uint8Array): void;
  /** `sent` is called when the frame has gone to the kernel, or never will. */
  send(frame: Uint8Array, sent?: () => void): void;
  terminate(): void;
}

/** The session that a join leads to. */
export interface Admitted {
  readonly session: Session;
  /** The adoption ticket of the client's page; 0 if the page shows another session. */
  readonly ticket: number;
}

/** What all connections of a server share. */
export interface Switchboard {
  /** Leads a join to its session, or says with which code it is refused. */
  readonly admit: (frame: JoinFrame, visitor: RequestIdentity) => Promise<Admitted | CloseCode>;
  /** The hash of the client script that the pages load. */
  readonly client: string;
  readonly clock: Clock;
  /** How many connections were closed by this side, by code. */
  readonly closed: Map<CloseCode, number>;
  /** Frames a client may send in a second; twice as many in one go. A frame that makes much work counts as several. */
  readonly framesPerSecond: number;
  /** Milliseconds until a join must have come. */
  readonly joinDeadline: number;
  readonly report: Reporter;
  /** Called when a client violates a limit or the protocol. */
  readonly tell?: Tell | undefined;
}

// STAGES ----------------------------------------------------------------------

/** The life of a connection, in this order. */
const Stage = { Waiting: 0, Joining: 1, Joined: 2, Closed: 3 } as const;
type Stage = (typeof Stage)[keyof typeof Stage];

/** The most a frame's own header adds to what is buffered. */
const headerBytes = 10;

/** How far ahead of its rate a client may be, in milliseconds. */
const burst = 2_000;

/**
 * What makes a frame count once more than once, so that few frames cannot make the work of many: so many
 * bytes, so many events. All that a client keeps for a bad connection fits in one go.
 */
const bytesPerFrame = 16_384;
const eventsPerFrame = 5;

/** As how many frames it counts when a client asks for its whole page. */
const framesPerRender = 20;

/** What no client of ours does. */
const hostile: ReadonlySet<CloseCode> = new Set([CloseCode.TooBig, CloseCode.Malformed, CloseCode.Flood]);

// CONNECTION ------------------------------------------------------------------

/** How many connections this process has had. */
let connections = 0;

/** A socket on its way to a session, or there. */
export class SocketConnection implements Connection {
  readonly #switchboard: Switchboard;
  readonly #socket: Socket;
  readonly opened = ++connections;
  #stage: Stage = Stage.Waiting;
  #session: Session | undefined;
  /** Waits for the join; kept until it has come. */
  #deadline: unknown;
  /** Who opened the socket; kept until the join has come. */
  #visitor: RequestIdentity | undefined;
  /** Whether there was a sign of life since the last sweep. */
  #alive = true;
  /** When the frames received so far would be due if they came exactly at the rate allowed. */
  #due = 0;
  /** What was buffered at the last sweep, if that was more than a client who reads lets stand; else 0. */
  #unread = 0;

  /** Without a visitor it is to be refused at once. */
  constructor(switchboard: Switchboard, socket: Socket, visitor: RequestIdentity | undefined) {
    this.#switchboard = switchboard;
    this.#socket = socket;
    this.#visitor = visitor;
    this.#deadline = switchboard.clock.setTimeout(
      () => this.refuse(CloseCode.Silent, 'no join in time'),
      switchboard.joinDeadline
    );
  }

  // As a session sees it

  get buffered(): number {
    return this.#socket.bufferedAmount;
  }

  send(frame: Uint8Array): void {
    if (this.#stage === Stage.Closed) return;
    const buffered = this.#socket.bufferedAmount + frame.length + headerBytes;

    // Only what closes the session's window is worth a closure that tells when it is open again.
    if (buffered < Limit.windowBuffered) this.#socket.send(frame);
    else this.#socket.send(frame, () => this.#drained());
  }

  close(code: CloseCode, reason: string): void {
    if (this.#stage === Stage.Closed) return;
    const { closed, tell } = this.#switchboard;

    this.#settle();
    closed.set(code, (closed.get(code) ?? 0) + 1);
    if (hostile.has(code)) tell?.('hostile', { session: this.#session?.id, code, reason });
    this.#socket.close(code, reason);
  }

  // As the transport sees it

  /** A message has come; `bytes` are valid only now. */
  received(bytes: Uint8Array, isBinary: boolean): void {
    if (!this.#counts(1 + Math.floor(bytes.length / bytesPerFrame))) return;
    if (isBinary) this.#read(bytes);
    else this.refuse(CloseCode.Malformed, 'text instead of a frame');
  }

  /** The answer to a ping, or any other sign that the other end is there. */
  heard(): void {
    this.#counts(1);
  }

  /** A ping; one who does not read the answers is not written more of them. */
  pinged(data: Uint8Array): void {
    if (this.#counts(1) && this.#socket.bufferedAmount < Limit.windowBuffered) this.#socket.pong(data);
  }

  /**
   * Asks the other end for a sign of life. Without any since the last time the connection ends, and so it does if
   * the other end speaks but has not read anything of what waits for it.
   */
  sweep(): void {
    const buffered = this.#socket.bufferedAmount;

    if (!this.#alive) this.#cut('no sign of life');
    else if (this.#unread > 0 && buffered >= this.#unread) this.#cut('nothing is read');
    else {
      this.#alive = false;
      this.#unread = buffered >= Limit.windowBuffered ? buffered : 0;
      this.#socket.ping();
    }
  }

  /** Closes because of something the other end did, or did not do. */
  refuse(code: CloseCode, reason: string): void {
    this.close(code, reason);
    this.#leave();
  }

  /** The socket is closed, by whomever. */
  ended(): void {
    this.#settle();
    this.#leave();
  }

  // Frames

  /** Something has come that counts as so many frames. False if it is not to be looked at. */
  #counts(frames: number): boolean {
    this.#alive = true;
    if (!this.#isFlood(frames)) return this.#stage !== Stage.Closed;
    // A client that keeps flooding is not read until the socket ends. Closed at once, it would not receive the close code.
    if (this.#stage === Stage.Closed) this.#socket.pause();
    else this.refuse(CloseCode.Flood, 'too many frames');

    return false;
  }

  #isFlood(frames: number): boolean {
    const { clock, framesPerSecond } = this.#switchboard;
    const now = monotonic(clock);

    this.#due = Math.max(this.#due, now) + (frames * 1_000) / framesPerSecond;
    return this.#due - now > burst;
  }

  #read(bytes: Uint8Array): void {
    try {
      this.#dispatch(decodeClientFrame(bytes), bytes.length);
    } catch (error) {
      if (error instanceof Malformed) this.refuse(CloseCode.Malformed, error.message);
      else this.#fail(error);
    }
  }

  #dispatch(frame: ClientFrame, bytes: number): void {
    const isJoin = frame.kind === ClientKind.Join;

    if (this.#stage === Stage.Joined && !isJoin) this.#receive(frame, bytes);
    else if (this.#stage === Stage.Waiting && isJoin) this.#join(frame, bytes);
    else this.refuse(CloseCode.Malformed, isJoin ? 'joined already' : 'not joined yet');
  }

  #receive(frame: Exclude<ClientFrame, JoinFrame>, bytes: number): void {
    const more = furtherFrames(frame);

    if (more === 0 || this.#counts(more)) this.#session?.client.receive(this, frame, bytes);
  }

  // Joining

  #join(frame: JoinFrame, bytes: number): void {
    const { client } = this.#switchboard;

    if (frame.version !== version) {
      this.refuse(CloseCode.Reload, 'another protocol version');
    } else if (frame.client !== '' && frame.client !== client) {
      this.refuse(CloseCode.Reload, 'another client script');
    } else {
      this.#stage = Stage.Joining;
      this.#forgetDeadline();
      void this.#admit(frame, bytes);
    }
  }

  async #admit(frame: JoinFrame, bytes: number): Promise<void> {
    try {
      const admitted = await this.#switchboard.admit(frame, this.#visitor as RequestIdentity);

      if (this.#stage !== Stage.Joining) return;
      if (typeof admitted === 'number') this.refuse(admitted, 'join refused');
      else this.#enter(admitted, frame, bytes);
    } catch (error) {
      this.#fail(error);
    }
  }

  #enter({ session, ticket }: Admitted, frame: JoinFrame, bytes: number): void {
    this.#stage = Stage.Joined;
    this.#visitor = undefined;
    this.#session = session;
    session.join(this, frame, ticket, bytes);
  }

  // Ends

  /** Ends a connection whose other end is not expected to answer. */
  #cut(reason: string): void {
    this.refuse(CloseCode.Silent, reason);
    this.#socket.terminate();
  }

  /** A fault of this side: reported, and the client may come again later. */
  #fail(error: unknown): void {
    this.#switchboard.report(ErrorCode.Internal, error, { session: this.#session?.id });
    this.refuse(CloseCode.TryLater, 'an error on the server');
  }

  #drained(): void {
    try {
      this.#session?.client.drained(this);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Tells the session, once. */
  #leave(): void {
    const session = this.#session;

    this.#session = undefined;
    try {
      session?.client.leave(this);
    } catch (error) {
      this.#switchboard.report(ErrorCode.Internal, error, { session: session?.id });
    }
  }

  #forgetDeadline(): void {
    this.#switchboard.clock.clearTimeout(this.#deadline);
    this.#deadline = undefined;
  }

  /** Nothing is received or sent any more. */
  #settle(): void {
    this.#stage = Stage.Closed;
    this.#forgetDeadline();
    this.#visitor = undefined;
  }
}

/** As how many more frames a frame counts for what it asks. */
function furtherFrames(frame: Exclude<ClientFrame, JoinFrame>): number {
  if (frame.kind === ClientKind.Events) return Math.floor(frame.events.length / eventsPerFrame);

  return (frame.ask & Ask.Render) === 0 ? 0 : framesPerRender;
}
