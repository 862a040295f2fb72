/**
 * The server: closes the ring. Pages, upgrades, sessions and tokens know nothing of each other; here
 * they are given to one another.
 *
 *     GET     -> http.ts      -> sessions.open   -> page with a token
 *     upgrade -> transport.ts -> join with token -> sessions.find, or sessions.reopen -> session
 *
 * This is the only file that knows both the transport and the sessions.
 */

import { createServer as createNodeServer, type IncomingMessage, type Server as NodeServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { createMemoryBus } from './bus/memory.js';
import type { Bus } from './bus.js';
import { createClientScript } from './client-script.js';
import type { Clock } from './clock.js';
import { ErrorCode, TroupeError } from './errors.js';
import type { AnyMessage } from './html.js';
import { createHttp, reserved } from './http.js';
import { createHandle, type Handle } from './node-http.js';
import { readOptions, type ServerOptions, type Settings } from './options.js';
import { CloseCode } from './protocol.js';
import { createReporter, type Reporter } from './report.js';
import { createRouter, type Router, routeTo } from './router.js';
import { Schedule } from './schedule.js';
import type { JoinFrame, Session } from './session.js';
import { createSessions, type Sessions } from './sessions.js';
import { createSharedActors, type SharedActors } from './shared.js';
import { createTokens, principalText, type Tokens } from './token.js';
import { createTransport, refuseUpgrade, type Transport, type TransportCounts } from './transport.js';
import { createRecognition, type Visitor } from './visitor.js';

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
  /** Publishes a message on a topic: to all components that subscribe to `topic(name)`. */
  readonly publish: (topic: string, message: AnyMessage) => void;
  /** Sends a message to the page's component of one session; false if there is no such session. */
  readonly send: (session: string, message: AnyMessage) => boolean;
  /** Stops a shared actor; those who watch it keep what they have and wait for the next of its name. */
  readonly stopActor: (name: string) => void;
  /** Starts an HTTP server; port 0 takes any that is free. Rejects with a TroupeError `closed` once `close` was called. */
  readonly listen: (port: number, host?: string) => Promise<Listening>;
  /** Takes an upgrade of Node's; `false`, and the socket is left alone, if it is not ours: it must be destroyed if nobody else takes it. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean;
}

// JOINING ---------------------------------------------------------------------

/** What leads a join to its session. */
interface Admission {
  readonly router: Router;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
}

/**
 * The session that a token speaks of: the one that is there, or a fresh one of the same id for the same
 * URL if it is gone.
 */
async function admit(
  { router, sessions, tokens }: Admission,
  { token }: JoinFrame,
  { address, cookie, principal }: Visitor
): Promise<Session | CloseCode> {
  const claim = cookie && tokens.open(token, { cookie, principal: principalText(principal) });

  if (!claim) return CloseCode.Refused;
  const found = sessions.find(claim.id);

  if (found !== undefined) return found;
  const place = router.find(claim.url);

  if (typeof place === 'number') return CloseCode.Reload;
  return sessions.full(address)
    ? CloseCode.TryLater
    : sessions.reopen(claim.id, routeTo(place, principal, cookie), address);
}

// PARTS -----------------------------------------------------------------------

interface Parts {
  readonly actors: SharedActors;
  readonly bus: Bus;
  readonly handle: Handle;
  readonly sessions: Sessions;
  readonly transport: Transport;
}

function connectParts(settings: Settings, report: Reporter): Parts {
  const { base, clientScript, clock, initDeadline, secrets, sessionsPerAddress, tokenLifetime } = settings;
  const script = createClientScript(clientScript);
  const router = createRouter(settings.routes, base);
  const tokens = createTokens({ clock, lifetime: tokenLifetime, secrets });
  const recognise = createRecognition({ ...settings, deadline: initDeadline, report });
  const { defer } = new Schedule(clock, report);
  const bus = createMemoryBus({ defer, development: settings.development, report });
  const publish = (topic: string, message: AnyMessage): void => bus.publish(topic, message);
  const actors = createSharedActors({ clock, defer, publish, report });
  const sessions = createSessions({
    ...settings,
    defer,
    dormant: settings.dormantSessions,
    hub: {
      subscribe: (topic, listener) => bus.subscribe(topic, listener),
      watch: (name, listener) => actors.watch(name, listener),
    },
    perAddress: sessionsPerAddress,
    publish,
    report,
    send: (name, message) => actors.send(name, message),
  });

  const http = createHttp({
    ...settings,
    document: { ...settings, template: settings.document, warn: (error) => void report(error.code, error) },
    recognise,
    report,
    router,
    script,
    sessions,
    tokens,
  });

  const transport = createTransport({
    ...settings,
    admit: (frame, visitor) => admit({ router, sessions, tokens }, frame, visitor),
    client: script.hash,
    connectionsPerAddress: sessionsPerAddress,
    path: `${base}${reserved}/socket`,
    recognise,
    report,
  });

  return { actors, bus, handle: createHandle(http, settings.styles), sessions, transport };
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
  const { actors, bus, handle, sessions, transport } = connectParts(settings, createReporter(settings.onError));

  async function close(): Promise<void> {
    await transport.close();
    sessions.close();
    actors.close();
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
