/**
 * Writes the parts that are no child: text, attributes, classes, styles, properties. `view.ts` gives the value of a
 * part; here it is compared with the last one and written, by the operations of `dom.ts`. `select-values.ts` keeps
 * the values of selects.
 *
 * What the user can change as well is written at the end of a frame, when all that it depends on is there
 * (options, limits), and only if the user is not ahead.
 */

import { PartKind, type Scalar, type Wire } from '../runtime/wire/patch.js';
import type { Part } from './definitions.js';
import { applyStyles, bare, tokens, writeAttribute, writeClass, writeProperty, writeStyle } from './dom.js';
import { pristine } from './inputs.js';
import type { Instance, State } from './instance.js';
import type { SelectValues } from './select-values.js';
import { isText } from './text-controls.js';

/**
 * Whether `write`, into what the user edits in a control, has to wait; it is then called when it no longer has to.
 * With `known` the page shows already what it writes.
 */
export type Holds = (
  control: Element,
  name: string,
  write: () => void,
  value: () => Scalar,
  known?: boolean
) => boolean;

/** What part writers ask of their surroundings. */
export interface WriterHooks {
  readonly holds: Holds;
  /** The selects, once `more.ts` is loaded. */
  readonly selects?: SelectValues | undefined;
}

/** Properties that the user changes. */
const editable = /^(value|checked|selected|open)$/;

/** The part writers of one page. */
export class PartWriters {
  readonly #hooks: WriterHooks;
  /** Styles that the marks contained, applied when their elements are adopted. */
  readonly #styles: Map<Element, readonly string[]>;
  /** Whether a property that was written, of an element of the page, was another as the server rendered it. */
  differ = false;
  /** What is to be written at the end of the frame. */
  readonly #late: (() => void)[] = [];

  constructor(root: Element, hooks: WriterHooks) {
    this.#hooks = hooks;
    this.#styles = applyStyles(root);
  }

  /**
   * What stands in a part of the page as the server rendered it, where that has to be known.
   *
   * @param count of a class: how many of its tokens are the server's, which stand before those of other scripts. Default: all
   */
  present(instance: Instance, part: number, count?: number): State {
    const { kind, name } = instance.definition.parts[part] as Part;
    const element = instance.nodes[part] as Element;
    if (kind === PartKind.Class) return tokens(bare(element).getAttribute(name)).slice(0, count).join(' ');
    if (kind === PartKind.Style) return this.#styles.get(element) ?? null;
    if (kind === PartKind.Property) this.#offer(element, name, () => loaded(element, name), true);
    return undefined;
  }

  /** Makes `value` what stands in a part. */
  write(instance: Instance, part: number, value: Wire): void {
    const { kind, name } = instance.definition.parts[part] as Part;
    const last = instance.contents[part];
    const element = instance.nodes[part] as Element;
    instance.contents[part] = value;
    const isLoaded = last === undefined && editable.test(name) && `${loaded(element, name)}` === `${value ?? ''}`;
    if (last === undefined && kind === PartKind.Property && !isLoaded) this.differ = true;
    // The server writes a text again that the user has edited.
    if (kind === PartKind.Property && name === 'value' && isText(element)) {
      this.#late.push(() => this.#assign(element, name, value as Scalar));
      return;
    }
    if (last === value) return;
    // The user may have changed what the page was loaded with, and it is the same still.
    if (isLoaded) return this.#hooks.selects?.want(element, value as Scalar);
    this.touch(element);
    switch (kind) {
      case PartKind.Text:
        if (element.textContent !== value) element.textContent = value as string;
        break;
      case PartKind.Attribute:
        writeAttribute(element, name, value as Scalar);
        break;
      case PartKind.Class:
        writeClass(element, last as string | null, value as string | null);
        break;
      case PartKind.Style:
        writeStyle(element, last as readonly Wire[] | null, value as readonly Wire[] | null);
        break;
      case PartKind.Boolean:
        writeAttribute(element, name, value ? '' : null);
        break;
      case PartKind.Property:
        if (editable.test(name)) this.#late.push(() => this.#assign(element, name, value as Scalar));
        else this.#assign(element, name, value as Scalar);
    }
  }

  /** Something is about to change at `node` or in it. */
  touch(node: Node | null): void {
    this.#hooks.selects?.touch(node);
  }

  /** The frame is over: writes what had to come last. */
  settle(): void {
    for (const write of this.#late.splice(0)) write();
    this.#hooks.selects?.settle((select, value) => this.#assign(select, 'value', value));
  }

  /** Writes a property. An error thrown by the element's own code is reported and stops nothing. */
  #assign(element: Element, name: string, value: Scalar): void {
    if (name === 'value') this.#hooks.selects?.want(element, value);
    this.#offer(element, name, () => value);
  }

  #offer(element: Element, name: string, value: () => Scalar, known = false): void {
    const write = (): void => {
      try {
        writeProperty(element, name, value());
      } catch (error) {
        reportError(error);
      }
      this.#hooks.selects?.wrote(element);
    };
    const held = editable.test(name) && this.#hooks.holds(element, name, write, value, known);
    if (!held && !known) write();
  }
}

/** A property as the page was loaded with it. */
function loaded(element: Element, name: string): Scalar {
  const property = name as keyof Element;
  return (pristine(element)[property] ?? element[property]) as Scalar;
}
