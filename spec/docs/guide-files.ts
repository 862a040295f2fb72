/**
 * The guide as a reader has it after each step: a folder with the files shown so far, each as it was shown last, and
 * compiled by the guide's own command. `markdown.ts` reads the guide; `guide.spec.ts` does with the pages what it says.
 *
 * The folders are in `dist/`, so that `troupe` is this package, as in a folder of a clone.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
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

const tsc = join(root, 'node_modules/typescript/bin/tsc');

/** The folders of one run. */
export class Workshop {
  readonly #folder: string;

  constructor() {
    mkdirSync(join(root, 'dist'), { recursive: true });
    this.#folder = mkdtempSync(join(root, 'dist/guide-'));
    // As the reader's folder stands below the top of a clone.
    writeFileSync(join(this.#folder, 'tsconfig.json'), JSON.stringify({ extends: join(root, 'tsconfig.json') }));
  }

  /** A folder with these files in it. */
  lay(name: string, files: Files): string {
    const folder = join(this.#folder, name);
    mkdirSync(folder);
    for (const [title, text] of files) writeFileSync(join(folder, title), text);

    return folder;
  }

  /** What the compiler complains about in a folder; '' if nothing. */
  compile(folder: string): string {
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
