/**
 * Applies a patch (`runtime/wire/patch.ts`) to the view: triples of target, part and value, one after the other. `view.ts`
 * calls it with the patch of a frame and does what each change says.
 */

import { ListOperation, type Patch, type Wire } from '../runtime/wire/patch.js';
import { Inconsistent } from './definitions.js';
import { Instance, type List } from './instance.js';

// TYPES -----------------------------------------------------------------------

/** What a patch is applied to. */
export interface Target {
  /** The instance or list of a number. */
  find(number: Wire | undefined): Instance | List | undefined;
  /** Makes `value` what stands in a part. */
  write(instance: Instance, part: number, value: Wire): void;
  /** Makes rows of `items` from index `at` on, to stand from row `index` on. */
  insert(list: List, index: number, items: readonly Wire[], at: number): void;
  /** Removes `count` rows from row `index` on. */
  remove(list: List, index: number, count: number): void;
  /** Moves the row at `from` in front of the one at `before`, or to the end. */
  move(list: List, from: number, before: number): void;
}

// APPLY -----------------------------------------------------------------------

/**
 * Applies a whole patch.
 *
 * **Note:** throws `Inconsistent` at the first change that does not fit; those before it have been made.
 */
export function apply(target: Target, patch: Patch): void {
  for (let index = 0; index < patch.length; index += 3) {
    const [number, part, value] = patch.slice(index, index + 3) as [Wire, number, Wire];
    const found = target.find(number);
    if (found instanceof Instance) target.write(found, part, value);
    else if (found && Array.isArray(value)) applyToList(target, found, part, value);
    else throw new Inconsistent('target');
  }
}

function applyToList(target: Target, list: List, operation: number, operands: readonly Wire[]): void {
  const [first, second] = operands;
  const indexOf = (number: Wire | undefined): number => {
    const index = list.rows.indexOf(target.find(number) as Instance);
    if (index < 0) throw new Inconsistent('row');
    return index;
  };
  const { length } = list.rows;
  if (operation === ListOperation.Append) target.insert(list, length, operands, 0);
  else if (operation === ListOperation.Insert) target.insert(list, indexOf(first), operands, 1);
  else if (operation === ListOperation.Remove) target.remove(list, indexOf(first), (second ?? 1) as number);
  else if (operation === ListOperation.Move) {
    target.move(list, indexOf(first), second === undefined ? length : indexOf(second));
  } else throw new Inconsistent('operation');
}
