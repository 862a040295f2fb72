/**
 * The command `troupe`, but for the process it runs in: what it is told, what it prints, how it exits. `cli.ts` runs
 * it; `replay.ts` does the work.
 */

import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import type { AnyComponent } from '../component/component.js';
import { ErrorCode, TroupeError, textOf } from '../platform/errors.js';
import { hidden } from '../platform/redact.js';
import { decodeRecording } from './recording-file.js';
import { type Difference, replay } from './replay.js';

// TYPES -----------------------------------------------------------------------

/** Where a command is run. */
export interface Surroundings {
  /** The folder in which it is run. */
  readonly folder: string;
  /** Prints a line of what was asked for. */
  print(line: string): void;
  /** Prints a line of what is wrong. */
  complain(line: string): void;
}

const help = `Usage: troupe replay FILE [--components MODULE]

Goes through a recording again with the components as they are now: gives them the recorded messages in the
recorded order and compares each state, and each effect that is asked for, with the recording. Nothing else
happens: no subscription starts, no effect is carried out.

  FILE                  a recording, as the inspector exports it
  --components MODULE   the module that exports the components: alone, in arrays or in records, such as the
                        routes of a server. Default: what package.json says, in this folder or above:
                        "troupe": { "components": "./dist/components.js" }
  --help                prints this

Exits with 0 if nothing differs, with 1 if something does, with 2 if it cannot be told.`;

// COMMAND ---------------------------------------------------------------------

/** How a command ends. */
const exit = { same: 0, different: 1, unusable: 2 } as const;

/**
 * Runs the command with these arguments; gives the code to exit with. It never throws: what is wrong is printed, with
 * what to do about it.
 */
export async function runCommand(given: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    const { file, components, isHelp } = readArguments(given);
    if (isHelp) {
      surroundings.print(help);
      return exit.same;
    }

    return await replayFile(file, components, surroundings);
  } catch (error) {
    surroundings.complain(`troupe: ${textOf(error)}`);
    return exit.unusable;
  }
}

interface Arguments {
  readonly file: string;
  readonly components: string | undefined;
  readonly isHelp: boolean;
}

function readArguments(given: readonly string[]): Arguments {
  const { positionals, values } = parsed(given);
  const [command, file, ...others] = positionals;
  const isHelp = values.help === true || given.length === 0 || command === 'help';
  if (isHelp) return { file: '', components: undefined, isHelp };
  if (command !== 'replay') throw wrong(`there is no command '${command}'; there is replay`);
  if (file === undefined) throw wrong('replay takes the file of a recording');
  if (others.length > 0) throw wrong(`replay takes one file, and '${others[0]}' is another`);

  return { file, components: values.components, isHelp };
}

function parsed(given: readonly string[]): {
  positionals: readonly string[];
  values: { help?: boolean; components?: string };
} {
  try {
    const options = { help: { type: 'boolean', short: 'h' }, components: { type: 'string' } } as const;

    return parseArgs({ args: [...given], options, allowPositionals: true });
  } catch (cause) {
    throw wrong(textOf(cause));
  }
}

const wrong = (what: string): TroupeError =>
  new TroupeError(ErrorCode.Options, `${what}. Usage: troupe replay FILE [--components MODULE]; see troupe --help.`);

// REPLAY ----------------------------------------------------------------------

async function replayFile(file: string, module: string | undefined, where: Surroundings): Promise<number> {
  const text = await textIn(resolve(where.folder, file));
  const recording = decodeRecording(text);
  const path = module === undefined ? await modulePath(where.folder) : resolve(where.folder, module);
  const component = componentIn(await exportsOf(path), recording.first.root.name, path);
  const { steps, differences, notes } = replay(recording, component);
  if (text.includes(hidden)) where.print(`note: ${ofSecrets}`);
  for (const note of notes) where.print(visible(`note: ${note}`));
  for (const difference of differences) where.print(visible(describe(difference)));
  where.print(`${counted(steps, 'step')}, ${outcome(differences)}`);

  return differences.length === 0 ? exit.same : exit.different;
}

const ofSecrets =
  'what is secret is not in the recording; it is not compared, and what depends on it may come out otherwise';

