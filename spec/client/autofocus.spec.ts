import { expect } from 'chai';
import { openBundle, type WatchedPage } from '../browser/chromium.js';

declare const troupe: typeof import('./page/modules.js');

describe('client/autofocus', () => {
  let watched: WatchedPage;

  before(async () => {
    watched = await openBundle('spec/client/page/entry.ts');
  });
  after(() => watched.expectNoErrors());

  /** Ids of what has the focus after each step in a root with a field that has the focus, and another that asks for it. */
  const focused = (steps: readonly string[]): Promise<string[]> =>
    watched.page.evaluate(async (steps) => {
      document.body.innerHTML = '<input id="other"><main><p><input id="first" autofocus></p><ul></ul></main>';
      const root = document.querySelector('main') as HTMLElement;
      const list = document.querySelector('ul') as HTMLElement;
      const first = document.querySelector('#first') as HTMLElement;
      const other = document.querySelector('#other') as HTMLElement;
      troupe.autofocus.followAutofocus(root);
      const does: Record<string, () => void> = {
        add: () => list.insertAdjacentHTML('beforeend', '<li id="row" tabindex="-1" autofocus>'),
        addWithin: () => list.insertAdjacentHTML('beforeend', '<li><input id="inner" autofocus></li>'),
        addBeside: () => document.body.insertAdjacentHTML('beforeend', '<input id="beside" autofocus>'),
        addOther: () => list.insertAdjacentHTML('beforeend', '<li></li>'),
        leave: () => other.focus(),
        move: () => list.append(first),
        remove: () => list.replaceChildren(),
        turnOff: () => first.removeAttribute('autofocus'),
        turnOn: () => first.setAttribute('autofocus', ''),
      };
      const ids: string[] = [];
      other.focus();
      for (const step of steps) {
        does[step]?.();
        await Promise.resolve();
        ids.push(`${document.activeElement?.id}`);
      }
      return ids;
    }, steps);

  it('gives the focus to what comes, once', async () => {
    expect(await focused(['add', 'leave', 'addOther'])).to.deep.equal(['row', 'other', 'other']);
    expect(await focused(['addWithin', 'leave', 'remove', 'addWithin'])).to.deep.equal([
      'inner',
      'other',
      'other',
      'inner',
    ]);
  });

  it('leaves what was there to the browser, also when it moves', async () => {
    expect(await focused(['addOther', 'move'])).to.deep.equal(['other', 'other']);
  });

  it('gives it to what gets the attribute, each time', async () => {
    const steps = ['turnOff', 'turnOn', 'leave', 'turnOff', 'turnOn'];
    expect(await focused(steps)).to.deep.equal(['other', 'first', 'other', 'other', 'first']);
  });

  it('leaves alone what is outside of the root', async () => {
    expect(await focused(['addBeside'])).to.deep.equal(['other']);
  });
});
