/**
 * What a handler function is given of an event, and how it travels: positional fields by the type of the event. The
 * client reads them, `frame-codec.ts` checks them. Fields that few pages use come after the others, and the second script of a
 * page tells them.
 */

import type { ExtraField } from './extra-fields.js';

// DATA ------------------------------------------------------------------------

/** A file that is pasted or dropped. */
export interface EventFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** The media type, '' if the browser does not know it. */
  readonly type: string;
}

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
  /** `value` of the control, for events on controls and buttons; the text of an element with `contenteditable`; else ''. */
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
  /** `detail` of a custom event, as JSON makes it: at most 16,384 characters of that, 16 levels deep; else `null`. */
  readonly detail: unknown;
  /** What is pasted, dropped, copied or cut as text, the first 8,192 characters; else ''. */
  readonly text: string;
  /** The same as HTML, if there are at most 8,192 characters of it; else ''. Never show it without a sanitiser. */
  readonly html: string;
  /** The files that are pasted or dropped, at most 100, without their content; else []. */
  readonly files: readonly EventFile[];
  /** Of a `video` or `audio`: where it plays, in seconds; else 0. */
  readonly currentTime: number;
  /** Of a `video` or `audio`: its length in seconds, 0 if that is not known or endless; else 0. */
  readonly duration: number;
  /** Of a `video` or `audio`: its volume, 0 to 1; else 0. */
  readonly volume: number;
  /** Whether a `video` or `audio` is paused; else false. */
  readonly paused: boolean;
  /** Whether a `video` or `audio` has come to its end; else false. */
  readonly ended: boolean;
  /** Whether a `video` or `audio` is muted; else false. */
  readonly muted: boolean;
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
  detail: null,
  text: '',
  html: '',
  files: /* @__PURE__ */ Object.freeze([]),
  currentTime: 0,
  duration: 0,
  volume: 0,
  paused: false,
  ended: false,
  muted: false,
  width: 0,
  height: 0,
});

/** A field as it travels; `modifiers` is bits: 1 alt, 2 ctrl, 4 meta, 8 shift; `entries` is flat: name, value, name, value. */
export type PayloadField =
  | Exclude<keyof EventData, 'type' | 'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey' | ExtraField>
  | 'entries'
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
