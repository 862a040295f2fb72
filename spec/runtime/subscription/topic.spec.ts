import { expect } from 'chai';
import fc from 'fast-check';
import { createActor, createMachine, fromTransition } from 'xstate';
import { OrderedClock } from '../../../runtime/actor/ordered-clock.js';
import { createMemoryBus, type MemoryBus } from '../../../runtime/cluster/local-bus.js';
import { createSharedActors, type SharedActors } from '../../../runtime/cluster/shared-actors.js';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';
import type { Port } from '../../../runtime/subscription/run.js';
import { type Subscription, Subscriptions } from '../../../runtime/subscription/subscription-set.js';
import { shared, topic } from '../../../runtime/subscription/topic.js';
import type { AnyMessage } from '../../../runtime/template/html.js';
import { Calm } from '../../fixtures/calm.js';
import { FakeHost, settled } from '../../fixtures/live-session.js';
import { lawParameters } from '../../laws/parameters.js';

type Message = { readonly type: string; readonly number?: number };

const numbered = (number: number): AnyMessage => ({ type: 'numbered', number }) as AnyMessage;
const missed: Message = { type: 'missed' };

const counter = fromTransition((count: number, { type }: { type: string }) => {
  if (type === 'failed') throw new Error('of the counter');

  return count + 1;
}, 0);

