import { expect } from 'chai';
import { encode } from '../../client/codec.js';
import { Instance } from '../../client/instance.js';
import { Outbox } from '../../client/outbox.js';
import { Session } from '../../client/session.js';
import type { Handler } from '../../client/view.js';
import { createSimulatedClock } from '../../runtime/platform/clock.js';
import { decode } from '../../runtime/wire/decode.js';
import { HandlerKind, Mark, type Wire } from '../../runtime/wire/patch.js';
import {
  Ask,
  ClientKind,
  CloseCode,
  Command,
  type EventRange,
  Limit,
  Reason,
  ServerKind,
  version,
} from '../../runtime/wire/protocol.js';
import { replaceGlobals } from '../fixtures/globals.js';

/** A session with everything around it simulated. */
function createPage() {
  const clock = createSimulatedClock();
  const frames: Wire[] = [];
  const log: string[] = [];
  const root = new Instance(null as never);
  const instance = new Instance({ hash: 'h', content: null as never, parts: [] }, 0, root, 0, 'k');
  root.contents.push(instance);
  instance.number = 1;
  let known = ['h1', 'h2'];
  const view = {
    isBound: false,
    trouble: false,
    definitions: {
      get hashes() {
        return known;
      },
      keep(count: number = Limit.definitions) {
        known = known.slice(0, count);
      },
    },
    find: (number: Wire | undefined) => (number === instance.number ? instance : undefined),
    adopt: (tree: Wire) => show('adopt', tree),
    render: (tree: Wire) => show('render', tree),
    patch: (changes: Wire) => show('patch', changes),
  };
  const show = (what: string, value: Wire): void => {
    if (view.trouble) throw new Error('inconsistent');
    view.isBound = true;
    log.push(`${what} ${JSON.stringify(value)}`);
  };
  const outbox = new Outbox();
  outbox.names = [['a', 1, 0]];
  const reloadStorage = {
    token: 'token',
    fallback: false,
    astray: false,
    fallBack: () => reloadStorage.fallback,
    keep: () => log.push(`keep ${outbox.stored.length}`) > 0,
    leave: () => undefined,
    settle: () => undefined,
  };
  replaceGlobals({
    setTimeout: clock.setTimeout.bind(clock),
    clearTimeout: clock.clearTimeout.bind(clock),
    requestAnimationFrame: (paint: () => void) => clock.setTimeout(paint, 16),
  });
  const session = new Session({
    connection: {
      send: (bytes) => frames.push(decode(bytes)),
      settled: (isUnanswered) => {
        page.settled = true;
        page.unanswered = isUnanswered;
      },
      giveUp: () => {
        log.push('lost');
        page.lost();
      },
      move: (within) => log.push(`move ${within}`),
    },
    events: {
      get early() {
        return page.early;
      },
      edited: new Set(),
      touched: () => [],
      begin: () => {
        log.push('begin');
        return 0;
      },
    },
    typing: {
      keep: () => log.push('keep'),
      letGo: () => log.push('letGo'),
      processed: (event, durable) => log.push(`processed ${event} ${durable}`),
      release: () => undefined,
    },
    reloadStorage,
    outbox,
    view: view as never,
    needs: () => page.needed,
    client: 'hash',
    tell: (what, dropped) => log.push(`${what} ${dropped}`),
    setMark: (name, value) => {
      if (name === Mark.Unstored) page.isUnstored = value !== null;
      else page.pending = Number(value);
    },
  });
  const handler: Handler = { instance, part: 2, kind: HandlerKind.Message, name: 'click' };
  const page = {
    clock,
    handler,
    reloadStorage,
    pending: 0,
    /** What has happened before there was a tree. */
    early: [] as never[],
    isUnstored: false,
    settled: false,
    unanswered: false,
    /** What the next frame has to wait for. */
    needed: undefined as Promise<void> | undefined,
    lost: (): void => undefined,
    instance,
    log,
    outbox,
    session,
    view,
    receive: (...frame: Wire[]) => session.received(encode(frame)),
    /** What was sent since the last call. */
    sent: () => frames.splice(0),
    raise: async (payload?: readonly Wire[], sums?: number) => {
      session.raise(handler, payload, undefined, sums);
      await Promise.resolve();
    },
  };
  return page;
}

