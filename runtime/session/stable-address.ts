/**
 * Stable addresses: where an event happened, as keys and parts instead of numbers, so that the place can be found
 * in a page that was rendered anew (`protocol.ts`, "Stable addresses"). `client-events.ts` resolves them, in the
 * rendered tree as it is when all events before are applied.
 */

import { Instance, List, Mount, type Value } from '../render/nodes.js';
import type { Address } from '../wire/protocol.js';

/**
 * The instance at an address, if one of that definition stands there.
 *
 * ```ts
 * resolve(page, ['hash', null, 2, 'row 7']); // in the root's part 2, the row with the key 'row 7'
 * ```
 */
export function resolve(page: Value, [hash, ...steps]: Address): Instance | undefined {
  let found = within(page, steps[0]);
  for (let index = 1; index < steps.length && found !== undefined; index += 2) {
    found = within(found.values[steps[index] as number] ?? null, steps[index + 1]);
  }

  return found?.definition.hash === hash ? found : undefined;
}

/** The instance in a child part: the row of a key or an index, what a component of that key shows, or all there is. */
function within(value: Value, key: unknown): Instance | undefined {
  if (value instanceof Mount) {
    if ((value.key ?? null) !== key) return undefined;
    return value.rendered instanceof Instance ? value.rendered : undefined;
  }
  if (value instanceof List) {
    if (value.source !== undefined) return value.rows.find((row) => row.key === key);
    return typeof key === 'number' ? value.rows[key] : undefined;
  }

  return value instanceof Instance && key === null ? value : undefined;
}
