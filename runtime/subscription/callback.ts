/**
 * `callback`: the subscription for callback interfaces: listeners, emitters, sockets. `subscription-set.ts` starts and
 * stops it, `run.ts` is one run of it.
 */

import { ErrorCode, TroupeError } from '../platform/errors.js';
import { ignoreRejection } from '../platform/promise.js';
import type { AnyMessage } from '../template/html.js';
import type { Run, RunContext, Stop } from './run.js';
import { Subscription } from './subscription-set.js';

// TYPES -----------------------------------------------------------------------

/** The argument of the function of a `callback`. */
export interface CallbackContext<in Message> extends RunContext {
  /** Sends the component a message. Has no effect once the subscription is stopped. */
  readonly send: (message: Message) => void;
}

// biome-ignore lint/suspicious/noConfusingVoidType: a function without return is one that gives no cleanup
type Cleanup = (() => void) | undefined | void;

// CALLBACK --------------------------------------------------------------------

/**
 * Sends messages from listeners and other callbacks. The function registers them, and returns the function that removes
 * them; it can also use the signal for that.
 *
 * ```ts
 * callback('rate', ({ send }) => {
 *   const listener = (rate: number) => send({ type: 'rateChanged', rate });
 *   rates.on('change', listener);
 *
 *   return () => rates.off('change', listener);
 * })
 * ```
 *
 * **Note:** there is no back-pressure: messages for which the mailbox has no room are dropped and reported. If the function
 * throws, it is called again after a growing pause. After 5 such restarts in a row the subscription is stopped and
 * reported. A cleanup that throws is reported.
 */
export function callback<Message extends AnyMessage = never>(
  key: string,
  fn: (context: CallbackContext<NoInfer<Message>>) => Cleanup
): Subscription<Message> {
  return new Subscription<Message>('callback', `callback ${key}`, (run) => startCallback(run, key, fn));
}

function startCallback(run: Run, key: string, fn: (context: CallbackContext<AnyMessage>) => Cleanup): Stop {
  const send = (message: AnyMessage): void => void run.deliver(message);

  return checkedCleanup(key, fn({ ...run.context, send }));
}

function checkedCleanup(key: string, cleanup: unknown): Stop {
  if (typeof cleanup === 'function') return cleanup as () => unknown;
  if (cleanup === undefined || cleanup === null) return undefined;
  ignoreRejection(cleanup);

  throw new TroupeError(
    ErrorCode.Subscription,
    `callback('${key}', fn): fn returned ${String(cleanup)}; it returns a function that stops it, or nothing. For a promise take task.`
  );
}
