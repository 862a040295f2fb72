/**
 * A build without hooks: what `inspect.off` is measured against. The compiled files are copied, and every statement that
 * asks for an observer is taken out of those of the runtime.
 */

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A statement that calls the probe, if there is one. */
const telling = /^[ \t]*(?:[\w.#]+\.)?probe\?\.\w+\([^;]*\);$/gm;

/** A statement that reads the probe. */
const asking = /\bconst \{ probe \} = [\w.#]+;/g;

/** A compiled file without its hooks, and how many there were. */
export function stripped(text: string): { readonly text: string; readonly hooks: number } {
  let hooks = 0;
  const count = (by: string) => () => {
    hooks++;
    return by;
  };

  return { text: text.replace(telling, count('')).replace(asking, count('const probe = undefined;')), hooks };
}

/** The fewest hooks that the runtime has. */
export const minHooks = 15;

/** The compiled files of the runtime of the build in `root`. */
export const compiled = (root: string): readonly string[] =>
  readdirSync(join(root, 'dist/runtime'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => join(root, 'dist/runtime', name));

/** Makes such a build, lets `work` use its folder of benchmarks, and removes it. */
export async function withStripped<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const root = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'stripped-'));
  try {
    for (const name of ['package.json', 'dist']) cpSync(join(root, name), join(folder, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const hooks = compiled(folder).reduce((sum, file) => sum + strip(file), 0);
    if (hooks < minHooks) throw new Error(`Found ${hooks} hooks, expected ${minHooks} at least: adapt the patterns.`);

    return await work(join(folder, 'dist/spec/bench'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function strip(file: string): number {
  const { text, hooks } = stripped(readFileSync(file, 'utf8'));
  if (hooks > 0) writeFileSync(file, text);

  return hooks;
}
