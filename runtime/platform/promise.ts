/** Values that may be promises: asks whether one is, refuses one, or ignores its rejection. */

import type { Clock } from './clock.js';
import { ErrorCode, TroupeError } from './errors.js';

/** Whether a value is a promise, by its `then`. */
export function isPromise<Value>(value: Value | Promise<Value>): value is Promise<Value> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

/**
 * The value, which must not be a promise. A promise is refused, and a rejection of it is ignored.
 *
 * @throws TroupeError `component`, or what `code` says, with `message`, if it is a promise
 */
export function synchronous<Value>(
  value: Value | Promise<Value>,
  message: string,
  code: ErrorCode = ErrorCode.Component
): Value {
  if (!isPromise(value)) return value;

  ignoreRejection(value);
  throw new TroupeError(code, message);
}

/** Ignores the rejection of a promise where none belongs: without a handler, it would end the process. */
export function ignoreRejection(given: unknown): void {
  if (isPromise(given)) Promise.resolve(given).catch(() => undefined);
}

/** Resolves when a promise does, or after so many milliseconds. Rejects as the promise does until then. */
export async function within(promise: Promise<unknown>, clock: Clock, milliseconds: number): Promise<void> {
  let timer: unknown;
  const late = new Promise<void>((resolve) => {
    timer = clock.setTimeout(resolve, milliseconds);
  });
  await Promise.race([promise, late]);
  clock.clearTimeout(timer);
}
