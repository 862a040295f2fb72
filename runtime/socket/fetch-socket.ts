/**
 * A socket made of requests, for browsers whose WebSockets do not survive: frames come up in the bodies of POSTs, and go
 * down in an answer that does not end, or, if something on the way holds such answers back, in one answer after the other.
 * `transport.ts` opens it and passes its requests on; its connection takes it for any other socket.
 *
 *     POST /_troupe/socket?ID.NUMBER.DOWN[.NODE]
 *
 * `ID` is chosen by the client for one connection. `DOWN` says what the answer is for: nothing (`''`), all frames from now on
 * (`s`), those of the next so many milliseconds, or the end of the connection (`x`). Requests with and without an answer for
 * frames are numbered from 1, each kind by itself: a browser or a proxy may send one twice. The first one opens the
 * connection, and its body has the join; the header `Troupe-Node` of its answer says which node has the connection. The client
 * names it from then on, so that another node can pass the request on (`fetch-relay.ts`).
 *
 * Bodies and answers are records: four bytes with the length of a frame, and the frame. In an answer a length of 0 asks for a
 * sign of life, and one with its highest bit set is the code of a close.
 */

import type { HttpRequest } from '../identity/request-identity.js';
import type { Clock } from '../platform/clock.js';
import { CloseCode } from '../wire/protocol.js';
import type { Socket, SocketConnection } from './connection.js';

// TYPES -----------------------------------------------------------------------

/** What a request says in its query. */
export interface FetchQuery {
  readonly id: string;
  readonly number: number;
  readonly down: string;
  /** The node that has the connection, as far as the client knows it; else ''. */
  readonly node: string;
}

/** What a request is answered with: a response of Node's, or one that goes to another node first. */
export interface FetchAnswer {
  sendDate: boolean;
  readonly writableLength: number;
  destroy(): void;
  end(body?: Buffer, sent?: () => void): void;
  flushHeaders(): void;
  on(event: 'close' | 'error', listener: () => void): void;
  write(body: Buffer, sent: () => void): void;
  writeHead(status: number, headers: string[]): void;
}

/** Milliseconds that a client that polls has to fetch the code of a close. */
const closeDeadline = 2_000;

const headerBytes = 4;
/** Bytes of a body beside its frames, at the most. */
export const aroundFrames = 1_024;
const closeBit = 0x80_00_00_00;
const maxWait = 25_000;

// RECORDS ---------------------------------------------------------------------

/** Reads the query of a request of the fallback; `undefined` if it is none. */
export function readFetchQuery(url: string): FetchQuery | undefined {
  const [, id, number, down, node = ''] =
    /\?([\w-]{22,40})\.(\d{1,9})\.(s|x|\d{0,5})(?:\.([\w-]{22}))?$/.exec(url) ?? [];

  return id === undefined ? undefined : { id, number: Number(number), down: `${down}`, node };
}

function numberRecord(number: number): Buffer {
  const bytes = Buffer.alloc(headerBytes);
  bytes.writeUInt32BE(number);

  return bytes;
}

/** The frames of a body; `undefined` if it is cut off. */
function framesOf(body: Buffer): readonly Buffer[] | undefined {
  const frames: Buffer[] = [];
  let place = 0;
  while (place < body.length) {
    if (place + headerBytes > body.length) return undefined;
    const end = place + headerBytes + body.readUInt32BE(place);
    if (end > body.length) return undefined;
    frames.push(body.subarray(place + headerBytes, end));
    place = end;
  }

  return frames;
}

// SOCKET ----------------------------------------------------------------------

/** `no-transform` and the header of nginx ask proxies not to hold the answer back. */
const headers = [
  ...['Content-Type', 'application/octet-stream', 'Cache-Control', 'no-store, no-transform'],
  ...['X-Accel-Buffering', 'no', 'X-Content-Type-Options', 'nosniff'],
];

/** Answers with this alone. */
export function answerFetch(response: FetchAnswer, status: number, body: Buffer = Buffer.alloc(0)): void {
  // An answer to a POST is not cached, and no code reads its date.
  response.sendDate = false;
  response.writeHead(status, status === 204 ? [] : [...headers, 'Content-Length', `${body.length}`]);
  response.end(body);
}

/** What a socket needs. */
export interface FetchSocketOptions {
  /** The address it is counted by. */
  readonly address: string;
  readonly clock: Clock;
  /** The cookie it was opened with: all its requests have it. */
  readonly cookie: string | undefined;
  /** The headers it was opened with: a request with the same `Origin` and `Cookie` needs no other look. */
  readonly headers: HttpRequest['headers'];
  /** Bytes of the largest frame. */
  readonly maxFrame: number;
  /** The name of this node. */
  readonly node: string;
  /** Called once, when it is closed. */
  onClosed(socket: FetchSocket): void;
}

