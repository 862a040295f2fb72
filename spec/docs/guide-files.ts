/**
 * The guide as a reader has it after each step: a folder with the files shown so far, each as it was shown last.
 * `markdown.ts` reads the guide; `guide.spec.ts` follows it.
 *
 * The folders are outside of the project, so nothing is found there that the guide does not install. `troupe` is the
 * packed tarball. All other packages are links to the installed ones of the project: npm needs no network, and versions
 * are those of the lock file.
 */

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { packPackage } from '../packed.js';
import { listingsOf, read } from './markdown.js';

// TYPES -----------------------------------------------------------------------

/** A file with the name that the guide gives it. */
export type Files = ReadonlyMap<string, string>;

/** A server of the guide that runs. */
export interface Running {
  readonly child: ChildProcess;
  readonly origin: string;
  readonly port: number;
  /** What it has written to stderr so far. */
  said(): string;
  /** Ends it; gives its exit status, or the signal that has ended it. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

// FILES -----------------------------------------------------------------------

const root = process.cwd();

/** Which files there are after each step, from 0: what is there before the first one. */
export function stepsOfGuide(): readonly Files[] {
  const steps: Files[] = [];
  for (const part of read('docs/guide.md').split(/^## (?=\d+ )/m)) {
    const shown = listingsOf(part).flatMap(({ text, title }) => (title === undefined ? [] : [[title, text] as const]));
    steps.push(new Map([...(steps.at(-1) ?? []), ...shown]));
  }

  return steps;
}

/** The folder of a reader, in which packages are installed, with a folder for each step. */
export class Workshop {
  readonly #folder = mkdtempSync(join(tmpdir(), 'troupe-guide-'));

  constructor(files: Files) {
    write(this.#folder, files);
  }

  /** Runs one of the guide's `npm install` commands. */
  install(command: string): void {
    const words = command.split(' ').slice(2);
    const options = words.filter((word) => word.startsWith('-'));
    const names = words.filter((word) => !word.startsWith('-')).flatMap(withDependencies);
    const places = [...new Set(names)].map((name) => (name === 'troupe' ? packPackage().tarball : linked(name)));
    const quiet = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund'];
    execFileSync('npm', ['install', '--prefix', this.#folder, ...quiet, ...options, ...places], { stdio: 'pipe' });
  }

  /** Imports an entry of an installed package. */
  async import(entry: string): Promise<unknown> {
    return import(pathToFileURL(createRequire(join(this.#folder, 'package.json')).resolve(entry)).href);
  }

  /** A folder with these files in it. */
  lay(name: string, files: Files): string {
    const folder = join(this.#folder, name);
    mkdirSync(folder);
    write(folder, files);

    return folder;
  }

  /** What the compiler complains about in a folder; '' if nothing. */
  compile(folder: string): string {
    const tsc = join(this.#folder, 'node_modules/typescript/bin/tsc');
    const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });

    return status === 0 ? '' : `${stdout}${stderr}`;
  }

  /** A copy of a folder that was compiled, in which one text of one compiled file is another. */
  twist(folder: string, name: string, file: string, from: string, to: string): string {
    const twisted = join(this.#folder, name);
    cpSync(folder, twisted, { recursive: true });
    const path = join(twisted, 'built', file);
    const text = readFileSync(path, 'utf8');
    if (!text.includes(from)) throw new Error(`${file} has no ${from} in it.`);
    writeFileSync(path, text.replace(from, to));

    return twisted;
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function write(folder: string, files: Files): void {
  for (const [title, text] of files) writeFileSync(join(folder, title), text);
}

/** Where the project has a package. */
const linked = (name: string): string => join(root, 'node_modules', name);

/** A package to install; with `troupe`, what it depends on as well. */
function withDependencies(name: string): readonly string[] {
  if (name !== 'troupe') return [name];
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Readonly<Record<string, string>> };

  return [name, ...Object.keys(dependencies)];
}

// RUNNING ---------------------------------------------------------------------

/** Starts the server of a folder, as the guide says, on a free port or a given one; it runs in `cwd`. */
export async function startServer(folder: string, port = 0, cwd = folder): Promise<Running> {
  const env = { ...process.env, NODE_ENV: 'development', PORT: `${port}` };
  const child = spawn(process.execPath, [join(folder, 'built/server.js')], { cwd, env, stdio: 'pipe' });
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  const gone = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once('exit', (status, signal) => resolve(status ?? signal))
  );
  for await (const line of createInterface(child.stdout)) {
    const [, open] = /^Open (http:\S+)$/.exec(line) ?? [];
    if (open === undefined) continue;
    const { origin, port: bound } = new URL(open);
    const end = (signal: NodeJS.Signals) => {
      child.kill(signal);

      return gone;
    };

    child.stdout.resume();
    return { child, origin, port: Number(bound), said: () => said, end };
  }
  throw new Error(`The server has not started: ${said}`);
}
