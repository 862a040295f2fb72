/**
 * The state of a cell whose component runs any XState logic. Such logic acts at once and by itself:
 * messages are sent to its actor, timers and invoked actors change it between turns. So nothing can be
 * undone; if `view` throws, what was shown last stays while the state moves on, and an actor that fails is
 * replaced under the same id from its last good snapshot.
 *
 * Between the actor and the session stands a guard: an actor of ours that is its parent, hears of its end
 * and takes what it sends to its parent to the component in whose view it stands.
 */

import { Actor, type ActorLogic, type AnyActorLogic, type AnyActorRef, type Snapshot } from 'xstate';
import { Checkpoint, type LogicImage } from '../actor/checkpoint.js';
import { Supervisor } from '../actor/supervisor.js';
import type { AnyComponent } from '../component/component.js';
import type { Effect } from '../component/effect.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { checkStorable, development } from '../platform/plain-data.js';
import type { AnyMessage } from '../template/html.js';
import type { InstanceState, StateOwner } from './instance-state.js';

// GUARD -----------------------------------------------------------------------

const guarding: Snapshot<undefined> = { status: 'active', output: undefined, error: undefined };

/** Takes to `hear` what the actor below sends to its parent. */
function guardLogic(hear: (message: AnyMessage) => void): ActorLogic<Snapshot<undefined>, AnyMessage> {
  return {
    getInitialSnapshot: () => guarding,
    getPersistedSnapshot: () => guarding,
    transition: (snapshot, event) => {
      if (!event.type.startsWith('xstate.')) hear(event);

      return snapshot;
    },
  };
}

// STATE -----------------------------------------------------------------------

const none: readonly Effect[] = [];

/** Components that were found to have states that cannot be stored: each is told of once. */
const unstorable = new Set<string>();

/** Messages that wait before the actor is started or replaced; further ones are dropped and reported. */
const maxHeld = 1_000;

/** Any logic at work. */
export class LogicState implements InstanceState {
  readonly #component: AnyComponent;
  readonly #owner: StateOwner;
  #guard: AnyActorRef | undefined;
  #actor: AnyActorRef | undefined;
  readonly #checkpoint: Checkpoint;
  /** The last snapshot that was no failure. */
  #good: Snapshot<unknown> | undefined;
  #seen: unknown;
  readonly #supervisor: Supervisor;
  /** The message it is taking: a failure then costs that message, however often it happens. */
  #taking: AnyMessage | undefined;
  #isStarted = false;
  /** The pause before it is replaced. */
  #pause: unknown;
  /** What was sent to it before it was started, or during such a pause. */
  #held: AnyMessage[] | undefined;
  #isGivenUp = false;
  /** The state it was restored from, until it is started. */
  #restored: LogicImage | undefined;

  constructor(component: AnyComponent, owner: StateOwner) {
    this.#component = component;
    this.#owner = owner;
    this.#supervisor = new Supervisor({ clock: owner.tree.clock });
    this.#checkpoint = new Checkpoint(component.logic as AnyActorLogic, owner.tree.clock);
  }

  // BEGINNING -----------------------------------------------------------------

  init(props: unknown): void {
    this.initNow(props);
  }

  /** Makes the actor without starting it: it has its first snapshot, and has done nothing. */
  initNow(props: unknown): void {
    this.#guardActor();
    this.#make({ input: props });
    this.#begun();
  }

  /** What has not been started has done nothing yet, and begins anew; what has been is never started a second time. */
  save(): LogicImage | undefined {
    const image = this.#isStarted && this.#actor !== undefined ? this.#checkpoint.save(this.#actor) : this.#restored;
    if (image === undefined || this.#held === undefined || this.#held.length === 0) return image;

    return { ...image, held: [...this.#held] };
  }

  restore(state: unknown): void {
    const restored = state as LogicImage;
    this.#guardActor();
    // XState shares with the actor what it is given, and changes it.
    this.#make({ snapshot: structuredClone(restored.snapshot) as Snapshot<unknown> });
    this.#restored = restored;
    if (restored.held !== undefined) this.#held = [...restored.held];
    this.#begun();
  }

  #guardActor(): void {
    this.#guard = new Actor(
      guardLogic((message) => this.#owner.toParent(message)),
      {
        parent: this.#owner.tree.system(),
        id: `guard of ${this.#component.name}`,
      }
    );
  }

  #begun(): void {
    const { status, error } = this.snapshot as { status: string; error?: unknown };
    if (status === 'error') throw error;
    this.#good = this.snapshot;
    this.#checkpoint.note(this.#actor as AnyActorRef, this.snapshot);
  }

  #make(from: { input: unknown } | { snapshot: Snapshot<unknown> | undefined }): AnyActorRef {
    const actor = new Actor(
      this.#component as unknown as AnyActorLogic,
      {
        parent: this.#guard as AnyActorRef,
        id: this.#component.name,
        ...from,
      } as never
    );
    actor.subscribe({
      next: (snapshot) => this.#changed(actor, snapshot as Snapshot<unknown>),
      error: (error) => this.#failed(actor, error),
    });
    this.#actor = actor;

    return actor;
  }

