/**
 * Values as JSON that can be read and comes back as it was: what JSON has no word for is an object with the one name
 * `$`, `{"$": ["date", "2026-01-01T00:00:00.000Z"]}`. `recording-file.ts` writes recordings with it.
 *
 * | tag | for |
 * |---|---|
 * | `undefined`, `number` | `undefined`; `NaN`, `Infinity`, `-Infinity` and `-0` |
 * | `date`, `bytes` | a date by its milliseconds, `null` for an invalid one; bytes as base64 |
 * | `object` | an object that has a property `$` itself |
 * | `lost` | what is no data, in words; it comes back as `undefined` |
 */

// TYPES -----------------------------------------------------------------------

/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** An object in JSON. */
export interface JsonObject {
  readonly [name: string]: Json;
}

/** Whether something in JSON is an object, and no array. */
export const isJsonObject = (json: Json | undefined): json is JsonObject =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

/** Whether it stands for a value that JSON has no word for. */
export const isTagged = (json: JsonObject): boolean => Object.hasOwn(json, '$');

// WRITING ---------------------------------------------------------------------

/** How deep a value may nest; what is deeper is taken to go round in circles. */
const deepest = 500;

const tagged = (...tag: readonly Json[]): JsonObject => ({ $: tag });

/** Writes values. One that it is given again gives the same JSON, the very object: so what is unchanged is seen at once. */
export class TaggedWriter {
  readonly #known = new WeakMap<object, Json>();

  write(value: unknown): Json {
    return this.#write(value, 0);
  }

  #write(value: unknown, depth: number): Json {
    if (typeof value !== 'object' || value === null) return scalar(value);
    if (depth === deepest) return tagged('lost', `nested more than ${deepest} deep`);
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const json = this.#object(value, depth + 1);
    this.#known.set(value, json);

    return json;
  }

  #object(value: object, depth: number): Json {
    if (Array.isArray(value)) return Array.from(value, (item) => this.#write(item, depth));
    if (value instanceof Date) return tagged('date', Number.isNaN(value.getTime()) ? null : value.getTime());
    if (value instanceof Uint8Array) return tagged('bytes', base64(value));
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return tagged('lost', `an instance of ${nameOf(value)}`);
    const json = Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.#write(item, depth)]));

    return isTagged(json) ? tagged('object', json) : json;
  }
}

function scalar(value: unknown): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : tagged('number', Object.is(value, -0) ? '-0' : String(value));
    case 'undefined':
      return tagged('undefined');
    default:
      return value === null ? null : tagged('lost', `a ${typeof value}`);
  }
}

const nameOf = (value: object): string => value.constructor?.name || 'an unknown class';

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

// READING ---------------------------------------------------------------------

/** Reads values. What stands in several places of the JSON as one object comes back as one. */
export class TaggedReader {
  readonly #known = new WeakMap<object, unknown>();

  /** @throws Error if there is a tag that is none of ours */
  read(json: Json): unknown {
    if (typeof json !== 'object' || json === null) return json;
    if (this.#known.has(json)) return this.#known.get(json);
    const value = this.#object(json);
    this.#known.set(json, value);

    return value;
  }

  #object(json: readonly Json[] | JsonObject): unknown {
    if (!isJsonObject(json)) return json.map((item) => this.read(item));

    return isTagged(json) ? this.#untag(json['$'] as Json) : this.#properties(json);
  }

  #properties(json: JsonObject): object {
    return Object.fromEntries(Object.entries(json).map(([name, item]) => [name, this.read(item)]));
  }

  #untag(given: Json): unknown {
    const [tag, content] = (Array.isArray(given) ? given : []) as readonly Json[];
    if (tag === 'undefined' || tag === 'lost') return undefined;
    if (tag === 'number') return Number(content);
    if (tag === 'date') return new Date(content === null ? Number.NaN : Number(content));
    if (tag === 'bytes') return bytesOf(String(content));
    if (tag === 'object' && content !== undefined && isJsonObject(content)) return this.#properties(content);

    throw new Error(`there is no tag ${JSON.stringify(given)}`);
  }
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
