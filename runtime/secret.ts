/**
 * Secrets: what must not be seen by whoever looks at a program, in an inspector, a log or an export. Components
 * (`component.ts`) and templates (`parts.ts`) declare the names of fields that hold some; a page (`page.ts`) notes
 * what was typed into a password field, whatever it is called from then on. Whoever shows something (`report.ts`,
 * `logger.ts`, `recorder.ts`) has it redacted here.
 *
 * Names are the same in the whole process: one that any component declares is hidden in all of them, because data goes
 * from one component to another under the name it has. That is meant to hide too much rather than too little. Values
 * belong to one session.
 *
 * **Note:** what is made of a secret (its hash, its reverse, its characters one by one) is not recognised, nor is a
 * value of fewer than four characters within a longer text.
 */

// NAMES -----------------------------------------------------------------------

/** What stands in the place of a secret. */
export const hidden = '[secret]';

/** In small letters. */
const names = new Set(['password']);

/** Declares that fields of such names hold secrets, in any case of letters, from now on and everywhere in this process. */
export function declareSecret(name: string): void {
  names.add(name.toLowerCase());
}

/** Whether fields of this name hold secrets, in any case of letters: `password` always does. */
export function isSecretName(name: string): boolean {
  return names.has(name.toLowerCase());
}

// LIMITS ----------------------------------------------------------------------

/** Values that are remembered of one kind, and characters of all of them; the oldest go. */
const most = { values: 200, characters: 100_000 } as const;

/** Characters of the shortest value that is looked for within longer texts. */
const shortest = 4;

/** How deep data is looked at. */
const deepest = 100;

// VALUES ----------------------------------------------------------------------

/** Texts, the newest of them. */
class Newest {
  readonly texts = new Set<string>();
  #characters = 0;

