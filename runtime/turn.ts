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

// LIMITS ----------------------------------------------------------------------

/** Messages a turn takes at the most, raised ones included. */
const mostMessages = 256;

/** Milliseconds after which a turn takes no further messages. */
const longest = 8;

/** Rounds of messages raised by messages that one turn follows; the rest waits for the next turn. */
const mostRounds = 16;

// TURN ------------------------------------------------------------------------

/**
 * Takes what waits, shows it and commits it. Messages raised on the way follow within the same turn, so
 * that one frame shows their outcome, up to 16 rounds and as far as the turn's messages and time go; the
 * rest stays in the inbox. Gives how many events of the present page were taken.
 */
export function runTurn(powers: TurnPowers): number {
  const { inbox, page } = powers;
  const until = powers.now() + longest;
  let events = 0;
  let left = mostMessages;
  for (let round = 0; round < mostRounds && left > 0 && inbox.size > 0; round++) {
    if (round > 0 && powers.now() >= until) break;
    const letters = takeLetters(powers, left, until);
    for (const letter of letters) if (letter.page === page) events++;
    left -= letters.length;
    commit(powers, letters);
  }

  return events;
}

/** Lets each letter's component take its message, `most` of them, until the turn's time is up. */
function takeLetters(powers: TurnPowers, most: number, until: number): readonly Letter[] {
  const { inbox } = powers;
  const taken: Letter[] = [];
  while (taken.length < most && inbox.size > 0) {
    const letters = inbox.take(inbox.size === 1 ? 1 : Math.min(16, most - taken.length));
    for (const letter of letters) {
      if (letter.message !== undefined) letter.cell.take(letter.message as AnyMessage, letter.at);
      taken.push(letter);
    }
    if (inbox.size > 0 && powers.now() >= until) break;
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
