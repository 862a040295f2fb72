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
  /** The page load that joins. */
  readonly load: string;
  /** Whether the asking node accepts a copy if another page load is connected to the session. */
  readonly mayFork: boolean;
}

/** The answer of the owner. */
export type TransferReply =
  /** The session is stored, and no node owns it. */
  | { readonly kind: 'released' }
  /** The owner keeps the session. A copy is stored under another id, and no node owns the copy. */
  | { readonly kind: 'forked'; readonly id: string }
  /** Another page load is connected to the session; or it cannot be stored, and its page keeps no events. */
  | { readonly kind: 'busy' }
  /** The node does not have the session, or did not answer before the deadline. */
  | { readonly kind: 'absent' };

/** What an ownership transfer needs. */
export interface OwnershipTransferOptions {
  readonly clock: Clock;
  /** Milliseconds after which a node that does not answer is treated as dead. */
  readonly deadline: number;
  readonly node: string;
  readonly peers: Peers;
  /** Gives a session up. Never rejects. */
  give(request: TransferRequest): Promise<TransferReply>;
}

/** What nodes send each other; `ask` connects a reply to its request. */
type Message =
  | {
      readonly type: 'transferRequested';
      readonly from: string;
      readonly ask: string;
      readonly request: TransferRequest;
    }
  | { readonly type: 'transferReplied'; readonly ask: string; readonly reply: TransferReply };

// TRANSFER --------------------------------------------------------------------

/** The ownership transfers of one node, in both directions. */
export class OwnershipTransfer {
  readonly #options: OwnershipTransferOptions;
  /** What resolves the requests of this node, by their number. */
  readonly #pending = new Map<string, (reply: TransferReply) => void>();
  readonly #stop: () => void;
  #isClosed = false;

  constructor(options: OwnershipTransferOptions) {
    this.#options = options;
    this.#stop = options.peers.listen((message) => this.#receive(message as Message));
  }

  /** Asks a node for a session. */
  ask(owner: string, request: TransferRequest): Promise<TransferReply> {
    const { clock, deadline, node } = this.#options;
    const ask = createId();
    if (this.#isClosed) return Promise.resolve({ kind: 'absent' });

    return new Promise((resolve) => {
      const settle = (reply: TransferReply): void => {
        clock.clearTimeout(timer);
        this.#pending.delete(ask);
        resolve(reply);
      };
      const timer = clock.setTimeout(() => settle({ kind: 'absent' }), deadline);
      this.#pending.set(ask, settle);
      this.#tell(owner, { type: 'transferRequested', from: node, ask, request });
    });
  }

  /** Sends and answers nothing more. Pending requests resolve as absent. */
  close(): void {
    this.#isClosed = true;
    this.#stop();
    for (const settle of [...this.#pending.values()]) settle({ kind: 'absent' });
  }

  #receive(message: Message): void {
    if (message.type === 'transferReplied') this.#pending.get(message.ask)?.(message.reply);
    else if (message.type === 'transferRequested') void this.#give(message.from, message.ask, message.request);
  }

  async #give(from: string, ask: string, request: TransferRequest): Promise<void> {
    const reply = await this.#options.give(request);
    if (!this.#isClosed) this.#tell(from, { type: 'transferReplied', ask, reply });
  }

  /** A message that cannot be sent gets no answer; the deadline then ends the wait. */
  #tell(node: string, message: Message): void {
    this.#options.peers.tell(node, message).catch(() => undefined);
  }
}
