/**
 * The server: closes the ring. `site.ts` has the pages and the sessions, `transport.ts` the sockets; neither
 * knows the other, and here they are given to one another.
 *
 *     GET     -> http.ts      -> sessions.open   -> page with a token
 *     upgrade -> transport.ts -> join with token -> sessions.find, or sessions.reopen -> session
 *
 * This is the only file that knows both the transport and the sessions.
 */

import { createServer as createNodeServer, type IncomingMessage, type Server as NodeServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from './clock.js';
import { ErrorCode, TroupeError } from './errors.js';
import type { AnyMessage } from './html.js';
import { createHandle, type Handle } from './node-http.js';
import { readOptions, type ServerOptions, type Settings } from './options.js';
import { createReporter, type Reporter } from './report.js';
import { Schedule } from './schedule.js';
import type { Sessions } from './sessions.js';
import type { SharedActors } from './shared.js';
import { createSite, type Site, socketPath } from './site.js';
import { createTransport, refuseUpgrade, type Transport, type TransportCounts } from './transport.js';

export { type MemoryBusSettings, memoryBus } from './bus/exchange.js';
export type { Bus, BusFactory, BusHost } from './bus.js';
export type { DocumentPage, DocumentTemplate } from './document.js';
export type { ServerOptions } from './options.js';
export type { ErrorReport } from './report.js';
export type { PageProps } from './sessions.js';
export type { HttpRequest, Identify } from './visitor.js';

// TYPES -----------------------------------------------------------------------

/** A server that listens on its own. */
export interface Listening {
  readonly port: number;
  /** Where its first page is, `http://localhost:3000/`. */
  readonly url: string;
  /**
   * Stops listening, closes all connections with 1001 and ends all sessions. What is still asked then has a
   * second to come to its end.
   */
  close(): Promise<void>;
}

/** What `createServer` makes. Its functions can be handed on without the object. */
export interface Server {
  /**
   * Starts a shared actor: state that belongs to no session, such as a chat room. Components watch its snapshots
   * by `shared(name, …)`, send it messages by `enqueue.send(name, …)` and hear what it emits by `topic(name)`.
   *
   * @throws TroupeError `shared-actor` if the name is taken, `topic` if it cannot be one
   */
  readonly actor: SharedActors['start'];
  /** Closes all connections with 1001 and ends all sessions; for a server that is mounted. Pages are answered with 503 from then on. */
  readonly close: () => Promise<void>;
  /** What there is now and what has been refused so far. */
  readonly counts: TransportCounts & { readonly sessions: Sessions['counts'] };
  /** Answers a request of Node's; with `next`, passes on what is not ours. */
  readonly handle: Handle;
  /**
   * Publishes a message on a topic: to all components that subscribe to `topic(name)`. With a bus to other processes it
   * gives a promise, that rejects if they cannot be reached; whoever does not care may ignore it.
   */
  readonly publish: <Published extends AnyMessage>(topic: string, message: Published) => void | Promise<void>;
  /** Sends a message to the page's component of one session; false if there is no such session. */
  readonly send: <Sent extends AnyMessage>(session: string, message: Sent) => boolean;
  /** Stops a shared actor; those who watch it keep what they have and wait for the next of its name. */
  readonly stopActor: (name: string) => void;
  /** Starts an HTTP server; port 0 takes any that is free. Rejects with a TroupeError `closed` once `close` was called. */
  readonly listen: (port: number, host?: string) => Promise<Listening>;
  /** Takes an upgrade of Node's; `false`, and the socket is left alone, if it is not ours: it must be destroyed if nobody else takes it. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean;
}

// PARTS -----------------------------------------------------------------------

function connectTransport(settings: Settings, { admit, recognise, script }: Site, report: Reporter): Transport {
  return createTransport({
    ...settings,
    admit,
    client: script.hash,
    connectionsPerAddress: settings.sessionsPerAddress,
    path: socketPath(settings.base),
    recognise,
    report,
  });
}

// SERVER ----------------------------------------------------------------------

/**
 * Makes a server of routes to components.
 *
 * ```ts
 * createServer({ routes: { '/': Counter } }).listen(3000);
 * ```
 *
 * It also mounts into a server that exists, below a base path:
 *
 * ```ts
 * const troupe = createServer({ base: '/app', routes: { '/': Counter } });
 *
 * app.use(troupe.handle); // Express
 * server.on('upgrade', (request, socket, head) => {
 *   if (!troupe.upgrade(request, socket, head)) socket.destroy();
 * });
 * ```
 *
 * @throws TroupeError `options`, naming everything that is wrong with them.
 */
export function createServer(options: ServerOptions): Server {
  const settings = readOptions(options);
  const report = createReporter(settings.onError);
  const site = createSite(settings, report, new Schedule(settings.clock, report).defer);
  const { actors, bus, sessions } = site;
  const transport = connectTransport(settings, site, report);
  const handle = createHandle(site.http, settings.styles);

  async function close(): Promise<void> {
    await transport.close();
    sessions.close();
    await actors.close();
    await bus.close();
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    return transport.upgrade(request, socket, head);
  }

  async function listen(port: number, host?: string): Promise<Listening> {
    if (sessions.isClosed) {
      throw new TroupeError(ErrorCode.Closed, 'This server is closed and cannot listen again. Make another one.');
    }
    const server = createNodeServer(handle);

    server.on('upgrade', (request, socket, head) => {
      if (!upgrade(request, socket, head)) refuseUpgrade(socket, 404);
    });
    const bound = await start(server, port, host);

    return {
      port: bound,
      url: `http://${urlHost(host)}:${bound}${settings.base}/`,
      async close() {
        const stopped = new Promise((resolve) => server.close(resolve));

        await close();
        await endRequests(server, settings.clock, stopped);
      },
    };
  }

  return {
    actor: (name, logic, given) => actors.start(name, logic, given),
    publish: (topic, message) => bus.publish(topic, message),
    send: (session, message) => sessions.post(session, message),
    stopActor: (name) => actors.stop(name),
    close,
    get counts() {
      return { ...transport.counts, sessions: sessions.counts };
    },
    handle,
    listen,
    upgrade,
  };
}

/** Milliseconds that a request which is still asked, or answered, has when the server stops. */
const requestDeadline = 1_000;

/** Waits for the last request. A client that has sent half of one would be waited for as long as it likes. */
async function endRequests(server: NodeServer, clock: Clock, stopped: Promise<unknown>): Promise<void> {
  const timer = clock.setTimeout(() => server.closeAllConnections(), requestDeadline);

  server.closeIdleConnections();
  await stopped;
  clock.clearTimeout(timer);
}

/** Resolves with the port, rejects if it cannot be had. */
function start(server: NodeServer, port: number, host: string | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** A host as it stands in a URL; all interfaces are reached as `localhost`. */
function urlHost(host: string | undefined): string {
  if (host === undefined || host === '0.0.0.0' || host === '::') return 'localhost';

  return host.includes(':') ? `[${host}]` : host;
}
