/**
 * Effects as data: what `update` asks for besides the next model. `step.ts` collects them while a step runs;
 * `component-tree.ts` carries them out after the turn is committed. A discarded step discards its effects.
 */

import type { AnyMessage } from '../template/html.js';

// TYPES -----------------------------------------------------------------------

/** An effect that a step has asked for. */
export type Effect = Asked & {
  /** The cause of the step, as in `Received`. */
  readonly cause: number | string | undefined;
  /** Its place among the effects of the step, from 0. */
  readonly index: number;
};

/** The request of an effect. */
type Asked =
  /** A message to the component itself. */
  | { readonly kind: 'raise'; readonly message: AnyMessage }
  /** A message to the component in whose view this one stands. */
  | { readonly kind: 'parent'; readonly message: AnyMessage }
  /** A message to all that subscribe to a topic. */
  | { readonly kind: 'publish'; readonly topic: string; readonly message: AnyMessage }
  /** A message to a shared actor. */
  | { readonly kind: 'send'; readonly name: string; readonly message: AnyMessage };

/** A message with what was stamped on it when it was received. */
export class Received {
  readonly message: AnyMessage;
  /** When it was received, in milliseconds since the epoch. */
  readonly at: number;
  /** The cause, if that can come again: the number of a client's event, or the id of an effect that follows from one. */
  readonly cause: number | string | undefined;
  /** Whether the step runs twice to check that `update` is pure. If `undefined`, `NODE_ENV` decides. */
  readonly isChecked: boolean | undefined;
  #id: string | undefined;

  /** @param id the id that was stamped on it when it was taken for the first time */
  constructor(message: AnyMessage, at: number, cause?: number | string, id?: string, isChecked?: boolean) {
    this.message = message;
    this.at = at;
    this.cause = cause;
    this.#id = id;
    this.isChecked = isChecked;
  }

  /** The type of the message, for observers of the actor. */
  get type(): string {
    return this.message.type;
  }

  /** A fresh id for what this message creates; the same however often the step runs. */
  get id(): string {
    this.#id ??= globalThis.crypto.randomUUID();

    return this.#id;
  }

  /** The id, if `update` has asked for one. */
  get stamped(): string | undefined {
    return this.#id;
  }
}

/**
 * The third argument of `update`: asks for effects, and has the time and an id. Effects are carried out after the turn
 * is committed, in the order in which they were asked for. A discarded step discards its effects.
 *
 * ```ts
 * update: (model, message: Message, enqueue: Enqueue<Message, ParentMessage>) => {
 *   if (message.type === 'added') enqueue.raise({ type: 'sorted' });
 *   if (message.type === 'removed') enqueue.parent({ type: 'itemRemoved', id: model.id });
 *   return { ...model, todos: [...model.todos, { id: enqueue.id, addedAt: enqueue.at }] };
 * }
 * ```
 *
 * `Outgoing` are the messages that the component sends to its parent: the messages of a view that places it must include
 * them.
 */
export interface Enqueue<Message, Outgoing = never> {
  /** When the message was received, in milliseconds since the epoch. */
  readonly at: number;
  /** A fresh id, recorded with the message: a step that runs again gives the same. */
  readonly id: string;
  /** Sends a message to the component itself, within the same turn as far as the limits of the turn allow. */
  raise(message: Message): void;
  /** Sends a message to the component in whose view this one stands. The root of a page has none: there it does nothing. */
  parent(message: Outgoing): void;
  /** Publishes a message to all components that subscribe to `topic(name)`, in this session and all others. */
  publish<Published extends AnyMessage>(topic: string, message: Published): void;
  /** Sends a message to the shared actor of this name (`server.actor`). */
  send<Sent extends AnyMessage>(name: string, message: Sent): void;
}

// QUEUE -----------------------------------------------------------------------

const none: readonly Effect[] = Object.freeze([]);

/** Collects the effects of one step. */
export class EffectQueue<Message extends AnyMessage, Outgoing extends AnyMessage = AnyMessage>
  implements Enqueue<Message, Outgoing>
{
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

  /** The effects so far, in order. */
  get effects(): readonly Effect[] {
    return this.#effects ?? none;
  }

  raise(message: Message): void {
    this.#add({ kind: 'raise', message });
  }

  parent(message: Outgoing): void {
    this.#add({ kind: 'parent', message });
  }

  publish(topic: string, message: AnyMessage): void {
    this.#add({ kind: 'publish', topic, message });
  }

  send(name: string, message: AnyMessage): void {
    this.#add({ kind: 'send', name, message });
  }

  #add(asked: Asked): void {
    this.#effects ??= [];
    this.#effects.push({ ...asked, cause: this.#received.cause, index: this.#effects.length });
  }
}
