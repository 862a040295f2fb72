/**
 * Effect outbox: effects of a session that are on their way to topics and shared actors, over a bus that may fail.
 * An effect that is not known to have arrived is stored with the session and delivered again under the same id, by which
 * its receivers recognise a repetition. Over a bus in memory everything arrives at once, and nothing is kept here.
 */

import { Backoff } from '../platform/backoff.js';
import type { Clock } from '../platform/clock.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { isPromise } from '../platform/promise.js';
import type { EffectImage } from '../tree/tree-image.js';

// TYPES -----------------------------------------------------------------------

/** What deliveries need. */
export interface EffectOutboxOptions {
  readonly clock: Clock;
  /** Hands an effect over; what it returns resolves once that has arrived. */
  hand(effect: EffectImage): Promise<void> | void;
  report(error: unknown): void;
}

/** Effects that may be on their way at the most; any more are dropped and reported. */
const capacity = 1_000;

/** Milliseconds before an effect is sent again: the first pause, and the longest. */
const firstPauseMs = 250;
const maxPauseMs = 10_000;

// DELIVERIES ------------------------------------------------------------------

/** The effects of one session that have not arrived. */
export class EffectOutbox {
  readonly #powers: EffectOutboxOptions;
  /** By id. */
  readonly #waiting = new Map<string, EffectImage>();
  readonly #timers = new Set<unknown>();
  #isOver = false;

  constructor(powers: EffectOutboxOptions) {
    this.#powers = powers;
  }

  /** Those that have not arrived, oldest first. */
  get images(): readonly EffectImage[] {
    return [...this.#waiting.values()];
  }

  /** Whose first try has not arrived at once: `arrival` tells when it has. */
  follow(effect: EffectImage, arrival: Promise<void>): void {
    if (this.#waiting.size >= capacity) {
      const message = `${capacity} effects of a session wait to be delivered; one more, to ${effect.to}, is dropped.`;
      this.#powers.report(new TroupeError(ErrorCode.Overflow, message));
      arrival.catch(() => undefined);
      return;
    }
    this.#waiting.set(effect.id, effect);
    this.#await(effect, arrival, new Backoff({ firstPauseMs, maxPauseMs }));
  }

  /** Tries one that was stored again. */
  repeat(effect: EffectImage): void {
    this.#waiting.set(effect.id, effect);
    this.#try(effect, new Backoff({ firstPauseMs, maxPauseMs }));
  }

  /** Lets all go. */
  stop(): void {
    this.#isOver = true;
    for (const timer of this.#timers) this.#powers.clock.clearTimeout(timer);
    this.#timers.clear();
  }

  #try(effect: EffectImage, backoff: Backoff): void {
    try {
      const arrival = this.#powers.hand(effect);
      if (isPromise(arrival as unknown)) this.#await(effect, arrival as Promise<void>, backoff);
      else this.#waiting.delete(effect.id);
    } catch (error) {
      // What cannot be handed over at all will not be later.
      this.#waiting.delete(effect.id);
      this.#powers.report(error);
    }
  }

  #await(effect: EffectImage, arrival: Promise<void>, backoff: Backoff): void {
    arrival.then(
      () => void this.#waiting.delete(effect.id),
      (error: unknown) => {
        // The session is over, and stored with this effect.
        if (this.#isOver) return;
        if (backoff.failures === 0) this.#powers.report(error);
        this.#tryLater(effect, backoff);
      }
    );
  }

  #tryLater(effect: EffectImage, backoff: Backoff): void {
    const timer = this.#powers.clock.setTimeout(() => {
      this.#timers.delete(timer);
      this.#try(effect, backoff);
    }, backoff.next());
    this.#timers.add(timer);
  }
}
