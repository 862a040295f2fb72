/** A server of ours, mounted into a plain one, which may do something to requests before. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Server } from 'troupe/server';

/** It at work. */
export interface MountedServer {
  /** Where it is, `http://127.0.0.1:PORT`. */
  readonly origin: string;
  readonly port: number;
  /** Closes both. */
  close(): Promise<void>;
}

/**
 * Mounts a server on a free port.
 *
 * @param prepare gets each request first, and says whether it has answered it
 */
export async function mountServer(
  server: Server,
  prepare: (request: IncomingMessage, response: ServerResponse) => boolean = () => false
): Promise<MountedServer> {
  const http = createServer((request, response) => {
    if (!prepare(request, response)) server.handle(request, response);
  });
  http.on('upgrade', server.upgrade);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;

  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    async close() {
      await server.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
