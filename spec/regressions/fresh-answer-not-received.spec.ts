/**
 * A session was gone, and a fresh one had begun; the answer that said so was lost. The page was loaded again from
 * another node: the stored session said that it contained the events of the page load before, which were lost without
 * a report. Later it said that it was the old one, restored, and that nothing was lost.
 */

import { expect } from 'chai';
import { component } from '../../runtime/component/component.js';
import { html } from '../../runtime/template/html.js';
import { ClientKind, Reason, ServerKind } from '../../runtime/wire/protocol.js';
import { FakeConnection, joinFrame, until } from '../fixtures/live-session.js';
import { Nodes } from '../fixtures/nodes.js';

const Page = component({ name: 'page', init: () => ({}), update: (model) => model, view: () => html`<p>page</p>` });

describe('a fresh session whose client does not know it', () => {
  it('is fresh on every node, until its client knows it', async () => {
    const nodes = new Nodes(Page);
    const first = nodes.add('first');
    const id = 'q83vEjRWeJCrze8SNFZ4kA';
    const session = await first.enter(id, 'a');
    const lost = new FakeConnection();
    session.join(lost, { ...joinFrame({ frame: 3, sent: 2 }), load: 'a', names: [['a', 1, 2]] });
    expect(lost.frames[0]).to.include({ kind: ServerKind.Render, reason: Reason.Fresh, processed: 0 });
    session.client.leave(lost);
    nodes.clock.advance(1_000);
    await until(() => first.sessions.find(id) === undefined);
    const restored = await nodes.add('second').enter(id, 'b');
    const connection = new FakeConnection();
    restored.join(connection, {
      ...joinFrame({ sent: 2 }),
      load: 'b',
      names: [
        ['a', 1, 2],
        ['b', 1, 0],
      ],
    });
    expect(connection.frames[0]).to.include({ kind: ServerKind.Render, reason: Reason.Fresh, processed: 0 });
    restored.client.receive(connection, { kind: ClientKind.Acknowledge, frames: 1, ask: 0 });
    restored.client.leave(connection);
    nodes.clock.advance(1_000);
    await until(() => nodes.all[1]?.sessions.find(id) === undefined);
    const again = new FakeConnection();
    (await first.enter(id, 'b')).join(again, { ...joinFrame({ frame: 1, sent: 2 }), load: 'b', names: [['b', 1, 0]] });
    expect(again.frames[0]).to.include({ kind: ServerKind.Render, reason: Reason.Restored });
    await nodes.close();
  });
});
