import { expect } from 'chai';
import { component, html } from 'troupe';
import { fromCallback, sendTo, setup } from 'xstate';
import { ActorObserver } from '../../../runtime/inspect/actor-observer.js';
import type { ActorEvent } from '../../../runtime/recording/session-events.js';
import type { LiveSession } from '../../../runtime/session/session.js';
import { type LookedAt, lookAt } from '../../fixtures/looked-at.js';

type LightEvent = { type: 'pressed' };

const light = setup({
  types: {} as { events: LightEvent },
  actors: { lamp: fromCallback(() => undefined) },
}).createMachine({
  id: 'light',
  initial: 'red',
  invoke: { id: 'lamp', src: 'lamp' },
  states: {
    red: { after: { 3000: 'green' }, on: { pressed: 'green' } },
    green: { entry: sendTo('lamp', { type: 'lit' }) },
  },
});

const Light = component({
  name: 'light',
  logic: light,
  view: ({ value }) => html<LightEvent>`<p>${value}</p><button @click=${{ type: 'pressed' }}>press</button>`,
});

describe('actor observer', () => {
  let looked: LookedAt;
  let live: LiveSession;
  const heard: ActorEvent[] = [];
  const errors: unknown[] = [];

  const observe = async (hear: (event: ActorEvent) => void): Promise<ActorObserver> => {
    looked = await lookAt({ routes: { '/': Light } });
    live = [...looked.server.site.sessions.entries()][0]?.session as LiveSession;
    const observer = new ActorObserver({ heard: hear, failed: (error) => void errors.push(error) });
    observer.observe(live);

    return observer;
  };

  afterEach(() => {
    heard.length = errors.length = 0;
    return looked.close();
  });

  it('hears the events of the logic of a component and of the actors it has started', async () => {
    await observe((event) => void heard.push(event));
    await looked.server.advance(3_000);
    expect(heard.map(({ from, to, type, isOwn, owner }) => [from, to, type, isOwn, owner])).to.deep.equal([
      ['/', '/', 'after 3000 ms', true, []],
      ['/', '/>lamp', 'lit', false, []],
    ]);
  });

  it('hears nothing after it was stopped', async () => {
    const observer = await observe((event) => void heard.push(event));
    observer.stop();
    await looked.server.advance(3_000);
    expect(heard).to.deep.equal([]);
  });

  it('keeps its errors from the sender of an event', async () => {
    await observe(() => {
      throw new Error('not recorded');
    });
    await looked.server.advance(3_000);
    expect(errors.map(String)).to.deep.equal(['Error: not recorded', 'Error: not recorded']);
    expect(looked.page.document.querySelector('p')?.textContent).to.equal('green');
  });

  it('knows when it has seen an actor for the first time', async () => {
    const observer = await observe(() => undefined);
    const actor = {};
    const now = looked.server.clock.now();
    expect(observer.sinceOf(actor)).to.equal(now);
    await looked.server.advance(10);
    expect(observer.sinceOf(actor)).to.equal(now);
  });
});
