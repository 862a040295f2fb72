/**
 * A run: one attempt at a subscription, from its start until it is stopped or fails. The started function gets the run
 * and delivers, sleeps and fails through it. After the end of the run, its calls have no effect.
 *
 * `subscription-set.ts` begins and ends runs, and decides after a failure when the next one begins.
 */

import type { AnyActorRef } from 'xstate';
import type { Due, DueImage, OrderedClock } from '../actor/ordered-clock.js';
import { monotonic } from '../platform/clock.js';
import type { AnyMessage } from '../template/html.js';
import type { Backplane } from './backplane.js';

// TYPES -----------------------------------------------------------------------

/** What subscriptions and their runs need of their session. */
export interface Port {
  readonly clock: OrderedClock;
  /** Topics, presence and shared actors. */
  readonly backplane: Backplane;
  /** Returns a number from 0 up to 1 that varies the pauses before restarts. Default: `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Sends the component a message; resolves when the turn that took it is committed. `from` names the sender for the inspector. */
  deliver(message: AnyMessage, from?: string): Promise<void>;
  /** Reports a failure. */
  report(error: unknown): void;
}

/** The argument of the functions of subscriptions. */
export interface RunContext {
  /** Aborted when the subscription stops. */
  readonly signal: AbortSignal;
  /** Waits, on the runtime's clock; rejects when the subscription stops, so that `finally` blocks run. */
  sleep(milliseconds: number): Promise<void>;
}

/** Called once when a run has failed; the run has ended by then. */
export interface RunOwner {
  /** The declaration; `undefined` if the run has none with a key. */
  readonly declared?: { readonly key: string };
  failed(run: Run, error: unknown): void;
}

/** The way to stop what was started, if there is anything to do. */
export type Stop = (() => unknown) | undefined;

// RUN -------------------------------------------------------------------------

const ignored = Promise.resolve();

/** One attempt at a subscription. */
export class Run implements Port {
  /** The subscription's actor: the parent of actors that the run starts. `undefined` while the session is dormant. */
  actor: AnyActorRef | undefined;
  /** When it began. */
  readonly begun: number;
  /** The same moment, as `monotonic` says it. */
  readonly start: number;
  /** What is stored of the run: when a timer is due, or that a task is done. */
  mark: Due | true | undefined;
  /** What was stored of the run that this one continues. */
  image: DueImage | true | undefined;
  /** Whether what it runs has finished by itself; it delivers nothing more. */
  isDone = false;
  /** Whether it continues one of a session that was passivated. */
  isRestored = false;
  readonly #port: Port;
  readonly #owner: RunOwner;
  /** Made on demand, because timers do not need it. */
  #controller: AbortController | undefined;
  #stop: Stop;
  #hasDelivered = false;
  /** How many sleeps have begun after its end. */
  #refusals = 0;
  #isOver = false;

  constructor(port: Port, actor: AnyActorRef | undefined, owner: RunOwner) {
    this.#port = port;
    this.actor = actor;
    this.#owner = owner;
    this.begun = port.clock.now();
    this.start = monotonic(port.clock);
  }

  get clock(): OrderedClock {
    return this.#port.clock;
  }

  get backplane(): Backplane {
    return this.#port.backplane;
  }

  /** Whether it was stopped or has failed. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether it has delivered a message. */
  get hasDelivered(): boolean {
    return this.#hasDelivered;
  }

  /** Aborted when the run is over. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isOver) this.#controller.abort();

    return this.#controller.signal;
  }

  /** The argument for the function of the component. */
  get context(): RunContext {
    return { signal: this.signal, sleep: (milliseconds) => this.#sleep(milliseconds) };
  }

  /** Calls `start`. If that throws, the run has failed. */
  begin(start: () => Stop): void {
    let stop: Stop;
    try {
      stop = start();
    } catch (error) {
      this.fail(error);
      return;
    }
    // If the run has failed during the start, it is over when `stop` is known.
    if (this.#isOver) this.#release(stop);
    else this.#stop = stop;
  }

  /** Sends the component a message, unless the run is over; resolves when the turn that took it is committed. */
  deliver(message: AnyMessage): Promise<void> {
    if (this.#isOver) return ignored;
    this.#hasDelivered = true;

    return this.#port.deliver(message, this.#owner.declared?.key);
  }

  /** Reports a failure without ending the run. */
  report(error: unknown): void {
    this.#port.report(error);
  }

  /** Ends the run as failed. An error after its end is reported, unless it is the abort that the end has caused. */
  fail(error: unknown): void {
    if (this.#isOver) {
      if (!isAbort(error, this.signal)) this.report(error);
      return;
    }
    this.end();
    this.#owner.failed(this, error);
  }

  /** Ends the run: aborts the signal, then calls the stop function. An error of that is reported. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#controller?.abort();
    this.#release(this.#stop);
    this.#stop = undefined;
  }

  /**
   * Waits. After the end of the run it rejects at once. A loop that catches every error and sleeps again would then never
   * yield to other work, so after `maxRefusals` rejections it returns a promise that never settles.
   */
  #sleep(milliseconds: number): Promise<void> {
    if (this.#isOver && ++this.#refusals > maxRefusals) return never();

    return sleep(this.clock, this.signal, milliseconds);
  }

  #release(stop: Stop): void {
    try {
      const stopped = stop?.();
      if (stopped instanceof Promise) stopped.catch((error: unknown) => this.fail(error));
    } catch (error) {
      this.report(error);
    }
  }
}

// PROMISES --------------------------------------------------------------------

/** Sleeps after the end of a run that reject; further ones never settle. */
const maxRefusals = 100;

const never = (): Promise<never> => new Promise(() => undefined);

function sleep(clock: OrderedClock, signal: AbortSignal, milliseconds: number): Promise<void> {
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
  // An aborted sleep that no code awaits must not end the process by an unhandled rejection.
  slept.catch(() => undefined);

  return slept;
}

function isAbort(error: unknown, signal: AbortSignal): boolean {
  return error === signal.reason || (error as { name?: unknown } | null | undefined)?.name === 'AbortError';
}
