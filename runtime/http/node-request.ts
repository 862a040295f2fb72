/**
 * Reads a request of Node's servers into the form that `request-identity.ts` takes. Pages (`node-adapter.ts`) and upgrades
 * (`transport.ts`) share it.
 */

import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { HttpRequest } from '../identity/request-identity.js';

/** The beginning of an absolute target, as clients send it to proxies. */
const authority = /^https?:\/\/[^/?#]*/i;

/** Path and query of a request's target. */
function readTarget(target: string): string {
  if (target.startsWith('/') || !authority.test(target)) return target;
  const rest = target.replace(authority, '');

  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** Reads a request. A router that mounts Troupe below a path shortens `url` and keeps the whole in `originalUrl`. */
export function readRequest(request: IncomingMessage): HttpRequest {
  const { headers, method = 'GET', socket } = request;
  const { originalUrl } = request as { originalUrl?: string };
  const secure = (socket as Partial<TLSSocket>).encrypted === true;

  const url = readTarget(originalUrl ?? request.url ?? '/');

  return {
    address: socket.remoteAddress ?? '',
    body: (maxBytes) => readBody(request, maxBytes),
    headers,
    method,
    secure,
    url,
  };
}

function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes || request.readableEnded) {
    return Promise.resolve(undefined);
  }

  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      // The rest is read and forgotten, so that the browser comes to read the answer.
      if (bytes > maxBytes) resolve(undefined);
      else chunks.push(chunk);
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    // The browser has gone.
    for (const event of ['error', 'close']) request.on(event, () => resolve(undefined));
  });
}
