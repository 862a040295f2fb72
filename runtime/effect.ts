/**
 * Effects as data: what `update` wants done besides the next model. `component.ts` collects them while
 * a step runs; the session carries them out after the turn is committed, and discards them with a
 * discarded step.
 */

import type { AnyMessage } from './html.js';

// TYPES -----------------------------------------------------------------------

/** What a step asked for. */
export type Effect =
  /** A message to the component itself, taken after this turn has been committed. */
  { readonly kind: 'raise'; readonly message: AnyMessage };

/** A message with what was stamped on it when it was received. */
export class Received {
  readonly message: AnyMessage;
  /** When it was received, in milliseconds since the epoch. */
  readonly at: number;
  #id: string | undefined;

  constructor(message: AnyMessage, at: number) {
    this.message = message;
    this.at = at;
  }

  /** The message's type, so that whoever watches the actor sees it. */
  get type(): string {
    return this.message.type;
  }

  /** A fresh id for what this message makes; the same however often the step runs. */
  get id(): string {
    this.#id ??= globalThis.crypto.randomUUID();

    return this.#id;
  }
}

/**
 * What `update` is given to ask for effects, and the two things it may know of the world.
 *
 * ```ts
 * update: (model, message: Message, enqueue) => {
 *   if (message.type === 'added') enqueue.raise({ type: 'sorted' });
 *   return { ...model, todos: [...model.todos, { id: enqueue.id, addedAt: enqueue.at }] };
 * }
 * ```
 */
export interface Enqueue<Message> {
  /** When the message was received, in milliseconds since the epoch. */
  readonly at: number;
  /** A fresh id, recorded with the message: a step that runs again gives the same. */
  readonly id: string;
  /** Sends the component a message of its own, after this turn has been committed. */
  raise(message: Message): void;
}

// QUEUE -----------------------------------------------------------------------

const none: readonly Effect[] = Object.freeze([]);

/** Collects the effects of one step. */
export class EffectQueue<Message extends AnyMessage> implements Enqueue<Message> {
  readonly #received: Received;
  #effects: Effect[] | undefined;

  constructor(received: Received) {
    this.#received = received;
  }

  get at(): number {
    return this.#received.at;
  }

  get id(): string {
    return this.#received.id;
  }

  /** What was asked for, in order. */
  get effects(): readonly Effect[] {
    return this.#effects ?? none;
  }

  raise(message: Message): void {
    this.#effects ??= [];
    this.#effects.push({ kind: 'raise', message });
  }
}
