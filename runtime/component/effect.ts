/**
 * Effects as data: what `update` wants done besides the next model. `component.ts` collects them while
 * a step runs; the session carries them out after the turn is committed, and discards them with a
 * discarded step.
 */

import type { AnyMessage } from '../template/html.js';

// TYPES -----------------------------------------------------------------------

/** What a step asked for. */
export type Effect = Asked & {
  /** What caused the step, as in `Received`. */
  readonly cause: number | string | undefined;
  /** Which of the step's effects it is, from 0. */
  readonly index: number;
};

/** What is asked for. */
type Asked =
  /** A message to the component itself. */
  | { readonly kind: 'raise'; readonly message: AnyMessage }
  /** A message to the component in whose view this one stands. */
  | { readonly kind: 'parent'; readonly message: AnyMessage }
  /** A message to whoever listens to a topic. */
  | { readonly kind: 'publish'; readonly topic: string; readonly message: AnyMessage }
  /** A message to a shared actor. */
  | { readonly kind: 'send'; readonly name: string; readonly message: AnyMessage };

/** A message with what was stamped on it when it was received. */
export class Received {
  readonly message: AnyMessage;
  /** When it was received, in milliseconds since the epoch. */
  readonly at: number;
  /** What has caused it, if that can come again: the number of a client's event, or the id of an effect that follows from one. */
  readonly cause: number | string | undefined;
  /** Whether its step is taken twice, to see that `update` is pure; `undefined` leaves that to `NODE_ENV`. */
  readonly isChecked: boolean | undefined;
  #id: string | undefined;

  /** @param id the id that was stamped on it when it was taken before */
  constructor(message: AnyMessage, at: number, cause?: number | string, id?: string, isChecked?: boolean) {
    this.message = message;
    this.at = at;
    this.cause = cause;
    this.#id = id;
    this.isChecked = isChecked;
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

  /** The id, if `update` has asked for one. */
  get stamped(): string | undefined {
    return this.#id;
  }
}

/**
 * What `update` is given to ask for effects, and the two things it may know of the world. Effects are
 * carried out after the turn is committed, in the order they were asked for; a step that is discarded
 * discards them.
 *
 * ```ts
 * update: (model, message: Message, enqueue: Enqueue<Message, ParentMessage>) => {
 *   if (message.type === 'added') enqueue.raise({ type: 'sorted' });
 *   if (message.type === 'removed') enqueue.parent({ type: 'itemRemoved', id: model.id });
 *   return { ...model, todos: [...model.todos, { id: enqueue.id, addedAt: enqueue.at }] };
 * }
 * ```
 *
 * `Outgoing` is what the component sends to its parent: where it is placed in a view, the messages of that
 * view must include them.
 */
export interface Enqueue<Message, Outgoing = never> {
  /** When the message was received, in milliseconds since the epoch. */
  readonly at: number;
  /** A fresh id, recorded with the message: a step that runs again gives the same. */
  readonly id: string;
  /** Sends the component a message of its own, within the same turn if it is not too full. */
  raise(message: Message): void;
  /** Sends a message to the component in whose view this one stands. The root of a page has none: it goes nowhere. */
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

  /** What was asked for, in order. */
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
