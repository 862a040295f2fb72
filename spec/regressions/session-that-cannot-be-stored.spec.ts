/**
 * A session that could not be stored, because it was larger than `largestSnapshot` or the store did not work, dropped the
 * events of its user after 1,000. Each of its turns tried to store it again, and reported that it had failed.
 */

import { expect } from 'chai';
import { openPage, type TestPage } from 'troupe/testing';
import { Outbox } from '../../client/outbox.js';
import { component } from '../../runtime/component/component.js';
import { ErrorCode } from '../../runtime/platform/errors.js';
import type { LiveSession } from '../../runtime/session/session.js';
import { unpack } from '../../runtime/session/session-snapshot.js';
import { memory } from '../../runtime/store/memory.js';
import type { Store } from '../../runtime/store/store.js';
import { html } from '../../runtime/template/html.js';
import { Mark } from '../../runtime/wire/patch.js';
import { CloseCode, Limit, Reason, ServerKind } from '../../runtime/wire/protocol.js';
import { eventsFrame, FakeConnection, joinFrame, modelOf, until } from '../fixtures/live-session.js';
import { Nodes } from '../fixtures/nodes.js';

type Message = { type: 'clicked' } | { type: 'grown' } | { type: 'shrunk' };

const Counter = component({
  name: 'counter',
  init: () => ({ count: 0, ballast: '' }),
  update: ({ count, ballast }, { type }: Message) =>
    type === 'clicked' ? { count: count + 1, ballast } : { count, ballast: type === 'grown' ? 'x'.repeat(20_000) : '' },
  view: ({ count }) => html<Message>`<p>${count}</p>
    <button @click=${{ type: 'clicked' }}>click</button>
    <button @click=${{ type: 'grown' }}>grow</button>
    <button @click=${{ type: 'shrunk' }}>shrink</button>`,
});

const button = { click: 0, grow: 1, shrink: 2 } as const;

/** A store that outlives its process, and fails when the spec says so. */
class LastingStore implements Store {
  readonly isVolatile = false;
  readonly isShared = false;
  readonly delay = 100;
  isDown = false;
  readonly #kept = memory();

  fail(isDown: boolean): void {
    this.isDown = isDown;
  }

