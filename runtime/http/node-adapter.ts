/**
 * The adapter between Node's HTTP servers and `http.ts`. It fits `node:http`, `node:https` and frameworks that pass on
 * Node's request and response: Express, Connect, Fastify with `@fastify/middie`.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpRequest } from '../identity/request-identity.js';
import { answerNowhere, type Http } from './http.js';
import type { HttpAnswer } from './http-answer.js';
import { readRequest } from './node-request.js';

/** Handles one request; with `next`, a request for another path is passed on instead of answered with 404. */
export type Handle = (request: IncomingMessage, response: ServerResponse, next?: (error?: unknown) => void) => void;

/** Handles the requests of some paths, which it gets in both forms; returns false for other paths. */
export type MountedHandle = (request: HttpRequest, message: IncomingMessage, response: ServerResponse) => boolean;

/** Writes an answer to one of Node's responses. */
export function writeAnswer(response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  response.writeHead(status, [...headers]);
  response.end(body);
}

/** Makes a handler that calls `answer` for each request, whatever its path and method. */
export function createAnswering(answer: () => HttpAnswer): Handle {
  return (_request, response) => writeAnswer(response, answer());
}

/**
 * Makes a request handler for Node's servers.
 *
 * @param styles the style sheets of the 404 page
 * @param mounted gets each request first. Default: no handler
 */
export function createHandle(http: Http, styles: readonly string[] = [], mounted?: MountedHandle): Handle {
  return (message, response, next) => {
    const request = readRequest(message);
    if (mounted?.(request, message, response)) return;
    http(request, next === undefined)
      .then((answer) => {
        if (answer !== undefined) writeAnswer(response, answer);
        else if (next) next();
        else writeAnswer(response, answerNowhere(request.url, styles));
      })
      .catch((error: unknown) => (next ? next(error) : response.destroy(error as Error)));
  };
}
