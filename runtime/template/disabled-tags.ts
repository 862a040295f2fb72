/**
 * What disables the controls of a template: the attribute on a control itself and on the fieldsets around it. `parts.ts`
 * asks for each part; the folder `render/` looks at the values of the parts named here.
 */

import { PartKind } from '../wire/patch.js';
import type { Binding } from './attributes.js';
import type { OpenToken } from './scanner.js';

// TYPES -----------------------------------------------------------------------

/** What disables: `true` for an attribute that is static, else the index of the part whose value decides. */
export type Disabler = true | number;

/** An element around a part, and the number of its node. */
export interface Around {
  readonly tag: OpenToken;
  readonly node: number;
  /** Whether it is a legend, and the first in the element around it. */
  readonly isFirstLegend: boolean;
}

/** A part as far as it can disable. */
interface DisablingPart {
  readonly kind: PartKind;
  readonly node: number;
  readonly name: string;
}

// TAGS ------------------------------------------------------------------------

const controls = new Set(['button', 'input', 'select', 'textarea']);

/**
 * Events that no browser fires at a control that has been disabled for a moment. Of the others at least one browser fires each:
 * those of pointers, touches and drags, `auxclick` and `contextmenu`, those of the clipboard in a text that is selected.
 */
const userEvents = /^(?:beforeinput|change|(?:dbl)?click|input|key(?:down|press|up)|mouse(?:down|up))$/;

/**
 * The elements whose `disabled` concerns a part on or in the last of `opened`: for an event of a control itself and the
 * fieldsets around it, for a child the fieldsets around it. A control in the first legend of a fieldset is not disabled by it.
 */
export function disablingElements(opened: readonly Around[], { kind, name }: Binding): readonly Around[] {
  const isChild = kind === PartKind.Child || kind === PartKind.Sole;
  const own = opened.at(-1);
  const isEvent = kind === PartKind.Event && userEvents.test(name) && controls.has(own?.tag.element.name ?? '');
  if (!isChild && !isEvent) return [];

  return opened.filter(({ tag }, index) => {
    if (tag.element.name === 'fieldset') return opened[index + 1]?.isFirstLegend !== true;
    return isEvent && index === opened.length - 1;
  });
}

/** What disables at these elements. */
export function disablersOf(elements: readonly Around[], parts: readonly DisablingPart[]): readonly Disabler[] {
  return elements.flatMap(({ tag, node }): readonly Disabler[] => {
    if (tag.attributes.some(({ name }) => name.toLowerCase() === 'disabled') && !hasHole(tag, 'disabled'))
      return [true];
    const part = parts.findIndex((each) => each.node === node && isDisabling(each));

    return part < 0 ? [] : [part];
  });
}

function hasHole({ attributes }: OpenToken, name: string): boolean {
  return attributes.some((each) => each.name.toLowerCase() === name && (each.value ?? '').includes('\0'));
}

function isDisabling({ kind, name }: DisablingPart): boolean {
  const isOfElement = kind === PartKind.Boolean || kind === PartKind.Property || kind === PartKind.Attribute;

  return isOfElement && name === 'disabled';
}
