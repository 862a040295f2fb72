/**
 * What `.value` of each `select` is to be, beside what it shows: browsers choose another option when
 * options come, go or change, so that the value has to be written again. `part-writers.ts` reports what it writes and
 * where options change. It is made by `more.ts`: before that is loaded, no select has a value that the server writes.
 */

import type { Scalar } from '../runtime/wire/patch.js';

/** A select whose value stands in a part. */
interface Wanted {
  readonly value: Scalar;
  /** What it showed after the value had been written; another value now is the user's. */
  shown?: string;
}

/** The selects of a view. */
export class SelectValues {
  readonly #wanted = new WeakMap<Element, Wanted>();
  /** Those whose options this frame changes, and what they showed before. */
  readonly #touched = new Map<HTMLSelectElement, string>();

  /** The value of this element is to be `value`. */
  want(element: Element, value: Scalar): void {
    if (element.nodeName === 'SELECT') this.#wanted.set(element, { value });
  }

  /** The value has been written. */
  wrote(element: Element): void {
    const wanted = this.#wanted.get(element);
    if (wanted) wanted.shown = (element as HTMLSelectElement).value;
  }

  /** Something is about to change at `node` or in it. */
  touch(node: Node | null): void {
    if (!node || !/^(SELECT|OPT)/.test(node.nodeName)) return;
    const select = (node as Element).closest('select');
    if (select && this.#wanted.has(select) && !this.#touched.has(select)) this.#touched.set(select, select.value);
  }

  /**
   * Writes the values again where options have changed. The user's own choice stays if there still is such an option.
   *
   * @param assign writes the value of a select
   */
  settle(assign: (select: Element, value: Scalar) => void): void {
    for (const [select, before] of this.#touched) {
      const { value, shown } = this.#wanted.get(select) as Wanted;
      if (shown === before || select.value !== before) assign(select, value);
    }
    this.#touched.clear();
  }
}
