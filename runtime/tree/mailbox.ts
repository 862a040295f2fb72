/**
 * The mailbox of a component tree: the messages that wait for a turn, in order of arrival and bounded. Events of the
 * client, timers, generators and raised messages all go through it. `component-tree.ts` puts them in, `turn.ts` takes
 * them out.
 */

import type { AnyMessage } from '../template/html.js';
import type { ComponentInstance } from './component-instance.js';

// TYPES -----------------------------------------------------------------------

/** A queued message with its cause. */
export interface Envelope {
  /** The receiver. */
  readonly instance: ComponentInstance;
  /** The message; `undefined` for an event that led to none, which keeps its place in the order. */
  readonly message: AnyMessage | undefined;
  /** When it arrived, in milliseconds since the epoch. */
  readonly at: number;
  /** The number of the page load whose event it is; 0 if no client sent it. */
  readonly pageLoad: number;
  /** The cause, for the ids of effects: the number of the page load's event, or the id of an effect. */
  readonly cause?: number | string | undefined;
  /** The sender, for the inspector: a component, the key of a subscription, `host`; not given for an event of a client. */
  readonly from?: ComponentInstance | string | undefined;
  /** Whether the message was made of an event of a password field: then it is shown without its data. */
  readonly isSecret?: boolean | undefined;
  /** Finds the receiver and the message when all before it is shown; such an envelope is taken alone. */
  readonly resolve?: (() => Envelope) | undefined;
  /** Called when it has been taken and the turn is committed. */
  readonly taken?: (() => void) | undefined;
}

// MAILBOX ---------------------------------------------------------------------

/** Envelopes that may wait. A client that sends more is closed; any other message is dropped and reported. */
const maxEnvelopes = 10_000;

const none: readonly Envelope[] = [];

/** The envelopes that wait for a turn. */
export class Mailbox {
  /** There is no array while nothing waits: most sessions are idle. */
  #envelopes: Envelope[] | undefined;
  /** How many of them have to be resolved. */
  #unresolved = 0;
  /** How many envelopes were taken out so far: they have the numbers 1 to this, in order. */
  taken = 0;

  /** How many envelopes wait. */
  get size(): number {
    return this.envelopes.length;
  }

  /** Whether the limit is reached. */
  get isFull(): boolean {
    return this.envelopes.length >= maxEnvelopes;
  }

  /** Puts an envelope behind those that wait. Returns false, and does nothing, if the mailbox is full. */
  push(envelope: Envelope): boolean {
    if (this.isFull) return false;
    this.#envelopes ??= [];
    this.#envelopes.push(envelope);
    if (envelope.resolve !== undefined) this.#unresolved++;

    return true;
  }

  /** The envelopes that wait, the oldest first. */
  get envelopes(): readonly Envelope[] {
    return this.#envelopes ?? none;
  }

  /** Whether an event of a client waits. */
  get hasEvents(): boolean {
    return this.envelopes.some(({ pageLoad }) => pageLoad !== 0);
  }

  /** Whether the oldest envelope has to be resolved. */
  get isUnresolved(): boolean {
    return this.#unresolved > 0 && this.#envelopes?.[0]?.resolve !== undefined;
  }

  /** The messages that no client has sent. A client sends its events again if they are lost; these would not come again. */
  get ours(): readonly Envelope[] {
    return this.envelopes.filter(({ pageLoad, message }) => pageLoad === 0 && message !== undefined);
  }

  /** Takes out the oldest envelopes, `max` of them and none that has to be resolved, except as the only one. */
  take(max: number): readonly Envelope[] {
    if (max === 0) return [];

    return this.#take(this.#unresolved === 0 ? max : Math.min(max, this.#together()));
  }

  /** How many envelopes can be taken together. */
  #together(): number {
    const next = this.envelopes.findIndex(({ resolve }) => resolve !== undefined);
    if (next !== 0) return next;
    this.#unresolved--;

    return 1;
  }

  #take(max: number): readonly Envelope[] {
    const envelopes = this.#envelopes;
    if (envelopes === undefined) return none;
    this.#envelopes = envelopes.length > max ? envelopes.splice(max) : undefined;
    this.taken += envelopes.length;

    return envelopes;
  }
}
