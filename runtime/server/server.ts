/**
 * The server: connects the pages and sessions of `composition.ts` with the sockets of `transport.ts`. Neither of the two
 * imports the other.
 *
 *     GET     -> http.ts      -> sessions.open   -> page with a token
 *     upgrade -> transport.ts -> join with token -> sessions.enter -> session
 *
 * This is the only file that knows both the transport and the sessions.
 */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { SharedActors } from '../cluster/shared-actors.js';
import { answerHealth, answerReadiness } from '../http/health.js';
import { createAnswering, createHandle, type Handle } from '../http/node-adapter.js';
import type { Inspection } from '../inspect/inspection.js';
import { type InspectorMount, type MountedApp, mountInspector } from '../inspect/inspector-mount.js';
import type { Channels } from '../platform/diagnostics.js';
import { createReporter } from '../platform/error-report.js';
import { ErrorCode } from '../platform/errors.js';
import { type Log, logTo } from '../platform/logger.js';
import { Scheduler } from '../platform/scheduler.js';
import type { Revocations } from '../registry/revocations.js';
import type { SessionRegistry } from '../registry/session-registry.js';
import { createTransport, type Transport, type TransportCounts } from '../socket/transport.js';
import type { AnyMessage } from '../template/html.js';
import { unwatched } from '../tree/probe.js';
import { type Composition, createComposition, socketPath } from './composition.js';
import { createListen, type Listening } from './listen.js';
import { readOptions, type ServerOptions, type Settings } from './options.js';

// TYPES -----------------------------------------------------------------------

