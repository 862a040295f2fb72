/**
 * The fields of a payload that the second script of a page tells, after those of `payloadFields` in `event-data.ts`.
 * `client/extra-payload.ts` reads them from an event; `frame-codec.ts` checks them. Which templates need that script for
 * them, `runtime/template/event-options.ts` says.
 */

// FIELDS ----------------------------------------------------------------------

/**
 * A field of `EventData` that few pages use. `detail` travels as JSON; `files` is flat: name, size, type, name, size, type.
 */
export type ExtraField =
  | 'entries'
  | 'detail'
  | 'text'
  | 'html'
  | 'files'
  | 'currentTime'
  | 'duration'
  | 'volume'
  | 'paused'
  | 'ended'
  | 'muted'
  | 'width'
  | 'height';

const control = /^(?:input|change|focus|focusin|focusout|blur|invalid|select)$/;
const transfer = /^(?:copy|cut|paste|drop)$/;
const media =
  /^(?:play|playing|pause|ended|timeupdate|seeking|seeked|canplay|canplaythrough|loadeddata|loadedmetadata|waiting|(?:duration|rate|volume)change)$/;

/** Which further fields travel for an event type, in which order; `detail` of a custom event of any type. Append only. */
export function extraFields(type: string): readonly ExtraField[] {
  if (control.test(type)) return ['entries'];
  if (type === 'resize') return ['width', 'height'];
  if (transfer.test(type)) return ['text', 'html', 'files'];
  if (media.test(type)) return ['currentTime', 'duration', 'volume', 'paused', 'ended', 'muted'];
  return ['detail'];
}

// LIMITS ----------------------------------------------------------------------

/** What these fields may hold. The client leaves out or cuts what is more; the server refuses it. */
export const ExtraLimit = {
  /** Characters of a text, and of HTML. */
  text: 8_192,
  /** Characters of a `detail` as JSON. */
  detail: 16_384,
  /** Arrays and objects in each other in a `detail`. */
  depth: 16,
  /** Files. */
  files: 100,
  /** Characters of the name and of the type of a file. */
  name: 255,
} as const;
