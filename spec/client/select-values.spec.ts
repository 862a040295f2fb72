import { expect } from 'chai';
import { openBundle, type WatchedPage } from '../browser/chromium.js';

declare const troupe: typeof import('./page/modules.js');

describe('client/select-values', () => {
  let watched: WatchedPage;

  before(async () => {
    watched = await openBundle('spec/client/page/entry.ts');
  });
  after(() => watched.expectNoErrors());

  /** What is assigned when options change, the user having chosen `chosen` and `removed` going. */
  const settle = (chosen: string | undefined, removed: string) =>
    watched.page.evaluate(
      ([chosen, removed]) => {
        const assigned: unknown[] = [];
        const selects = new troupe.selectValues.SelectValues();
        const select = document.createElement('select');
        for (const value of ['a', 'b', 'c']) select.add(new Option(value, value));
        select.value = 'b';
        selects.want(select, 'b');
        selects.wrote(select);
        if (chosen) select.value = chosen;
        selects.touch(select.options[0] as Node);
        select.querySelector(`[value=${removed}]`)?.remove();
        selects.settle((_, value) => void assigned.push(value));
        selects.settle((_, value) => void assigned.push(value));
        return assigned;
      },
      [chosen, removed] as const
    );

  it('say the value again when options change', async () => {
    expect(await settle(undefined, 'a')).to.deep.equal(['b']);
  });

  it('leave the choice of the user', async () => {
    expect(await settle('c', 'a')).to.deep.equal([]);
  });

  it('say the value again when the choice of the user is gone', async () => {
    expect(await settle('c', 'c')).to.deep.equal(['b']);
  });

  it('leave selects alone whose value no part writes', async () => {
    const assigned = await watched.page.evaluate(() => {
      const assigned: unknown[] = [];
      const selects = new troupe.selectValues.SelectValues();
      const select = document.createElement('select');
      selects.touch(select);
      selects.touch(document.createElement('p'));
      selects.touch(null);
      selects.settle((_, value) => void assigned.push(value));
      return assigned;
    });
    expect(assigned).to.deep.equal([]);
  });
});
