/**
 * The lock of a folder that one process uses at a time (`lmdb-files.ts`). A file in the folder names the process, and counts only
 * while that process lives: a killed process leaves nothing that has to be cleaned up.
 *
 * **Note:** it works between the processes of one computer or container, not between several.
 */

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ErrorCode, TroupeError } from '../platform/errors.js';

// TYPES -----------------------------------------------------------------------

/** The process that uses a folder. */
interface Holder {
  readonly pid: number;
  /** When the process was started, in a form that can only be compared. Process ids are used again. */
  readonly started: string;
}

/** Tries to replace the file of a dead process. */
const maxTries = 3;

const fileName = 'process';

// LOCK ------------------------------------------------------------------------

/**
 * Locks a folder for this process. Returns the function that unlocks it.
 *
 * @throws TroupeError `store` with the process that has the lock, which may be this process
 */
export function lockFolder(path: string): () => void {
  const file = join(path, fileName);
  const holder = JSON.stringify({ pid: process.pid, started: startOf(process.pid) ?? '' } satisfies Holder);

  for (let left = maxTries; left > 0; left--) {
    if (create(file, holder)) return () => remove(file);
    const other = read(file);
    if (other !== undefined && isAlive(other)) throw inUse(path, other);
    rmSync(file, { force: true });
  }
  throw new TroupeError(ErrorCode.Store, `${file} cannot be created: other processes are starting in the same folder.`);
}

/** Creates the file; false if it exists. */
function create(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes the file. Where it cannot be removed it is without effect when this process has ended. */
function remove(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // The disk is read-only, or fails.
  }
}

/** Reads the file; `undefined` if it is gone, or incomplete because its process ended while it wrote. */
function read(file: string): Holder | undefined {
  try {
    const { pid, started } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Holder>;
    return typeof pid === 'number' && typeof started === 'string' ? { pid, started } : undefined;
  } catch {
    return undefined;
  }
}

function inUse(path: string, { pid }: Holder): TroupeError {
  const who = pid === process.pid ? 'this process itself' : `process ${pid}`;

  return new TroupeError(
    ErrorCode.Store,
    `${path} is used by ${who}. One store in one process can use it. End the other process, close its store, or use another path.`
  );
}

// PROCESSES -------------------------------------------------------------------

function isAlive({ pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // A process of another user lives, but takes no signals from this one.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = startOf(pid);

  return now === undefined || now === started;
}

/** When a process was started; `undefined` if that is not known. */
function startOf(pid: number): string | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program is in brackets and may have any characters. The start time is the 20th field after it.
    return status.slice(status.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return pid === process.pid ? String(Math.round(performance.timeOrigin)) : undefined;
  }
}
