/**
 * Explores all states of a model, breadth first, to a depth: so the first violation that it finds is one of the shortest.
 * States are plain data; two that are equal as JSON are one.
 */

import { createHash } from 'node:crypto';

// TYPES -----------------------------------------------------------------------

/** What can happen in a state, and what follows from it. */
export interface Step<State> {
  /** What happens, as a reader of a trace wants it. */
  readonly label: string;
  /** Makes the next state of a copy of the state, which it may change. */
  take(copy: State): void;
}

/** A model. */
export interface Model<State> {
  readonly initial: State;
  /** All that can happen in a state. */
  steps(state: State): readonly Step<State>[];
  /** The promise that a state breaks; `undefined` if it breaks none. */
  broken(state: State): string | undefined;
}

/** What an exploration has found. */
export interface Explored {
  /** How many different states were reached. */
  readonly states: number;
  /** The most steps from the initial state. */
  readonly depth: number;
  /** Whether no state was left out: deeper exploration would find nothing new. */
  readonly isComplete: boolean;
  readonly violation?: Violation;
}

/** A promise that is broken, and the steps that lead there. */
export interface Violation {
  readonly promise: string;
  readonly trace: readonly string[];
}

/** How a state was reached: the last step, and the way to the state before it. */
interface Way {
  readonly label: string;
  readonly from: Way | undefined;
}

/** A state whose next ones have not been explored. */
interface Open {
  /** The state as JSON. */
  readonly text: string;
  readonly way: Way;
}

// EXPLORATION -----------------------------------------------------------------

/** Explores a model to a depth, up to its first violation. */
export function explore<State>({ initial, steps, broken }: Model<State>, maxDepth: number): Explored {
  const seen = new Set<string>();
  const text = JSON.stringify(initial);
  let level: readonly Open[] = [{ text, way: { label: '', from: undefined } }];
  let depth = 0;

  seen.add(digest(text));
  for (; depth < maxDepth && level.length > 0; depth++) {
    const next: Open[] = [];
    for (const { text: before, way: from } of level) {
      for (const { label, take } of steps(JSON.parse(before) as State)) {
        const state = JSON.parse(before) as State;
        take(state);
        const after = JSON.stringify(state);
        const key = digest(after);
        if (seen.has(key)) continue;
        seen.add(key);
        const way: Way = { label, from };
        const promise = broken(state);
        if (promise !== undefined) {
          return {
            states: seen.size,
            depth: depth + 1,
            isComplete: false,
            violation: { promise, trace: traceOf(way) },
          };
        }
        next.push({ text: after, way });
      }
    }
    level = next;
  }

  return { states: seen.size, depth, isComplete: level.length === 0 };
}

/** 96 bits: that two of ten million states have the same is as good as impossible. */
const digest = (text: string): string => createHash('sha1').update(text).digest('base64').slice(0, 16);

function traceOf(way: Way): readonly string[] {
  const labels: string[] = [];
  for (let at: Way | undefined = way; at?.from !== undefined; at = at.from) labels.unshift(at.label);

  return labels;
}

/** What an exploration has found, as text. */
export function describeExplored({ states, depth, isComplete, violation }: Explored): string {
  const how = isComplete ? 'all of them' : `to depth ${depth}`;
  if (violation === undefined) return `${states} states, ${how}: no promise is broken`;
  const trace = violation.trace.map((label, index) => `  ${String(index + 1).padStart(2)}. ${label}`);

  return [`${states} states, ${how}: ${violation.promise}`, ...trace].join('\n');
}
