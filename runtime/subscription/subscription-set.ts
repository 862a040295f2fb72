/**
 * The subscriptions of one component instance. A component declares everything long-lived by key instead of starting
 * it. After each committed turn, `component-instance.ts` passes the declared subscriptions; this file starts and stops the
 * difference to the active ones. Each is an actor of its own in the system of the session.
 *
 * The constructors are in `every.ts`, `generator.ts`, `task.ts`, `observable.ts`, `callback.ts`, `actor.ts`, `topic.ts`
 * (also `shared`) and `presence.ts`. Each attempt at a subscription is a run (`run.ts`); `restart-policy.ts` decides what follows a failed
 * one.
 */

import type { ActorLogic, ActorScope, AnyActorRef, Snapshot } from 'xstate';
import type { DueImage } from '../actor/ordered-clock.js';
import { startActor } from '../actor/start-actor.js';
import { monotonic } from '../platform/clock.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { ignoreRejection, synchronous } from '../platform/promise.js';
import type { AnyMessage } from '../template/html.js';
import { RestartPolicy } from './restart-policy.js';
import { type Port, Run, type RunOwner, type Stop } from './run.js';

// TYPES -----------------------------------------------------------------------

/** Starts a run; returns the function that stops it, if it needs one. `current` returns the latest declaration. */
export type Start = (run: Run, current: () => Subscription<AnyMessage>) => Stop;

/** The declaration of one subscription. Made by `every`, `generator`, `task` and the other constructors. */
export class Subscription<out Message> {
  /** The name of its constructor, for the inspector: `every`, `generator`, `task`, ... */
  readonly kind: string;
  /** Identifies it among the subscriptions of its component. */
  readonly key: string;
  /** The message of a timer; may change while it runs. */
  readonly message: Message | undefined;
  readonly start: Start;
  /** Whether it begins with the first page, before a client joins: it must miss nothing, and it starts no actor. */
  readonly isEarly: boolean;

  constructor(kind: string, key: string, start: Start, message?: Message, isEarly = false) {
    this.kind = kind;
    this.key = key;
    this.start = start;
    this.message = message;
    this.isEarly = isEarly;
  }
}

/** The stored state of subscriptions, by key: when a timer is due, or that a task is done. */
export type SubscriptionsImage = Readonly<Record<string, DueImage | true>>;

/** A subscription, as the inspector shows it. */
export interface SubscriptionView {
  readonly key: string;
  readonly kind: string;
  /** `waiting`: it has failed and restarts soon; `given up`: it has failed too often. */
  readonly status: 'active' | 'waiting' | 'given up' | 'done';
  /** When its current run began, in milliseconds since the epoch. */
  readonly since: number;
  /** How often it has failed. */
  readonly failures: number;
  /** What is stored of it: when a timer is due, that a task is done. */
  readonly mark: number | true | undefined;
}

// ACTORS ----------------------------------------------------------------------

/** The state of a subscription's actor. */
type SubscriptionSnapshot = Snapshot<undefined> & { readonly context: { readonly key: string } };

type SubscriptionScope = ActorScope<SubscriptionSnapshot, { readonly type: string }>;

/** An active subscription: one run after the other, until it is done or has failed too often. Its declaration may change, its key may not. */
class Running implements RunOwner {
  declared: Subscription<AnyMessage>;
  readonly #port: Port;
  #run: Run | undefined;
  /** Its failures so far, if it had any. */
  #restarts: RestartPolicy | undefined;
  /** The pause before its next run. */
  #pause: unknown;
  /** What was stored of it; its first run continues from there. */
  #image: DueImage | true | null | undefined;
  #isGivenUp = false;
  #failures = 0;
  /** When its last run began. */
  #since = 0;

  /** @param image what was stored of it; `null` if its session was stored without it */
  constructor(port: Port, declared: Subscription<AnyMessage>, image: DueImage | true | null | undefined) {
    this.#port = port;
    this.declared = declared;
    this.#image = image;
  }

  /** What is stored of it. */
  get image(): DueImage | true | undefined {
    const mark = this.#run?.mark;

    return mark === undefined || mark === true ? mark : this.#port.clock.imageOf(mark);
  }

