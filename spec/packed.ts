/**
 * The package as npm packs it, for specs of what its users get: `npm pack` runs once per process. It packs what was
 * built; the tarball is in `dist/packed/`.
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** A tarball, and the paths of the files in it. */
export interface Packed {
  readonly tarball: string;
  readonly files: ReadonlySet<string>;
}

/** One entry of what `npm pack --json` prints. */
interface Entry {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** Of this process alone: specs are run by several at a time. */
const folder = join(process.cwd(), 'dist/packed', `${process.pid}`);
let packed: Packed | undefined;

/** Packs the project; the second call returns what the first one made. */
export function packPackage(): Packed {
  packed ??= pack();

  return packed;
}

function pack(): Packed {
  mkdirSync(folder, { recursive: true });
  // Without scripts: `prepack` builds, and a spec runs from what was built.
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const [entry] = JSON.parse(execFileSync('npm', args, { encoding: 'utf8' })) as [Entry];

  return { tarball: join(folder, entry.filename), files: new Set(entry.files.map(({ path }) => path)) };
}
