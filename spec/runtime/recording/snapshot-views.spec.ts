import { expect } from 'chai';
import { hidden } from '../../../runtime/platform/redact.js';
import {
  hideUnknown,
  imageOf,
  isOfLogic,
  nothingOf,
  redactImage,
  sharing,
  shownSnapshot,
  stateIn,
} from '../../../runtime/recording/snapshot-views.js';
import type { InstanceImage, TreeImage } from '../../../runtime/tree/tree-image.js';

const image = (id: string, state: unknown, children: readonly InstanceImage[] = []): InstanceImage => ({
  ...{ id, name: 'item', version: 1, state, subscriptions: undefined, children },
});

const treeOf = (root: InstanceImage): TreeImage => ({ turns: 1, root, envelopes: [] });

const logic = (context: unknown): object => ({ snapshot: { status: 'active', value: 'on', context }, timers: [] });

describe('snapshot-views', () => {
  const inner = image('b', { title: 'inner' });
  const root = image('', { title: 'root' }, [image('a', logic({ count: 1 }), [inner])]);

  it('finds an image by its path', () => {
    expect(imageOf(root, [])).to.equal(root);
    expect(imageOf(root, ['a', 'b'])).to.equal(inner);
    expect(imageOf(root, ['a', 'c', 'd'])).to.equal(undefined);
  });

  it('shows a model as it is, and the state value and context of logic', () => {
    expect(stateIn(treeOf(root), [])).to.deep.equal({ title: 'root' });
    expect(stateIn(treeOf(root), ['a'])).to.deep.equal({ value: 'on', context: { count: 1 } });
    expect(stateIn(treeOf(root), ['missing'])).to.equal(undefined);
  });

  it('shows status, output and error of a snapshot that is not active', () => {
    expect(shownSnapshot({ status: 'active', value: 'on', machine: {} })).to.deep.equal({ value: 'on' });
    expect(shownSnapshot({ status: 'done', output: 3 })).to.deep.equal({ status: 'done', output: 3 });
    expect(shownSnapshot({ status: 'active' })).to.deep.equal({ status: 'active' });
    expect(shownSnapshot(undefined)).to.deep.equal({ status: undefined });
  });

  it('distinguishes the state of logic from a model', () => {
    expect(isOfLogic(logic({}))).to.equal(true);
    for (const model of [
      undefined,
      null,
      0,
      {},
      { timers: [] },
      { snapshot: {}, timers: [] },
      { snapshot: { status: 'active' } },
    ]) {
      expect(isOfLogic(model), JSON.stringify(model)).to.equal(false);
    }
  });

  describe('shares with the earlier image', () => {
    it('what is equal, at any depth', () => {
      const changed = image('', { title: 'changed' }, [image('a', logic({ count: 1 }), [image('b', inner.state)])]);
      const shared = sharing(root, changed);
      expect(shared).to.deep.equal(changed);
      expect(shared.children[0]).to.equal(root.children[0]);
      expect(sharing(root, image('', root.state, [...root.children]))).to.equal(root);
    });

    it('no model that is another object, and no state of logic that differs', () => {
      expect(sharing(inner, image('b', { title: 'inner' })).state).to.not.equal(inner.state);
      const before = image('a', logic({ at: new Date(1) }));
      expect(sharing(before, image('a', logic({ at: new Date(1) })))).to.equal(before);
      const after = image('a', logic({ at: new Date(2) }));
      expect(sharing(before, after).state).to.equal(after.state);
    });

    it('nothing with another component, and sees instances that are added and removed', () => {
      const other = { ...inner, name: 'other' };
      expect(sharing(inner, other)).to.equal(other);
      const without = image('', root.state);
      expect(sharing(root, without)).to.deep.equal(without);
      expect(sharing(without, root)).to.deep.equal(root);
    });
  });

  it('makes an image of a component whose state is not known', () => {
    expect(nothingOf({ component: { name: 'item', version: 2 }, id: 'a' } as never)).to.deep.equal({
      ...{ id: 'a', name: 'item', version: 2, state: undefined, subscriptions: undefined, children: [] },
    });
  });

  it('hides secret fields', () => {
    const given = treeOf(image('', { pin: 'x', title: 'item' }, [image('a', logic({ password: 'y' }))]));
    const { root: shown } = redactImage(given, new Set(['pin']));
    expect(shown).to.deep.equal(image('', { pin: hidden, title: 'item' }, [image('a', logic({ password: hidden }))]));
  });

  it('copies an instance that is in two images once', () => {
    const kept = image('a', { pin: 'x' });
    const copies = new Map<object, unknown>();
    const [before, after] = [1, 2].map(
      (count) => redactImage(treeOf(image('', { count }, [kept])), new Set(['pin']), copies).root.children[0]
    );
    expect(before).to.deep.equal(image('a', { pin: hidden }));
    expect(before).to.equal(after);
  });

  it('hides the states of components that are not known', () => {
    const unknown = { ...image('a', { title: 'inner' }), name: 'other' };
    const { root: shown } = hideUnknown(treeOf(image('', { title: 'x' }, [unknown])), new Set(['item']));
    expect(shown).to.deep.equal(image('', { title: 'x' }, [{ ...unknown, state: hidden }]));
  });
});
