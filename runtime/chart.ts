/**
 * Charts: the statechart of a machine, as plain data that can be drawn. `observatory.ts` gives it to whoever inspects
 * an actor; how it is laid out and drawn is their own affair (`components/inspector/`).
 */

// TYPES -----------------------------------------------------------------------

/** A state, with those in it. */
export interface ChartState {
  /** As XState calls it: `light.red.walk`. */
  readonly id: string;
  readonly name: string;
  readonly kind: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  /** The id of the state it begins in, of a compound one. */
  readonly initial: string | undefined;
  readonly states: readonly ChartState[];
  /** The names of the actions at its entry and exit, the sources of the actors it invokes. */
  readonly entry: readonly string[];
  readonly exit: readonly string[];
  readonly invokes: readonly string[];
}

/** A transition. */
export interface ChartTransition {
  readonly id: string;
  /** The id of the state it leaves. */
  readonly from: string;
  /** The id of the state it leads to; the same as `from` if it stays. */
  readonly to: string;
  /** The event: `pressed`, `after 3000 ms`, `done`, `always`. */
  readonly event: string;
  /** The name of its guard; '' if it has none. */
  readonly guard: string;
  /** The names of its actions. */
  readonly actions: readonly string[];
}

/** A statechart. */
export interface Chart {
  /** The same for the same machine. */
  readonly id: string;
  readonly root: ChartState;
  readonly transitions: readonly ChartTransition[];
}