describe('topics', () => {
  let host: FakeHost;
  let bus: MemoryBus;
  let actors: SharedActors & { readonly size: number };
  let calm: Calm;
  let delivered: Message[];
  let reports: unknown[];
  let waiting: (() => void)[];
  let isQuick: boolean;
  let port: Port;
  let subscriptions: Subscriptions;

  beforeEach(() => {
    calm = new Calm();
    calm.watch();
    host = new FakeHost();
    const { clock, report } = host;
    const defer = (run: () => void): void => host.defer(run);
    bus = createMemoryBus({ clock, development: true, report, defer });
    actors = createSharedActors({ clock, report, defer, publish: (name, message) => bus.publish(name, message) });
    [delivered, reports, waiting, isQuick] = [[], [], [], true];
    port = {
      clock: new OrderedClock(clock),
      backplane: {
        attend: () => () => {},
        subscribe: (name, listener, missed) => bus.subscribe(name, listener, missed),
        watch: (name, listener) => actors.watch(name, listener),
      },
      deliver: (message) => {
        delivered.push(message);
        return isQuick ? Promise.resolve() : new Promise((resolve) => void waiting.push(resolve));
      },
      report: (error) => void reports.push(error),
    };
    const system = createActor(createMachine({})).start();
    subscriptions = new Subscriptions(() => system, port);
  });

  afterEach(async () => {
    subscriptions.stop();
    actors.close();
    await settled();
    expect(bus.size, 'topics').to.equal(0);
    expect(calm.stop(), 'unhandled errors').to.deep.equal([]);
  });

  /** The component takes what is in its mailbox, and what comes into it then. */
  async function turn(): Promise<void> {
    for (const resolve of waiting.splice(0)) resolve();
    await settled();
  }

  async function takeAll(): Promise<void> {
    while (waiting.length > 0) await turn();
  }

  const numbers = (): (number | string)[] => delivered.map(({ type, number }) => number ?? type);

  function drain(): void {
    while (host.waiting > 0) host.turn();
  }

  describe('topic', () => {
    it('delivers what is published while it is declared', async () => {
      bus.publish('room', numbered(1));
      subscriptions.update([topic<Message>('room'), topic<Message>('hall')]);
      bus.publish('room', numbered(2));
      bus.publish('hall', numbered(3));
      await settled();
      subscriptions.update([topic<Message>('hall')]);
      bus.publish('room', numbered(4));
      bus.publish('hall', numbered(5));
      expect(numbers()).to.deep.equal([2, 3, 5]);
    });

    it('delivers what a shared actor of its name emits', () => {
      const room = fromTransition((state: number, _event: { type: string }, { emit }) => {
        emit(numbered(state));
        return state + 1;
      }, 0);
      subscriptions.update([topic<Message>('room')]);
      actors.start('room', room);
      for (let event = 0; event < 3; event++) actors.send('room', { type: 'said' });
      drain();
      expect(numbers()).to.deep.equal([0, 1, 2]);
    });

    it('throws an error for a name that is none, and for a topic that is declared twice', () => {
      expect(() => topic<Message>('')).to.throw(TroupeError, 'topic was given 0 characters');
      expect(() => subscriptions.update([topic<Message>('room'), topic<Message>('room')]))
        .to.throw(TroupeError, "Two subscriptions have the key 'topic room'.")
        .with.property('code', ErrorCode.DuplicateKey);
    });

    it('has 64 messages in the mailbox at once and keeps up to 1,000', async () => {
      isQuick = false;
      subscriptions.update([topic<Message>('room')]);
      for (let number = 0; number < 1_000; number++) bus.publish('room', numbered(number));
      expect(delivered).to.have.length(64);
      await turn();
      expect(delivered).to.have.length(128);
      await takeAll();
      expect(numbers()).to.deep.equal(Array.from({ length: 1_000 }, (_, number) => number));
    });

    it('drops what is more, and says so once when all is taken, where the gap is', async () => {
      isQuick = false;
      subscriptions.update([topic<Message>('room', { missed })]);
      for (let number = 0; number < 1_010; number++) bus.publish('room', numbered(number));
      await turn();
      bus.publish('room', numbered(2_000));
      await takeAll();
      expect(numbers().slice(999)).to.deep.equal([999, 'missed']);
      bus.publish('room', numbered(3_000));
      await takeAll();
      expect(numbers().slice(999)).to.deep.equal([999, 'missed', 3_000]);
    });

    it('says that something may have been missed, between what came before and what comes after', async () => {
      isQuick = false;
      subscriptions.update([topic<Message>('room', { missed }), topic<Message>('hall')]);
      for (let number = 0; number < 70; number++) bus.publish('room', numbered(number));
      bus.miss('room');
      bus.miss('hall');
      bus.publish('room', numbered(70));
      await takeAll();
      expect(numbers().slice(69)).to.deep.equal([69, 'missed', 70]);
    });

    it('says what is declared when it does', async () => {
      isQuick = false;
      subscriptions.update([topic<Message>('room', { missed })]);
      for (let number = 0; number < 1_010; number++) bus.publish('room', numbered(number));
      subscriptions.update([topic<Message>('room', { missed: { type: 'missedMuch' } })]);
      await takeAll();
      expect(numbers().slice(1_000)).to.deep.equal(['missedMuch']);
      for (let number = 0; number < 1_010; number++) bus.publish('room', numbered(number));
      subscriptions.update([topic<Message>('room')]);
      await takeAll();
      expect(numbers().slice(2_000)).to.deep.equal([999]);
    });

    it('delivers nothing more once it is stopped', async () => {
      isQuick = false;
      subscriptions.update([topic<Message>('room', { missed })]);
      for (let number = 0; number < 2_000; number++) bus.publish('room', numbered(number));
      subscriptions.update([]);
      await takeAll();
      expect(delivered).to.have.length(64);
    });

    it('delivers each message once and in order, or says where some are missed (law)', async () => {
      const step = fc.oneof(
        fc.record({ kind: fc.constant('publish' as const), count: fc.integer({ min: 1, max: 700 }) }),
        fc.record({ kind: fc.constant('turn' as const), count: fc.integer({ min: 1, max: 20 }) }),
        fc.record({ kind: fc.constantFrom('subscribe' as const, 'unsubscribe' as const), count: fc.constant(1) })
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
          isQuick = false;
          delivered.length = 0;
          let next = 0;
          const stays: [from: number, to: number][] = [];
          let from: number | undefined;
          const end = (): void => {
            if (from !== undefined) stays.push([from, next]);
            from = undefined;
            subscriptions.update([]);
          };
          for (const { kind, count } of steps) {
            if (kind === 'publish') for (let at = 0; at < count; at++) bus.publish('room', numbered(next++));
            else if (kind === 'turn') for (let at = 0; at < count; at++) await turn();
            else if (kind === 'unsubscribe') end();
            else if (from === undefined) {
              from = next;
              subscriptions.update([topic<Message>('room', { missed })]);
            }
          }
          await takeAll();
          const open = from;
          end();
          expectRuns(delivered, stays, open);
        }),
        lawParameters(60)
      );
    });

    /** Numbers rise by one within a stay, except behind `missed`; the last stay, if it lasted, is complete. */
    function expectRuns(messages: readonly Message[], stays: [number, number][], open: number | undefined): void {
      let previous = -1;
      let gap = false;
      for (const { number } of messages) {
        if (number === undefined) {
          gap = true;
          continue;
        }
        const stay = stays.find(([begin, end]) => begin <= number && number < end);
        expect(stay, `${number} was published while it listened`).not.to.equal(undefined);
        const begins = previous < (stay as [number, number])[0];
        if (begins && !gap) expect(number).to.equal((stay as [number, number])[0]);
        else if (gap) expect(number).to.be.greaterThan(previous);
        else expect(number).to.equal(previous + 1);
        [previous, gap] = [number, false];
      }
      const last = stays.at(-1);
      if (open !== undefined && last !== undefined && last[1] > last[0] && !gap) expect(previous).to.equal(last[1] - 1);
    }
  });

  describe('shared', () => {
    const count = (): Subscription<Message> =>
      shared<Message, { context: number }>('counter', ({ context }) => ({ type: 'counted', number: context }));

    it('delivers the present snapshot at once, and each change', async () => {
      actors.start('counter', counter);
      subscriptions.update([count()]);
      expect(numbers()).to.deep.equal([0]);
      for (let at = 0; at < 2; at++) {
        await settled();
        actors.send('counter', { type: 'counted' });
        drain();
      }
      expect(numbers()).to.deep.equal([0, 1, 2]);
    });

    it('waits for an actor that is not there yet', async () => {
      subscriptions.update([count()]);
      expect(numbers()).to.deep.equal([]);
      actors.start('counter', counter);
      expect(numbers()).to.deep.equal([0]);
    });

    it('delivers the latest alone to a component that is slow', async () => {
      isQuick = false;
      actors.start('counter', counter);
      subscriptions.update([count()]);
      for (let at = 0; at < 5_000; at++) actors.send('counter', { type: 'counted' });
      drain();
      expect(numbers()).to.deep.equal([0]);
      await turn();
      expect(numbers()).to.deep.equal([0, 5_000]);
      await turn();
      expect(numbers()).to.deep.equal([0, 5_000]);
    });

    it('goes on over a failure of the actor', async () => {
      actors.start('counter', counter);
      subscriptions.update([count()]);
      await settled();
      actors.send('counter', { type: 'failed' });
      actors.send('counter', { type: 'counted' });
      drain();
      host.clock.advance(100);
      drain();
      expect(numbers()).to.deep.equal([0, 1]);
    });

    it('leaves snapshots out that are worth no message, and reads with what is declared now', async () => {
      const odd = (): Subscription<Message> =>
        shared<Message, { context: number }>('counter', ({ context }) =>
          context % 2 === 1 ? numbered(context) : null
        );
      actors.start('counter', counter);
      subscriptions.update([odd()]);
      for (let at = 0; at < 3; at++) {
        actors.send('counter', { type: 'counted' });
        drain();
        await settled();
      }
      expect(numbers()).to.deep.equal([1, 3]);
      subscriptions.update([count()]);
      actors.send('counter', { type: 'counted' });
      drain();
      expect(numbers()).to.deep.equal([1, 3, 4]);
    });

    it('reports a snapshot that cannot be read, and goes on', async () => {
      subscriptions.update([
        shared<Message, { context: number }>('counter', ({ context }) => {
          if (context === 1) throw new Error('cannot read');
          return numbered(context);
        }),
      ]);
      actors.start('counter', counter);
      for (let at = 0; at < 2; at++) {
        await settled();
        actors.send('counter', { type: 'counted' });
        drain();
      }
      expect(numbers()).to.deep.equal([0, 2]);
      expect(reports.map((error) => (error as Error).message)).to.deep.equal(['cannot read']);
    });

    it('delivers nothing more once it is stopped, and is let go of', async () => {
      isQuick = false;
      actors.start('counter', counter);
      subscriptions.update([count()]);
      actors.send('counter', { type: 'counted' });
      drain();
      subscriptions.update([]);
      await takeAll();
      actors.send('counter', { type: 'counted' });
      drain();
      expect(numbers()).to.deep.equal([0]);
      actors.stop('counter');
      expect(actors.size).to.equal(0);
    });

    it('throws an error for a name that is none', () => {
      expect(() => shared<Message>('', () => null)).to.throw(TroupeError, 'shared was given 0 characters');
    });
  });

  describe('a topic in a session that was stored', () => {
    it('says first that messages may have been missed, if that is declared, then goes on', async () => {
      const system = createActor(createMachine({})).start();
      const restored = new Subscriptions(() => system, port, {});
      restored.prepare([topic<Message>('news', { missed }), topic<Message>('sports')]);
      await bus.publish('news', numbered(1));
      host.turn();
      restored.update([
        topic<Message>('news', { missed }),
        topic<Message>('sports'),
        topic<Message>('more', { missed }),
      ]);
      await bus.publish('sports', numbered(2));
      host.turn();
      await settled();
      expect(delivered.map(({ type, number }) => number ?? type)).to.deep.equal(['missed', 1, 'missed', 2]);
      restored.update([]);
      delivered.length = 0;
      restored.update([topic<Message>('news', { missed })]);
      expect(delivered, 'one that is declared later has missed nothing').to.deep.equal([]);
      restored.stop();
    });
  });
});
