/**
 * The LMDB environment of the store on disk: the open files, and every write to them. `lmdb.ts` decides what is written;
 * `lmdb-files.ts` prepares the folder.
 *
 * A full disk must not reach LMDB: where its own write fails, it writes its message beyond a buffer, and the process can
 * be ended for that. So the space of a write is appended to the file first; that this fails is the error of a full disk.
 * LMDB takes the space that is there. If a write of it fails all the same, the environment is closed and opened again
 * before the next one: after a failed write of its root, LMDB refuses all others.
 */

import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { setImmediate as nextImmediate } from 'node:timers/promises';
import type { Database, RootDatabase } from 'lmdb';
import { ErrorCode, TroupeError, textOf } from '../platform/errors.js';
import { dataFile, fenceKey, folderError, loadLmdb, prepareFolder } from './lmdb-files.js';

// TYPES -----------------------------------------------------------------------

/** The key of a snapshot in quarantine: time and a fence, so that no two are the same. */
export type QuarantineKey = [at: number, fence: number];

/** The open databases. */
interface Databases {
  readonly root: RootDatabase<Buffer, string>;
  readonly sessions: Database<Buffer, string>;
  readonly quarantine: Database<Buffer, QuarantineKey>;
}

/** What LMDB says of a write that has failed. The cause rejects a moment later. */
interface CommitError extends Error {
  readonly commitError?: Promise<never>;
}

// LIMITS ----------------------------------------------------------------------

/** Pages that a write changes beside those of its value: the way to it in the tree, and lists of free pages. */
const pagesBeside = 8;

/** Pages that are free beyond those of all writes under way. */
const sparePages = 64;

/** Bytes appended at once. */
const pieceBytes = 65_536;

// ENVIRONMENT -----------------------------------------------------------------

/** The files of one folder, open. */
export class LmdbEnvironment {
  /** What was found damaged and moved aside. */
  readonly damage: TroupeError | undefined;
  readonly #path: string;
  readonly #unlock: () => void;
  readonly #pageSize: number;
  /** Appends to the file of LMDB. */
  readonly #file: number;
  #databases: Databases;
  #isOpen = true;
  /** Bytes of the file that are free for certain. */
  #free = 0;
  /** Bytes that writes under way may need. */
  #reserved = 0;
  /** Whether a write has failed since the files were opened. */
  #isBroken = false;
  #underWay = 0;
  #reopening: Promise<void> | undefined;

  constructor(path: string) {
    const { damage, unlock } = prepareFolder(path);
    this.#path = path;
    this.damage = damage;
    this.#unlock = unlock;
    try {
      this.#databases = openDatabases(path);
      this.#pageSize = this.#stats().pageSize;
      this.#file = openSync(dataFile(path), 'a');
    } catch (error) {
      unlock();
      throw new TroupeError(ErrorCode.Store, `The store in ${path} cannot be opened: ${textOf(error)}`, {
        cause: error,
      });
    }
  }

  /** The sessions. Read from it; write with `put` and `remove`. */
  get sessions(): Database<Buffer, string> {
    return this.#databases.sessions;
  }

  /** The quarantine. */
  get quarantine(): Database<Buffer, QuarantineKey> {
    return this.#databases.quarantine;
  }