  async #reach(): Promise<Store> {
    if (this.isDown) throw new Error('down');
    return this.#kept;
  }

  readonly beat: Store['beat'] = async (...given) => (await this.#reach()).beat(...given);
  readonly claim: Store['claim'] = async (...given) => (await this.#reach()).claim(...given);
  readonly remove: Store['remove'] = async (...given) => (await this.#reach()).remove(...given);
  readonly setAside: Store['setAside'] = async (...given) => (await this.#reach()).setAside(...given);
  readonly listAside: Store['listAside'] = async () => (await this.#reach()).listAside();
  readonly write: Store['write'] = async (entry) => (await this.#reach()).write(entry);
  readonly close = async (): Promise<void> => undefined;
}

/** Far more than the outbox of a page has room for. */
const many = Limit.outbox + 200;
/** Events that a page keeps before its session continues unstored. */
const kept = Limit.outbox / 2;

describe('a session that cannot be stored', function () {
  this.timeout(60_000);
  let store: LastingStore;
  let page: TestPage;
  let codes: string[];
  let dropped: number;

  beforeEach(async () => {
    store = new LastingStore();
    codes = [];
    dropped = 0;
    page = await openPage(Counter, {
      store,
      largestSnapshot: 10_000,
      onError: ({ code }) => void codes.push(code),
    });
    page.root.addEventListener('troupe:dropped', (event) => {
      dropped += (event as CustomEvent<{ dropped: number }>).detail.dropped;
    });
  });
  afterEach(() => page.close());

  const press = async (name: keyof typeof button, times = 1): Promise<void> => {
    for (let made = 0; made < times; made++) {
      (page.root.querySelectorAll('button')[button[name]] as HTMLElement).click();
      if (made % 50 === 49) await page.advance(10);
    }
    await page.advance(10);
  };
  const count = (): number => Number(page.root.querySelector('p')?.textContent);
  const pending = (): number => Number(page.root.getAttribute(Mark.Pending) ?? 0);
  const isUnstored = (): boolean => page.root.hasAttribute(Mark.Unstored);

  const cases = [
    {
      title: 'because it is too large',
      begin: () => press('grow'),
      end: () => press('shrink'),
      reason: ErrorCode.Snapshot,
    },
    {
      title: 'because the store does not work',
      begin: async () => store.fail(true),
      end: async () => store.fail(false),
      reason: ErrorCode.Store,
    },
  ];

  for (const { title, begin, end, reason } of cases) {
    it(`${title} takes all events, shows that it continues in memory alone, and is stored as soon as it can be`, async () => {
      await begin();
      await press('click', many);
      expect([count(), dropped]).to.deep.equal([many, 0]);
      expect([pending(), isUnstored()], 'the page keeps none').to.deep.equal([0, true]);
      expect(codes).to.deep.equal([reason, ErrorCode.Unstored]);
      await page.disconnect();
      await page.reconnect();
      expect([count(), pending(), isUnstored()]).to.deep.equal([many, 0, true]);
      await page.reload();
      expect([count(), isUnstored()], 'a page that is loaded in its place').to.deep.equal([many, true]);
      await press('click', many);
      await end();
      await page.advance(11_000);
      expect([count(), dropped]).to.deep.equal([2 * many, 0]);
      expect([pending(), isUnstored()], 'stored').to.deep.equal([0, false]);
      expect(codes, 'reported once').to.deep.equal([reason, ErrorCode.Unstored]);
    });
  }

  it('is kept by its page until half of the outbox is full', async () => {
    store.isDown = true;
    await press('click', kept - 1);
    await page.advance(1_000);
    expect([count(), pending(), isUnstored()]).to.deep.equal([kept - 1, kept - 1, false]);
    await press('click');
    expect([pending(), isUnstored()]).to.deep.equal([0, true]);
  });

  it('is no such session while a store that works has only not written yet', async () => {
    for (let made = 0; made < kept + 100; made++)
      (page.root.querySelectorAll('button')[button.click] as HTMLElement).click();
    await page.rest();
    expect([count(), pending(), isUnstored()]).to.deep.equal([kept + 100, kept + 100, false]);
    await page.advance(200);
    expect([pending(), isUnstored()]).to.deep.equal([0, false]);
  });
});

describe('a session that continues unstored', () => {
  const countOf = (session: LiveSession): number => modelOf<{ count: number }>(session).count;

  /** Joins with what the outbox says. */
  function join(session: LiveSession, { durable, load, names, processed, raised: sent }: Outbox, frame: number) {
    const connection = new FakeConnection();
    session.join(connection, { ...joinFrame({ frame, processed, durable, sent }), load, names });

    return connection;
  }

  /** A session on the first of two nodes, and its page. */
  async function start() {
    const nodes = new Nodes(Counter);
    const [first, second] = [nodes.add('first'), nodes.add('second')];
    const session = await nodes.open(first);
    const outbox = new Outbox();
    const connection = join(session, outbox, 0);
    let frames = 0;
    /** Takes the frames that have come. */
    const take = (): void => {
      for (const frame of connection.take()) {
        if (frame.kind !== ServerKind.Acknowledge) frames++;
        if (frame.kind !== ServerKind.Command) outbox.advance(frame.processed, frame.late as number);
      }
    };
    /** Clicks a button so many times. */
    const press = async (name: keyof typeof button, times: number): Promise<void> => {
      for (let made = 0; made < times; made++) outbox.add([['h'], 0]);
      const before = session.client.processed;
      const part = button[name] + 1;
      take();
      session.client.receive(connection, eventsFrame(Array<readonly [number, number]>(times).fill([1, part]), frames));
      frames = 0;
      await until(() => session.client.processed === before + times);
      take();
    };

    return { nodes, first, second, session, outbox, connection, press, take };
  }

  it('is restored elsewhere with the number of events that are lost, if its node is gone', async () => {
    const world = await start();
    const { nodes, first, second, session, outbox } = world;
    await world.press('click', 1);
    await nodes.store();
    world.take();
    expect(outbox.durable).to.equal(1);
    nodes.lasting.failing = new Error('down');
    await world.press('click', 100);
    await nodes.store();
    for (let round = 0; round < 5; round++) await world.press('click', 100);
    world.take();
    expect([outbox.durable, session.isUnstored]).to.deep.equal([601, true]);
    expect(first.codes).to.deep.equal([ErrorCode.Store, ErrorCode.Unstored]);
    nodes.lasting.failing = undefined;
    // The first node does nothing more.
    await nodes.lasting.store.claim(session.id, 'second', true);
    const restored = await second.enter(session.id, outbox.load);
    const [answer] = join(restored, outbox, 2).frames;
    expect(answer).to.include({ kind: ServerKind.Render, reason: Reason.Restored, processed: 1 });
    expect([outbox.advance(1, 0, true), countOf(restored)]).to.deep.equal([600, 1]);
    await nodes.close();
  });

  it('is over, and not unstored, if another node has become its owner', async () => {
    const world = await start();
    const { nodes, first, session } = world;
    await world.press('click', 1);
    await nodes.store();
    const claim = await nodes.lasting.store.claim(session.id, 'another', true);
    expect(claim.kind).to.equal('claimed');
    await world.press('click', 600);
    expect(session.isUnstored).to.equal(false);
    await nodes.store();
    expect([session.isUnstored, session.life.phase]).to.deep.equal([false, 'ended']);
    expect(first.codes).to.deep.equal([ErrorCode.Store]);
    await nodes.close();
  });

  it('is not given to another node while it is too large for the store, and is at the end of its grace', async () => {
    const world = await start();
    const { nodes, second, session, outbox, connection } = world;
    await world.press('click', 1);
    await nodes.store();
    await world.press('grow', 1);
    await nodes.store();
    for (let round = 0; round < 6; round++) await world.press('click', 100);
    world.take();
    expect([outbox.durable, session.isUnstored]).to.deep.equal([602, true]);
    session.client.leave(connection);
    expect(await second.tryEnter(session.id, outbox.load)).to.equal(CloseCode.TryLater);
    expect(session.life.phase, 'it waits for its page').to.equal('detached');
    const again = join(session, outbox, outbox.processed);
    expect(again.closed).to.equal(undefined);
    session.client.leave(again);
    nodes.clock.advance(1_000);
    await until(() => session.life.phase === 'ended');
    const restored = await second.enter(session.id, outbox.load);
    expect(countOf(restored)).to.equal(1);
    await nodes.close();
  });

  it('is stored with all its events when the store works again', async () => {
    const world = await start();
    const { nodes, session } = world;
    await world.press('click', 1);
    await nodes.store();
    nodes.lasting.failing = new Error('down');
    await world.press('click', 100);
    await nodes.store();
    for (let round = 0; round < 5; round++) await world.press('click', 100);
    expect(session.isUnstored).to.equal(true);
    nodes.lasting.failing = undefined;
    nodes.clock.advance(10_000);
    await until(() => !session.isUnstored);
    const claim = await nodes.lasting.store.claim(session.id, 'another', true);
    expect(claim.kind === 'claimed' && unpack(claim.bytes).tree.root.state).to.deep.include({ count: 601 });
    await nodes.close();
  });
});
