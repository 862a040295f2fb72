/** Programs of this computer that specs need: finds them, and on a build machine (root, Debian, `CI` set) installs them. */

import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What is needed, and how to get it. */
export interface Requirement {
  /** What it is called, `Chromium`. */
  readonly name: string;
  /** Whether it is there. */
  isThere(): boolean;
  /** Debian's packages with it, as `apt-get install -y` is given them. */
  readonly packages: string;
}

/** Whether a missing program is a failure. */
export const isBuildMachine = (process.env['CI'] ?? '') !== '';

/** The command that installs something. */
export const installationOf = ({ packages }: Requirement): string => `apt-get update && apt-get install -y ${packages}`;

/** Where the first program of these names is, or `undefined`. */
export function findProgram(...names: readonly string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);

  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/** Whether something is there, after installing it if need be and possible; else says how to install it. */
export function provide(requirement: Requirement): boolean {
  if (requirement.isThere()) return true;
  const command = installationOf(requirement);
  if (isBuildMachine && process.getuid?.() === 0 && findProgram('apt-get') !== undefined) {
    console.log(`No ${requirement.name} found; installing it: ${command}`);
    spawnSync('sh', ['-c', command], { stdio: ['ignore', 'inherit', 'inherit'] });
    if (requirement.isThere()) return true;
  }
  console.error(`Some specs need ${requirement.name}. Install it:\n\n    ${command}\n`);

  return false;
}

/** Whether a file is there and can be run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
