/**
 * What a handler function gets to know of a DOM event, as it travels: `payloadFields` of `runtime/wire/event-data.ts` says which fields, in which order. `events.ts` calls it.
 */

import { type EventData, type PayloadField, payloadFields } from '../runtime/wire/event-data.js';
import type { Wire } from '../runtime/wire/patch.js';

/** Any object, as far as its fields go. */
type Fields = Readonly<Record<string, unknown>>;

/** The payload of an event for a handler on `element`, without what is not of its type: an element in a form may be named `value`. */
export function payloadOf(event: Event, element: Element): Wire[] {
  return payloadFields(event.type).map((field) => read(field, event, element));
}

/** A payload as it is sent: fields at the end that have their default are left out. */
export function trim(payload: Wire[]): Wire[] {
  // All defaults are false, 0, '' or [].
  while (payload.length && (!payload.at(-1) || (payload.at(-1) as Wire[]).length === 0)) payload.pop();
  return payload;
}

/** The modifier keys of an event, as bits. */
export function modifiersOf(event: Event): number {
  const keys = ['altKey', 'ctrlKey', 'metaKey', 'shiftKey'] as const;
  return keys.reduce((bits, key, index) => bits + (+!!(event as KeyboardEvent)[key] << index), 0);
}

function read(field: PayloadField, event: Event, element: Element): Wire {
  const source = event as Event & Fields & { readonly changedTouches?: readonly Fields[] };
  const target = event.target as unknown as Fields;
  const control = typeof (element as unknown as Fields)['value'] === 'string' ? (element as unknown as Fields) : target;
  const { selectedOptions } = control as Partial<HTMLSelectElement>;
  switch (field) {
    case 'value':
    case 'name':
      // What was there when the event happened, if that was long ago (`collect.ts`).
      return typed(field in source ? source : control, field, '');
    case 'checked':
      return typed(control, field, false);
    case 'key':
    case 'code':
      return typed(source, field, '');
    case 'repeat':
      return typed(source, field, false);
    case 'values':
      return Array.from(control['multiple'] ? (selectedOptions ?? []) : [], ({ value }) => value);
    case 'entries':
      return entriesOf(event);
    case 'modifiers':
      return modifiersOf(event);
    case 'open':
      return source['newState'] ? source['newState'] === 'open' : typed(target, field, false);
    case 'x':
    case 'y':
      return typed(source.changedTouches?.[0] ?? source, field, 0, `client${field.toUpperCase()}`);
    default:
      return typed(/^scroll/.test(field) ? target : source, field, 0);
  }
}

/** A field if it is of the type of its default, else the default. */
function typed<Field extends keyof EventData>(
  source: Fields,
  field: Field,
  absent: EventData[Field] & Wire,
  name: string = field
): Wire {
  const value = source[name] as Wire;
  return typeof value === typeof absent ? value : absent;
}

/** While an event tells the entries, as `formdata` does, no others can be asked for. */
function entriesOf({ formData, submitter, target }: Partial<FormDataEvent & SubmitEvent>): string[] {
  const entries = formData ?? (target instanceof HTMLFormElement ? new FormData(target, submitter) : []);
  return [...entries].flatMap(([name, value]) => (typeof value === 'string' ? [name as string, value] : []));
}
