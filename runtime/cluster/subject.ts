/**
 * Subject: a state with observers, each of which gets every state once and in order, even if an observer sets the next
 * state. `shared-actor.ts` has one for each shared actor that runs on this node, `distributed-actor.ts` one for each
 * actor of the cluster that is watched here.
 */

// TYPES -----------------------------------------------------------------------

/** Is called with each state. */
export type Observer<State> = (state: State) => void;

interface Observed<State> {
  readonly observer: Observer<State>;
  /** The number of the last state that the observer got. */
  seen: number;
}

/** A state and its number, from 1. */
interface Change<State> {
  readonly state: State;
  readonly number: number;
}

// SUBJECT ---------------------------------------------------------------------

/** A state with observers. */
export class Subject<State extends object> {
  readonly #report: (error: unknown) => void;
  readonly #observers = new Set<Observed<State>>();
  readonly #changes: Change<State>[] = [];
  #current: State | undefined;
  #count = 0;
  #isNotifying = false;

  /** @param report is called with what an observer throws */
  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  /** The number of observers. */
  get size(): number {
    return this.#observers.size;
  }

  /** Sets the state and calls the observers, unless it is the current state. A state set by an observer follows after. */
  next(state: State): void {
    if (state === this.#current) return;
    this.#current = state;
    this.#count++;
    this.#changes.push({ state, number: this.#count });
    if (!this.#isNotifying) this.#notifyAll();
  }

  /** Adds an observer and calls it at once if there is a state. Returns the function that removes it. */
  subscribe(observer: Observer<State>): () => void {
    const observed: Observed<State> = { observer, seen: this.#count };
    this.#observers.add(observed);
    if (this.#current !== undefined) this.#notifyFirst(observed, this.#current);

    return () => void this.#observers.delete(observed);
  }

  /** Replaces the current state by an equal one that is another object. No observer is called. */
  replace(state: State): void {
    this.#current = state;
  }

  /** Removes the current state. Observers wait for the next. */
  forget(): void {
    this.#current = undefined;
  }

  // NOTIFYING -----------------------------------------------------------------

  #notifyFirst(observed: Observed<State>, state: State): void {
    const isOutermost = !this.#isNotifying;
    this.#isNotifying = true;
    this.#notify(observed, state);
    if (isOutermost) this.#notifyAll();
  }

  /** An observer that was added meanwhile has already got a newer state. */
  #notifyAll(): void {
    this.#isNotifying = true;
    for (let change = this.#changes.shift(); change !== undefined; change = this.#changes.shift()) {
      for (const observed of this.#observers) {
        if (observed.seen >= change.number) continue;
        observed.seen = change.number;
        this.#notify(observed, change.state);
      }
    }
    this.#isNotifying = false;
  }

  #notify({ observer }: Observed<State>, state: State): void {
    try {
      observer(state);
    } catch (error) {
      this.#report(error);
    }
  }
}
