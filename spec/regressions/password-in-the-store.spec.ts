/**
 * A password in the model of a detached session stood in plain text in the file of the store, for everyone who reads
 * the disk or a backup of it.
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { component, html } from 'troupe';
import { readOptions } from '../../runtime/server/options.js';
import { lmdb } from '../../runtime/store/lmdb.js';

const canary = 'canary-horse-battery';

describe('a password', () => {
  it('is in no byte of what is kept of a session', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'troupe-password-'));
    const Page = component({ name: 'page', init: () => ({}), update: (model) => model, view: () => html`<p></p>` });
    const secret = 'the secret of this spec';
    const { store } = readOptions({ routes: { '/': Page }, secret, store: lmdb({ path: folder }) });
    await store.beat('a', 60_000);
    const bytes = Buffer.from(`a session with ${canary}`);
    await store.write({ id: 's', node: 'a', fence: 0, bytes, lifetime: 60_000, release: true });
    await store.close();
    const files = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
    rmSync(folder, { recursive: true });
    expect(files.length).to.be.above(0);
    for (const file of files) expect(file.includes(canary)).to.equal(false);
  });
});
