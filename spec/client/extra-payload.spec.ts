import { expect } from 'chai';
import type { Wire } from '../../runtime/wire/patch.js';
import { openBundle, type WatchedPage } from '../browser/chromium.js';

declare const troupe: typeof import('./page/modules.js');

describe('client/extra-payload', () => {
  let watched: WatchedPage;

  before(async () => {
    watched = await openBundle('spec/client/page/entry.ts', '<div id="root"></div>');
  });
  after(() => watched.expectNoErrors());

  /** The further fields of an event that `make` makes. */
  const extra = (make: () => unknown): Promise<Wire[]> =>
    watched.page.evaluate(
      (make) => troupe.extraPayload.extraPayload(new Function(`return (${make})`)()()),
      `${make}`
    ) as Promise<Wire[]>;

  it('tells how large what was resized is, or else the window', async () => {
    expect(await extra(() => ({ type: 'resize', width: 1.5, height: 0 }))).to.deep.equal([1.5, 0]);
    const size = await watched.page.evaluate(() => [innerWidth, innerHeight]);
    expect(await extra(() => new Event('resize'))).to.deep.equal(size);
  });

  it('tells nothing of others', async () => {
    expect(await extra(() => new Event('click'))).to.deep.equal([]);
  });
});
