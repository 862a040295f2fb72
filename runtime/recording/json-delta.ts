/**
 * Deltas: how one JSON value differs from another, as JSON. A state of thousands of rows of which one has changed is
 * a line then. `recording-file.ts` writes each step of a recording as the delta to the one before.
 *
 *     ["=", value]                the value is another
 *     ["-"]                       the property is gone
 *     ["each", {"3": delta}]      items of an array that differ
 *     ["splice", from, count, [item, …]]   as of `Array.prototype.splice`
 *     ["order", [name, …], {name: delta}]  an object whose properties stand in another order
 *     {name: delta, …}            properties of an object that differ; new ones come last
 *
 * Tagged values (`json-tags.ts`) are replaced as a whole.
 */

import { isJsonObject, isTagged, type Json, type JsonObject } from './json-tags.js';

// COMPARING -------------------------------------------------------------------

const replaced = (after: Json): Json => ['=', after];

/** What leads from one value to another; `undefined` if they are the same. */
export function deltaBetween(before: Json, after: Json): Json | undefined {
  if (before === after) return undefined;
  if (isJsonObject(before) && isJsonObject(after)) {
    return isTagged(before) || isTagged(after) ? deltaOfTagged(before, after) : deltaOfObjects(before, after);
  }
  if (Array.isArray(before) && Array.isArray(after)) return deltaOfArrays(before, after);

  return replaced(after);
}

function deltaOfTagged(before: JsonObject, after: JsonObject): Json | undefined {
  return isSame(before, after) ? undefined : replaced(after);
}

function deltaOfObjects(before: JsonObject, after: JsonObject): Json | undefined {
  const deltas: [name: string, delta: Json][] = [];
  for (const name of Object.keys(before)) if (!Object.hasOwn(after, name)) deltas.push([name, ['-']]);
  for (const [name, value] of Object.entries(after)) {
    const delta = Object.hasOwn(before, name) ? deltaBetween(before[name] as Json, value) : replaced(value);
    if (delta !== undefined) deltas.push([name, delta]);
  }
  const names = Object.keys(after);
  const changes = Object.fromEntries(deltas);
  const left = Object.keys(before).filter((name) => Object.hasOwn(after, name));
  const order = [...left, ...names.filter((name) => !Object.hasOwn(before, name))];
  if (names.some((name, index) => name !== order[index])) return ['order', names, changes];

  return deltas.length === 0 ? undefined : changes;
}

function deltaOfArrays(before: readonly Json[], after: readonly Json[]): Json | undefined {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && isSame(before[start], after[start])) start++;
  if (start === before.length && start === after.length) return undefined;
  let end = 0;
  while (end < shorter - start && isSame(before.at(-1 - end), after.at(-1 - end))) end++;
  if (before.length !== after.length) {
    return ['splice', start, before.length - start - end, after.slice(start, after.length - end)];
  }
  const deltas: JsonObject = Object.fromEntries(
    after.slice(start, after.length - end).flatMap((item, index): [string, Json][] => {
      const delta = deltaBetween(before[start + index] as Json, item);

      return delta === undefined ? [] : [[String(start + index), delta]];
    })
  );

  return ['each', deltas];
}

/** Whether two values are the same, properties in the same order included. */
function isSame(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => isSame(item, right[index]));
  }
  if (!isJsonObject(left) || !isJsonObject(right)) return false;
  const [names, others] = [Object.keys(left), Object.keys(right)];

  return (
    names.length === others.length &&
    names.every((name, index) => name === others[index] && isSame(left[name], right[name]))
  );
}

// APPLYING --------------------------------------------------------------------

/**
 * The value that a delta leads to; what is unchanged in it is the very object.
 *
 * @throws Error if the delta is of another value
 */
export function applyDelta(before: Json, delta: Json): Json {
  if (isJsonObject(delta)) return withChanges(objectOf(before), delta);
  const [kind, first, second, third] = Array.isArray(delta) ? (delta as readonly Json[]) : [];
  if (kind === '=' && first !== undefined) return first;
  if (kind === 'each') return withItems(arrayOf(before), objectOf(first));
  if (kind === 'splice') return spliced(arrayOf(before), Number(first), Number(second), arrayOf(third));
  if (kind === 'order') return inOrder(withChanges(objectOf(before), objectOf(second)), arrayOf(first));

  throw new Error(`there is no change ${JSON.stringify(delta).slice(0, 80)}`);
}

function withChanges(before: JsonObject, changes: JsonObject): JsonObject {
  const after = new Map(Object.entries(before));
  for (const [name, delta] of Object.entries(changes)) {
    if (Array.isArray(delta) && delta[0] === '-') after.delete(name);
    else after.set(name, isNew(delta) ? (delta[1] as Json) : applyDelta(present(before, name), delta));
  }

  return Object.fromEntries(after);
}

const isNew = (delta: Json): delta is readonly Json[] => Array.isArray(delta) && delta[0] === '=' && delta.length === 2;

function present(before: JsonObject, name: string): Json {
  if (Object.hasOwn(before, name)) return before[name] as Json;

  throw new Error(`a change is of ${JSON.stringify(name)}, which is not there`);
}

function withItems(before: readonly Json[], changes: JsonObject): readonly Json[] {
  const after = [...before];
  for (const [index, delta] of Object.entries(changes)) {
    const item = before[Number(index)];
    if (item === undefined) throw new Error(`a change is of item ${index}, and there are ${before.length}`);
    after[Number(index)] = applyDelta(item, delta);
  }

  return after;
}

function spliced(before: readonly Json[], from: number, count: number, items: readonly Json[]): readonly Json[] {
  if (!(from >= 0 && count >= 0 && from + count <= before.length)) {
    throw new Error(`a change is of items ${from} to ${from + count}, and there are ${before.length}`);
  }

  return [...before.slice(0, from), ...items, ...before.slice(from + count)];
}

function inOrder(after: JsonObject, names: readonly Json[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name as string, present(after, name as string)]));
}

function objectOf(json: Json | undefined): JsonObject {
  if (isJsonObject(json)) return json;

  throw new Error('a change is of an object where there is none');
}

function arrayOf(json: Json | undefined): readonly Json[] {
  if (Array.isArray(json)) return json as readonly Json[];

  throw new Error('a change is of an array where there is none');
}
