/**
 * A build without hooks: what `inspect.off` is measured against. The compiled files are copied, and each place of the
 * runtime that asks for a probe is replaced by one that knows there is none.
 */

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Hooks as they are written, and what replaces them. The arguments of a call that is never made are not computed. */
const hooks: readonly (readonly [hook: RegExp, without: string])[] = [
  [/(?:[\w.#]+\.)?\bprobe\?\.\(/g, 'undefined?.('],
  [/\bconst \{ probe \} = [\w.#]+;/g, 'const probe = undefined;'],
  [/\bthis\.#probe !== undefined/g, 'false'],
  [/\bprobe === undefined/g, 'true'],
];

/** A compiled file without its hooks, and how many there were. */
export function stripped(text: string): { readonly text: string; readonly hooks: number } {
  let count = 0;
  const without = hooks.reduce(
    (left, [hook, by]) =>
      left.replace(hook, () => {
        count++;
        return by;
      }),
    text
  );

  return { text: without, hooks: count };
}

/** The fewest hooks that the runtime has. */
export const minHooks = 12;

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
    const found = compiled(folder).reduce((sum, file) => sum + strip(file), 0);
    if (found < minHooks) throw new Error(`Found ${found} hooks, expected ${minHooks} at least: adapt the patterns.`);

    return await work(join(folder, 'dist/spec/bench'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function strip(file: string): number {
  const { text, hooks: count } = stripped(readFileSync(file, 'utf8'));
  if (count > 0) writeFileSync(file, text);

  return count;
}
