/**
 * Secrets: what must not be seen by whoever looks at a program, in an inspector, a log or an export. Components
 * (`component.ts`) and templates (`parts.ts`) declare the names of fields that hold some; a page (`client-link.ts`) notes
 * what was typed into a password field, whatever it is called from then on. Whoever shows something (`error-report.ts`,
 * `logger.ts`, `session-recorder.ts`) has it redacted here.
 *
 * Names are the same in the whole process: one that any component declares is hidden in all of them, because data goes
 * from one component to another under the name it has. That is meant to hide too much rather than too little. Values of
 * four characters or more are known in all sessions of a server, shorter ones in their own.
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

/** How much is remembered; the oldest go. */
interface Bound {
  readonly values: number;
  /** Of all values together. */
  readonly characters: number;
}

/** What was typed: each key adds a value, and whoever types may mean harm. */
const mostNoted: Bound = { values: 2_000, characters: 100_000 };

/** What states hold: a list may have a secret in each row. */
const mostLearned: Bound = { values: 20_000, characters: 2_000_000 };

/** Characters of the shortest value that is looked for within longer texts. */
const shortest = 4;

/** How deep data is looked at. */
const deepest = 100;

// VALUES ----------------------------------------------------------------------

/** Texts, the newest of them. */
class Newest {
  readonly texts = new Set<string>();
  readonly #most: Bound;
  #characters = 0;

  constructor(most: Bound) {
    this.#most = most;
  }

