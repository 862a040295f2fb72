/**
 * Observes the actors of a session that run XState logic, and those that they start: the probe sees the messages of
 * component instances, and XState reports these events. `session-recorder.ts` keeps them.
 *
 * This is the one part of recording that holds live actors: it looks up to which component instance an actor belongs.
 */

import type { AnyActorRef, InspectionEvent } from 'xstate';
import type { ActorEvent } from '../recording/session-events.js';
import type { LiveSession } from '../session/session.js';
import type { AnyMessage } from '../template/html.js';
import type { ComponentInstance } from '../tree/component-instance.js';
import { actorIdOf, childIdOf } from './actor-id.js';
import { describeEventType } from './statechart.js';

/** What is called with what is observed. */
export interface ActorObserverOptions {
  /** An actor has received an event. */
  heard(event: ActorEvent): void;
  /** Called with an error of `heard`, or of the observer itself. */
  failed(error: unknown): void;
}

/** Observes the actors of one session after another. */
export class ActorObserver {
  readonly #options: ActorObserverOptions;
  #live: LiveSession | undefined;
  #unsubscribe: (() => void) | undefined;
  /** When actors whose start is not recorded elsewhere were first seen. */
  readonly #seen = new WeakMap<object, number>();
  /** The component instances of actors, as far as they were looked up. */
  readonly #owners = new WeakMap<AnyActorRef, ComponentInstance>();

  constructor(options: ActorObserverOptions) {
    this.#options = options;
  }

  /** Observes the actors of a session from now on. */
  observe(live: LiveSession): void {
    this.stop();
    this.#live = live;
    const { system } = live.system();
    const subscription = system.inspect((event) => this.#overhear(event));
    this.#unsubscribe = () => subscription.unsubscribe();
  }

  /** Observes no longer. */
  stop(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#live = undefined;
  }

  /** When an actor was seen for the first time, in milliseconds since the epoch. */
  sinceOf(actor: object): number {
    const since = this.#seen.get(actor) ?? this.#live?.tree.now() ?? 0;
    this.#seen.set(actor, since);

    return since;
  }

  /** An error that is thrown here would be thrown by XState at the sender of the event. */
  #overhear(event: InspectionEvent): void {
    try {
      this.#inspected(event);
    } catch (error) {
      this.#options.failed(error);
    }
  }

  #inspected(inspected: InspectionEvent): void {
    if (inspected.type === '@xstate.actor') this.sinceOf(inspected.actorRef);
    if (inspected.type !== '@xstate.event' || inspected.event.type === 'xstate.init') return;
    const actor = inspected.actorRef as AnyActorRef;
    const owner = this.#ownerOf(actor);
    if (owner === undefined) return;
    const event = inspected.event as AnyMessage;
    const isOwn = owner.actor === actor;
    const to = isOwn ? actorIdOf(owner) : childIdOf(owner, actor);
    const from = this.#sourceOf(inspected.sourceRef as AnyActorRef | undefined, to);
    const type = describeEventType(event.type);
    this.#options.heard({ kind: 'heard', from, to, type, event, owner: owner.path, isOwn });
  }

  #sourceOf(source: AnyActorRef | undefined, to: string): string {
    const owner = source && this.#ownerOf(source);
    if (source === undefined || owner === undefined) return to;

    return owner.actor === source ? actorIdOf(owner) : childIdOf(owner, source);
  }

  /** The component instance in whose logic an actor is. */
  #ownerOf(actor: AnyActorRef): ComponentInstance | undefined {
    for (let at: AnyActorRef | undefined = actor; at !== undefined; at = at._parent) {
      const owner = this.#owners.get(at) ?? this.#search(at);
      if (owner !== undefined) return owner.actor === at ? owner : undefined;
    }

    return undefined;
  }

  #search(actor: AnyActorRef): ComponentInstance | undefined {
    for (const instance of this.#live?.tree.instances() ?? []) {
      if (instance.component.logic === undefined || instance.actor !== actor) continue;
      this.#owners.set(actor, instance);

      return instance;
    }

    return undefined;
  }
}