/** One connection over requests. */
export class FetchSocket implements Socket {
  declare connection: SocketConnection;
  readonly address: string;
  readonly cookie: string | undefined;
  readonly #options: FetchSocketOptions;
  /** The answer that frames go down in. */
  #response: FetchAnswer | undefined;
  #isStream = false;
  /** Records that wait for an answer. */
  #queue: Uint8Array[] = [];
  #queued = 0;
  #sent: (() => void)[] = [];
  #isFlushing = false;
  /** The numbers of the last requests. */
  #up = 0;
  #down = 0;
  #waiting: unknown;
  #isClosing = false;
  #isClosed = false;

  constructor(options: FetchSocketOptions) {
    this.#options = options;
    this.address = options.address;
    this.cookie = options.cookie;
  }

  // As the connection sees it

  get bufferedAmount(): number {
    return this.#queued + (this.#response?.writableLength ?? 0);
  }

  send(frame: Uint8Array, sent?: () => void): void {
    this.#write(numberRecord(frame.length), frame);
    if (sent) this.#sent.push(sent);
  }

  close(code: number): void {
    this.#isClosing = true;
    this.#write(numberRecord(closeBit + code));
    this.#flush();
    if (!this.#isClosed) this.#options.clock.setTimeout(() => this.#end(), closeDeadline);
  }

  /** What comes after a close is not taken anyway. */
  pause(): void {}

  /** A client that polls gives signs of life by that. */
  ping(): void {
    if (this.#isStream) this.#write(numberRecord(0));
  }

  pong(): void {}

  terminate(): void {
    const response = this.#response;
    this.#end();
    response?.destroy();
  }

  // As the transport sees it

  /** Whether a request has the very headers that the first one was let in with. */
  knows({ headers }: HttpRequest): boolean {
    const { cookie, origin } = this.#options.headers;

    return headers['origin'] === origin && headers['cookie'] === cookie;
  }

  /** Takes a request of this connection. */
  take({ number, down }: FetchQuery, body: Buffer, response: FetchAnswer): void {
    const isUp = down === '';
    const isNew = number > (isUp ? this.#up : this.#down);
    if (isUp) this.#up = Math.max(this.#up, number);
    else this.#down = Math.max(this.#down, number);

    if (down === 'x') return this.#leave(response);
    if (this.#isClosed || !(isUp || isNew)) {
      // What the first answer to this request has brought may be lost.
      answerFetch(response, 410);
      return this.#end();
    }
    if (isUp) answerFetch(response, 204);
    else this.#attach(down, response);
    if (isNew) this.#read(body);
  }

  #read(body: Buffer): void {
    const frames = framesOf(body);

    if (frames === undefined) this.connection.refuse(CloseCode.Malformed, 'no records');
    else if (frames.length === 0) this.connection.heard();
    for (const frame of frames ?? []) {
      if (frame.length > this.#options.maxFrame) this.connection.refuse(CloseCode.TooBig, 'frame too large');
      else this.connection.received(frame, true);
    }
  }

  #leave(response: FetchAnswer): void {
    answerFetch(response, 204);
    this.terminate();
  }

  // Going down

  #attach(down: string, response: FetchAnswer): void {
    this.#answer();
    this.#response = response;
    this.#isStream = down === 's';
    response.on('error', () => response.destroy());
    response.on('close', () => {
      if (this.#response !== response) return;
      this.#response = undefined;
      if (this.#isStream) this.#end();
    });
    response.writeHead(200, [...headers, 'Troupe-Node', this.#options.node]);
    if (this.#isStream) response.flushHeaders();
    else this.#waiting = this.#options.clock.setTimeout(() => this.#answer(), Math.min(Number(down), maxWait));
    if (down === '0') this.#answer();
    else this.#flush();
  }

  #write(...records: readonly Uint8Array[]): void {
    if (this.#isClosed) return;
    for (const record of records) {
      this.#queue.push(record);
      this.#queued += record.length;
    }
    if (this.#isFlushing) return;
    // All frames of one turn go down together.
    this.#isFlushing = true;
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#isFlushing = false;
    if (this.#response === undefined || this.#queued === 0) return;
    if (!this.#isStream) return this.#answer();
    this.#response.write(this.#taken(), this.#told());
    if (this.#isClosing) this.#response.end();
  }

  /** Ends the answer that waits, with what there is. */
  #answer(): void {
    const response = this.#response;
    if (response === undefined) return;
    this.#response = undefined;
    this.#options.clock.clearTimeout(this.#waiting);
    response.end(this.#taken(), this.#told());
    if (this.#isClosing) this.#end();
  }

  #taken(): Buffer {
    const bytes = Buffer.concat(this.#queue);
    this.#queue = [];
    this.#queued = 0;

    return bytes;
  }

  #told(): () => void {
    const sent = this.#sent;
    this.#sent = [];

    return () => {
      for (const tell of sent) tell();
    };
  }

  #end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#options.clock.clearTimeout(this.#waiting);
    this.#taken();
    const response = this.#response;
    this.#response = undefined;
    response?.end();
    this.#options.onClosed(this);
  }
}
