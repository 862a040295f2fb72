/**
 * The HTTP server that `listen` starts, with limits that apply before a request reaches `node-adapter.ts`: idle and slow
 * connections, the number of connections, and answers that the client does not read. `listen.ts` starts and stops it. A
 * host program that mounts Troupe has its own server and sets such limits itself.
 */

import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { countedAddress } from '../identity/request-identity.js';
import type { Clock } from '../platform/clock.js';
import type { Handle } from './node-adapter.js';

// TYPES -----------------------------------------------------------------------

/** The limits of the server. Durations are in milliseconds. */
export interface LimitedServerOptions {
  /** Connections at once, of all addresses. */
  readonly connections: number;
  /** How long `init` and `identify` may take. */
  readonly initDeadline: number;
  /** How long the headers of a request may take, from the opening of the connection. */
  readonly joinDeadline: number;
  /** Twice as many connections of one address are let in. */
  readonly sessionsPerAddress: number;
  /** With proxies in front all connections come from them, and their addresses say nothing. */
  readonly trustProxy: number;
}

// LIMITS ----------------------------------------------------------------------

/** Milliseconds that a whole request may take, its body included. Troupe reads no body. */
const requestTimeoutMs = 60_000;

/** Milliseconds without traffic on its connection after which a request ends, for example when the client does not read the answer; longer if the deadline of pages is longer. */
const idleTimeout = 60_000;

/** Milliseconds that a request in progress has when the server stops. */
const closingDeadlineMs = 1_000;

/** The most milliseconds between two checks of the timeouts. */
const maxCheckMs = 5_000;

/** A limit of time in Node's form: 0 is no limit. */
const nodeTime = (milliseconds: number): number => (Number.isFinite(milliseconds) ? milliseconds : 0);

// SERVER ----------------------------------------------------------------------

/** Makes one of Node's servers. It does not listen yet. */
export function createLimitedServer(handle: Handle, options: LimitedServerOptions): Server {
  const { connections, initDeadline, joinDeadline } = options;
  const headersTimeout = nodeTime(joinDeadline);
  const server = createServer(
    {
      connectionsCheckingInterval: Math.min(maxCheckMs, Math.max(50, joinDeadline / 4)),
      headersTimeout,
      requestTimeout: Math.max(requestTimeoutMs, headersTimeout),
    },
    handle
  );

  // A page waits for `identify`, then for `init`.
  limitIdling(server, nodeTime(Math.max(idleTimeout, 2 * initDeadline + 1_000)));
  if (Number.isFinite(connections)) server.maxConnections = connections;
  if (options.trustProxy === 0) limitNeighbours(server, 2 * options.sessionsPerAddress);

  return server;
}

/**
 * Ends a connection that had a request and then no traffic for so long; before its first request `headersTimeout` applies.
 * `server.timeout` is not used: it begins with the connection, and a WebSocket would keep its timer for life.
 */
function limitIdling(server: Server, time: number): void {
  server.prependListener('request', ({ socket }: IncomingMessage) => {
    if (time > 0) socket.setTimeout(time);
  });
}

/** A socket with the address it is counted under, so that all sockets share one `close` listener. */
interface CountedSocket extends Socket {
  countedAs: string;
}

/** Limits the connections of one address; further ones are closed without an answer. */
function limitNeighbours(server: Server, maxConnections: number): void {
  const counts = new Map<string, number>();

  function closed(this: CountedSocket): void {
    const rest = (counts.get(this.countedAs) ?? 1) - 1;

    if (rest > 0) counts.set(this.countedAs, rest);
    else counts.delete(this.countedAs);
  }

  server.on('connection', (socket: CountedSocket) => {
    const address = countedAddress(socket.remoteAddress ?? '');
    const count = (counts.get(address) ?? 0) + 1;

    if (count > maxConnections) {
      socket.destroy();
      return;
    }
    counts.set(address, count);
    socket.countedAs = address;
    socket.on('close', closed);
  });
}

/** Starts listening. Resolves with the port; rejects if the port is not available. */
export function startListening(server: Server, port: number, host: string | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Waits for the requests in progress, one second at the most: a client that sent half of one could delay the end for ever. */
export async function endRequests(server: Server, clock: Clock, stopped: Promise<unknown>): Promise<void> {
  const timer = clock.setTimeout(() => server.closeAllConnections(), closingDeadlineMs);

  server.closeIdleConnections();
  await stopped;
  clock.clearTimeout(timer);
}
