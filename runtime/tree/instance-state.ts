/**
 * The contract between a component instance and its state. A state is a model that `update` changes or an actor of any
 * XState logic; the component instance has what both need: the view, the fallback and the children.
 */

import type { AnyActorRef } from 'xstate';
import type { OrderedClock } from '../actor/ordered-clock.js';
import type { Effect, Received } from '../component/effect.js';
import type { Environment } from '../platform/environment.js';
import type { ErrorCode } from '../platform/errors.js';
import type { AnyMessage } from '../template/html.js';

/** What the states of one tree share. */
export interface StateContext {
  /** The clock of the session. */
  readonly clock: OrderedClock;
  readonly env: Pick<Environment, 'development'>;
  /** Returns the root of the session's actors. */
  system(): AnyActorRef;
}

/** The component instance of a state, as the state calls it. */
export interface StateOwner {
  readonly tree: StateContext;
  /** Reports a fault of the component. */
  report(code: ErrorCode, error: unknown): void;
  /** The state has changed outside of a turn. */
  changed(): void;
  /** Sends a message to the component in whose view this one stands. */
  toParent(message: AnyMessage): void;
}

/** The state of a component instance, and how messages change it. */
export interface InstanceState {
  /** The actor, once it is started. */
  readonly actor: AnyActorRef | undefined;
  /** The state of the actor. */
  readonly snapshot: unknown;
  /** The argument of `view`. */
  readonly shown: unknown;
  /** Whether it has changed since the last commit. */
  readonly isDirty: boolean;
  /** Whether the view has to run: false if the messages of the turn have changed nothing. */
  readonly hasNews: boolean;
  /** The message that it has taken last in this turn, for the inspector. */
  readonly received?: Received | undefined;
  /** The condition of an actor that does not work normally, for the inspector. */
  readonly standing?: 'waiting' | 'given up' | 'done' | undefined;
  /** Begins. The page waits if `init` is async. */
  init(props: unknown): Promise<void> | void;
  /** Begins at once; `init` must not be async. */
  initNow(props: unknown): void;
  /** Begins with a stored state. */
  restore(state: unknown): void;
  /** Returns what is to be stored; `undefined` if a restored component is to begin anew. */
  save(): unknown;
  /** Starts the actor. */
  start(parent: AnyActorRef): void;
  stop(): void;
  /** Takes a message. `id` is the id that was stamped on it when it was taken before. */
  take(message: AnyMessage, at: number, cause?: number | string, id?: string): void;
  /** Takes changed props. */
  receive(props: unknown): void;
  /**
   * Undoes the turn and takes its messages again: each step of the iteration has taken one more. The view runs between
   * the steps, so that the message after which it throws can be undone. Empty if nothing can be undone.
   */
  retakes(): Iterable<void>;
  /** Undoes the message that was taken last. */
  undo(): void;
  /** Makes the outcome of the turn final. Returns the effects of its messages, in order. */
  commit(): readonly Effect[];
}
