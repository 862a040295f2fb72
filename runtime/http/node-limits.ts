/**
 * The HTTP server that `listen` starts, with limits that apply before a request reaches `node-adapter.ts`: idle and slow
 * connections, the number of connections, and answers that the client does not read. `listen.ts` starts and stops it. A
 * host program that mounts Troupe has its own server and sets such limits itself.
 */

import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Clock } from '../platform/clock.js';
import type { Handle } from './node-adapter.js';
import { countedAddress } from './request-identity.js';

// TYPES -----------------------------------------------------------------------

/** What limits such a server. Durations are in milliseconds. */
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

/** Milliseconds that a whole request may take, its body included; nothing of ours reads one. */
const requestTimeout = 60_000;

/** Milliseconds without traffic on its connection after which a request ends, for example when the client does not read the answer; longer if the deadline of pages is longer. */
const idleTimeout = 60_000;

/** Milliseconds that a request which is still asked, or answered, has when the server stops. */
const requestDeadline = 1_000;

/** The most milliseconds between two looks at requests that take too long. */
const longestCheck = 5_000;

/** A limit of time as Node says it: 0 is none. */
const nodeTime = (milliseconds: number): number => (Number.isFinite(milliseconds) ? milliseconds : 0);

// SERVER ----------------------------------------------------------------------

/** Makes a server of Node's, not listening yet. */
export function createLimitedServer(handle: Handle, options: LimitedServerOptions): Server {
  const { connections, initDeadline, joinDeadline } = options;
  const headersTimeout = nodeTime(joinDeadline);
  const server = createServer(
    {
      connectionsCheckingInterval: Math.min(longestCheck, Math.max(50, joinDeadline / 4)),
      headersTimeout,
      requestTimeout: Math.max(requestTimeout, headersTimeout),
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
 * Ends a connection that has brought a request and on which nothing moves for so long; until then there is the time
 * that headers may take. `server.timeout` would begin with the connection, and a WebSocket keep its timer for life.
 */
function limitIdling(server: Server, time: number): void {
  server.prependListener('request', ({ socket }: IncomingMessage) => {
    if (time > 0) socket.setTimeout(time);
  });
}

/** A socket that knows as whose it is counted, so that all share the listener of their end. */
interface CountedSocket extends Socket {
  countedAs: string;
}

/** Lets in only so many connections of one address; more are cut off unheard. */
function limitNeighbours(server: Server, most: number): void {
  const counts = new Map<string, number>();

  function closed(this: CountedSocket): void {
    const rest = (counts.get(this.countedAs) ?? 1) - 1;

    if (rest > 0) counts.set(this.countedAs, rest);
    else counts.delete(this.countedAs);
  }

  server.on('connection', (socket: CountedSocket) => {
    const address = countedAddress(socket.remoteAddress ?? '');
    const count = (counts.get(address) ?? 0) + 1;

    if (count > most) {
      socket.destroy();
      return;
    }
    counts.set(address, count);
    socket.countedAs = address;
    socket.on('close', closed);
  });
}

/** Resolves with the port, rejects if it cannot be had. */
export function startListening(server: Server, port: number, host: string | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Waits for the last request. A client that has sent half of one would be waited for as long as it likes. */
export async function endRequests(server: Server, clock: Clock, stopped: Promise<unknown>): Promise<void> {
  const timer = clock.setTimeout(() => server.closeAllConnections(), requestDeadline);

  server.closeIdleConnections();
  await stopped;
  clock.clearTimeout(timer);
}
