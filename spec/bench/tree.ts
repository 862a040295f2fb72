/**
 * Reads addresses out of an `adopt` frame: which instance has which number, and which of its parts take
 * events or show something. Counts as `patch.ts` says, but keeps no page.
 */

import { PartKind, type Wire } from '../../runtime/wire/patch.js';

/** An instance: its number, and its parts by kind. */
export interface Numbered {
  readonly number: number;
  /** Indices of the parts that take events, in document order. */
  readonly events: readonly number[];
  /** Indices of the parts that show a child, in document order. */
  readonly children: readonly number[];
}

/** Instances in the order of their numbers, and the numbers of lists. */
export interface Numbering {
  readonly instances: readonly Numbered[];
  readonly lists: readonly number[];
}

/** Numbers everything in a tree. */
export function number(tree: Wire): Numbering {
  const reader = new Reader();
  reader.content(tree);
  return reader;
}

class Reader implements Numbering {
  readonly instances: Numbered[] = [];
  readonly lists: number[] = [];
  readonly #definitions: (readonly number[])[] = [];
  #count = 0;

  content(value: Wire | undefined): void {
    if (!Array.isArray(value)) return;
    const [head] = value;
    if (head === true) return;
    if (head === null) this.#list(value, 1);
    else if (head === false) this.#list(value, 0);
    else this.#instance(value, 0);
  }

  /** Rows are flat; `keys` is how many values stand before each row's definition. */
  #list(values: readonly Wire[], keys: number): void {
    this.lists.push(++this.#count);
    for (let at = 1; at < values.length; ) at = this.#instance(values, at + keys);
  }

  #instance(values: readonly Wire[], at: number): number {
    const kinds = this.#definition(values[at] as Wire);
    const indices = kinds.map((_kind, index) => index);
    this.instances.push({
      number: ++this.#count,
      events: indices.filter((index) => kinds[index] === PartKind.Event),
      children: indices.filter((index) => kinds[index] === PartKind.Child || kinds[index] === PartKind.Sole),
    });
    for (const index of indices) {
      if (kinds[index] === PartKind.Child || kinds[index] === PartKind.Sole) this.content(values[at + 1 + index]);
    }
    return at + 1 + kinds.length;
  }

  /** The kinds of a definition's parts; at its first meeting it is the definition itself. */
  #definition(value: Wire): readonly number[] {
    if (typeof value === 'number') return this.#definitions[value] ?? [];
    const wire = value as readonly Wire[];
    const kinds: number[] = [];
    for (let at = 3; at < wire.length; at += 3) kinds.push(wire[at + 1] as number);
    this.#definitions.push(kinds);
    return kinds;
  }
}
