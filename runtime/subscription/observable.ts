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

/** The argument of the function of an `observable`. */
export type ObservableContext = RunContext;

/** The observer that an observable calls. */
export interface MessageObserver<in Message> {
  readonly next: (message: Message) => void;
  readonly error: (error: unknown) => void;
  readonly complete: () => void;
}

// biome-ignore lint/suspicious/noConfusingVoidType: what there is no way to stop returns nothing
type Unsubscribe = { unsubscribe(): void } | (() => void) | undefined | void;

/** An object that can be subscribed to. */
export interface Subscribable<out Message> {
  readonly subscribe: (observer: MessageObserver<Message>) => Unsubscribe;
}

/** An object with a method `Symbol.observable`, or `@@observable` where that symbol does not exist. */
export type Interoperable<Message> =
  | { readonly [Symbol.observable]: () => Subscribable<Message> }
  | { readonly '@@observable': () => Subscribable<Message> };

type AnyObservable<Message> = Subscribable<Message> | Interoperable<Message>;

// OBSERVABLE ------------------------------------------------------------------

/**
 * Sends the messages of an observable: an object with `Symbol.observable`, or with a `subscribe` that takes an observer.
 *
 * ```ts
 * observable('prices', () => prices.pipe(map((price) => ({ type: 'priceChanged', price }))))
 * ```
 *
 * Stopping aborts the signal and unsubscribes. An observable that completes is subscribed to again only after its key has
 * been absent from one result of `subscriptions`.
 *
 * **Note:** there is no back-pressure: messages for which the mailbox has no room are dropped and reported. After an error
 * the function is called again after a growing pause. After 5 such restarts in a row without a message the subscription
 * is stopped and reported.
 */
export function observable<Message extends AnyMessage = never>(
  key: string,
  fn: (context: ObservableContext) => AnyObservable<NoInfer<Message>>
): Subscription<Message> {
  return new Subscription<Message>('observable', `observable ${key}`, (run) => startObservable(run, key, fn));
}

function startObservable(run: Run, key: string, fn: (context: ObservableContext) => AnyObservable<AnyMessage>): Stop {
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

/** The symbol takes precedence: an object with both, such as a Redux store, may have another kind of `subscribe`. */
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
