/** The settings that the examples' server reads from its environment. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readSettings } from '../../examples/settings.js';

describe("the examples' settings", () => {
  const faultOf = (environment: Readonly<Record<string, string>>): Promise<string> =>
    readSettings(environment).then(
      () => 'none',
      (error: unknown) => (error as Error).message
    );

  it('are those of one process that forgets, by default', async () => {
    const { bus, grace, node, port, store } = await readSettings({ PORT: '', STORE: '' });
    expect({ bus, grace, node, port, isVolatile: store.isVolatile }).to.deep.equal({
      ...{ bus: undefined, grace: 5_000, node: { name: 'Node 3000', process: process.pid } },
      ...{ port: 3000, isVolatile: true },
    });
  });

  it('name another port, another grace period, another name', async () => {
    const { grace, node, port } = await readSettings({ PORT: '0', GRACE: '0.5', NODE_NAME: 'Ada' });
    expect({ grace, name: node.name, port }).to.deep.equal({ grace: 500, name: 'Ada', port: 0 });
  });

  it('open a store in a folder, whose path may hold a colon', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'settings-'));
    const { bus, store } = await readSettings({ STORE: `lmdb:${join(folder, 'a:b')}` });
    try {
      expect([bus, store.isVolatile, store.isShared]).to.deep.equal([undefined, false, false]);
    } finally {
      await store.close();
      rmSync(folder, { recursive: true });
    }
  });

  it('say what is wrong with them', async () => {
    expect(await faultOf({ STORE: 'disk' })).to.equal('STORE is memory, lmdb:PATH or redis, not disk.');
    expect(await faultOf({ STORE: 'lmdb' })).to.equal('STORE is memory, lmdb:PATH or redis, not lmdb.');
    expect(await faultOf({ PORT: 'http' })).to.equal('PORT is a number, 0 or more, not http.');
    expect(await faultOf({ GRACE: '-1' })).to.equal('GRACE is a number, 0 or more, not -1.');
  });
});
