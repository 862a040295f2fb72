/**
 * Plain data: what models, messages and stored states consist of, and how it is checked, frozen and
 * compared (`isEqual`, in which a property that is `undefined` is not the same as one that is missing).
 *
 * Plain are `undefined`, `null`, booleans, numbers, strings, and the arrays and object literals (prototype
 * `Object.prototype` or `null`) that hold plain data. A state that is stored may also hold dates and bytes
 * (`Uint8Array`). A message may not, because it may travel as JSON, and `undefined` occurs in it only as the value of a
 * property. Everything else is foreign: functions, symbols, bigints and instances of classes. Nothing here looks
 * inside of what is foreign.
 */

import { ErrorCode, TroupeError } from './errors.js';

/** Whether checks are made that cost too much in production. */
export const development: boolean = globalThis.process?.env['NODE_ENV'] !== 'production';

/** Whether a value is an array or an object literal: what other values are nested in. */
export function isPlain(value: unknown): value is Record<string, unknown> {
  if (value === null || typeof value !== 'object') return false;
  const prototype: unknown = Object.getPrototypeOf(value);

  return prototype === Object.prototype || prototype === null || Array.isArray(value);
}

/** Whether a value is an object literal. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return isPlain(value) && !Array.isArray(value);
}

// FREEZING --------------------------------------------------------------------

/** In development a model is frozen, so that an assignment to a part of it throws at once. */
export function frozen<Model>(model: Model): Model {
  if (development) freeze(model);

  return model;
}

/** Freezes arrays and object literals at any depth. A frozen one is not visited again, so that a cycle ends. */
function freeze(model: unknown): void {
  const waiting = [model];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (!isPlain(value) || Object.isFrozen(value)) continue;
    Object.freeze(value);
    for (const name in value) waiting.push(value[name]);
  }
}

// COMPARING -------------------------------------------------------------------

/** Whether two objects have the same properties with identical values; one level deep, for paths that run often. */
export function isShallowEqual(left: object, right: object): boolean {
  if (left === right) return true;
  const names = Object.keys(left);

  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && Object.is(left[name as never], right[name as never]))
  );
}

/**
 * Whether two values are equal at any depth. The order of properties does not count. Dates are equal by their time, bytes
 * by their content. Two foreign values, functions for example, are taken as equal: they cannot be compared.
 */
export function isEqual(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (!isPlain(left) || !isPlain(right)) return isEqualLeaf(left, right);
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const names = Object.keys(left);

  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && isEqual(left[name], right[name]))
  );
}

/** Whether two values are equal of which one at least is neither array nor object literal. */
function isEqualLeaf(left: unknown, right: unknown): boolean {
  if (left instanceof Date && right instanceof Date) return Object.is(left.getTime(), right.getTime());
  if (left instanceof Uint8Array && right instanceof Uint8Array) {
    return left.length === right.length && left.every((byte, index) => byte === right[index]);
  }

  return isOpaque(left) && isOpaque(right);
}

const isOpaque = (value: unknown): boolean =>
  typeof value === 'function' || (typeof value === 'object' && value !== null && !isPlain(value) && !isStored(value));

const isStored = (value: unknown): boolean => value instanceof Date || value instanceof Uint8Array;

// CHECKING --------------------------------------------------------------------

/** What a value may consist of. */
export interface PlainDataRules {
  /** Levels of nesting. A value that has more is refused, so that one with a cycle in it is. */
  readonly maxDepth: number;
  /** Whether the value may travel as JSON: no dates and bytes, `undefined` only as the value of a property. */
  readonly isJson: boolean;
  /** Frozen values, at any depth, that have passed: in development, most of each model. They are not visited again. */
  readonly passed: WeakSet<object>;
}

/** What a state may consist of that outlives its process. */
export const stateRules: PlainDataRules = { maxDepth: 500, isJson: false, passed: new WeakSet() };

