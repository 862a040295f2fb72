/**
 * Password fields among the tags of a template: fields for a password, a code or the number of a card. `parts.ts` marks
 * the parts that may tell what is typed there, and `password-fields.ts` asks about fields whose kind stands in a hole.
 */

import { payloadFields } from '../wire/event-data.js';
import { extraFields } from '../wire/extra-fields.js';
import { PartKind } from '../wire/patch.js';
import type { Binding } from './attributes.js';
import { decodeReferences } from './character-references.js';
import type { OpenToken, Token } from './scanner.js';
import { hole } from './template-source.js';

// TYPES -----------------------------------------------------------------------

/** Whether a tag is a password field: always, or depending on the holes in the tag. */
type SecretField = 'always' | 'open';

/** The start tags of password fields and of elements around them. */
export interface SecretTags {
  readonly fields: ReadonlyMap<OpenToken, SecretField>;
  readonly around: ReadonlySet<OpenToken>;
  /** Tags of elements in which other templates may stand. */
  readonly open: ReadonlySet<OpenToken>;
  /** The names of the fields that are static. */
  readonly names: readonly string[];
}

// FIELDS ----------------------------------------------------------------------

/** The values of `type` and `autocomplete` of fields for secrets. */
const secretWords = new Set(['password', 'current-password', 'new-password', 'one-time-code', 'cc-number', 'cc-csc']);

/** Whether a `type` or an `autocomplete` is that of a field for secrets. */
export function isSecretWord(value: string): boolean {
  return value.split(/\s+/).some((word) => secretWords.has(word.toLowerCase()));
}

/** Whether an `autocomplete` says what a field is for. */
export const saysPurpose = (value: string): boolean => !/^\s*(?:on|off)?\s*$/i.test(value);

/** Finds the password fields of a template and the elements around them. */
export function secretTags(tokens: readonly Token[]): SecretTags {
  const fields = new Map<OpenToken, SecretField>();
  const around = new Set<OpenToken>();
  const open = new Set<OpenToken>();
  const names: string[] = [];
  const opened: OpenToken[] = [];
  for (const token of tokens) {
    if (token.kind === 'close') opened.pop();
    if (token.kind === 'hole') for (const tag of opened) open.add(tag);
    if (token.kind !== 'open') continue;
    const field = secretField(token);
    if (field !== undefined) {
      fields.set(token, field);
      for (const tag of opened) around.add(tag);
      const name = staticValue(token.element.attributes.get('name')) ?? '';
      if (name !== '') names.push(name);
    }
    if (!token.ends) opened.push(token);
  }

  return { fields, around, open, names };
}

/** What kind of password field a tag is, if it is one. If its `type` or `autocomplete` is a hole, that is open. */
function secretField({ element: { name, attributes } }: OpenToken): SecretField | undefined {
  const type = staticValue(attributes.get('type'));
  const purpose = staticValue(attributes.get('autocomplete'));
  if (isSecretWord(type ?? '') || isSecretWord(purpose ?? '')) return 'always';
  const isOpen = type === undefined || purpose === undefined || attributes.has('.type');

  return name === 'input' && isOpen && !saysPurpose(purpose ?? '') ? 'open' : undefined;
}

/** The value of an attribute; '' if it is absent, `undefined` if it has a hole. */
function staticValue(value = ''): string | undefined {
  if (value.includes(hole)) return undefined;
  const decoded = decodeReferences(value, true);

  return 'text' in decoded ? decoded.text : value;
}

// PARTS -----------------------------------------------------------------------

/**
 * Whether a part on `tag` may tell what is typed into a password field. Events bubble, and an event of a form has the
 * entries of all its fields, wherever these stand.
 */
export function isSecretPart(
  { fields, around, open }: SecretTags,
  tag: OpenToken,
  { kind, name, options }: Binding
): boolean {
  if (kind !== PartKind.Event) return fields.has(tag) && /^(?:default)?value$/i.test(name);

  return fields.has(tag) || around.has(tag) || mayBeAround(tag, name, open.has(tag)) || isOfPage(name, options);
}

/** Whether an event may tell what is typed or pasted anywhere in the page, because it does not happen at its element. */
export function isOfPage(event: string, options: string): boolean {
  return (
    /^\*\|(?:window|document|outside)\b/.test(options) &&
    (payloadFields(event).includes('key') || extraFields(event).includes('text'))
  );
}

/** Whether an event may tell what is typed into a field of another template, in a form or in an element. */
function mayBeAround({ name: element }: OpenToken, event: string, isOpen: boolean): boolean {
  const fields = payloadFields(event);
  const hasEntries = fields.includes('entries') || (element === 'form' && extraFields(event).includes('entries'));

  return hasEntries || (isOpen && !controls.has(element) && fields.includes('value'));
}

/** Elements that contain no other controls. */
const controls = new Set(['input', 'select', 'textarea', 'option', 'button', 'a', 'img', 'video', 'audio']);

/** Whether a part on `tag` is the name of a password field. */
export function isNamingPart({ fields }: SecretTags, tag: OpenToken, { kind, name }: Binding): boolean {
  return fields.has(tag) && name === 'name' && (kind === PartKind.Attribute || kind === PartKind.Property);
}

/** Whether a part on `tag` decides if that is a password field. */
export function isDecidingPart({ fields }: SecretTags, tag: OpenToken, { kind, name }: Binding): boolean {
  if (fields.get(tag) !== 'open' || (kind !== PartKind.Attribute && kind !== PartKind.Property)) return false;

  return name === 'type' || name === 'autocomplete';
}
