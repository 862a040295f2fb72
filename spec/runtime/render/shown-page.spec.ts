import { expect } from 'chai';
import { ClientTree, maxRetiredMs } from '../../../runtime/render/client-tree.js';
import { describeAdoption, diff } from '../../../runtime/render/diff.js';
import { ShownPage } from '../../../runtime/render/shown-page.js';
import type { Template } from '../../../runtime/template/html.js';
import { loose, render } from '../../fixtures/rendering.js';

const view = (isOff: boolean): Template<unknown> =>
  loose`<fieldset ?disabled=${isOff}><p>${loose`<button @click=${{ type: 'clicked' }}></button>`}</p></fieldset>`;

describe('render/shown-page', () => {
  it('is the page as it was when the client had applied a frame, for 30 seconds', () => {
    let now = 0;
    const tree = new ClientTree([], { now: () => now });
    const first = render(view(false));
    describeAdoption(tree, first);
    diff(tree, render(view(true), first), 2);
    const [before, after] = [1, 2].map((frame) => new ShownPage(tree, frame)) as [ShownPage, ShownPage];
    const button = after.find(2);
    if (button === undefined) throw new Error('The button is not there.');
    expect([before.isDisabled(button, 0), after.isDisabled(button, 0)]).to.deep.equal([false, true]);
    expect(after.wayTo(2, 0)?.map(({ part }) => part)).to.deep.equal([1, 0]);
    expect([before.isExpired(1), after.isExpired(1)]).to.deep.equal([false, false]);
    now = maxRetiredMs + 1;
    expect([before.isExpired(1), before.find(1)]).to.deep.equal([true, undefined]);
    expect(after.isExpired(1)).to.equal(false);
  });
});