/** What a message may consist of that may go to another process. */
export const messageRules: PlainDataRules = { maxDepth: 64, isJson: true, passed: new WeakSet() };

/** Steps of a path that an error shows. */
const maxShownSteps = 8;

/** A value that is not allowed, and the way to it. */
interface Foreign {
  readonly steps: readonly string[];
  readonly is: string;
}

/**
 * The first place in a value that the rules do not allow, and what is there; `undefined` if there is none.
 *
 * ```ts
 * foreignIn({ type: 'said', at: new Date() }, 'message', messageRules); // 'message.at is an instance of Date'
 * ```
 *
 * @param path what the path begins with
 */
export function foreignIn(value: unknown, path: string, rules: PlainDataRules): string | undefined {
  const foreign = find(value, 0, rules);
  if (foreign === undefined) return undefined;
  const { steps, is } = foreign;
  const shown = steps.length <= maxShownSteps ? steps : [...steps.slice(0, maxShownSteps), '...'];

  return `${path}${shown.join('')} is ${is}`;
}

/**
 * Refuses a state that a store would not return as it was.
 *
 * @param what what it is, for the error
 * @param path what a path in it begins with
 * @throws TroupeError `snapshot`, naming what it is and the path in it
 */
export function checkStorable(value: unknown, what: string, path = 'state'): void {
  const foreign = foreignIn(value, path, stateRules);
  if (foreign === undefined) return;

  throw new TroupeError(
    ErrorCode.Snapshot,
    `${what} cannot be stored: ${foreign}. Keep plain data in it: strings, numbers, booleans, null, dates, arrays and object literals; what lives (functions, sockets, instances of classes) belongs into a subscription, a Map or Set is kept as an array or an object.`
  );
}

const here = (is: string): Foreign => ({ steps: [], is });

const below = (step: string, { steps, is }: Foreign): Foreign => ({ steps: [step, ...steps], is });

/** The first foreign value. Most values have none, so the path is built on the way back. */
function find(value: unknown, depth: number, rules: PlainDataRules): Foreign | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return undefined;
  }
  if (!isPlain(value)) return isAllowed(value, rules) ? undefined : here(describeForeign(value));
  if (rules.passed.has(value)) return undefined;
  if (depth === rules.maxDepth) return here(`nested more than ${rules.maxDepth} deep`);
  const foreign = Array.isArray(value) ? findInArray(value, depth, rules) : findInRecord(value, depth, rules);
  if (foreign === undefined && isSettled(value, rules)) rules.passed.add(value);

  return foreign;
}

const isAllowed = (value: unknown, { isJson }: PlainDataRules): boolean =>
  !isJson && (value === undefined || isStored(value));

/** Whether a value has passed and cannot change, at any depth. */
const isSettled = (value: object, { passed }: PlainDataRules): boolean =>
  Object.isFrozen(value) &&
  Object.values(value).every((item) => typeof item !== 'object' || item === null || passed.has(item));

function findInRecord(
  record: Readonly<Record<string, unknown>>,
  depth: number,
  rules: PlainDataRules
): Foreign | undefined {
  for (const name in record) {
    const value = record[name];
    const foreign = value === undefined ? undefined : find(value, depth + 1, rules);
    if (foreign !== undefined) return below(`.${name}`, foreign);
  }

  return undefined;
}

function findInArray(values: readonly unknown[], depth: number, rules: PlainDataRules): Foreign | undefined {
  for (let index = 0; index < values.length; index++) {
    const foreign = find(values[index], depth + 1, rules);
    if (foreign !== undefined) return below(`[${index}]`, foreign);
  }

  return undefined;
}

/** What a foreign value is: `a function`, `a promise`, `an instance of Map`. */
export function describeForeign(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  if (typeof (value as { readonly then?: unknown }).then === 'function') return 'a promise';
  const name = value.constructor?.name;

  return name ? `an instance of ${name}` : 'an object of an unknown kind';
}
