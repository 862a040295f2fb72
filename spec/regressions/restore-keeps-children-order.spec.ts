/**
 * A restore put the children of a component into the order of the view. Before the session was stored they were in
 * the order in which they had arrived. Everything that goes through all components of a session then took another way.
 */

import { expect } from 'chai';
import { type Arrival, component, type Enqueue, html, repeat } from 'troupe';
import { openPage } from 'troupe/testing';

type ListMessage = { type: 'addPressed' } | { type: 'reversePressed' } | { type: 'childArrived'; key: number };

const Child = component({
  name: 'child',
  init: ({ key }: { key: number }) => ({ key }),
  update: (model, _message: { type: 'arrived' }, enqueue: Enqueue<never, ListMessage>) => {
    enqueue.parent({ type: 'childArrived', key: model.key });
    return model;
  },
  onArrival: (_arrival: Arrival) => ({ type: 'arrived' as const }),
  view: ({ key }) => html<never>`${key}`,
});

const Parent = component({
  name: 'parent',
  init: () => ({ keys: [] as readonly number[], arrivals: [] as readonly number[] }),
  update: ({ keys, arrivals }, message: ListMessage) => {
    if (message.type === 'addPressed') return { keys: [...keys, keys.length], arrivals };
    if (message.type === 'reversePressed') return { keys: keys.toReversed(), arrivals };
    return { keys, arrivals: [...arrivals, message.key] };
  },
  view: ({ keys, arrivals }) => html<ListMessage>`
    <button id="add" @click=${{ type: 'addPressed' }}></button>
    <button id="reverse" @click=${{ type: 'reversePressed' }}></button>
    <output>${arrivals.join()}</output>
    ${repeat(
      keys,
      (key) => key,
      (key) => html<ListMessage>`${Child({ key })}`
    )}`,
});

describe('the children of a component that is restored', () => {
  it('are in the order in which they arrived, as those of one that was never stored', async () => {
    const arrivalsAfter = async (absentMs: number): Promise<string | null | undefined> => {
      const page = await openPage({ routes: { '/': Parent }, grace: 1_000 });
      for (const id of ['add', 'add', 'add', 'reverse'])
        await page.click(page.document.querySelector(`#${id}`) as Element);
      page.disconnect();
      await page.advance(absentMs);
      await page.reconnect();
      const arrivals = page.document.querySelector('output')?.textContent;
      await page.close();

      return arrivals;
    };
    expect(await arrivalsAfter(0)).to.equal('0,1,2');
    expect(await arrivalsAfter(2_000)).to.equal('0,1,2');
  });
});
