/**
 * The network between a page and the server of its test: WebSockets in memory. It can be cut, and it can hold
 * back what goes to the browser. Frames go by the agenda; nothing here waits.
 *
 *     client/socket.ts -> MemorySocket -> Memory wire -> connection.ts -> session
 */

import type { RequestIdentity, Unrecognised } from '../identity/request-identity.js';
import { type Socket, SocketConnection, type Switchboard } from '../socket/connection.js';
import { CloseCode } from '../wire/protocol.js';
import type { TestScheduler } from './test-scheduler.js';

// TYPES -----------------------------------------------------------------------

/** The server's end, as a network needs it. */
export interface Exchange {
  readonly agenda: TestScheduler;
  readonly switchboard: Switchboard;
  /** Tells who opens a socket. */
  recognise(): Promise<RequestIdentity | Unrecognised>;
  /** Something was closed that a test wants to know of. */
  complain(error: Error): void;
}

type Listener<Event> = ((event: Event) => void) | null;

/** The code of a connection that broke. */
const broken = 1006;

/** Codes with which the server closes because of what the client did, or because it failed: in a test, a fault. */
const faults: readonly number[] = [CloseCode.Flood, CloseCode.Malformed, CloseCode.TooBig, CloseCode.TryLater];

// NETWORK ---------------------------------------------------------------------

/** The network of one page. */
export class MemoryNetwork {
  readonly exchange: Exchange;
  readonly #wires = new Set<MemoryWire>();
  #isDown = false;
  #isHeld = false;

  constructor(exchange: Exchange) {
    this.exchange = exchange;
  }

  get isDown(): boolean {
    return this.#isDown;
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Makes a wire for a socket that opens. */
  open(socket: MemorySocket): MemoryWire {
    const wire = new MemoryWire(this, socket);
    this.#wires.add(wire);

    return wire;
  }

  /** A wire is no longer in use. */
  forget(wire: MemoryWire): void {
    this.#wires.delete(wire);
  }

  /** Breaks all connections and lets none come about; what was on its way, or held back, is lost. */
  cut(): void {
    this.#isDown = true;
    for (const wire of [...this.#wires]) wire.break();
  }

  /** Lets connections come about again. */
  mend(): void {
    this.#isDown = false;
  }

  /** Holds back what goes to the browser. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Lets go of it, in order. */
  release(): void {
    this.#isHeld = false;
    for (const wire of this.#wires) wire.flow();
  }
}

// WIRE ------------------------------------------------------------------------

/** One connection: the server's end is a socket, as `connection.ts` sees it. */
export class MemoryWire implements Socket {
  readonly bufferedAmount = 0;
  /** No browser's socket pings, and what is not read costs nothing here. */
  pong(): void {}
  pause(): void {}
  readonly #network: MemoryNetwork;
  readonly #socket: MemorySocket;
  /** On its way to the browser. */
  readonly #coming: (() => void)[] = [];
  #connection: SocketConnection | undefined;
  #isOver = false;

  constructor(network: MemoryNetwork, socket: MemorySocket) {
    this.#network = network;
    this.#socket = socket;
    this.#defer(() => void this.#open());
  }

  #defer(run: () => void): void {
    this.#network.exchange.agenda.defer(run);
  }

  async #open(): Promise<void> {
    if (this.#network.isDown) this.break();
    if (this.#isOver) return;
    const { exchange } = this.#network;
    const visitor = await exchange.recognise();
    if (this.#isOver) return;
    const connection = new SocketConnection(
      exchange.switchboard,
      this,
      typeof visitor === 'number' ? undefined : visitor
    );
    this.#connection = connection;
    this.#defer(() => this.#socket.opened());
    if (visitor === 401) connection.refuse(CloseCode.Refused, 'not allowed');
    else if (visitor === 503) connection.refuse(CloseCode.TryLater, 'not ready');
  }

  // As the browser sees it

  /** A frame goes to the server. */
  take(frame: Uint8Array): void {
    const bytes = Buffer.from(frame);
    this.#defer(() => this.#isOver || this.#connection?.received(bytes, true));
  }

  /** The browser closes it. */
  hangUp(): void {
    this.#defer(() => this.#end());
  }

  /** It breaks, for both ends, now. */
  break(): void {
    if (this.#isOver) return;
    this.#end();
    this.#socket.ended(broken);
  }

  #end(): void {
    this.#isOver = true;
    this.#coming.length = 0;
    this.#network.forget(this);
    this.#connection?.ended();
  }

  /** Delivers what was held back. */
  flow(): void {
    for (const _ of this.#coming) this.#defer(() => this.#deliver());
  }

  #deliver(): void {
    if (!this.#network.isHeld) this.#coming.shift()?.();
  }

  #bring(arrive: () => void): void {
    if (this.#isOver) return;
    this.#coming.push(arrive);
    if (!this.#network.isHeld) this.#defer(() => this.#deliver());
  }

  // As the server sees it

  send(frame: Uint8Array, sent?: () => void): void {
    const bytes = Uint8Array.from(frame);
    this.#bring(() => this.#socket.received(bytes.buffer));
    if (sent !== undefined) this.#defer(sent);
  }

  close(code: number, reason: string): void {
    if (faults.includes(code)) {
      this.#network.exchange.complain(new Error(`The server closed the connection with ${code}: ${reason}.`));
    }
    this.#bring(() => {
      this.#end();
      this.#socket.ended(code);
    });
  }

  ping(): void {
    this.#defer(() => this.#connection?.heard());
  }

  terminate(): void {
    this.break();
  }
}

// SOCKET ----------------------------------------------------------------------

/** A WebSocket, as far as the client uses it. */
export class MemorySocket {
  readonly url: string;
  binaryType = 'blob';
  readyState = 0;
  onopen: Listener<{ readonly type: string }> = null;
  onmessage: Listener<{ readonly data: ArrayBuffer }> = null;
  onclose: Listener<{ readonly code: number }> = null;
  readonly #wire: MemoryWire;

  constructor(network: MemoryNetwork, url: string) {
    this.url = url;
    this.#wire = network.open(this);
  }

  send(frame: Uint8Array): void {
    if (this.readyState === 1) this.#wire.take(frame);
  }

  close(): void {
    if (this.readyState > 1) return;
    this.readyState = 3;
    this.#wire.hangUp();
  }

  /** The wire is there. */
  opened(): void {
    if (this.readyState !== 0) return;
    this.readyState = 1;
    this.onopen?.({ type: 'open' });
  }

  /** A frame has come. */
  received(data: ArrayBuffer): void {
    if (this.readyState === 1) this.onmessage?.({ data });
  }

  /** The wire is gone. */
  ended(code: number): void {
    if (this.readyState > 2) return;
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

/** The class of the WebSockets of one page. */
export function socketClass(network: MemoryNetwork): new (url: string) => MemorySocket {
  return class WebSocket extends MemorySocket {
    constructor(url: string) {
      super(network, url);
    }
  };
}
