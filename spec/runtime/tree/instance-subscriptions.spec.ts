import { expect } from 'chai';
import { component } from '../../../runtime/component/component.js';
import type { SimulatedClock } from '../../../runtime/platform/clock.js';
import { every } from '../../../runtime/subscription/every.js';
import { topic } from '../../../runtime/subscription/topic.js';
import { html } from '../../../runtime/template/html.js';
import { FakeConnection, FakeHost, joinFrame, startSession } from '../../fixtures/live-session.js';

type Message = { type: 'ticked' | 'heard' | 'broken' | 'mended' };

/** A component that listens to a topic and a timer, and whose declarations can be broken. */
const Listening = component({
  name: 'listening',
  init: () => ({ ticks: 0, isBroken: false }),
  update: (model, { type }: Message) =>
    type === 'ticked' ? { ...model, ticks: model.ticks + 1 } : { ...model, isBroken: type === 'broken' },
  view: ({ ticks }) => html`<p>${ticks}</p>`,
  subscriptions: ({ isBroken }) => {
    if (isBroken) throw new Error('cannot declare');

    return [every<Message>(1_000, { type: 'ticked' }), topic<Message>('news')];
  },
});

describe('instance subscriptions', () => {
  let host: FakeHost;
  let clock: SimulatedClock;

  beforeEach(() => {
    host = new FakeHost();
    ({ clock } = host);
  });

  it('are those alone that must miss nothing until the tree begins, and then all', () => {
    const session = startSession(Listening as never, host);
    const { root } = session.tree;
    expect(root.subscriptions?.views.map(({ kind }) => kind)).to.deep.equal(['topic']);
    session.join(new FakeConnection(), joinFrame());
    expect(root.subscriptions?.views.map(({ kind }) => kind)).to.have.members(['topic', 'every']);
    clock.advance(1_000);
    host.turn();
    expect(root.shown).to.deep.equal({ ticks: 1, isBroken: false });
    session.stop();
    expect(root.subscriptions?.views).to.deep.equal([]);
  });

  it('stay as they are while they cannot be declared, which is reported once', () => {
    const session = startSession(Listening as never, host);
    const { root } = session.tree;
    session.join(new FakeConnection(), joinFrame());
    for (const type of ['broken', 'ticked', 'mended', 'broken'] as const) {
      session.tree.put(root, { type });
      host.turn();
    }
    expect(host.codes).to.deep.equal(['subscription', 'subscription']);
    expect(root.subscriptions?.views).to.have.length(2);
    session.stop();
  });
});
