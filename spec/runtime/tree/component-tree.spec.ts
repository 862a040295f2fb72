/** Components in the views of others: who is rendered when, what travels, who starts and stops, who is harmed. */

import { expect } from 'chai';
import { type AnyComponent, component } from '../../../runtime/component/component.js';
import type { Enqueue } from '../../../runtime/component/effect.js';
import { ErrorCode, type Failure, TroupeError } from '../../../runtime/platform/errors.js';
import { markup } from '../../../runtime/render/render-to-string.js';
import { LiveSession } from '../../../runtime/session/session.js';
import { pack, unpack } from '../../../runtime/session/session-snapshot.js';
import { every } from '../../../runtime/subscription/every.js';
import { task } from '../../../runtime/subscription/task.js';
import { type Hole, html, repeat } from '../../../runtime/template/html.js';
import type { ComponentInstance } from '../../../runtime/tree/component-instance.js';
import { ServerKind } from '../../../runtime/wire/protocol.js';
import {
  acknowledgeFrame,
  eventsFrame,
  FakeConnection,
  FakeHost,
  joinFrame,
  modelOf,
  startSession,
} from '../../fixtures/live-session.js';

// COMPONENTS ------------------------------------------------------------------

type ItemMessage = { type: 'clicked' } | { type: 'removePressed' } | { type: 'ticked' };
type ListMessage =
  | { type: 'added'; key: string }
  | { type: 'removed'; key: string }
  | { type: 'renamed'; title: string }
  | { type: 'swapped' };

/** What happened, written down by the components themselves. */
let seen: string[] = [];

interface ItemProps {
  readonly key: string;
  readonly title: string;
}

const Item = component({
  name: 'item',
  init: ({ key, title }: ItemProps) => {
    seen.push(`init ${key}`);
    return { key, title, clicks: 0 };
  },
  update: (model, message: ItemMessage, enqueue: Enqueue<ItemMessage, ListMessage>) => {
    if (message.type === 'removePressed') enqueue.parent({ type: 'removed', key: model.key });
    return message.type === 'clicked' ? { ...model, clicks: model.clicks + 1 } : model;
  },
  received: (model, { title }) => ({ ...model, title }),
  view: ({ key, title, clicks }) => {
    seen.push(`view ${key}`);
    return html<ItemMessage>`<b @click=${{ type: 'clicked' }}>${title}-${clicks}</b><i @click=${{ type: 'removePressed' }}></i>`;
  },
});

/** Counts clicks, and wants to know how its client has come back. */
const Counting = component({
  name: 'counting',
  init: () => 0,
  update: (count: number, _message: { type: 'clicked' } | { type: 'arrived' }) => count + 1,
  onArrival: () => ({ type: 'arrived' }) as const,
  view: (count) => html<{ type: 'clicked' }>`<b @click=${{ type: 'clicked' }}>${count}</b>`,
});

interface ListModel {
  readonly keys: readonly string[];
  readonly title: string;
}

const List = component({
  name: 'list',
  init: (): ListModel => ({ keys: ['a', 'b'], title: 'one' }),
  update: (model, message: ListMessage) => {
    switch (message.type) {
      case 'added':
        return { ...model, keys: [...model.keys, message.key] };
      case 'removed':
        return { ...model, keys: model.keys.filter((key) => key !== message.key) };
      case 'renamed':
        return { ...model, title: message.title };
      case 'swapped':
        return { ...model, keys: model.keys.toReversed() };
    }
  },
  view: ({ keys, title }) => {
    seen.push('view list');
    return html`
      <h1>${title}</h1>
      <ul>${repeat(
        keys,
        (key) => key,
        (key) => html<ListMessage>`<li>${Item({ key, title })}</li>`
      )}</ul>`;
  },
});

/** A page of one view, that shows what its only message says. */
const showing = <Shown>(first: Shown, view: (shown: Shown) => Hole<ListMessage>) =>
  component({
    name: 'page',
    init: () => ({ shown: first }),
    update: (model, message: { type: 'shown'; shown: Shown } | ListMessage) =>
      message.type === 'shown' ? { shown: message.shown } : model,
    view: ({ shown }) => html<ListMessage>`<main>${view(shown)}</main>`,
  });

// SPECS -----------------------------------------------------------------------

