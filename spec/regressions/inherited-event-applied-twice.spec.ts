/**
 * A click, a reload, and the server was killed when the store knew the event and not the new page load. The page was
 * loaded again: the inherited event went out under the name of the page load before, which the restored session did not
 * know, and was applied twice.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Mark } from '../../runtime/wire/patch.js';
import { Host } from '../chaos/host.js';
import { Road } from '../chaos/road.js';
import { createBrowser, Tab } from '../chaos/tab.js';

/** Waits until something holds. */
async function until(what: string, holds: () => boolean): Promise<void> {
  const end = Date.now() + 30_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`${what} did not come to hold`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('a page that is loaded again before the store knows it', () => {
  it('applies what it has inherited once, although the server is killed', async () => {
    const place = mkdtempSync(join(tmpdir(), 'inherited-'));
    const host = new Host({ kind: 'lmdb', grace: 60_000, delay: 1_000, place });
    await host.start();
    const road = new Road(() => host.port);
    const browser = createBrowser(`http://127.0.0.1:${await road.open()}/counter/1`);
    const tab = new Tab(browser, 1, () => undefined);
    const other = new Tab(createBrowser(`http://127.0.0.1:${host.port}/counter/1`), 2, () => undefined);
    const act = (event: number, by = tab): void => void by.act(0, event);
    const log = (): string | null | undefined => tab.root?.querySelector('#log')?.textContent;
    const isLive = (): boolean => tab.root?.getAttribute(Mark.State) === 'live';
    const isSettled = ({ root }: Tab): boolean =>
      root?.getAttribute(Mark.State) === 'live' && !root.hasAttribute(Mark.Pending);
    try {
      await Promise.all([tab.load(), other.load()]);
      await until('live', () => isSettled(tab) && isSettled(other));
      act(1);
      await until('1 is shown', () => log() === '1');
      // The page does not hear that 1 is durable. What the other tab does later is written with it, or after it.
      road.hold('down');
      act(2, other);
      await until('the store holds 1', () => isSettled(other));
      const reloading = tab.load('reload');
      road.release('down');
      await reloading;
      await until('live', isLive);
      expect(isSettled(tab), 'the store does not know the new page load').to.equal(false);
      await host.kill();
      const loading = tab.load('reload');
      await host.start();
      await loading;
      await until('live', () => isSettled(tab));
      expect(log()).to.equal('1');
    } finally {
      await Promise.all([tab.close(), other.close()]);
      await host.kill();
      road.close();
      rmSync(place, { recursive: true, force: true });
    }
  }).timeout(90_000);
});
