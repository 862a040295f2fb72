/**
 * What a handler function gets to know of a DOM event after the fields of the first script: those of `extraFields` in
 * `runtime/wire/extra-fields.ts`. `more.ts` gives it to the first script.
 */

import { type ExtraField, extraFields } from '../runtime/wire/extra-fields.js';
import type { Wire } from '../runtime/wire/patch.js';

/** The further fields of an event. */
export function extraPayload(event: Event): Wire[] {
  return extraFields(event.type).map((field) => read(field, event));
}

function read(field: ExtraField, event: Event): Wire {
  const source = event as unknown as Readonly<Record<string, unknown>>;
  switch (field) {
    case 'width':
      return (source[field] ?? innerWidth) as number;
    case 'height':
      return (source[field] ?? innerHeight) as number;
  }
}
