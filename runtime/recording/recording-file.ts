/**
 * Recordings as files: lines of JSON, the first with what the recording begins with, then one for each step, with all
 * states after it. What did not change since an earlier line is a reference to it there (`json-tags.ts`).
 *
 * `recording.ts` says what is in one, `recorded-pages.ts` adds the pages at both ends. `inspected-session.ts` exports one, `command.ts` reads it.
 */

import { ErrorCode, TroupeError, textOf } from '../platform/errors.js';
import { type Json, TaggedReader, TaggedWriter } from './json-tags.js';
import type { StoredRecording } from './recorded-pages.js';
import type { Step } from './recording.js';

// FORMAT ----------------------------------------------------------------------

/** The property by which a file says that it is a recording, and of which format. */
const mark = 'troupe recording';

/** Raised when the meaning of files changes; files of other formats are refused. */
const format = 1;

// WRITING ---------------------------------------------------------------------

/**
 * A recording as the text of a file.
 *
 * ```ts
 * writeFileSync('session.jsonl', encodeRecording(withPages(recording, Counter)));
 * ```
 *
 * **Note:** what is not plain data, such as a function in an event of a machine, comes back as `undefined`.
 */
export function encodeRecording({ steps, ...head }: StoredRecording): string {
  const writer = new TaggedWriter();
  const lines = [{ [mark]: format, ...head }, ...steps];

  return lines.map((line) => `${JSON.stringify(writer.write(line))}\n`).join('');
}

// READING ---------------------------------------------------------------------

/**
 * The recording in the text of a file.
 *
 * @throws TroupeError `recording`, saying what is wrong, if it is not a recording, is damaged, or is of another format
 */
export function decodeRecording(text: string): StoredRecording {
  const [first = '', ...lines] = text.trimEnd().split('\n');
  const head = headIn(first);
  try {
    const reader = new TaggedReader();
    const { [mark]: _, ...recording } = reader.read(head) as Fields;
    check(recording, headFields, 'the first line');
    const steps = lines.map((line, index) => stepIn(line, reader, `step ${index + 1}`));

    return { ...recording, steps } as unknown as StoredRecording;
  } catch (cause) {
    throw new TroupeError(ErrorCode.Recording, `The recording is damaged: ${textOf(cause)}.`, { cause });
  }
}

/** The first line as JSON, if it is that of a recording of this format. */
function headIn(line: string): Json {
  const fix = 'Give the file that the inspector exported.';
  let head: Json;
  try {
    head = JSON.parse(line);
  } catch (cause) {
    const text = `This is no recording: its first line is not JSON (${textOf(cause)}). ${fix}`;
    throw new TroupeError(ErrorCode.Recording, text, { cause });
  }
  if (!isFields(head) || !Object.hasOwn(head, mark)) {
    throw new TroupeError(ErrorCode.Recording, `This is no recording: its first line has no "${mark}". ${fix}`);
  }
  if (head[mark] === format) return head as Json;
  const text = `This is a recording of format ${JSON.stringify(head[mark])}; this version reads format ${format}. Use the version of Troupe that made it.`;
  throw new TroupeError(ErrorCode.Recording, text);
}

function stepIn(line: string, reader: TaggedReader, what: string): Step {
  let json: Json;
  try {
    json = JSON.parse(line);
  } catch (cause) {
    throw new Error(`${what} is not JSON (${textOf(cause)})`, { cause });
  }
  const step = reader.read(json);
  check(step, stepFields, what);

  return step as unknown as Step;
}

// CHECKS ----------------------------------------------------------------------

type Fields = Readonly<Record<string, unknown>>;

/** Whether a value is of a type. */
type Check = (value: unknown) => boolean;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number';
const isVersion: Check = (value) => isText(value) || isNumber(value);
const isAnything: Check = () => true;

const arrayOf =
  (isItem: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(isItem);

const optional =
  (is: Check): Check =>
  (value) =>
    value === undefined || is(value);

/** The first field that is missing or of another type. */
const wrongIn = (value: Fields, checks: Readonly<Record<string, Check>>): string | undefined =>
  Object.keys(checks).find((name) => checks[name]?.(value[name]) !== true);

const objectOf =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isFields(value) && wrongIn(value, checks) === undefined;

const isPath = arrayOf(isText);
const isMessage = objectOf({ type: isText });

const isInstance: Check = (value) =>
  objectOf({
    id: isText,
    name: isText,
    version: isVersion,
    state: isAnything,
    subscriptions: optional(isFields),
    children: arrayOf(isInstance),
  })(value);

const isTree = objectOf({
  turns: isNumber,
  root: isInstance,
  envelopes: arrayOf(objectOf({ path: isPath, message: isMessage, cause: optional(isText) })),
});

const headFields = {
  session: isText,
  application: isText,
  begun: isNumber,
  first: isTree,
  pages: optional(objectOf({ first: isText, last: isText })),
};

const stepFields = {
  number: isNumber,
  at: isNumber,
  messages: arrayOf(objectOf({ path: isPath, message: isMessage, at: isNumber, id: optional(isText) })),
  events: arrayOf(objectOf({ path: isPath, event: isMessage })),
  effects: arrayOf(objectOf({ path: isPath, kind: isText, to: isText, message: isMessage })),
  after: isTree,
};

function check(value: unknown, checks: Readonly<Record<string, Check>>, what: string): void {
  if (!isFields(value)) throw new Error(`${what} is no object`);
  const wrong = wrongIn(value, checks);
  if (wrong !== undefined) throw new Error(`"${wrong}" of ${what} is missing or malformed`);
}
