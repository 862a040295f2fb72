/**
 * `observable`: the subscription to any observable: of RxJS, XState's actors, and others of the same convention.
 * `subscription-set.ts` starts and stops it, `run.ts` is one run of it.
 */

import { ErrorCode, TroupeError } from '../platform/errors.js';
import { ignoreRejection } from '../platform/promise.js';
import type { AnyMessage } from '../template/html.js';
import type { Run, RunContext, Stop } from './run.js';
import { Subscription } from './subscription-set.js';

// TYPES -----------------------------------------------------------------------

/** What an observable's function is given. */
export type ObservableContext = RunContext;

/** The observer that an observable calls. */
export interface MessageObserver<in Message> {
  readonly next: (message: Message) => void;
  readonly error: (error: unknown) => void;
  readonly complete: () => void;
}

// biome-ignore lint/suspicious/noConfusingVoidType: what there is no way to stop returns nothing
type Unsubscribe = { unsubscribe(): void } | (() => void) | undefined | void;

/** Something that can be subscribed to. */
export interface Subscribable<out Message> {
  readonly subscribe: (observer: MessageObserver<Message>) => Unsubscribe;
}

/** Something that gives an observable by its `Symbol.observable`, or by `@@observable`, its name where there is no such symbol. */
export type Interoperable<Message> =
  | { readonly [Symbol.observable]: () => Subscribable<Message> }
  | { readonly '@@observable': () => Subscribable<Message> };

type InspectedSession<Message> = Subscribable<Message> | Interoperable<Message>;

// OBSERVABLE ------------------------------------------------------------------

/**
 * Messages from an observable: what has `Symbol.observable`, or a `subscribe` that takes an observer.
 *
 * ```ts
 * observable('prices', () => prices.pipe(map((price) => ({ type: 'priceChanged', price }))))
 * ```
 *
 * Stopping aborts the signal and unsubscribes. One that completes is done until its key has been away.
 *
 * **Note:** an observable cannot be held back; messages that the mailbox has no room for are dropped and
 * reported. After an error it is made and subscribed to anew, with pauses that grow; after 5 such restarts
 * in a row without a message it is reported and given up.
 */
export function observable<Message extends AnyMessage = never>(
  key: string,
  fn: (context: ObservableContext) => InspectedSession<NoInfer<Message>>
): Subscription<Message> {
  return new Subscription<Message>('observable', `observable ${key}`, (run) => startObservable(run, key, fn));
}

function startObservable(
  run: Run,
  key: string,
  fn: (context: ObservableContext) => InspectedSession<AnyMessage>
): Stop {
  let ended = false;
  const unsubscribe = subscribableOf(key, fn(run.context)).subscribe({
    next: (message) => {
      if (!ended) void run.deliver(message);
    },
    error: (error) => {
      if (ended) return;
      ended = true;
      run.fail(error);
    },
    complete: () => {
      ended = run.isDone = true;
    },
  });

  return () => {
    if (ended) return undefined;
    ended = true;

    return typeof unsubscribe === 'function' ? unsubscribe() : unsubscribe?.unsubscribe();
  };
}

/** The convention's symbol goes first: what has both, as a Redux store, may mean something else by `subscribe`. */
function subscribableOf(key: string, given: unknown): Subscribable<AnyMessage> {
  const symbol = (Symbol as { readonly observable?: symbol }).observable ?? '@@observable';
  const source = given as { readonly [name: string | symbol]: unknown } | null | undefined;
  const interop = source?.[symbol] ?? source?.['@@observable'];
  const found = typeof interop === 'function' ? interop.call(source) : source;
  if (typeof found?.subscribe === 'function') return found;
  ignoreRejection(given);

  throw new TroupeError(
    ErrorCode.Subscription,
    `observable('${key}', fn): fn returned ${String(given)}; it returns something with Symbol.observable or subscribe.`
  );
}