  /** Says whether it was not there. */
  add(text: string): boolean {
    const isNew = !this.texts.delete(text);
    this.texts.add(text);
    if (isNew) this.#characters += text.length;
    for (const oldest of this.texts) {
      if (oldest === text || (this.texts.size <= most.values && this.#characters <= most.characters)) break;
      this.texts.delete(oldest);
      this.#characters -= oldest.length;
    }

    return isNew;
  }
}

// SECRETS ---------------------------------------------------------------------

/** The secrets of one session: made when the first is noted, or when somebody looks. */
export class Secrets {
  readonly #noted = new Newest();
  readonly #learned = new Newest();
  /** Finds those that are long enough, until there is another. */
  #finder: Finder | undefined;
  /** How many names there were when what follows was made. */
  #names = names.size;
  /** Copies of objects that do not change. */
  #copies = new WeakMap<object, unknown>();
  /** Objects that do not change and were looked through. */
  #searched = new WeakSet<object>();

  /** Something was typed that is not to be seen: the newest 200 of such are remembered. */
  note(value: string): void {
    for (const text of new Set([value, value.trim()])) if (text !== '' && this.#noted.add(text)) this.#renew();
  }

  /**
   * Looks for fields with secret names in a state, props or a message: their strings and numbers, of four characters
   * or more, are hidden from now on under any name, the newest 200.
   *
   * @param isConstant whether the state is never changed in place: then what was looked through before is passed over
   */
  learn(state: unknown, isConstant = false): void {
    this.#checkNames();
    this.#search(state, false, { isConstant, seen: new Set(), depth: 0 });
  }

  /**
   * A copy of some data in which no secret is left: fields of secret names are `hidden` (and so is the other half of a
   * pair, as in the entries of a form, and `value` beside such a `name`), and so are the secrets of this session,
   * whole or within longer texts. It holds arrays, object literals, dates, bytes and what is simple; anything else
   * is told by its class, `[object Socket]`.
   *
   * ```ts
   * new Secrets().redact({ user: 'ada', password: 'x' }); // { user: 'ada', password: '[secret]' }
   * ```
   *
   * @param isConstant whether the data is never changed in place, as states are not: then what was copied before is not
   *   copied again, as what is frozen never is, and two copies share what is the same in both
   */
  redact<Value>(value: Value, isConstant = false): Value {
    this.#checkNames();

    return this.#copy(value, { isConstant, seen: new Map(), depth: 0 }) as Value;
  }

  /**
   * A text for people without the secrets of this session: a message, a stack, a frame in words. Also found are those
   * that were written as JSON, HTML or in a URL.
   *
   * **Note:** a text that is read by a program can be spoilt; redact the data it is made of.
   */
  scrub(text: string): string {
    if (this.#noted.texts.has(text)) return hidden;
    if (text.length < shortest) return text;
    this.#finder ??= new Finder([...this.#noted.texts, ...this.#learned.texts]);

    return this.#finder.replace(text);
  }

  /** Of what was made before nothing is right any more. */
  #renew(): void {
    this.#finder = undefined;
    this.#copies = new WeakMap();
  }

  /** Another component may have come, that declares more names. */
  #checkNames(): void {
    if (this.#names === names.size) return;
    this.#names = names.size;
    this.#searched = new WeakSet();
    this.#renew();
  }

  // LEARNING ------------------------------------------------------------------

  #search(value: unknown, isSecret: boolean, walk: Walk<Set<object>>): void {
    if (isSecret && (typeof value === 'string' || typeof value === 'number')) this.#take(String(value));
    if (!isPlain(value) || walk.seen.has(value) || walk.depth === deepest) return;
    walk.seen.add(value);
    if (!isSecret && this.#searched.has(value)) return;
    walk.depth++;
    for (const [name, part] of entriesOf(value)) this.#search(part, isSecret || isSecretAt(value, name), walk);
    walk.depth--;
    if (!isSecret && isKept(value, walk, (part) => this.#searched.has(part))) this.#searched.add(value);
  }

  #take(text: string): void {
    if (text.length >= shortest && this.#learned.add(text)) this.#renew();
  }

  // COPYING -------------------------------------------------------------------

  #copy(value: unknown, walk: Walk<Map<object, unknown>>): unknown {
    if (typeof value === 'string') return this.scrub(value);
    if (typeof value === 'number') return this.#isKnown(String(value)) ? hidden : value;
    if (isPlain(value)) return this.#copyOnce(value, walk);

    return copyOther(value);
  }

  /** Numbers are few: one of three digits is taken for itself, whatever was typed. */
  #isKnown(text: string): boolean {
    return text.length >= shortest && (this.#noted.texts.has(text) || this.#learned.texts.has(text));
  }

  #copyOnce(value: Plain, walk: Walk<Map<object, unknown>>): unknown {
    if (walk.seen.has(value)) return walk.seen.get(value);
    if (walk.depth === deepest) return '[deeper]';
    const known = walk.isConstant || Object.isFrozen(value) ? this.#copies.get(value) : undefined;
    if (known !== undefined) return known;
    walk.seen.set(value, '[circular]');
    walk.depth++;
    const copy = this.#copyParts(value, walk);
    walk.depth--;
    walk.seen.set(value, copy);
    if (isKept(value, walk, (part) => this.#copies.has(part))) this.#copies.set(value, copy);

    return copy;
  }

  #copyParts(value: Plain, walk: Walk<Map<object, unknown>>): unknown {
    const parts = entriesOf(value).map(([name, part]) => {
      return [name, isSecretAt(value, name) ? hidden : this.#copy(part, walk)] as const;
    });
    if (Array.isArray(value)) return parts.map(([, part]) => part);

    return Object.fromEntries(parts.map(([name, part]) => [this.scrub(name), part]));
  }
}

// QUOTES ----------------------------------------------------------------------

/** Errors that were thrown out of a session, by what they may quote. */
const quoted = new WeakMap<object, Secrets>();

/** An error leaves the session that knows these secrets: whoever writes it down elsewhere scrubs it. */
export function mayQuote(error: unknown, secrets: Secrets): void {
  if (typeof error === 'object' && error !== null) quoted.set(error, secrets);
}

/** The secrets that an error may quote, if it comes from a session. */
export function quotedBy(error: unknown): Secrets | undefined {
  return typeof error === 'object' && error !== null ? quoted.get(error) : undefined;
}

// DATA ------------------------------------------------------------------------

/** An array or an object literal. */
type Plain = Readonly<Record<string, unknown>> | readonly unknown[];

/** Where a walk through data is, and where it has been. */
interface Walk<Seen> {
  readonly isConstant: boolean;
  readonly seen: Seen;
  depth: number;
}

/** What comes of it, or `otherwise` if it throws: data that a host gives may be a proxy, and what is behind it gone. */
function attempt<Result>(read: () => Result, otherwise: Result): Result {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

function isPlain(value: unknown): value is Plain {
  if (value === null || typeof value !== 'object') return false;

  return attempt(() => {
    if (Array.isArray(value)) return true;
    const prototype: unknown = Object.getPrototypeOf(value);
    return prototype === Object.prototype || prototype === null;
  }, false);
}

function entriesOf(value: Plain): readonly (readonly [name: string, part: unknown])[] {
  return attempt(() => Object.entries(Array.isArray(value) ? [...value] : value), []);
}

/** Whether a part of a value is secret: by its name, or by what stands beside it. */
function isSecretAt(value: Plain, name: string): boolean {
  if (Array.isArray(value)) return value.length === 2 && name === '1' && isNameOfSecret(value[0]);

  return isSecretName(name) || (name === 'value' && isNameOfSecret((value as { readonly name?: unknown }).name));
}

function isNameOfSecret(value: unknown): boolean {
  return typeof value === 'string' && isSecretName(value);
}

/** Whether what was found of a value will be right as long as it lives: it and all in it never change. */
function isKept(value: Plain, { isConstant }: Walk<unknown>, isKnown: (part: object) => boolean): boolean {
  if (isConstant) return true;
  if (!Object.isFrozen(value)) return false;

  return Object.values(value).every((part) => typeof part !== 'object' || part === null || isKnown(part));
}

function copyOther(value: unknown): unknown {
  if (typeof value === 'function') return '[function]';
  if (typeof value === 'symbol') return '[symbol]';
  if (typeof value === 'bigint') return String(value);
  if (value === null || typeof value !== 'object') return value;

  return attempt((): unknown => {
    if (value instanceof Date) return new Date(value);
    return value instanceof Uint8Array ? new Uint8Array(value) : `[object ${value.constructor?.name || 'Object'}]`;
  }, '[object Object]');
}

// TEXT ------------------------------------------------------------------------

/** Finds texts within others, the longest that begins at a place, and nothing anew in what is hidden already. */
class Finder {
  /** What begins with the same few characters, the longest first. One expression for all of it would be too large. */
  readonly #byHead = new Map<string, string[]>();
  readonly #heads: RegExp;

  constructor(texts: readonly string[]) {
    const written = new Set([hidden, ...texts.filter((text) => text.length >= shortest).flatMap(writtenAs)]);
    for (const text of [...written].sort((left, right) => right.length - left.length)) {
      const head = text.slice(0, shortest);
      const others = this.#byHead.get(head);
      if (others === undefined) this.#byHead.set(head, [text]);
      else others.push(text);
    }
    this.#heads = new RegExp([...this.#byHead.keys()].map(escaped).join('|'), 'g');
  }

  replace(text: string): string {
    let replaced = '';
    let done = 0;
    this.#heads.lastIndex = 0;
    for (let match = this.#heads.exec(text); match !== null; match = this.#heads.exec(text)) {
      const { index } = match;
      const found = this.#byHead.get(match[0])?.find((other) => text.startsWith(other, index));
      this.#heads.lastIndex = index + (found?.length ?? 1);
      if (found === undefined) continue;
      replaced += text.slice(done, index) + hidden;
      done = index + found.length;
    }

    return done === 0 ? text : replaced + text.slice(done);
  }
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

const references: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const inHtml = (text: string, characters: RegExp): string =>
  text.replace(characters, (character) => references[character] as string);

/** How a text stands in others: as it is, in JSON, in HTML and an attribute there, in a URL. */
function writtenAs(text: string): readonly string[] {
  const inJson = JSON.stringify(text).slice(1, -1);

  return [text, inJson, inHtml(text, /[&<>]/g), inHtml(text, /[&<>"]/g), encodeURIComponent(text.toWellFormed())];
}
