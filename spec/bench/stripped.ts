/**
 * A build without hooks: what `inspect.off` is measured against. The compiled files are copied, and every statement that
 * asks for an observer is taken out of those of the runtime.
 */

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A statement that tells the witness something, if there is one. */
const telling = /^[ \t]*(?:[\w.#]+\.)?witness\?\.\w+\([^;]*\);$/gm;

/** A statement that asks for the witness. */
const asking = /\bconst \{ witness \} = [\w.#]+;/g;

/** A compiled file without its hooks, and how many there were. */
export function stripped(text: string): { readonly text: string; readonly hooks: number } {
  let hooks = 0;
  const count = (by: string) => () => {
    hooks++;
    return by;
  };

  return { text: text.replace(telling, count('')).replace(asking, count('const witness = undefined;')), hooks };
}

/** Makes such a build, lets `work` use its folder of benchmarks, and removes it. */
export async function withStripped<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const root = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'stripped-'));
  try {
    for (const name of ['package.json', 'dist']) cpSync(join(root, name), join(folder, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const hooks = readdirSync(join(folder, 'dist/runtime'), { encoding: 'utf8' })
      .filter((name) => name.endsWith('.js'))
      .reduce((sum, name) => sum + strip(join(folder, 'dist/runtime', name)), 0);
    if (hooks < 15) throw new Error(`only ${hooks} hooks were found: they are written in another way than they were`);

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
