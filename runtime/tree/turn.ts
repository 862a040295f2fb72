/**
 * The turn: messages in order of arrival through `update`, then each changed component through `view`
 * once, then commit, then effects. `session.ts` runs it when its inbox has something and sends the
 * difference afterwards.
 */

import type { Effect } from '../component/effect.js';
import type { ComponentInstance, RenderQueue } from './component-instance.js';
import type { Envelope, Mailbox } from './mailbox.js';
import type { Probe } from './probe.js';

// TYPES -----------------------------------------------------------------------

/** What a turn works on. */
export interface TurnPowers {
  readonly inbox: Mailbox;
  /** Is told what happens, if anybody looks. */
  readonly witness: Probe | undefined;
  /** The page whose events count. */
  readonly page: number;
  /** Milliseconds since the epoch. */
  now(): number;
  /** The cells that have changed outside of any turn, since this was asked for the last time. */
  takeChanged(): Iterable<ComponentInstance>;
  /** A cell has new state and shows it: time to start it, if it is new, and to bring its subscriptions up to date. */
  committed(cell: ComponentInstance): void;
  /** A cell has left the page for good. */
  left(cell: ComponentInstance): void;
  /** Carries out one effect. */
  perform(cell: ComponentInstance, effect: Effect): void;
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
  const departures: ComponentInstance[] = [];
  let events = 0;
  let left = mostMessages;
  for (let round = 0; round === 0 || (round < mostRounds && left > 0 && inbox.size > 0); round++) {
    if (round > 0 && powers.now() >= until) break;
    const letters = takeLetters(powers, left, until);
    for (const letter of letters) if (letter.page === page) events++;
    left -= letters.length;
    commit(powers, letters, departures);
  }
  settle(powers, departures);

  return events;
}

/** Lets each letter's component take its message, `most` of them, until the turn's time is up. */
function takeLetters(powers: TurnPowers, most: number, until: number): readonly Envelope[] {
  const { inbox } = powers;
  const { witness } = powers;
  if (inbox.isUnresolved) return deliver(inbox.take(1).map(resolved), witness);
  if (inbox.size <= 1) return deliver(inbox.take(most), witness);
  const taken: Envelope[] = [];
  while (taken.length < most && inbox.size > 0 && !inbox.isUnresolved) {
    taken.push(...deliver(inbox.take(Math.min(16, most - taken.length)), witness));
    if (inbox.size > 0 && powers.now() >= until) break;
  }

  return taken;
}

/** What is looked up in the page is looked up when all before it is shown, and shown before what comes after it. */
function resolved(letter: Envelope): Envelope {
  return letter.resolve === undefined ? letter : letter.resolve();
}

/** A component that has left takes nothing any more. */
function deliver(letters: readonly Envelope[], witness: Probe | undefined): readonly Envelope[] {
  for (const letter of letters) {
    const { cell, message, at, cause } = letter;
    witness?.begin();
    if (message !== undefined && cell.isPresent) cell.take(message, at, cause);
    witness?.updated(letter);
  }

  return letters;
}

/** Shows each changed component once, parents before their children, then commits and carries out effects. */
function commit(powers: TurnPowers, letters: readonly Envelope[], departures: ComponentInstance[]): void {
  const { witness } = powers;
  const rendering = new Rendering(departures);
  for (const { cell } of letters) if (cell.isDirty) rendering.next(cell);
  for (const cell of powers.takeChanged()) if (cell.isDirty) rendering.next(cell);
  const done = rendering.run(witness);
  const effects = done.map((cell) => cell.commit());
  for (const cell of done) if (cell.isPresent) powers.committed(cell);
  witness?.stepped(done);
  for (let index = 0; index < done.length; index++) {
    for (const effect of effects[index] as readonly Effect[]) powers.perform(done[index] as ComponentInstance, effect);
  }
  for (const { taken } of letters) taken?.();
}

/** Who has left and not come back by the end of the turn is gone. */
function settle(powers: TurnPowers, departures: readonly ComponentInstance[]): void {
  for (const cell of departures) {
    if (!cell.isPresent) powers.left(cell);
    cell.parent?.settle();
  }
}

// RENDERING -------------------------------------------------------------------

/** The cells that are to be shown, by depth: to show one can only add deeper ones. */
export class Rendering implements RenderQueue {
  readonly #departures: ComponentInstance[];
  readonly #levels: ComponentInstance[][] = [];

  constructor(departures: ComponentInstance[]) {
    this.#departures = departures;
  }

  next(cell: ComponentInstance): void {
    if (cell.isDue) return;
    cell.isDue = true;
    const level = this.#levels[cell.depth];
    if (level === undefined) this.#levels[cell.depth] = [cell];
    else level.push(cell);
  }

  left(cell: ComponentInstance): void {
    this.#departures.push(cell);
  }

  /** Shows those that still are in the page, and gives all: what a component has taken before it left counts. */
  run(witness?: Probe): readonly ComponentInstance[] {
    const done: ComponentInstance[] = [];
    for (let depth = 0; depth < this.#levels.length; depth++) {
      for (const cell of this.#levels[depth] ?? []) {
        cell.isDue = false;
        witness?.begin(cell);
        if (cell.isPresent) cell.render(this);
        witness?.viewed(cell);
        done.push(cell);
      }
    }

    return done;
  }
}
