/**
 * Cuts the connections of a browser, as a network does, and refuses others for a while. That is the host program's
 * part: it has the sockets. A page asks for it by a form, whose answer has no content, so that no script is needed
 * and the page stays where it is.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Where the form is sent. */
export const cutPath = '/resume/cut';

/** Where connections are made of requests, if no WebSocket survives. */
const socketPath = '/_troupe/socket?';

/** The seconds one can choose from. */
export const cutTimes = [2, 10] as const;

/** A browser is who has this cookie: no other site can send it along. */
type BrowserCookie = string;

/** The connections of one process. */
export class Scissors {
  readonly #sockets = new Map<BrowserCookie, Set<Duplex>>();
  /** The sessions whose connections are refused, and until when. */
  readonly #cut = new Map<BrowserCookie, number>();
  readonly #now: () => number;

  /** @param now what tells the time */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** A browser wants a connection. Says whether it is let in; else its socket has been ended. */
  admit(request: IncomingMessage, socket: Duplex): boolean {
    const browser = browserOf(request);
    if ((this.#cut.get(browser) ?? 0) > this.#now()) {
      socket.destroy();
      return false;
    }
    const sockets = this.#sockets.get(browser) ?? new Set();
    this.#cut.delete(browser);
    if (sockets.has(socket)) return true;
    this.#sockets.set(browser, sockets.add(socket));
    socket.once('close', () => {
      sockets.delete(socket);
      if (sockets.size === 0) this.#sockets.delete(browser);
    });
    return true;
  }

  /** Answers a request, if it asks for a cut, or ends it, if it is of a connection made of requests that is cut; says whether it did. */
  answer(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.method === 'POST' && request.url?.startsWith(socketPath)) return !this.admit(request, request.socket);
    if (request.method !== 'POST' || request.url !== cutPath) return false;
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (part: string) => {
      body += part;
      if (body.length > 100) request.destroy();
    });
    request.on('end', () => {
      const seconds = Number(new URLSearchParams(body).get('seconds'));
      if (cutTimes.some((time) => time === seconds)) this.cut(browserOf(request), seconds);
      response.writeHead(204).end();
    });
    return true;
  }

  /** Ends all connections of a browser, and refuses others for so many seconds. */
  cut(browser: BrowserCookie, seconds: number): void {
    const now = this.#now();
    for (const [other, end] of this.#cut) if (end <= now) this.#cut.delete(other);
    const sockets = this.#sockets.get(browser);
    if (sockets === undefined && !this.#cut.has(browser)) return;
    this.#cut.set(browser, now + seconds * 1_000);
    for (const socket of sockets ?? []) socket.destroy();
  }
}

/** Our cookie alone: others come and go. */
const browserOf = ({ headers }: IncomingMessage): BrowserCookie =>
  /(?:^|;\s*)troupe=([^;]*)/.exec(headers.cookie ?? '')?.[1] ?? '';
