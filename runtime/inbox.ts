/**
 * A session's inbox: what has arrived and waits for its turn, in order of arrival and bounded. Client
 * events, timers, generators and raised messages all go through it; `turn.ts` takes them out.
 */

import type { Cell } from './cell.js';
import type { AnyMessage } from './html.js';

// TYPES -----------------------------------------------------------------------

/** Something that waits for its turn. */
export interface Letter {
  /** Whom it is for. */
  readonly cell: Cell;
  /** The message; `undefined` for an event that led to none, which still has its place in the order. */
  readonly message: AnyMessage | undefined;
  /** When it arrived, in milliseconds since the epoch. */
  readonly at: number;
  /** The page whose event it is, as the session counts them; 0 for what is no client's event. */
  readonly page: number;
  /** Called once it has been taken and the turn is committed. */
  readonly taken?: (() => void) | undefined;
}

// INBOX -----------------------------------------------------------------------

/** Letters that may wait at the most; a client that sends more is closed, any other message is dropped and reported. */
const capacity = 10_000;

/** What waits for a session's next turn. */
export class Inbox {
  #letters: Letter[] = [];

  /** How many letters wait. */
  get size(): number {
    return this.#letters.length;
  }

  /** Whether no more may come. */
  get isFull(): boolean {
    return this.#letters.length >= capacity;
  }

  /** Puts a letter behind those that wait; false, and nothing done, if the inbox is full. */
  push(letter: Letter): boolean {
    if (this.isFull) return false;
    this.#letters.push(letter);

    return true;
  }

  /** Takes the oldest letters out, at most so many. */
  take(most: number): readonly Letter[] {
    const letters = this.#letters;
    this.#letters = letters.length > most ? letters.splice(most) : [];

    return letters;
  }
}
