/**
 * Redaction: leaves declared secrets out of data that is shown outside of its session. A secret is declared by the
 * *name* of its field: the component option `secret: ['pin']`, or a built-in name. No text is searched and no value is
 * remembered, so that what is hidden in one session does not depend on another.
 *
 * `redact` is applied where data leaves: states, messages, data of events and recordings in the inspector. Data of an event of a
 * password field is left out whatever it is called: `withoutData`.
 */

// NAMES -----------------------------------------------------------------------

/** What is shown in place of a secret. */
export const hidden = '[secret]';

/** Names of fields that hold secrets besides the built-in ones, in lower case. */
export type SecretNames = ReadonlySet<string>;

const builtIn: SecretNames = new Set(['password']);
const none: SecretNames = new Set();

/** The names that components declare. */
export function secretNames(components: Iterable<{ readonly secret: readonly string[] }>): Set<string> {
  return new Set(Array.from(components, ({ secret }) => secret.map((name) => name.toLowerCase())).flat());
}

/**
 * Whether fields of this name hold secrets, in any case of letters. The name of a control may be a path, of which the last
 * name counts: `account.pin`, `user[pin]`, `pins[0]`.
 */
export function isSecretName(name: string, names: SecretNames = none): boolean {
  const lower = name.toLowerCase();
  if (builtIn.has(lower) || names.has(lower)) return true;
  const last = /[.[]/.test(lower) ? /([^.[\]]+)\]?(?:\[\d*\])*$/.exec(lower)?.[1] : undefined;

  return last !== undefined && (builtIn.has(last) || names.has(last));
}

// REDACTION -------------------------------------------------------------------

/** How deep data is copied. */
const maxDepth = 100;

/**
 * A copy of data in which fields of secret names are `hidden`, at any depth. The second half of a pair whose first half
 * is such a name is hidden too, as in the entries of a form, and so is `value` beside a `name` that is one. The copy
 * holds arrays, object literals, dates, bytes and primitive values; anything else is replaced by its class, `[object Socket]`.
 *
 * ```ts
 * redact({ user: 'ada', password: 'x' }); // { user: 'ada', password: '[secret]' }
 * ```
 *
 * @param copies what was copied before: calls that share it copy an object that is in several of their values once
 */
export function redact<Value>(value: Value, names: SecretNames = none, copies = new Map<object, unknown>()): Value {
  const copy = (data: unknown, depth: number): unknown => {
    if (!isPlain(data)) return copyOther(data);
    if (copies.has(data)) return copies.get(data);
    if (depth === maxDepth) return '[deeper]';
    copies.set(data, '[circular]');
    const copied = copyParts(data, names, (part) => copy(part, depth + 1));
    copies.set(data, copied);

    return copied;
  };

  return copy(value, 0) as Value;
}

/** A message with its type, but none of its data: for a message made of an event of a password field. */
export function withoutData<Message extends { readonly type: string }>(message: Message): Message {
  const fields = Object.keys(message).filter((name) => name !== 'type');

  return { type: message.type, ...Object.fromEntries(fields.map((name) => [name, hidden])) } as Message;
}

// DATA ------------------------------------------------------------------------

/** An array or an object literal. */
type Plain = Readonly<Record<string, unknown>> | readonly unknown[];

/** What a part of a value is called: the name of a property, or an index. */
type Name = string | number;

function copyParts(value: Plain, names: SecretNames, copy: (part: unknown) => unknown): unknown {
  if (Array.isArray(value)) {
    const isPair = value.length === 2 && isNameOfSecret(partOf(value, 0), names);

    return Array.from(value, (_, index) => (isPair && index === 1 ? hidden : copy(partOf(value, index))));
  }
  const copied: Record<string, unknown> = {};
  for (const name of propertiesOf(value)) {
    const part = isSecretProperty(value, name, names) ? hidden : copy(partOf(value, name));
    if (name === '__proto__') Object.defineProperty(copied, name, { value: part, enumerable: true });
    else copied[name] = part;
  }

  return copied;
}

/** Whether a property is secret: by its name, or as the `value` beside a `name` that is one. */
function isSecretProperty(value: Plain, name: string, names: SecretNames): boolean {
  return isSecretName(name, names) || (name === 'value' && isNameOfSecret(partOf(value, 'name'), names));
}

const isNameOfSecret = (given: unknown, names: SecretNames): boolean =>
  typeof given === 'string' && isSecretName(given, names);

// What a host gives may be a proxy whose target is revoked, or have properties that throw.

function isPlain(value: unknown): value is Plain {
  if (value === null || typeof value !== 'object') return false;
  try {
    if (Array.isArray(value)) return true;
    const prototype: unknown = Object.getPrototypeOf(value);
    return prototype === Object.prototype || prototype === null;
  } catch {
    return false;
  }
}

function propertiesOf(value: Plain): readonly string[] {
  try {
    return Object.keys(value);
  } catch {
    return [];
  }
}

function partOf(value: Plain, name: Name): unknown {
  try {
    return (value as Readonly<Record<Name, unknown>>)[name];
  } catch {
    return undefined;
  }
}

function copyOther(value: unknown): unknown {
  if (typeof value === 'function') return '[function]';
  if (typeof value === 'symbol') return '[symbol]';
  if (typeof value === 'bigint') return String(value);
  if (value === null || typeof value !== 'object') return value;
  try {
    if (value instanceof Date) return new Date(value);
    return value instanceof Uint8Array ? new Uint8Array(value) : `[object ${value.constructor?.name || 'Object'}]`;
  } catch {
    return '[object Object]';
  }
}
