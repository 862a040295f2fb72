/**
 * The state of a component instance that runs any XState logic. Such logic acts at once and by itself: messages are sent
 * to its actor, and timers and invoked actors change it between turns. So nothing can be undone. If `view` throws, what
 * was shown last stays while the state changes on. An actor that fails is replaced under the same id from its last good
 * snapshot. `component-instance.ts` makes one.
 *
 * The parent of the actor is a guard, an actor of ours: what the actor sends to its parent, the guard sends to the
 * component in whose view the instance stands.
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

/** Calls `hear` with the messages that the actor sends to its parent. */
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

/** The components with states that cannot be stored: each is reported once. */
const unstorable = new Set<string>();

/** Messages that wait before the actor is started or replaced; further ones are dropped and reported. */
const maxHeld = 1_000;

/** The actor of a component instance. */
export class LogicState implements InstanceState {
  readonly #component: AnyComponent;
  readonly #owner: StateOwner;
  #guard: AnyActorRef | undefined;
  #actor: AnyActorRef | undefined;
  readonly #checkpoint: Checkpoint;
  /** The last snapshot that is not a failure. */
  #good: Snapshot<unknown> | undefined;
  #seen: unknown;
  readonly #supervisor: Supervisor;
  /** The message that it is taking. A failure meanwhile costs that message alone, however often it happens. */
  #taking: AnyMessage | undefined;
  #isStarted = false;
  /** The timer of the pause before it is replaced. */
  #pause: unknown;
  /** The messages that were sent to it before its start, or during such a pause. */
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

  /** Makes the actor without starting it: it has its first snapshot, and has not acted. */
  initNow(props: unknown): void {
    this.#guardActor();
    this.#make({ input: props });
    this.#begun();
  }

  /** An actor that was not started has not acted, and begins anew after a restore; one that was is not started a second time. */
  save(): LogicImage | undefined {
    const image = this.#isStarted && this.#actor !== undefined ? this.#checkpoint.save(this.#actor) : this.#restored;
    if (image === undefined || this.#held === undefined || this.#held.length === 0) return image;

    return { ...image, held: [...this.#held] };
  }

  restore(state: unknown): void {
    const restored = state as LogicImage;
    this.#guardActor();
    // XState keeps the given snapshot and changes it.
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
    // If it has failed at once, the messages wait on.
    if (this.#pause === undefined) this.#release();
  }

  #startActor(): void {
    const actor = this.#actor as AnyActorRef;
    this.#guard?.start();
    actor.start();
    // Its first state was known before. Its timers are set now.
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

  /** Reports a state that cannot be stored, once, when it is made. It cannot be refused, since the logic has acted. */
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

  /** Replaces the actor by one that continues from the last good snapshot. */
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

  /** Takes the messages that have waited. */
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
