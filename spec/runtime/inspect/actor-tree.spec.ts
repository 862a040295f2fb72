import { expect } from 'chai';
import fc from 'fast-check';
import { type AnyActorRef, assign, createMachine, fromPromise, fromTransition, setup } from 'xstate';
import type { SharedView } from '../../../runtime/cluster/shared-actor.js';
import { component } from '../../../runtime/component/component.js';
import {
  actorsOf,
  childrenOf,
  nameOf,
  type Surroundings,
  storedActorsOf,
} from '../../../runtime/inspect/actor-tree.js';
import type { ActorView } from '../../../runtime/inspect/inspection.js';
import type { LiveSession } from '../../../runtime/session/session.js';
import { pack, unpack } from '../../../runtime/session/session-snapshot.js';
import { every } from '../../../runtime/subscription/every.js';
import { generator } from '../../../runtime/subscription/generator.js';
import { task } from '../../../runtime/subscription/task.js';
import { shared, topic } from '../../../runtime/subscription/topic.js';
import { html } from '../../../runtime/template/html.js';
import { FakeConnection, FakeHost, joinFrame, settled, startSession } from '../../fixtures/live-session.js';
import { lawParameters } from '../../laws/parameters.js';

// COMPONENTS ------------------------------------------------------------------

type Message =
  | { type: 'ticked' }
  | { type: 'said' }
  | { type: 'done' }
  | { type: 'failed' }
  | { type: 'switched' }
  | { type: 'known' };

const waiting = fromPromise(() => new Promise(() => undefined));
const failing = fromPromise(() => Promise.reject(new Error('of the child')));

/** Invokes a promise and a machine that invokes another, and spawns a counter on a message. */
const light = setup({
  types: {} as { events: { type: 'spawned' } | { type: 'broken' } },
  actors: {
    waiting,
    failing,
    counter: fromTransition((count: number) => count + 1, 0),
    inner: createMachine({ id: 'inner', invoke: { id: 'innermost', src: waiting } }),
  },
}).createMachine({
  id: 'light',
  initial: 'red',
  invoke: [
    { id: 'fetching', src: 'waiting' },
    { id: 'within', src: 'inner' },
  ],
  states: { red: { on: { broken: 'out' } }, out: { invoke: { id: 'lost', src: 'failing', onError: {} } } },
  on: { spawned: { actions: assign(({ spawn }) => void spawn('counter', { id: 'counting' })) } },
});

const Light = component({ name: 'light', logic: light, view: () => html`<i>light</i>` });

const Broken = component({
  name: 'broken',
  init: (_props: { readonly key: number }): object => {
    throw new Error('cannot begin');
  },
  update: (model, _message: Message) => model,
  view: () => html`<i></i>`,
});

const Item = component({
  name: 'item',
  init: ({ key }: { readonly key: string }) => ({ key }),
  update: (model, message: Message) => {
    if (message.type === 'failed') throw new Error('of the item');
    return model;
  },
  view: ({ key }) => html`<b>${key}</b>`,
});

const Page = component({
  name: 'page',
  init: () => ({ isOn: true }),
  update: (model, message: Message) => (message.type === 'switched' ? { isOn: !model.isOn } : model),
  subscriptions: ({ isOn }) => [
    every(1_000, { type: 'ticked' } as const),
    isOn && topic('news'),
    isOn && shared('room', () => ({ type: 'known' }) as const),
    task('once', async () => ({ type: 'done' }) as const),
    generator('worker', async function* () {
      yield { type: 'said' } as const;
      throw new Error('of the worker');
    }),
  ],
  view: ({ isOn }) => html`<main>${Item({ key: 'a' })}${isOn ? Light({ key: 'l' }) : null}${Broken({ key: 7 })}</main>`,
});

// HARNESS ---------------------------------------------------------------------

/** All actors in a tree, each with those above it. */
function all(view: ActorView): readonly ActorView[] {
  return [view, ...view.actors.flatMap(all)];
}

function find(view: ActorView, id: string): ActorView {
  const found = all(view).find((each) => each.id === id);
  if (found === undefined) throw new Error(`no actor is called ${id}`);

  return found;
}

const itemId = '/item%20string%20a';
const lightId = '/light%20string%20l';
const brokenId = '/broken%20number%207';

