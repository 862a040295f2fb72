/**
 * Disabled controls in a rendered page: whether a control is disabled, by itself or by a fieldset around it.
 * `session/client-events.ts` asks that of the page that the client shows (`shown-page.ts`) and of the present one: an event is refused if its control is
 * disabled in both.
 */

import { PartKind } from '../wire/patch.js';
import { Instance, List, Mount, type Value } from './nodes.js';

// TYPES -----------------------------------------------------------------------

/** A part of an instance, on the way from the root of a page to a place in it. */
export interface Waypoint {
  readonly instance: Instance;
  readonly part: number;
  /** The key, or the index, by which the instance is found in the part before; `null` if it is all there is. */
  readonly key: unknown;
}

// DISABLED --------------------------------------------------------------------

/** Whether a part is disabled by elements of its own template. */
export function isDisabledAt({ definition, values }: Instance, part: number): boolean {
  const disablers = definition.disablers.get(part);

  return disablers?.some((by) => by === true || disables(values[by], definition.parts[by]?.kind)) ?? false;
}

function disables(value: Value | undefined, kind: PartKind | undefined): boolean {
  return kind === PartKind.Attribute ? value !== null && value !== undefined : Boolean(value);
}

/**
 * Whether the part at the end of a way is disabled. The first legend of a fieldset is not disabled by it. Legends that other
 * templates put before it are not looked for.
 */
export function isDisabled(way: readonly Waypoint[]): boolean {
  return way.some(({ instance, part }, index) => {
    if (!isDisabledAt(instance, part)) return false;
    const place = instance.definition.parts[part];
    const next = way[index + 1];
    const isInLegend = next?.instance.definition.parts[next.part]?.isInLegend === true;

    return !(isInLegend && place?.element === 'fieldset' && !place.isAfterLegend);
  });
}

// WAYS ------------------------------------------------------------------------

/** The value that a component shows. */
export type Showing = (mount: Mount) => Value;

const present: Showing = ({ rendered }) => rendered;

/** The way from a value to a part of the instance of a number; `undefined` if that is not in it. */
export function wayTo(value: Value, number: number, part: number, showing = present): readonly Waypoint[] | undefined {
  const way: Waypoint[] = [];
  const search = (found: Value, key: unknown): boolean => {
    if (found instanceof Mount) return search(showing(found), found.key ?? null);
    if (found instanceof List) return found.rows.some((row, index) => search(row, found.source ? row.key : index));
    if (!(found instanceof Instance)) return false;
    if (found.number !== number) return found.definition.hasChildren && searchIn(found, key);
    way.push({ instance: found, part, key });

    return true;
  };
  const searchIn = (instance: Instance, key: unknown): boolean =>
    instance.values.some((inner, at) => {
      if (typeof inner !== 'object' || inner === null) return false;
      way.push({ instance, part: at, key });
      if (search(inner, null)) return true;
      way.pop();

      return false;
    });

  return search(value, null) ? way : undefined;
}
