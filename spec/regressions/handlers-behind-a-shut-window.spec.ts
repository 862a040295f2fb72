/**
 * The 30 seconds for handlers of earlier frames begin with the frame that removes them. A client that acknowledged nothing
 * kept its send window shut, so that this frame was never sent: it could call removed handlers and disabled controls for
 * ever, and its connection was never closed.
 */

import { expect } from 'chai';
import { component } from '../../runtime/component/component.js';
import type { LiveSession } from '../../runtime/session/session.js';
import { html } from '../../runtime/template/html.js';
import { CloseCode, Limit, Reason, ServerKind } from '../../runtime/wire/protocol.js';
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
  readonly ticks: number;
  readonly isOpen: boolean;
  readonly fired: number;
}

type Message = { readonly type: 'ticked' } | { readonly type: 'shut' } | { readonly type: 'fired' };

const maxShutMs = 60_000;
const fired: Message = { type: 'fired' };

/** Instances: 1 the page, which each tick replaces, 2 and 3 the buttons. */
const Page = component({
  name: 'page',
  init: (): Model => ({ ticks: 0, isOpen: true, fired: 0 }),
  update: (model, { type }: Message): Model => {
    if (type === 'ticked') return { ...model, ticks: model.ticks + 1 };
    return type === 'shut' ? { ...model, isOpen: false } : { ...model, fired: model.fired + 1 };
  },
  view: ({ isOpen, ticks }) => html<Message>`<output>${ticks}</output>
    <p>${isOpen && html<Message>`<button @click=${fired}>Remove</button>`}</p>
    <div>${html<Message>`<button ?disabled=${!isOpen} @click=${fired}>Disable</button>`}</div>`,
});

describe('a client whose send window is shut', () => {
  let host: FakeHost;
  let session: LiveSession;
  let connection: FakeConnection;

  /** The window is shut, and then the handlers go. */
  beforeEach(() => {
    host = new FakeHost();
    session = startSession(Page, host);
    connection = new FakeConnection();
    session.join(connection, joinFrame());
    session.client.receive(connection, acknowledgeFrame(1));
    for (let frame = 0; frame < Limit.windowFrames; frame++) put('ticked');
    put('shut');
    expect(connection.take()).to.have.length(Limit.windowFrames + 1);
  });

  const put = (type: Message['type']): void => {
    session.tree.put(session.tree.root, { type } as never);
    host.turn();
  };
  const count = (): number => modelOf<Model>(session).fired;
  /** Calls the removed handler and the disabled control. */
  const fire = (frames = 0): void => {
    session.client.receive(
      connection,
      eventsFrame(
        [
          [2, 0],
          [3, 1],
        ],
        frames
      )
    );
    for (let turns = 0; turns < 3; turns++) host.turn();
  };
  const join = (frame: number, processed = 0): void => {
    session.client.leave(connection);
    connection = new FakeConnection();
    session.join(connection, joinFrame({ frame, processed, sent: processed }), 0);
  };

  it('can call what it shows for a minute, and is closed then', () => {
    fire();
    host.clock.advance(maxShutMs);
    fire();
    expect([count(), connection.closed]).to.deep.equal([4, undefined]);
    host.clock.advance(1);
    fire();
    expect(count()).to.equal(4);
    expect(connection.closed).to.include({ code: CloseCode.Silent });
  });

  it('does not go on with what was removed by joining again', () => {
    for (let seconds = 0; seconds <= 60; seconds += 20) {
      host.clock.advance(20_000);
      join(1);
    }
    const [answer] = connection.take();
    expect(answer).to.include({ kind: ServerKind.Render, reason: Reason.Resumed });
    fire();
    expect([count(), connection.closed]).to.deep.equal([0, undefined]);
  });

  it('is not closed because of another connection that was lost a minute ago, if it has applied all', () => {
    session.client.leave(connection);
    host.clock.advance(maxShutMs / 2);
    join(1);
    host.clock.advance(maxShutMs / 2 + 1);
    join(1 + Limit.windowFrames);
    expect(connection.take().map(({ kind }) => kind)).to.deep.equal([ServerKind.Acknowledge, ServerKind.Patch]);
    expect(connection.closed).to.equal(undefined);
  });

  it('is not closed as long as it sends nothing, as a frozen page, and goes on with what it says then', () => {
    host.clock.advance(100 * maxShutMs);
    session.client.receive(connection, acknowledgeFrame(16));
    expect(connection.take().map(({ kind }) => kind)).to.deep.equal([ServerKind.Patch]);
    session.client.receive(connection, acknowledgeFrame(Limit.windowFrames - 16));
    host.clock.advance(100 * maxShutMs);
    fire(1);
    expect([count(), connection.closed]).to.deep.equal([0, undefined]);
  });

  it('is closed, too, if it reads nothing', () => {
    session.client.receive(connection, acknowledgeFrame(Limit.windowFrames));
    connection.buffered = Limit.windowBuffered;
    put('ticked');
    host.clock.advance(maxShutMs + 1);
    fire();
    expect(connection.closed).to.include({ code: CloseCode.Silent });
  });
});
