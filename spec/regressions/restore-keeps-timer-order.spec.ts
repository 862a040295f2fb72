/**
 * A restore set the timers of a session in the order of its components and their declarations. Timers that were due at
 * the same moment then ran in that order, and no longer in the order in which they had been set.
 */

import { expect } from 'chai';
import { component, every, html } from 'troupe';
import { openPage } from 'troupe/testing';
import { createMachine, sendParent } from 'xstate';

/** Its delayed event is due 770 ms after its start. */
const Child = component({
  name: 'child',
  logic: createMachine({
    initial: 'early',
    states: { early: { after: { 770: { target: 'late', actions: sendParent({ type: 'childWaited' }) } } }, late: {} },
  }),
  view: () => html<never>`<i></i>`,
});

/** The last of its intervals of 110 ms before 770 ms begins at 660 ms, and the last of 70 ms at 700 ms. */
const Parent = component({
  name: 'parent',
  init: () => [] as readonly string[],
  update: (heard, { type }: { type: 'ticked70' | 'ticked110' | 'childWaited' }) => [...heard, type].slice(-3),
  subscriptions: (_heard) => [every(70, { type: 'ticked70' }), every(110, { type: 'ticked110' })],
  view: (heard) => html<never>`<output>${heard.join()}</output>${Child({ key: 0 })}`,
});

describe('timers of a restored session that are due at the same moment', () => {
  it('run in the order in which they were set, as in one that was never stored', async () => {
    const heardAfter = async (grace: number): Promise<string | null | undefined> => {
      const page = await openPage({ routes: { '/': Parent }, grace });
      await page.advance(720);
      page.disconnect();
      await page.advance(20);
      await page.reconnect();
      await page.advance(30);
      const heard = page.document.querySelector('output')?.textContent;
      await page.close();

      return heard;
    };
    expect(await heardAfter(60_000)).to.equal('childWaited,ticked110,ticked70');
    expect(await heardAfter(5)).to.equal('childWaited,ticked110,ticked70');
  });
});
