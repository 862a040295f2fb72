/**
 * What can be stored: a state that is to outlive its process has to be data. `snapshot.ts` asks before it packs
 * one, `update.ts` in development after each step, so that a mistake shows where it is made.
 */

import { ErrorCode, TroupeError } from './errors.js';

/** How deep a state may nest; what is deeper is taken to go round in circles. */
const deepest = 100;

/**
 * Refuses a state that would not come back from a store as it went there: it may hold strings, numbers,
 * booleans, `null`, `undefined`, dates, bytes (`Uint8Array`), arrays and object literals.
 *
 * @throws TroupeError `snapshot`, naming the component and the path in its state
 */
export function checkStorable(state: unknown, name: string): void {
  const foreign = foreignIn(state, 'state', 0);
  if (foreign === undefined) return;

  throw new TroupeError(
    ErrorCode.Snapshot,
    `The state of ${name} cannot be stored: ${foreign}. Keep plain data in it: strings, numbers, booleans, null, dates, arrays and object literals; what lives (functions, sockets, instances of classes) belongs into a subscription, a Map or Set is kept as an array or an object.`
  );
}

/** Values that were found to be storable and cannot change any more: in development, where models are frozen, most of each. */
const known = new WeakSet<object>();

/** The first place that cannot be stored, and what is there. */
function foreignIn(value: unknown, path: string, depth: number): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint') {
    return `${path} is a ${typeof value}`;
  }
  if (typeof value !== 'object' || value instanceof Date || value instanceof Uint8Array) return undefined;
  if (known.has(value)) return undefined;
  if (depth === deepest) return `${path} is nested more than ${deepest} deep`;
  const foreign = Array.isArray(value) ? foreignInArray(value, path, depth) : foreignInObject(value, path, depth);
  if (foreign === undefined && Object.isFrozen(value)) known.add(value);

  return foreign;
}

function foreignInObject(value: object, path: string, depth: number): string | undefined {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return `${path} is ${described(value)}`;
  for (const name in value) {
    const foreign = foreignIn(value[name as keyof typeof value], `${path}.${name}`, depth + 1);
    if (foreign !== undefined) return foreign;
  }

  return undefined;
}

function foreignInArray(values: readonly unknown[], path: string, depth: number): string | undefined {
  for (let index = 0; index < values.length; index++) {
    const foreign = foreignIn(values[index], `${path}[${index}]`, depth + 1);
    if (foreign !== undefined) return foreign;
  }

  return undefined;
}

function described(value: object): string {
  if (typeof (value as { then?: unknown }).then === 'function') return 'a promise';
  const name = value.constructor?.name;

  return name ? `an instance of ${name}` : 'an object of an unknown kind';
}
