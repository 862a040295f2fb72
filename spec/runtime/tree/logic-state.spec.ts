import { expect } from 'chai';
import {
  type AnyActorLogic,
  assign,
  createActor,
  emit,
  fromCallback,
  fromObservable,
  fromPromise,
  fromTransition,
  sendParent,
  setup,
} from 'xstate';
import { type AnyComponent, component } from '../../../runtime/component/component.js';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import { markup } from '../../../runtime/render/render-to-string.js';
import { LiveSession } from '../../../runtime/session/session.js';
import { pack, unpack } from '../../../runtime/session/session-snapshot.js';
import { html } from '../../../runtime/template/html.js';
import {
  eventsFrame,
  FakeConnection,
  FakeHost,
  joinFrame,
  settled,
  startSession,
} from '../../fixtures/live-session.js';

type Pressed = { type: 'pressed' } | { type: 'broke' };

/** Red, green after 100 ms, red again after 50; counts what is pressed; breaks on demand. */
const lightMachine = setup({
  types: {} as { context: { pressed: number }; events: Pressed; input: { pressed: number } },
  actors: {
    // Sends what it is sent back, and lives for as long as the light is red.
    echo: fromCallback(({ receive, sendBack }) => receive(sendBack)),
  },
}).createMachine({
  id: 'light',
  context: ({ input }) => ({ pressed: input?.pressed ?? 0 }),
  initial: 'red',
  on: {
    pressed: { actions: assign({ pressed: ({ context }) => context.pressed + 1 }) },
    broke: {
      actions: () => {
        throw new Error('of an action');
      },
    },
  },
  states: {
    red: { after: { 100: 'green' } },
    green: { after: { 50: 'red' } },
  },
});

const Light = component({
  name: 'light',
  logic: lightMachine,
  view: (snapshot) => html<Pressed>`
    <button @click=${{ type: 'pressed' }}>${snapshot.value}</button>
    <i @click=${{ type: 'broke' }}></i>
    <output>${snapshot.context.pressed}</output>`,
});

/** A page with any component in it. */
const around = (child: (title: string) => unknown) =>
  component({
    name: 'page',
    init: () => ({ title: 'x', heard: '' }),
    update: (model, message: { type: 'renamed'; title: string } | { type: 'heard'; what: string }) =>
      message.type === 'renamed' ? { ...model, title: message.title } : { ...model, heard: message.what },
    view: ({ title, heard }) => html<never>`<h1>${title} ${heard}</h1><div>${child(title) as never}</div>`,
  });

