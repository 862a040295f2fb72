/**
 * The fields of a payload that the second script of a page tells, after those of `payloadFields` in `event-data.ts`.
 * `client/extra-payload.ts` reads them from an event; `frame-codec.ts` checks them.
 */

// FIELDS ----------------------------------------------------------------------

/** A field of `EventData` that few pages use. */
export type ExtraField = 'width' | 'height';

/** Which further fields travel for an event type, in which order. Append only. */
export function extraFields(type: string): readonly ExtraField[] {
  return type === 'resize' ? ['width', 'height'] : [];
}
