/**
 * Effect outbox: the effects of a session that are on their way to topics and shared actors, over a bus that may fail.
 * Until an effect is confirmed, it is stored with the session and delivered again under the same id, by which its
 * receivers recognise a repetition. A bus in memory confirms at once, and nothing is kept here. `session.ts` has one.
 */

import { Backoff } from '../platform/backoff.js';
import type { Clock } from '../platform/clock.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { isPromise } from '../platform/promise.js';
import type { EffectImage } from '../tree/tree-image.js';

// TYPES -----------------------------------------------------------------------

/** What an effect outbox needs. */
export interface EffectOutboxOptions {
  readonly clock: Clock;
  /** Delivers an effect. The promise resolves when the receiver has confirmed it. */
  deliver(effect: EffectImage): Promise<void> | void;
  /** All effects are confirmed: what is stored may say otherwise. */
  emptied(): void;
  report(error: unknown): void;
}

/** The largest number of unconfirmed effects; further ones are dropped and reported. */
const maxEffects = 1_000;

/** Milliseconds before an effect is sent again: the first pause, and the longest. */
const firstPauseMs = 250;
const maxPauseMs = 10_000;

// OUTBOX ----------------------------------------------------------------------

/** The unconfirmed effects of one session. */
export class EffectOutbox {
  readonly #options: EffectOutboxOptions;
  /** By id. */
  readonly #waiting = new Map<string, EffectImage>();
  readonly #timers = new Set<unknown>();
  #isOver = false;
  /** Whether an effect has failed since the last one arrived. That was reported, and the others have the same cause. */
  #isFailing = false;
  /** Whether it was reported that there are too many, and none has arrived since. */
  #isOverflowing = false;

  constructor(options: EffectOutboxOptions) {
    this.#options = options;
  }

  /** The unconfirmed effects, oldest first. */
  get images(): readonly EffectImage[] {
    return [...this.#waiting.values()];
  }

  /** Tracks an effect whose first try was not confirmed at once; `arrival` resolves when it is. */
  track(effect: EffectImage, arrival: Promise<void>): void {
    if (this.#waiting.size >= maxEffects) {
      const message = `${maxEffects} effects of a session wait to be delivered; more are dropped, the first to ${effect.to}.`;
      if (!this.#isOverflowing) this.#options.report(new TroupeError(ErrorCode.Overflow, message));
      this.#isOverflowing = true;
      arrival.catch(() => undefined);
      return;
    }
    this.#waiting.set(effect.id, effect);
    this.#await(effect, arrival, new Backoff({ firstPauseMs, maxPauseMs }));
  }

  /** Delivers a stored effect again. */
  repeat(effect: EffectImage): void {
    this.#waiting.set(effect.id, effect);
    this.#try(effect, new Backoff({ firstPauseMs, maxPauseMs }));
  }

  /** The session is over: delivers nothing more. */
  stop(): void {
    this.#isOver = true;
    for (const timer of this.#timers) this.#options.clock.clearTimeout(timer);
    this.#timers.clear();
  }

  #try(effect: EffectImage, backoff: Backoff): void {
    try {
      const arrival = this.#options.deliver(effect);
      if (isPromise(arrival as unknown)) this.#await(effect, arrival as Promise<void>, backoff);
      else this.#arrived(effect);
    } catch (error) {
      // An effect that cannot be sent at all cannot be sent later either.
      this.#waiting.delete(effect.id);
      this.#options.report(error);
    }
  }

  #arrived({ id }: EffectImage): void {
    this.#isFailing = this.#isOverflowing = false;
    this.#waiting.delete(id);
    if (this.#waiting.size === 0 && !this.#isOver) this.#options.emptied();
  }

  #await(effect: EffectImage, arrival: Promise<void>, backoff: Backoff): void {
    arrival.then(
      () => this.#arrived(effect),
      (error: unknown) => {
        // The effect is stored with the session, and delivered after the next activation.
        if (this.#isOver) return;
        if (backoff.failures === 0 && !this.#isFailing) this.#options.report(error);
        this.#isFailing = true;
        this.#tryLater(effect, backoff);
      }
    );
  }

  #tryLater(effect: EffectImage, backoff: Backoff): void {
    const timer = this.#options.clock.setTimeout(() => {
      this.#timers.delete(timer);
      this.#try(effect, backoff);
    }, backoff.next());
    this.#timers.add(timer);
  }
}
