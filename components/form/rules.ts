/**
 * What a schema says of each field: which control it takes, and the constraints that a browser can check. Only such
 * constraints are given that refuse nothing that the schema accepts. `form.ts` reads them once for a form.
 */

import { type FormValue, type FormValues, kindOf, pathOf, stepsOf, withValue } from './paths.js';
import { type JsonSchema, jsonSchemaOf, keysOf, resolve, type StandardSchema, typesOf } from './standard-schema.js';

// TYPES -----------------------------------------------------------------------

/** What a field holds. */
export type FieldType = 'text' | 'number' | 'boolean' | 'list' | 'group' | 'unknown';

/** What is known of a field. */
export interface FieldRules {
  readonly type: FieldType;
  /** Whether the schema does without it, so that an empty control is no value at all. */
  readonly isOptional: boolean;
  /** Whether `null` stands for an empty control. */
  readonly isNullable: boolean;
  /** The attributes of its control. */
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** The values that it can have, if there is a list of them. */
  readonly options: readonly string[] | undefined;
}

/** The rules by the kind of path, `items[].name`. */
export type Rules = ReadonlyMap<string, FieldRules>;

// READING ---------------------------------------------------------------------

/** Fields of a schema that contains itself end here. */
const deepest = 8;

/** The rules of a schema. */
export function rulesOf(schema: StandardSchema): Rules {
  const root = jsonSchemaOf(schema);
  const rules = new Map<string, FieldRules>();
  addGroup(rules, resolve(root, root), root, '', 0);
  for (const [path, each] of rules) {
    if (isLeaf(each) && refusesEmpty(schema, path, each)) {
      rules.set(path, { ...each, attributes: { ...each.attributes, required: true } });
    }
  }

  return rules;
}

const isLeaf = ({ type }: FieldRules): boolean => type !== 'group' && type !== 'list';

function addGroup(
  rules: Map<string, FieldRules>,
  schema: JsonSchema,
  root: JsonSchema,
  path: string,
  depth: number
): void {
  const { properties = {}, required = [] } = schema;
  for (const [name, property] of Object.entries(properties)) {
    addField(rules, property, root, path === '' ? name : `${path}.${name}`, required.includes(name), depth);
  }
}

function addField(
  rules: Map<string, FieldRules>,
  written: JsonSchema,
  root: JsonSchema,
  path: string,
  isRequired: boolean,
  depth: number
): void {
  const schema = resolve(written, root);
  const type = fieldType(schema);
  const options = schema.enum?.filter((value) => value !== null).map(String);
  rules.set(path, {
    ...{ type, options, isOptional: !isRequired, isNullable: allowsNull(written, root) },
    attributes: { ...attributesOf(type, schema) },
  });
  if (depth >= deepest) return;
  if (type === 'group') addGroup(rules, schema, root, path, depth + 1);
  if (type === 'list' && schema.items !== undefined) addField(rules, schema.items, root, `${path}[]`, true, depth + 1);
}

function fieldType(schema: JsonSchema): FieldType {
  const [type, ...others] = typesOf(schema);
  if (type === undefined || others.length > 0) return 'unknown';
  if (type === 'number' || type === 'integer') return 'number';
  if (type === 'object') return 'group';

  return type === 'array' ? 'list' : type === 'boolean' ? 'boolean' : 'text';
}

function allowsNull(schema: JsonSchema, root: JsonSchema): boolean {
  const { type, anyOf, oneOf, enum: values } = schema;
  const others = [...(anyOf ?? []), ...(oneOf ?? [])].map((each) => resolve(each, root));

  return (
    [type].flat().includes('null') || others.some((each) => each.type === 'null') || values?.includes(null) === true
  );
}

// CONSTRAINTS -----------------------------------------------------------------

/**
 * The attributes of a control. There is no `maxlength`, which would cut what is pasted without a word, and no
 * `type="email"`, whose rule is another one than that of any library.
 */
