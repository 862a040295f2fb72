import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { lockFolder } from '../../../runtime/store/folder-lock.js';
import { skip } from '../../skip.js';

describe('store/folder-lock', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lock-'));
    file = join(folder, 'process');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('lets a folder be taken once, and again after it was let go', () => {
    const unlock = lockFolder(folder);
    expect(() => lockFolder(folder)).to.throw(/is used by this process itself/);
    unlock();
    unlock();
    expect(existsSync(file)).to.equal(false);
    lockFolder(folder)();
  });

  it('names the process that uses it, and what to do', () => {
    writeFileSync(file, JSON.stringify({ pid: process.ppid, started: startOf(process.ppid) }));
    const message = new RegExp(`used by process ${process.ppid}.*another path`);
    expect(() => lockFolder(folder)).to.throw(message);
  });

  it('takes the place of a process that is dead', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    for (const text of [JSON.stringify({ pid, started: '1' }), '', '{"pid":', '{}']) {
      writeFileSync(file, text);
      lockFolder(folder)();
    }
  });

  it('takes the place of a process whose number another has now', function () {
    if (process.platform !== 'linux') skip(this, 'reads /proc');
    for (const pid of [process.pid, process.ppid]) {
      writeFileSync(file, JSON.stringify({ pid, started: '1' }));
      lockFolder(folder)();
    }
  });

  it('says what is wrong with the folder', () => {
    expect(() => lockFolder(join(folder, 'nowhere'))).to.throw(/ENOENT/);
  });
});

/** The field of `/proc/PID/stat`, found in another way than the runtime does. */
function startOf(pid: number): string {
  if (process.platform !== 'linux') return '';
  return /\) (?:\S+ ){19}(\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? '';
}