describe('logic state', () => {
  let host: FakeHost;

  beforeEach(() => {
    host = new FakeHost();
  });

  function joined(page: AnyComponent, props: object = {}): { session: LiveSession; connection: FakeConnection } {
    const session = startSession(page, host, false, props);
    const connection = new FakeConnection();
    session.join(connection, joinFrame());
    host.turn();
    connection.take();
    return { session, connection };
  }

  const shown = (session: LiveSession): string =>
    markup(session.rendered).replace(/<!--.*?-->|\n\s*| data-troupe-on="[^"]*"/g, '');
  const pass = (milliseconds: number): void => {
    host.clock.advance(milliseconds);
    host.turn();
  };

  it('runs with no session around it', () => {
    const actor = createActor(Light, { input: { pressed: 3 }, clock: host.clock }).start();
    actor.send({ type: 'pressed' });
    host.clock.advance(100);
    expect(actor.getSnapshot().value).to.equal('green');
    expect(actor.getSnapshot().context).to.deep.equal({ pressed: 4 });
  });

  it('is shown in the first page, and starts when a client joins', () => {
    const session = startSession(Light, host);
    expect(shown(session)).to.contain('<button>red</button>').and.to.contain('<output>0</output>');
    host.clock.advance(1_000);
    expect(host.clock.pending).to.equal(0);
    session.join(new FakeConnection(), joinFrame());
    expect(host.clock.pending).to.equal(1);
    pass(100);
    expect(shown(session)).to.contain('<button>green</button>');
    session.stop();
    expect(host.clock.pending).to.equal(0);
  });

  it('takes events of the page, and changes by itself, each in one frame', () => {
    const { session, connection } = joined(Light);
    session.client.receive(connection, eventsFrame([[1, 0]], 1));
    host.turn();
    expect(connection.take()).to.have.length(1);
    pass(100);
    expect(connection.take()).to.have.length(1);
    pass(49);
    expect(connection.take()).to.have.length(0);
    pass(1);
    expect(shown(session)).to.contain('<button>red</button>').and.to.contain('<output>1</output>');
  });

  it('is given its props as input, in a page and in a view', () => {
    const { session } = joined(around(() => Light({ key: 1, pressed: 7 })));
    expect(shown(session)).to.contain('<output>7</output>');
  });

  it('takes the event that `received` makes of changed props', () => {
    const Told = component({
      name: 'told',
      logic: fromTransition(
        (titles: readonly string[], event: { type: 'titled'; title: string }) => [...titles, event.title],
        []
      ),
      view: ({ context }) => html`<p>${context.join()}</p>`,
      received: (_snapshot, props): { type: 'titled'; title: string } => ({
        type: 'titled',
        title: (props as { title: string }).title,
      }),
    });
    const { session } = joined(around((title) => (Told as unknown as (props: object) => unknown)({ key: 1, title })));
    session.tree.put(session.tree.root, { type: 'renamed', title: 'y' } as never);
    host.turn();
    expect(shown(session)).to.contain('<p>y</p>');
    const { session: other } = joined(
      around((title) => (Light as unknown as (props: object) => unknown)({ key: 1, title }))
    );
    other.tree.put(other.tree.root, { type: 'renamed', title: 'y' } as never);
    host.turn();
    expect(host.codes).to.deep.equal([ErrorCode.Component]);
  });

  it('that fails over an event is replaced, with its state and its timers', () => {
    const { session, connection } = joined(Light);
    session.client.receive(connection, eventsFrame([[1, 0]], 1));
    host.turn();
    host.clock.advance(60);
    session.client.receive(
      connection,
      eventsFrame([
        [1, 2],
        [1, 0],
      ])
    );
    host.turn();
    expect(host.codes).to.deep.equal([ErrorCode.Update]);
    expect(shown(session)).to.contain('<output>2</output>').and.to.contain('red');
    pass(39);
    expect(shown(session)).to.contain('red');
    pass(1);
    expect(shown(session)).to.contain('green');
  });

  it('that fails over every event is replaced each time, and harms no other component', () => {
    const { session } = joined(around(() => [Light({ key: 1, pressed: 0 }), Light({ key: 2, pressed: 0 })]));
    const [first, second] = [...session.tree.root.children];
    for (let round = 0; round < 20; round++) session.tree.put(first as never, { type: 'broke' });
    session.tree.put(first as never, { type: 'pressed' });
    session.tree.put(second as never, { type: 'pressed' });
    host.turn();
    expect(host.reports).to.have.length(20);
    expect(shown(session).match(/<output>1<\/output>/g)).to.have.length(2);
    session.stop();
    expect(host.clock.pending).to.equal(0);
  });

  it('that fails by itself is replaced with pauses that grow, takes what waited, and is stopped at last', async () => {
    let tries = 0;
    let isUp = false;
    const failing = setup({
      types: {} as { context: { pings: number }; events: { type: 'pinged' } },
      actors: {
        load: fromPromise(async () => {
          tries++;
          if (!isUp) throw new Error('no network');
          return 'loaded';
        }),
      },
    }).createMachine({
      context: { pings: 0 },
      on: { pinged: { actions: assign({ pings: ({ context }) => context.pings + 1 }) } },
      initial: 'loading',
      states: { loading: { invoke: { src: 'load', onDone: 'ready' } }, ready: {} },
    });
    const Failing = component({
      name: 'failing',
      logic: failing,
      view: ({ value, context }) => html`<p>${value} ${context.pings}</p>`,
    });
    const run = async (milliseconds: number): Promise<void> => {
      await host.rest();
      for (let passed = 0; passed < milliseconds; passed += 100) {
        host.clock.advance(100);
        await host.rest();
      }
    };
    const { session } = joined(Failing);
    await run(0);
    host.clock.advance(0);
    await host.rest();
    expect(tries).to.equal(2);
    session.tree.put(session.tree.root, { type: 'pinged' });
    await run(100);
    expect(tries).to.equal(3);
    expect(shown(session)).to.equal('<p>loading 1</p>');
    isUp = true;
    await run(100);
    expect(tries, 'the third pause is of 200 ms').to.equal(3);
    await run(100);
    expect(shown(session)).to.equal('<p>ready 1</p>');
    session.stop();

    isUp = false;
    tries = 0;
    host.reports.length = 0;
    const { session: other } = joined(around(() => [Failing({ key: 1 }), Light({ key: 2, pressed: 0 })]));
    await run(30_000);
    expect(tries).to.equal(9);
    expect(host.reports).to.have.length(10);
    expect((host.reports.at(-1) as { error: Error }).error.message).to.contain('was stopped');
    const [failed] = [...other.tree.root.children];
    other.tree.put(failed as never, { type: 'pinged' });
    await run(0);
    expect(host.codes.at(-1)).to.equal(ErrorCode.Effect);
    other.stop();
    expect(host.clock.pending).to.equal(0);
  });

  it('whose view throws keeps what it showed, while the state moves on', () => {
    const Shy = component({
      name: 'shy',
      logic: fromTransition((count: number, _event: { type: 'counted' }) => count + 1, 0),
      view: ({ context }) => {
        if (context === 1) throw new Error('not one');
        return html`<p>${context}</p>`;
      },
    });
    const { session } = joined(around(() => Shy({ key: 1 })));
    const [shy] = [...session.tree.root.children];
    for (const expected of ['0', '2']) {
      session.tree.put(shy as never, { type: 'counted' });
      host.turn();
      expect(shown(session)).to.contain(`<p>${expected}</p>`);
    }
    expect(host.codes).to.deep.equal([ErrorCode.View]);
  });

  it('sends its parent component what it sends to its parent', () => {
    const machine = setup({ types: {} as { events: { type: 'went' } } }).createMachine({
      on: { went: { actions: sendParent({ type: 'heard', what: 'news' }) } },
    });
    const Sender = component({
      name: 'sender',
      logic: machine,
      view: () => html<{ type: 'went' }>`<p @click=${{ type: 'went' }}></p>`,
    });
    const { session, connection } = joined(around(() => Sender({ key: 1 })));
    session.client.receive(connection, eventsFrame([[2, 0]], 1));
    host.turn();
    expect(shown(session)).to.contain('x news');
  });

  it('may invoke, spawn, emit, be parallel and remember: it is XState that runs it', async () => {
    const rich = setup({
      types: {} as {
        context: { loaded: string };
        events: { type: 'toggled' } | { type: 'left' } | { type: 'back' };
        emitted: { type: 'said' };
      },
      actors: { load: fromPromise(async () => 'loaded'), tick: fromCallback(() => () => log.push('stopped')) },
    }).createMachine({
      context: { loaded: '' },
      type: 'parallel',
      states: {
        data: {
          initial: 'loading',
          states: {
            loading: {
              invoke: {
                src: 'load',
                onDone: {
                  target: 'ready',
                  actions: [assign({ loaded: ({ event }) => event.output }), emit({ type: 'said' })],
                },
              },
            },
            ready: {},
          },
        },
        mode: {
          initial: 'on',
          states: {
            on: {
              invoke: { src: 'tick' },
              initial: 'a',
              states: { a: { on: { toggled: 'b' } }, b: {}, hist: { type: 'history' } },
              on: { left: 'off' },
            },
            off: { on: { back: 'on.hist' } },
          },
        },
      },
    });
    const log: string[] = [];
    const Rich = component({
      name: 'rich',
      logic: rich,
      view: ({ value, context }) => html`<p>${JSON.stringify(value)} ${context.loaded}</p>`,
    });
    const { session } = joined(Rich);
    await settled();
    host.turn();
    expect(shown(session)).to.contain('ready').and.to.contain('loaded');
    for (const type of ['toggled', 'left', 'back'] as const) session.tree.put(session.tree.root, { type });
    host.turn();
    expect(shown(session)).to.contain('{"on":"b"}'.replaceAll('"', '&quot;').replaceAll('&quot;', '"'));
    session.stop();
    expect(log).to.deep.equal(['stopped', 'stopped']);
  });

  it('may be an observable, and comes to rest when that is done', async () => {
    const values = {
      subscribe: (observer: { next?: (value: number) => void; complete?: () => void }) => {
        observer.next?.(5);
        observer.complete?.();
        return { unsubscribe: () => undefined };
      },
    };
    const Watching = component({
      name: 'watching',
      logic: fromObservable(() => values as never) as AnyActorLogic,
      view: (snapshot) => html`<p>${(snapshot as { context?: number }).context}</p>`,
    });
    const { session } = joined(Watching as AnyComponent);
    await settled();
    host.turn();
    expect(shown(session)).to.equal('<p>5</p>');
    expect(host.reports).to.deep.equal([]);
  });

  it('throws an error on the first page if the logic cannot begin', () => {
    const broken = setup({}).createMachine({
      context: () => {
        throw new Error('no context');
      },
    });
    const Broken = component({ name: 'broken', logic: broken, view: () => html`<p></p>` });
    expect(() => startSession(Broken, host)).to.throw('init of broken threw: no context');
    const session = startSession(
      around(() => Broken({ key: 1 })),
      host
    );
    expect(shown(session)).to.contain('could not be shown');
  });

  describe('in a session that is stored', () => {
    const restored = (session: LiveSession): LiveSession => {
      const image = unpack(pack(session.save()));
      session.stop();
      const again = new LiveSession(host, host, { id: 'session', component: Light, props: {}, image });
      again.prepare();

      return again;
    };
    const press = (session: LiveSession): void => session.tree.put(session.tree.root, { type: 'pressed' });
    const join = (session: LiveSession): void => {
      session.join(new FakeConnection(), joinFrame());
      host.turn();
    };
    const shown = (session: LiveSession): string => markup(session.rendered).replace(/<!--.*?-->|<[^>]*>|\s/g, '');

    it('goes on with its state and its timers', () => {
      const session = startSession(Light, host);
      join(session);
      press(session);
      host.turn();
      host.clock.advance(110);
      host.turn();
      expect(shown(session)).to.equal('green1');
      const again = restored(session);
      expect(shown(again), 'before a client joins').to.equal('green1');
      expect(host.clock.pending).to.equal(0);
      join(again);
      host.clock.advance(39);
      host.turn();
      expect(shown(again)).to.equal('green1');
      host.clock.advance(1);
      host.turn();
      expect(shown(again)).to.equal('red1');
      again.stop();
    });

    it('begins anew if it was never started, and is stored as it was if it was not started again', () => {
      const dormant = startSession(Light, host, false, { pressed: 7 });
      expect(dormant.save().tree.root.state).to.equal(undefined);
      const session = startSession(Light, host);
      join(session);
      press(session);
      host.turn();
      const again = restored(session);
      const { state } = again.save().tree.root;
      expect(again.save().tree.root.state).to.deep.equal(state);
      expect(shown(restored(again))).to.equal('red1');
    });

    it('takes what it was sent before it was started, also if it was stored meanwhile', () => {
      const session = startSession(Light, host);
      join(session);
      let again = restored(session);
      for (let round = 0; round < 2; round++) {
        press(again);
        again.tree.catchUp();
        expect(shown(again)).to.equal('red0');
        again = restored(again);
      }
      join(again);
      expect(shown(again)).to.equal('red2');
      expect(again.save().tree.root.state).to.not.have.property('held');
      again.stop();
    });

    it('keeps what it was sent while it recovers', () => {
      const Fragile = component({
        name: 'fragile',
        logic: setup({ types: {} as { context: { pressed: number }; events: { type: 'pressed' } } }).createMachine({
          context: { pressed: 0 },
          on: { pressed: { actions: assign({ pressed: ({ context }) => context.pressed + 1 }) } },
          after: {
            100: {
              actions: () => {
                throw new Error('of a timer');
              },
            },
          },
        }),
        view: ({ context }) => html<{ type: 'pressed' }>`<p>${context.pressed}</p>`,
      });
      const session = startSession(Fragile, host);
      join(session);
      host.clock.advance(100);
      host.clock.advance(0);
      host.clock.advance(100);
      press(session);
      host.turn();
      const image = unpack(pack(session.save()));
      expect(image.tree.root.state).to.deep.include({ held: [{ type: 'pressed' }] });
      session.stop();
      const again = new LiveSession(host, host, { id: 'session', component: Fragile, props: {}, image });
      again.prepare();
      join(again);
      expect(shown(again)).to.equal('1');
      again.stop();
    });

    it('holds so many messages before it is started, and tells of what is too much', () => {
      const session = startSession(Light, host);
      for (let number = 0; number < 1_001; number++) press(session);
      session.tree.catchUp();
      expect(host.codes).to.deep.equal([ErrorCode.Effect]);
      expect((host.reports[0] as { error: Error }).error.message).to.contain(
        'light is not started and cannot take pressed'
      );
      join(session);
      expect(shown(session)).to.equal('red1000');
      session.stop();
    });
  });
});
