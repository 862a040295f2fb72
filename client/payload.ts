/**
 * What a handler function gets to know of a DOM event, as it travels: `payloadFields` of `runtime/protocol.ts` says which fields, in which order. `events.ts` calls it.
 */

import type { Wire } from '../runtime/patch.js';
import { eventDefaults, type PayloadField, payloadFields } from '../runtime/protocol.js';

/** Any object, as far as its fields go. */
type Fields = Readonly<Record<string, unknown>>;

/**
 * The payload of an event for a handler on `element`; fields at the end that have their default are left
 * out, and so is what is not of its type: an element in a form may be named `value`.
 */
export function payloadOf(event: Event, element: Element): Wire[] {
  const payload = payloadFields(event.type).map((field) => read(field, event, element));
  while (payload.length && isDefault(payload.at(-1))) payload.pop();
  return payload;
}

/** All defaults are false, 0, '' or []. */
function isDefault(value: Wire | undefined): boolean {
  return Array.isArray(value) ? !value.length : !value;
}

function read(field: PayloadField, event: Event, element: Element): Wire {
  const source = event as Event & Fields & { readonly changedTouches?: readonly Fields[] };
  const target = event.target as unknown as Fields;
  const control = typeof (element as unknown as Fields)['value'] === 'string' ? (element as unknown as Fields) : target;
  switch (field) {
    case 'value':
    case 'checked':
      return typed(control, field);
    case 'values':
      return control['multiple'] ? selectedOf(control as Partial<HTMLSelectElement>) : [];
    case 'entries':
      return entriesOf(event as SubmitEvent);
    case 'modifiers':
      return +!!source['altKey'] + 2 * +!!source['ctrlKey'] + 4 * +!!source['metaKey'] + 8 * +!!source['shiftKey'];
    case 'open':
      return source['newState'] ? source['newState'] === 'open' : typed(target, field);
    case 'x':
    case 'y':
      return typed(source.changedTouches?.[0] ?? source, field, `client${field.toUpperCase()}`);
    default:
      return typed(/^scroll/.test(field) ? target : source, field);
  }
}

/** A field if it is of the type it is to have, else its default. */
function typed(source: Fields, field: Exclude<PayloadField, 'modifiers'>, name: string = field): Wire {
  const value = source[name] as Wire;
  return typeof value === typeof eventDefaults[field] ? value : (eventDefaults[field] as Wire);
}

function selectedOf({ selectedOptions }: Partial<HTMLSelectElement>): string[] {
  return Array.from(selectedOptions ?? [], ({ value }) => value);
}

function entriesOf({ target, submitter }: SubmitEvent): string[] {
  if (!(target instanceof HTMLFormElement)) return [];
  return [...new FormData(target, submitter)].flatMap(([name, value]) =>
    typeof value === 'string' ? [name, value] : []
  );
}
