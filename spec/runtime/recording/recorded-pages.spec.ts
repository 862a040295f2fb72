import { expect } from 'chai';
import { type AnyComponent, component } from '../../../runtime/component/component.js';
import { describePageChanges, withPages } from '../../../runtime/recording/recorded-pages.js';
import type { Recording, Step } from '../../../runtime/recording/recording.js';
import { type AnyMessage, html } from '../../../runtime/template/html.js';
import type { TreeImage } from '../../../runtime/tree/tree-image.js';

const page = (element: 'p' | 'i'): AnyComponent =>
  component({
    name: 'page',
    init: () => 1,
    update: (model, _message: AnyMessage) => model,
    view: (model) => (element === 'p' ? html`<p class=${model}></p>` : html`<i class=${model}></i>`),
  }) as AnyComponent;

const tree = (state: unknown): TreeImage => {
  return {
    turns: 0,
    root: { id: '', name: 'page', version: 1, state, subscriptions: undefined, children: [] },
    envelopes: [],
  };
};

const recording = (...states: readonly unknown[]): Recording => {
  const [first, ...rest] = states.map(tree) as [TreeImage, ...TreeImage[]];
  const steps = rest.map((after, index): Step => {
    return { number: index + 1, at: 1_000, messages: [], events: [], effects: [], after };
  });

  return { session: 's', application: '1', begun: 1_000, first, steps };
};

describe('recorded-pages', () => {
  it('are the HTML of the first and the last states', () => {
    const { pages } = withPages(recording(1, 2, 3), page('p'));
    expect(pages).to.deep.equal({ first: '<p class="1"></p>', last: '<p class="3"></p>' });
    expect(withPages(recording(1), page('p')).pages?.last).to.equal('<p class="1"></p>');
  });

  it('that a component shows otherwise now are described where they begin to differ', () => {
    const stored = withPages(recording(1, 2), page('p'));
    expect(describePageChanges(stored, page('p'))).to.deep.equal([]);
    expect(describePageChanges(stored, page('i'))).to.deep.equal([
      'the first page has changed: recorded "<p class=\\"1\\"></p>", now "<i class=\\"1\\"></i>"',
      'the last page has changed: recorded "<p class=\\"2\\"></p>", now "<i class=\\"2\\"></i>"',
    ]);
    expect(describePageChanges(recording(1), page('i'))).to.deep.equal([]);
  });
});
