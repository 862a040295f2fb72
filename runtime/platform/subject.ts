/**
 * Subject: who is told of the states of a shared actor (`shared-actors.ts`), and how each of them sees every
 * state once and in order, whatever they do when they are told.
 */

// TYPES -----------------------------------------------------------------------

/** Is told of a state. */
export type Watch<State> = (state: State) => void;

/** Somebody who watches. */
interface Watcher<State> {
  readonly watch: Watch<State>;
  /** The number of the state it was told of last. */
  seen: number;
}

/** A state, and its place in the order of all, from 1. */
interface Change<State> {
  readonly state: State;
  readonly number: number;
}

// WATCHERS --------------------------------------------------------------------

/** Those who watch one thing. */
export class Subject<State extends object> {
  readonly #report: (error: unknown) => void;
  readonly #watchers = new Set<Watcher<State>>();
  readonly #changes: Change<State>[] = [];
  #current: State | undefined;
  #count = 0;
  #telling = false;

  /** @param report is told of what a watcher throws */
  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  /** How many watch. */
  get size(): number {
    return this.#watchers.size;
  }

  /** Tells all of a state, unless it is the one they know; a state that comes about meanwhile is told afterwards. */
  tell(state: State): void {
    if (state === this.#current) return;
    this.#current = state;
    this.#count++;
    this.#changes.push({ state, number: this.#count });
    if (!this.#telling) this.#tellAll();
  }

  /** Lets somebody watch: it is told of the present state at once, if there is one. Gives the way to stop. */
  add(watch: Watch<State>): () => void {
    const watcher: Watcher<State> = { watch, seen: this.#count };
    this.#watchers.add(watcher);
    if (this.#current !== undefined) this.#tellFirst(watcher, this.#current);

    return () => void this.#watchers.delete(watcher);
  }

  /** The present state is the same as before, as another object: nobody is told. */
  replace(state: State): void {
    this.#current = state;
  }

  /** There is no present state any more; those who watch wait for the next. */
  forget(): void {
    this.#current = undefined;
  }

  // TELLING -------------------------------------------------------------------

  #tellFirst(watcher: Watcher<State>, state: State): void {
    const outermost = !this.#telling;
    this.#telling = true;
    this.#tellOne(watcher, state);
    if (outermost) this.#tellAll();
  }

  /** Who came meanwhile has been told of a newer state already. */
  #tellAll(): void {
    this.#telling = true;
    for (let change = this.#changes.shift(); change !== undefined; change = this.#changes.shift()) {
      for (const watcher of this.#watchers) {
        if (watcher.seen >= change.number) continue;
        watcher.seen = change.number;
        this.#tellOne(watcher, change.state);
      }
    }
    this.#telling = false;
  }

  #tellOne({ watch }: Watcher<State>, state: State): void {
    try {
      watch(state);
    } catch (error) {
      this.#report(error);
    }
  }
}
