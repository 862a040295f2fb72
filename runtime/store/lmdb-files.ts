/**
 * The files of the store on disk: their names, the package that reads them, and what is done before it opens them. They
 * are checked (`lmdb-check.ts`), and moved aside if they are damaged, and they are given the space that LMDB needs.
 * `lmdb-environment.ts` opens them afterwards.
 *
 *     FOLDER/data.mdb    the sessions
 *     FOLDER/lock.mdb    the readers of this process
 *     FOLDER/process     which process uses the folder (`folder-lock.ts`)
 */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ErrorCode, TroupeError, textOf } from '../platform/errors.js';
import { lockFolder } from './folder-lock.js';

// NAMES -----------------------------------------------------------------------

/** The databases in the file, beside the one that has no name. */
export const databaseNames = ['sessions', 'quarantine'] as const;

/** Where the database without a name has a number above all fences. */
export const fenceKey = 'fence';

/** The file with the sessions. */
export const dataFile = (path: string): string => join(path, 'data.mdb');

const lockFile = (path: string): string => join(path, 'lock.mdb');

// PACKAGE ---------------------------------------------------------------------

/** Loads the package `lmdb`; throws an error that names it if it is missing. */
export function loadLmdb(): typeof import('lmdb') {
  try {
    return createRequire(import.meta.url)('lmdb') as typeof import('lmdb');
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND';
    const what = isMissing ? 'needs the package lmdb' : `cannot load the package lmdb (${textOf(error)})`;

    throw new TroupeError(ErrorCode.Store, `troupe/store/lmdb ${what}. Install it: npm install lmdb`, { cause: error });
  }
}

// FOLDER ----------------------------------------------------------------------

/** Bytes of `lock.mdb` that are there before LMDB maps it; it uses 8,272. */
const lockBytes = 16_384;

/** What to do about an error of the file system. */
const remedies: Readonly<Record<string, string>> = {
  EACCES: 'Give the user of this process the right to write in it, or use another path.',
  EDQUOT: 'Free some space, or use another path.',
  ENOSPC: 'Free some space, or use another path.',
  ENOTDIR: 'Use the path of a folder.',
  EPERM: 'Give the user of this process the right to write in it, or use another path.',
  EROFS: 'Mount it writable, or use another path.',
};

/** An error of the file system as an error of the store: which folder, and what to do. */
export function folderError(path: string, what: string, error: unknown): TroupeError {
  const { code = '' } = error as NodeJS.ErrnoException;
  const remedy = remedies[code] ?? 'See the cause.';

  return new TroupeError(ErrorCode.Store, `The store in ${path} ${what} (${textOf(error)}). ${remedy}`, {
    cause: error,
  });
}

/**
 * Makes a folder ready for LMDB: creates it, locks it, and moves damaged files aside. Returns the function that unlocks
 * it, and an error that says what was moved where.
 *
 * @throws TroupeError `store` if the folder cannot be written, or another process uses it
 */
export function prepareFolder(path: string): { readonly unlock: () => void; readonly damage: TroupeError | undefined } {
  let unlock: (() => void) | undefined;
  try {
    makeFolder(path);
    unlock = lockFolder(path);
    fillLockFile(path);

    return { unlock, damage: moveDamagedAside(path) };
  } catch (error) {
    unlock?.();
    throw error instanceof TroupeError ? error : folderError(path, 'cannot be written', error);
  }
}

/** Creates a folder if there is none. With `recursive`, a read-only disk is `ENOENT` in Node; the second call says what it is. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch {
    mkdirSync(path);
  }
}

/** LMDB maps this file and writes to the map. Without space on the disk for a page of it, that would end the process. */
function fillLockFile(path: string): void {
  const file = lockFile(path);
  const { size } = statSync(file, { throwIfNoEntry: false }) ?? { size: 0 };

  if (size < lockBytes) writeFileSync(file, Buffer.alloc(lockBytes));
}

// DAMAGE ----------------------------------------------------------------------

/** The exit status of `lmdb-check.ts` if the files are damaged. */
export const damagedStatus = 3;

/** The end of a process that read a damaged file. */
const damageSignals: readonly unknown[] = ['SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGSEGV'];

/** Milliseconds for which the check is waited for. What is not found damaged by then is opened. */
const maxCheckMs = 600_000;

/** Moves files that cannot be read aside, so that new ones are made. Returns what was done. */
function moveDamagedAside(path: string): TroupeError | undefined {
  const file = dataFile(path);
  if (!existsSync(file) || statSync(file).size === 0) return undefined;
  const reason = whatIsDamaged(path);
  if (reason === undefined) return undefined;
  const aside = `${file}.damaged-${Date.now()}`;

  renameSync(file, aside);
  rmSync(lockFile(path), { force: true });
  fillLockFile(path);
  return new TroupeError(
    ErrorCode.Store,
    `The store in ${path} was damaged: ${reason}. It was moved to ${aside}, and an empty one was made: its sessions begin anew. To have them back, stop the server and replace data.mdb by a backup.`
  );
}

function whatIsDamaged(path: string): string | undefined {
  const program = fileURLToPath(new URL('./lmdb-check.js', import.meta.url));
  const { signal, status, stdout } = spawnSync(process.execPath, [program, path], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: maxCheckMs,
    killSignal: 'SIGKILL',
    // What debugs or measures this process has no business in that one.
    env: { ...process.env, NODE_OPTIONS: '' },
  });

  if (signal !== null && damageSignals.includes(signal)) return `a process that read it was ended by ${signal}`;
  return status === damagedStatus ? stdout : undefined;
}
