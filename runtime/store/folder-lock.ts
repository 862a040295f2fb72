/**
 * A folder that one process uses at a time: a file in it says which, and counts for as long as that process
 * lives. So a process that was killed leaves nothing behind that somebody has to clean up.
 *
 * **Note:** it tells processes of one computer (and one container) from each other, not of several.
 */

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ErrorCode, TroupeError } from '../platform/errors.js';

// TYPES -----------------------------------------------------------------------

/** Who uses a folder. */
interface Holder {
  readonly pid: number;
  /** When the process was started, in a form that can only be compared: a number is given to another process again. */
  readonly started: string;
}

/** How often it is tried to take the place of a process that is dead. */
const tries = 3;

const fileName = 'process';

// LOCK ------------------------------------------------------------------------

/**
 * Takes a folder for this process; gives what lets go of it.
 *
 * Throws an error that names the other process if there is one, also if that is this very process.
 */
export function lockFolder(path: string): () => void {
  const file = join(path, fileName);
  const holder = JSON.stringify({ pid: process.pid, started: startOf(process.pid) ?? '' } satisfies Holder);

  for (let left = tries; left > 0; left--) {
    if (create(file, holder)) return () => rmSync(file, { force: true });
    const other = read(file);
    if (other !== undefined && isAlive(other)) throw inUse(path, other);
    rmSync(file, { force: true });
  }
  throw new TroupeError(ErrorCode.Store, `${file} cannot be created: other processes are starting in the same folder.`);
}

/** Whether the file was not there and is now. */
function create(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** What the file says; nothing if it was cut off by the end of the process that wrote it, or is gone. */
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
    `${path} is used by ${who}. One store in one process can use it: end the other, close its store, or give this one another path.`
  );
}

// PROCESSES -------------------------------------------------------------------

function isAlive({ pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Of another user: it lives, but may not be sent signals.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = startOf(pid);

  return now === undefined || now === started;
}

/** When a process was started; nothing if that cannot be found out. */
function startOf(pid: number): string | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program stands in brackets and may have any characters; 20 fields on is the time.
    return status.slice(status.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return pid === process.pid ? String(Math.round(performance.timeOrigin)) : undefined;
  }
}
