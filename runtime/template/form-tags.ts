/**
 * What a template says of forms: what disables its controls (the attribute on a control itself and on the fieldsets around
 * it), which of its forms and buttons work without script, and the outline that its controls are found by. `parts.ts` asks
 * for each tag and each part; the folder `render/` looks at the values of the parts named here.
 */

import { PartKind } from '../wire/patch.js';
import type { Binding } from './attributes.js';
import type { AttributeToken, OpenToken } from './scanner.js';

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

// POSTING ---------------------------------------------------------------------

/** What the first page says of a form or a button with a handler, so that a browser without script posts it to the server. */
export interface PostTag {
  readonly element: 'form' | 'button';
  /** The event that is posted, as its attribute is written in the template. */
  readonly attribute: string;
  /**
   * The attribute that the first page has only if it says nothing of posts: with a name and a value, as the template has
   * it. A form that says nothing of where it goes has the method `dialog`, which, outside of a dialog, does nothing: nothing
   * of it gets into the URL.
   */
  readonly instead: readonly [name: string, value: string] | undefined;
  /** The static `id` of a form; `undefined` if it has none, or a part writes it. */
  readonly id: string | undefined;
  /** Whether the tag says to which form the button belongs. */
  readonly hasForm: boolean;
}

/** A form, as it concerns the buttons in it. */
export interface FormTag {
  /** The number of its node. */
  readonly node: number;
  /** Whether it says where it goes: it is left to that. */
  readonly hasAction: boolean;
}

/** What a handler is given at a plain click by a mouse or a key: no key is held down, and it happens at the button. */
const plainOption = /^(?:prevent|default|passive|stop|self|once|capture|(?:debounce|throttle)-\d+)$/i;

/** What the first page says of a tag for browsers without script; `undefined` for most tags. */
export function postTagOf({ attributes, element }: OpenToken): PostTag | undefined {
  if (element.name === 'form') return postedForm(attributes);
  if (element.name !== 'button' || attributes.some(isNamed('formaction'))) return undefined;
  const click = attributes.find((each) => isPosted(each, 'click'));
  const type = element.attributes.get('type') ?? '';
  if (click === undefined || type.toLowerCase() === 'reset') return undefined;
  const isPlain = type.toLowerCase() === 'button';
  const hasForm = attributes.some(isNamed('form'));

  return {
    element: 'button',
    attribute: click.name,
    instead: isPlain ? ['type', type] : undefined,
    id: undefined,
    hasForm,
  };
}

/** A form whose handler is meant, and not what the form says. The browser does what `.default` leaves to it. */
function postedForm(attributes: readonly AttributeToken[]): PostTag | undefined {
  const submit = attributes.find((each) => isPosted(each, 'submit'));
  if (submit === undefined || /\.default\b/i.test(submit.name) || attributes.some(isNamed('action'))) return undefined;
  const method = attributes.find(isNamed('method'));
  if (method !== undefined && !/^(?:post|dialog)$/i.test(method.value ?? '')) return undefined;
  const id = attributes.find((each) => each.name.toLowerCase() === 'id')?.value;
  const isStatic = id !== undefined && !id.includes('\0');

  return {
    element: 'form',
    attribute: submit.name,
    instead: ['method', method?.value ?? 'dialog'],
    id: isStatic ? id : undefined,
    hasForm: false,
  };
}

/** Whether an attribute is a handler of this event that takes it as it is without any key. */
function isPosted({ name }: AttributeToken, event: string): boolean {
  const [type, ...options] = name.split('.');

  return type === `@${event}` && options.every((option) => plainOption.test(option));
}

const isNamed =
  (name: string) =>
  (attribute: AttributeToken): boolean =>
    attribute.name.replace(/^[?.]/, '').toLowerCase() === name;

/** The form that stands around, if one does in the same template. */
export function formAround(opened: readonly Around[]): FormTag | undefined {
  const form = opened.findLast(({ tag }) => tag.element.name === 'form');

  return form && { node: form.node, hasAction: form.tag.attributes.some(isNamed('action')) };
}

// OUTLINES --------------------------------------------------------------------

/** What a template consists of, as far as forms go, in document order. */
export type OutlineItem =
  /** The start of an element of a form. */
  | { readonly kind: 'open'; readonly tag: OpenToken; readonly node: number }
  /** The end of one that has an end tag. */
  | { readonly kind: 'close' }
  /** What a part shows. */
  | { readonly kind: 'child'; readonly part: number }
  /** Static text in an option or a text area. */
  | { readonly kind: 'text'; readonly text: string };

const outlined = new Set(['button', 'fieldset', 'form', 'input', 'legend', 'option', 'select', 'textarea']);

/** Whether outlines tell of an element. */
export const isOutlined = ({ element }: OpenToken): boolean => outlined.has(element.name);
