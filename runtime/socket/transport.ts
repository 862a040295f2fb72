/**
 * The transport: accepts WebSocket upgrades and creates connections. It checks an upgrade (path, origin, number of
 * connections from one address, identity), creates the WebSocket, and passes what arrives on it to a `connection.ts`. It does
 * the same for the requests that a `fetch-socket.ts` is made of.
 *
 * The only importer of ws. `server.ts` passes it `admit`, which finds the session of a join.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { readRequest } from '../http/node-request.js';
import { destroySocket, type RefusedUpgrades, refuseUpgrade } from '../http/refused-upgrades.js';
import { pathOf } from '../http/router.js';
import {
  addressOf,
  type HttpRequest,
  type Recognise,
  type RequestIdentity,
  readCookie,
  type Unrecognised,
} from '../identity/request-identity.js';
import { type ForeignRefusal, refusalOfOrigin } from '../identity/request-origin.js';
import { ErrorCode } from '../platform/errors.js';
import { CloseCode, Limit } from '../wire/protocol.js';
import { SocketConnection, type Switchboard } from './connection.js';
import { FetchRelay, type RelayPeers } from './fetch-relay.js';
import { answerFetch, aroundFrames, type FetchQuery, FetchSocket, readFetchQuery } from './fetch-socket.js';

// TYPES -----------------------------------------------------------------------

/** What `createTransport` needs. */
export interface TransportOptions extends Omit<Switchboard, 'closed'> {
  /** Connections from all addresses. */
  readonly connections: number;
  /** Connections from one address. */
  readonly connectionsPerAddress: number;
  /** Milliseconds between two signs of life. */
  readonly heartbeat: number;
  /** Bytes of the largest frame a client may send. */
  readonly maxFrame: number;
  /** The name of this node, which `peers` know it by. */
  readonly node: string;
  /** Origins whose pages may connect; by default only pages of the host that is asked. */
  readonly origins: readonly string[] | undefined;
  /** Where the socket is, a path. */
  readonly path: string;
  readonly peers: RelayPeers;
  readonly recognise: Recognise;
  readonly refused: RefusedUpgrades;
  readonly trustProxy: number;
}

/** What a transport has seen so far. */
export interface TransportCounts {
  /** Connections that are open now. */
  readonly connections: number;
  /** Connections this side has closed, by close code: hostile frames, floods, silence, failed joins. */
  readonly closed: Readonly<Record<number, number>>;
  /** Upgrades refused before they became connections, by HTTP status. */
  readonly refused: Readonly<Record<number, number>>;
}

/** A transport of one server. */
export interface Transport {
  /** Takes an upgrade; `false`, and the socket is left alone, if the path is not ours. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Takes a request of the fallback; `false`, and it is left alone, if it is none. */
  request(request: HttpRequest, message: IncomingMessage, response: ServerResponse): boolean;
  /** Closes all connections and accepts no more; resolves when the last is gone. */
  close(): Promise<void>;
  readonly counts: TransportCounts;
}

/** Milliseconds that a client has to answer a close, when the server stops. */
const closeDeadline = 1_000;

/** Milliseconds that a client has to answer a close at any other time: one who does not keeps its socket so long. */
const closeTimeout = 2_000;

/** Pieces a message may come in. Browsers do not break up messages of this size; a proxy might, into a few. */
const maxFragments = 64;

// SOCKETS ---------------------------------------------------------------------

/** A WebSocket that knows its connection, so that all sockets share the same handlers. */
class ConnectedSocket extends WebSocket {
  declare connection: SocketConnection;
  /** The address it is counted by. */
  declare address: string;
}

/**
 * What makes handshakes. Compression is off: its contexts cost far more memory than a session. Pings are answered
 * by the connection, which counts them.
 */
function createSocketServer(maxPayload: number) {
  return new WebSocketServer({
    // The types do not know it yet.
    ...({ closeTimeout } as object),
    autoPong: false,
    clientTracking: false,
    maxFragments,
    maxPayload,
    noServer: true,
    perMessageDeflate: false,
    WebSocket: ConnectedSocket,
  });
}

function onMessage(this: WebSocket, data: WebSocket.RawData, isBinary: boolean): void {
  (this as ConnectedSocket).connection.received(data as Buffer, isBinary);
}

function onPing(this: WebSocket, data: Buffer): void {
  (this as ConnectedSocket).connection.pinged(data);
}

function onPong(this: WebSocket): void {
  (this as ConnectedSocket).connection.heard();
}

/** ws has closed the socket already, or is about to; a network failure is not reported. */
function onError(this: WebSocket, error: Error & { code?: string }): void {
  const { code = '' } = error;

  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
    (this as ConnectedSocket).connection.refuse(CloseCode.TooBig, 'frame too large');
  } else if (code.startsWith('WS_ERR_')) {
    (this as ConnectedSocket).connection.refuse(CloseCode.Malformed, 'not the WebSocket protocol');
  }
}

// TRANSPORT -------------------------------------------------------------------

