/**
 * Recordings as files: text that can be read, a step a line. The first states are written as they are, those after
 * each step as what has changed (`json-delta.ts`); what JSON has no word for is tagged (`json-tags.ts`).
 *
 * `recording.ts` says what a recording is, `replay.ts` goes through one.
 */

import type { AnyComponent } from '../component/component.js';
import { ErrorCode, TroupeError, textOf } from '../platform/errors.js';
import type { InstanceImage, TreeImage } from '../tree/tree-image.js';
import { applyDelta, deltaBetween } from './json-delta.js';
import { isJsonObject, type Json, type JsonObject, TaggedReader, TaggedWriter } from './json-tags.js';
import { pageOf } from './read-only-tree.js';
import type { Recording, Step } from './recording.js';

// TYPES -----------------------------------------------------------------------

/** What the page showed, as HTML. */
export interface RecordedPages {
  /** As the recording begins. */
  readonly first: string;
  /** After its last step. */
  readonly last: string;
}

/** A recording with what its page showed, if that is known. */
export interface StoredRecording extends Recording {
  readonly pages?: RecordedPages | undefined;
}

/**
 * A recording with what its page showed, so that `replay` can say where views show something else by now. The pages
 * are made of the states in it: what is secret, and not in these, is not in the pages.
 */
export function withPages(recording: Recording, component: AnyComponent): StoredRecording {
  const { begun, first, steps } = recording;
  const last = steps.at(-1);
  const pages = {
    first: pageOf(component, first, { at: begun }).html,
    last: pageOf(component, last?.after ?? first, { at: last?.at ?? begun }).html,
  };

  return { ...recording, pages };
}

// FORMAT ----------------------------------------------------------------------

/** The name under which a file says that it is a recording, and of which format. */
const mark = 'troupe recording';

/** Raised when files change their meaning; one of another format is of no use. */
const format = 1;

// WRITING ---------------------------------------------------------------------

/**
 * A recording as the text of a file.
 *
 * ```ts
 * writeFileSync('session.json', encodeRecording(withPages(recording, Counter)));
 * ```
 *
 * **Note:** what is no data, such as a function in an event of a machine, is not in the file; it comes back as
 * `undefined`.
 */
export function encodeRecording({ session, application, begun, first, steps, pages }: StoredRecording): string {
  const writer = new TaggedWriter();
  const { name, version } = first.root;
  const head = { [mark]: format, session, application, component: name, version, begun };
  const lines = Object.entries(pages === undefined ? head : { ...head, pages }).map(line);
  const states = treeToJson(writer, first);
  let before = states;
  const written = steps.map((step) => {
    const after = treeToJson(writer, step.after);
    const changed = deltaBetween(before, after) ?? {};
    before = after;

    return `    ${JSON.stringify({ ...stepToJson(writer, step), changed })}`;
  });
  lines.push(line(['first', states]), `  "steps": [${written.length === 0 ? '' : `\n${written.join(',\n')}\n  `}]`);

  return `{\n${lines.join(',\n')}\n}\n`;
}

const line = ([name, value]: readonly [string, unknown]): string =>
  `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`;

/** What is empty takes no place. */
function stepToJson(writer: TaggedWriter, { number, at, taken, given, asked }: Step): JsonObject {
  const lists = Object.entries({ taken, given, asked }).filter(([, list]) => list.length > 0);

  return {
    number,
    at,
    ...Object.fromEntries(lists.map(([name, list]) => [name, list.map((each) => bare(writer.write(each)))])),
  };
}

/** Without properties that are `undefined`. */
function bare(json: Json): JsonObject {
  return Object.fromEntries(Object.entries(json as JsonObject).filter(([, value]) => !isUndefined(value)));
}

const isUndefined = (json: Json): boolean =>
  isJsonObject(json) && Array.isArray(json['$']) && json['$'][0] === 'undefined';

function treeToJson(writer: TaggedWriter, { turns, root, letters }: TreeImage): JsonObject {
  return { turns, root: cellToJson(writer, root), letters: letters.map((letter) => bare(writer.write(letter))) };
}

/** The children by their ids, so that one that changes is found again wherever it stands. */
function cellToJson(
  writer: TaggedWriter,
  { name, version, state, subscriptions, children }: InstanceImage
): JsonObject {
  const fields = { name, version, state: writer.write(state), subscriptions: writer.write(subscriptions) };

  return {
    ...bare(fields),
    children: Object.fromEntries(children.map((child) => [child.id, cellToJson(writer, child)])),
  };
}

// READING ---------------------------------------------------------------------

/**
 * The recording in a file.
 *
 * @throws TroupeError `recording`, saying what is wrong with it, if it is none, or of another format
 */
export function decodeRecording(text: string): StoredRecording {
  const file = fileIn(text);
  try {
    return recordingIn(file);
  } catch (cause) {
    throw new TroupeError(ErrorCode.Recording, `The recording is damaged: ${textOf(cause)}.`, { cause });
  }
}

