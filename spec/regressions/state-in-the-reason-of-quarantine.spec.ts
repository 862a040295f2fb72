/**
 * A snapshot that could not be restored went into quarantine with the message of the error, in plain text beside the
 * encrypted bytes. The message of a view that threw quoted the state.
 */

import { expect } from 'chai';
import { component } from '../../runtime/component/component.js';
import { html } from '../../runtime/template/html.js';
import { FakeConnection, joinFrame, until } from '../fixtures/live-session.js';
import { Nodes } from '../fixtures/nodes.js';

const canary = 'canary-horse-battery';

describe('a snapshot in quarantine', () => {
  it('has a reason that quotes nothing and names the report', async () => {
    let isBroken = false;
    const Page = component({
      name: 'page',
      init: () => ({ password: canary }),
      update: (model) => model,
      view: ({ password }) => {
        if (isBroken) throw new Error(`There is no view of ${password}.`);
        return html`<p></p>`;
      },
    });
    const nodes = new Nodes(Page);
    const node = nodes.add('first');
    const session = await nodes.open(node);
    const connection = new FakeConnection();
    session.join(connection, joinFrame(), 1);
    session.client.leave(connection);
    nodes.clock.advance(1_000);
    await until(() => node.sessions.find(session.id) === undefined);
    isBroken = true;
    await node.enter(session.id).catch(() => undefined);
    expect(String(node.reports[0]?.error), 'the report').to.include(canary);
    const [aside] = await nodes.lasting.store.listAside();
    expect(aside?.reason).to.equal('view, reported as id');
    await nodes.close();
  });
});
