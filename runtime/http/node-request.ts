/**
 * Reads a request of Node's servers into the form that `request-identity.ts` takes. Pages (`node-adapter.ts`) and upgrades
 * (`transport.ts`) share it.
 */

import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { HttpRequest } from './request-identity.js';

/** What a target begins with that names the host, too, as those that are sent to proxies do. */
const authority = /^https?:\/\/[^/?#]*/i;

/** Path and query of a request's target. */
function readTarget(target: string): string {
  if (target.startsWith('/') || !authority.test(target)) return target;
  const rest = target.replace(authority, '');

  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** Reads a request. A router that mounts us below a path shortens `url` and keeps the whole in `originalUrl`. */
export function readRequest(request: IncomingMessage): HttpRequest {
  const { headers, method = 'GET', socket } = request;
  const { originalUrl } = request as { originalUrl?: string };
  const secure = (socket as Partial<TLSSocket>).encrypted === true;

  const url = readTarget(originalUrl ?? request.url ?? '/');

  return { address: socket.remoteAddress ?? '', headers, method, secure, url };
}
