/**
 * A server that was closed while it restored a session took the snapshot for a damaged one: it moved it into
 * quarantine, and the client got a fresh session from the next process. While the store did not answer, a reload of
 * the page got a fresh session too.
 */

import { expect } from 'chai';
import { component, html } from 'troupe';
import { ErrorCode, TroupeError } from '../../runtime/platform/errors.js';
import { CloseCode } from '../../runtime/wire/protocol.js';
import { eventsFrame, FakeConnection, joinFrame, modelOf, until } from '../fixtures/live-session.js';
import { Nodes } from '../fixtures/nodes.js';

const Counter = component({
  name: 'counter',
  init: () => 0,
  update: (count, _message: { type: 'clicked' }) => count + 1,
  view: (count) => html<{ type: 'clicked' }>`<button @click=${{ type: 'clicked' }}>${count}</button>`,
});

describe('the snapshot of a session', () => {
  let nodes: Nodes;
  let id: string;

  /** One click, stored. */
  beforeEach(async () => {
    nodes = new Nodes(Counter);
    const node = nodes.add('first');
    const session = await nodes.open(node);
    const connection = new FakeConnection();
    session.join(connection, { ...joinFrame(), load: 'document' }, 1);
    session.client.receive(connection, eventsFrame([[1, 0]], 1));
    await until(() => modelOf<number>(session) === 1);
    session.client.leave(connection);
    nodes.clock.advance(1_000);
    await until(() => node.sessions.find(session.id) === undefined);
    id = session.id;
  });
  afterEach(() => nodes.close());

  it('stays in the store if the server that restores it is closed meanwhile', async () => {
    const closing = nodes.add('closing');
    const entering = closing.tryEnter(id);
    const loading = closing.sessions.reload(closing.requestOf(id)).catch((error: unknown) => error);
    await closing.sessions.close();
    expect(await entering).to.equal(CloseCode.TryLater);
    expect(await loading).to.include({ code: ErrorCode.Closed });
    expect(closing.codes).to.deep.equal([]);
    expect(await nodes.lasting.store.listAside()).to.deep.equal([]);
    // The claim of the closed server is held until it does not answer.
    const next = nodes.add('next').enter(id);
    for (let round = 0; round < 4; round++) await new Promise(setImmediate);
    nodes.clock.advance(2_000);
    expect(modelOf(await next)).to.equal(1);
  });

  it('is not replaced by a fresh session if the page is loaded again while the store does not answer', async () => {
    const node = nodes.add('second');
    nodes.lasting.failing = new TroupeError(ErrorCode.Store, 'No reply.');
    expect(await node.sessions.reload(node.requestOf(id))).to.equal(CloseCode.TryLater);
    nodes.lasting.failing = undefined;
    expect(await node.sessions.reload(node.requestOf(id)))
      .to.have.property('html')
      .that.contains('>1</button>');
  });
});
