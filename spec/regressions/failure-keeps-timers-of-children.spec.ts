/**
 * A statechart that failed was replaced with the timers it and its child actors had when the statechart itself had
 * changed last. A timer that a child actor had set since then was lost: the child actor stood still.
 */

import { expect } from 'chai';
import { component, html } from 'troupe';
import { openPage } from 'troupe/testing';
import { assign, createMachine, sendParent } from 'xstate';

/** Turns itself off and on. Its parent hears of the third time it is on. */
const bulb = createMachine({
  context: { times: 0 },
  initial: 'off',
  states: {
    off: { after: { 30: 'on' } },
    on: {
      entry: assign({ times: ({ context }) => context.times + 1 }),
      after: { 30: [{ guard: ({ context }) => context.times === 3, target: 'done' }, { target: 'off' }] },
    },
    done: { entry: sendParent({ type: 'blinked' }) },
  },
});

const Lamp = component({
  name: 'lamp',
  logic: createMachine({
    context: { blinks: 0 },
    invoke: { src: 'bulb', id: 'bulb' },
    on: {
      blinked: { actions: assign({ blinks: ({ context }) => context.blinks + 1 }) },
      broken: {
        actions: () => {
          throw new Error('broken');
        },
      },
    },
  } as never).provide({ actors: { bulb } as never }),
  view: ({ context }) =>
    html<{
      type: 'broken';
    }>`<button @click=${{ type: 'broken' }}></button><i>${(context as { blinks: number }).blinks}</i>`,
});

describe('a child actor of a statechart that fails', () => {
  it('keeps the timers that it has set since the statechart changed last', async () => {
    const page = await openPage({ routes: { '/': Lamp }, onError: () => undefined });
    await page.advance(100);
    await page.click(page.document.querySelector('button') as Element);
    await page.advance(79);
    expect(page.document.querySelector('i')?.textContent).to.equal('0');
    await page.advance(1);
    expect(page.document.querySelector('i')?.textContent).to.equal('1');
    await page.close();
  });
});
