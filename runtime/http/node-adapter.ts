/**
 * The adapter between Node's HTTP servers and `http.ts`. It fits `node:http`, `node:https` and frameworks that pass on
 * Node's request and response: Express, Connect, Fastify with `@fastify/middie`.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerNowhere, type Http, type HttpAnswer } from './http.js';
import { readRequest } from './node-request.js';

/** Handles one request; with `next`, what is not ours is passed on instead of answered with 404. */
export type Handle = (request: IncomingMessage, response: ServerResponse, next?: (error?: unknown) => void) => void;

/** Writes an answer to a response of Node's. */
export function writeAnswer(response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  response.writeHead(status, [...headers]);
  response.end(body);
}

/** Makes a handler that gives each request the same kind of answer, whatever it asks. */
export function createAnswering(answer: () => HttpAnswer): Handle {
  return (_request, response) => writeAnswer(response, answer());
}

/** Makes a request handler of Node's shape; `styles` are the style sheets of its page for what is not there. */
export function createHandle(http: Http, styles: readonly string[] = []): Handle {
  return (request, response, next) => {
    const asked = readRequest(request);
    http(asked)
      .then((answer) => {
        if (answer !== undefined) writeAnswer(response, answer);
        else if (next) next();
        else writeAnswer(response, answerNowhere(asked.url, styles));
      })
      .catch((error: unknown) => (next ? next(error) : response.destroy(error as Error)));
  };
}