  get view(): SubscriptionView {
    const { key, kind } = this.declared;
    const due = this.#run?.mark;
    const mark = due === undefined || due === true ? due : due.at;
    const standing = this.#isGivenUp ? 'given up' : 'waiting';
    const run = this.#run;
    const status = run === undefined ? standing : run.isOver || run.isDone || mark === true ? 'done' : 'active';

    return { key, kind, status, since: this.#since, failures: this.#failures, mark };
  }

  /** Gives it its actor; begins the first run, unless it has begun before there were actors. */
  join(actor: AnyActorRef): void {
    if (this.#run === undefined) this.begin(actor);
    else this.#run.actor = actor;
  }

  /** Begins a run of the latest declaration. */
  begin(actor: AnyActorRef | undefined): void {
    const run = new Run(this.#port, actor, this);
    this.#run = run;
    this.#since = run.begun;
    if (this.#image !== undefined) {
      run.isRestored = true;
      run.image = this.#image ?? undefined;
      if (run.image === true) run.mark = true;
      this.#image = undefined;
    }
    run.begin(() => this.declared.start(run, () => this.declared));
  }

  failed({ actor, hasDelivered, start }: Run, error: unknown): void {
    const { clock, report, random } = this.#port;
    this.#run = undefined;
    this.#failures++;
    this.#restarts ??= new RestartPolicy(this.declared.key, report, random);
    const pause = this.#restarts.pauseAfter({ error, lived: monotonic(clock) - start, hasDelivered });
    this.#isGivenUp = pause === undefined;
    if (pause !== undefined) this.#pause = clock.setTimeout(() => this.begin(actor), pause);
  }

  stop(): void {
    this.#port.clock.clearTimeout(this.#pause);
    this.#run?.end();
    this.#run = undefined;
  }
}

/** The logic of a subscription's actor. The subscription starts and stops with it. */
class SubscriptionLogic implements ActorLogic<SubscriptionSnapshot, { readonly type: string }, undefined> {
  readonly running: Running;

  constructor(running: Running) {
    this.running = running;
  }

  getInitialSnapshot(): SubscriptionSnapshot {
    return { status: 'active', output: undefined, error: undefined, context: { key: this.running.declared.key } };
  }

  start(_snapshot: SubscriptionSnapshot, { self }: SubscriptionScope): void {
    this.running.join(self);
  }

  transition(snapshot: SubscriptionSnapshot, event: { readonly type: string }): SubscriptionSnapshot {
    if (event.type === 'xstate.stop') this.running.stop();

    return snapshot;
  }

  getPersistedSnapshot(snapshot: SubscriptionSnapshot): SubscriptionSnapshot {
    return snapshot;
  }
}

/** An actor that runs a subscription. */
interface Started {
  readonly actor: AnyActorRef;
  readonly running: Running;
}

function startSubscription(parent: AnyActorRef, port: Port, running: Running): Started {
  const options = { parent, id: running.declared.key };

  return { actor: startActor(new SubscriptionLogic(running), options, port.report), running };
}

// DECLARING -------------------------------------------------------------------

/** The result of `subscriptions`: falsy entries declare nothing. */
type Declarations = readonly (Subscription<AnyMessage> | null | undefined | false)[];

/** The part of a component that declares subscriptions. */
interface Declaring {
  readonly name: string;
  readonly subscriptions: (state: never) => Declarations;
}

/**
 * The subscriptions that a component declares in a state.
 *
 * @throws TroupeError `subscription` if the result is not an array, a promise of one for instance
 */
export function declaredBy({ name, subscriptions }: Declaring, state: unknown): Declarations {
  const declared = synchronous(
    subscriptions(state as never),
    `subscriptions of ${name} returned a promise. It returns an array at once; what takes time is a task in it.`,
    ErrorCode.Subscription
  );
  if (Array.isArray(declared)) return declared;

  throw new TroupeError(
    ErrorCode.Subscription,
    `subscriptions of ${name} returned ${describe(declared)}; it returns an array: [every(…), generator(…), …], or [] for none.`
  );
}

function describe(given: unknown): string {
  if (typeof given === 'function') return 'a function';

  return typeof given === 'object' && given !== null ? 'an object' : String(given);
}

// RUNNING ---------------------------------------------------------------------

const none: ReadonlyMap<string, Started> = new Map();

/** The active subscriptions of one component instance. */
export class Subscriptions {
  readonly #parent: () => AnyActorRef;
  readonly #port: Port;
  #started = none;
  /** Those that began before there were actors, by key. */
  #early: Map<string, Running> | undefined;
  /** What was stored of those that have not started yet. */
  #image: SubscriptionsImage | undefined;

  /** @param image what was stored of them, if the session was stored */
  constructor(parent: () => AnyActorRef, port: Port, image?: SubscriptionsImage) {
    this.#parent = parent;
    this.#port = port;
    this.#image = image;
  }

  /** What is stored of them. */
  save(): SubscriptionsImage | undefined {
    const running = [
      ...(this.#early ?? []),
      ...[...this.#started].map(([key, started]) => [key, started.running] as const),
    ];
    const images = running.flatMap(([key, { image }]) => (image === undefined ? [] : [[key, image] as const]));

    return images.length === 0 ? this.#image : { ...this.#image, ...Object.fromEntries(images) };
  }

  /** All active ones, for the inspector. */
  get views(): readonly SubscriptionView[] {
    const started = Array.from(this.#started.values(), ({ running }) => running);

    return [...(this.#early?.values() ?? []), ...started].map(({ view }) => view);
  }

  #new(declared: Subscription<AnyMessage>): Running {
    const image = this.#image;

    return new Running(this.#port, declared, image && (image[declared.key] ?? null));
  }

  /** How many are active. */
  get size(): number {
    return this.#started.size;
  }

  /** As `update`, for the early ones only, before there are actors. They get their actors with the first `update`. */
  prepare(declared: Declarations): void {
    const early = this.#early;
    const wanted = new Map<string, Running>();
    for (const subscription of byKey(declared).values()) {
      if (!subscription.isEarly) continue;
      const running = early?.get(subscription.key) ?? this.#new(subscription);
      running.declared = subscription;
      wanted.set(subscription.key, running);
    }
    this.#early = wanted;
    for (const [key, running] of early ?? []) if (!wanted.has(key)) running.stop();
    for (const [key, running] of wanted) if (!early?.has(key)) running.begin(undefined);
  }

  /**
   * Starts the declared ones that are not active, and stops the active ones that are not declared.
   *
   * @throws TroupeError `duplicate-key`; then nothing is started or stopped.
   */
  update(declared: Declarations): void {
    if (declared.length === 0 && this.#started.size === 0 && this.#early === undefined) return;
    const wanted = byKey(declared);
    const early = this.#early;
    this.#early = undefined;
    const started = new Map<string, Started>();
    for (const [key, entry] of this.#started) {
      const subscription = wanted.get(key);
      if (subscription === undefined) {
        entry.actor.send({ type: 'xstate.stop' });
      } else {
        entry.running.declared = subscription;
        started.set(key, entry);
      }
    }
    this.#started = started;
    for (const [key, subscription] of wanted) {
      if (started.has(key)) continue;
      const running = early?.get(key) ?? this.#new(subscription);
      early?.delete(key);
      running.declared = subscription;
      started.set(key, startSubscription(this.#parent(), this.#port, running));
    }
    for (const running of early?.values() ?? []) running.stop();
    this.#image = undefined;
  }

  /** Stops all. */
  stop(): void {
    this.update([]);
    this.#started = none;
  }
}

function byKey(declared: Declarations): Map<string, Subscription<AnyMessage>> {
  const wanted = new Map<string, Subscription<AnyMessage>>();
  for (const subscription of declared) {
    if (!subscription) continue;
    if (!(subscription instanceof Subscription)) throw notASubscription(subscription);
    if (wanted.has(subscription.key) && subscription.kind !== 'every') throw duplicate(subscription);
    wanted.set(subscription.key, subscription);
  }

  return wanted;
}

function notASubscription(given: unknown): TroupeError {
  ignoreRejection(given);

  return new TroupeError(
    ErrorCode.Subscription,
    `subscriptions returned ${describe(given)} among its entries; each is made by every, generator, task or their like, or is null, undefined or false.`
  );
}

function duplicate(subscription: Subscription<AnyMessage>): TroupeError {
  return new TroupeError(
    ErrorCode.DuplicateKey,
    `Two subscriptions have the key '${subscription.key}'. Give each ${subscription.kind} of a component a key of its own.`
  );
}
