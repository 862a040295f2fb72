/**
 * Listening: runs a server on its own HTTP server (`node-limits.ts`), from opening the port to closing it. `server.ts`
 * creates it; a server that is mounted into another HTTP server does not use it.
 */

import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Handle } from '../http/node-adapter.js';
import { createLimitedServer, endRequests, startListening } from '../http/node-limits.js';
import { refuseUpgrade } from '../http/refused-upgrades.js';
import { isLocalHost } from '../inspect/inspector-mount.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import type { Log } from '../platform/logger.js';
import type { Settings } from './options.js';

// TYPES -----------------------------------------------------------------------

/** A server that listens on its own. */
export interface Listening {
  readonly port: number;
  /** Where its first page is, `http://localhost:3000/`. */
  readonly url: string;
  /**
   * Stops listening, closes all connections with 1001 and stores all sessions, if the store outlives the process,
   * which may take 5 seconds. What is still asked then has a second to come to its end.
   */
  close(): Promise<void>;
  /**
   * Stops in peace: is not ready any more, takes no new sessions, tells all clients to move to another process, and
   * once all have gone, or `drainTime` is over, closes.
   */
  drain(): Promise<void>;
  /** Drains and then ends the process when it gets this signal of the operating system. Default `SIGTERM`. */
  drainOn(signal?: NodeJS.Signals): void;
}

/** What listens. */
export interface ListenOptions {
  readonly handle: Handle;
  /** Path and query of the link that opens the inspector, if it needs one. */
  readonly inspectorLink?: string | undefined;
  readonly log: Log | undefined;
  readonly settings: Settings;
  close(): Promise<void>;
  drain(): Promise<void>;
  /** Whether it was closed, and cannot listen again. */
  isClosed(): boolean;
  /** Takes an upgrade; false if it is not ours. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
}

// LISTENING -------------------------------------------------------------------

/** Makes the function that opens a port; port 0 takes any that is free. It rejects with a TroupeError `closed` once the server was closed. */
export function createListen(options: ListenOptions): (port: number, host?: string) => Promise<Listening> {
  const { handle, inspectorLink, isClosed, log, settings, upgrade } = options;

  return async (port, host) => {
    if (isClosed()) {
      throw new TroupeError(ErrorCode.Closed, 'This server is closed and cannot listen again. Make another one.');
    }
    const server = createLimitedServer(handle, settings);
    server.on('upgrade', (request, socket, head) => {
      if (!upgrade(request, socket, head)) refuseUpgrade(socket, 404);
    });
    const bound = await startListening(server, port, host);
    const origin = `http://${urlHost(host)}:${bound}`;
    const url = `${origin}${settings.base}/`;
    log?.listening(bound, url);
    if (inspectorLink !== undefined && isLocalHost(urlHost(host))) printLink(origin + inspectorLink);

    return { port: bound, url, ...endsOf(server, options) };
  };
}

/** To stderr, even with a logger: logs are kept longer and read by more people than the inspector is for. */
function printLink(link: string): void {
  process.stderr.write(`Inspector, for one browser: ${link}\n`);
}

/** The ways in which it ends. */
function endsOf(server: HttpServer, { close, drain, settings }: ListenOptions): Omit<Listening, 'port' | 'url'> {
  async function stop(): Promise<void> {
    const stopped = new Promise((resolve) => server.close(resolve));

    await close();
    await endRequests(server, settings.clock, stopped);
  }
  async function drainAndStop(): Promise<void> {
    await drain();
    await stop();
  }

  return {
    close: stop,
    drain: drainAndStop,
    drainOn(signal = 'SIGTERM') {
      process.once(signal, () => void drainAndStop().finally(() => process.exit()));
    },
  };
}

/** A host as it stands in a URL; all interfaces are reached as `localhost`. */
function urlHost(host: string | undefined): string {
  if (host === undefined || host === '0.0.0.0' || host === '::') return 'localhost';

  return host.includes(':') ? `[${host}]` : host;
}
