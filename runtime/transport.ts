/**
 * The transport: WebSocket upgrades in, connections out. It screens an upgrade (path, origin, how many
 * from one address, who it is), makes the WebSocket, and hands what arrives on it to a `connection.ts`.
 *
 * The only importer of ws. `server.ts` tells it, in the switchboard, how a join finds its session.
 */

import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { SocketConnection, type Switchboard } from './connection.js';
import { ErrorCode } from './errors.js';
import { readRequest } from './node-request.js';
import { CloseCode } from './protocol.js';
import { pathOf } from './router.js';
import { addressOf, type HttpRequest, hostOf, type Unrecognised, type Visitor } from './visitor.js';

// TYPES -----------------------------------------------------------------------

/** What `createTransport` needs. */
export interface TransportOptions extends Omit<Switchboard, 'closed'> {
  /** Connections from one address. */
  readonly connectionsPerAddress: number;
  /** Milliseconds between two signs of life. */
  readonly heartbeat: number;
  /** Bytes of the largest frame a client may send. */
  readonly maxFrame: number;
  /** Origins whose pages may connect; by default only pages of the host that is asked. */
  readonly origins: readonly string[] | undefined;
  /** Where the socket is, a path. */
  readonly path: string;
  readonly recognise: (request: HttpRequest) => Promise<Visitor | Unrecognised>;
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
  /** Closes all connections and accepts no more; resolves when the last is gone. */
  close(): Promise<void>;
  readonly counts: TransportCounts;
}

/** Milliseconds that a client has to answer a close, when the server stops. */
const closeDeadline = 1_000;

// SOCKETS ---------------------------------------------------------------------

/** A WebSocket that knows its connection, so that all sockets share the same handlers. */
class ConnectedSocket extends WebSocket {
  declare connection: SocketConnection;
  /** The address it is counted by. */
  declare address: string;
}

function onMessage(this: WebSocket, data: WebSocket.RawData, isBinary: boolean): void {
  (this as ConnectedSocket).connection.received(data as Buffer, isBinary);
}

function onPong(this: WebSocket): void {
  (this as ConnectedSocket).connection.heard();
}

/** ws has closed the socket already, or is about to; a network that fails is nobody's fault. */
function onError(this: WebSocket, error: Error & { code?: string }): void {
  const { code = '' } = error;

  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
    (this as ConnectedSocket).connection.refuse(CloseCode.TooBig, 'frame too large');
  } else if (code.startsWith('WS_ERR_')) {
    (this as ConnectedSocket).connection.refuse(CloseCode.Malformed, 'not the WebSocket protocol');
  }
}

// UPGRADES --------------------------------------------------------------------

function destroySocket(this: Duplex): void {
  this.destroy();
}

/** Answers an upgrade with a status instead of a WebSocket. */
export function refuseUpgrade(socket: Duplex, status: number): void {
  socket.on('error', destroySocket);
  socket.once('finish', destroySocket);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** Whether a page of this origin may connect. Every browser says its origin; what says none is no browser. */
function isOriginAllowed(request: HttpRequest, origins: readonly string[] | undefined, trustProxy: number): boolean {
  const { origin } = request.headers;

  if (typeof origin !== 'string' || !URL.canParse(origin)) return false;
  if (origins !== undefined) return origins.includes(origin.toLowerCase());
  return new URL(origin).host === hostOf(request, trustProxy);
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
  const { clock, connectionsPerAddress, heartbeat, maxFrame, origins, path, recognise, report, trustProxy } = options;

  const switchboard: Switchboard = { ...options, closed: new Map() };
  const sockets = new Set<ConnectedSocket>();
  const neighbours = new Map<string, number>();
  const refused = new Map<number, number>();
  let sweeping: unknown;
  let emptied: (() => void) | undefined;

  const server = new WebSocketServer({
    clientTracking: false,
    maxPayload: maxFrame,
    noServer: true,
    perMessageDeflate: false,
    WebSocket: ConnectedSocket,
  });

  function sweep(): void {
    sweeping = undefined;
    for (const socket of sockets) socket.connection.sweep();
    keepSweeping();
  }

  function keepSweeping(): void {
    if (sockets.size > 0) sweeping ??= clock.setTimeout(sweep, heartbeat);
  }

  function onClose(this: WebSocket): void {
    const socket = this as ConnectedSocket;

    sockets.delete(socket);
    decrement(neighbours, socket.address);
    socket.connection.ended();
    if (sockets.size === 0) emptied?.();
  }

  function listen(socket: ConnectedSocket): void {
    socket.on('close', onClose).on('error', onError).on('message', onMessage).on('pong', onPong);
    sockets.add(socket);
    increment(neighbours, socket.address);
    keepSweeping();
  }

  function opened(socket: ConnectedSocket, address: string, visitor: Visitor | Unrecognised): void {
    const connection = new SocketConnection(switchboard, socket, typeof visitor === 'number' ? undefined : visitor);

    socket.connection = connection;
    socket.address = address;
    listen(socket);
    if (visitor === 401) connection.refuse(CloseCode.Refused, 'not allowed');
    else if (visitor === 503) connection.refuse(CloseCode.TryLater, 'not ready');
    else if ((neighbours.get(address) ?? 0) > connectionsPerAddress) {
      connection.refuse(CloseCode.TryLater, 'too many connections from this address');
    }
  }

  function refuse(socket: Duplex, status: number): void {
    increment(refused, status);
    refuseUpgrade(socket, status);
  }

  async function accept(message: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const request = readRequest(message);

    if (!isOriginAllowed(request, origins, trustProxy)) return refuse(socket, 403);
    socket.on('error', destroySocket);
    const visitor = await recognise(request);

    socket.removeListener('error', destroySocket);
    server.handleUpgrade(message, socket, head, (made) => opened(made, addressOf(request, trustProxy), visitor));
  }

  return {
    upgrade(message, socket, head) {
      if (pathOf(readRequest(message).url) !== path) return false;
      accept(message, socket, head).catch((error: unknown) => {
        report(ErrorCode.Internal, error);
        socket.destroy();
      });
      return true;
    },

    close() {
      server.close();
      for (const socket of sockets) socket.connection.refuse(CloseCode.GoingAway, 'the server stops');
      if (sockets.size === 0) return Promise.resolve();
      clock.setTimeout(() => {
        for (const socket of sockets) socket.terminate();
      }, closeDeadline);
      return new Promise((resolve) => {
        emptied = resolve;
      });
    },

    get counts() {
      return {
        connections: sockets.size,
        closed: Object.fromEntries(switchboard.closed),
        refused: Object.fromEntries(refused),
      };
    },
  };
}
