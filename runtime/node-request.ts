/**
 * A request of Node's servers, read as `visitor.ts` wants it: what pages (`node-http.ts`) and upgrades
 * (`transport.ts`) have in common.
 */

import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { HttpRequest } from './visitor.js';

/** Reads a request. A router that mounts us below a path shortens `url` and keeps the whole in `originalUrl`. */
export function readRequest(request: IncomingMessage): HttpRequest {
  const { headers, method = 'GET', socket } = request;
  const { originalUrl } = request as { originalUrl?: string };
  const secure = (socket as Partial<TLSSocket>).encrypted === true;

  return { address: socket.remoteAddress ?? '', headers, method, secure, url: originalUrl ?? request.url ?? '/' };
}