  /** Resolves when the files can be used; `undefined` if they can at once. Rejects if they cannot be opened again. */
  get ready(): Promise<void> | undefined {
    if (this.#isBroken && this.#underWay === 0) this.#reopening ??= this.#reopen();
    return this.#reopening;
  }

  /** The number on disk that is above all fences. */
  get fence(): number {
    return this.#databases.root.get(fenceKey)?.readDoubleLE() ?? 0;
  }

  /** Writes that number; it is on disk when this returns. */
  writeFence(fence: number): void {
    const value = Buffer.alloc(8);
    const bytes = this.#reserve(value.length);
    value.writeDoubleLE(fence);
    try {
      this.#databases.root.putSync(fenceKey, value);
    } catch (error) {
      this.#isBroken = true;
      throw error;
    } finally {
      this.#reserved -= bytes;
    }
  }

  /** Writes a session. Resolves when it is on disk, or, without `flush`, when the operating system has it. */
  put(id: string, record: Buffer, flush: boolean): Promise<void> {
    return this.#write(record.length, flush, () => this.sessions.put(id, record));
  }

  /** Writes to the quarantine, as `put`. */
  putAside(key: QuarantineKey, record: Buffer, flush: boolean): Promise<void> {
    return this.#write(record.length, flush, () => this.quarantine.put(key, record));
  }

  /** Removes a session. */
  remove(id: string): Promise<void> {
    return this.#write(0, false, () => this.sessions.remove(id));
  }

  /** Removes from the quarantine. */
  removeAside(key: QuarantineKey): Promise<void> {
    return this.#write(0, false, () => this.quarantine.remove(key));
  }

  /** Closes the files; what is being written is finished. */
  async close(): Promise<void> {
    await this.#reopening?.catch(() => undefined);
    try {
      // What has not been flushed after a failed write has been reported by that write.
      if (!this.#isBroken) await this.#databases.root.flushed;
      if (this.#isOpen) await this.#databases.root.close();
    } finally {
      closeSync(this.#file);
      this.#unlock();
    }
  }

  // WRITING -------------------------------------------------------------------

  /** Has LMDB write, in space that is there. Throws at once if there is none. */
  async #write(length: number, flush: boolean, write: () => Promise<unknown>): Promise<void> {
    const bytes = this.#reserve(length);
    const { root } = this.#databases;
    this.#underWay++;
    try {
      const written = write();
      await (flush ? Promise.all([written, root.flushed]) : written);
    } catch (error) {
      this.#isBroken = true;
      throw await causeOf(error as CommitError);
    } finally {
      this.#reserved -= bytes;
      this.#underWay--;
    }
  }

  /** Appends to the file, if it may be too short for a write of so many bytes. Returns the bytes the write may need. */
  #reserve(length: number): number {
    const bytes = (Math.ceil(length / this.#pageSize) + pagesBeside) * this.#pageSize;

    this.#free -= bytes;
    if (this.#free < 0) this.#append(bytes);
    this.#reserved += bytes;
    return bytes;
  }

  /** Finds out how long the file has to be for one more write, and appends what is missing. */
  #append(bytes: number): void {
    const used = (this.#stats().lastPageNumber + 1 + sparePages) * this.#pageSize + this.#reserved + bytes;
    let { size } = fstatSync(this.#file);
    try {
      while (size < used + pieceBytes) size += writeSync(this.#file, Buffer.alloc(pieceBytes));
    } catch (error) {
      if (size < used) throw folderError(this.#path, 'has no space for more', error);
    }
    this.#free = size - used;
  }

  #stats(): { readonly pageSize: number; readonly lastPageNumber: number } {
    return this.#databases.root.getStats() as { readonly pageSize: number; readonly lastPageNumber: number };
  }

  // REOPENING -----------------------------------------------------------------

  async #reopen(): Promise<void> {
    try {
      if (this.#isOpen) await this.#databases.root.close();
      this.#isOpen = false;
      this.#databases = openDatabases(this.#path);
      this.#isOpen = true;
      this.#isBroken = false;
      this.#free = 0;
    } finally {
      this.#reopening = undefined;
    }
  }
}

/** Opens the databases. Writes of one turn are not gathered by LMDB itself: that makes promises which nothing handles. */
function openDatabases(path: string): Databases {
  const root = loadLmdb().open<Buffer, string>({
    path,
    noSubdir: false,
    encoding: 'binary',
    eventTurnBatching: false,
  });

  return {
    root,
    sessions: root.openDB<Buffer, string>('sessions', { encoding: 'binary' }),
    quarantine: root.openDB<Buffer, QuarantineKey>('quarantine', { encoding: 'binary' }),
  };
}

/** What LMDB says of the cause, if it says it. */
async function causeOf(error: CommitError): Promise<unknown> {
  try {
    await Promise.race([error.commitError, nextImmediate()]);
    return error;
  } catch (cause) {
    return new TroupeError(ErrorCode.Store, `LMDB could not write: ${textOf(cause)}`, { cause });
  }
}
