/**
 * A client that never acknowledged could call a handler that was removed 80 seconds before, without limit, and any client
 * could fire a disabled control.
 */

import { expect } from 'chai';
import { component } from '../../runtime/component/component.js';
import { ErrorCode } from '../../runtime/platform/errors.js';
import type { LiveSession } from '../../runtime/session/session.js';
import { html } from '../../runtime/template/html.js';
import { ServerKind } from '../../runtime/wire/protocol.js';
import {
  acknowledgeFrame,
  eventsFrame,
  FakeConnection,
  FakeHost,
  joinFrame,
  modelOf,
  startSession,
} from '../fixtures/live-session.js';

interface Model {
  readonly isOpen: boolean;
  readonly isLocked: boolean;
  readonly isOff: boolean;
  readonly log: readonly string[];
}

type Message =
  | { readonly type: 'set'; readonly change: Partial<Model> }
  | { readonly type: 'fired'; readonly what: string };

const fires = (what: string): Message => ({ type: 'fired', what });

const inner = html<Message>`<button @click=${fires('inner')}>In a fieldset</button>`;

/** Instances: 1 the page, 2 the button that can be removed, then the one in the fieldset. */
const Page = component({
  name: 'page',
  init: (): Model => ({ isOpen: true, isLocked: false, isOff: false, log: [] }),
  update: (model, message: Message) =>
    message.type === 'set' ? { ...model, ...message.change } : { ...model, log: [...model.log, message.what] },
  view: ({ isLocked, isOff, isOpen }) => html<Message>`<main>
    <p>${isOpen && html<Message>`<button @click=${fires('removed')}>Remove</button>`}</p>
    <button ?disabled=${isOff} @click=${fires('own')} @focus=${fires('focused')}>Own</button>
    <fieldset ?disabled=${isLocked}>
      <legend><button @click=${fires('legend')}>Legend</button></legend>
      <input @input=${fires('typed')}><div @click=${fires('division')}></div>
      ${inner}
    </fieldset>
    <button disabled @click=${fires('static')}>Always</button>
    <button @click=${fires('free')}>Free</button>
  </main>`,
});

describe('a client', () => {
  let host: FakeHost;
  let session: LiveSession;
  let connection: FakeConnection;

  beforeEach(() => {
    host = new FakeHost();
    session = startSession(Page, host);
    connection = new FakeConnection();
    session.join(connection, joinFrame());
    session.client.receive(connection, acknowledgeFrame(1));
    connection.take();
  });

  const set = (change: Partial<Model>): void => {
    session.tree.put(session.tree.root, { type: 'set', change } as never);
    host.turn();
  };
  const acknowledge = (): void => {
    const frames = connection.take().filter(({ kind }) => kind !== ServerKind.Acknowledge).length;
    session.client.receive(connection, acknowledgeFrame(frames));
  };
  const log = (): readonly string[] => modelOf<Model>(session).log;

  /** The instance and the part of each handler, as the client counts them. */
  const places: Readonly<Record<string, [number, number]>> = {
    ...{ removed: [2, 0], own: [1, 2], focused: [1, 3], legend: [1, 5], typed: [1, 6], division: [1, 7] },
    ...{ inner: [3, 0], static: [1, 9], free: [1, 10] },
  };
  const fire = (...what: string[]): void => {
    session.client.receive(connection, eventsFrame(what.map((each) => places[each] as [number, number])));
    // What waits for all before it to be shown has a turn of its own.
    for (let turns = 0; turns <= what.length; turns++) host.turn();
  };

  it('reaches each handler of a page where nothing is disabled, but for one that always is', () => {
    const all = Object.keys(places).filter((what) => what !== 'static');
    fire(...all);
    expect(log()).to.deep.equal(all);
  });

  it('can call a handler that a frame removed for 30 seconds, if it does not acknowledge that frame', () => {
    set({ isOpen: false });
    fire('removed');
    host.clock.advance(30_000);
    fire('removed');
    expect(log()).to.deep.equal(['removed', 'removed']);
    expect(host.reports).to.deep.equal([]);
    host.clock.advance(1);
    fire('removed', 'removed');
    expect(log(), 'dropped').to.have.length(2);
    expect(host.reports.map(({ code }) => code)).to.deep.equal([ErrorCode.Dropped]);
    expect(connection.closed).to.equal(undefined);
    acknowledge();
    fire('free');
    expect(log().at(-1)).to.equal('free');
  });

  it('cannot fire a control that it shows as disabled', () => {
    set({ isOff: true, isLocked: true });
    acknowledge();
    fire('own', 'typed', 'inner', 'static');
    expect(log()).to.deep.equal([]);
    expect(host.reports.map(({ code }) => code)).to.deep.equal([ErrorCode.Dropped]);
    expect(connection.closed).to.equal(undefined);
  });

  it('fires what a disabled fieldset does not concern, and what is no act of a user', () => {
    set({ isOff: true, isLocked: true });
    acknowledge();
    fire('legend', 'division', 'focused', 'free');
    expect(log()).to.deep.equal(['legend', 'division', 'focused', 'free']);
  });

  it('fires a control that it has not yet been shown as disabled', () => {
    set({ isOff: true, isLocked: true });
    fire('own', 'inner', 'typed');
    expect(log()).to.deep.equal(['own', 'inner', 'typed']);
  });

  it('fires a control that is enabled by what comes before in the order', () => {
    set({ isOff: true, isLocked: true });
    acknowledge();
    session.tree.put(session.tree.root, { type: 'set', change: { isOff: false, isLocked: false } } as never);
    fire('own', 'inner');
    expect(log()).to.deep.equal(['own', 'inner']);
    expect(host.reports).to.deep.equal([]);
  });
});
