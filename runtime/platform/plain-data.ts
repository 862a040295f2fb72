/**
 * Models as values: they are there at once, are not changed in place, and two of them can be told to be
 * the same. `component.ts` and `step.ts` ask here.
 */

import { ErrorCode, TroupeError } from './errors.js';

/** Whether checks are made that cost too much in production. */
export const development: boolean = globalThis.process?.env['NODE_ENV'] !== 'production';

// PROMISES --------------------------------------------------------------------

/** Whether a value is yet to come. */
export function isPromise<Value>(value: Value | Promise<Value>): value is Promise<Value> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

/**
 * The value, which must be there at once. What the promise of it comes to does not matter any more.
 *
 * @throws TroupeError `component`, or what `code` says, with `message`, if it is a promise
 */
export function present<Value>(
  value: Value | Promise<Value>,
  message: string,
  code: ErrorCode = ErrorCode.Component
): Value {
  if (!isPromise(value)) return value;

  ignoreRejection(value);
  throw new TroupeError(code, message);
}

/** Lets a promise go that came where none belongs: nobody waits for it, so its rejection must not end the process. */
export function ignoreRejection(given: unknown): void {
  if (isPromise(given)) Promise.resolve(given).catch(() => undefined);
}

// FREEZING --------------------------------------------------------------------

/** In development a model is frozen, so that changing it in place throws where it is done. */
export function frozen<Model>(model: Model): Model {
  if (development) freeze(model);

  return model;
}

/** Freezes plain objects and arrays, however deep; what is frozen already has been seen. */
function freeze(model: unknown): void {
  const waiting = [model];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (!isPlain(value) || Object.isFrozen(value)) continue;
    Object.freeze(value);
    for (const name in value) waiting.push(value[name]);
  }
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (value === null || typeof value !== 'object') return false;
  const prototype = Object.getPrototypeOf(value);

  return prototype === Object.prototype || prototype === null || Array.isArray(value);
}

// COMPARING -------------------------------------------------------------------

/** Whether two objects have the same properties with the same values, one level deep. */
export function isAlike(left: object, right: object): boolean {
  if (left === right) return true;
  const names = Object.keys(left);

  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && Object.is(left[name as never], right[name as never]))
  );
}

/** Whether two values are the same, plain objects and arrays however deep; of anything else, functions too, nothing is known. */
export function isSame(left: unknown, right: unknown): boolean {
  if (Object.is(left, right) || typeof left === 'function') return true;
  if (!isPlain(left) || !isPlain(right)) {
    return typeof left === 'object' && typeof right === 'object' && left !== null && right !== null;
  }
  const names = Object.keys(left);

  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && isSame(left[name], right[name]))
  );
}
