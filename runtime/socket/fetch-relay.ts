/**
 * Requests of the fallback that reach another node than the one that has their connection: a balancer may send each request of
 * a browser to another. This node checks where such a request comes from, passes it on over the bus, and passes the answer
 * back. `transport.ts` asks here for requests that name another node; `fetch-socket.ts` takes them there.
 *
 *     browser -> this node -> fetchRelayed -> the node of the connection -> fetchAnswered -> this node -> browser
 *
 * A connection is opened by the node that its first request reaches, so an answer that does not end is never passed on.
 */

import type { ServerResponse } from 'node:http';
import { browserOf } from '../identity/request-identity.js';
import type { Clock } from '../platform/clock.js';
import { createId } from '../platform/id.js';
import { answerFetch, type FetchAnswer, type FetchQuery, type FetchSocket } from './fetch-socket.js';

// TYPES -----------------------------------------------------------------------

/** How nodes reach each other: what a relay needs of the bus. */
export interface RelayPeers {
  /** Sends plain data to a node; rejects if there is none of this name. */
  tell(node: string, message: RelayMessage): Promise<void>;
  /** Calls `listener` with what other nodes send to this one, also for other parts. Returns the function that stops it. */
  listen(listener: (message: { readonly type: string }) => void): () => void;
}

/** What nodes send each other; `ask` connects an answer to its request. Bodies are base64. */
export type RelayMessage =
  | {
      readonly type: 'fetchRelayed';
      readonly from: string;
      readonly ask: string;
      readonly query: FetchQuery;
      /** The cookie of the request, as a hash. */
      readonly browser: string;
      readonly body: string;
    }
  | { readonly type: 'fetchAnswered'; readonly ask: string; readonly status: number; readonly body: string };

/** What a relay needs. */
export interface FetchRelayOptions {
  readonly clock: Clock;
  /** The name of this node. */
  readonly node: string;
  readonly peers: RelayPeers;
  /** A connection of this node. */
  find(id: string): FetchSocket | undefined;
}

/** Milliseconds that the other node has for its answer, beside those that the answer may wait for frames. */
const patience = 5_000;

/** What a client is answered whose connection is not to be found: it joins again. */
const gone = 410;

// RELAY -----------------------------------------------------------------------

/** Passes requests on, in both directions. */
export class FetchRelay {
  readonly #options: FetchRelayOptions;
  /** What answers the requests that were passed on, by their `ask`. */
  readonly #pending = new Map<string, (status: number, body: Buffer) => void>();
  readonly #stop: () => void;

  constructor(options: FetchRelayOptions) {
    this.#options = options;
    this.#stop = options.peers.listen((message) => this.#receive(message as RelayMessage));
  }

  /** Passes a request on to the node that it names; answers it when that has, or cannot. */
  forward(query: FetchQuery, cookie: string | undefined, body: Buffer, response: ServerResponse): void {
    const { clock, node, peers } = this.#options;
    if (query.down === 's') return answerFetch(response, gone);
    const ask = createId();
    const settle = (status: number, bytes: Buffer): void => {
      clock.clearTimeout(timer);
      this.#pending.delete(ask);
      answerFetch(response, status, bytes);
    };
    const fail = (): void => this.#pending.get(ask)?.(gone, Buffer.alloc(0));
    const timer = clock.setTimeout(fail, patience + (Number(query.down) || 0));
    this.#pending.set(ask, settle);
    const browser = browserOf(cookie ?? '');
    const message = { type: 'fetchRelayed', from: node, ask, query, browser, body: body.toString('base64') } as const;
    peers.tell(query.node, message).catch(fail);
  }

  /** Takes nothing more. The requests that wait for an answer are not answered by another node any more. */
  close(): void {
    this.#stop();
    for (const settle of [...this.#pending.values()]) settle(gone, Buffer.alloc(0));
  }

  #receive(message: RelayMessage): void {
    if (message.type === 'fetchAnswered') {
      this.#pending.get(message.ask)?.(message.status, Buffer.from(message.body, 'base64'));
    } else if (message.type === 'fetchRelayed') this.#take(message);
  }

  #take({ ask, body, browser, from, query }: Extract<RelayMessage, { type: 'fetchRelayed' }>): void {
    const response = new RelayedAnswer((status, bytes) => {
      const answer = { type: 'fetchAnswered', ask, status, body: bytes.toString('base64') } as const;
      // The other node answers by itself when it has waited for too long.
      this.#options.peers.tell(from, answer).catch(() => undefined);
    });
    const socket = this.#options.find(query.id);
    const isOwn = socket !== undefined && browserOf(socket.cookie ?? '') === browser;
    if (isOwn) socket.take(query, Buffer.from(body, 'base64'), response);
    else answerFetch(response, gone);
  }
}

/** What a connection answers in place of a response of this node. */
class RelayedAnswer implements FetchAnswer {
  sendDate = false;
  readonly writableLength = 0;
  readonly #answer: (status: number, body: Buffer) => void;
  #status = gone;

  constructor(answer: (status: number, body: Buffer) => void) {
    this.#answer = answer;
  }

  writeHead(status: number): void {
    this.#status = status;
  }

  end(body: Buffer = Buffer.alloc(0), sent?: () => void): void {
    this.#answer(this.#status, body);
    sent?.();
  }

  destroy(): void {
    this.#answer(gone, Buffer.alloc(0));
  }

  // An answer that does not end is never passed on, and no event says that a node is gone.
  flushHeaders(): void {}
  write(): void {}
  on(): void {}
}
