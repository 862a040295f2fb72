/**
 * Password fields in a rendered page. A template knows which of its elements may be password fields, and marks the parts
 * that may tell what is typed there (`isSecret`). Whether one is there now depends on the values of its holes.
 * An event on or around a password field is shown without its data wherever the runtime is looked at.
 */

import { isSecretName } from '../platform/redact.js';
import { isOfPage, isSecretWord, saysPurpose } from '../template/password-tags.js';
import type { EventData } from '../wire/event-data.js';
import { Instance, List, Mount, type Value } from './nodes.js';

/**
 * Whether a part tells what is typed into a password field: an event on such a field or on an element around it, or the
 * value of the field. An event is taken for one if there is a password field anywhere in its template or below it.
 *
 * @param page the rendered page, where events of keys with `.window` and the like may happen
 */
export function tellsSecret(instance: Instance, part: number, page?: Value): boolean {
  const on = instance.definition.parts[part];
  if (on?.isSecret !== true) return false;

  return !secretFieldsIn(isOfPage(on.name, on.options) ? page : instance).next().done;
}

/** The texts in the data of an event that were typed into password fields. */
export function typedSecrets(instance: Instance, part: number, { entries, text, value }: EventData): readonly string[] {
  if (entries.length === 0)
    return instance.definition.parts[part]?.element === 'input' ? [value, ...(text === '' ? [] : [text])] : [];
  const names = new Set([...secretFieldsIn(instance)].flatMap(secretNames));

  return entries.filter(([name]) => names.has(name) || isSecretName(name)).map(([, text]) => text);
}

/** The names of the password fields of a template, as they are now. */
const secretNames = ({ definition, values }: Instance): readonly string[] => [
  ...definition.secret.names,
  ...definition.secret.naming.map((part) => String(values[part] ?? '')),
];

/** The instances of templates in this part of the page that have password fields of their own now. */
function* secretFieldsIn(value: Value | undefined): Generator<Instance> {
  if (value instanceof Mount) yield* secretFieldsIn(value.rendered);
  else if (value instanceof List) for (const row of value.rows) yield* secretFieldsIn(row);
  else if (value instanceof Instance) {
    if (hasSecretField(value)) yield value;
    for (const inner of value.values) if (typeof inner === 'object') yield* secretFieldsIn(inner);
  }
}

/** Whether an instance has a password field, by its static HTML or by the current values of its holes. */
function hasSecretField({ definition, values }: Instance): boolean {
  const { isCertain, deciding } = definition.secret;
  if (isCertain) return true;
  const saidBy = (name: string): readonly string[] =>
    deciding.filter((part) => definition.parts[part]?.name === name).map((part) => String(values[part] ?? ''));
  const types = saidBy('type');
  const purposes = saidBy('autocomplete');
  // A field whose type is a hole and now `text` may be a password that is shown, unless it names another purpose.
  const isText = types.some((type) => /^(?:text)?$/i.test(type)) && !purposes.some(saysPurpose);

  return isText || [...types, ...purposes].some(isSecretWord);
}