describe('component tree', () => {
  let host: FakeHost;

  beforeEach(() => {
    host = new FakeHost();
    seen = [];
  });

  function joined(page: AnyComponent): { session: LiveSession; connection: FakeConnection } {
    const session = startSession(page, host);
    const connection = new FakeConnection();
    session.join(connection, joinFrame());
    connection.take();
    return { session, connection };
  }

  /** Sends the page's component a message and runs the turn. */
  function tell(session: LiveSession, message: object): void {
    session.tree.put(session.tree.root, message as never);
    host.turn();
  }

  const shown = (session: LiveSession): string =>
    markup(session.rendered).replace(/<!--.*?-->|\n\s*| data-troupe-on="[^"]*"/g, '');
  const patches = (connection: FakeConnection): unknown[] =>
    connection.take().map((frame) => (frame.kind === ServerKind.Patch ? frame.changes : frame));
  const instances = (session: LiveSession) => [...session.tree.root.children];

  describe('the first page', () => {
    it('holds the views of all components, each made once', () => {
      const session = startSession(List, host);
      expect(seen).to.deep.equal(['view list', 'init a', 'view a', 'init b', 'view b']);
      expect(shown(session)).to.contain('<li><b>one-0</b><i></i></li><li>');
    });

    it('waits for every init that is async, side by side', async () => {
      const Late = component({
        name: 'late',
        init: async ({ key }: { key: string }) => {
          seen.push(`begin ${key}`);
          await Promise.resolve();
          seen.push(`end ${key}`);
          return key;
        },
        update: (model: string, _message: { type: 'x' }) => model,
        view: (model) => html`<p>${model}</p>`,
      });
      const page = showing(0, () => [Late({ key: 'a' }), Late({ key: 'b' })]);
      const { LiveSession: Live } = await import('../../../runtime/session/session.js');
      const session = new Live(host, host, { id: 'x', component: page, props: {} });
      await session.prepare();
      expect(seen).to.deep.equal(['begin a', 'begin b', 'end a', 'end b']);
      expect(shown(session)).to.equal('<main><p>a</p><p>b</p></main>');
    });

    it('is adopted as one tree', () => {
      const session = startSession(List, host);
      const connection = new FakeConnection();
      session.join(connection, joinFrame());
      expect(connection.take().map(({ kind }) => kind)).to.deep.equal([ServerKind.Adopt]);
    });
  });

  describe('a change', () => {
    it('of a child runs its view alone and sends what it shows', () => {
      const { session, connection } = joined(List);
      seen.length = 0;
      // 1 list, 2 its rows, 3 the first row, 4 the item in it, 5 and 6 those of b.
      session.client.receive(connection, eventsFrame([[4, 0]], 1));
      host.turn();
      expect(seen).to.deep.equal(['view a']);
      expect(patches(connection)).to.deep.equal([[4, 2, 1]]);
    });

    it('of many children is one frame, parents before their children', () => {
      const { session, connection } = joined(List);
      session.client.receive(
        connection,
        eventsFrame(
          [
            [6, 0],
            [4, 0],
            [6, 0],
          ],
          1
        )
      );
      tell(session, { type: 'renamed', title: 'two' });
      expect(patches(connection)).to.deep.equal([[1, 0, 'two', 6, 1, 'two', 6, 2, 2, 4, 1, 'two', 4, 2, 1]]);
    });

    it('of props reaches a child as a step of its own, and only one whose props differ', () => {
      const page = showing('x', (title) => [Item({ key: 'a', title }), Item({ key: 'b', title: 'same' })]);
      const { session, connection } = joined(page);
      seen.length = 0;
      tell(session, { type: 'shown', shown: 'y' });
      expect(seen).to.deep.equal(['view a']);
      expect(shown(session)).to.contain('y-0').and.to.contain('same-0');
      expect(patches(connection)).to.have.length(1);
    });

    it('that view refuses is undone with what it did to the children', () => {
      const page = component({
        name: 'page',
        init: () => ({ title: 'x', bad: false }),
        update: (model, message: ListMessage | { type: 'spoilt' }) =>
          message.type === 'renamed'
            ? { ...model, title: message.title }
            : { ...model, bad: message.type === 'spoilt' },
        view: ({ title, bad }) =>
          html<ListMessage>`<p>${Item({ key: title, title })}</p>${bad ? (new Date() as never) : null}`,
      });
      const { session } = joined(page);
      session.tree.put(session.tree.root, { type: 'renamed', title: 'y' } as never);
      session.tree.put(session.tree.root, { type: 'spoilt' });
      tell(session, { type: 'renamed', title: 'z' });
      expect(host.codes).to.deep.equal([ErrorCode.Value]);
      expect(instances(session).map(({ id }) => id)).to.deep.equal(['item string z']);
      expect(shown(session)).to.contain('z-0');
    });
  });

  describe('coming and going', () => {
    it('starts a child when it appears and stops it when it leaves, with its subscriptions and children', () => {
      const Ticking = component({
        name: 'ticking',
        init: () => 0,
        update: (model: number, _message: { type: 'ticked' } | ListMessage) => model + 1,
        view: (model) => html<ListMessage>`<p>${model}${Item({ key: 'inner', title: 't' })}</p>`,
        subscriptions: () => [every(100, { type: 'ticked' })],
      });
      const page = showing(false, (isThere) => (isThere ? Ticking({ key: 1 }) : null));
      const { session } = joined(page);
      tell(session, { type: 'shown', shown: true });
      const [ticking] = instances(session);
      const [inner] = [...(ticking?.children ?? [])];
      expect([ticking, inner].map((instance) => instance?.actor?.getSnapshot().status)).to.deep.equal([
        'active',
        'active',
      ]);
      host.clock.advance(100);
      host.turn();
      expect(ticking?.shown).to.equal(1);
      tell(session, { type: 'shown', shown: false });
      expect([ticking, inner].map((instance) => instance?.actor?.getSnapshot().status)).to.deep.equal([
        'stopped',
        'stopped',
      ]);
      expect(host.clock.pending).to.equal(0);
      expect(shown(session)).to.equal('<main></main>');
    });

    it('keeps the actor of a child that moves, or leaves and comes back within a turn', () => {
      const { session, connection } = joined(List);
      session.client.receive(connection, eventsFrame([[4, 0]], 1));
      host.turn();
      const [a, b] = instances(session);
      tell(session, { type: 'swapped' });
      expect(instances(session).map(({ id }) => id)).to.deep.equal(['item string a', 'item string b']);
      connection.take();

      const flicker = component({
        name: 'flicker',
        init: () => ({ isThere: true }),
        update: (_model, { type }: { type: 'left' | 'returned' } | ListMessage, enqueue) => {
          if (type === 'left') enqueue.raise({ type: 'returned' });
          return { isThere: type === 'returned' };
        },
        view: ({ isThere }) => html<ListMessage>`<p>${isThere ? Item({ key: 'x', title: 't' }) : null}</p>`,
      });
      const other = joined(flicker);
      const [x] = instances(other.session);
      other.session.client.receive(other.connection, eventsFrame([[2, 0]], 1));
      host.turn();
      tell(other.session, { type: 'left' });
      expect(instances(other.session)).to.deep.equal([x]);
      expect(x?.actor?.getSnapshot()).to.have.nested.property('context.clicks', 1);
      expect([a, b].every((instance) => instance?.isPresent)).to.equal(true);
    });

    it('starts anew what left in an earlier turn', () => {
      const page = showing(true, (isThere) => (isThere ? Item({ key: 'x', title: 't' }) : null));
      const { session, connection } = joined(page);
      session.client.receive(connection, eventsFrame([[2, 0]], 1));
      host.turn();
      tell(session, { type: 'shown', shown: false });
      tell(session, { type: 'shown', shown: true });
      expect(shown(session)).to.contain('t-0');
    });

    it('drops a message for a child that has left', () => {
      const { session, connection } = joined(List);
      tell(session, { type: 'removed', key: 'a' });
      session.client.receive(connection, eventsFrame([[4, 0]]));
      host.turn();
      expect(host.reports).to.deep.equal([]);
      const frames = connection.take();
      expect(frames.at(-1)).to.deep.equal({ kind: ServerKind.Acknowledge, processed: 1, late: 0 });
    });

    it('moves a child to another place of the view with its state, as new content', () => {
      const page = showing(0, (place) =>
        [0, 1].map((at) => html<ListMessage>`<p>${at === place ? Item({ key: 'x', title: 't' }) : null}</p>`)
      );
      const { session, connection } = joined(page);
      session.client.receive(connection, eventsFrame([[4, 0]], 1));
      host.turn();
      connection.take();
      tell(session, { type: 'shown', shown: 1 });
      expect(shown(session)).to.equal('<main><p></p><p><b>t-1</b><i></i></p></main>');
      const [changes] = patches(connection) as [unknown[]];
      expect(changes).to.have.length(6);
      session.client.receive(connection, acknowledgeFrame(2));
      session.client.receive(connection, eventsFrame([[6, 0]]));
      host.turn();
      expect(shown(session)).to.contain('t-2');
      session.client.receive(connection, acknowledgeFrame(1));
      session.client.receive(connection, eventsFrame([[4, 0]]));
      host.turn();
      expect(shown(session), 'no instance has the number it had').to.contain('t-2');

      connection.take();
      tell(session, { type: 'shown', shown: 0 });
      session.client.receive(connection, acknowledgeFrame(1));
      session.client.receive(connection, eventsFrame([[7, 0]]));
      host.turn();
      expect(shown(session), 'the other way round as well').to.contain('t-3');
      expect(patches(connection)).to.have.length(2);
      session.client.receive(connection, acknowledgeFrame(1));
      session.client.receive(connection, eventsFrame([[6, 0]]));
      host.turn();
      expect(shown(session)).to.contain('t-3');
    });

    it('carries out what a child asked for before it left in the same turn', () => {
      const Saving = component({
        name: 'saving',
        init: () => 0,
        update: (model: number, _message: { type: 'saved' }, enqueue) => {
          enqueue.send('store', { type: 'kept' });
          return model + 1;
        },
        view: (model) => html`<p>${model}</p>`,
      });
      const page = component({
        name: 'page',
        init: () => ({ isOpen: true }),
        update: (_model, { type }: { type: 'closed' | 'opened' | 'flickered' }, enqueue) => {
          if (type === 'flickered') enqueue.raise({ type: 'opened' });
          return { isOpen: type === 'opened' };
        },
        view: ({ isOpen }) => html`${isOpen ? Saving({ key: 1 }) : null}`,
      });
      const { session } = joined(page);
      const [saving] = instances(session);
      session.tree.put(saving as never, { type: 'saved' });
      tell(session, { type: 'flickered' });
      expect(shown(session), 'one that came back shows what it took').to.equal('<p>1</p>');
      session.tree.put(saving as never, { type: 'saved' });
      tell(session, { type: 'closed' });
      expect(host.posted.map(([to]) => to)).to.deep.equal(['actor store', 'actor store']);
      expect(host.reports).to.deep.equal([]);
    });

    it('renders a child anew whose place has another content model', () => {
      const ComponentInstance = component({
        name: 'instance',
        init: () => 0,
        update: (model: number, _message: { type: 'x' }) => model,
        view: () => html`<a>text</a>`,
      });
      const page = showing(0, (kind) =>
        kind === 0
          ? html<ListMessage>`<p>${ComponentInstance({ key: 1 })}</p>`
          : html<ListMessage>`<svg>${ComponentInstance({ key: 1 })}</svg>`
      );
      const { session } = joined(page);
      tell(session, { type: 'shown', shown: 1 });
      expect(shown(session)).to.equal('<main><svg><a>text</a></svg></main>');
      expect(host.reports).to.deep.equal([]);
    });
  });

  describe('keys', () => {
    it('that stand twice in a view are an error with the fix, and cost the message alone', () => {
      const { session } = joined(showing(['a'], (keys) => keys.map((key) => Item({ key, title: 't' }))));
      tell(session, { type: 'shown', shown: ['a', 'b', 'b'] });
      expect(host.codes).to.deep.equal([ErrorCode.DuplicateKey]);
      expect((host.reports[0] as { error: Error }).error.message).to.equal(
        'The view of page has two item with the key b. Give each a key of its own.'
      );
      expect(instances(session)).to.have.length(1);
    });

    it('that stand twice are found though one stands in a row that was taken over', () => {
      const row = (key: string) => html<ListMessage>`<li>${Item({ key, title: 't' })}</li>`;
      const keys = ['a'];
      const page = showing(false, (isTwice) => [
        html<ListMessage>`<ul>${repeat(keys, (key) => key, row)}</ul>`,
        isTwice ? html<ListMessage>`<p>${Item({ key: 'a', title: 't' })}</p>` : null,
      ]);
      const { session } = joined(page);
      tell(session, { type: 'shown', shown: true });
      expect(host.codes).to.deep.equal([ErrorCode.DuplicateKey]);
      tell(session, { type: 'shown', shown: false });
      expect(instances(session)).to.have.length(1);
    });

    it('tell apart by component, by key and by its type', () => {
      const Other = component({
        ...{ name: 'other', init: () => 0 },
        update: (m: number, _: { type: 'x' }) => m,
        view: () => html`<p></p>`,
      });
      const { session } = joined(
        showing(0, () => [Other({ key: 1 }), Other({ key: '1' }), Item({ key: '1', title: 't' })])
      );
      expect(instances(session)).to.have.length(3);
    });
  });

  describe('a message to the parent', () => {
    it('is taken in the same turn, and one frame shows the outcome', () => {
      const { session, connection } = joined(List);
      session.client.receive(connection, eventsFrame([[4, 3]], 1));
      host.turn();
      expect(modelOf<ListModel>(session).keys).to.deep.equal(['b']);
      expect(connection.take()).to.have.length(1);
      expect(instances(session).map(({ id }) => id)).to.deep.equal(['item string b']);
    });

    it('of the root goes nowhere', () => {
      const page = component({
        name: 'page',
        init: () => 0,
        update: (model: number, _message: { type: 'x' }, enqueue: Enqueue<{ type: 'x' }, { type: 'y' }>) => {
          enqueue.parent({ type: 'y' });
          return model + 1;
        },
        view: (model) => html`<p>${model}</p>`,
      });
      const { session } = joined(page);
      tell(session, { type: 'x' });
      expect(modelOf(session)).to.equal(1);
      expect(host.reports).to.deep.equal([]);
    });
  });

  describe('effects', () => {
    type Message = { type: 'asked'; bad?: boolean };
    const Asking = component({
      name: 'asking',
      init: () => ({ asked: 0, bad: false }),
      update: ({ asked }, { bad = false }: Message, enqueue) => {
        enqueue.publish('news', { type: 'told', number: asked });
        enqueue.send('room', { type: 'entered', number: asked });
        return { asked: asked + 1, bad };
      },
      view: ({ asked, bad }) => {
        if (bad) throw new Error('of view');
        return html`<p>${asked}</p>`;
      },
    });

    it('go out in order after the commit, each under an id of its own; those of a discarded step do not', () => {
      const { session } = joined(Asking);
      session.tree.put(session.tree.root, { type: 'asked' });
      session.tree.put(session.tree.root, { type: 'asked', bad: true } as never);
      expect(host.posted).to.deep.equal([]);
      host.turn();
      tell(session, { type: 'asked' });
      expect(host.posted.map(([to, message, id]) => [to, message, id.slice(id.indexOf('.'))])).to.deep.equal([
        ['topic news', { type: 'told', number: 0 }, '.1.1'],
        ['actor room', { type: 'entered', number: 0 }, '.1.2'],
        ['topic news', { type: 'told', number: 1 }, '.2.1'],
        ['actor room', { type: 'entered', number: 1 }, '.2.2'],
      ]);
      const { session: fresh } = joined(Asking);
      tell(fresh, { type: 'asked' });
      expect(new Set(host.posted.map(([, , id]) => id)).size, 'ids, of a session with the same id too').to.equal(6);
    });

    it('that cannot be carried out are reported and cost nothing', () => {
      host.publish = () => {
        throw new Error('no such topic');
      };
      const { session } = joined(Asking);
      tell(session, { type: 'asked' });
      expect(host.codes).to.deep.equal([ErrorCode.Effect]);
      expect(host.posted).to.have.length(1);
      expect(modelOf(session)).to.deep.equal({ asked: 1, bad: false });
    });
  });

  describe('failures', () => {
    const Fragile = component({
      name: 'fragile',
      init: ({ mode }: { mode: string }) => {
        if (mode === 'init') throw new Error('of init');
        return { mode };
      },
      update: (model, { mode }: { type: 'set'; mode: string }) => {
        if (mode === 'update') throw new Error('of update');
        return { ...model, mode };
      },
      received: (model, { mode }) => {
        if (mode === 'received') throw new Error('of received');
        return { ...model, mode };
      },
      view: ({ mode }) => {
        if (mode === 'view') throw new Error('of view');
        return html`<em>${mode}</em>`;
      },
    });

    for (const mode of ['init', 'view']) {
      it(`of the first ${mode} show a notice with the id of the report; the rest of the page works`, () => {
        const page = showing('well', (title) => [Fragile({ key: 1, mode }), Item({ key: 'a', title })]);
        const { session } = joined(page);
        expect(shown(session)).to.contain(
          '<span role="alert">This part of the page could not be shown (report).</span>'
        );
        expect(host.reports).to.have.length(1).with.nested.property('[0].component', 'fragile');
        tell(session, { type: 'shown', shown: 'still' });
        expect(shown(session)).to.contain('still-0');
      });
    }

    it('of the first view show the fallback of the component, and its view as soon as that works', () => {
      const failures: Failure[] = [];
      const Own = component({
        name: 'own',
        init: () => ({ isBad: true }),
        update: (_model, _message: { type: 'mended' }) => ({ isBad: false }),
        view: ({ isBad }) => {
          if (isBad) throw new Error('of view');
          return html`<em>well</em>`;
        },
        fallback: (failure) => {
          failures.push(failure);
          return html<{ type: 'mended' }>`<button @click=${{ type: 'mended' }}>Mend</button>`;
        },
      });
      const { session, connection } = joined(showing(0, () => Own({ key: 1 })));
      expect(failures).to.deep.equal([{ id: 'report', code: ErrorCode.View, message: 'view of own threw: of view' }]);
      session.client.receive(connection, eventsFrame([[2, 0]], 1));
      host.turn();
      expect(shown(session)).to.equal('<main><em>well</em></main>');
    });

    it('of a child that appears later are its own', () => {
      const page = showing('', (mode) => [Item({ key: 'a', title: 't' }), mode ? Fragile({ key: mode, mode }) : null]);
      const { session } = joined(page);
      for (const mode of ['init', 'view', 'well']) tell(session, { type: 'shown', shown: mode });
      expect(host.reports).to.have.length(2);
      expect(shown(session)).to.contain('<em>well</em>');
    });

    it('of update, view and received cost one message of that child', () => {
      const page = showing('well', (mode) => Fragile({ key: 1, mode }));
      const { session } = joined(page);
      const [instance] = instances(session);
      for (const mode of ['update', 'fine', 'view'])
        session.tree.put(instance as never, { type: 'set', mode } as never);
      host.turn();
      expect(shown(session)).to.contain('<em>fine</em>');
      tell(session, { type: 'shown', shown: 'received' });
      expect(shown(session)).to.contain('<em>fine</em>');
      expect(host.codes).to.deep.equal([ErrorCode.View, ErrorCode.Update, ErrorCode.Update]);
    });

    it('reach the component as a message if it wants to know, and a failure of that does not', () => {
      const log: string[] = [];
      const page = component({
        name: 'page',
        init: () => 0,
        update: (_model: number, message: { type: 'spoilt' } | { type: 'failed'; failure: Failure }) => {
          if (message.type === 'spoilt') throw new Error('of update');
          log.push(`${message.failure.id} ${message.failure.code} ${message.failure.message}`);
          throw new Error('again');
        },
        view: (model) => html`<p>${model}</p>`,
        onError: (failure): { type: 'failed'; failure: Failure } => ({ type: 'failed', failure }),
      });
      const { session } = joined(page);
      tell(session, { type: 'spoilt' });
      for (let turn = 0; turn < 5; turn++) host.turn();
      expect(log).to.deep.equal(['report update of update']);
      expect(host.reports).to.have.length(2);
      expect(host.waiting).to.equal(0);
      tell(session, { type: 'spoilt' });
      for (let turn = 0; turn < 5; turn++) host.turn();
      expect(log).to.have.length(2);
    });

    it('of a subscription that is given up reach the component as a message, too', async () => {
      const page = component({
        name: 'page',
        init: (): readonly string[] => [],
        update: (model, { failure }: { type: 'failed'; failure: Failure }) => [...model, failure.message],
        view: (model) => html`<p>${model.length}</p>`,
        subscriptions: (_model) => [task('load', () => Promise.reject(new Error('no network')))],
        onError: (failure): { type: 'failed'; failure: Failure } => ({ type: 'failed', failure }),
      });
      const { session } = joined(page);
      for (let round = 0; round < 20; round++) {
        await host.rest();
        host.clock.advance(1_000);
      }
      const told = modelOf<readonly string[]>(session);
      expect(told).to.have.length(1);
      expect(told[0]).to.contain('task load').and.to.contain('no network');
      expect(host.codes).to.deep.equal([ErrorCode.Subscription]);
    });

    it('that come at random a thousand times in fifty components cost no other component a message', () => {
      const Member = component({
        name: 'member',
        init: () => ({ taken: [] as readonly number[], bad: false }),
        update: (model, { number, harm }: { type: 'came'; number: number; harm: string }) => {
          if (harm === 'update') throw new Error(`update ${number}`);
          return { taken: [...model.taken, number], bad: harm === 'view' };
        },
        view: ({ taken, bad }) => {
          if (bad) throw new Error('view');
          return html`<p>${taken.length}</p>`;
        },
      });
      const { session } = joined(showing(0, () => Array.from({ length: 50 }, (_, key) => Member({ key }))));
      const members = instances(session);
      const expected = members.map((): number[] => []);
      let state = 7;
      const random = (below: number): number => {
        state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
        return (state >> 8) % below;
      };
      let harmed = 0;
      for (let number = 0; harmed < 1_000; number++) {
        const index = random(50);
        const harm = ['none', 'none', 'update', 'view'][random(4)] as string;
        if (harm === 'none') expected[index]?.push(number);
        else harmed++;
        session.tree.put(members[index] as never, { type: 'came', number, harm } as never);
        if (random(10) === 0) host.turn();
      }
      while (host.waiting > 0) host.turn();
      const taken = members.map((member) => (member.shown as { taken: readonly number[] }).taken);
      expect(taken.map((numbers) => numbers.filter((number) => !isHarmful(number)))).to.deep.equal(expected);
      expect(host.reports.length).to.be.at.least(900);

      function isHarmful(number: number): boolean {
        return !expected.some((numbers) => numbers.includes(number));
      }
    });
  });

  describe('a window that was closed', () => {
    it('sends what all components show at last, in one patch', () => {
      const { session, connection } = joined(List);
      connection.buffered = 1e6;
      for (let click = 0; click < 3; click++)
        session.client.receive(
          connection,
          eventsFrame(
            [
              [4, 0],
              [6, 0],
            ],
            click === 0 ? 1 : 0
          )
        );
      host.turn();
      tell(session, { type: 'removed', key: 'b' });
      tell(session, { type: 'added', key: 'c' });
      expect(connection.take()).to.deep.equal([]);
      connection.buffered = 0;
      session.client.drained(connection);
      const frames = connection.take();
      expect(frames).to.have.length(1);
      expect(shown(session)).to.contain('one-3').and.to.contain('one-0');
    });
  });

  describe('many children', () => {
    it('make the start and the stop of one no dearer', () => {
      const cost = (count: number): number => {
        const keys = Array.from({ length: count }, (_, index) => `${index}`);
        const row = (key: string) => html<ListMessage>`<li>${Item({ key, title: 't' })}</li>`;
        const page = showing(keys, (shownKeys) => html<ListMessage>`<ul>${repeat(shownKeys, (key) => key, row)}</ul>`);
        const { session } = joined(page);
        let best = Number.POSITIVE_INFINITY;
        for (let round = 0; round < 12; round++) {
          const next = round % 2 === 0 ? [...keys, 'more'] : keys;
          const from = process.hrtime.bigint();
          tell(session, { type: 'shown', shown: next });
          best = Math.min(best, Number(process.hrtime.bigint() - from));
        }
        session.stop();
        return best;
      };
      cost(100);
      const few = cost(500);
      const many = cost(5_000);
      // Ten times the rows to look through, not ten times the work of a start squared.
      expect(many / few).to.be.below(40);
    });
  });

  // STORING -------------------------------------------------------------------

  describe('a tree that is stored', () => {
    const restored = (session: LiveSession, kind: AnyComponent = List): LiveSession => {
      const image = unpack(pack(session.save()));
      session.stop();
      const again = new LiveSession(host, host, { id: 'session', component: kind, props: {}, image });
      again.prepare();

      return again;
    };
    it('goes on with the state of every component, and asks no init', () => {
      const { session, connection } = joined(List);
      session.client.receive(connection, eventsFrame([[4, 0]], 1));
      host.turn();
      const before = shown(session);
      seen = [];
      const later = restored(session);
      expect(shown(later)).to.equal(before).and.to.contain('one-1');
      expect(seen.filter((what) => what.startsWith('init'))).to.deep.equal([]);
    });

    it('goes on with what was waiting, and counts its turns on: its page is another then', () => {
      const { session } = joined(List);
      const { turns } = session.tree;
      expect(restored(session).tree.turns).to.equal(turns);
      const waiting = joined(List).session;
      const before = waiting.tree.turns;
      waiting.tree.put(waiting.tree.root, { type: 'added', key: 'c' } as never);
      const [, child] = [...waiting.tree.instances()];
      waiting.tree.put(child as never, { type: 'clicked' });
      waiting.tree.put(child as never, undefined);
      expect(waiting.tree.save().envelopes.map(({ path, message }) => [path.length, message.type])).to.deep.equal([
        [0, 'added'],
        [1, 'clicked'],
      ]);
      const later = restored(waiting);
      expect(shown(later)).to.contain('-1');
      expect(later.tree.turns).to.equal(before + 1);
      expect([...later.tree.instances()].some(({ mount }) => mount.key === 'c')).to.equal(true);
    });

    it('drops a message whose receiver is not there', () => {
      const { session } = joined(List);
      const image = session.save();
      const envelopes = [{ path: ['none'], message: { type: 'clicked' }, cause: undefined }];
      const later = new LiveSession(host, host, {
        id: 'session',
        component: List,
        props: {},
        image: { ...image, tree: { ...image.tree, envelopes } },
      });
      later.prepare();
      expect(shown(later)).to.equal(shown(session));
      expect(later.tree.turns).to.equal(image.tree.turns);
    });

    it("is of no use to another component or version, and says which; the root's init is not asked", () => {
      const options = {
        name: 'page',
        version: 1,
        init: () => {
          seen.push('init page');
          return 0;
        },
        update: (model: number, _message: { type: 'x' }) => model,
        view: () => html<never>`<p></p>`,
      };
      const { session } = joined(component(options) as never);
      seen = [];
      for (const [changes, what] of [
        [{ version: '1' }, 'the component is page, version 1'],
        [{ version: 2 }, 'the component is page, version 2'],
        [{ name: 'other' }, 'the component is other, version 1'],
      ] as const) {
        expect(() => restored(session, component({ ...options, ...changes }) as never), what)
          .to.throw(TroupeError, `What is stored is of page, version 1; ${what}.`)
          .with.property('code', ErrorCode.Version);
      }
      expect(seen).to.deep.equal([]);
    });

    it('is of no use if a component in it is of another version', () => {
      const kid = (version: number) =>
        component({
          ...{ name: 'kid', version },
          init: () => 0,
          update: (model: number, _message: { type: 'x' }) => model,
          view: (model) => html<never>`<p>${model}</p>`,
        });
      const page = (version: number) => {
        const Kid = kid(version);
        return component({
          name: 'page',
          init: () => 0,
          update: (model: number, _message: { type: 'x' }) => model,
          view: () => html<never>`${Kid({ key: 1 })}`,
        }) as AnyComponent;
      };
      const { session } = joined(page(1));
      expect(() => restored(session, page(2))).to.throw(
        TroupeError,
        /is of kid, version 1; the component is kid, version 2/
      );
      expect(markup(restored(session, page(1)).rendered)).to.contain('<p>0</p>');
    });

    it('tries a component again that could not begin', () => {
      let isDown = true;
      const Kid = component({
        name: 'kid',
        init: () => {
          if (isDown) throw new Error('down');
          return 'up';
        },
        update: (model: string, _message: { type: 'x' }) => model,
        view: (model) => html<never>`<p>${model}</p>`,
      });
      const page = component({
        name: 'page',
        init: () => 0,
        update: (model: number, _message: { type: 'x' }) => model,
        view: () => html<never>`${Kid({ key: 1 })}`,
      }) as AnyComponent;
      const { session } = joined(page);
      expect(markup(session.rendered)).to.contain('could not be shown');
      isDown = false;
      expect(markup(restored(session, page).rendered)).to.contain('<p>up</p>');
    });

    it('throws what the first view throws: it is poisoned', () => {
      let isBroken = false;
      const page = component({
        name: 'page',
        init: () => 0,
        update: (model: number, _message: { type: 'x' }) => model,
        view: (model) => {
          if (isBroken) throw new Error('broken');
          return html<never>`<p>${model}</p>`;
        },
      }) as AnyComponent;
      const { session } = joined(page);
      isBroken = true;
      expect(() => restored(session, page))
        .to.throw(TroupeError, /view of page threw: broken/)
        .with.property('code', ErrorCode.View);
    });

    it('knows what of its subscriptions is stored, of children as well', () => {
      const Kid = component({
        name: 'kid',
        init: () => 0,
        update: (model: number, _message: { type: 'ticked' }) => model + 1,
        view: (model) => html<never>`<p>${model}</p>`,
        subscriptions: (_model) => [every(100, { type: 'ticked' })],
      });
      const page = component({
        name: 'page',
        init: () => 0,
        update: (model: number, _message: { type: 'ticked' }) => model + 1,
        view: (model) => html<never>`<h1>${model}</h1>${Kid({ key: 1 })}`,
        subscriptions: (_model) => [every(70, { type: 'ticked' })],
      }) as AnyComponent;
      const { session } = joined(page);
      host.clock.advance(50);
      const later = restored(session, page);
      const { root } = later.save().tree;
      expect([root.subscriptions, root.children[0]?.subscriptions]).to.deep.equal([
        { 'every 70 ticked': [1_000_070, 1] },
        { 'every 100 ticked': 1_000_100 },
      ]);
      later.join(new FakeConnection(), joinFrame());
      host.clock.advance(20);
      host.turn();
      host.clock.advance(30);
      host.turn();
      expect(markup(later.rendered).replace(/<!--.*?-->/g, '')).to.equal('<h1>1</h1><p>1</p>');
      later.stop();
    });
  });

  describe('before a client joins', () => {
    it('tells children of changed props', () => {
      const Kid = component({
        name: 'kid',
        init: ({ what }: { what: string }) => what,
        update: (model, _message: { type: 'x' }) => model,
        received: (_model, { what }) => what,
        view: (model) => html<never>`<p>${model}</p>`,
      });
      const page = component({
        name: 'page',
        init: () => 'first',
        update: (_model, { what }: { type: 'told'; what: string }) => what,
        view: (model) => html<never>`${Kid({ key: 1, what: model })}`,
      }) as AnyComponent;
      const session = startSession(page, host);
      session.tree.put(session.tree.root, { type: 'told', what: 'second' } as never);
      session.tree.catchUp();
      expect(markup(session.rendered)).to.contain('<p>second</p>');
    });
  });

  describe('catching up', () => {
    it('takes all that waits, however long it takes, and no more than that', () => {
      type Told = { type: 'told'; number: number };
      const page = component({
        name: 'page',
        init: () => 0,
        update: (model: number, { number }: Told, enqueue: Enqueue<Told>) => {
          if (number === 1_999) enqueue.raise({ type: 'told', number });
          return Math.max(model, number);
        },
        view: (model) => html<never>`<p>${model}</p>`,
      }) as AnyComponent;
      const { session } = joined(page);
      const { now } = host.clock;
      host.clock.now = () => {
        host.clock.advance(5);
        return now.call(host.clock);
      };
      for (let number = 0; number < 2_000; number++)
        session.tree.put(session.tree.root, { type: 'told', number } as never);
      session.tree.catchUp();
      expect(modelOf(session)).to.equal(1_999);
      session.tree.catchUp();
      expect(session.tree.mailbox.size, 'one that never ends').to.equal(1);
    });
  });

  describe('its end', () => {
    it('lets go of all that waits, what has to be resolved as well', () => {
      const { session } = joined(List);
      const instance = session.tree.root;
      const taken: number[] = [];
      for (let number = 0; number < 4; number++) {
        const envelope = { instance, message: undefined, at: 0, pageLoad: 0, taken: () => void taken.push(number) };
        session.tree.post(number % 2 === 0 ? envelope : { ...envelope, resolve: () => envelope });
      }
      session.stop();
      expect(taken).to.deep.equal([0, 1, 2, 3]);
    });
  });

  describe('for the inspector', () => {
    type Message = { type: 'ticked' } | { type: 'failed' } | { type: 'told' };
    const Watching = component({
      name: 'watching',
      init: ({ key }: { readonly key: string }) => ({ key }),
      update: (model, { type }: Message, enqueue: Enqueue<Message, { type: 'told' }>) => {
        if (type === 'failed') throw new Error('of watching');
        if (type === 'ticked') enqueue.parent({ type: 'told' });
        return model;
      },
      onError: () => ({ type: 'told' }) as const,
      subscriptions: () => [every(1_000, { type: 'ticked' } as const)],
      view: () => html`<b></b>`,
    });
    const Outer = component({
      name: 'outer',
      init: () => ({}),
      update: (model, message: { type: 'told' } | { type: 'raised' }, enqueue) => {
        if (message.type === 'raised') enqueue.raise({ type: 'told' });
        return model;
      },
      view: () => html<{ type: 'told' }>`<p>${Watching({ key: 'a' })}</p>`,
    });

    const path = ['watching string a'];

    it('finds an instance by the ids that lead to it, and none where there is none', () => {
      const { session } = joined(Outer);
      const { tree } = session;
      const [child] = instances(session);
      expect(tree.find([])).to.equal(tree.root);
      expect(tree.find(path)).to.equal(child).and.to.not.equal(undefined);
      for (const none of [['x'], [...path, 'x'], ['x', ...path], ['']]) expect(tree.find(none)).to.equal(undefined);
      session.stop();
    });

    it('has the subscriptions of each instance', () => {
      const { session } = joined(Outer);
      const [child] = instances(session) as [ComponentInstance];
      expect(session.tree.root.subscriptions).to.equal(undefined);
      expect(child.subscriptions?.views.map(({ key, status, mark }) => [key, status, mark])).to.deep.equal([
        ['every 1000 ticked', 'active', host.clock.now() + 1_000],
      ]);
      session.stop();
      expect(child.subscriptions?.views).to.deep.equal([]);
    });

    it('knows the sender of each envelope: the host, a component, a subscription, the session; none for an event', () => {
      const { session } = joined(Outer);
      const { mailbox, root } = session.tree;
      const [child] = instances(session) as [ComponentInstance];
      const senders = new Map<string, unknown>();
      session.observer = (event) => {
        if (event.kind !== 'queued') return;
        const { from, message, to } = event.message;
        senders.set(`${to.component} ${message?.type}`, from);
      };
      const sent = (): unknown => {
        host.turn();
        const found = Object.fromEntries(senders);
        senders.clear();
        return found;
      };
      expect(mailbox.size).to.equal(0);
      session.tree.put(root, { type: 'raised' });
      expect(sent()).to.deep.equal({ 'outer raised': 'host', 'outer told': root.path });
      host.clock.advance(1_000);
      expect(sent()).to.deep.equal({ 'watching ticked': '#every 1000 ticked', 'outer told': child.path });
      session.tree.put(child, { type: 'failed' });
      expect(sent()).to.deep.equal({ 'watching failed': 'host', 'watching told': child.path });
      session.stop();
    });

    it('knows that the session tells of an arrival, and says nothing of the sender of an event', () => {
      const { session, connection } = joined(Counting);
      const senders: unknown[] = [];
      session.observer = (event) => {
        if (event.kind === 'queued') senders.push([event.message.pageLoad, event.message.from]);
      };
      session.client.receive(connection, eventsFrame([[1, 0]]));
      host.turn();
      expect(senders.splice(0)).to.deep.equal([[session.tree.pageLoad, undefined]]);
      session.client.leave(connection);
      session.join(new FakeConnection(), joinFrame({ frame: 2, processed: 1, sent: 1 }));
      expect(senders).to.deep.equal([[0, 'session']]);
      session.stop();
    });
  });
});
