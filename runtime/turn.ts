/**
 * The turn: messages in order of arrival through `update`, then each changed component through `view`
 * once, then commit, then effects. `session.ts` runs it when its inbox has something and sends the
 * difference afterwards.
 */

import type { Cell } from './cell.js';
import type { Effect } from './effect.js';
import type { AnyMessage } from './html.js';
import type { Inbox, Letter } from './inbox.js';

// TYPES -----------------------------------------------------------------------

/** What a turn works on. */
export interface TurnPowers {
  readonly inbox: Inbox;
  /** The page whose events count. */
  readonly page: number;
  /** Milliseconds since the epoch. */
  now(): number;
  /** A cell has new state and shows it: time to bring its subscriptions up to date. */
  committed(cell: Cell): void;
  /** Carries out one effect. */
  perform(cell: Cell, effect: Effect): void;
}

/** What a turn has done. */
export interface Turn {
  /** How many events of the present page it took. */
  readonly events: number;
  /** Whether more waits in the inbox. */
  readonly more: boolean;
}

// LIMITS ----------------------------------------------------------------------

/** Messages a turn takes at the most before it shows what came of them. */
const mostMessages = 256;

/** Milliseconds after which a turn takes no further messages. */
const longest = 8;

/** Rounds of messages raised by messages that one turn follows; the rest waits for the next turn. */
const mostRounds = 16;

// TURN ------------------------------------------------------------------------

/**
 * Takes what waits, shows it and commits it. Messages raised on the way follow within the same turn, so
 * that one frame shows their outcome, up to 16 rounds.
 */
export function runTurn(powers: TurnPowers): Turn {
  const { inbox, page } = powers;
  let events = 0;
  for (let round = 0; round < mostRounds && inbox.size > 0; round++) {
    const letters = takeLetters(powers);
    for (const letter of letters) if (letter.page === page) events++;
    commit(powers, letters);
  }

  return { events, more: inbox.size > 0 };
}

/** Lets each letter's component take its message, until the turn's time is up. */
function takeLetters({ inbox, now }: TurnPowers): readonly Letter[] {
  const until = now() + longest;
  const taken: Letter[] = [];
  for (let count = 0; count < mostMessages && inbox.size > 0; ) {
    const letters = inbox.take(inbox.size === 1 ? 1 : Math.min(16, mostMessages - count));
    for (const letter of letters) {
      if (letter.message !== undefined) letter.cell.take(letter.message as AnyMessage, letter.at);
      taken.push(letter);
    }
    count += letters.length;
    if (inbox.size > 0 && now() >= until) break;
  }

  return taken;
}

/** Shows each changed component once, in the order they were first written to, then commits and carries out effects. */
function commit(powers: TurnPowers, letters: readonly Letter[]): void {
  const dirty = [...new Set(letters.map(({ cell }) => cell))].filter((cell) => cell.isDirty);
  for (const cell of dirty) cell.render();
  const effects = dirty.map((cell) => cell.commit());
  for (const cell of dirty) powers.committed(cell);
  dirty.forEach((cell, index) => {
    for (const effect of effects[index] as readonly Effect[]) powers.perform(cell, effect);
  });
  for (const letter of letters) letter.taken?.();
}