function attributesOf(type: FieldType, schema: JsonSchema): FieldRules['attributes'] {
  if (type === 'number') return numberAttributes(schema);
  if (type === 'boolean') return { type: 'checkbox' };
  if (type !== 'text' || schema.enum !== undefined) return {};
  const { format = '', minLength = 0 } = schema;
  const pattern = htmlPattern(schema.pattern);

  return {
    type: format === 'date' ? 'date' : 'text',
    ...(inputModes[format] !== undefined && { inputmode: inputModes[format] }),
    ...(format === 'email' && { autocomplete: 'email' }),
    // Browsers count in other units than some libraries, and never less.
    ...(minLength > 1 && format !== 'date' && { minlength: minLength }),
    ...(pattern !== undefined && format !== 'date' && { pattern }),
  };
}

const inputModes: Readonly<Record<string, string>> = { email: 'email', uri: 'url' };

/** Browsers count steps from `min`, JSON Schema from 0: so `min` is the smallest multiple. */
function numberAttributes(schema: JsonSchema): FieldRules['attributes'] {
  const { multipleOf, minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  const isInteger = [schema.type].flat().includes('integer');
  const step = Number.isInteger(multipleOf) ? (multipleOf as number) : isInteger ? 1 : undefined;
  const [least, most] = [largest(minimum, exclusiveMinimum, Math.max), largest(maximum, exclusiveMaximum, Math.min)];
  const min = least === undefined || step === undefined ? least : Math.ceil(least / step) * step;

  return {
    ...{ type: 'number', step: step ?? 'any', inputmode: isInteger && (min ?? -1) >= 0 ? 'numeric' : 'decimal' },
    ...(isWritten(min) && { min }),
    ...(isWritten(most) && { max: most }),
  };
}

/** What is said only because numbers end somewhere is not worth saying. */
const isWritten = (bound: number | undefined): bound is number =>
  bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;

function largest(
  one: number | undefined,
  other: number | undefined,
  choose: (...numbers: number[]) => number
): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;

  return choose(one, other);
}

/**
 * The pattern for a control; `undefined` if it cannot be said there. HTML wants the whole text to match, JSON Schema any
 * part of it. Browsers compile it with the flag `v`, and leave out what they cannot. JSON Schema has no flags, and
 * libraries leave out theirs: a pattern with letters of one case may have been one of both.
 */
function htmlPattern(pattern: string | undefined): string | undefined {
  if (pattern === undefined) return undefined;
  const letters = pattern.replace(/\\[pP]\{[^}]*\}|\\./g, '').replace(/a-zA-Z|A-Za-z/g, '');
  if (/\p{L}/u.test(letters)) return undefined;
  const whole = `[\\s\\S]*(?:${pattern})[\\s\\S]*`;
  try {
    new RegExp(`^(?:${whole})$`, 'v');
  } catch {
    return undefined;
  }

  return whole;
}

// WHAT IS REQUIRED ------------------------------------------------------------

/**
 * Whether the schema refuses an empty control. `required` of JSON Schema says only that there is a value, and an empty text
 * is one. So the schema is asked.
 */
function refusesEmpty(schema: StandardSchema, kind: string, rules: FieldRules): boolean {
  const path = kind.replaceAll('[]', '[0]');
  const empty = emptyInput(rules);
  const around = pathOf(stepsOf(path).slice(0, -1));
  const whole = around === '' ? {} : withValue(rowsFor(path), around, {});
  // Some libraries tell a key without a value from none.
  const input = empty === undefined ? whole : withValue(whole, path, empty as FormValue);
  try {
    const result = schema['~standard'].validate(input);
    if (result instanceof Promise) {
      result.catch(() => undefined);
      return false;
    }

    return result.issues?.some((issue) => kindOf(pathOf(keysOf(issue))) === kind) ?? false;
  } catch {
    return false;
  }
}

/** What an empty control is for a schema. A box that is not ticked is `false`. */
export function emptyInput({ type, isNullable, isOptional }: FieldRules): unknown {
  if (type === 'boolean') return false;
  if (isNullable) return null;

  return isOptional || type === 'number' ? undefined : '';
}

/** Values in which there is a row for each list on the way. */
function rowsFor(path: string): FormValues {
  let values: FormValues = {};
  for (const { index } of path.matchAll(/\[0\]/g)) values = withValue(values, `${path.slice(0, index)}[0]`, {});

  return values;
}
