import { expect } from 'chai';
import { component } from '../../../runtime/component/component.js';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';
import { mayAnswer } from '../../../runtime/registry/ownership.js';
import { html } from '../../../runtime/template/html.js';
import { CloseCode } from '../../../runtime/wire/protocol.js';
import { settled } from '../../fixtures/live-session.js';
import { type Node, Nodes } from '../../fixtures/nodes.js';

const Page = component({ name: 'page', init: () => ({}), update: (model) => model, view: () => html`<p>page</p>` });

describe('ownership', () => {
  it('is proven by a write, and not asked of a session that cannot be stored', () => {
    const results = ['stored', 'fenced', 'failed', 'refused'] as const;
    expect(results.map(mayAnswer)).to.deep.equal([true, false, false, true]);
  });

  describe('while the store fails', () => {
    let nodes: Nodes;
    let node: Node;

    beforeEach(() => {
      nodes = new Nodes(Page);
      node = nodes.add('node');
    });
    afterEach(() => nodes.close());

    const fail = (): void => {
      nodes.lasting.failing = new TroupeError(ErrorCode.Store, 'The network is down.');
    };

    it('a page does not join a session that was stored before, nor is it loaded again, until the store works', async () => {
      const { id } = await nodes.open(node);
      fail();
      expect(await node.tryEnter(id)).to.equal(CloseCode.TryLater);
      expect(await node.sessions.reload(node.requestOf(id))).to.equal(CloseCode.TryLater);
      nodes.lasting.failing = undefined;
      expect(await node.enter(id)).to.have.property('id', id);
    });

    it('a new page is made, and joins when the store works', async () => {
      fail();
      const { id } = await nodes.open(node);
      expect(await node.tryEnter(id)).to.equal(CloseCode.TryLater);
      nodes.lasting.failing = undefined;
      expect(await node.enter(id)).to.have.property('id', id);
    });

    it('the server is not ready once the lease is over, until the store answers', async () => {
      await settled();
      fail();
      expect(node.sessions.isReady).to.equal(true);
      nodes.clock.advance(9_000);
      await nodes.store();
      expect(node.sessions.isReady).to.equal(true);
      nodes.clock.advance(1_000);
      await nodes.store();
      expect(node.sessions.isReady).to.equal(false);
      nodes.lasting.failing = undefined;
      nodes.clock.advance(4_000);
      await nodes.store();
      expect(node.sessions.isReady).to.equal(true);
      void node.sessions.drain(0);
      expect(node.sessions.isReady).to.equal(false);
    });
  });
});