function fileIn(text: string): JsonObject {
  const fix = 'Give the file that the inspector exported.';
  let file: Json;
  try {
    file = JSON.parse(text);
  } catch (cause) {
    throw new TroupeError(ErrorCode.Recording, `This is no recording: it is not JSON (${textOf(cause)}). ${fix}`, {
      cause,
    });
  }
  if (!isJsonObject(file) || !Object.hasOwn(file, mark)) {
    throw new TroupeError(ErrorCode.Recording, `This is no recording: it is JSON without "${mark}". ${fix}`);
  }
  if (file[mark] === format) return file;
  const found = JSON.stringify(file[mark]);
  const remedy = 'Use the version of Troupe it was made with.';
  throw new TroupeError(
    ErrorCode.Recording,
    `This is a recording of format ${found}; this version reads format ${format}. ${remedy}`
  );
}

function recordingIn(file: JsonObject): StoredRecording {
  const reader = new TaggedReader();
  const cells = new CellReader(reader);
  let states = objectIn(file, 'first', 'it');
  const first = treeIn(states, reader, cells);
  const steps = listIn(file, 'steps').map((json, index): Step => {
    const what = `step ${index + 1}`;
    if (!isJsonObject(json)) throw new Error(`${what} is no object`);
    states = applyChanges(states, json, what);

    return {
      number: numberIn(json, 'number', what),
      at: numberIn(json, 'at', what),
      taken: entriesIn(json, 'taken', ['message', 'at'], what, reader).map(
        (each) => ({ id: undefined, ...each }) as never
      ),
      given: entriesIn(json, 'given', ['event'], what, reader) as never,
      asked: entriesIn(json, 'asked', ['kind', 'to', 'message'], what, reader) as never,
      after: treeIn(states, reader, cells),
    };
  });
  const [session, application] = [textIn(file, 'session'), textIn(file, 'application')];
  const recording = { session, application, begun: numberIn(file, 'begun', 'it'), first, steps };

  return file['pages'] === undefined ? recording : { ...recording, pages: pagesIn(objectIn(file, 'pages', 'it')) };
}

function applyChanges(before: JsonObject, step: JsonObject, what: string): JsonObject {
  try {
    return applyDelta(before, objectIn(step, 'changed', 'it')) as JsonObject;
  } catch (cause) {
    throw new Error(`${what} does not follow from what is before it, ${textOf(cause)}`, { cause });
  }
}

const pagesIn = (json: JsonObject): RecordedPages => ({ first: textIn(json, 'first'), last: textIn(json, 'last') });

function treeIn(json: JsonObject, reader: TaggedReader, cells: CellReader): TreeImage {
  const letters = listIn(json, 'letters').map((each) => ({ cause: undefined, ...(reader.read(each) as object) }));

  return {
    turns: numberIn(json, 'turns', 'the tree'),
    root: cells.read('', objectIn(json, 'root', 'the tree')),
    letters: letters as unknown as TreeImage['letters'],
  };
}

/** Reads components. One that has not changed comes back as the very object. */
class CellReader {
  readonly #reader: TaggedReader;
  readonly #known = new WeakMap<JsonObject, InstanceImage>();

  constructor(reader: TaggedReader) {
    this.#reader = reader;
  }

  read(id: string, json: JsonObject): InstanceImage {
    const known = this.#known.get(json);
    if (known !== undefined) return known;
    const what = id === '' ? 'the page' : id;
    const { version, state, subscriptions } = json;
    if (typeof version !== 'number' && typeof version !== 'string')
      throw new Error(`the version of ${what} is missing`);
    const children = objectIn(json, 'children', what);
    const cell: InstanceImage = {
      id,
      name: textIn(json, 'name', what),
      version,
      state: state === undefined ? undefined : this.#reader.read(state),
      subscriptions: (subscriptions === undefined ? undefined : this.#reader.read(subscriptions)) as never,
      children: Object.keys(children).map((child) => this.read(child, objectIn(children, child, what))),
    };
    this.#known.set(json, cell);

    return cell;
  }
}

// FIELDS ----------------------------------------------------------------------

/** What components took, were given or asked for: each with a path and these fields. */
function entriesIn(
  json: JsonObject,
  name: string,
  fields: readonly string[],
  what: string,
  reader: TaggedReader
): readonly object[] {
  return (json[name] === undefined ? [] : listIn(json, name, what)).map((entry) => {
    const complete =
      isJsonObject(entry) && Array.isArray(entry['path']) && fields.every((field) => Object.hasOwn(entry, field));
    if (!complete) throw new Error(`"${name}" of ${what} holds something without path, ${fields.join(' or ')}`);

    return reader.read(entry) as object;
  });
}

function listIn(json: JsonObject, name: string, what = 'it'): readonly Json[] {
  const value = json[name];
  if (Array.isArray(value)) return value as readonly Json[];

  throw new Error(`"${name}" of ${what} is no list`);
}

function objectIn(json: JsonObject, name: string, what: string): JsonObject {
  const value = json[name];
  if (isJsonObject(value)) return value;

  throw new Error(`"${name}" of ${what} is no object`);
}

function numberIn(json: JsonObject, name: string, what: string): number {
  const value = json[name];
  if (typeof value === 'number') return value;

  throw new Error(`"${name}" of ${what} is no number`);
}

function textIn(json: JsonObject, name: string, what = 'it'): string {
  const value = json[name];
  if (typeof value === 'string') return value;

  throw new Error(`"${name}" of ${what} is no text`);
}
