import { expect } from 'chai';
import { component, html, task } from '../../../runtime/index.js';
import type { PostedForm } from '../../../runtime/registry/posted-form.js';
import type { PostOutcome } from '../../../runtime/registry/posting-client.js';
import { readAddress } from '../../../runtime/render/page-forms.js';
import { pageMarkup } from '../../../runtime/render/render-to-string.js';
import type { LiveSession } from '../../../runtime/session/session.js';
import { CloseCode } from '../../../runtime/wire/protocol.js';
import { FakeConnection, joinFrame, modelOf, settled, until } from '../../fixtures/live-session.js';
import { type Node, Nodes } from '../../fixtures/nodes.js';

interface Model {
  readonly count: number;
  readonly isAsking: boolean;
  readonly answer: string;
}

type Message = { type: 'counted' } | { type: 'asked' } | { type: 'published' } | { type: 'answered'; answer: string };

let answer: (text: string) => void = () => undefined;

const Page = component({
  name: 'page',
  init: (): Model => ({ count: 0, isAsking: false, answer: '' }),
  update: (model, message: Message, enqueue): Model => {
    switch (message.type) {
      case 'counted':
        return { ...model, count: model.count + 1 };
      case 'asked':
        return { ...model, isAsking: true };
      case 'published':
        enqueue.publish('topic', { type: 'published' });
        return model;
      case 'answered':
        return { ...model, isAsking: false, answer: message.answer };
    }
  },
  subscriptions: ({ isAsking }) => [
    isAsking &&
      task('ask', async () => ({
        type: 'answered',
        answer: await new Promise<string>((resolve) => (answer = resolve)),
      })),
  ],
  view: ({ answer: given }) => html<Message>`
    <button @click=${{ type: 'counted' }}>Count</button><button @click=${{ type: 'asked' }}>Ask</button>
    <button @click=${{ type: 'published' }}>Publish</button><p>${given}</p>`,
});

/** The post of a button by its index. */
function postOf(session: LiveSession, index: number): PostedForm {
  const { html: markup } = pageMarkup(session.rendered, session.id, 0, { path: '/post', seal: () => '' });
  const [, query = ''] = [...markup.matchAll(/\/post\?([^"]*)"/g)][index] ?? [];
  const { address = [], part = -1 } = readAddress(query) ?? {};

  return { address, part, entries: [], isByDefault: false };
}

describe('posting client', () => {
  let nodes: Nodes;
  let node: Node;
  let session: LiveSession;
  let loads = 0;

  beforeEach(async () => {
    nodes = new Nodes(Page);
    node = nodes.add('A', { grace: 60_000 });
    session = await nodes.open(node);
  });
  afterEach(() => nodes.close());

  const submit = (index: number, at = node): Promise<PostOutcome | CloseCode> =>
    at.sessions.submit(at.requestOf(session.id, `post${++loads}`), postOf(session, index));

  it('is attached for as long as its post takes, and counts in the order of all clients', async () => {
    expect(await submit(0)).to.include({ isLost: false, refused: undefined });
    expect(modelOf<Model>(session).count).to.equal(1);
    expect(session.life.phase).to.equal('detached');
    await submit(0);
    expect(modelOf<Model>(session).count).to.equal(2);
  });

  it('leaves a session that a page with script then joins', async () => {
    await submit(0);
    const page = await node.sessions.reload(node.requestOf(session.id, `post${loads}`));
    expect(page).to.have.property('session', session);
    const connection = new FakeConnection();
    const entered = await node.enter(session.id);
    entered.join(connection, joinFrame(), (page as { ticket: number }).ticket);
    expect(entered).to.equal(session);
    expect(session.life.phase).to.equal('attached');
  });

  it('has a copy of a session that a page with script has', async () => {
    session.join(new FakeConnection(), joinFrame(), 1);
    const outcome = (await submit(0)) as PostOutcome;
    expect(outcome.session.id).to.not.equal(session.id);
    expect(modelOf<Model>(outcome.session).count).to.equal(1);
    expect(modelOf<Model>(session).count).to.equal(0);
  });

  it('is answered by another node than the one of the page, which then has the session', async () => {
    const other = nodes.add('B');
    const outcome = (await submit(0, other)) as PostOutcome;
    expect(modelOf<Model>(outcome.session).count).to.equal(1);
    expect(session.life.phase).to.be.oneOf(['passivated', 'ended']);
    expect(node.sessions.find(session.id)).to.equal(undefined);
    expect(await node.enter(session.id)).to.satisfy((back: LiveSession) => modelOf<Model>(back).count === 1);
  });

  it('is done when the session is stored', async () => {
    const { writes } = nodes.lasting;
    await submit(0);
    expect(nodes.lasting.writes).to.be.greaterThan(writes);
    nodes.lasting.failing = new Error('no store');
    expect(await submit(0)).to.equal(CloseCode.TryLater);
  });

  it('waits for the task that it has begun', async () => {
    let isDone = false;
    const submitted = submit(1).then(() => (isDone = true));
    await until(() => modelOf<Model>(session).isAsking);
    await settled();
    expect(isDone).to.equal(false);
    answer('yes');
    await submitted;
    expect(modelOf<Model>(session).answer).to.equal('yes');
  });

  it('waits no longer than two seconds, and not for a task of before', async () => {
    let isDone = false;
    const submitted = submit(1).then(() => (isDone = true));
    await until(() => modelOf<Model>(session).isAsking);
    await settled();
    expect(isDone).to.equal(false);
    nodes.clock.advance(2_000);
    await submitted;
    nodes.clock.advance(1);
    await submit(0);
    expect(modelOf<Model>(session)).to.include({ count: 1, isAsking: true });
  });

  it('waits for what its effects lead to, a tenth of a second at the most', async () => {
    let isDone = false;
    const submitted = submit(2).then(() => (isDone = true));
    await settled();
    expect(isDone).to.equal(false);
    nodes.clock.advance(100);
    await submitted;
    const again = submit(2);
    await settled();
    session.tree.put(session.tree.root, { type: 'counted' });
    await again;
    expect(modelOf<Model>(session).count).to.equal(1);
  });
});
