/**
 * A cell: a component's actor together with what it last rendered. `turn.ts` feeds it messages, lets it
 * render and commits it; what goes wrong in `update` or `view` stays in here and costs one message.
 */

import type { AnyActorRef } from 'xstate';
import { type AnyComponent, type ComponentSnapshot, Restored } from './component.js';
import { type Effect, Received } from './effect.js';
import { ErrorCode, type TroupeError } from './errors.js';
import type { AnyMessage } from './html.js';
import { renderRoot, type Value } from './rendered.js';

// TYPES -----------------------------------------------------------------------

/** Told of what went wrong in a component. */
export type ReportFault = (code: ErrorCode, error: unknown, component: string) => void;

/** What a turn has done to a cell so far; gone when it is committed. */
interface Tentative {
  /** The state before the turn. */
  readonly before: ComponentSnapshot<unknown>;
  /** The messages of this turn that `update` has taken, in order, with their effects. */
  readonly steps: Step[];
}

/** A message that `update` has taken, and what it asked for. */
interface Step {
  readonly received: Received;
  readonly effects: readonly Effect[];
}

const none: readonly Effect[] = [];

// CELL ------------------------------------------------------------------------

/** A component at work. */
export class Cell {
  readonly component: AnyComponent;
  /** Its actor, in the session's system. */
  readonly actor: AnyActorRef;
  /** What it shows, as of the last commit. */
  rendered: Value;
  readonly #report: ReportFault;
  #tentative: Tentative | undefined;

  constructor(component: AnyComponent, actor: AnyActorRef, rendered: Value, report: ReportFault) {
    this.component = component;
    this.actor = actor;
    this.rendered = rendered;
    this.#report = report;
  }

  /** Its state now, tentative or committed. */
  get snapshot(): ComponentSnapshot<unknown> {
    return this.actor.getSnapshot() as ComponentSnapshot<unknown>;
  }

  /** Whether it has taken messages that are not committed. */
  get isDirty(): boolean {
    return this.#tentative !== undefined;
  }

  /** A message through `update`. If that throws, the message is dropped and reported, the state kept. */
  take(message: AnyMessage, at: number): void {
    const before = this.snapshot;
    this.#tentative ??= { before, steps: [] };
    this.#step(new Received(message, at), before, true);
  }

  /**
   * Shows the new state. If `view` throws, the turn's messages are taken again one by one, each followed
   * by `view`; the one after which it throws is dropped and reported.
   */
  render(): void {
    try {
      this.rendered = this.#view();
    } catch (error) {
      this.#recover(error);
    }
  }

  /** Makes the turn's outcome final and gives the effects it asked for, in order. */
  commit(): readonly Effect[] {
    const steps = this.#tentative?.steps ?? [];
    this.#tentative = undefined;
    if (steps.length === 1) return (steps[0] as Step).effects;

    return steps.every((step) => step.effects.length === 0) ? none : steps.flatMap((step) => step.effects);
  }

  // STEPS ---------------------------------------------------------------------

  /** True if `update` took the message. A fault is told of only the first time the message is taken. */
  #step(received: Received, before: ComponentSnapshot<unknown>, isFirst: boolean): boolean {
    this.actor.send(received);
    const { effects, fault } = this.snapshot;
    if (fault === undefined) {
      this.#tentative?.steps.push({ received, effects });
      return true;
    }
    this.actor.send(new Restored(before));
    if (isFirst) this.#report(ErrorCode.Update, fault, this.component.name);

    return false;
  }

  #view(): Value {
    const { view, name } = this.component;
    const refused = (error: TroupeError): void => this.#report(error.code, error, name);

    return renderRoot(view(this.snapshot.context as never), this.rendered, refused);
  }

  #recover(first: unknown): void {
    const { before, steps } = this.#tentative as Tentative;
    this.actor.send(new Restored(before));
    const again = steps.splice(0);
    let fault: unknown;
    for (const { received } of again) fault = this.#takeAgain(received) ?? fault;
    if (again.length === 0 || fault === undefined) this.#report(ErrorCode.View, first, this.component.name);
  }

  /** Takes one message and renders; if `view` throws, undoes it, reports and returns what was thrown. */
  #takeAgain(received: Received): unknown {
    const before = this.snapshot;
    if (!this.#step(received, before, false)) return undefined;
    try {
      this.rendered = this.#view();
    } catch (error) {
      this.actor.send(new Restored(before));
      this.#tentative?.steps.pop();
      this.#report(ErrorCode.View, error, this.component.name);
      return error;
    }

    return undefined;
  }
}
