import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { createMachine } from 'xstate';
import { type AnyComponent, component } from '../../../runtime/component/component.js';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import { markup } from '../../../runtime/render/render-to-string.js';
import type { LiveSession } from '../../../runtime/session/session.js';
import { actor } from '../../../runtime/subscription/actor.js';
import { every } from '../../../runtime/subscription/every.js';
import { type GeneratorContext, generator } from '../../../runtime/subscription/generator.js';
import { shared, topic } from '../../../runtime/subscription/topic.js';
import { html, repeat } from '../../../runtime/template/html.js';
import type { EventData } from '../../../runtime/wire/event-data.js';
import { decodeClientFrame } from '../../../runtime/wire/frame-codec.js';
import {
  Ask,
  ClientKind,
  CloseCode,
  Limit,
  Reason,
  type ServerFrame,
  ServerKind,
  version,
} from '../../../runtime/wire/protocol.js';
import { Calm } from '../../fixtures/calm.js';
import {
  acknowledgeFrame,
  eventsFrame,
  FakeConnection,
  FakeHost,
  joinFrame,
  ModelClient,
  modelOf,
  plain,
  settled,
  startSession,
  written,
} from '../../fixtures/live-session.js';

// PAGES -----------------------------------------------------------------------

type CounterMessage = { readonly type: 'incremented' } | { readonly type: 'broken' } | { readonly type: 'hidden' };

/** A counter: its root is instance 1, its parts are click, count, class, click, click. */
const Counter = component({
  name: 'counter',
  init: () => ({ count: 0 }),
  update: ({ count }, { type }: CounterMessage) => {
    if (type === 'broken') throw new Error('update is broken');

    return { count: type === 'hidden' ? Number.NaN : count + 1 };
  },
  view: ({ count }) => {
    if (Number.isNaN(count)) throw new Error('view is broken');

    return html<CounterMessage>`<button @click=${{ type: 'incremented' }}>${count}</button>
      <button @click=${{ type: 'broken' }}>x</button><button @click=${{ type: 'hidden' }}>y</button>`;
  },
});

const click = { increment: [1, 0], break: [1, 2], hide: [1, 3] } as const;

/** A page whose handlers are functions, made anew by every view. */
const Form = component({
  name: 'form',
  init: (): { readonly texts: readonly string[] } => ({ texts: [] }),
  update: ({ texts }, { text }: { type: 'typed'; text: string }) => ({ texts: [...texts, text] }),
  view: ({ texts }) => html<{ type: 'typed'; text: string }>`
    <input @input=${(event: EventData) => {
      if (event.value === 'throw') throw new Error('handler is broken');
      if (event.value === 'rubbish') return 'rubbish' as never;
      if (event.value === 'untyped') return {} as never;
      if (event.value === 'false') return false;

      return event.value === 'null' ? null : { type: 'typed', text: `${texts.length}:${event.value}` };
    }}><output>${texts.join()}</output>`,
});

const context = <Model>(session: LiveSession): Model => modelOf<Model>(session);
const countOf = (session: LiveSession): number => context<{ count: number }>(session).count;
const textsOf = (session: LiveSession): readonly string[] => context<{ texts: readonly string[] }>(session).texts;
const told = (frames: readonly ServerFrame[]): number =>
  frames.reduce((sum, frame) => sum + (frame.kind === ServerKind.Command ? 0 : frame.processed), 0);

