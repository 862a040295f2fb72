/** From the values of controls to what a schema takes: texts become numbers, empty controls become nothing. */

import type { FormValue, FormValues } from './paths.js';
import { emptyInput, type FieldRules, type Rules } from './rules.js';

/** What a schema is given. */
export function inputOf(values: FormValues, rules: Rules): unknown {
  return groupInput(values, rules, '');
}

function groupInput(values: FormValues, rules: Rules, path: string): Record<string, unknown> {
  const entries = Object.entries(values).map(([name, value]) => [
    name,
    fieldInput(value, rules, path === '' ? name : `${path}.${name}`),
  ]);

  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function fieldInput(value: FormValue, rules: Rules, path: string): unknown {
  if (Array.isArray(value)) return value.map((row) => fieldInput(row, rules, `${path}[]`));
  if (value !== null && typeof value === 'object') return groupInput(value as FormValues, rules, path);
  const field = rules.get(path);
  if (value === '' || value === undefined || value === null) return field === undefined ? value : emptyInput(field);

  return field === undefined ? value : typed(value as string | boolean, field);
}

/** A text that is no number, or none of the options, stays, so that the schema says what is wrong. */
function typed(value: string | boolean, { type }: FieldRules): unknown {
  if (type === 'boolean') return value === true || value === 'on' || value === 'true';
  if (type !== 'number' || typeof value !== 'string' || value.trim() === '') return value;
  const number = Number(value);

  return Number.isNaN(number) ? value : number;
}

/** What controls show of a value as a schema has it: the other direction. */
export function valuesOf(input: unknown): FormValue {
  if (Array.isArray(input)) return input.map(valuesOf);
  if (input === null || input === undefined) return '';
  if (typeof input === 'boolean') return input;
  if (typeof input !== 'object') return String(input);

  return Object.fromEntries(Object.entries(input).map(([name, value]) => [name, valuesOf(value)]));
}
