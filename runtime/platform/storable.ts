/**
 * What can be stored: a state that is to outlive its process has to be data. `session-snapshot.ts` asks before it packs
 * one, `step.ts` in development after each step, so that a mistake shows where it is made.
 */

import { ErrorCode, TroupeError } from './errors.js';

/** How deep a state may nest; what is deeper is taken to go round in circles. */
const deepest = 500;

/** Steps of a path that an error shows. */
const mostSteps = 8;

/**
 * Refuses a state that would not come back from a store as it went there: it may hold strings, numbers,
 * booleans, `null`, `undefined`, dates, bytes (`Uint8Array`), arrays and object literals.
 *
 * @param what what it is, for the error
 * @param path what a path in it begins with
 * @throws TroupeError `snapshot`, naming what it is and the path in it
 */
export function checkStorable(value: unknown, what: string, path = 'state'): void {
  const foreign = foreignIn(value, 0);
  if (foreign === undefined) return;
  const { steps, is } = foreign;
  const shown = steps.length <= mostSteps ? steps : [...steps.slice(0, mostSteps), '...'];

  throw new TroupeError(
    ErrorCode.Snapshot,
    `${what} cannot be stored: ${path}${shown.join('')} is ${is}. Keep plain data in it: strings, numbers, booleans, null, dates, arrays and object literals; what lives (functions, sockets, instances of classes) belongs into a subscription, a Map or Set is kept as an array or an object.`
  );
}

/** What cannot be stored, and the way there. */
interface Foreign {
  readonly steps: readonly string[];
  readonly is: string;
}

/** Values that were found to be storable and cannot change any more, however deep: in development, where models are frozen, most of each. */
const known = new WeakSet<object>();

const isSettled = (value: unknown): boolean => typeof value !== 'object' || value === null || known.has(value);

const here = (is: string): Foreign => ({ steps: [], is });

const below = (step: string, { steps, is }: Foreign): Foreign => ({ steps: [step, ...steps], is });

/** The first place that cannot be stored. Most states have none, so the way there is put together on the way back. */
function foreignIn(value: unknown, depth: number): Foreign | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint') {
    return here(`a ${typeof value}`);
  }
  if (typeof value !== 'object' || value instanceof Date || value instanceof Uint8Array) return undefined;
  if (known.has(value)) return undefined;
  if (depth === deepest) return here(`nested more than ${deepest} deep`);
  const foreign = Array.isArray(value) ? foreignInArray(value, depth) : foreignInObject(value, depth);
  if (foreign === undefined && Object.isFrozen(value) && Object.values(value).every(isSettled)) known.add(value);

  return foreign;
}

function foreignInObject(value: object, depth: number): Foreign | undefined {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return here(described(value));
  for (const name in value) {
    const foreign = foreignIn(value[name as keyof typeof value], depth + 1);
    if (foreign !== undefined) return below(`.${name}`, foreign);
  }

  return undefined;
}

function foreignInArray(values: readonly unknown[], depth: number): Foreign | undefined {
  for (let index = 0; index < values.length; index++) {
    const foreign = foreignIn(values[index], depth + 1);
    if (foreign !== undefined) return below(`[${index}]`, foreign);
  }

  return undefined;
}

function described(value: object): string {
  if (typeof (value as { then?: unknown }).then === 'function') return 'a promise';
  const name = value.constructor?.name;

  return name ? `an instance of ${name}` : 'an object of an unknown kind';
}