describe('session', () => {
  let host: FakeHost;

  beforeEach(() => {
    host = new FakeHost();
  });

  /** A session that a client has joined and whose first frame is taken. */
  function joined(kind: AnyComponent): { session: LiveSession; connection: FakeConnection } {
    const session = startSession(kind, host);
    const connection = new FakeConnection();
    session.join(connection, joinFrame());
    connection.take();
    session.client.receive(connection, acknowledgeFrame(1));

    return { session, connection };
  }

  /** Clicks somewhere and runs the turn. */
  function clicked(
    session: LiveSession,
    connection: FakeConnection,
    ...places: (readonly [number, number])[]
  ): ServerFrame[] {
    session.client.receive(connection, eventsFrame(places));
    host.turn();

    return connection.take();
  }

  // JOINING -------------------------------------------------------------------

  describe('the first join', () => {
    it('adopts the page: its structure, but no leaf values', () => {
      const session = startSession(Counter, host);
      const connection = new FakeConnection();
      session.join(connection, joinFrame());
      const [frame, ...more] = connection.take() as [Extract<ServerFrame, { kind: 0 }>];
      expect(more).to.deep.equal([]);
      expect(frame.kind).to.equal(ServerKind.Adopt);
      expect(frame.processed).to.equal(0);
      expect((frame.tree as unknown[]).slice(1)).to.deep.equal([1, null, 1, 1]);
      expect(host.log).to.deep.equal(['joined']);
    });

    it('starts no actor before it', () => {
      const session = startSession(
        component({
          name: 'eager',
          init: () => 0,
          update: (model: number, _message: { type: 'ticked' }) => model,
          view: () => html`<p>eager</p>`,
          subscriptions: (_model) => [every(1, { type: 'ticked' })],
        }),
        host
      );
      host.clock.advance(1_000);
      expect([host.clock.pending, host.waiting]).to.deep.equal([0, 0]);
      session.join(new FakeConnection(), joinFrame());
      expect(host.clock.pending).to.equal(1);
    });

    it('misses nothing that is published between the first page and it', () => {
      type Message = { type: 'told'; text: string } | { type: 'changed'; to: unknown };
      const Listening = component({
        name: 'listening',
        init: (): readonly string[] => [],
        update: (model, message: Message) => [...model, message.type === 'told' ? message.text : `${message.to}`],
        view: (model) => html`<p>${model.join()}</p>`,
        subscriptions: (_model) => [topic('news'), shared('room', (to) => ({ type: 'changed', to }))],
      });
      const session = startSession(Listening, host);
      expect([host.listening('topic news'), host.listening('actor room')]).to.deep.equal([1, 1]);
      host.tell('topic news', { type: 'told', text: 'a' });
      host.tell('actor room', 1);
      host.tell('topic news', { type: 'told', text: 'b' });
      host.turn();
      expect(host.waiting, 'nothing runs before a client joins').to.equal(0);
      session.join(new FakeConnection(), joinFrame());
      host.turn();
      expect(modelOf(session)).to.deep.equal(['a', '1', 'b']);
      host.tell('topic news', { type: 'told', text: 'c' });
      host.turn();
      expect(modelOf(session)).to.deep.equal(['a', '1', 'b', 'c']);
      expect([host.listening('topic news'), host.listening('actor room')]).to.deep.equal([1, 1]);
      session.stop();
      expect([host.listening('topic news'), host.listening('actor room')]).to.deep.equal([0, 0]);
    });

    it('finds the state of a shared actor in the first page, in its children as well', () => {
      const Child = component({
        name: 'child',
        init: () => 'nothing',
        update: (_model, { to }: { type: 'changed'; to: string }) => to,
        view: (model) => html`<p>${model}</p>`,
        subscriptions: (_model) => [shared('room', (to: string) => ({ type: 'changed', to }))],
      });
      const Page = component({
        name: 'page',
        init: () => false,
        update: (_model, { to }: { type: 'changed'; to: string }) => to === 'full',
        view: (model) => html`<h1>${model && 'open'}</h1>${model && Child({ key: 1 })}`,
        subscriptions: (_model) => [shared('room', (to: string) => ({ type: 'changed', to }))],
      });
      host.backplane.watch = (_name, listener) => {
        listener('full');
        return () => undefined;
      };
      const session = startSession(Page, host);
      expect(markup(session.rendered)).to.contain('<h1>open</h1>').and.to.contain('<p>full</p>');
      expect(host.waiting).to.equal(0);
      const connection = new FakeConnection();
      session.join(connection, joinFrame());
      host.turn();
      expect(connection.take().map(({ kind }) => kind)).to.deep.equal([ServerKind.Adopt]);
      expect(host.reports).to.deep.equal([]);
    });

    it('that never comes leaves no listener', () => {
      const Listening = component({
        name: 'listening',
        init: () => 0,
        update: (model: number, _message: { type: 'told' }) => model,
        view: () => html`<p></p>`,
        subscriptions: (_model) => [topic('news')],
      });
      const session = startSession(Listening, host);
      session.stop();
      expect(host.listening('topic news')).to.equal(0);
    });

    it('answers fresh to a client that comes from a session that is gone', () => {
      for (const [fresh, frame] of [
        [true, 0],
        [true, 7],
      ] as const) {
        const session = startSession(Counter, host, fresh);
        const connection = new FakeConnection();
        session.join(connection, joinFrame({ frame, processed: frame, sent: frame }));
        const [answer] = connection.take();
        expect(answer).to.include({ kind: ServerKind.Render, processed: 0, reason: Reason.Fresh });
        session.client.receive(connection, acknowledgeFrame(1));
        expect(clicked(session, connection, click.increment)).to.have.length(1);
      }
    });

    it('stays fresh for a client that has not got the answer', () => {
      for (const frame of [0, 1, 7]) {
        const session = startSession(Counter, host, true);
        session.join(new FakeConnection(), joinFrame({ frame, processed: frame }));
        const again = new FakeConnection();
        session.join(again, joinFrame({ frame, processed: frame }));
        expect(again.take()).to.have.length(1).with.nested.property('[0].reason', Reason.Fresh);
      }
    });

    it('is resumed by a client that has got the fresh page', () => {
      const session = startSession(Counter, host, true);
      const connection = new FakeConnection();
      session.join(connection, joinFrame({ frame: 1, processed: 0 }));
      session.client.receive(connection, eventsFrame([click.increment], 1));
      host.turn();
      const again = new FakeConnection();
      session.join(again, joinFrame({ frame: 1, processed: 0, sent: 1 }));
      expect(again.take().map(({ kind }) => kind)).to.deep.equal([ServerKind.Acknowledge, ServerKind.Patch]);
    });

    it('leaves out definitions that the client remembers', () => {
      const first = new ModelClient(() => null);
      const connection = new FakeConnection();
      const session = startSession(Counter, host, true);
      session.join(connection, joinFrame());
      for (const bytes of connection.bytes) first.received(bytes);
      const hashes = first.shadow.definitions.map(([hash]) => hash as string);
      const again = new FakeConnection();
      startSession(Counter, host, true).join(again, joinFrame({ hashes: ['unknown', ...hashes] }));
      expect((again.take()[0] as { tree?: unknown[] }).tree?.[0]).to.equal(1);
    });

    it('lets the first model and tree go', async () => {
      setFlagsFromString('--expose-gc');
      const collect = runInNewContext('gc') as () => void;
      let model: WeakRef<object> | undefined;
      const session = startSession(
        component({
          name: 'forgetful',
          init: () => {
            const first = { count: 0, ballast: Array.from({ length: 100 }) };
            model = new WeakRef(first);
            return first as { count: number };
          },
          update: ({ count }, _message: { type: 'counted' }) => ({ count: count + 1 }),
          view: ({ count }) => html<{ type: 'counted' }>`<button @click=${{ type: 'counted' }}>${count}</button>`,
        }),
        host
      );
      const tree = new WeakRef(session.rendered as object);
      const connection = new FakeConnection();
      session.join(connection, joinFrame());
      clicked(session, connection, [1, 0]);
      session.client.receive(connection, acknowledgeFrame(2));
      await settled();
      collect();
      expect(countOf(session)).to.equal(1);
      expect(model?.deref(), 'model').to.equal(undefined);
      expect(tree.deref(), 'tree').to.equal(undefined);
    });
  });

  describe('a later join', () => {
    it('gets exactly the frames it missed', () => {
      const { session, connection } = joined(Counter);
      const sent = [1, 2, 3, 4].flatMap(() => clicked(session, connection, click.increment));
      expect(sent).to.have.length(4);
      for (const seen of [0, 1, 2, 3, 4]) {
        const again = new FakeConnection();
        session.join(again, joinFrame({ frame: 1 + seen, processed: seen, sent: 4 }));
        const [answer, ...missed] = again.take();
        expect(answer).to.deep.equal({ kind: ServerKind.Acknowledge, processed: 0, late: 0 });
        expect(missed).to.deep.equal(sent.slice(seen));
        expect(seen + told(missed)).to.equal(4);
      }
    });

    it('learns of processed events that it does not know of, beyond those the missed frames tell of', () => {
      const { session, connection } = joined(Form);
      session.client.receive(
        connection,
        eventsFrame([
          [1, 0, ['null']],
          [1, 0, ['null']],
        ])
      );
      host.turn();
      expect(connection.take(), 'nothing changed').to.deep.equal([
        { kind: ServerKind.Acknowledge, processed: 2, late: 0 },
      ]);
      session.client.receive(connection, eventsFrame([[1, 0, ['a']]]));
      host.turn();
      const again = new FakeConnection();
      session.join(again, joinFrame({ frame: 1, processed: 1, sent: 3 }));
      expect(again.take().map((frame) => (frame as { processed: number }).processed)).to.deep.equal([1, 1]);
    });

    it('gets what has changed while no client was attached, in one patch behind the frames it missed', () => {
      const { session, connection } = joined(Counter);
      session.client.receive(connection, eventsFrame([click.increment]));
      session.client.leave(connection);
      host.turn();
      expect(countOf(session)).to.equal(1);
      const again = new FakeConnection();
      session.join(again, joinFrame({ frame: 1, processed: 0, sent: 1 }));
      const [answer, patch] = again.take();
      expect(answer).to.include({ kind: ServerKind.Acknowledge, processed: 0 });
      expect(patch).to.include({ kind: ServerKind.Patch, processed: 1 });
    });

    it('sends events again that are not processed, and each is taken once', () => {
      const { session, connection } = joined(Counter);
      session.client.receive(connection, eventsFrame([click.increment, click.increment]));
      const again = new FakeConnection();
      session.join(again, joinFrame({ frame: 1, processed: 0, sent: 3 }));
      session.client.receive(again, eventsFrame([click.increment, click.increment, click.increment]));
      host.turn();
      expect(countOf(session)).to.equal(3);
      expect(told(again.take())).to.equal(3);
    });

    it('with no frame gets the whole page, frames are counted from the start and events go on', () => {
      const { session, connection } = joined(Counter);
      clicked(session, connection, click.increment, click.increment);
      session.client.receive(connection, eventsFrame([click.increment]));
      const again = new FakeConnection();
      session.join(again, joinFrame());
      expect(again.take()[0]).to.include({ kind: ServerKind.Render, processed: 2, reason: Reason.Restored });
      expect(connection.closed?.code).to.equal(CloseCode.Replaced);
      host.turn();
      expect(countOf(session), 'an event of the connection before is taken').to.equal(3);
      expect(told(again.take()), 'and counted').to.equal(1);
      session.client.receive(again, acknowledgeFrame(2));
      expect(told(clicked(session, again, click.increment)), 'it comes again').to.equal(0);
      expect(told(clicked(session, again, click.increment))).to.equal(1);
    });

    it('gets the whole page if its frames are gone, and the counts go on', () => {
      const { session, connection } = joined(Counter);
      clicked(session, connection, click.increment, click.increment);
      session.client.receive(connection, acknowledgeFrame(1));
      for (const frame of [1, 40]) {
        const again = new FakeConnection();
        session.join(again, joinFrame({ frame, processed: 1, sent: 2 }));
        expect(again.take())
          .to.have.length(1)
          .with.nested.property('[0]')
          .that.includes({ kind: ServerKind.Render, processed: 1, reason: Reason.Resumed });
        const more = new FakeConnection();
        session.join(more, joinFrame({ frame: frame + 1, processed: 2, sent: 2 }));
        expect(more.take()).to.deep.equal([{ kind: ServerKind.Acknowledge, processed: 0, late: 0 }]);
      }
    });

    it('gets the whole page anew if it missed one, with the definitions of this join', () => {
      const { session, connection } = joined(Counter);
      session.client.receive(connection, acknowledgeFrame(0, Ask.Render));
      expect(connection.take()).to.have.length(1);
      const again = new FakeConnection();
      session.join(again, joinFrame({ frame: 1, hashes: [] }));
      const frames = again.take();
      expect(frames.map(({ kind }) => kind)).to.deep.equal([ServerKind.Render]);
      expect((frames[0] as unknown as { tree: unknown[] }).tree[0]).to.be.an('array');
    });

    it('claiming more than it was told gets the whole page', () => {
      const { session } = joined(Counter);
      const again = new FakeConnection();
      session.join(again, joinFrame({ frame: 1, processed: 9, sent: 9 }));
      expect(again.take())
        .to.have.length(1)
        .with.nested.property('[0]')
        .that.includes({ kind: ServerKind.Render, processed: 0 });
    });

    it('does not get what an earlier connection asked for', () => {
      const { session, connection } = joined(Counter);
      connection.buffered = Limit.windowBuffered;
      session.client.receive(connection, acknowledgeFrame(0, Ask.Render));
      const again = new FakeConnection();
      session.join(again, joinFrame({ frame: 1 }));
      expect(again.take()).to.deep.equal([{ kind: ServerKind.Acknowledge, processed: 0, late: 0 }]);
    });
  });

  describe('a connection that was replaced', () => {
    it('is closed as replaced, and nothing it says counts', () => {
      const { session, connection } = joined(Counter);
      const again = new FakeConnection();
      session.join(again, joinFrame({ frame: 1 }));
      again.take();
      expect(connection.closed?.code).to.equal(CloseCode.Replaced);
      expect(again.closed).to.equal(undefined);
      session.client.receive(connection, eventsFrame([click.increment], 99));
      session.client.leave(connection);
      session.client.drained(connection);
      host.turn();
      expect(countOf(session)).to.equal(0);
      expect(host.log, 'it is attached all the time').to.deep.equal(['joined']);
      expect(clicked(session, again, click.increment)).to.have.length(1);
    });
  });

  // EVENTS --------------------------------------------------------------------

  describe('an event', () => {
    it('leads to one frame with what has changed', () => {
      const { session, connection } = joined(Counter);
      expect(clicked(session, connection, click.increment)).to.deep.equal([
        { kind: ServerKind.Patch, changes: [1, 1, 1], processed: 1, late: 0 },
      ]);
      expect(clicked(session, connection, click.increment, click.increment)).to.deep.equal([
        { kind: ServerKind.Patch, changes: [1, 1, 3], processed: 2, late: 0 },
      ]);
    });

    it('at a place that is not there is ignored and counted', () => {
      const { session, connection } = joined(Counter);
      const nowhere: [number, number][] = [
        [0, 0],
        [2, 0],
        [999_999, 0],
        [1, 1],
        [1, 99],
      ];
      expect(clicked(session, connection, ...nowhere, click.increment)).to.deep.equal([
        { kind: ServerKind.Patch, changes: [1, 1, 1], processed: 6, late: 0 },
      ]);
      expect(host.reports).to.deep.equal([]);
    });

    it('whose handler says no message is counted and changes nothing', () => {
      const { session, connection } = joined(Form);
      session.client.receive(
        connection,
        eventsFrame([
          [1, 0, ['null']],
          [1, 0, ['false']],
        ])
      );
      host.turn();
      expect(connection.take()).to.deep.equal([{ kind: ServerKind.Acknowledge, processed: 2, late: 0 }]);
      expect(host.reports).to.deep.equal([]);
    });

    it('whose handler throws or returns rubbish is reported, and costs that event alone', () => {
      const { session, connection } = joined(Form);
      const texts = ['a', 'throw', 'rubbish', 'untyped', 'b'];
      session.client.receive(connection, eventsFrame(texts.map((text) => [1, 0, [text]])));
      host.turn();
      expect(textsOf(session)).to.deep.equal(['0:a', '0:b']);
      expect(told(connection.take())).to.equal(5);
      expect(host.codes).to.deep.equal([ErrorCode.Handler, ErrorCode.Handler, ErrorCode.Handler]);
      expect((host.reports[1] as { error: Error }).error.message).to.equal(
        'The handler of @input returned rubbish; it returns a message (an object with a type), null or false.'
      );
      expect(host.reports[0]).to.include({ session: 'session', component: 'form' });
      expect(connection.closed).to.equal(undefined);
    });

    it('whose handler is async is reported, and its rejection does not end the process', async () => {
      const Hasty = component({
        name: 'hasty',
        init: () => 0,
        update: (model: number, _message: CounterMessage) => model + 1,
        view: (model) =>
          html<CounterMessage>`<button @click=${
            (async () => {
              throw new Error('unheard');
            }) as never
          }>${model}</button>`,
      });
      const calm = new Calm();
      calm.watch();
      const { session, connection } = joined(Hasty);
      expect(told(clicked(session, connection, [1, 0]))).to.equal(1);
      await settled();
      expect(calm.stop()).to.deep.equal([]);
      expect(host.codes).to.deep.equal([ErrorCode.Handler]);
      expect((host.reports[0] as { error: Error }).error.message).to.equal(
        'The handler of @click returned a promise; it returns a message at once. What takes time is declared as a task.'
      );
      expect(context<number>(session)).to.equal(0);
    });

    it('whose message update or view refuses is reported, counted and undone', () => {
      const { session, connection } = joined(Counter);
      expect(clicked(session, connection, click.increment, click.break, click.hide, click.increment)).to.deep.equal([
        { kind: ServerKind.Patch, changes: [1, 1, 2], processed: 4, late: 0 },
      ]);
      expect(host.codes).to.have.members([ErrorCode.Update, ErrorCode.View]);
    });

    it('acts on what the user saw when its handler was replaced meanwhile', () => {
      const { session, connection } = joined(Form);
      session.client.receive(connection, eventsFrame([[1, 0, ['a']]]));
      host.turn();
      session.client.receive(connection, eventsFrame([[1, 0, ['b']]]));
      host.turn();
      expect(textsOf(session), 'no frame was acknowledged').to.deep.equal(['0:a', '0:b']);
      session.client.receive(connection, eventsFrame([[1, 0, ['c']]], 1));
      host.turn();
      session.client.receive(connection, eventsFrame([[1, 0, ['d']]], 2));
      host.turn();
      expect(textsOf(session)).to.deep.equal(['0:a', '0:b', '1:c', '3:d']);
    });

    it('reaches a row that was removed meanwhile, until its end is acknowledged', () => {
      const row = (item: string) =>
        html<{ type: 'removed'; item: string }>`<li @click=${{ type: 'removed', item }}>${item}</li>`;
      // By the id of the message: a step is taken twice to see whether it is pure.
      const removed = new Map<string, string>();
      const list = component({
        name: 'list',
        init: (): readonly string[] => ['a', 'b'],
        update: (model: readonly string[], { item }: { type: 'removed'; item: string }, { id }) => {
          removed.set(id, item);
          return model.filter((other) => other !== item);
        },
        view: (model) => html<{ type: 'removed'; item: string }>`<ul>${repeat(model, (item) => item, row)}</ul>`,
      });
      const { session, connection } = joined(list);
      const row1 = [3, 0] as const;
      clicked(session, connection, row1);
      clicked(session, connection, row1);
      expect([...removed.values()]).to.deep.equal(['a', 'a']);
      session.client.receive(connection, acknowledgeFrame(1));
      expect(told(clicked(session, connection, row1))).to.equal(1);
      expect([...removed.values()]).to.deep.equal(['a', 'a']);
    });

    it('on its way when the page is written whole still means what the user saw', () => {
      const log = new Map<string, string>();
      const swapping = component({
        name: 'swapping',
        init: () => 0,
        update: (model: number, { type }: { type: 'first' | 'second' | 'grew' }, { id }) => {
          log.set(id, type);
          return type === 'grew' ? model + 1 : model;
        },
        view: (model) => html<{ type: 'first' | 'second' | 'grew' }>`
          <i @click=${{ type: 'grew' }}></i>
          ${model > 0 ? html<{ type: 'first' }>`<b @click=${{ type: 'first' }}>1</b>` : null}
          ${html<{ type: 'second' }>`<b @click=${{ type: 'second' }}>2</b>`}`,
      });
      const { session, connection } = joined(swapping);
      session.client.receive(connection, eventsFrame([[1, 0]]));
      host.turn();
      session.client.receive(connection, acknowledgeFrame(1, Ask.Render));
      expect(connection.take().map(({ kind }) => kind)).to.deep.equal([ServerKind.Patch, ServerKind.Render]);
      log.clear();
      session.client.receive(
        connection,
        eventsFrame([
          [2, 0],
          [3, 0],
        ])
      );
      session.client.receive(
        connection,
        eventsFrame(
          [
            [2, 0],
            [3, 0],
          ],
          1
        )
      );
      host.turn();
      expect([...log.values()], 'second was 2 before and is 3 now').to.deep.equal([
        'second',
        'first',
        'first',
        'second',
      ]);
    });

    it('with a payload that does not fit closes the connection as malformed, and costs that event alone', () => {
      const { session, connection } = joined(Form);
      session.client.receive(
        connection,
        eventsFrame([
          [1, 0, ['a']],
          [1, 0, [7]],
          [1, 0, ['b']],
        ])
      );
      expect(connection.closed?.code).to.equal(CloseCode.Malformed);
      session.client.receive(connection, eventsFrame([[1, 0, ['c']]]));
      session.client.leave(connection);
      host.turn();
      expect(textsOf(session)).to.deep.equal(['0:a']);
      expect(host.log).to.deep.equal(['joined', 'left']);
      expect(host.reports).to.deep.equal([]);
      const again = new FakeConnection();
      session.join(again, joinFrame({ frame: 1, processed: 0, sent: 3 }));
      session.client.receive(
        again,
        eventsFrame(
          [
            [1, 0, ['a']],
            [0, 0],
            [1, 0, ['b']],
          ],
          1
        )
      );
      host.turn();
      expect(textsOf(session)).to.have.length(2);
      expect(told(again.take())).to.equal(3);
    });
  });

  describe('an acknowledgement', () => {
    it('of more frames than were sent closes the connection as malformed', () => {
      for (const frame of [acknowledgeFrame(1), eventsFrame([click.increment], 1)]) {
        const { session, connection } = joined(Counter);
        session.client.receive(connection, frame);
        expect(connection.closed?.code).to.equal(CloseCode.Malformed);
        host.turn();
        expect(countOf(session)).to.equal(0);
        session.client.leave(connection);
        expect(host.log.splice(0)).to.deep.equal(['joined', 'left']);
      }
    });

    it('can ask for the whole page, once, with all definitions', () => {
      const { session, connection } = joined(Counter);
      session.client.receive(connection, eventsFrame([click.increment]));
      host.turn();
      connection.take();
      session.client.receive(connection, acknowledgeFrame(1, Ask.Render));
      const [frame, ...more] = connection.take() as unknown as [{ tree: unknown[] }];
      expect(frame).to.include({ kind: ServerKind.Render, processed: 0, reason: Reason.Resumed });
      expect(frame.tree[0]).to.be.an('array');
      expect(frame.tree.slice(1, 3)).to.deep.equal([1, 1]);
      expect(more).to.deep.equal([]);
      session.client.receive(connection, acknowledgeFrame(1));
      expect(clicked(session, connection, click.increment)).to.have.length(1);
    });

    it('can ask for a sign of life', () => {
      const { session, connection } = joined(Counter);
      session.client.receive(connection, acknowledgeFrame(0, Ask.Sign));
      expect(connection.take()).to.deep.equal([{ kind: ServerKind.Acknowledge, processed: 0, late: 0 }]);
    });

    it('that asks for a sign of life is not told of events whose outcome it does not show', () => {
      const { session, connection } = joined(Counter);
      connection.buffered = Limit.windowBuffered;
      clicked(session, connection, click.increment);
      session.client.receive(connection, acknowledgeFrame(0, Ask.Sign));
      expect(told(connection.take())).to.equal(0);
      connection.buffered = 0;
      session.client.drained(connection);
      expect(connection.take()).to.deep.equal([{ kind: ServerKind.Patch, changes: [1, 1, 1], processed: 1, late: 0 }]);
    });
  });

  // WINDOW --------------------------------------------------------------------

  describe('the window', () => {
    it('closes at 128 frames, and one patch to the present is sent when it opens', () => {
      const { session, connection } = joined(Counter);
      for (let count = 0; count < 200; count++) clicked(session, connection, click.increment);
      expect(connection.frames).to.have.length(1 + Limit.windowFrames);
      expect(countOf(session), 'turns go on').to.equal(200);
      expect(session.rendered).to.have.nested.property('values[1]', 200);
      connection.take();
      session.client.receive(connection, acknowledgeFrame(1));
      expect(connection.take()).to.deep.equal([
        { kind: ServerKind.Patch, changes: [1, 1, 200], processed: 72, late: 0 },
      ]);
      expect(told(connection.frames)).to.equal(200);
    });

    it('closes at 64 KB', () => {
      const { session, connection } = joined(Form);
      const text = 'x'.repeat(10_000);
      for (let count = 0; count < 10; count++) {
        session.client.receive(connection, eventsFrame([[1, 0, [text]]]));
        host.turn();
      }
      const sent = connection.bytes.slice(1);
      const bytes = sent.reduce((sum, { length }) => sum + length, 0);
      expect(bytes).to.be.at.least(Limit.windowBytes);
      expect(bytes - (sent.at(-1)?.length ?? 0)).to.be.below(Limit.windowBytes);
      expect(sent.length).to.be.below(10);
      connection.take();
      session.client.receive(connection, acknowledgeFrame(sent.length));
      expect(connection.take()).to.have.length(1);
      expect(told(connection.frames)).to.equal(10);
    });

    it('closes at 16 KB in the buffer of this process, and opens when they are gone', () => {
      const { session, connection } = joined(Counter);
      connection.buffered = Limit.windowBuffered;
      expect(clicked(session, connection, click.increment)).to.deep.equal([]);
      expect(clicked(session, connection, click.increment)).to.deep.equal([]);
      session.client.drained(connection);
      expect(connection.take()).to.deep.equal([]);
      connection.buffered = Limit.windowBuffered - 1;
      session.client.drained(connection);
      expect(connection.take()).to.deep.equal([{ kind: ServerKind.Patch, changes: [1, 1, 2], processed: 2, late: 0 }]);
    });

    it('withholds a page that is asked for until it opens', () => {
      const { session, connection } = joined(Counter);
      connection.buffered = Limit.windowBuffered;
      session.client.receive(connection, acknowledgeFrame(0, Ask.Render));
      expect(connection.take()).to.deep.equal([]);
      connection.buffered = 0;
      session.client.drained(connection);
      expect(connection.take().map(({ kind }) => kind)).to.deep.equal([ServerKind.Render]);
    });

    it('closes at 65,536 handlers kept for frames that the client has not seen', () => {
      const rows = Array.from({ length: 33_000 }, (_, index) => index);
      const Wide = component({
        name: 'wide',
        init: () => 0,
        update: (model: number, _message: { type: 'clicked' }) => model + 1,
        view: (model) => html<{ type: 'clicked' }>`
          <output>${model}</output>
          ${rows.map(() => html<{ type: 'clicked' }>`<button @click=${() => ({ type: 'clicked' })}></button>`)}`,
      });
      const { session, connection } = joined(Wide);
      const first = [3, 0] as const;
      expect(clicked(session, connection, first)).to.have.length(1);
      expect(clicked(session, connection, first)).to.have.length(1);
      expect(clicked(session, connection, first)).to.have.length(0);
      session.client.receive(connection, acknowledgeFrame(2));
      expect(connection.take()).to.deep.equal([{ kind: ServerKind.Patch, changes: [1, 0, 3], processed: 1, late: 0 }]);
    });

    it('frees what is acknowledged, so that a thousand frames pass', () => {
      const { session, connection } = joined(Counter);
      for (let count = 0; count < 1_000; count++) {
        expect(clicked(session, connection, click.increment)).to.have.length(1);
        session.client.receive(connection, acknowledgeFrame(1));
      }
    });
  });

  // MAILBOX -------------------------------------------------------------------

  describe('the mailbox', () => {
    it('when full closes the client, whose events all count in the end', () => {
      const { session, connection } = joined(Counter);
      const events = Array.from({ length: 1_000 }, () => click.increment);
      for (let round = 0; round < 11; round++) session.client.receive(connection, eventsFrame(events));
      expect(connection.closed?.code).to.equal(CloseCode.Flood);
      expect(host.codes).to.deep.equal([ErrorCode.Overflow]);
      session.client.leave(connection);
      while (host.waiting > 0) host.turn();
      expect(countOf(session)).to.equal(10_000);
      const again = new FakeConnection();
      session.join(again, joinFrame({ frame: 1, processed: 0, sent: 1_000 }));
      for (let round = 0; round < 11; round++) {
        session.client.receive(again, eventsFrame(events));
        while (host.waiting > 0) host.turn();
      }
      expect(countOf(session)).to.equal(11_000);
      expect(told(again.take())).to.equal(11_000);
    });

    it('when full drops what is raised and says so once a turn, not a thousand times', () => {
      const storm = component({
        name: 'storm',
        init: () => 0,
        update: (model: number, message: { type: 'raised' }, enqueue) => {
          for (let index = 0; index < 3; index++) enqueue.raise(message);
          return model + 1;
        },
        view: (model) => html<{ type: 'raised' }>`<button @click=${{ type: 'raised' }}>${model}</button>`,
      });
      const { session, connection } = joined(storm);
      session.client.receive(connection, eventsFrame([[1, 0]]));
      for (let turn = 0; turn < 100; turn++) host.turn();
      expect(session.tree.mailbox.size).to.be.at.most(10_000);
      expect(host.waiting, 'turns scheduled').to.equal(1);
      expect(host.codes).to.include(ErrorCode.Overflow);
      expect(host.reports.length).to.be.at.most(100);
      session.stop();
    });
  });

  // LIFE ----------------------------------------------------------------------

  describe('the life', () => {
    const log: string[] = [];
    const Living = component({
      name: 'living',
      init: () => 0,
      update: (model: number, _message: { type: 'ticked' | 'came' }) => model + 1,
      view: (model) => html<{ type: 'ticked' }>`<button @click=${{ type: 'ticked' }}>${model}</button>`,
      subscriptions: (_model) => [
        every(1_000, { type: 'ticked' }),
        generator('sleeper', async function* ({ sleep }: GeneratorContext): AsyncGenerator<{ type: 'came' }> {
          try {
            await sleep(1e9);
            yield { type: 'came' };
          } finally {
            log.push('ended');
          }
        }),
      ],
    });

    beforeEach(() => {
      log.length = 0;
    });

    it('goes on without a connection until the grace time is over; then everything stops', async () => {
      const { session, connection } = joined(Living);
      session.client.leave(connection);
      host.clock.advance(host.grace - 1);
      host.turn();
      expect(context<number>(session)).to.equal(1);
      expect(host.log).to.deep.equal(['joined', 'left']);
      host.clock.advance(1);
      await settled();
      expect(host.log).to.deep.equal(['joined', 'left', 'passivating', 'ended']);
      expect(log).to.deep.equal(['ended']);
      expect(session.tree.isOver).to.equal(true);
      host.clock.advance(1e6);
      host.turn();
      expect(host.clock.pending).to.equal(0);
      expect(host.waiting).to.equal(0);
      expect(host.reports).to.deep.equal([]);
    });

    it('goes on for good if the client comes back in time', () => {
      const { session, connection } = joined(Living);
      for (let round = 0; round < 3; round++) {
        session.client.leave(round === 0 ? connection : ((host as { last?: FakeConnection }).last as FakeConnection));
        host.clock.advance(host.grace - 1);
        host.turn();
        const again = new FakeConnection();
        (host as { last?: FakeConnection }).last = again;
        session.join(again, joinFrame({ frame: 1 }));
      }
      host.clock.advance(host.grace * 5);
      expect(session.tree.isOver).to.equal(false);
      expect(host.log.filter((line) => line === 'ended')).to.deep.equal([]);
    });

    it('ends in the middle of it all: the connection is going away, what waits is let go', async () => {
      const { session, connection } = joined(Living);
      session.client.receive(connection, eventsFrame([[1, 0]]));
      session.stop();
      await settled();
      expect(connection.closed?.code).to.equal(CloseCode.GoingAway);
      expect(host.log).to.deep.equal(['joined', 'left', 'ended']);
      expect(log).to.deep.equal(['ended']);
      expect(session.tree.mailbox.size).to.equal(0);
      expect(session.rendered).to.equal(null);
    });

    it('counts a connection once though its close calls back at once', () => {
      const session = startSession(Counter, host);
      const connection = new FakeConnection();
      connection.close = () => session.client.leave(connection);
      session.join(connection, joinFrame());
      session.stop();
      expect(host.log).to.deep.equal(['joined', 'left', 'ended']);
    });

    it('is over when it is over', async () => {
      const { session, connection } = joined(Living);
      session.stop();
      const warnings: unknown[] = [];
      const { warn } = console;
      console.warn = (...given: unknown[]) => void warnings.push(given);
      try {
        session.stop();
        session.client.receive(connection, eventsFrame([[1, 0]]));
        session.client.drained(connection);
        session.client.leave(connection);
        const late = new FakeConnection();
        session.join(late, joinFrame({ frame: 1 }));
        expect(late.closed?.code).to.equal(CloseCode.GoingAway);
        expect(late.bytes).to.deep.equal([]);
        session.client.leave(late);
        host.turn();
        await settled();
        host.clock.advance(1e7);
        await settled();
      } finally {
        console.warn = warn;
      }
      expect(warnings).to.deep.equal([]);
      expect(host.log).to.deep.equal(['joined', 'left', 'ended']);
      expect(host.reports).to.deep.equal([]);
    });

    it('of a dormant session ends without ever having begun', () => {
      const session = startSession(Living, host);
      session.stop();
      session.stop();
      expect(host.log).to.deep.equal(['ended']);
      const late = new FakeConnection();
      session.join(late, joinFrame());
      expect(late.closed?.code).to.equal(CloseCode.GoingAway);
    });

    it('ignores a join on a connection that has joined', () => {
      const { session, connection } = joined(Counter);
      session.client.receive(
        connection,
        written(ClientKind.Join, version, '', 'token', 0, 0, 0, [], [['document', 1, 0]])
      );
      expect(connection.take()).to.deep.equal([]);
    });
  });

  // SUBSCRIPTIONS -------------------------------------------------------------

  describe('subscriptions', () => {
    it('follow the model from turn to turn', async () => {
      const Switch = component({
        name: 'switch',
        init: () => ({ isOn: false, ticks: 0 }),
        update: (model, { type }: { type: 'switched' | 'ticked' }) =>
          type === 'switched' ? { ...model, isOn: !model.isOn } : { ...model, ticks: model.ticks + 1 },
        view: ({ ticks }) => html<{ type: 'switched' }>`<button @click=${{ type: 'switched' }}>${ticks}</button>`,
        subscriptions: ({ isOn }) => [isOn && every(10, { type: 'ticked' })],
      });
      const { session, connection } = joined(Switch);
      const pass = async (): Promise<void> => {
        host.clock.advance(10);
        await host.rest();
      };
      await pass();
      clicked(session, connection, [1, 0]);
      await pass();
      await pass();
      expect(context<{ ticks: number }>(session).ticks).to.equal(2);
      clicked(session, connection, [1, 0]);
      await pass();
      expect(context<{ ticks: number }>(session).ticks).to.equal(2);
    });

    it('let a sync generator yield once per turn, each shown in a frame', async () => {
      const Counting = component({
        name: 'counting',
        init: () => 0,
        update: (_model: number, { number }: { type: 'counted'; number: number }) => number,
        view: (model) => html`<p>${model}</p>`,
        subscriptions: (_model) => [
          generator<{ type: 'counted'; number: number }>('numbers', function* () {
            for (let number = 1; number <= 5; number++) yield { type: 'counted', number };
          }),
        ],
      });
      const { connection } = joined(Counting);
      await host.rest();
      expect(connection.take().map((frame) => (frame as unknown as { changes: unknown[] }).changes[2])).to.deep.equal([
        1, 2, 3, 4, 5,
      ]);
    });

    it('that fail and are given up are reported; the session lives, though an actor of XState fails in its system', async () => {
      const broken = createMachine({
        entry: () => {
          throw new Error('of a machine');
        },
      });
      const Unlucky = component({
        name: 'unlucky',
        init: () => 0,
        update: (model: number, _message: { type: 'ticked' }) => model + 1,
        view: (model) => html`<p>${model}</p>`,
        subscriptions: (_model) => [every(10, { type: 'ticked' }), actor('broken', broken)],
      });
      const { session } = joined(Unlucky);
      for (let round = 0; round < 400; round++) {
        host.clock.advance(10);
        await host.rest();
      }
      expect(host.codes).to.deep.equal([ErrorCode.Subscription]);
      expect((host.reports[0] as { error: Error }).error.message).to.include("'actor broken' failed 6 times");
      expect(context<number>(session)).to.equal(400);
      expect(host.log).to.deep.equal(['joined']);
    });

    it('that cannot be told are reported, and those that run go on', async () => {
      const Odd = component({
        name: 'odd',
        init: () => ({ ticks: 0, isOdd: false }),
        update: ({ ticks, isOdd }, { type }: { type: 'ticked' | 'spoilt' }) => ({
          ticks: ticks + 1,
          isOdd: isOdd || type === 'spoilt',
        }),
        view: ({ ticks }) => html<{ type: 'spoilt' }>`<button @click=${{ type: 'spoilt' }}>${ticks}</button>`,
        subscriptions: ({ isOdd }) => {
          if (isOdd) throw new Error('subscriptions are broken');

          return [every(10, { type: 'ticked' })];
        },
      });
      const { session, connection } = joined(Odd);
      clicked(session, connection, [1, 0]);
      expect(host.codes).to.deep.equal([ErrorCode.Subscription]);
      host.clock.advance(10);
      await host.rest();
      expect(context<{ ticks: number }>(session).ticks).to.equal(2);
      expect((host.reports[0] as { error: Error }).error.message).to.equal('subscriptions are broken');
      expect(host.codes, 'told once, not after every turn').to.deep.equal([ErrorCode.Subscription]);
    });

    for (const [declared, message] of [
      [
        () => Promise.reject(new Error('unheard')),
        'subscriptions of odd returned a promise. It returns an array at once; what takes time is a task in it.',
      ],
      [
        () => undefined,
        'subscriptions of odd returned undefined; it returns an array: [every(…), generator(…), …], or [] for none.',
      ],
      [
        () => [() => 1],
        'subscriptions returned a function among its entries; each is made by every, generator, task or their like, or is null, undefined or false.',
      ],
    ] as const) {
      it(`that are none cause an error that says what was given: ${message.slice(0, 40)}`, async () => {
        const calm = new Calm();
        calm.watch();
        const Odd = component({
          name: 'odd',
          init: () => 0,
          update: (model: number, _message: CounterMessage) => model + 1,
          view: (model) => html<CounterMessage>`<button @click=${{ type: 'incremented' }}>${model}</button>`,
          subscriptions: (_model) => declared() as never,
        });
        const { session, connection } = joined(Odd);
        clicked(session, connection, [1, 0], [1, 0]);
        await settled();
        expect(calm.stop()).to.deep.equal([]);
        expect(host.reports.map(({ error }) => (error as Error).message)).to.deep.equal([message]);
        expect(context<number>(session)).to.equal(2);
      });
    }

    it('are reported again when what is wrong with them has changed, or has come back', () => {
      const faults = ['a', 'a', 'b', '', 'b'];
      const Odd = component({
        name: 'odd',
        init: () => -2,
        update: (model: number, _message: CounterMessage) => model + 1,
        view: (model) => html<CounterMessage>`<button @click=${{ type: 'incremented' }}>${model}</button>`,
        subscriptions: (model) => {
          if (faults[model]) throw new Error(faults[model]);
          return [];
        },
      });
      const { session, connection } = joined(Odd);
      for (let click = 0; click < 7; click++) clicked(session, connection, [1, 0]);
      expect(host.reports.map(({ error }) => (error as Error).message)).to.deep.equal(['a', 'b', 'b']);
    });
  });

  it('shows what it has rendered to a client that follows the protocol', () => {
    const session = startSession(Counter, host);
    const client = new ModelClient(() => session.rendered);
    const connection = new FakeConnection();
    client.open((bytes) => {
      const frame = decodeClientFrame(bytes);
      if (frame.kind === ClientKind.Join) session.join(connection, frame);
      else session.client.receive(connection, frame);
    });
    for (const bytes of connection.bytes) client.received(bytes);
    client.raise(() => click.increment);
    host.turn();
    client.received(connection.bytes.at(-1) as Uint8Array);
    expect(client.waiting).to.equal(0);
    expect(client.shadow.shown).to.deep.equal(plain(session.rendered));
  });
});
