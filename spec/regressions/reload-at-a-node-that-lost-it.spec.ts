/**
 * A node that has lost a session unheard, and still has another page of it, answered the reload of its page with a new
 * session: it asked who is connected before it asked whose the session is. And a node that began to drain while it asked
 * that did the same.
 */

import { expect } from 'chai';
import { component } from '../../runtime/component/component.js';
import { html } from '../../runtime/template/html.js';
import { CloseCode } from '../../runtime/wire/protocol.js';
import { FakeConnection, joinFrame, until } from '../fixtures/live-session.js';
import { Nodes } from '../fixtures/nodes.js';

const Page = component({ name: 'page', init: () => ({}), update: (model) => model, view: () => html`<p>page</p>` });

describe('the reload of a page', () => {
  let nodes: Nodes;

  beforeEach(() => {
    nodes = new Nodes(Page);
  });
  afterEach(() => nodes.close());

  it('has its session, at a node that has lost it unheard and still has another page of it', async () => {
    const [first, second] = [nodes.add('first'), nodes.add('second')];
    const lost = await nodes.open(first);
    lost.join(new FakeConnection(), { ...joinFrame(), load: 'other' }, 1);
    await nodes.store();
    first.isReachable = false;
    const entering = second.enter(lost.id, 'document');
    await until(() => nodes.clock.advance(500) === undefined && second.sessions.find(lost.id) !== undefined);
    await entering;
    first.isReachable = true;
    const page = await first.sessions.reload(first.requestOf(lost.id, 'document'));
    expect(page).to.have.nested.property('session.id', lost.id);
  });

  it('has to wait if its node begins to drain meanwhile', async () => {
    const [first, second] = [nodes.add('first'), nodes.add('second')];
    const { id } = await nodes.open(first);
    await nodes.store();
    await nodes.lasting.store.claim(id, 'second', true);
    const page = first.sessions.reload(first.requestOf(id, 'document'));
    void first.sessions.drain(0);
    expect(await page).to.equal(CloseCode.TryLater);
    expect(second.sessions.find(id)).to.equal(undefined);
  });
});