  start(): void {
    this.#isStarted = true;
    this.#startActor();
    // It may have failed at once: then they go on waiting.
    if (this.#pause === undefined) this.#release();
  }

  #startActor(): void {
    const actor = this.#actor as AnyActorRef;
    this.#guard?.start();
    actor.start();
    // Its first state was known before; its timers are set now.
    const restored = this.#restored;
    this.#restored = undefined;
    if (actor !== this.#actor || this.snapshot.status === 'error') return;
    if (restored === undefined) this.#checkpoint.note(actor, this.snapshot);
    else this.#checkpoint.restore(actor, restored.timers);
  }

  stop(): void {
    const actor = this.#actor;
    this.#actor = undefined;
    this.#owner.tree.clock.clearTimeout(this.#pause);
    actor?.send({ type: 'xstate.stop' });
    this.#guard?.send({ type: 'xstate.stop' });
  }

  // QUERIES -------------------------------------------------------------------

  get actor(): AnyActorRef | undefined {
    return this.#actor;
  }

  get snapshot(): Snapshot<unknown> {
    return (this.#actor?.getSnapshot() ?? this.#good) as Snapshot<unknown>;
  }

  get shown(): unknown {
    return this.#good;
  }

  get standing(): 'waiting' | 'given up' | 'done' | undefined {
    if (this.#isGivenUp) return 'given up';
    if (this.#pause !== undefined) return 'waiting';

    return this.#actor !== undefined && this.snapshot.status === 'done' ? 'done' : undefined;
  }

  get isDirty(): boolean {
    return this.#good !== this.#seen;
  }

  // STEPS ---------------------------------------------------------------------

  take(message: AnyMessage): void {
    if (!this.#isStarted) this.#held ??= [];
    if (this.#held !== undefined) {
      this.#hold(message);
      return;
    }
    this.#taking = message;
    this.#actor?.send(message);
    this.#taking = undefined;
  }

  receive(props: unknown): void {
    const { name, received } = this.#component;
    if (received === undefined) {
      this.#owner.report(
        ErrorCode.Component,
        new Error(`The props of ${name} changed, but it has no \`received(snapshot, props)\` to make an event of them.`)
      );
      return;
    }
    try {
      this.take(received(this.shown as never, props as never));
    } catch (error) {
      this.#owner.report(ErrorCode.Update, error);
    }
  }

  commit(): readonly Effect[] {
    if (development && this.#seen !== this.#good) this.#checkStorable();
    this.#seen = this.#good;

    return none;
  }

  /** The logic has acted at once: its view always runs, and no message can be undone. */
  get hasNews(): boolean {
    return true;
  }

  retakes(): Iterable<void> {
    return [];
  }

  undo(): void {}

  /** A state that cannot be stored is told of where it is made, once; it cannot be refused, since the logic has acted. */
  #checkStorable(): void {
    const { name } = this.#component;
    if (!this.#isStarted || this.#actor === undefined || unstorable.has(name)) return;
    try {
      checkStorable(this.#checkpoint.save(this.#actor).snapshot, `The state of ${name}`);
    } catch (error) {
      unstorable.add(name);
      this.#owner.report(ErrorCode.Snapshot, error);
    }
  }

  // CHANGES -------------------------------------------------------------------

  #changed(actor: AnyActorRef, snapshot: Snapshot<unknown>): void {
    if (actor !== this.#actor || snapshot === this.#good) return;
    this.#good = snapshot;
    this.#checkpoint.note(actor, snapshot);
    this.#owner.changed();
  }

  /** Replaces the actor by one that goes on from the last good snapshot. */
  #failed(actor: AnyActorRef, error: unknown): void {
    this.#owner.report(ErrorCode.Update, error);
    if (actor !== this.#actor || !this.#isStarted) return;
    try {
      this.#checkpoint.abandon(actor);
      if (this.#taking !== undefined) this.#replace();
      else this.#replaceLater(error);
    } catch (failure) {
      this.#owner.report(ErrorCode.Update, failure);
    }
  }

  /** Replaces the actor after a growing pause. Messages wait meanwhile; they are dropped if the actor stays stopped. */
  #replaceLater(cause: unknown): void {
    const pause = this.#supervisor.pauseAfterFailure(false);
    this.#held ??= [];
    if (pause === undefined) {
      const message = `The actor of ${this.#component.name} failed ${this.#supervisor.failures} times in a row and was stopped. It keeps its last state and ignores further messages.`;
      this.#owner.report(ErrorCode.Component, new TroupeError(ErrorCode.Component, message, { cause }));
      this.#isGivenUp = true;
      this.#held.length = 0;
      return;
    }
    this.#pause = this.#owner.tree.clock.setTimeout(() => {
      this.#pause = undefined;
      try {
        this.#replace();
      } catch (failure) {
        this.#owner.report(ErrorCode.Update, failure);
      }
      if (this.#pause === undefined) this.#release();
    }, pause);
  }

  /** Takes what has waited. */
  #release(): void {
    const held = this.#held ?? [];
    if (this.#isGivenUp) return;
    this.#held = undefined;
    for (const message of held) this.take(message);
  }

  #hold(message: AnyMessage): void {
    if (!this.#isGivenUp && (this.#held as AnyMessage[]).length < maxHeld) this.#held?.push(message);
    else {
      const why = this.#isStarted ? 'has failed' : 'is not started';
      const text = `${this.#component.name} ${why} and cannot take ${message.type}; it was dropped.`;
      this.#owner.report(ErrorCode.Effect, new TroupeError(ErrorCode.Effect, text));
    }
  }

  #replace(): void {
    this.#supervisor.started();
    this.#checkpoint.resume((snapshot) => {
      const successor = this.#make({ snapshot });
      successor.start();

      return successor;
    });
  }
}
