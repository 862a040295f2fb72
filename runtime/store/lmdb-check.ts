/**
 * The program that `lmdb-files.ts` runs in a process of its own before it opens existing files: it reads all that
 * is in them, and removes it in a transaction that it aborts, which leaves the files as they were. LMDB maps its file into
 * memory and follows page numbers unchecked, so that a damaged file can end the process that reads or writes it. Here
 * that is this process.
 *
 *     node lmdb-check.js FOLDER
 *
 * It ends with 0 if all can be read, and with `damagedStatus` and the reason on its output if something cannot. Any other
 * end but a signal says nothing of the files.
 */

import { writeSync } from 'node:fs';
import type { Database, RootDatabase } from 'lmdb';
import { textOf } from '../platform/errors.js';
import { damagedStatus, databaseNames, fenceKey, loadLmdb } from './lmdb-files.js';

/** Errors of LMDB that speak of its files: page not found, corrupted, panic, invalid, transaction unusable, problem. */
const damageCodes: readonly unknown[] = [-30_797, -30_796, -30_795, -30_793, -30_782, -30_779];

const bytesOfFence = 8;

/** Reads every value. A damaged tree can lead in a circle, so it reads no more entries than there are said to be. */
function readAll(name: string, database: Database<Buffer, string>): string | undefined {
  const { entryCount } = database.getStats() as { readonly entryCount: number };
  const keys: string[] = [];

  for (const key of database.getKeys()) {
    if (keys.push(key) > entryCount) break;
    database.getBinaryFast(key);
  }
  if (keys.length !== entryCount) return `${name} has ${keys.length} entries, and ${entryCount} are counted in it`;
  const left = leftAfterRemoval(database, keys);

  return left === 0 ? undefined : `${name} has ${left} entries that cannot be removed`;
}

/** How many entries are left when all are removed. They are there again afterwards. */
function leftAfterRemoval(database: Database<Buffer, string>, keys: readonly string[]): number {
  let left = keys.length;

  database.transactionSync(() => {
    for (const key of keys) database.removeSync(key);
    // A failed removal does not throw. The transaction is then unusable, and the count as well.
    left = (database.getStats() as { readonly entryCount: number }).entryCount;
    return loadLmdb().ABORT;
  });
  return left;
}

/** What is wrong with the files; `undefined` if nothing is. */
function check(root: RootDatabase<Buffer, string>): string | undefined {
  const fence = root.get(fenceKey);
  if (fence !== undefined && !(fence.length === bytesOfFence && Number.isSafeInteger(fence.readDoubleLE()))) {
    return 'the number of the last fence cannot be read';
  }
  const present = new Set(root.getKeys());

  return databaseNames
    .filter((name) => present.has(name))
    .map((name) => readAll(name, root.openDB(name, { encoding: 'binary' })))
    .find((found) => found !== undefined);
}

function run(path: string): void {
  try {
    const found = check(loadLmdb().open<Buffer, string>({ path, noSubdir: false, encoding: 'binary' }));
    if (found !== undefined) end(damagedStatus, found);
  } catch (error) {
    const isDamage = damageCodes.includes((error as { readonly code?: unknown }).code);
    end(isDamage ? damagedStatus : 1, textOf(error));
  }
  // Not left to the event loop: closing would write.
  end(0, '');
}

function end(status: number, text: string): never {
  writeSync(1, text);
  process.exit(status);
}

run(process.argv[2] ?? '');
