/**
 * The part of Standard Schema and of Standard JSON Schema (https://standardschema.dev) that a form needs. Schemas of zod,
 * valibot, arktype and others have it; none of them is imported.
 */

// TYPES -----------------------------------------------------------------------

/** What is wrong with a value. */
export interface SchemaIssue {
  readonly message: string;
  /** Where: keys, or objects with a key. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The result of a validation. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** What can be asked of the JSON Schema of a schema. */
interface JsonSchemaSource {
  input(options: {
    readonly target: 'draft-2020-12';
    readonly libraryOptions?: Readonly<Record<string, unknown>>;
  }): Record<string, unknown>;
}

/** A schema of any library. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly jsonSchema?: JsonSchemaSource | undefined;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** A JSON Schema, as far as it is read here. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

// READING ---------------------------------------------------------------------

/**
 * How libraries are asked to write down what JSON Schema cannot say as an empty schema, so that one such field does not
 * lose the others.
 */
const lenient = {
  unrepresentable: 'any',
  errorMode: 'ignore',
  fallback: ({ base }: { readonly base: unknown }): unknown => base,
};

/** The JSON Schema of what a schema takes; `{}` if it says none. */
export function jsonSchemaOf({ '~standard': { jsonSchema } }: StandardSchema): JsonSchema {
  try {
    return jsonSchema?.input({ target: 'draft-2020-12', libraryOptions: lenient }) ?? {};
  } catch {
    // A library that knows no such options, or a schema that none of them helps.
    return {};
  }
}

/** A schema without references and unions with `null`, as far as it says one thing: `{}` for what it does not. */
export function resolve(schema: JsonSchema, root: JsonSchema, depth = 0): JsonSchema {
  if (depth > 20) return {};
  const { $ref, allOf, anyOf, oneOf } = schema;
  const name = $ref?.match(/^#\/\$defs\/(.+)$/)?.[1];
  if (name !== undefined) return resolve(root.$defs?.[decodeURIComponent(name)] ?? {}, root, depth + 1);
  if ($ref !== undefined) return $ref === '#' ? resolve(root, root, depth + 1) : {};
  if (allOf !== undefined) {
    const all = allOf.map((each) => resolve(each, root, depth + 1));
    return { ...Object.assign({}, ...all), ...schema };
  }
  const others = (anyOf ?? oneOf)?.map((each) => resolve(each, root, depth + 1)).filter(({ type }) => type !== 'null');
  if (others === undefined) return schema;
  if (others.length === 1) return others[0] as JsonSchema;
  const constants = others.map((each) => (each.const === undefined ? each.enum : [each.const]));

  return constants.includes(undefined) ? {} : { enum: constants.flat() };
}

/** The names of the types that a schema allows, but for `null`. */
export function typesOf({ type, enum: values, const: value }: JsonSchema): readonly string[] {
  const constants = value === undefined ? values : [value];
  if (type === undefined) return [...new Set((constants ?? []).map((each) => typeof each))];

  return [type].flat().filter((each) => each !== 'null');
}

/** The path of an issue: the keys alone. */
export const keysOf = ({ path = [] }: SchemaIssue): readonly PropertyKey[] =>
  path.map((key) => (typeof key === 'object' ? key.key : key));
