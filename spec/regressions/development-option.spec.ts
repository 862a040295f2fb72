/**
 * `createServer({ development: false })` did not stop the second run of `update`: only `NODE_ENV` did. The option
 * reaches all components that a server runs, and no other server of the process.
 */

import { expect } from 'chai';
import { component, type Enqueue, html } from 'troupe';
import { openPage } from 'troupe/testing';
import { createActor, setup } from 'xstate';

type Message = { type: 'clicked' };

/** Counts the runs of its `update`, which is all that a second run shows of itself. */
function counter(runs: string[], name: string) {
  return component({
    name,
    init: () => 0,
    update: (count, { type }: Message, enqueue: Enqueue<Message>) => {
      runs.push(name);
      if (name === 'page') enqueue.send('shared', { type });
      return count + 1;
    },
    view: (count) => html<Message>`<button @click=${{ type: 'clicked' }}>${count}</button>`,
  });
}

/** A machine that runs a component as a child and passes events on to it. */
function machineAround(runs: string[]) {
  const inner = counter(runs, 'child');
  const logic = setup({ types: {} as { events: Message }, actors: { inner } }).createMachine({
    invoke: { src: 'inner', id: 'inner' },
    on: { clicked: { actions: ({ self, event }) => self.getSnapshot().children.inner?.send(event) } },
  });

  return component({
    name: 'machine',
    logic,
    view: () => html<Message>`<button id="machine" @click=${{ type: 'clicked' }}>Pass</button>`,
  });
}

/** Clicks once where a component counts, before and after its session has started, and gives who has run how often. */
async function runsWith(development: boolean): Promise<Readonly<Record<string, number>>> {
  const runs: string[] = [];
  const [Page, Child, Machine] = [counter(runs, 'page'), counter(runs, 'placed'), machineAround(runs)];
  const Parent = component({
    name: 'parent',
    init: () => null,
    update: (model) => model,
    view: () =>
      html`<div id="page">${Page({ key: 1 })}</div><div id="placed">${Child({ key: 2 })}</div>${Machine({ key: 3 })}`,
  });
  const page = await openPage({
    routes: { '/': Parent },
    actors: { shared: counter(runs, 'shared') },
    development,
  });
  for (const selector of ['#page button', '#placed button', '#machine']) {
    await page.click(page.document.querySelector(selector) as Element);
  }
  await page.close();

  return Object.fromEntries([...new Set(runs)].map((name) => [name, runs.filter((run) => run === name).length]));
}

describe('the option `development`', () => {
  it('says whether update runs twice, of components in a page, in a machine and shared', async () => {
    const [production, development] = await Promise.all([runsWith(false), runsWith(true)]);
    expect(production).to.deep.equal({ page: 1, placed: 1, shared: 1, child: 1 });
    expect(development).to.deep.equal({ page: 2, placed: 2, shared: 2, child: 2 });
  });

  it('says nothing of components that no server runs', () => {
    const runs: string[] = [];
    createActor(counter(runs, 'alone')).start().send({ type: 'clicked' });
    expect(runs).to.have.length(2);
  });
});