describe('actor tree', () => {
  let host: FakeHost;
  let session: LiveSession;
  let around: Surroundings;

  beforeEach(async () => {
    host = new FakeHost();
    session = startSession(Page, host);
    session.join(new FakeConnection(), joinFrame());
    for (let round = 0; round < 3; round++) {
      await settled();
      await host.rest();
    }
    around = {
      ...{ status: 'attached', since: 999_000, failures: new Map(), shared: () => undefined },
      now: host.clock.now(),
      sinceOf: () => host.clock.now() - 40,
    };
  });

  afterEach(() => session.stop());

  const actors = (given: Partial<Surroundings> = {}): ActorView =>
    actorsOf(session, { ...around, now: host.clock.now(), ...given });

  describe('of a session at work', () => {
    it('begins with the session and holds everything that is at work in it, each under an id of its own', () => {
      const tree = actors();
      expect(all(tree).map(({ id, kind, name }) => [id, kind, name])).to.deep.equal([
        ['session', 'session', 'session'],
        ['/', 'component', 'page'],
        ['/#every 1000 ticked', 'subscription', 'every 1000 ticked'],
        ['/#topic news', 'subscription', 'topic news'],
        ['/#shared room', 'subscription', 'shared room'],
        ['/#task once', 'subscription', 'task once'],
        ['/#generator worker', 'subscription', 'generator worker'],
        [itemId, 'component', 'item a'],
        [lightId, 'statechart', 'light l'],
        [`${lightId}>fetching`, 'child', 'fetching'],
        [`${lightId}>within`, 'child', 'within'],
        [`${lightId}>within>innermost`, 'child', 'innermost'],
        [brokenId, 'component', 'broken 7'],
        ['@room', 'shared', 'room'],
      ]);
      const ids = all(tree).map(({ id }) => id);
      expect(new Set(ids).size).to.equal(ids.length);
    });

    it('gives the status of each', () => {
      const status = Object.fromEntries(all(actors()).map(({ id, status }) => [id, status]));
      expect(status).to.deep.equal({
        ...{ session: 'attached', '/': 'active', [itemId]: 'active', [lightId]: 'active', [brokenId]: 'broken' },
        ...{ '/#every 1000 ticked': 'active', '/#topic news': 'active', '/#shared room': 'active' },
        ...{ '/#task once': 'done', '/#generator worker': 'waiting', '@room': 'absent' },
        ...{ [`${lightId}>fetching`]: 'active', [`${lightId}>within`]: 'active' },
        ...{ [`${lightId}>within>innermost`]: 'active' },
      });
    });

    it('counts what has failed of each, and of all components in the session', () => {
      const tree = actors();
      expect(find(tree, '/#generator worker').errors).to.equal(1);
      expect(find(tree, brokenId).errors).to.equal(1);
      expect(find(tree, itemId).errors).to.equal(0);
      session.tree.put([...session.tree.root.children][0] as never, { type: 'failed' });
      host.turn();
      expect(find(actors(), itemId).errors).to.equal(1);
      const failures = [...session.tree.instances()].reduce((sum, instance) => sum + instance.failures, 0);
      expect(actors().errors).to.equal(failures).and.to.be.at.least(2);
    });

    it('says what an actor said the last time, and what came last of all', () => {
      const failures = new Map([
        [itemId, { count: 2, last: 'of the item' }],
        ['/', { count: 1, last: 'of the page' }],
      ]);
      const tree = actors({ failures });
      expect(
        [tree, find(tree, '/'), find(tree, itemId), find(tree, lightId)].map(({ lastError }) => lastError)
      ).to.deep.equal(['of the page', 'of the page', 'of the item', '']);
    });

    it('counts the messages that wait, in the session and for each component', () => {
      const [item] = session.tree.root.children;
      session.tree.put(session.tree.root, { type: 'ticked' });
      session.tree.put(item as never, { type: 'ticked' });
      session.tree.put(item as never, { type: 'ticked' });
      const tree = actors();
      expect(
        [tree, find(tree, '/'), find(tree, itemId), find(tree, lightId)].map(({ mailbox }) => mailbox)
      ).to.deep.equal([...[3, 1, 2, 0]]);
      host.turn();
      expect(actors().mailbox).to.equal(0);
    });

    it('says how old each is', () => {
      const before = find(actors(), '/').age;
      host.clock.advance(30);
      const tree = actors();
      expect(tree.age).to.equal(host.clock.now() - 999_000);
      expect(find(tree, '/').age).to.equal(before + 30);
      expect(find(tree, '/#every 1000 ticked').age).to.equal(before + 30);
      expect(find(tree, `${lightId}>fetching`).age).to.equal(40);
      expect(find(tree, '@room').age).to.equal(0);
    });

    it('has what is spawned as soon as it is there, and what is no longer declared or placed no more', async () => {
      const logic = [...session.tree.root.children][1];
      session.tree.put(logic as never, { type: 'spawned' });
      host.turn();
      expect(find(actors(), `${lightId}>counting`)).to.include({ kind: 'child', status: 'active', name: 'counting' });
      session.tree.put(session.tree.root, { type: 'switched' });
      await host.rest();
      const ids = all(actors()).map(({ id }) => id);
      for (const id of [lightId, '/#topic news', '/#shared room', '@room']) expect(ids).to.not.include(id);
      expect(ids).to.include.members(['/', itemId, '/#every 1000 ticked']);
      expect(ids.filter((id) => id.startsWith(lightId))).to.deep.equal([]);
    });

    it('shows a child that has failed as such', async () => {
      session.tree.put([...session.tree.root.children][1] as never, { type: 'broken' });
      host.turn();
      await settled();
      await host.rest();
      expect(find(actors(), `${lightId}>lost`)).to.include({ status: 'error', errors: 1 });
    });

    it('has a subscription at work again that was started again', () => {
      expect(find(actors(), '/#generator worker').status).to.equal('waiting');
      host.clock.advance(100);
      expect(find(actors(), '/#generator worker')).to.include({ status: 'active', errors: 1 });
      expect(find(actors(), '/#generator worker').age).to.be.within(0, 50);
    });

    it('gives the status of a shared actor, in the terms of the others', () => {
      const view: SharedView = { standing: 'running', mailbox: 3, since: 999_500, failures: 2, logic: undefined };
      const asked: string[] = [];
      const room = (given: Partial<SharedView>): ActorView => {
        const look = (name: string): SharedView => {
          asked.push(name);
          return { ...view, ...given };
        };
        return find(actors({ shared: look }), '@room');
      };
      expect(room({})).to.deep.equal({
        ...{ id: '@room', kind: 'shared', name: 'room', status: 'active', mailbox: 3, errors: 2, lastError: '' },
        ...{ age: host.clock.now() - 999_500, actors: [] },
      });
      const standings = ['absent', 'running', 'waiting', 'finished', 'down'] as const;
      expect(standings.map((standing) => room({ standing }).status)).to.deep.equal([
        ...['absent', 'active', 'waiting', 'done', 'given up'],
      ]);
      expect(room({ since: Number.NEGATIVE_INFINITY }).age).to.equal(0);
      expect(new Set(asked)).to.deep.equal(new Set(['room']));
    });

    it('has a shared actor once, however many listen', () => {
      const Twin = component({
        name: 'twin',
        init: () => ({}),
        update: (model, _message: Message) => model,
        subscriptions: () => [shared<Message>('room', () => ({ type: 'known' }))],
        view: () => html`<i></i>`,
      });
      const Both = component({
        name: 'both',
        init: () => ({}),
        update: (model, _message: Message) => model,
        view: () => html`${Twin({ key: 1 })}${Twin({ key: 2 })}`,
      });
      const twins = startSession(Both, host);
      twins.join(new FakeConnection(), joinFrame());
      expect(all(actorsOf(twins, around)).filter(({ kind }) => kind === 'shared')).to.have.lengthOf(1);
      twins.stop();
    });

    it('shows a page that no client has joined as dormant, with what listens already', () => {
      const dormant = startSession(Page, host);
      const tree = actorsOf(dormant, { ...around, status: 'dormant' });
      expect(find(tree, '/').status).to.equal('dormant');
      expect(
        all(tree)
          .filter(({ kind }) => kind === 'subscription')
          .map(({ id }) => id)
      ).to.deep.equal([...['/#topic news', '/#shared room']]);
      expect(find(tree, itemId).status).to.equal('dormant');
      dormant.stop();
    });
  });

  describe('of a session that is stored', () => {
    /** The image of the session as it comes back from a store. */
    const stored = () => unpack(pack(session.save()));

    it('is made of what was stored: its components and what they had declared, all of it asleep', () => {
      session.tree.put(session.tree.root, { type: 'ticked' });
      const image = stored();
      const tree = storedActorsOf('session', image, image.at + 5_000);
      expect(tree).to.include({
        ...{ id: 'session', kind: 'session', name: 'session', status: 'passivated' },
        mailbox: 1,
      });
      const [, ...others] = all(tree);
      expect(others.map(({ id, kind, name }) => [id, kind, name])).to.deep.equal([
        ['/', 'component', 'page'],
        ['/#every 1000 ticked', 'subscription', 'every 1000 ticked'],
        ['/#task once', 'subscription', 'task once'],
        [itemId, 'component', 'item a'],
        [lightId, 'statechart', 'light l'],
        [brokenId, 'component', 'broken 7'],
      ]);
      for (const { status, age, errors, mailbox } of others) {
        expect([status, age, errors, mailbox]).to.deep.equal(['dormant', 5_000, 0, 0]);
      }
    });

    it('gives every actor the id it had', () => {
      const image = stored();
      const ids = new Set(all(actors()).map(({ id }) => id));
      for (const { id } of all(storedActorsOf('session', image, image.at))) expect(ids).to.include(id);
    });
  });

  describe('names', () => {
    it('are those of components with their keys, whatever both are', () => {
      expect(nameOf('', 'page')).to.equal('page');
      expect(nameOf('a row number 7', 'a row')).to.equal('a row 7');
      fc.assert(
        fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.string({ unit: 'binary' }), (name, key) => {
          expect(nameOf(`${name} string ${key}`, name)).to.equal(`${name} ${key}`);
        }),
        lawParameters()
      );
    });
  });

  describe('what a logic has started', () => {
    it('is nothing for what has no children', () => {
      for (const snapshot of [undefined, null, 1, {}, { children: undefined }, { context: {} }]) {
        expect(childrenOf(snapshot)).to.deep.equal([]);
      }
    });

    it('leaves out what has stopped, and what is no actor', () => {
      const ref = { getSnapshot: () => ({}) } as unknown as AnyActorRef;
      expect(childrenOf({ children: { a: ref, b: undefined, c: {}, d: null } })).to.deep.equal([ref]);
    });
  });
});
