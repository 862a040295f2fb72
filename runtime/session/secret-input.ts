/**
 * What is typed into password fields, as the events of a page tell it. Templates know their password fields
 * (`parts.ts`) and mark the events that may tell of them; `client-link.ts` asks here for those alone, before a handler is
 * given the event, because from then on what was typed may be anywhere under any name.
 *
 * An event that is heard around a password field is known for what it is, wherever below the field stands.
 */

import { type CommonSecrets, isSecretName, Secrets } from '../platform/redact.js';
import { Instance, List, Mount, type Value } from '../render/rendered.js';
import { isSecretWord, saysPurpose } from '../template/attributes.js';
import type { Definition } from '../template/template.js';
import type { EventData } from '../wire/protocol.js';

/** Who knows what was typed. */
export interface SecretKeeper {
  /** Made when there is something to keep. */
  secrets: Secrets | undefined;
  /** What all sessions of its server know. */
  readonly common?: CommonSecrets | undefined;
}

/** Notes what an event tells that may have been typed into a password field. */
export function noteTyped(keeper: SecretKeeper, instance: Instance, event: EventData): void {
  for (const text of typedIn(instance, event)) {
    if (text === '') continue;
    keeper.secrets ??= new Secrets(keeper.common);
    keeper.secrets.note(text);
  }
}

function typedIn(instance: Instance, { entries, key, value, values }: EventData): readonly string[] {
  // A key that writes something is called what it writes; others have names, `Enter`.
  const typed = holdsField(instance) ? [value, ...values, [...key].length === 1 ? key : ''] : [];
  if (entries.length === 0) return typed;
  const open = new Set(openNames(instance));
  const secret = entries.filter(([name]) => isSecretName(name) || open.has(name));

  return [...typed, ...secret.map(([, text]) => text)];
}

/**
 * Templates of which a field was one for secrets, though others of it are not: one that shows what was hidden is still
 * the same field.
 */
const revealing = new WeakSet<Definition>();

/** Whether a template has password fields: in any case, or by what stands in its holes now or has stood there. */
function mayBeSecret({ definition, values }: Instance): boolean {
  const { isCertain, deciding } = definition.secret;
  if (isCertain || revealing.has(definition)) return true;
  const said = (name: string): readonly string[] =>
    deciding.filter((part) => definition.parts[part]?.name === name).map((part) => String(values[part] ?? ''));
  const types = said('type');
  const purposes = said('autocomplete');
  // One that shows a text, and could show it hidden, is taken for one unless it says what else it is for.
  const isText = types.some((type) => /^(?:text)?$/i.test(type)) && !purposes.some(saysPurpose);
  const isOne = isText || [...types, ...purposes].some(isSecretWord);
  if (isOne) revealing.add(definition);

  return isOne;
}

/** Whether there is a password field in this part of the page. */
function holdsField(value: Value | undefined): boolean {
  if (value instanceof Mount) return holdsField(value.rendered);
  if (value instanceof List) return value.rows.some(holdsField);

  return value instanceof Instance && (mayBeSecret(value) || value.values.some((inner) => holdsField(inner as Value)));
}

/** The names that password fields in this part of the page have now, where templates leave them open. */
function* openNames(value: Value | undefined): Generator<string> {
  if (value instanceof Mount) yield* openNames(value.rendered);
  else if (value instanceof List) for (const row of value.rows) yield* openNames(row);
  else if (value instanceof Instance) {
    const { naming, names } = value.definition.secret;
    if (naming.length + names.length > 0 && mayBeSecret(value)) {
      yield* names;
      for (const part of naming) yield String(value.values[part]);
    }
    for (const inner of value.values) if (typeof inner === 'object') yield* openNames(inner);
  }
}
