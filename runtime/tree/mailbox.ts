/**
 * A session's inbox: what has arrived and waits for its turn, in order of arrival and bounded. Client
 * events, timers, generators and raised messages all go through it; `turn.ts` takes them out.
 */

import type { AnyMessage } from '../template/html.js';
import type { ComponentInstance } from './component-instance.js';

// TYPES -----------------------------------------------------------------------

/** Something that waits for its turn. */
export interface Envelope {
  /** Whom it is for. */
  readonly cell: ComponentInstance;
  /** The message; `undefined` for an event that led to none, which still has its place in the order. */
  readonly message: AnyMessage | undefined;
  /** When it arrived, in milliseconds since the epoch. */
  readonly at: number;
  /** The page whose event it is, as the session counts them; 0 for what is no client's event. */
  readonly page: number;
  /** What has caused it, for the ids of effects: the number of the page's event, or the id of the effect it is. */
  readonly cause?: number | string | undefined;
  /** Who has sent it, for whoever looks: a component, the key of a subscription, `host`; a client's event says nothing. */
  readonly from?: ComponentInstance | string | undefined;
  /** Whether the message was made of an event of a password field: then it is shown without its data. */
  readonly isSecret?: boolean | undefined;
  /** Finds out whom and what it is for once all before it has been shown; it is taken alone. */
  readonly resolve?: (() => Envelope) | undefined;
  /** Called once it has been taken and the turn is committed. */
  readonly taken?: (() => void) | undefined;
}

// INBOX -----------------------------------------------------------------------

/** Letters that may wait at the most; a client that sends more is closed, any other message is dropped and reported. */
const capacity = 10_000;

/** What waits for a session's next turn. */
export class Mailbox {
  #letters: Envelope[] = [];
  /** How many of them have to be resolved. */
  #unresolved = 0;

  /** How many letters wait. */
  get size(): number {
    return this.#letters.length;
  }

  /** Whether no more may come. */
  get isFull(): boolean {
    return this.#letters.length >= capacity;
  }

  /** Puts a letter behind those that wait; false, and nothing done, if the inbox is full. */
  push(letter: Envelope): boolean {
    if (this.isFull) return false;
    this.#letters.push(letter);
    if (letter.resolve !== undefined) this.#unresolved++;

    return true;
  }

  /** Those that wait, the oldest first. */
  get letters(): readonly Envelope[] {
    return this.#letters;
  }

  /** Whether there are events of a client among those that wait. */
  get hasEvents(): boolean {
    return this.#letters.some(({ page }) => page !== 0);
  }

  /** Whether the oldest letter has to be resolved. */
  get isUnresolved(): boolean {
    return this.#unresolved > 0 && this.#letters[0]?.resolve !== undefined;
  }

  /** The letters that wait and are no client's events, which are sent again if they are lost. */
  get ours(): readonly Envelope[] {
    return this.#letters.filter(({ page, message }) => page === 0 && message !== undefined);
  }

  /** Takes the oldest letters out, at most so many and none that has to be resolved, except as the only one. */
  take(most: number): readonly Envelope[] {
    if (most === 0) return [];

    return this.#take(this.#unresolved === 0 ? most : Math.min(most, this.#together()));
  }

  /** How many letters can be taken together. */
  #together(): number {
    const next = this.#letters.findIndex(({ resolve }) => resolve !== undefined);
    if (next !== 0) return next;
    this.#unresolved--;

    return 1;
  }

  #take(most: number): readonly Envelope[] {
    const letters = this.#letters;
    this.#letters = letters.length > most ? letters.splice(most) : [];

    return letters;
  }
}