function increment<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function decrement<Key>(counts: Map<Key, number>, key: Key): void {
  const rest = (counts.get(key) ?? 0) - 1;

  if (rest > 0) counts.set(key, rest);
  else counts.delete(key);
}

/** Makes a transport. It holds one timer for all its connections, and none while it has none. */
export function createTransport(options: TransportOptions): Transport {
  return new WebSocketTransport(options);
}

class WebSocketTransport implements Transport {
  readonly #options: TransportOptions;
  readonly #server: ReturnType<typeof createSocketServer>;
  readonly #switchboard: Switchboard;
  readonly #sockets = new Set<ConnectedSocket | FetchSocket>();
  /** Those that are made of requests, by the ids that their clients have chosen. */
  readonly #fetched = new Map<string, FetchSocket>();
  readonly #relay: FetchRelay;
  /** Upgrades of whom it is being asked who they are. */
  readonly #asking = new Set<Duplex>();
  /** How many connections each address has, or is about to have. */
  readonly #neighbours = new Map<string, number>();
  /** The one handler of the end of every socket. */
  readonly #onClose: (this: WebSocket) => void;
  #isClosed = false;
  #sweeping: unknown;
  #emptied: (() => void) | undefined;

  constructor(options: TransportOptions) {
    const closed = (socket: ConnectedSocket) => this.#closed(socket);

    this.#options = options;
    this.#switchboard = { ...options, closed: new Map() };
    this.#relay = new FetchRelay({ ...options, find: (id) => this.#fetched.get(id) });
    this.#server = createSocketServer(options.maxFrame);
    this.#onClose = function () {
      closed(this as ConnectedSocket);
    };
  }

  get counts(): TransportCounts {
    return {
      connections: this.#sockets.size,
      closed: Object.fromEntries(this.#switchboard.closed),
      refused: this.#options.refused.counts,
    };
  }

  // Opening

  upgrade(message: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    const request = readRequest(message);

    if (pathOf(request.url) !== this.#options.path) return false;
    this.#accept(request, message, socket, head).catch((error: unknown) => {
      this.#options.report(ErrorCode.Internal, error);
      socket.destroy();
    });
    return true;
  }

  async #accept(request: HttpRequest, message: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const address = addressOf(request, this.#options.trustProxy);
    const refusal = this.#refusal(request, address);

    if (refusal !== undefined) {
      const [status, cause] = refusal;
      this.#options.refused.add(status, cause);
      refuseUpgrade(socket, status);
      return;
    }
    // Counted before `identify` runs: otherwise upgrades that arrive meanwhile would pass the limit.
    increment(this.#neighbours, address);
    let isOpen = false;
    try {
      const visitor = await this.#recognise(request, socket, address);

      // Refused meanwhile, because the server stops, or gone.
      if (socket.destroyed || socket.writableEnded) return;
      this.#server.handleUpgrade(message, socket, head, (made) => {
        isOpen = true;
        this.#opened(made, address, visitor);
      });
    } finally {
      if (!isOpen) decrement(this.#neighbours, address);
    }
  }

  /** The status an upgrade is refused with, if it is, and why. */
  #refusal(request: HttpRequest, address: string): ForeignRefusal | undefined {
    const { connections, connectionsPerAddress, origins, trustProxy } = this.#options;
    const neighbours = this.#neighbours.get(address) ?? 0;
    const foreign = refusalOfOrigin(request, origins, trustProxy);

    if (foreign !== undefined) return foreign;
    if (this.#isClosed) return [503];
    if (this.#sockets.size + this.#asking.size >= connections) {
      return [503, `there are ${connections} connections, as many as the option connections allows.`];
    }
    if (neighbours < 2 * connectionsPerAddress) return undefined;
    const fix = 'Raise sessionsPerAddress; behind a proxy set trustProxy, or all users have its address.';
    return [429, `${JSON.stringify(address)} has ${neighbours} connections. ${fix}`];
  }

  /** Asks who it is, unless there is no room for it anyway. */
  async #recognise(request: HttpRequest, socket: Duplex, address: string): Promise<RequestIdentity | Unrecognised> {
    if (this.#isCrowded(address)) return 503;
    this.#asking.add(socket);
    socket.on('error', destroySocket);
    try {
      return await this.#options.recognise(request);
    } finally {
      this.#asking.delete(socket);
      socket.removeListener('error', destroySocket);
    }
  }

  #isCrowded(address: string): boolean {
    return (this.#neighbours.get(address) ?? 0) > this.#options.connectionsPerAddress;
  }

  #opened(socket: ConnectedSocket, address: string, visitor: RequestIdentity | Unrecognised): void {
    socket.address = address;
    socket.on('close', this.#onClose).on('error', onError);
    socket.on('message', onMessage).on('ping', onPing).on('pong', onPong);
    this.#connect(socket, visitor);
  }

  #connect(socket: ConnectedSocket | FetchSocket, visitor: RequestIdentity | Unrecognised): void {
    const known = typeof visitor === 'number' ? undefined : visitor;

    socket.connection = new SocketConnection(this.#switchboard, socket, known);
    this.#sockets.add(socket);
    this.#keepSweeping();
    this.#screen(socket, visitor);
  }

  /** Closes at once what is not welcome, with a code that says so: a browser is not told an upgrade's status. */
  #screen({ address, connection }: ConnectedSocket | FetchSocket, visitor: RequestIdentity | Unrecognised): void {
    if (this.#isCrowded(address)) connection.refuse(CloseCode.TryLater, 'too many connections from this address');
    else if (visitor === 401) connection.refuse(CloseCode.Refused, 'not allowed');
    else if (visitor === 503) connection.refuse(CloseCode.TryLater, 'not ready');
  }

  // Requests

  request(request: HttpRequest, message: IncomingMessage, response: ServerResponse): boolean {
    if (request.method !== 'POST' || pathOf(request.url) !== this.#options.path) return false;
    this.#takeRequest(request, message, response).catch((error: unknown) => {
      this.#options.report(ErrorCode.Internal, error);
      response.destroy();
    });
    return true;
  }

  async #takeRequest(request: HttpRequest, message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { maxFrame, node, origins, trustProxy } = this.#options;
    const query = readFetchQuery(request.url);
    const known = query && this.#fetched.get(query.id);
    const foreign = known?.knows(request) ? undefined : refusalOfOrigin(request, origins, trustProxy);
    if (query === undefined || foreign !== undefined) {
      this.#options.refused.add(...(foreign ?? [400]));
      message.resume();
      return answerFetch(response, foreign?.[0] ?? 400);
    }
    const body = await request.body?.(Math.max(maxFrame, Limit.frame) + aroundFrames);
    if (body === undefined) return answerFetch(response, 413);
    const cookie = readCookie(request, trustProxy);
    if (query.node !== '' && query.node !== node && known === undefined) {
      return this.#relay.forward(query, cookie, body, response);
    }
    const socket = known ?? this.#fetched.get(query.id) ?? (await this.#openFetched(request, query, message, response));
    if (socket === undefined) return;
    if (socket.knows(request) || socket.cookie === cookie) socket.take(query, body, response);
    else answerFetch(response, 410);
  }

  /** Opens a connection for the first of its requests, or answers that there is none. */
  async #openFetched(
    request: HttpRequest,
    { down, id, number }: FetchQuery,
    { socket: asking }: IncomingMessage,
    response: ServerResponse
  ): Promise<FetchSocket | undefined> {
    const { clock, maxFrame, node, trustProxy } = this.#options;
    const address = addressOf(request, trustProxy);
    const isFirst = number === 1 && down !== '' && down !== 'x';
    const [status, cause] = isFirst ? (this.#refusal(request, address) ?? []) : [410];
    if (status !== undefined) {
      if (isFirst) this.#options.refused.add(status, cause);
      answerFetch(response, status);
      return undefined;
    }
    increment(this.#neighbours, address);
    let socket: FetchSocket | undefined;
    try {
      const visitor = await this.#recognise(request, asking, address);
      if (asking.destroyed || this.#isClosed || this.#fetched.has(id)) {
        response.destroy();
        return undefined;
      }
      const onClosed = (closed: FetchSocket): void => {
        this.#fetched.delete(id);
        this.#closed(closed);
      };
      const { headers } = request;
      const cookie = readCookie(request, trustProxy);
      socket = new FetchSocket({ address, clock, cookie, headers, maxFrame, node, onClosed });
      this.#fetched.set(id, socket);
      this.#connect(socket, visitor);
      return socket;
    } finally {
      if (socket === undefined) decrement(this.#neighbours, address);
    }
  }

  // Signs of life

  #keepSweeping(): void {
    const { clock, heartbeat } = this.#options;

    if (this.#sockets.size > 0) this.#sweeping ??= clock.setTimeout(() => this.#sweep(), heartbeat);
  }

  #sweep(): void {
    this.#sweeping = undefined;
    for (const socket of this.#sockets) socket.connection.sweep();
    this.#keepSweeping();
  }

  // Closing

  #closed(socket: ConnectedSocket | FetchSocket): void {
    this.#sockets.delete(socket);
    decrement(this.#neighbours, socket.address);
    socket.connection.ended();
    if (this.#sockets.size === 0) this.#emptied?.();
  }

  close(): Promise<void> {
    const { clock } = this.#options;

    this.#isClosed = true;
    this.#server.close();
    this.#relay.close();
    for (const socket of this.#asking) refuseUpgrade(socket, 503);
    clock.clearTimeout(this.#sweeping);
    for (const { connection } of this.#sockets) connection.refuse(CloseCode.GoingAway, 'the server stops');
    if (this.#sockets.size === 0) return Promise.resolve();
    clock.setTimeout(() => {
      for (const socket of this.#sockets) socket.terminate();
    }, closeDeadline);
    return new Promise((resolve) => {
      this.#emptied = resolve;
    });
  }
}