/** What `createServer` returns. Its functions work without the object. */
export interface Server {
  /**
   * Starts a shared actor: state that belongs to no session, such as a chat room. Components watch its snapshots
   * by `shared(name, …)`, send it messages by `enqueue.send(name, …)` and receive what it emits by `topic(name)`.
   *
   * @throws TroupeError `shared-actor` if the name is taken, `topic` if it cannot be one
   */
  readonly actor: SharedActors['start'];
  /** Closes all connections with 1001 and stores all sessions; for a server that is mounted. Pages are answered with 503 from then on. */
  readonly close: () => Promise<void>;
  /** Takes no new sessions and asks all clients to move; resolves when they have, or after `drainTime`. Close it then. */
  readonly drain: () => Promise<void>;
  /** The present numbers of connections and sessions, and the refusals so far. */
  readonly counts: TransportCounts & { readonly sessions: SessionRegistry['counts'] };
  /** Answers a request of Node; with `next`, passes on requests for other paths. */
  readonly handle: Handle;
  /** Answers that the process runs, as `/_troupe/healthz` below the base path does: for a host program that wants it elsewhere. */
  readonly healthz: Handle;
  /** What can be seen of the server: the inspector is written with it, and another one can be. */
  readonly inspection: Inspection;
  /**
   * Path and query of the link that opens the inspector in one browser; `undefined` unless one is needed. `listen`
   * writes it to stderr; a server that is mounted leaves that to its host.
   */
  readonly inspectorLink: string | undefined;
  /**
   * Publishes a message on a topic: to all components that subscribe to `topic(name)`. With a bus to other processes it
   * returns a promise that rejects if they cannot be reached; the caller may ignore it.
   */
  readonly publish: <Published extends AnyMessage>(topic: string, message: Published) => void | Promise<void>;
  /** Answers 200 while the server takes new visitors, else 503, as `/_troupe/readyz` below the base path does. */
  readonly readyz: Handle;
  /**
   * Revokes a principal, given by itself or by its key: a text, a number, the `id` of an object, else its JSON. Its sessions end on
   * all nodes, within a second, also those that are stored; their pages are loaded again. With `browser`, only in that browser.
   *
   * Resolves when the store has it and it was published. Rejects if that was not possible; sessions of this node have ended, and
   * it can be repeated.
   */
  readonly revoke: Revocations['revoke'];
  /** Sends a message to the page's component of one session; false if there is no such session. */
  readonly send: <Sent extends AnyMessage>(session: string, message: Sent) => boolean;
  /** Stops a shared actor. Components that watch it keep its last snapshot until another one of its name starts. */
  readonly stopActor: (name: string) => void;
  /** Starts an HTTP server; port 0 takes any that is free. Rejects with a TroupeError `closed` once `close` was called. */
  readonly listen: (port: number, host?: string) => Promise<Listening>;
  /** Takes an upgrade of Node's; `false`, and the socket is left alone, if it is not ours: the host program must destroy it if no other handler takes it. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean;
}

// PARTS -----------------------------------------------------------------------

function connectTransport(
  settings: Settings,
  { admit, bus, liveInspection, node, recognise, refused, report, script }: Composition
): Transport {
  return createTransport({
    ...settings,
    admit,
    client: script.hash,
    connectionsPerAddress: settings.sessionsPerAddress,
    node,
    path: socketPath(settings.base),
    peers: bus,
    recognise,
    refused,
    report,
    tell: liveInspection.tell,
  });
}

/**
 * Starts a server of the inspector below a path. It has sessions of its own and publishes on no channel. The entry is
 * loaded here, not imported: a server whose inspector is not opened does not read its files.
 */
async function startInspector(inspection: Inspection, settings: Settings, base: string): Promise<MountedApp> {
  const { inspector } = await import('../inspector.js');
  const { routes, style, title } = inspector(inspection, { base });
  const { clientScript, clock, development, language, onError, origins, secrets, trustProxy } = settings;
  const server = makeServer(
    {
      ...{
        base,
        clock,
        development,
        inspector: false,
        language,
        notice: false,
        routes,
        secret: secrets,
        title,
        trustProxy,
      },
      ...(onError !== undefined && { onError }),
      ...(clientScript !== undefined && { clientScript }),
      ...(origins !== undefined && { origins }),
      styles: [`${base}/style.css`],
    },
    unwatched.channels
  );

  return { style, handle: server.handle, upgrade: server.upgrade, close: server.close };
}

/** What a shutdown ends. */
interface Running {
  readonly inspector: Pick<InspectorMount, 'close'> | undefined;
  readonly log: Log | undefined;
  readonly settings: Settings;
  readonly site: Composition;
  readonly transport: Transport;
}

/** The end of a server. Connections close before the sessions behind them, and sessions before what they share. */
function createShutdown({ inspector, log, settings, site, transport }: Running): Pick<Server, 'close' | 'drain'> {
  const { actors, bus, liveInspection, revocations, sessions } = site;
  let isClosing = false;

  return {
    async close() {
      const isFirst = !isClosing;
      isClosing = true;
      await inspector?.close();
      liveInspection.close();
      await transport.close();
      revocations.close();
      await sessions.close();
      await actors.close();
      await bus.close();
      if (isFirst) log?.closed();
    },

    async drain() {
      const { clock, drainTime } = settings;
      let timer: unknown;
      log?.draining();
      const late = new Promise<void>((resolve) => {
        timer = clock.setTimeout(resolve, drainTime);
      });
      await Promise.race([sessions.drain(drainTime / 2), late]);
      clock.clearTimeout(timer);
    },
  };
}

/** Publishes on the bus. A message that other processes did not get is reported. */
function createPublish({ bus, report }: Composition): Server['publish'] {
  return (topic, message) => {
    const arrival = bus.publish(topic, message);
    if (arrival instanceof Promise) arrival.catch((error: unknown) => void report(ErrorCode.Topic, error));

    return arrival;
  };
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
  return makeServer(options);
}

/** @param channels its diagnostics channels; the inspector's own server has none */
function makeServer(options: ServerOptions, channels?: Channels): Server {
  const settings = readOptions(options);
  const log = settings.logger && logTo(settings.logger);
  const reporter = createReporter(settings.onError, log?.reported, settings.development);
  const site = createComposition(settings, reporter, new Scheduler(settings.clock, reporter).defer, {
    ...(channels && { channels }),
    log,
  });
  const { actors, liveInspection, report, sessions } = site;
  const transport = connectTransport(settings, site);
  const start = (base: string): Promise<MountedApp> => startInspector(liveInspection, settings, base);
  const inspector = mountInspector({ inspection: liveInspection, report, settings, start });
  const handle = createHandle(
    site.http,
    settings.styles,
    (...request) => inspector?.handle(...request) || transport.request(...request)
  );
  const inspectorLink = inspector?.link;
  const { close, drain } = createShutdown({ inspector, log, settings, site, transport });

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    return inspector?.upgrade(request, socket, head) || transport.upgrade(request, socket, head);
  }

  return {
    actor: (name, logic, given) => actors.start(name, logic, given),
    publish: createPublish(site),
    revoke: (principal, options) => site.revocations.revoke(principal, options),
    send: (session, message) => sessions.post(session, message),
    stopActor: (name) => actors.stop(name),
    close,
    drain,
    get counts() {
      return { ...transport.counts, sessions: sessions.counts };
    },
    handle,
    healthz: createAnswering(answerHealth),
    inspection: liveInspection,
    inspectorLink,
    listen: createListen({
      ...{ close, drain, handle, inspectorLink, log, settings, upgrade },
      isClosed: () => sessions.isClosed,
    }),
    readyz: createAnswering(() => answerReadiness(() => sessions.isReady)),
    upgrade,
  };
}
