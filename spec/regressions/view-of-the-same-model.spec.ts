/** A view ran again after an `update` that had returned the same model: states were compared by snapshot, which is new each time. */

import { expect } from 'chai';
import { component, html } from 'troupe';
import { openPage } from 'troupe/testing';

describe('an update that returns the same model', () => {
  it('does not run the view', async () => {
    let views = 0;
    type Message = { type: 'kept' } | { type: 'counted' };
    const Page = component({
      name: 'page',
      init: () => ({ count: 0 }),
      update: (model, { type }: Message) => (type === 'kept' ? model : { count: model.count + 1 }),
      view: ({ count }) => {
        views++;
        return html<Message>`<button @click=${{ type: 'kept' }}>Keep</button>
          <button @click=${{ type: 'counted' }}>Count</button><output>${count}</output>`;
      },
    });
    const page = await openPage({ routes: { '/': Page } });
    const before = views;
    await page.click(page.getByText('Keep'));
    expect(views).to.equal(before);
    await page.click(page.getByText('Count'));
    expect(views).to.be.above(before);
    await page.close();
  });
});
