/**
 * Stable addresses: where an event happened, as keys and parts instead of numbers, so that the place can be found
 * in a page that was rendered anew (`protocol.ts`, "Stable addresses"). `client-events.ts` resolves them, in the
 * rendered tree as it is when all events before are applied.
 */

import type { Waypoint } from '../render/disabled-controls.js';
import { Instance, List, Mount, type Value } from '../render/nodes.js';
import type { Address } from '../wire/protocol.js';

/**
 * The way to a part of the instance at an address, if one of that definition stands there.
 *
 * ```ts
 * wayAt(page, ['hash', null, 2, 'row 7'], 0); // part 0 of the row with the key 'row 7', in part 2 of the root
 * ```
 */
export function wayAt(page: Value, [hash, ...steps]: Address, part: number): readonly Waypoint[] | undefined {
  const way: Waypoint[] = [];
  let found = within(page, steps[0]);
  for (let index = 1; index < steps.length && found !== undefined; index += 2) {
    way.push({ instance: found, part: steps[index] as number, key: steps[index - 1] });
    found = within(found.values[steps[index] as number] ?? null, steps[index + 1]);
  }
  if (found === undefined || found.definition.hash !== hash) return undefined;

  return [...way, { instance: found, part, key: steps.at(-1) }];
}

/** The address of the instance at the end of a way. */
export function stableAddressOf(way: readonly Waypoint[]): Address {
  const steps = way.flatMap(({ key, part }, index) => (index === way.length - 1 ? [key] : [key, part]));

  return [way.at(-1)?.instance.definition.hash ?? '', ...steps] as unknown as Address;
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
