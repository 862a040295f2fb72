/**
 * The command `troupe`, apart from its process: arguments, output, exit code. `cli.ts` runs it. It reads a recording
 * (`recording-file.ts`), replays it (`replay.ts`) and prints the differences.
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

/** What a command needs of its process. */
export interface CommandProcess {
  /** The current folder. */
  readonly folder: string;
  /** Prints a line to the standard output. */
  print(line: string): void;
  /** Prints a line to the standard error output. */
  printError(line: string): void;
}

const help = `Usage: troupe replay FILE [--components MODULE]

Replays a recording with the components as they are now: gives them the recorded messages in the recorded
order, and compares each state and each requested effect with the recording. Nothing else happens: no
subscription starts, no effect is performed.

  FILE                  a recording, as the inspector exports it
  --components MODULE   the module that exports the components: alone, in arrays or in records, such as the
                        routes of a server. Default: the module that package.json names, in this folder or
                        the nearest above: "troupe": { "components": "./dist/components.js" }
  --help                prints this

Exits with 0 if nothing differs, with 1 if something differs, with 2 if the recording cannot be replayed.`;

// COMMAND ---------------------------------------------------------------------

/** Exit codes. */
const exit = { same: 0, different: 1, unusable: 2 } as const;

/** Runs the command with these arguments and returns its exit code. It never throws: it prints the error and the remedy. */
export async function runCommand(given: readonly string[], process: CommandProcess): Promise<number> {
  try {
    const { file, components, isHelp } = readArguments(given);
    if (isHelp) {
      process.print(help);
      return exit.same;
    }

    return await replayFile(file, components, process);
  } catch (error) {
    process.printError(`troupe: ${textOf(error)}`);
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
  if (command !== 'replay') throw wrong(`there is no command '${command}'; the only one is replay`);
  if (file === undefined) throw wrong('replay needs the file of a recording');
  if (others.length > 0) throw wrong(`replay takes one file; '${others[0]}' is a second one`);

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

async function replayFile(file: string, module: string | undefined, process: CommandProcess): Promise<number> {
  const text = await textIn(resolve(process.folder, file));
  const recording = decodeRecording(text);
  const path = module === undefined ? await modulePath(process.folder) : resolve(process.folder, module);
  const component = componentIn(await exportsOf(path), recording.first.root.name, path);
  const { steps, differences, notes } = replay(recording, component);
  if (text.includes(hidden)) process.print(`note: ${ofSecrets}`);
  for (const note of notes) process.print(visible(`note: ${note}`));
  for (const difference of differences) process.print(visible(describe(difference)));
  process.print(`${counted(steps, 'step')}, ${outcome(differences)}`);

  return differences.length === 0 ? exit.same : exit.different;
}

const ofSecrets = 'secrets are not in the recording: they are not compared, and what depends on them may differ';

/** The text of a file. The inspector compresses recordings with gzip; one that is not compressed is read as well. */
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

const remedy =
  'Give --components MODULE, or write into package.json: "troupe": { "components": "./dist/components.js" }.';

/** The module that package.json names, in this folder or the nearest above that names one. */
async function modulePath(folder: string): Promise<string> {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const named = await namedIn(join(at, 'package.json'));
    if (named !== undefined) return resolve(at, named);
    if (dirname(at) === at) break;
  }

  throw new TroupeError(
    ErrorCode.Options,
    `No package.json in ${folder} or above names the module of the components. ${remedy}`
  );
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

  throw new TroupeError(
    ErrorCode.Options,
    `${path}: "troupe": { "components" } must be the path of a module. ${remedy}`
  );
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
      ? `The recording is of ${name}, and ${path} exports no component of that name, but ${names || 'none'}. Export it there, or give another module by --components.`
      : `${path} exports ${named.length} components with the name ${name}. Give a module by --components that exports only the recorded one.`;

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

// OUTPUT ----------------------------------------------------------------------

/** Text of a file without control characters, which could command the terminal. */
function visible(text: string): string {
  const coded = (character: string): string => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;

  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, coded);
}

/** A difference as a line: `step 3, todo > item 7, after renamed: .title is "b", recorded "a"`. */
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
  if (kind === 'effect') return `requests ${replayed}, recorded ${recorded}${at === '' ? '' : ` (at ${at})`}`;

  return `${replayed}, recorded ${recorded}`;
}

/** An id without the type of its key. */
const shortened = (id: string): string => id.replace(/ (?:string|number) (?<key>.*)$/s, ' $<key>');

function outcome(differences: readonly Difference[]): string {
  if (differences.length === 0) return 'no difference';
  const secret = differences.filter((difference) => difference.secret !== 'no').length;

  return `${counted(differences.length, 'difference')}${secret === 0 ? '' : `, ${secret} of them due to secrets`}`;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
