/**
 * Sessions that outlive their socket, their process and their node: registries on one store, without sockets, on a
 * simulated clock.
 */

import { expect } from 'chai';
import { fromTransition, setup } from 'xstate';
import { type Arrival, component } from '../../../runtime/component/component.js';
import type { Diagnostics, Rare } from '../../../runtime/platform/diagnostics.js';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';
import type { Page } from '../../../runtime/registry/first-page.js';
import type { LiveSession } from '../../../runtime/session/session.js';
import { callback } from '../../../runtime/subscription/callback.js';
import { every } from '../../../runtime/subscription/every.js';
import { html } from '../../../runtime/template/html.js';
import { type Instrumentation, unwatched } from '../../../runtime/tree/probe.js';
import type { Wire } from '../../../runtime/wire/patch.js';
import { CloseCode, Command, Reason, ServerKind } from '../../../runtime/wire/protocol.js';
import { eventsFrame, FakeConnection, joinFrame, modelOf, until, written } from '../../fixtures/live-session.js';
import { type Node, Nodes } from '../../fixtures/nodes.js';

type Message = { type: 'clicked' } | { type: 'ticked' } | { type: 'arrived'; arrival: Arrival };

interface Model {
  readonly count: number;
  readonly ticks: number;
  readonly arrivals: readonly Arrival[];
}

let made = 0;
let isBroken = false;

const counterOf = (version: number) =>
  component({
    name: 'counter',
    version,
    init: (): Model => {
      made++;
      return { count: 0, ticks: 0, arrivals: [] };
    },
    update: (model, message: Message, enqueue) => {
      if (message.type === 'arrived') return { ...model, arrivals: [...model.arrivals, message.arrival] };
      if (message.type === 'ticked') return { ...model, ticks: model.ticks + 1 };
      enqueue.publish('clicks', { type: 'clicked' });
      return { ...model, count: model.count + 1 };
    },
    view: ({ count }) => {
      if (isBroken) throw new Error('no view today');
      return html<Message>`<button @click=${{ type: 'clicked' }}>${count}</button>`;
    },
    subscriptions: (_model) => [every(10_000, { type: 'ticked' })],
    onArrival: (arrival) => ({ type: 'arrived', arrival }),
  });

const click = [1, 0] as const;

/** Joins, as the page of a document that has taken so many frames. */
function join(
  session: LiveSession,
  document = 'document',
  given: { frame?: number; processed?: number; ticket?: number } = {}
) {
  const { frame = 0, processed = 0, ticket = 0 } = given;
  const connection = new FakeConnection();
  session.join(connection, { ...joinFrame({ frame, processed, sent: processed }), load: document }, ticket);

  return connection;
}

/** Loads the page of a session again. */
async function reload(node: Node, id: string): Promise<Page | undefined> {
  const page = await node.sessions.reload(node.requestOf(id));
  if (typeof page === 'number') throw new Error(`refused: ${page}`);

  return page;
}

const countOf = (session: LiveSession): number => modelOf<Model>(session).count;
const arrivalsOf = (session: LiveSession): readonly Arrival[] => modelOf<Model>(session).arrivals;

