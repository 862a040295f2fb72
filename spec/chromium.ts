/**
 * Finds the Chromium that the browser specs drive: `CHROMIUM_PATH`, else one of the usual names on
 * `PATH`. On a build machine (root, Debian, `CI` set) a missing one is installed.
 */

import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const install = 'apt-get update && apt-get install -y chromium';

/** Where Chromium is, or `undefined` if there is none. */
export function findChromium(): string | undefined {
  const given = process.env['CHROMIUM_PATH'];
  if (given !== undefined && given !== '') return given;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/** Where Chromium is, after installing it if need be and possible; else says how to and gives `undefined`. */
export function provideChromium(): string | undefined {
  const found = findChromium();
  if (found !== undefined) return found;
  const canInstall = (process.env['CI'] ?? '') !== '' && process.getuid?.() === 0 && isExecutable('/usr/bin/apt-get');
  if (canInstall) {
    console.log(`No Chromium found; installing it: ${install}`);
    spawnSync('sh', ['-c', install], { stdio: ['ignore', 'inherit', 'inherit'] });
    const installed = findChromium();
    if (installed !== undefined) return installed;
  }
  console.error(`The browser specs need Chromium. Set CHROMIUM_PATH to one, or install it:\n\n    ${install}\n`);
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
