/**
 * Ownership transfer: a node that a client has joined asks the owner of its session to give the session up. The owner
 * stores the session, answers and drops it from memory. If the owner does not answer before the deadline, the asking
 * node treats it as dead; the fence of the store then refuses what the former owner still writes.
 *
 * `activation.ts` asks for sessions and answers requests; `session-registry.ts` provides the connection to the peers.
 */

import type { Clock } from '../platform/clock.js';
import { createId } from '../platform/id.js';
import type { AnyMessage } from '../template/html.js';

// TYPES -----------------------------------------------------------------------

/** How nodes reach each other. */
export interface Peers {
  /** Sends plain data to a node. An unknown node is no error. May reject if the data cannot be sent. */
  tell(node: string, message: AnyMessage): Promise<void>;
  /** Calls `listener` with what other nodes send to this node. Returns a function that stops it. */
  listen(listener: (message: AnyMessage) => void): () => void;
}

/** What a node asks for. */
export interface TransferRequest {
  /** The session's id. */
  readonly id: string;
  /** The document that has come. */
  readonly document: string;
  /** Whether it may be given a copy if another document is connected to the session. */
  readonly mayFork: boolean;
}

/** What it is answered. */
export type TransferReply =
  /** The session is stored, and free. */
  | { readonly kind: 'released' }
  /** It stays where it is; a copy is stored under another id, and free. */
  | { readonly kind: 'forked'; readonly id: string }
  /** Another document is connected to it. */
  | { readonly kind: 'busy' }
  /** The node does not have it, or did not answer before the deadline. */
  | { readonly kind: 'absent' };

/** What a hand-over needs. */
export interface OwnershipTransferOptions {
  readonly clock: Clock;
  /** Milliseconds after which a node that does not answer is taken for dead. */
  readonly deadline: number;
  readonly node: string;
  readonly peers: Peers;
  /** Gives a session up. Never rejects. */
  give(wanted: TransferRequest): Promise<TransferReply>;
}

/** What travels. */
type Word =
  | { readonly type: 'sessionWanted'; readonly from: string; readonly ask: string; readonly wanted: TransferRequest }
  | { readonly type: 'sessionGiven'; readonly ask: string; readonly given: TransferReply };

// HAND OVER -------------------------------------------------------------------

/** One node's side of all hand-overs. */
export class OwnershipTransfer {
  readonly #options: OwnershipTransferOptions;
  readonly #asked = new Map<string, (given: TransferReply) => void>();
  readonly #stop: () => void;
  #isClosed = false;

  constructor(options: OwnershipTransferOptions) {
    this.#options = options;
    this.#stop = options.peers.listen((message) => this.#receive(message as Word));
  }

  /** Asks a node for a session. */
  ask(owner: string, wanted: TransferRequest): Promise<TransferReply> {
    const { clock, deadline, node } = this.#options;
    const ask = createId();
    if (this.#isClosed) return Promise.resolve({ kind: 'absent' });

    return new Promise((resolve) => {
      const answered = (given: TransferReply): void => {
        clock.clearTimeout(timer);
        this.#asked.delete(ask);
        resolve(given);
      };
      const timer = clock.setTimeout(() => answered({ kind: 'absent' }), deadline);
      this.#asked.set(ask, answered);
      this.#tell(owner, { type: 'sessionWanted', from: node, ask, wanted });
    });
  }

  /** Asks and is asked no more. */
  close(): void {
    this.#isClosed = true;
    this.#stop();
    for (const answered of [...this.#asked.values()]) answered({ kind: 'absent' });
  }

  #receive(word: Word): void {
    if (word.type === 'sessionGiven') this.#asked.get(word.ask)?.(word.given);
    else if (word.type === 'sessionWanted') void this.#give(word.from, word.ask, word.wanted);
  }

  async #give(from: string, ask: string, wanted: TransferRequest): Promise<void> {
    const given = await this.#options.give(wanted);
    if (!this.#isClosed) this.#tell(from, { type: 'sessionGiven', ask, given });
  }

  /** A message that cannot be sent gets no answer; the deadline then ends the wait. */
  #tell(node: string, word: Word): void {
    this.#options.peers.tell(node, word).catch(() => undefined);
  }
}
