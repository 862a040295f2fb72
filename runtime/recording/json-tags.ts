/**
 * Plain data as JSON that comes back equal. `recording-file.ts` writes recordings with it.
 *
 * What JSON has no word for is an object with the single property `$`:
 *
 * | JSON | value |
 * |---|---|
 * | `{"$": 12}` | the array or object that was written as number 12, counted from 0: the same object |
 * | `{"$": ["undefined"]}` | `undefined`; also a function or an instance of a class, which is not data |
 * | `{"$": ["number", "NaN"]}` | `NaN`, `Infinity`, `-Infinity`, `-0` |
 * | `{"$": ["date", 1767225600000]}` | a date by its milliseconds, `null` for an invalid one |
 * | `{"$": ["bytes", "AQI="]}` | a `Uint8Array`, as base64 |
 * | `{"$": ["object", {"$": 1}]}` | an object that has a property `$` of its own |
 *
 * An object that stands in several values of one writer is written once. States that share what did not change are
 * small for this reason, and share it again when they are read.
 */

// TYPES -----------------------------------------------------------------------

/** What JSON can express. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

const tag = (...content: readonly Json[]): Json => ({ $: content });

// WRITING ---------------------------------------------------------------------

/** Writes values, each array and object once. */
export class TaggedWriter {
  /** The number of each array and object. */
  readonly #numbers = new Map<object, number>();

  write(value: unknown): Json {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        return writeNumber(value);
      case 'object':
        return value === null ? null : this.#writeObject(value);
      default:
        return tag('undefined');
    }
  }

  #writeObject(value: object): Json {
    if (value instanceof Date) return tag('date', Number.isNaN(value.getTime()) ? null : value.getTime());
    if (value instanceof Uint8Array) return tag('bytes', base64(value));
    if (!Array.isArray(value) && !isObjectLiteral(value)) return tag('undefined');
    const number = this.#numbers.get(value);
    if (number !== undefined) return { $: number };
    this.#numbers.set(value, this.#numbers.size);
    if (Array.isArray(value)) return Array.from(value, (item) => this.write(item));
    const json = Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.write(item)]));

    return Object.hasOwn(json, '$') ? tag('object', json) : json;
  }
}

function isObjectLiteral(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);

  return prototype === Object.prototype || prototype === null;
}

function writeNumber(value: number): Json {
  if (Object.is(value, -0)) return tag('number', '-0');

  return Number.isFinite(value) ? value : tag('number', String(value));
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

// READING ---------------------------------------------------------------------

/** Reads what one writer has written, in the order in which it was written. */
export class TaggedReader {
  /** The arrays and objects by their numbers; one that is still being read is `undefined`. */
  readonly #objects: unknown[] = [];

  /** @throws Error if there is an unknown tag, or a number that no object has */
  read(json: Json): unknown {
    if (typeof json !== 'object' || json === null) return json;
    if (!Array.isArray(json) && Object.hasOwn(json, '$')) return this.#untag((json as { readonly $: Json }).$);

    return this.#readObject(json);
  }

  #readObject(json: object): unknown {
    const number = this.#objects.push(undefined) - 1;
    const value = Array.isArray(json)
      ? json.map((item) => this.read(item))
      : Object.fromEntries(Object.entries(json).map(([name, item]) => [name, this.read(item)]));
    this.#objects[number] = value;

    return value;
  }

  #untag(given: Json): unknown {
    if (typeof given === 'number' && Number.isInteger(given) && given >= 0 && given < this.#objects.length) {
      return this.#objects[given];
    }
    const [name, content] = (Array.isArray(given) ? given : []) as readonly Json[];
    if (name === 'undefined') return undefined;
    if (name === 'number') return Number(content);
    if (name === 'date') return new Date(content === null ? Number.NaN : Number(content));
    if (name === 'bytes') return bytesOf(String(content));
    if (name === 'object' && typeof content === 'object' && content !== null) return this.#readObject(content);

    throw new Error(`there is no tag ${JSON.stringify(given).slice(0, 80)}`);
  }
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
