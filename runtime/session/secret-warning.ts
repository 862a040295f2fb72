/**
 * The warning of development that a secret is in a field that is not declared: what was typed last into a password field
 * (`session.ts` remembers it) is compared with the fields of all models after a turn.
 */

import { isSecretName, type SecretNames, secretNames } from '../platform/redact.js';
import type { ComponentInstance } from '../tree/component-instance.js';

/** Characters of the shortest text that is looked for: another field may well hold a shorter one by chance. */
const minTyped = 4;

/** No further objects of a model are looked into once so many of its values are known. */
const maxValues = 10_000;

/** Warns of each field that is not declared and holds one of the texts that were typed into password fields. */
export function warnOfTyped(
  instances: Iterable<ComponentInstance>,
  typed: readonly string[],
  warn: (text: string) => void
): void {
  const texts = new Set(typed.filter((text) => text.length >= minTyped));
  if (texts.size === 0) return;
  for (const { component, state } of instances) {
    const model =
      component.logic === undefined ? state : (state as { readonly context?: unknown } | undefined)?.context;
    const field = findUndeclared(model, texts, secretNames([component]));
    if (field === undefined) continue;
    const what = `field \`${field}\` of \`${component.name}\` holds what was typed into a password field`;
    warn(`${what}: declare \`secret: ['${field}']\``);
  }
}

/** The name of a field that holds one of the texts and is not declared; an item of an array has the name of the array. */
function findUndeclared(model: unknown, texts: ReadonlySet<string>, names: SecretNames): string | undefined {
  const found: (readonly [name: string, value: unknown])[] = [['', model]];
  const seen = new Set<unknown>();
  for (const [name, value] of found) {
    if (typeof value === 'string' && name !== '' && texts.has(value)) return name;
    if (typeof value !== 'object' || value === null || seen.has(value) || found.length > maxValues) continue;
    seen.add(value);
    for (const [key, inner] of Object.entries(value)) {
      const inside = Array.isArray(value) ? name : key;
      if (!isSecretName(inside, names)) found.push([inside, inner]);
    }
  }

  return undefined;
}
