/** Values that may be promises: asks whether one is, refuses one, or ignores its rejection. */

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
