/**
 * Subscriptions: everything long-lived is declared, not started. A component says what should be alive
 * now; the difference to what is alive is started and stopped, by key, each as an actor of its own in
 * the session's system. `session.ts` calls `update` after each committed turn.
 */

import type { ActorLogic, AnyActorRef, Snapshot } from 'xstate';
import { startActor } from './actor.js';
import type { Clock } from './clock.js';
import { ErrorCode, TroupeError } from './errors.js';
import type { AnyMessage } from './html.js';
import type { Hub } from './hub.js';

// TYPES -----------------------------------------------------------------------

/** What a running subscription can do. */
export interface Port {
  readonly clock: Clock;
  /** What all sessions share. */
  readonly hub: Hub;
  /** Sends the component a message; resolves when the turn that took it is committed. */
  deliver(message: AnyMessage): Promise<void>;
  /** Tells of something that went wrong. */
  report(error: unknown): void;
}

/** Starts and gives the way to stop. `current` is the declaration as it stands now. */
export type Start = (port: Port, current: () => Subscription<AnyMessage>) => () => void;

/** A declaration of something that should be alive. Made by `every`, `generator` and their like. */
export class Subscription<out Message> {
  /** What it is, for devtools: `every`, `generator`. */
  readonly kind: string;
  /** Tells the subscriptions of one component apart. */
  readonly key: string;
  /** The message of a timer; may change while it runs. */
  readonly message: Message | undefined;
  readonly start: Start;

  constructor(kind: string, key: string, start: Start, message?: Message) {
    this.kind = kind;
    this.key = key;
    this.start = start;
    this.message = message;
  }
}

/** What a generator function is given. */
export interface GeneratorContext {
  /** Aborted when the subscription stops. */
  readonly signal: AbortSignal;
  /** Waits, on the runtime's clock; rejects when the subscription stops, so that `finally` blocks run. */
  sleep(milliseconds: number): Promise<void>;
}

// EVERY -----------------------------------------------------------------------

/**
 * A message again and again, first after `milliseconds`.
 *
 * ```ts
 * subscriptions: (model) => [model.running && every(1_000, { type: 'secondPassed' })]
 * ```
 *
 * **Note:** a tick that finds the last one's message not yet taken is left out. Two timers of one component
 * with the same interval and message type are one and the same.
 *
 * @throws TroupeError `component` unless the interval is a finite number of at least 1 millisecond.
 */
export function every<Message extends AnyMessage = never>(
  milliseconds: number,
  message: NoInfer<Message>
): Subscription<Message>;
export function every<const Message extends AnyMessage>(milliseconds: number, message: Message): Subscription<Message>;
export function every<Message extends AnyMessage>(milliseconds: number, message: Message): Subscription<Message> {
  if (!Number.isFinite(milliseconds) || milliseconds < 1) {
    throw new TroupeError(
      ErrorCode.Component,
      `every(${milliseconds}, message): the interval is in milliseconds, at least 1.`
    );
  }
  const start: Start = (port, current) => startTimer(port, current, milliseconds);

  return new Subscription<Message>('every', `every ${milliseconds} ${message.type}`, start, message);
}

function startTimer(port: Port, current: () => Subscription<AnyMessage>, milliseconds: number): () => void {
  const { clock } = port;
  let due = clock.now() + milliseconds;
  let taken = true;
  let timer = clock.setTimeout(tick, milliseconds);

  function tick(): void {
    const now = clock.now();
    due += milliseconds * Math.max(1, Math.ceil((now - due + 1) / milliseconds));
    timer = clock.setTimeout(tick, due - now);
    if (!taken) return;
    taken = false;
    port.deliver(current().message as AnyMessage).then(() => {
      taken = true;
    });
  }

  return () => clock.clearTimeout(timer);
}

// GENERATOR -------------------------------------------------------------------

/**
 * Messages from a sync or async generator. It is asked for the next message when the last one has been
 * taken; a sync generator so yields once per turn.
 *
 * ```ts
 * async function* numbers({ sleep }: GeneratorContext): AsyncGenerator<Message> {
 *   for (let number = 0; ; number++) {
 *     await sleep(10);
 *     yield { type: 'numberArrived', number };
 *   }
 * }
 *
 * subscriptions: (model) => [model.running && generator('numbers', numbers)]
 * ```
 *
 * Stopping aborts the signal and calls `return()`, so `finally` blocks run. A generator that has not ended
 * 5 seconds later is reported as `generator-not-ending`. One that throws is reported and stays ended until
 * its key has been away.
 */
export function generator<Message extends AnyMessage = never>(
  key: string,
  run: (
    context: GeneratorContext
  ) => AsyncIterator<NoInfer<Message>, unknown, undefined> | Iterator<NoInfer<Message>, unknown, undefined>
): Subscription<Message>;
export function generator<Message extends AnyMessage>(
  key: string,
  run: (context: GeneratorContext) => AsyncIterator<Message, unknown, undefined> | Iterator<Message, unknown, undefined>
): Subscription<Message>;
export function generator<Message extends AnyMessage>(
  key: string,
  run: (context: GeneratorContext) => AsyncIterator<Message, unknown, undefined> | Iterator<Message, unknown, undefined>
): Subscription<Message> {
  return new Subscription<Message>('generator', `generator ${key}`, (port) => startGenerator(port, key, run));
}

type Run = (
  context: GeneratorContext
) => AsyncIterator<AnyMessage, unknown, undefined> | Iterator<AnyMessage, unknown, undefined>;

/** How long a stopped generator may take to end, in milliseconds. */
const endingTime = 5_000;

