/**
 * A cell: a component's actor together with what it last rendered. `turn.ts` feeds it messages, lets it
 * render and commits it; what goes wrong in `update` or `view` stays in here and costs one message.
 */

import type { AnyActorRef } from 'xstate';
import { type AnyComponent, type ComponentSnapshot, Restored } from './component.js';
import { type Effect, Received } from './effect.js';
import { ErrorCode, TroupeError } from './errors.js';
import type { AnyMessage } from './html.js';
import { renderRoot, type Value } from './rendered.js';

// TYPES -----------------------------------------------------------------------

/** Told of what went wrong in a component. */
export type ReportFault = (code: ErrorCode, error: unknown, component: string) => void;

/** What a turn has done to a cell so far; gone when it is committed. */
interface Tentative {
  /** The state before the turn. */
  readonly before: ComponentSnapshot<unknown>;
  /** The messages of this turn, in order, and what came of each. */
  readonly steps: Step[];
}

/** A message and what it asked for, or what `update` threw: then it has changed nothing. */
interface Step {
  readonly received: Received;
  readonly effects: readonly Effect[];
  readonly fault: unknown;
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
    if (!isMessage(message)) {
      this.#report(ErrorCode.Update, notAMessage(message, this.component.name), this.component.name);
      return;
    }
    this.#tentative ??= { before: this.snapshot, steps: [] };
    this.#step(this.#tentative, new Received(message, at));
  }

  /**
   * Shows the new state. If `view` throws, the turn's messages are taken again one by one, each followed
   * by `view`; the one after which it throws is dropped and reported.
   */
  render(): void {
    if (this.snapshot === this.#tentative?.before) return;
    try {
      this.rendered = this.#view();
    } catch (error) {
      this.#recover(error);
    }
  }

  /** Makes the turn's outcome final, tells of messages `update` refused, and gives the effects the others asked for, in order. */
  commit(): readonly Effect[] {
    const steps = this.#tentative?.steps ?? [];
    this.#tentative = undefined;
    for (const { fault } of steps) {
      if (fault !== undefined) this.#report(ErrorCode.Update, fault, this.component.name);
    }
    if (steps.length === 1) return (steps[0] as Step).effects;

    return steps.every((step) => step.effects.length === 0) ? none : steps.flatMap((step) => step.effects);
  }

  // STEPS ---------------------------------------------------------------------

  /** One message through `update`; if that throws, the state is as before. */
  #step({ steps }: Tentative, received: Received): Step {
    const before = this.snapshot;
    this.actor.send(received);
    const { effects, fault } = this.snapshot;
    if (fault !== undefined) this.actor.send(new Restored(before));
    const step = { received, effects: fault === undefined ? effects : none, fault };
    steps.push(step);

    return step;
  }

  #view(): Value {
    const { view, name } = this.component;
    const refused = (error: TroupeError): void => this.#report(error.code, error, name);

    return renderRoot(view(this.snapshot.context as never), this.rendered, refused);
  }

  /** Goes back to the turn's start. A message that `update` refused is tried again too: the culprit may have been before it. */
  #recover(first: unknown): void {
    const tentative = this.#tentative as Tentative;
    this.actor.send(new Restored(tentative.before));
    let found = false;
    for (const { received } of tentative.steps.splice(0)) {
      if (!this.#takeAgain(tentative, received)) found = true;
    }
    if (!found) this.#report(ErrorCode.View, first, this.component.name);
  }

  /** Takes one message and renders; false if `view` throws: then the message is undone and reported. */
  #takeAgain(tentative: Tentative, received: Received): boolean {
    const before = this.snapshot;
    if (this.#step(tentative, received).fault !== undefined) return true;
    try {
      this.rendered = this.#view();
    } catch (error) {
      this.actor.send(new Restored(before));
      tentative.steps.pop();
      this.#report(ErrorCode.View, error, this.component.name);
      return false;
    }

    return true;
  }
}

// MESSAGES --------------------------------------------------------------------

/** Types do not allow anything else, but what is cast does: XState would take its own events for commands. */
function isMessage(message: unknown): message is AnyMessage {
  const type = (message as { readonly type?: unknown } | null | undefined)?.type;

  return typeof type === 'string' && !type.startsWith('xstate.');
}

function notAMessage(given: unknown, name: string): TroupeError {
  const what =
    typeof given === 'object' && given !== null
      ? `an object with type ${String((given as Partial<AnyMessage>).type)}`
      : String(given);

  return new TroupeError(
    ErrorCode.Update,
    `${name} was sent ${what}; a message is an object with a type, a string that does not begin with 'xstate.'.`
  );
}