  /** Says whether it was not there. */
  add(text: string): boolean {
    const isNew = !this.texts.delete(text);
    this.texts.add(text);
    if (isNew) this.#characters += text.length;
    for (const oldest of this.texts) {
      if (oldest === text || (this.texts.size <= this.#most.values && this.#characters <= this.#most.characters)) break;
      this.texts.delete(oldest);
      this.#characters -= oldest.length;
    }

    return isNew;
  }
}

// SECRETS ---------------------------------------------------------------------

/**
 * Secrets that all sessions of a server know: those of four characters or more, because what is secret in one may go to
 * another by a topic or a shared actor, under any name.
 */
export class CommonSecrets {
  readonly #values = new Newest(mostLearned);
  /** Counts the values that have come, so that others know when what they have made is out of date. */
  version = 0;

  get texts(): ReadonlySet<string> {
    return this.#values.texts;
  }

  add(text: string): void {
    if (text.length >= shortest && this.#values.add(text)) this.version++;
  }
}

/** The secrets of one session: made when the first is noted, or when somebody looks. */
export class Secrets {
  readonly #noted = new Newest(mostNoted);
  readonly #common: CommonSecrets;
  /** What was common when what follows was made. */
  #version: number;
  /** Finds those that are long enough, until there is another. */
  #finder: Finder | undefined;
  /** How many names there were when what follows was made. */
  #names = names.size;
  /** Copies of objects that do not change. */
  #copies = new WeakMap<object, unknown>();
  /** Objects that do not change and were looked through. */
  #searched = new WeakSet<object>();
  /** Objects of stored data in which none stands. */
  #innocent = new WeakSet<object>();

  /** @param common what all sessions of the server know; default: nothing */
  constructor(common = new CommonSecrets()) {
    this.#common = common;
    this.#version = common.version;
  }

  /** Something was typed that is not to be seen: the newest 2,000 of such are remembered. */
  note(value: string): void {
    for (const text of new Set([value, value.trim()])) {
      if (text !== '' && this.#noted.add(text)) this.#renew();
      this.#common.add(text);
    }
  }

  /**
   * Looks for fields with secret names in a state, props or a message: their strings and numbers, of four characters
   * or more, are hidden from now on under any name, the newest 20,000.
   *
   * @param isConstant whether the state is never changed in place: then what was looked through before is passed over
   */
  learn(state: unknown, isConstant = false): void {
    this.#checkKnown();
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
    this.#checkKnown();

    return this.#copy(value, { isConstant, seen: new Map(), depth: 0 }) as Value;
  }

  /**
   * A text for people without the secrets of this session: a message, a stack, a frame in words. Also found are those
   * that were written as JSON, HTML or in a URL.
   *
   * **Note:** a text that is read by a program can be spoilt; redact the data it is made of.
   */
  scrub(text: string): string {
    this.#checkKnown();
    if (this.#noted.texts.has(text)) return hidden;
    let scrubbed = '';
    let done = 0;
    for (const { at, found } of this.#find(text)) {
      scrubbed += text.slice(done, at) + hidden;
      done = at + found.length;
    }

    return done === 0 ? text : scrubbed + text.slice(done);
  }

  /**
   * Those that stand in some data, to be stored with it and noted again when it comes back: nothing is stored that is
   * not there anyway.
   */
  standingIn(data: unknown): readonly string[] {
    this.#checkKnown();
    const standing = new Set<string>();
    if (this.#noted.texts.size > 0) this.#stand(data, standing, { isConstant: true, seen: new Set(), depth: 0 });

    return [...standing];
  }

  /** Says whether it is sure that none stands in a value. */
  #stand(value: unknown, standing: Set<string>, walk: Walk<Set<object>>): boolean {
    if (typeof value === 'string' || typeof value === 'number') return this.#standInText(String(value), standing);
    if (!isPlain(value) || this.#innocent.has(value)) return true;
    if (walk.seen.has(value) || walk.depth === deepest) return false;
    let isInnocent = true;
    walk.seen.add(value);
    walk.depth++;
    for (const name of namesOf(value)) {
      if (typeof name === 'string' && !this.#standInText(name, standing)) isInnocent = false;
      if (!this.#stand(partOf(value, name), standing, walk)) isInnocent = false;
    }
    walk.depth--;
    if (isInnocent) this.#innocent.add(value);

    return isInnocent;
  }

  #standInText(text: string, standing: Set<string>): boolean {
    const found = this.#noted.texts.has(text) ? [text] : this.#find(text).map((finding) => finding.found);
    for (const each of found) standing.add(each);

    return found.length === 0;
  }

  /** Where secrets are within a text. */
  #find(text: string): readonly Finding[] {
    if (text.length < shortest) return none;
    this.#finder ??= new Finder([...this.#noted.texts, ...this.#common.texts]);

    return this.#finder.find(text);
  }

  /** Of what was made before nothing is right any more. */
  #renew(): void {
    this.#finder = undefined;
    this.#copies = new WeakMap();
    this.#innocent = new WeakSet();
  }

  /** Another component may have come, that declares more names, and another session may know more values. */
  #checkKnown(): void {
    if (this.#names !== names.size) this.#searched = new WeakSet();
    if (this.#names === names.size && this.#version === this.#common.version) return;
    this.#names = names.size;
    this.#version = this.#common.version;
    this.#renew();
  }

  // LEARNING ------------------------------------------------------------------

  #search(value: unknown, isSecret: boolean, walk: Walk<Set<object>>): void {
    if (isSecret && (typeof value === 'string' || typeof value === 'number')) this.#take(String(value));
    if (!isPlain(value) || walk.seen.has(value) || walk.depth === deepest) return;
    walk.seen.add(value);
    if (!isSecret && this.#searched.has(value)) return;
    walk.depth++;
    for (const name of namesOf(value)) {
      this.#search(partOf(value, name), isSecret || isSecretAt(value, name), walk);
    }
    walk.depth--;
    if (!isSecret && isKept(value, walk, (part) => this.#searched.has(part))) this.#searched.add(value);
  }

  #take(text: string): void {
    this.#common.add(text);
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
    return text.length >= shortest && (this.#noted.texts.has(text) || this.#common.texts.has(text));
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
    if (Array.isArray(value)) return namesOf(value).map((name) => this.#copyPart(value, name, walk));
    const copy: Record<string, unknown> = {};
    for (const name of namesOf(value)) {
      const part = this.#copyPart(value, name, walk);
      if (name === '__proto__') Object.defineProperty(copy, name, { value: part, enumerable: true });
      else copy[this.scrub(String(name))] = part;
    }

    return copy;
  }

  #copyPart(value: Plain, name: Name, walk: Walk<Map<object, unknown>>): unknown {
    return isSecretAt(value, name) ? hidden : this.#copy(partOf(value, name), walk);
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

/** What a part of a value is called: the name of a property, or an index. */
type Name = string | number;

// What a host gives may be a proxy, and what is behind it gone, or have properties that throw.

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

function namesOf(value: Plain): readonly Name[] {
  try {
    return Array.isArray(value) ? Array.from(value, (_, index) => index) : Object.keys(value);
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

/** Whether a part of a value is secret: by its name, or by what stands beside it. */
function isSecretAt(value: Plain, name: Name): boolean {
  if (typeof name === 'number') return name === 1 && value.length === 2 && isNameOfSecret(partOf(value, 0));

  return isSecretName(name) || (name === 'value' && isNameOfSecret(partOf(value, 'name')));
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
  try {
    if (value instanceof Date) return new Date(value);
    return value instanceof Uint8Array ? new Uint8Array(value) : `[object ${value.constructor?.name || 'Object'}]`;
  } catch {
    return '[object Object]';
  }
}

// TEXT ------------------------------------------------------------------------

/** A text that was found in another, and where. */
interface Finding {
  readonly at: number;
  readonly found: string;
}

const none: readonly Finding[] = [];

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

  find(text: string): readonly Finding[] {
    const findings: Finding[] = [];
    this.#heads.lastIndex = 0;
    for (let match = this.#heads.exec(text); match !== null; match = this.#heads.exec(text)) {
      const { index: at } = match;
      const found = this.#byHead.get(match[0])?.find((other) => text.startsWith(other, at));
      this.#heads.lastIndex = at + (found?.length ?? 1);
      if (found !== undefined) findings.push({ at, found });
    }

    return findings;
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