/** The text of a file, which may be compressed with gzip, as the inspector does. */
async function textIn(path: string): Promise<string> {
  try {
    const bytes = await readFile(path);
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;

    return (isGzip ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch (cause) {
    const text = `The recording ${path} cannot be read: ${textOf(cause)}. Give the path of a file that the inspector exported.`;
    throw new TroupeError(ErrorCode.Recording, text, { cause });
  }
}

// COMPONENTS ------------------------------------------------------------------

const remedy = 'Say --components MODULE, or in package.json: "troupe": { "components": "./dist/components.js" }.';

/** The module that the nearest package.json which names one says. */
async function modulePath(folder: string): Promise<string> {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const named = await namedIn(join(at, 'package.json'));
    if (named !== undefined) return resolve(at, named);
    if (dirname(at) === at) break;
  }

  throw new TroupeError(ErrorCode.Options, `Where the components are is not said in ${folder} or above. ${remedy}`);
}

async function namedIn(path: string): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
  try {
    const named: unknown = JSON.parse(text)?.troupe?.components;
    if (named === undefined || typeof named === 'string') return named;
  } catch (cause) {
    throw new TroupeError(ErrorCode.Options, `${path} is not JSON: ${textOf(cause)}. ${remedy}`, { cause });
  }

  throw new TroupeError(ErrorCode.Options, `${path}: "troupe": { "components" } is the path of a module. ${remedy}`);
}

async function exportsOf(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    const text = `The components cannot be loaded from ${path}: ${textOf(cause)}. Build the project first; ${remedy}`;
    throw new TroupeError(ErrorCode.Options, text, { cause });
  }
}

/** The component of this name among what a module exports, alone or in arrays and records. */
function componentIn(exported: Readonly<Record<string, unknown>>, name: string, path: string): AnyComponent {
  const components = new Set(Object.values(exported).flatMap(componentsIn));
  const named = [...components].filter((component) => component.name === name);
  if (named.length === 1) return named[0] as AnyComponent;
  const names = [...new Set(Array.from(components, (component) => component.name))].sort().join(', ');
  const text =
    named.length === 0
      ? `The recording is of ${name}, and ${path} exports no component of that name, but ${names || 'none at all'}. Export it there, or name another module by --components.`
      : `${path} exports ${named.length} components with the name ${name}. Name a module by --components that exports the one of the recording.`;

  throw new TroupeError(ErrorCode.Options, text);
}

function componentsIn(value: unknown): readonly AnyComponent[] {
  if (isComponent(value)) return [value];
  if (typeof value !== 'object' || value === null) return [];

  return Object.values(value).filter(isComponent);
}

function isComponent(value: unknown): value is AnyComponent {
  const { view, transition } = (typeof value === 'function' ? value : {}) as Readonly<Record<string, unknown>>;

  return typeof view === 'function' && typeof transition === 'function';
}

// WORDS -----------------------------------------------------------------------

/** A difference as a line: `step 3, todo > item 7, after renamed: .title is "b", recorded "a"`. */
/** What a file holds is shown, and tells no terminal what to do. */
function visible(text: string): string {
  const coded = (character: string): string => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;

  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, coded);
}

function describe({ step, path, component, took, kind, at, recorded, replayed, secret }: Difference): string {
  const place = path.length === 0 ? component : path.map(shortened).join(' > ');
  const after = took.length === 0 ? '' : `, after ${took.join(', ')}`;
  const head = `step ${step}, ${place}${after}: `;
  const tail =
    secret === 'no' ? '' : ` (${secret === 'yes' ? 'depends' : 'may depend'} on a secret, which is not recorded)`;

  return `${head}${sentence(kind, at, recorded, replayed)}${tail}`;
}

function sentence(kind: Difference['kind'], at: string, recorded: string, replayed: string): string {
  if (kind === 'state') return `${at || 'the state'} is ${replayed}, recorded ${recorded}`;
  if (kind === 'effect') return `asks for ${replayed}, recorded ${recorded}${at === '' ? '' : ` (at ${at})`}`;

  return `${replayed}, recorded ${recorded}`;
}

/** An id without the type of its key. */
const shortened = (id: string): string => id.replace(/ (?:string|number) (?<key>.*)$/s, ' $<key>');

function outcome(differences: readonly Difference[]): string {
  if (differences.length === 0) return 'no difference';
  const secret = differences.filter((difference) => difference.secret !== 'no').length;

  return `${counted(differences.length, 'difference')}${secret === 0 ? '' : `, ${secret} of them over secrets`}`;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
