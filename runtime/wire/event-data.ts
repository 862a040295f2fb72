/**
 * What a handler function is given of an event, and how it travels: positional fields by the type of the event. The
 * client reads them, `frame-codec.ts` checks them. Fields that few pages use come after the others, and the second script of a
 * page tells them.
 */

import type { ExtraField } from './extra-fields.js';

// DATA ------------------------------------------------------------------------

/**
 * What a handler function is given: plain data of the event, with a default where the kind of event has
 * no such thing.
 *
 * ```ts
 * html<Message>`<input @input=${(event) => ({ type: 'typed', text: event.value })}>`
 * ```
 */
export interface EventData {
  /** The DOM event's type, `click`. */
  readonly type: string;
  /** `value` of the control, for events on controls and buttons; else ''. */
  readonly value: string;
  /** `name` of the control, for events on controls and buttons; else ''. */
  readonly name: string;
  /** `checked` of a checkbox or radio button; else false. */
  readonly checked: boolean;
  /** Selected values of a `select multiple`; else []. */
  readonly values: readonly string[];
  /** `key` of a keyboard event, `Enter`; else ''. */
  readonly key: string;
  /** `code` of a keyboard event, `KeyA`; else ''. */
  readonly code: string;
  /** Whether a key event comes from a key held down. */
  readonly repeat: boolean;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  /** `clientX` of a pointer event in CSS pixels; else 0. */
  readonly x: number;
  /** `clientY` of a pointer event in CSS pixels; else 0. */
  readonly y: number;
  /** `offsetX`: from the left padding edge of the target, in CSS pixels; else 0. */
  readonly offsetX: number;
  /** `offsetY`: from the top padding edge of the target, in CSS pixels; else 0. */
  readonly offsetY: number;
  /** Which button of a pointer event: 0 main, 1 middle, 2 secondary. */
  readonly button: number;
  /** `deltaX` of a wheel event; else 0. */
  readonly deltaX: number;
  /** `deltaY` of a wheel event; else 0. */
  readonly deltaY: number;
  /** `scrollLeft` of the scrolled element in CSS pixels; else 0. */
  readonly scrollLeft: number;
  /** `scrollTop` of the scrolled element in CSS pixels; else 0. */
  readonly scrollTop: number;
  /** Whether a `details`, `dialog` or popover is open after the event. */
  readonly open: boolean;
  /**
   * The entries of a form, in order, the submitter's included; files are left out. For `submit`, `reset` and `formdata`,
   * and for `input`, `change` and the like where the handler is on the form; else [].
   */
  readonly entries: readonly (readonly [name: string, value: string])[];
  /** Width in CSS pixels: of the element's content for `resize`, of the window for `resize.window`; else 0. */
  readonly width: number;
  /** Height in CSS pixels, as `width`. */
  readonly height: number;
}

/** The fields of `EventData` that are single values, with their defaults. Modifier keys travel as bits, see `payloadFields`. */
export const eventDefaults: Omit<EventData, 'type'> = /* @__PURE__ */ Object.freeze({
  value: '',
  name: '',
  checked: false,
  values: /* @__PURE__ */ Object.freeze([]),
  key: '',
  code: '',
  repeat: false,
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  x: 0,
  y: 0,
  offsetX: 0,
  offsetY: 0,
  button: 0,
  deltaX: 0,
  deltaY: 0,
  scrollLeft: 0,
  scrollTop: 0,
  open: false,
  entries: /* @__PURE__ */ Object.freeze([]),
  width: 0,
  height: 0,
});

/** A field as it travels; `modifiers` is bits: 1 alt, 2 ctrl, 4 meta, 8 shift; `entries` is flat: name, value, name, value. */
export type PayloadField =
  | Exclude<keyof EventData, 'type' | 'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey' | ExtraField>
  | 'modifiers';

const keyboard: readonly PayloadField[] = ['key', 'code', 'modifiers', 'repeat', 'value', 'name'];
const control: readonly PayloadField[] = ['value', 'checked', 'values', 'name'];
const pointer: readonly PayloadField[] = [
  'value',
  'checked',
  'x',
  'y',
  'offsetX',
  'offsetY',
  'button',
  'modifiers',
  'name',
];
const wheel: readonly PayloadField[] = ['deltaX', 'deltaY', 'x', 'y', 'modifiers'];
const scroll: readonly PayloadField[] = ['scrollLeft', 'scrollTop'];
const form: readonly PayloadField[] = ['entries'];
const disclosure: readonly PayloadField[] = ['open'];

/** Which fields travel for an event type, in which order. Append only. */
export function payloadFields(type: string): readonly PayloadField[] {
  if (/^key/.test(type)) return keyboard;
  if (/^(mouse|pointer|touch|drag|drop)|click$|^contextmenu$/.test(type)) return pointer;
  if (/^wheel$/.test(type)) return wheel;
  if (/^scroll/.test(type)) return scroll;
  if (/^(submit|reset|formdata)$/.test(type)) return form;
  if (/toggle$|^(close|cancel)$/.test(type)) return disclosure;
  return control;
}