function startGenerator(port: Port, key: string, run: Run): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  let iterator: ReturnType<Run> | undefined;
  let ended = false;

  pump()
    .catch((error: unknown) => {
      if (!isAbort(error, signal)) port.report(error);
    })
    .finally(() => {
      ended = true;
    });

  async function pump(): Promise<void> {
    iterator = checkedIterator(key, run({ signal, sleep: (milliseconds) => sleep(port.clock, signal, milliseconds) }));
    while (!signal.aborted) {
      const { done, value } = await iterator.next();
      if (done === true || signal.aborted) return;
      await port.deliver(value);
    }
  }

  return () => {
    controller.abort();
    if (ended) return;
    const closing = finish(iterator).catch((error: unknown) => {
      if (!isAbort(error, signal)) port.report(error);
    });
    reportUnended(port, key, closing);
  };
}

function checkedIterator(key: string, iterator: ReturnType<Run>): ReturnType<Run> {
  if (typeof iterator?.next === 'function') return iterator;

  throw new TroupeError(
    ErrorCode.Subscription,
    `generator('${key}', fn): fn returned ${String(iterator)}; it is a generator function, function* or async function*.`
  );
}

/** Runs the generator's `finally` blocks; waits for it if it is still busy. */
async function finish(iterator: ReturnType<Run> | undefined): Promise<void> {
  await iterator?.return?.();
}

function reportUnended({ clock, report }: Port, key: string, closing: Promise<unknown>): void {
  const timer = clock.setTimeout(() => {
    report(
      new TroupeError(
        ErrorCode.GeneratorNotEnding,
        `The generator '${key}' was stopped ${endingTime / 1000} s ago and has not ended. Give the signal to what it waits for, or wait with sleep().`
      )
    );
  }, endingTime);
  closing.finally(() => clock.clearTimeout(timer));
}

function sleep(clock: Clock, signal: AbortSignal, milliseconds: number): Promise<void> {
  const slept = new Promise<void>((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const stop = (): void => {
      clock.clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = clock.setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', stop, { once: true });
  });
  // A sleep that nobody waits for any more must not end the process when it is cut short.
  slept.catch(() => undefined);

  return slept;
}

function isAbort(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted && (error === signal.reason || (error as { name?: unknown } | null)?.name === 'AbortError');
}

// ACTORS ----------------------------------------------------------------------

/** The state of a subscription's actor. */
type SubscriptionSnapshot = Snapshot<undefined> & { readonly context: { readonly key: string } };

/** A subscription that is alive: its declaration may change as long as its key does not. */
class Running {
  readonly port: Port;
  declared: Subscription<AnyMessage>;
  stop: (() => void) | undefined;

  constructor(port: Port, declared: Subscription<AnyMessage>) {
    this.port = port;
    this.declared = declared;
  }

  start(): void {
    try {
      this.stop = this.declared.start(this.port, () => this.declared);
    } catch (error) {
      this.port.report(error);
    }
  }
}

/** A subscription as an actor: it starts and stops with it. */
class SubscriptionLogic implements ActorLogic<SubscriptionSnapshot, { readonly type: string }, undefined> {
  readonly running: Running;

  constructor(running: Running) {
    this.running = running;
  }

  getInitialSnapshot(): SubscriptionSnapshot {
    return { status: 'active', output: undefined, error: undefined, context: { key: this.running.declared.key } };
  }

  start(): void {
    this.running.start();
  }

  transition(snapshot: SubscriptionSnapshot, event: { readonly type: string }): SubscriptionSnapshot {
    if (event.type === 'xstate.stop') this.running.stop?.();

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

function startSubscription(parent: AnyActorRef, port: Port, subscription: Subscription<AnyMessage>): Started {
  const running = new Running(port, subscription);
  const options = { parent, id: subscription.key };

  return { actor: startActor(new SubscriptionLogic(running), options, port.report), running };
}

// RUNNING ---------------------------------------------------------------------

const none: ReadonlyMap<string, Started> = new Map();

/** The subscriptions of one component that are alive. */
export class Subscriptions {
  readonly #parent: AnyActorRef;
  readonly #port: Port;
  #started = none;

  constructor(parent: AnyActorRef, port: Port) {
    this.#parent = parent;
    this.#port = port;
  }

  /** How many are alive. */
  get size(): number {
    return this.#started.size;
  }

  /**
   * Starts what is declared and not alive, stops what is alive and not declared.
   *
   * @throws TroupeError `duplicate-key`; then nothing is started or stopped.
   */
  update(declared: readonly (Subscription<AnyMessage> | null | undefined | false)[]): void {
    if (declared.length === 0 && this.#started.size === 0) return;
    const wanted = byKey(declared);
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
      if (!started.has(key)) started.set(key, startSubscription(this.#parent, this.#port, subscription));
    }
  }

  /** Stops all. */
  stop(): void {
    this.update([]);
    this.#started = none;
  }
}

function byKey(
  declared: readonly (Subscription<AnyMessage> | null | undefined | false)[]
): Map<string, Subscription<AnyMessage>> {
  const wanted = new Map<string, Subscription<AnyMessage>>();
  for (const subscription of declared) {
    if (!subscription) continue;
    if (wanted.has(subscription.key) && subscription.kind !== 'every') throw duplicate(subscription);
    wanted.set(subscription.key, subscription);
  }

  return wanted;
}

function duplicate(subscription: Subscription<AnyMessage>): TroupeError {
  return new TroupeError(
    ErrorCode.DuplicateKey,
    `Two subscriptions have the key '${subscription.key}'. Give each ${subscription.kind} of a component a key of its own.`
  );
}
