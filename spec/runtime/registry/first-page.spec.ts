import { expect } from 'chai';
import { noRequest } from '../../../runtime/component/component.js';
import { component, html } from '../../../runtime/index.js';
import type { Page as FirstPage } from '../../../runtime/registry/first-page.js';
import { Nodes } from '../../fixtures/nodes.js';

const Page = component({
  name: 'page',
  init: () => ({}),
  update: (model, _message: { type: 'clicked' }) => model,
  view: () => html<{ type: 'clicked' }>`<button @click=${{ type: 'clicked' }}>A</button>`,
});

const props = {
  params: {},
  query: {},
  path: '/',
  principal: undefined,
  browser: 'b',
  flash: undefined,
  request: noRequest,
};

describe('first page', () => {
  let nodes: Nodes;

  beforeEach(() => {
    nodes = new Nodes(Page);
  });
  afterEach(() => nodes.close());

  it('has a new ticket each time, and is stored before it is sent if other nodes may be asked for it', async () => {
    const node = nodes.add('A');
    const { session, ticket } = await node.sessions.open({ component: nodes.component, props }, 'a');
    expect(ticket).to.equal(1);
    expect(nodes.lasting.writes).to.equal(1);
    const again = (await node.sessions.reload(node.requestOf(session.id))) as FirstPage;
    expect(again.ticket).to.equal(2);
    expect(nodes.lasting.writes).to.be.greaterThan(1);
  });

  it('says where its forms go without script, with a token of its session, or says nothing of it', async () => {
    const node = nodes.add('A');
    const target = { path: '/post', seal: (id: string) => `token of ${id}` };
    const page = await node.sessions.open({ component: nodes.component, props }, 'a', target);
    expect(page.html).to.include('formaction="/post?');
    expect(page.posts).to.deep.equal({ hasLoose: true, defaults: new Map() });
    const plain = await node.sessions.open({ component: nodes.component, props }, 'a');
    expect(plain.html).to.equal('<button data-troupe-on="click">A</button>');
    expect(plain.posts).to.equal(undefined);
  });
});