describe('a session lasts', () => {
  let nodes: Nodes;
  let node: Node;

  beforeEach(() => {
    made = 0;
    isBroken = false;
    nodes = new Nodes(counterOf(1));
    node = nodes.add('first');
  });

  afterEach(() => nodes.close());

  /** A session that was joined and clicked, and is stored. */
  async function clicked(clicks: number): Promise<{ session: LiveSession; connection: FakeConnection }> {
    const session = await nodes.open(node);
    const connection = join(session, 'document', { ticket: 1 });
    session.client.receive(connection, eventsFrame(Array<typeof click>(clicks).fill(click), 1));
    await until(() => countOf(session) === clicks);
    await nodes.store();

    return { session, connection };
  }

  /** Its client is lost, and its time in memory over. */
  async function passivate({
    session,
    connection,
  }: {
    session: LiveSession;
    connection: FakeConnection;
  }): Promise<string> {
    session.client.leave(connection);
    nodes.clock.advance(1_000);
    await until(() => node.sessions.find(session.id) === undefined);

    return session.id;
  }

  // PASSIVATION ---------------------------------------------------------------

  describe('in the store', () => {
    it('when its client does not come back, and comes back with it', async () => {
      const id = await passivate(await clicked(3));
      const session = await node.enter(id);
      const [answer] = join(session, 'document', { frame: 2, processed: 3 }).frames;
      expect(answer).to.include({ kind: ServerKind.Render, reason: Reason.Restored, processed: 3 });
      expect(countOf(session)).to.equal(3);
      expect(made).to.equal(1);
    });

    it('with the events that are not in it sent again, once', async () => {
      const id = await passivate(await clicked(3));
      const session = await node.enter(id);
      const connection = join(session, 'document', { frame: 2, processed: 5 });
      expect(connection.frames[0]).to.include({ processed: 3 });
      session.client.receive(connection, eventsFrame([click, click], 1));
      await until(() => countOf(session) === 5);
    });

    it('and its component receives how it has come back', async () => {
      const id = await passivate(await clicked(1));
      const session = await node.enter(id);
      join(session, 'document', { frame: 2, processed: 1 });
      await until(() => arrivalsOf(session).length === 1);
      expect(arrivalsOf(session)[0]).to.include({ reason: 'restored', node: 'first', from: 'first', why: undefined });
      expect(arrivalsOf(session)[0]?.stored).to.be.within(1_000_000, nodes.clock.now());
    });

    it('with its timers: what was missed makes one tick, at once, and then it goes on as before', async () => {
      const id = await passivate(await clicked(1));
      nodes.clock.advance(55_000);
      const session = await node.enter(id);
      join(session, 'document', { frame: 2, processed: 1 });
      nodes.clock.advance(0);
      await until(() => modelOf<Model>(session).ticks === 1);
      const left = 10_000 - ((nodes.clock.now() - 1_000_000) % 10_000);
      nodes.clock.advance(left);
      await until(() => modelOf<Model>(session).ticks === 2);
    });

    it('with the timers of its machines', async () => {
      const Light = component({
        name: 'light',
        logic: setup({ types: {} as { events: { type: 'pressed' } } }).createMachine({
          initial: 'off',
          states: { off: { on: { pressed: 'on' } }, on: { after: { 30000: 'off' } } },
        }),
        view: ({ value }) => html<{ type: 'pressed' }>`<button @click=${{ type: 'pressed' }}>${String(value)}</button>`,
      });
      nodes = new Nodes(Light);
      node = nodes.add('first');
      const session = await nodes.open(node);
      const connection = join(session, 'document', { ticket: 1 });
      session.client.receive(connection, eventsFrame([click], 1));
      const shows = (of: LiveSession): string => (of.tree.root.shown as { value: string }).value;
      await until(() => shows(session) === 'on');
      await nodes.store();
      const id = await passivate({ session, connection });
      const again = await node.enter(id);
      join(again, 'document', { frame: 2, processed: 1 });
      expect(shows(again)).to.equal('on');
      nodes.clock.advance(28_000);
      expect(shows(again), 'not yet').to.equal('on');
      nodes.clock.advance(2_000);
      expect(shows(again)).to.equal('off');
    });

    it('and is loaded again with what it shows, without init, to be adopted', async () => {
      const id = await passivate(await clicked(3));
      const page = await reload(node, id);
      expect(page?.html).to.contain('>3</button>');
      const session = page?.session as LiveSession;
      const connection = join(session, 'another', { ticket: page?.ticket ?? 0 });
      expect(connection.frames[0]).to.include({ kind: ServerKind.Adopt });
      expect(made).to.equal(1);
      await until(() => arrivalsOf(session).length === 1);
      expect(arrivalsOf(session)[0]).to.include({ reason: 'restored' });
    });

    it('but not when it cannot be restored: its snapshot is quarantined, and its page gets a fresh session', async () => {
      const id = await passivate(await clicked(3));
      isBroken = true;
      const failure = await node.enter(id).catch((error: unknown) => error);
      expect(failure).to.include({ code: ErrorCode.View });
      isBroken = false;
      const [aside] = await nodes.lasting.store.listAside();
      expect(aside).to.include({ id }).and.have.property('reason', 'view, reported as id');
      const session = await node.enter(id);
      expect(join(session, 'document', { frame: 2 }).frames[0]).to.include({ reason: Reason.Fresh });
    });

    it('but not for another version of a component: its page gets a fresh session, and the reason', async () => {
      const id = await passivate(await clicked(3));
      nodes.component = counterOf(2) as never;
      const session = await node.enter(id);
      expect(join(session, 'document', { frame: 2 }).frames[0]).to.include({ reason: Reason.Fresh });
      await until(() => arrivalsOf(session).length === 1);
      expect(arrivalsOf(session)[0]).to.include({ reason: 'fresh', why: 'version' });
      expect(node.codes).to.deep.equal([ErrorCode.Version]);
      await nodes.store();
      expect(await passivate({ session, connection: join(session) })).to.equal(id);
      expect(countOf(await node.enter(id))).to.equal(0);
    });

    it('as it was last, if its state is none that can be stored: that is reported where the state is made, and the events since then come again', async () => {
      const Socket = component({
        name: 'socket',
        logic: fromTransition((_state: object, _event: { type: 'opened' }) => ({ socket: new EventTarget() }), {}),
        view: () => html<{ type: 'opened' }>`<button @click=${{ type: 'opened' }}></button>`,
      });
      nodes = new Nodes(Socket);
      node = nodes.add('first');
      const session = await nodes.open(node);
      const connection = join(session, 'document', { ticket: 1 });
      session.client.receive(connection, eventsFrame([click], 1));
      await until(() => node.reports.length > 0);
      expect(node.codes).to.deep.equal([ErrorCode.Snapshot]);
      expect(String(node.reports[0]?.error)).to.contain('state.context.socket is an instance of EventTarget');
      const id = await passivate({ session, connection });
      const [answer] = join(await node.enter(id), 'document', { frame: 2, processed: 1 }).frames;
      expect(answer).to.include({ reason: Reason.Restored, processed: 0 });
    });

    it('which fails: no fresh session starts, the client tries again later', async () => {
      const id = await passivate(await clicked(1));
      nodes.lasting.failing = new TroupeError(ErrorCode.Store, 'The disk is gone.');
      expect(await node.tryEnter(id)).to.equal(CloseCode.TryLater);
      nodes.lasting.failing = undefined;
      expect(countOf(await node.enter(id))).to.equal(1);
    });
  });

  it('shows what a subscription tells as soon as it begins', async () => {
    const Eager = component({
      name: 'eager',
      init: () => ({ told: 0, count: 0 }),
      subscriptions: (_model) => [callback<{ type: 'told' }>('eager', ({ send }) => void send({ type: 'told' }))],
      update: (model, message: { type: 'told' } | { type: 'clicked' }) =>
        message.type === 'told' ? { ...model, told: model.told + 1 } : { ...model, count: model.count + 1 },
      view: ({ told, count }) =>
        html<{ type: 'clicked' }>`<p>${told}</p><button @click=${{ type: 'clicked' }}>${count}</button>`,
    });
    nodes = new Nodes(Eager);
    node = nodes.add('first');
    const session = await nodes.open(node);
    const connection = join(session, 'document', { ticket: 1 });
    expect(connection.take()).to.have.length(1).with.nested.property('[0].kind', ServerKind.Adopt);
    await until(() => modelOf<{ told: number }>(session).told === 1);
    expect(connection.take().at(-1)).to.deep.include({ kind: ServerKind.Patch, changes: [1, 0, 1] });
  });

  // DURABILITY ----------------------------------------------------------------

  describe('beside its process', () => {
    it('and tells its client how far the store is behind, and when it no longer is', async () => {
      const { session, connection } = await clicked(1);
      connection.take();
      session.client.receive(connection, eventsFrame([click], 1));
      await until(() => countOf(session) === 2);
      expect(connection.take().at(-1)).to.include({ kind: ServerKind.Patch, processed: 1, late: 1 });
      await nodes.store();
      expect(connection.take()).to.deep.equal([{ kind: ServerKind.Acknowledge, processed: 0, late: 0 }]);
    });

    it('and is written once for many turns', async () => {
      const { session, connection } = await clicked(1);
      const before = nodes.lasting.writes;
      for (let turn = 0; turn < 20; turn++) {
        session.client.receive(connection, eventsFrame([click]));
        await until(() => countOf(session) === turn + 2);
      }
      await nodes.store();
      expect(nodes.lasting.writes - before).to.equal(1);
    });

    it('while the store fails: it goes on, reports that once, and is stored when it works again', async () => {
      const { session, connection } = await clicked(1);
      nodes.lasting.failing = new TroupeError(ErrorCode.Store, 'The disk is gone.');
      connection.take();
      for (let turn = 0; turn < 3; turn++) {
        session.client.receive(connection, eventsFrame([click], connection.take().length));
        await until(() => countOf(session) === turn + 2);
        await nodes.store();
        nodes.clock.advance(1_000);
      }
      expect(connection.take().at(-1)).to.include({ late: 3 });
      expect(node.codes).to.deep.equal([ErrorCode.Store]);
      await nodes.store();
      nodes.lasting.failing = undefined;
      nodes.clock.advance(20_000);
      await nodes.store();
      expect(connection.take().at(-1)).to.include({ late: 0 });
    });

    it('and is stored when its server closes', async () => {
      const { session } = await clicked(2);
      await node.sessions.close();
      const other = nodes.add('second');
      expect(countOf(await other.enter(session.id))).to.equal(2);
    });
  });

  // DOCUMENTS -----------------------------------------------------------------

  describe('over its documents', () => {
    it('another claims it when no client is connected', async () => {
      const { session, connection } = await clicked(2);
      session.client.leave(connection);
      const same = await node.enter(session.id, 'another');
      expect(same).to.equal(session);
      const answer = join(same, 'another').frames[0];
      expect(answer).to.include({ kind: ServerKind.Render, reason: Reason.Restored, processed: 0 });
    });

    it('which takes over what the one before has left, as far as it is not done', async () => {
      const { session, connection } = await clicked(2);
      session.client.leave(connection);
      const next = new FakeConnection();
      session.join(
        next,
        {
          ...joinFrame({ sent: 3 }),
          load: 'another',
          names: [
            ['document', 2, 3],
            ['another', 1, 0],
          ],
        },
        0
      );
      expect(next.frames[0], 'of events 2, 3 and 4 the first is done').to.include({ processed: 1 });
    });

    it('and forks when another document comes while one is connected: both go on, apart', async () => {
      const { session, connection } = await clicked(2);
      const copy = await node.enter(session.id, 'another');
      expect(copy.id).to.not.equal(session.id);
      const other = join(copy, 'another');
      expect(other.frames[0]).to.include({ reason: Reason.Forked, token: `token of ${copy.id}` });
      expect(connection.closed).to.equal(undefined);
      copy.client.receive(other, eventsFrame([click], 1));
      await until(() => countOf(copy) === 3);
      expect(countOf(session)).to.equal(2);
      expect(made).to.equal(1);
      expect(arrivalsOf(copy).at(-1)).to.include({ reason: 'forked' });
    });

    it('and events at stable addresses are done in order, each when what was before it is shown', async () => {
      const { session, connection } = await clicked(1);
      const [[hash]] = (connection.frames[0] as unknown as { tree: [[string]] }).tree;
      const address = [hash, null] as const;
      const events = [
        [address, 0],
        [['other', null], 0],
        [address, 0],
      ] as unknown as Wire;
      session.client.receive(connection, written(1, events, 1));
      await until(() => countOf(session) === 3);
      await nodes.store();
      const told = connection.frames.reduce(
        (sum, frame) => sum + ((frame as { processed?: number }).processed ?? 0),
        0
      );
      expect(told).to.equal(4);
      expect(node.codes).to.deep.equal([ErrorCode.Dropped]);
    });
  });

  // NODES ---------------------------------------------------------------------

  describe('over its nodes', () => {
    it('and is adopted on another than rendered it', async () => {
      const session = await nodes.open(node);
      const other = nodes.add('second');
      const there = await other.enter(session.id);
      expect(join(there, 'document', { ticket: 1 }).frames[0]).to.include({ kind: ServerKind.Adopt });
      expect(made).to.equal(1);
    });

    it('is handed over with what is not stored yet, and its connection there is closed', async () => {
      const { session, connection } = await clicked(1);
      session.client.receive(connection, eventsFrame([click], 1));
      const other = nodes.add('second');
      const there = await other.enter(session.id);
      expect(countOf(there)).to.equal(2);
      expect(connection.closed?.code).to.equal(CloseCode.GoingAway);
      expect(node.sessions.find(session.id)).to.equal(undefined);
      join(there, 'document', { frame: 2, processed: 1 });
      await until(() => arrivalsOf(there).length === 1);
      expect(arrivalsOf(there)[0]).to.include({ node: 'second', from: 'first' });
    });

    it('is copied for another document, if one is connected there', async () => {
      const { session, connection } = await clicked(2);
      const other = nodes.add('second');
      const there = await other.enter(session.id, 'another');
      expect(there.id).to.not.equal(session.id);
      expect(join(there, 'another').frames[0]).to.include({ reason: Reason.Forked });
      expect(countOf(there)).to.equal(2);
      expect(connection.closed).to.equal(undefined);
    });

    it('is taken from one that does not answer, which then loses it', async () => {
      const { session, connection } = await clicked(2);
      node.isReachable = false;
      const other = nodes.add('second');
      const entering = other.enter(session.id);
      await new Promise(setImmediate);
      await new Promise(setImmediate);
      nodes.clock.advance(2_000);
      const there = await entering;
      expect(countOf(there)).to.equal(2);
      session.client.receive(connection, eventsFrame([click], 1));
      await until(() => countOf(session) === 3);
      await nodes.store();
      expect(connection.closed?.code).to.equal(CloseCode.GoingAway);
      expect(node.sessions.find(session.id)).to.equal(undefined);
    });
  });

  it('is loaded again as it is, also at a node that has lost it and does not know yet', async () => {
    const { session } = await clicked(2);
    node.isReachable = false;
    const other = nodes.add('second');
    const entering = other.enter(session.id);
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    nodes.clock.advance(2_000);
    const there = await entering;
    const connection = join(there, 'document', { frame: 2, processed: 2 });
    there.client.receive(connection, eventsFrame([click], 1));
    await until(() => countOf(there) === 3);
    await nodes.store();
    node.isReachable = true;
    there.client.leave(connection);
    const page = await reload(node, session.id);
    expect(page?.html).to.contain('>3</button>');
  });

  // DEPLOYS -------------------------------------------------------------------

  describe('over a deploy', () => {
    it('its client gets the command to move, it is stored when that has left, and no session begins', async () => {
      const { session, connection } = await clicked(1);
      let isDrained = false;
      connection.take();
      void node.sessions.drain(500).then(() => {
        isDrained = true;
      });
      expect(connection.take()).to.deep.equal([{ kind: ServerKind.Command, name: Command.Move, operands: [500] }]);
      expect(await node.tryEnter('q83vEjRWeJCrze8SNFZ4kA')).to.equal(CloseCode.TryLater);
      expect(await node.tryEnter(session.id), 'nor is anything gone on with').to.equal(CloseCode.TryLater);
      expect(isDrained).to.equal(false);
      session.client.leave(connection);
      await until(() => isDrained);
      const other = nodes.add('second');
      expect(countOf(await other.enter(session.id))).to.equal(1);
    });
  });

  describe('for its instrumentation', () => {
    let told: [name: Rare, event: Diagnostics[Rare]][];

    beforeEach(() => {
      told = [];
      node = nodes.add('seen', { instrumentation });
    });

    const instrumentation: Instrumentation = { ...unwatched, tell: (name, event) => void told.push([name, event]) };

    /** What was told since, without how long it took, which is a duration. */
    const take = (): readonly unknown[] =>
      told.splice(0).map(([name, whole]) => {
        const { took, ...event } = whole as { readonly took?: number };
        if (name === 'passivated' || name === 'activated') expect(took).to.be.within(0, 10_000);
        return [name, event];
      });

    it('reports when it is stored, restored, and shown to its client again', async () => {
      const there = await clicked(1);
      expect(take()).to.deep.equal([]);
      const session = await passivate(there);
      await until(() => told.length > 0);
      expect(take()).to.deep.equal([['passivated', { session }]]);
      const back = await node.enter(session);
      expect(take()).to.deep.equal([['activated', { session, from: 'seen' }]]);
      join(back, 'document', { frame: 2, processed: 1 });
      expect(take()).to.deep.equal([['resumed', { session, reason: 'restored' }]]);
    });

    it('reports when its client comes back in time', async () => {
      const { session, connection } = await clicked(1);
      session.client.leave(connection);
      join(session, 'document', { frame: 2, processed: 1 });
      expect(take()).to.deep.equal([['resumed', { session: session.id, reason: 'resumed' }]]);
    });

    it('reports on both nodes when it moves: stored there, restored here', async () => {
      const { session } = await clicked(1);
      const other = nodes.add('other', { instrumentation });
      await other.enter(session.id);
      await until(() => told.length === 2);
      expect(take()).to.have.deep.members([
        ['passivated', { session: session.id }],
        ['activated', { session: session.id, from: 'seen' }],
      ]);
    });

    it('reports a fork if another page load takes it while its own is connected', async () => {
      const { session } = await clicked(1);
      const copy = await node.enter(session.id, 'another');
      join(copy, 'another', { frame: 2, processed: 1 });
      expect(take()).to.deep.equal([['resumed', { session: copy.id, reason: 'forked' }]]);
    });

    it('is not told to be stored while the store fails, or its client comes back meanwhile', async () => {
      const { session, connection } = await clicked(1);
      nodes.lasting.failing = new TroupeError(ErrorCode.Store, 'The disk is gone.');
      session.client.receive(connection, eventsFrame([click], 1));
      await until(() => countOf(session) === 2);
      session.client.leave(connection);
      nodes.clock.advance(1_000);
      await until(() => node.codes.includes(ErrorCode.Store));
      expect(take()).to.deep.equal([]);
      join(session, 'document', { frame: 2, processed: 1 });
      nodes.lasting.failing = undefined;
      nodes.clock.advance(20_000);
      await nodes.store();
      expect(take().filter((event) => (event as [string])[0] === 'passivated')).to.deep.equal([]);
    });

    it('is not told to be stored by a node that has lost it to another', async () => {
      const { session, connection } = await clicked(2);
      node.isReachable = false;
      const entering = nodes.add('other', { instrumentation }).enter(session.id);
      await new Promise(setImmediate);
      await new Promise(setImmediate);
      nodes.clock.advance(2_000);
      await entering;
      expect(take()).to.deep.equal([['activated', { session: session.id, from: 'seen' }]]);
      session.client.receive(connection, eventsFrame([click], 1));
      await until(() => countOf(session) === 3);
      session.client.leave(connection);
      nodes.clock.advance(1_000);
      await until(() => node.sessions.find(session.id) === undefined);
      expect(take()).to.deep.equal([]);
    });
  });
});