/** What a join says of frames and events. */
function joinOf(frame: Wire | undefined): unknown {
  const [, , , , applied, processed, durable, , names] = frame as Wire[];
  const sent = (names as EventRange[]).reduce((sum, [, , count]) => sum + count, durable as number);
  return { frame: applied, processed, durable, sent };
}

/** Something that is being loaded. */
class Loading {
  end!: () => void;
  fail!: () => void;
  readonly promise = new Promise<void>((resolve, reject) => {
    this.end = resolve;
    this.fail = () => reject(new Error('not loaded'));
  });
}

/** All promises that can be kept are. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A page that has joined and been adopted. */
function joinedPage() {
  const page = createPage();
  page.session.opened();
  page.receive(ServerKind.Adopt, null);
  page.clock.advance(Limit.acknowledgeDelay);
  page.sent();
  page.log.length = 0;
  return page;
}

describe('client/session', () => {
  const originalWarn = console.warn;
  before(() => {
    console.warn = () => undefined;
  });
  after(() => {
    console.warn = originalWarn;
  });

  describe('a frame that needs what is not loaded', () => {
    it('waits for it, and the frames after it wait too, in their order', async () => {
      const page = createPage();
      const load = new Loading();
      page.session.opened();
      page.needed = load.promise;
      page.receive(ServerKind.Adopt, ['tree']);
      page.needed = undefined;
      page.receive(ServerKind.Patch, [1]);
      page.receive(ServerKind.Patch, [2]);
      await settled();
      expect([page.log, page.settled]).to.deep.equal([[], false]);
      load.end();
      await settled();
      const shown = page.log.filter((line) => /^(adopt|patch)/.test(line));
      expect([shown, page.settled]).to.deep.equal([['adopt ["tree"]', 'patch [1]', 'patch [2]'], true]);
      page.receive(ServerKind.Patch, [3]);
      await settled();
      expect(page.log.at(-1)).to.equal('patch [3]');
    });

    it('is dropped with its connection: the next one brings it again', async () => {
      const page = createPage();
      const [first, second] = [new Loading(), new Loading()];
      page.session.opened();
      page.needed = first.promise;
      page.receive(ServerKind.Adopt, ['tree']);
      page.session.closed(0);
      page.session.opened();
      page.needed = second.promise;
      page.receive(ServerKind.Adopt, ['tree']);
      first.end();
      await settled();
      expect(page.log.filter((line) => line.startsWith('adopt'))).to.deep.equal([]);
      expect(joinOf(page.sent().at(-1))).to.include({ frame: 0 });
      second.end();
      await settled();
      expect(page.log.filter((line) => line.startsWith('adopt'))).to.deep.equal(['adopt ["tree"]']);
    });

    it('ends the connection if it cannot be loaded, once', async () => {
      const page = createPage();
      const load = new Loading();
      page.session.opened();
      page.needed = load.promise;
      page.receive(ServerKind.Adopt, ['tree']);
      page.receive(ServerKind.Patch, [1]);
      page.lost = () => page.session.closed(0);
      load.fail();
      await settled();
      expect(page.log).to.deep.equal(['lost']);
    });
  });

  describe('joining', () => {
    it('says who it is and what it has', () => {
      const page = createPage();
      page.session.opened();
      expect(page.sent()).to.deep.equal([
        [ClientKind.Join, version, 'hash', 'token', 0, 0, 0, ['h1', 'h2'], [['a', 1, 0]]],
      ]);
    });

    it('keeps what was edited before it shows a first tree, and tells early events after it', () => {
      const page = createPage();
      page.session.opened();
      page.receive(ServerKind.Adopt, ['tree']);
      expect(page.log).to.deep.equal(['processed 0 0', 'keep', 'adopt ["tree"]', 'begin', 'letGo']);
      expect(page.settled).to.equal(true);
    });

    it('counts frames and events over connections', async () => {
      const page = joinedPage();
      await page.raise();
      await page.raise();
      page.receive(ServerKind.Patch, []);
      page.session.closed(0);
      page.sent();
      page.session.opened();
      expect(page.sent()).to.deep.equal([
        [ClientKind.Join, version, 'hash', 'token', 2, 1, 1, ['h1', 'h2'], [['a', 2, 1]]],
      ]);
    });

    it('sends events again that were not processed, after the answer only', async () => {
      const page = joinedPage();
      await page.raise(['a']);
      await page.raise(['b']);
      await page.raise(['c']);
      page.receive(ServerKind.Patch, [], 2);
      page.session.closed(0);
      await page.raise(['d']);
      page.session.opened();
      page.sent();
      page.receive(ServerKind.Acknowledge, 0);
      expect(page.sent()).to.deep.equal([
        [
          ClientKind.Events,
          [
            [1, 2, ['c']],
            [1, 2, ['d']],
          ],
          0,
        ],
      ]);
    });

    it('sends events again with the numbers their instances have now', async () => {
      const page = joinedPage();
      await page.raise();
      page.session.closed(0);
      page.session.opened();
      page.instance.number = 7;
      page.sent();
      page.receive(ServerKind.Render, null);
      expect(page.sent()).to.deep.equal([[ClientKind.Events, [[7, 2]]]]);
    });

    it('sends an event of an instance that has no number any more by its address', async () => {
      const page = joinedPage();
      page.view.find = () => undefined;
      await page.raise(['a']);
      expect(page.sent()).to.deep.equal([[ClientKind.Events, [[['h', 'k'], 2, ['a']]], 0]]);
    });

    it('says that it has a frame already if its page shows another session than it joins', () => {
      const page = createPage();
      page.reloadStorage.astray = true;
      page.session.opened();
      expect(page.sent()).to.have.length(1).with.nested.property('[0][4]', 1);
    });

    it('names the events that it keeps', async () => {
      const page = createPage();
      page.outbox.inherit([['other', 7, 1]], [[['h', null], 3]]);
      page.session.opened();
      const names = (): Wire => (page.sent()[0] as Wire[])[8] as Wire;
      expect(names()).to.deep.equal([
        ['other', 7, 1],
        ['a', 1, 0],
      ]);
      page.receive(ServerKind.Render, null, 1, Reason.Fresh);
      page.session.closed(0);
      page.sent();
      page.session.opened();
      expect(names()).to.deep.equal([
        ['other', 8, 0],
        ['a', 1, 0],
      ]);
    });

    it('sends what it has inherited, unless it is done', () => {
      const page = createPage();
      page.outbox.inherit(
        [['other', 7, 2]],
        [3, 4].map((part) => [['h', null], part])
      );
      page.session.opened();
      page.sent();
      page.receive(ServerKind.Adopt, null, 1);
      expect(page.sent()).to.deep.equal([[ClientKind.Events, [[['h', null], 4]]]]);
      expect(page.pending).to.equal(1);
    });
  });

  describe('events', () => {
    it('go out together if one DOM event raised them', async () => {
      const page = joinedPage();
      page.session.raise(page.handler, undefined);
      await page.raise(['x']);
      expect(page.sent()).to.deep.equal([
        [
          ClientKind.Events,
          [
            [1, 2],
            [1, 2, ['x']],
          ],
          0,
        ],
      ]);
    });

    it('cost 6 bytes each when they tell of one frame', async () => {
      const page = joinedPage();
      page.receive(ServerKind.Patch, []);
      await page.raise();
      expect(page.sent().map((frame) => encode(frame).length)).to.deep.equal([6]);
    });

    it('go out 32 in a frame', () => {
      const page = joinedPage();
      page.session.closed(0);
      for (let count = 0; count < 70; count++) page.session.raise(page.handler, undefined);
      page.session.opened();
      page.sent();
      page.receive(ServerKind.Acknowledge, 0);
      expect(page.sent().map((frame) => ((frame as Wire[])[1] as Wire[]).length)).to.deep.equal([32, 32, 6]);
    });

    it('count as processed before the frame that says so is shown', () => {
      const page = joinedPage();
      page.outbox.add([['h', null], 0]);
      page.receive(ServerKind.Patch, ['change']);
      expect(page.log).to.deep.equal(['processed 1 1', 'patch ["change"]']);
    });

    it('that are not durable are sent again when a new session begins; the page is notified of the others', async () => {
      const page = joinedPage();
      for (let made = 0; made < 4; made++) await page.raise();
      page.receive(ServerKind.Patch, [], 3, 1);
      page.session.closed(0);
      page.session.opened();
      await page.raise();
      page.sent();
      page.receive(ServerKind.Render, null, 0, Reason.Fresh, 2);
      expect(page.log).to.include('fresh 2');
      const event: Wire = [['h', 'k'], 2];
      expect(page.sent()).to.deep.equal([[ClientKind.Events, [event, event, event]]]);
      page.session.closed(0);
      page.session.opened();
      expect(joinOf(page.sent()[0])).to.deep.equal({ frame: 1, processed: 2, durable: 2, sent: 5 });
    });

    it('go out 16 KB in a frame', async () => {
      const page = joinedPage();
      const text = 'x'.repeat(5_000);
      page.session.closed(0);
      for (let count = 0; count < 20; count++) page.session.raise(page.handler, [text]);
      page.session.opened();
      page.sent();
      page.receive(ServerKind.Acknowledge, 0);
      const frames = page.sent();
      expect(Math.max(...frames.map((frame) => encode(frame).length))).to.be.below(16_384);
      expect(frames.flatMap((frame) => (frame as Wire[])[1] as Wire[]).length).to.equal(20);
    });

    it('are dropped alone, and the page is notified, if one is larger than a frame', async () => {
      const page = joinedPage();
      await page.raise(['a']);
      expect(page.session.raise(page.handler, ['x'.repeat(Limit.frame)])).to.equal(0);
      await page.raise(['b']);
      const sent = page.sent().flatMap((frame) => (frame as Wire[])[1] as Wire[]);
      expect(sent).to.deep.equal([
        [1, 2, ['a']],
        [1, 2, ['b']],
      ]);
      expect(page.log).to.include('dropped 1');
    });

    it('are sent again without effect when the server could not read them, and the page is notified', async () => {
      const page = joinedPage();
      await page.raise(['a']);
      page.session.closed(CloseCode.Malformed);
      expect(page.log).to.include('dropped 1');
      await page.raise(['b']);
      page.session.opened();
      expect(joinOf(page.sent().at(-1))).to.include({ processed: 0, sent: 2 });
      page.receive(ServerKind.Acknowledge, 0);
      expect(page.sent()).to.deep.equal([
        [
          ClientKind.Events,
          [
            [0, 0],
            [1, 2, ['b']],
          ],
          0,
        ],
      ]);
    });
  });

  describe('events that follow each other closely', () => {
    it('are sent as one with the next frame of the screen', async () => {
      const page = joinedPage();
      for (const x of [1, 2, 3]) await page.raise([x], 0);
      expect(page.sent()).to.deep.equal([]);
      page.clock.advance(16);
      await settled();
      expect(page.sent()).to.deep.equal([[ClientKind.Events, [[1, 2, [3]]], 0]]);
      await page.raise([4], 0);
      page.clock.advance(16);
      await settled();
      expect(page.sent()).to.deep.equal([[ClientKind.Events, [[1, 2, [4]]], 0]]);
    });

    it('are sent before the next event of another kind, with it', async () => {
      const page = joinedPage();
      for (const x of [1, 2]) await page.raise([x], 0);
      await page.raise([0]);
      const [, events] = page.sent()[0] as [number, Wire];
      expect(events).to.deep.equal([
        [1, 2, [2]],
        [1, 2, [0]],
      ]);
    });
  });

  describe('what is not durable', () => {
    it('is kept, but not sent again, and the page shows how much it is', async () => {
      const page = joinedPage();
      await page.raise(['a']);
      await page.raise(['b']);
      expect(page.pending).to.equal(2);
      page.receive(ServerKind.Patch, [], 2, 1);
      expect(page.pending).to.equal(1);
      expect(page.log).to.include('processed 2 1');
      page.session.closed(0);
      page.session.opened();
      expect(joinOf(page.sent().at(-1))).to.deep.equal({ frame: 2, processed: 2, durable: 1, sent: 2 });
      page.receive(ServerKind.Acknowledge, 0);
      expect(page.sent()).to.deep.equal([]);
      expect(page.pending).to.equal(0);
    });

    it('is not kept while the session cannot be stored, and the page shows that', async () => {
      const page = joinedPage();
      const seen = (): readonly unknown[] => [page.pending, page.isUnstored];
      for (const payload of ['a', 'b', 'c']) await page.raise([payload]);
      page.receive(ServerKind.Patch, [], 1, 1);
      expect(seen()).to.deep.equal([3, false]);
      page.receive(ServerKind.Acknowledge, 1, null);
      expect(seen()).to.deep.equal([1, true]);
      page.receive(ServerKind.Command, Command.Move, 5);
      page.receive(ServerKind.Patch, [], 1, null);
      expect(seen()).to.deep.equal([0, true]);
      page.receive(ServerKind.Acknowledge, 0);
      expect(seen()).to.deep.equal([0, false]);
    });

    for (const [name, fields] of [
      ['adopt', [ServerKind.Adopt, null, 1, 1]],
      ['render', [ServerKind.Render, null, 1, Reason.Resumed, 1]],
      ['patch', [ServerKind.Patch, [], 1, 1]],
      ['acknowledge', [ServerKind.Acknowledge, 1, 1]],
    ] as const) {
      it(`is in ${name}`, async () => {
        const page = joinedPage();
        await page.raise();
        page.receive(...(fields as readonly Wire[]));
        expect(page.log).to.include('processed 1 0');
        expect(page.pending).to.equal(1);
      });
    }

    it('is written down for the next page while the page is not live', async () => {
      const page = joinedPage();
      await page.raise();
      expect(page.log.filter((line) => /^keep/.test(line))).to.deep.equal([]);
      page.session.closed(0);
      await page.raise();
      expect(page.log.filter((line) => /^keep/.test(line))).to.deep.equal(['keep 2']);
    });
  });

  describe('a restored session', () => {
    for (const [reason, name] of [
      [Reason.Restored, 'restored'],
      [Reason.Forked, 'forked'],
    ] as const) {
      it(`${name}: is sent again what it does not contain, by address and in order`, async () => {
        const page = joinedPage();
        for (const payload of ['a', 'b', 'c']) await page.raise([payload]);
        page.receive(ServerKind.Patch, [], 3, 2);
        page.session.closed(0);
        page.session.opened();
        page.sent();
        page.receive(ServerKind.Render, null, 2, reason, 1);
        expect(page.sent()).to.deep.equal([[ClientKind.Events, [[['h', 'k'], 2, ['c']]]]]);
        expect(page.log).to.include('processed 2 1').and.to.include(`${name} 0`);
        expect(page.pending).to.equal(2);
        page.session.closed(0);
        page.session.opened();
        expect(joinOf(page.sent()[0])).to.deep.equal({ frame: 1, processed: 2, durable: 1, sent: 3 });
      });
    }

    it('has lost what was durable and is not in its state: the page is notified, and none of it is sent', async () => {
      const page = joinedPage();
      for (const payload of ['a', 'b', 'c']) await page.raise([payload]);
      page.receive(ServerKind.Patch, [], 2);
      page.session.closed(0);
      page.session.opened();
      page.sent();
      page.receive(ServerKind.Render, null, 0, Reason.Restored);
      expect(page.log).to.include('restored 2');
      expect(page.sent()).to.deep.equal([[ClientKind.Events, [[['h', 'k'], 2, ['c']]]]]);
      page.receive(ServerKind.Patch, [], 1);
      expect(page.log).to.include('processed 3 3');
      page.session.closed(0);
      page.session.opened();
      expect(joinOf(page.sent().at(-1))).to.deep.equal({ frame: 2, processed: 3, durable: 3, sent: 3 });
    });

    it('sends by number again what is raised afterwards', async () => {
      const page = joinedPage();
      page.session.closed(0);
      page.session.opened();
      page.receive(ServerKind.Render, null, 0, Reason.Restored);
      page.sent();
      await page.raise();
      expect(page.sent()).to.deep.equal([[ClientKind.Events, [[1, 2]], 0]].map(([kind, events]) => [kind, events]));
    });

    it('has the token it says from then on', () => {
      const page = joinedPage();
      page.session.closed(0);
      page.session.opened();
      page.receive(ServerKind.Render, null, 0, Reason.Forked, 0, 'another');
      expect(page.reloadStorage.token).to.equal('another');
      page.session.closed(0);
      page.sent();
      page.session.opened();
      expect((page.sent()[0] as Wire[])[3]).to.equal('another');
    });
  });

  describe('what the page is notified of', () => {
    it('is nothing when it is adopted', () => {
      const page = createPage();
      page.session.opened();
      page.receive(ServerKind.Adopt, null);
      expect(page.log.filter((line) => /^(resumed|restored|fresh|forked|dropped)/.test(line))).to.deep.equal([]);
    });

    it('is that it is resumed, once for a connection', () => {
      const page = joinedPage();
      page.receive(ServerKind.Acknowledge, 0);
      page.receive(ServerKind.Render, null);
      page.session.closed(0);
      page.session.opened();
      page.receive(ServerKind.Acknowledge, 0);
      page.receive(ServerKind.Acknowledge, 0);
      page.session.closed(0);
      page.session.opened();
      page.receive(ServerKind.Render, null);
      expect(page.log.filter((line) => /^resumed/.test(line))).to.deep.equal(['resumed 0', 'resumed 0']);
    });

    it('is what the server has dropped', () => {
      const page = joinedPage();
      page.receive(ServerKind.Acknowledge, 0, 0, 2);
      expect(page.log).to.include('dropped 2');
    });
  });

  describe('a token that is refused', () => {
    it("gives way to the page's own, if that was not joined; what was to go there is lost", async () => {
      const page = createPage();
      page.reloadStorage.fallback = true;
      page.outbox.add([['h', null], 3]);
      page.session.opened();
      expect(page.session.closed(CloseCode.Refused)).to.equal(true);
      expect(page.log).to.include('dropped 1');
      page.sent();
      page.session.opened();
      expect((page.sent()[0] as Wire[]).slice(4, 7)).to.deep.equal([0, 0, 0]);
    });

    it('loads the page again otherwise', () => {
      const page = joinedPage();
      expect(page.session.closed(CloseCode.Refused)).to.equal(false);
      page.reloadStorage.fallback = true;
      expect(page.session.closed(CloseCode.Reload)).to.equal(false);
    });
  });

  it('moves on the command of the server, and counts that frame', () => {
    const page = joinedPage();
    page.receive(ServerKind.Command, Command.Move, 500);
    expect(page.log).to.deep.equal(['move 500']);
    page.clock.advance(Limit.acknowledgeDelay);
    expect(page.sent()).to.deep.equal([[ClientKind.Acknowledge, 1]]);
  });

  describe('acknowledging', () => {
    it('waits 100 ms for an event to ride along with', () => {
      const page = joinedPage();
      page.receive(ServerKind.Patch, [], 0);
      page.receive(ServerKind.Patch, [], 0);
      page.clock.advance(Limit.acknowledgeDelay - 1);
      expect(page.sent()).to.deep.equal([]);
      page.clock.advance(1);
      expect(page.sent()).to.deep.equal([[ClientKind.Acknowledge, 2]]);
      page.clock.advance(1_000);
      expect(page.sent()).to.deep.equal([]);
    });

    it('does not wait longer than 16 frames', () => {
      const page = joinedPage();
      for (let count = 0; count < 17; count++) page.receive(ServerKind.Patch, [], 0);
      expect(page.sent()).to.deep.equal([[ClientKind.Acknowledge, 16]]);
    });

    it('rides along with events', async () => {
      const page = joinedPage();
      for (let count = 0; count < 3; count++) page.receive(ServerKind.Patch, [], 0);
      await page.raise();
      expect(page.sent()).to.deep.equal([[ClientKind.Events, [[1, 2]], 3]]);
      page.clock.advance(1_000);
      expect(page.sent()).to.deep.equal([]);
    });

    it('does not count acknowledgements as frames', () => {
      const page = joinedPage();
      page.receive(ServerKind.Acknowledge);
      page.clock.advance(1_000);
      expect(page.sent()).to.deep.equal([]);
    });

    it('counts commands that it does not know', () => {
      const page = joinedPage();
      page.receive(ServerKind.Command, 'something', 1);
      page.clock.advance(1_000);
      expect(page.sent()).to.deep.equal([[ClientKind.Acknowledge, 1]]);
    });
  });

  describe('an inconsistent page', () => {
    it('asks for a render once and shows nothing until it comes', () => {
      const page = joinedPage();
      page.view.trouble = true;
      page.receive(ServerKind.Patch, ['a'], 0);
      expect(page.sent()).to.deep.equal([[ClientKind.Acknowledge, 1, Ask.Render]]);
      page.view.trouble = false;
      page.receive(ServerKind.Patch, ['b'], 0);
      page.receive(ServerKind.Render, ['c']);
      page.receive(ServerKind.Patch, ['d'], 0);
      expect(page.log.filter((line) => /^(patch|render)/.test(line))).to.deep.equal(['render ["c"]', 'patch ["d"]']);
      page.clock.advance(1_000);
      expect(page.sent()).to.deep.equal([[ClientKind.Acknowledge, 3]]);
    });

    it('takes the definitions of a render it asked for as the first ones', () => {
      const page = joinedPage();
      page.view.trouble = true;
      page.receive(ServerKind.Patch, [], 0);
      page.view.trouble = false;
      page.receive(ServerKind.Render, null);
      expect(page.view.definitions.hashes).to.deep.equal([]);
    });

    it('asks again on the next connection if that does not begin with a render', () => {
      const page = joinedPage();
      page.view.trouble = true;
      page.receive(ServerKind.Patch, [], 0);
      page.session.closed(0);
      page.session.opened();
      page.sent();
      page.receive(ServerKind.Acknowledge, 0);
      expect(page.sent()).to.deep.equal([[ClientKind.Acknowledge, 0, Ask.Render]]);
    });

    it('keeps its definitions when the next connection begins with a render', () => {
      const page = joinedPage();
      page.view.trouble = true;
      page.receive(ServerKind.Patch, [], 0);
      page.session.closed(0);
      page.session.opened();
      page.view.trouble = false;
      page.receive(ServerKind.Render, null);
      expect(page.view.definitions.hashes).to.deep.equal(['h1', 'h2']);
    });

    it('is one that could not be adopted', () => {
      const page = createPage();
      page.session.opened();
      page.sent();
      page.view.trouble = true;
      page.receive(ServerKind.Adopt, ['tree']);
      expect(page.sent()).to.deep.equal([[ClientKind.Acknowledge, 1, Ask.Render]]);
      expect(page.settled).to.equal(false);
    });
  });

  describe('signs of life', () => {
    it('are asked for after 25 s of silence', () => {
      const page = joinedPage();
      page.clock.advance(24_000);
      page.receive(ServerKind.Acknowledge, 0);
      page.clock.advance(24_999);
      expect(page.sent()).to.deep.equal([]);
      page.clock.advance(1);
      expect(page.sent()).to.deep.equal([[ClientKind.Acknowledge, 0, Ask.Sign]]);
    });

    it('come within 4 s, or the connection is lost', () => {
      const page = joinedPage();
      page.clock.advance(25_000 + 3_999 - Limit.acknowledgeDelay);
      expect(page.log).to.deep.equal([]);
      page.clock.advance(1);
      expect(page.log).to.deep.equal(['lost']);
    });

    it('include the answer to a join, which has 12 s once it did not come in 4', () => {
      const page = createPage();
      for (const patience of [4_000, 12_000, 12_000]) {
        page.log.length = 0;
        page.session.opened();
        page.clock.advance(patience - 1);
        expect(page.log).to.deep.equal([]);
        page.clock.advance(1);
        expect(page.log).to.deep.equal(['lost']);
        page.session.closed(0);
      }
    });

    it('are asked for when an event has had no answer for 3 s, and until it has one the page says so', async () => {
      const page = joinedPage();
      await page.raise();
      page.sent();
      page.clock.advance(2_999);
      expect([page.unanswered, page.sent()]).to.deep.equal([false, []]);
      page.clock.advance(1);
      expect([page.unanswered, page.sent()]).to.deep.equal([true, [[ClientKind.Acknowledge, 0, Ask.Sign]]]);
      page.receive(ServerKind.Acknowledge, 0);
      expect(page.unanswered).to.equal(true);
      page.receive(ServerKind.Acknowledge);
      expect(page.unanswered).to.equal(false);
      page.clock.advance(24_999);
      expect([page.log.filter((line) => line === 'lost'), page.sent()]).to.deep.equal([[], []]);
    });

    it('are answers to events: what else comes meanwhile does not keep the connection', async () => {
      const page = joinedPage();
      await page.raise();
      for (let second = 0; second < 6; second++) {
        page.clock.advance(1_000);
        page.receive(ServerKind.Patch, [1, 0, second], 0);
      }
      expect(page.log).to.not.include('lost');
      page.clock.advance(1_000);
      expect(page.log.at(-1)).to.equal('lost');
    });

    it('have their time from the oldest event without an answer on', async () => {
      const page = joinedPage();
      await page.raise();
      page.clock.advance(2_000);
      await page.raise();
      page.clock.advance(1_000);
      expect(page.unanswered).to.equal(true);
      page.receive(ServerKind.Acknowledge);
      expect(page.unanswered).to.equal(false);
      page.clock.advance(2_999);
      expect(page.unanswered).to.equal(false);
      page.clock.advance(1);
      expect(page.unanswered).to.equal(true);
      page.session.closed(0);
      page.session.opened();
      page.receive(ServerKind.Acknowledge, 0);
      expect(page.unanswered).to.equal(false);
    });

    it('are not expected without a connection', () => {
      const page = joinedPage();
      page.session.closed(0);
      page.clock.advance(100_000);
      expect(page.log).to.deep.equal([]);
    });
  });

  it('gives up a connection that brings what cannot be read', () => {
    const page = joinedPage();
    page.session.received(Uint8Array.of(0xc1));
    expect(page.log).to.deep.equal(['lost']);
  });
});
