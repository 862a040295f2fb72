/**
 * A restore sent a delayed event to another actor than its receiver. An event for the component in whose view the
 * statechart stands went to the statechart itself. An event for a child actor that had ended went to the next child
 * actor of the same id. A restart after a failure dropped the first and misdirected the second in the same way.
 */

import { expect } from 'chai';
import { component, html } from 'troupe';
import { openPage, type TestPage } from 'troupe/testing';
import { assign, createMachine, sendParent, sendTo } from 'xstate';

const listener = createMachine({
  on: { greeted: { actions: sendParent({ type: 'answered' }) } },
});

/** Greets its first listener and its component's parent 100 ms later. Its second listener begins meanwhile. */
const Greeter = component({
  name: 'greeter',
  logic: createMachine({
    context: { answers: 0 },
    initial: 'first',
    on: {
      answered: { actions: assign({ answers: ({ context }) => context.answers + 1 }) },
      heard: { actions: assign({ answers: -100 }) },
      broken: {
        actions: () => {
          throw new Error('broken');
        },
      },
    },
    states: {
      first: {
        entry: [sendTo('listener', { type: 'greeted' }, { delay: 100 }), sendParent({ type: 'heard' }, { delay: 100 })],
        invoke: { src: 'listener', id: 'listener' },
        after: { 50: 'second' },
      },
      second: { invoke: { src: 'listener', id: 'listener' } },
    },
  } as never).provide({ actors: { listener } as never }),
  view: ({ context }) =>
    html<{
      type: 'broken';
    }>`<button @click=${{ type: 'broken' }}></button><i>${(context as { answers: number }).answers}</i>`,
});

const Parent = component({
  name: 'parent',
  init: () => 0,
  update: (heard, _message: { type: 'heard' }) => heard + 1,
  view: (heard) => html<never>`<b>${heard}</b>${Greeter({ key: 0 })}`,
});

/** What the parent has heard and the listeners have answered in the end, if something happens after 60 ms. */
async function outcome(grace: number, happens: (page: TestPage) => Promise<unknown>): Promise<readonly unknown[]> {
  const page = await openPage({ routes: { '/': Parent }, grace, onError: () => undefined });
  await page.advance(60);
  await happens(page);
  await page.advance(100);
  const texts = ['b', 'i'].map((name) => page.document.querySelector(name)?.textContent);
  await page.close();

  return texts;
}

describe('a delayed event', () => {
  const absent = async (page: TestPage): Promise<void> => {
    page.disconnect();
    await page.advance(20);
    await page.reconnect();
  };

  it('comes to the receiver it was sent to, in a session that was never stored', async () => {
    expect(await outcome(60_000, absent)).to.deep.equal(['1', '0']);
  });

  it('comes to the receiver it was sent to, after a restore', async () => {
    expect(await outcome(5, absent)).to.deep.equal(['1', '0']);
  });

  it('comes to the receiver it was sent to, after a failure', async () => {
    const fail = (page: TestPage): Promise<unknown> => page.click(page.document.querySelector('button') as Element);
    expect(await outcome(60_000, fail)).to.deep.equal(['1', '0']);
  });
});
