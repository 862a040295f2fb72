import { setImmediate as nextImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import {
  type AnyComponent,
  component,
  noRequest,
  type PageProps,
  type Route,
} from '../../../runtime/component/component.js';
import { notFound } from '../../../runtime/component/outcome.js';
import { createSimulatedClock, monotonic, systemClock } from '../../../runtime/platform/clock.js';
import type { Whereabouts } from '../../../runtime/platform/error-report.js';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import { isId } from '../../../runtime/platform/id.js';
import { development } from '../../../runtime/platform/plain-data.js';
import { type Deferred, Scheduler } from '../../../runtime/platform/scheduler.js';
import {
  createSessionRegistry,
  type SessionRegistry,
  type SessionRegistryOptions,
} from '../../../runtime/registry/session-registry.js';
import { WriteBehind } from '../../../runtime/registry/write-behind.js';
import type { LiveSession } from '../../../runtime/session/session.js';
import { Membership } from '../../../runtime/store/membership.js';
import { memory } from '../../../runtime/store/memory.js';
import type { Store } from '../../../runtime/store/store.js';
import type { Backplane } from '../../../runtime/subscription/backplane.js';
import { every } from '../../../runtime/subscription/every.js';
import { generator } from '../../../runtime/subscription/generator.js';
import { topic } from '../../../runtime/subscription/topic.js';
import { html } from '../../../runtime/template/html.js';
import { unwatched } from '../../../runtime/tree/probe.js';
import { CloseCode, Reason, ServerKind } from '../../../runtime/wire/protocol.js';
import {
  eventsFrame,
  FakeConnection,
  joinFrame,
  modelOf,
  type Report,
  settled,
  until,
} from '../../fixtures/live-session.js';

type Message = { type: 'clicked' };

const Counter = component({
  name: 'counter',
  init: ({ path }: PageProps) => ({ count: 0, path }),
  update: (model, _message: Message) => ({ ...model, count: model.count + 1 }),
  view: ({ count, path }) => html<Message>`<button @click=${{ type: 'clicked' }}>${count}</button><p>${path}</p>`,
});

const AsyncCounter = component({
  name: 'async counter',
  init: async () => 0,
  update: (model: number, _message: Message) => model + 1,
  view: (model) => html<Message>`<p>${model}</p>`,
});

const Broken = component({
  name: 'broken',
  init: (): number => {
    throw new Error('broken');
  },
  update: (model: number, _message: Message) => model,
  view: () => html<Message>`<p></p>`,
});

const props: PageProps = {
  params: {},
  query: {},
  path: '/here',
  principal: undefined,
  browser: 'b',
  flash: undefined,
  request: noRequest,
};

describe('sessions', () => {
  let clock = createSimulatedClock(1_000_000);
  let reports: Report[];
  let sessions: SessionRegistry;
  let store: Store = memory();

  const report = (code: ErrorCode, error: unknown, place: Whereabouts = {}): string => {
    reports.push({ code, error, ...place });
    return 'id';
  };

  /** Enters a session as a page does that has its token. */
  async function enter(id: string, of: unknown = Counter): Promise<LiveSession> {
    const route = (): Route => ({ component: of as AnyComponent<PageProps>, props });

    return (await sessions.enter({
      id,
      load: 'document',
      address: 'a',
      route,
      seal: (other) => `token of ${other}`,
    })) as LiveSession;
  }

  function table(
    given: {
      dormant?: number;
      perAddress?: number;
      grace?: number;
      backplane?: Backplane;
      moved?: SessionRegistryOptions['moved'];
      defer?: (run: Deferred) => void;
    } = {}
  ): SessionRegistry {
    const { dormant = 10, perAddress = 3, moved, ...others } = given;
    const writeBehind = new WriteBehind({
      clock,
      defer: (run) => run(),
      largest: 10_000,
      lifetime: 60_000,
      membership: new Membership({ clock }),
      node: 'here',
      report,
      store,
    });
    return createSessionRegistry({
      ...{ dormant, dormantTime: 1_000, initDeadline: 100, perAddress, writeBehind },
      env: {
        ...{
          application: 'app',
          clock,
          development,
          grace: 500,
          isVolatile: writeBehind.isVolatile,
          continuesUnstored: (session) => writeBehind.continuesUnstored(session),
          node: 'here',
          report,
        },
        backplane: { attend: () => () => undefined, subscribe: () => () => undefined, watch: () => () => undefined },
        defer: (run) => void setImmediate(() => run(monotonic(clock))),
        instrumentation: unwatched,
        publish: () => undefined,
        send: () => undefined,
        ...others,
      },
      peers: { tell: async () => undefined, listen: () => () => undefined },
      ...(moved && { moved }),
    });
  }

  beforeEach(() => {
    clock = createSimulatedClock(1_000_000);
    reports = [];
    store = memory({ clock });
    sessions = table();
  });

  afterEach(() => sessions.close());

  const open = async (of: unknown = Counter, address = 'a') =>
    sessions.open({ component: of as AnyComponent<PageProps>, props }, address);

  function join(session: unknown, frame = joinFrame()): FakeConnection {
    const connection = new FakeConnection();
    (session as LiveSession).join(connection, frame);
    return connection;
  }

  const failure = async (work: () => unknown): Promise<{ code?: string; message: string; cause?: unknown }> => {
    try {
      await work();
    } catch (error) {
      return error as Error;
    }
    throw new Error('it did not fail');
  };

  // OPENING -------------------------------------------------------------------

  describe('opening', () => {
    it('makes a session that can be found, and its page', async () => {
      const { session, html: page } = await open();
      expect(isId(session.id)).to.equal(true);
      expect(sessions.find(session.id)).to.equal(session);
      expect(page).to.contain('/here').and.to.contain('<button');
      expect(sessions.counts).to.deep.equal({ dormant: 1, attached: 0, detached: 0 });
    });

    it('runs init and view once, also if init is async', async () => {
      const log: string[] = [];
      const Late = component({
        name: 'late',
        init: async () => {
          log.push('init');
          await Promise.resolve();
          return { text: 'came' };
        },
        update: (model, _message: Message) => model,
        view: ({ text }) => {
          log.push('view');
          return html<Message>`<p>${text}</p>`;
        },
      });
      const { session, html: page } = await open(Late);
      join(session);
      expect(page).to.equal('<p>came</p>');
      expect(log).to.deep.equal(['init', 'view']);
      expect(clock.pending, 'the sweep alone').to.equal(1);
    });

    it('throws an error if init throws, rejects or is late, and keeps nothing', async () => {
      const odd = (init: () => unknown) =>
        component({ name: 'odd', init, update: (model, _message: Message) => model, view: () => html`<p></p>` });
      const thrown = await failure(() =>
        open(
          odd(() => {
            throw new Error('no');
          })
        )
      );
      expect(thrown).to.include({ code: ErrorCode.Init, message: 'init of odd threw: no' });
      const rejected = await failure(() => open(odd(() => Promise.reject(new Error('not now')))));
      expect(rejected).to.include({ code: ErrorCode.Init, message: 'init of odd rejected: not now' });
      const late = failure(() => open(odd(() => new Promise(() => undefined))));
      clock.advance(100);
      expect(await late).to.include({ code: ErrorCode.Deadline, message: 'init of odd took longer than 100 ms' });
      expect(sessions.counts).to.deep.equal({ dormant: 0, attached: 0, detached: 0 });
      expect(clock.pending).to.equal(0);
    });

    it('throws an error if the first view throws', async () => {
      const Blind = component({
        name: 'blind',
        init: () => 0,
        update: (model: number, _message: Message) => model,
        view: () => {
          throw new Error('dark');
        },
      });
      expect(await failure(() => open(Blind))).to.include({
        code: ErrorCode.View,
        message: 'view of blind threw: dark',
      });
      expect(sessions.counts.dormant).to.equal(0);
    });
  });

  // LIMITS --------------------------------------------------------------------

  describe('limits', () => {
    it('end the oldest dormant session when there are too many', async () => {
      sessions = table({ dormant: 2, perAddress: 100 });
      const [first, second, third] = [await open(), await open(), await open()].map(({ session }) => session.id);
      expect([first, second, third].map((id) => sessions.find(id as string) !== undefined)).to.deep.equal([
        false,
        true,
        true,
      ]);
    });

    it('do not count a session that was joined among the dormant', async () => {
      sessions = table({ dormant: 1, perAddress: 100 });
      const { session } = await open();
      join(session);
      await open();
      expect(sessions.find(session.id)).to.equal(session);
      expect(sessions.counts).to.deep.equal({ dormant: 1, attached: 1, detached: 0 });
    });

    it('end a dormant session when its time is over, each at its own', async () => {
      const { session: first } = await open();
      clock.advance(400);
      const { session: second } = await open();
      clock.advance(599);
      expect(sessions.find(first.id)).to.equal(first);
      clock.advance(1);
      expect(sessions.find(first.id)).to.equal(undefined);
      expect(sessions.find(second.id)).to.equal(second);
      clock.advance(400);
      expect(sessions.find(second.id)).to.equal(undefined);
      expect(clock.pending).to.equal(0);
    });

    it('say when an address is full, and when no longer', async () => {
      const { session } = await open();
      await open();
      await open();
      expect([sessions.full('a'), sessions.full('b')]).to.deep.equal([true, false]);
      (session as LiveSession).stop();
      expect(sessions.full('a')).to.equal(false);
    });

    it('let the oldest dormant session of a full address give way, and no joined one', async () => {
      const [first, second, other] = [await open(), await open(), await open(Counter, 'b')].map(
        ({ session }) => session
      );
      const third = (await open()).session;
      join(first as LiveSession);
      expect(sessions.makeRoom('a')).to.equal(true);
      expect([first, second, third, other].map((each) => sessions.find(each?.id ?? '') !== undefined)).to.deep.equal([
        true,
        false,
        true,
        true,
      ]);
      await open();
      for (const { session } of [...sessions.entries()]) if (session !== other) join(session);
      expect([sessions.full('a'), sessions.makeRoom('a'), sessions.makeRoom('b')]).to.deep.equal([true, false, true]);
    });

    it('count sessions that are being made, and give their places back if nothing comes of them', async () => {
      const outcomes: (() => void)[] = [];
      const Late = component({
        name: 'late',
        init: () =>
          new Promise<number>((resolve, reject) => {
            outcomes.push(
              () => resolve(0),
              () => reject(new Error('not now'))
            );
          }),
        update: (model: number, _message: Message) => model,
        view: () => html<Message>`<p></p>`,
      });
      const three = [open(Late), failure(() => open(Late)), failure(() => open(Late))];
      expect(sessions.full('a')).to.equal(true);
      outcomes[3]?.();
      await three[1];
      expect(sessions.full('a'), 'one has rejected').to.equal(false);
      outcomes[0]?.();
      await three[0];
      await open();
      expect(sessions.full('a'), 'one was made, one is in the making, one came').to.equal(true);
      clock.advance(100);
      expect(await three[2]).to.include({ code: ErrorCode.Deadline });
      expect(sessions.full('a'), 'one was too late').to.equal(false);
      expect(await failure(() => open(Broken))).to.include({ code: ErrorCode.Init });
      await open();
      expect(sessions.full('a')).to.equal(true);
    });

    it('give back the place of a session that another call has made', async () => {
      const id = 'q83vEjRWeJCrze8SNFZ4kA';
      await Promise.all([enter(id, AsyncCounter), enter(id, AsyncCounter)]);
      await open();
      expect(sessions.full('a')).to.equal(false);
    });
  });

  // LIFE ----------------------------------------------------------------------

  describe('a session', () => {
    it('is attached, detached and, after the grace time, gone', async () => {
      const { session } = await open();
      const connection = join(session);
      expect(sessions.counts).to.deep.equal({ dormant: 0, attached: 1, detached: 0 });
      session.client.leave(connection);
      expect(sessions.counts).to.deep.equal({ dormant: 0, attached: 0, detached: 1 });
      clock.advance(500);
      await until(() => sessions.counts.detached === 0);
      expect(sessions.counts).to.deep.equal({ dormant: 0, attached: 0, detached: 0 });
      expect(sessions.find(session.id)).to.equal(undefined);
    });

    it('that is opened again under its id tells its client that it is fresh', async () => {
      const { session } = await open();
      (session as LiveSession).stop();
      const again = await enter(session.id);
      expect(again.id).to.equal(session.id);
      expect(sessions.find(session.id)).to.equal(again);
      const [frame] = join(again, joinFrame({ frame: 3, sent: 2 })).frames;
      expect(frame).to.include({ kind: ServerKind.Render, reason: Reason.Fresh });
    });

    it('is not opened again if init says that there is no such page: the client loads it again', async () => {
      sessions = table();
      const Gone = component({
        name: 'gone',
        init: async (): Promise<number> => {
          throw notFound();
        },
        update: (model: number, _message: Message) => model,
        view: () => html<Message>`<p></p>`,
      });

      expect(await enter('gone', Gone)).to.equal(CloseCode.Reload);
      expect([reports, [...sessions.entries()]]).to.deep.equal([[], []]);
    });

    it('can be rendered without being kept, its own faults thrown', async () => {
      sessions = table({ perAddress: 1 });
      const route = { component: AsyncCounter as AnyComponent<PageProps>, props };

      for (let count = 0; count < 3; count++) expect(await sessions.render(route)).to.contain('<p>0</p>');
      const failure = await sessions
        .render({ component: Broken as AnyComponent<PageProps>, props })
        .catch((error) => error);
      expect(failure).to.have.property('code', ErrorCode.Init);
      expect([[...sessions.entries()], sessions.full('a')]).to.deep.equal([[], false]);
    });

    it('is opened again once, however many ask for it at the same time', async () => {
      const Late = component({
        name: 'late',
        init: async () => 0,
        update: (model: number, _message: Message) => model,
        view: () => html<Message>`<p></p>`,
      });
      const id = 'q83vEjRWeJCrze8SNFZ4kA';
      const [first, second] = await Promise.all([enter(id, Late), enter(id, Late)]);
      expect(first).to.equal(second);
      expect(sessions.counts.dormant).to.equal(1);
    });

    it('that missed its deadline listens to nothing', async () => {
      const listening = new Set<unknown>();
      let come: (model: number) => void = () => undefined;
      const Late = component({
        name: 'late',
        init: () => new Promise<number>((resolve) => (come = resolve)),
        update: (model: number, _message: Message) => model,
        view: () => html<Message>`<p></p>`,
        subscriptions: (_model) => [topic('news')],
      });
      const listen = (_name: string, listener: unknown) => {
        listening.add(listener);
        return () => void listening.delete(listener);
      };
      sessions = table({ backplane: { attend: () => () => {}, subscribe: listen, watch: listen } });
      const late = failure(() => open(Late));
      clock.advance(100);
      await late;
      come(1);
      await settled();
      expect(listening.size).to.equal(0);
    });

    it('that is being made when the registry is closed ends, and none is made afterwards', async () => {
      const late = failure(() => open(AsyncCounter));
      expect(sessions.isClosed).to.equal(false);
      sessions.close();
      expect(sessions.isClosed).to.equal(true);
      expect(await late).to.include({ code: ErrorCode.Closed });
      expect(await failure(() => open())).to.include({ code: ErrorCode.Closed });
      expect(sessions.counts).to.deep.equal({ dormant: 0, attached: 0, detached: 0 });
      expect(clock.pending).to.equal(0);
    });

    it('ends with the table, and its connection is closed as going away', async () => {
      const { session } = await open();
      const { session: dormant } = await open();
      const connection = join(session);
      sessions.close();
      expect(connection.closed?.code).to.equal(CloseCode.GoingAway);
      expect([session, dormant].map(({ id }) => sessions.find(id))).to.deep.equal([undefined, undefined]);
      expect(clock.pending).to.equal(0);
    });
  });

  // ISOLATION -----------------------------------------------------------------

  describe('neighbours', () => {
    /** Goes wrong wherever it can: in `update`, `view`, its handler, a generator and what it declares. */
    const Faulty = component({
      name: 'faulty',
      init: () => ({ clicks: 0 }),
      update: ({ clicks }, _message: Message) => {
        if (clicks % 3 === 1) throw new Error('of update');
        return { clicks: clicks + 1 };
      },
      view: ({ clicks }) => {
        if (clicks % 3 === 2) throw new Error('of view');
        return html<Message>`<button @click=${{ type: 'clicked' }}>${clicks}</button>
          <i @click=${() => {
            throw new Error('of a handler');
          }}></i>`;
      },
      subscriptions: ({ clicks }) => {
        if (clicks > 3) throw new Error('of subscriptions');
        return [
          every(10, { type: 'clicked' }),
          generator('bad', function* () {
            yield { type: 'clicked' };
            throw new Error('of a generator');
          }),
        ];
      },
    });

    it('of a session in which everything throws lose nothing and notice nothing', async () => {
      sessions = table({ dormant: 100, perAddress: 100, grace: 1e6 });
      const bad = (await open(Faulty)).session;
      const badConnection = join(bad);
      const good = await Promise.all(Array.from({ length: 20 }, async () => (await open()).session));
      const connections = good.map((session) => join(session));
      for (let round = 1; round <= 50; round++) {
        bad.client.receive(
          badConnection,
          eventsFrame(
            [
              [1, 0],
              [1, 2],
              [99, 0],
              [1, 0, ['x']],
            ] as never,
            round === 1 ? 1 : 0
          )
        );
        for (const [index, session] of good.entries()) {
          session.client.receive(connections[index] as FakeConnection, eventsFrame([[1, 0]], 1));
        }
        clock.advance(10);
        await until(() => connections.every(({ bytes }) => bytes.length === round + 1), 'an answer to each');
      }
      await settled();
      for (const session of good) {
        expect(modelOf(session as LiveSession)).to.deep.include({ count: 50 });
      }
      expect(connections.every(({ closed }) => closed === undefined)).to.equal(true);
      expect(reports.length).to.be.above(50);
      expect(new Set(reports.map(({ component: name }) => name))).to.deep.equal(new Set(['faulty']));
      expect(sessions.find(bad.id), 'and it lives itself').to.equal(bad);
    });

    it('of a session with a hundred thousand messages are served meanwhile', async () => {
      const { defer } = new Scheduler(systemClock, (_code, error) => {
        throw error;
      });
      sessions = table({ dormant: 100, perAddress: 100, grace: 1e6, defer });
      const Busy = component({
        name: 'busy',
        init: () => 0,
        update: (model: number, _message: Message) => model + 1,
        view: (model) => html<Message>`<p>${model}</p>`,
      });
      const busy = (await open(Busy)).session as LiveSession;
      join(busy);
      const good = (await open()).session;
      const connection = join(good);
      let sent = 0;
      const fill = (): void => {
        while (sent < 100_000 && !busy.tree.mailbox.isFull) {
          busy.tree.put(busy.tree.root, { type: 'clicked' });
          sent++;
        }
      };
      let longest = 0;
      while (sent < 100_000 || busy.tree.mailbox.size > 0) {
        fill();
        const before = connection.bytes.length;
        good.client.receive(connection, eventsFrame([[1, 0]], 1));
        let waited = 0;
        while (connection.bytes.length === before) {
          await nextImmediate();
          waited++;
        }
        longest = Math.max(longest, waited);
      }
      expect(modelOf(busy)).to.equal(100_000);
      expect(longest, 'goes until an answer').to.be.at.most(3);
    });
  });

  describe('for its instrumentation', () => {
    let moved: number;
    let added: string[];

    beforeEach(async () => {
      await sessions.close();
      moved = 0;
      added = [];
      sessions = table({
        moved: ({ id }, how) => {
          if (how === 'opened') added.push(id);
          moved++;
        },
      });
    });

    it('has an entry for each session, with its address, its path and when it came', async () => {
      expect([...sessions.entries()]).to.deep.equal([]);
      const first = await open();
      clock.advance(5);
      const second = await open(AsyncCounter, 'b');
      const entries = [...sessions.entries()];
      expect(entries.map(({ address, path, since }) => [address, path, since])).to.deep.equal([
        ['a', '/here', 1_000_000],
        ['b', '/here', 1_000_005],
      ]);
      expect(entries.map(({ session }) => session)).to.deep.equal([first.session, second.session]);
      expect(sessions.entry(second.session.id)).to.equal(entries[1]);
      expect(sessions.entry('absent')).to.equal(undefined);
      expect(added).to.deep.equal(entries.map(({ session }) => session.id));
    });

    it('has the path of a fresh session, and none if the props have none', async () => {
      const session = await enter('abcdefghijklmnopqrstuv');
      expect(sessions.entry(session.id)?.path).to.equal('/here');
      const Bare = component({
        name: 'bare',
        init: () => ({}),
        update: (model, _message: Message) => model,
        view: () => html`<p></p>`,
      });
      const page = await sessions.open(
        { component: Bare as unknown as AnyComponent<PageProps>, props: {} as PageProps },
        'a'
      );
      expect(sessions.entry(page.session.id)?.path).to.equal('');
    });

    it('says that a session was opened, joined, left and ended', async () => {
      const { session } = await open();
      expect(moved).to.equal(1);
      const connection = join(session);
      expect(moved).to.equal(2);
      session.client.leave(connection);
      expect(moved).to.equal(3);
      (session as LiveSession).stop();
      expect(moved).to.equal(4);
      expect([...sessions.entries()]).to.deep.equal([]);
    });

    it('says nothing of a session that could not start', async () => {
      await failure(() => open(Broken));
      expect([moved, added, [...sessions.entries()]]).to.deep.equal([0, [], []]);
    });
  });
});
