import { expect } from 'chai';
import { createActor, createMachine } from 'xstate';
import { OrderedClock } from '../../../runtime/actor/ordered-clock.js';
import { TroupeError } from '../../../runtime/platform/errors.js';
import { every } from '../../../runtime/subscription/every.js';
import { Subscriptions } from '../../../runtime/subscription/subscription-set.js';
import type { AnyMessage } from '../../../runtime/template/html.js';
import { settled } from '../../fixtures/live-session.js';
import { type FakePort, type Message, Subscribing } from '../../fixtures/subscribing.js';

describe('every', () => {
  let subscribing: Subscribing;
  let port: FakePort;
  let subscriptions: Subscriptions;

  beforeEach(() => {
    subscribing = new Subscribing();
    ({ port, subscriptions } = subscribing);
  });

  afterEach(() => subscribing.end());

  it('sends its message after each interval, first after one', () => {
    subscriptions.update([every(100, { type: 'ticked' })]);
    port.clock.advance(99);
    expect(port.types).to.deep.equal([]);
    port.clock.advance(1);
    expect(port.types).to.deep.equal(['ticked']);
  });

  it('goes on at its interval after the clock was set back or forth', async () => {
    subscriptions.update([every(100, { type: 'ticked' })]);
    for (const by of [-60_000, 60_000, 90_000, -90_000]) {
      port.clock.adjust(by);
      const before = port.types.length;
      await port.pass(300);
      expect(port.types.length - before).to.be.within(2, 4);
    }
  });

  it('keeps to its beat', async () => {
    const times: number[] = [];
    const deliver = port.deliver;
    Object.assign(port, {
      deliver: (message: AnyMessage) => {
        times.push(port.clock.now() - 5_000);
        return deliver(message);
      },
    });
    subscriptions.update([every(10, { type: 'ticked' })]);
    for (let tick = 0; tick < 5; tick++) {
      port.clock.advance(10);
      await settled();
    }
    expect(times).to.deep.equal([10, 20, 30, 40, 50]);
  });

  it('does not drift when timers are late, and ticks once for intervals it has missed', async () => {
    const timers: { fn: () => void; delay: number }[] = [];
    let now = 0;
    const late = {
      now: () => now,
      clearTimeout: () => {},
      setTimeout: (fn: () => void, delay: number) => timers.push({ fn, delay }),
    };
    const system = createActor(createMachine({})).start();
    const lagging = new Subscriptions(() => system, { ...port, clock: new OrderedClock(late) });
    lagging.update([every(100, { type: 'ticked' })]);
    const fire = async (at: number): Promise<number | undefined> => {
      now = at;
      timers.pop()?.fn();
      await settled();
      return timers.at(-1)?.delay;
    };
    expect(await fire(103), 'a little late').to.equal(97);
    expect(await fire(200), 'on time').to.equal(100);
    expect(await fire(555), 'very late').to.equal(45);
    expect(await fire(700), 'late by a whole interval').to.equal(100);
    expect(await fire(800)).to.equal(100);
    expect(port.delivered).to.have.length(5);
  });

  it('leaves a tick out while the last one waits', async () => {
    port.isQuick = false;
    subscriptions.update([every(10, { type: 'ticked' })]);
    port.clock.advance(55);
    await settled();
    expect(port.delivered).to.have.length(1);
    await port.turn();
    expect(port.delivered).to.have.length(1);
    port.clock.advance(5);
    expect(port.delivered).to.have.length(2);
  });

  it('takes up a changed message without starting anew', async () => {
    subscriptions.update([every(100, { type: 'ticked', number: 1 } as Message)]);
    port.clock.advance(60);
    subscriptions.update([every(100, { type: 'ticked', number: 2 } as Message)]);
    port.clock.advance(40);
    expect(port.delivered).to.deep.equal([{ type: 'ticked', number: 2 }]);
    expect(subscribing.actors.filter((id) => id.startsWith('every'))).to.have.length(1);
  });

  it('stops', () => {
    subscriptions.update([every(100, { type: 'ticked' })]);
    subscriptions.update([]);
    port.clock.advance(1_000);
    expect(port.delivered).to.deep.equal([]);
    expect(port.clock.pending).to.equal(0);
  });

  it('starts anew with another interval or message type', () => {
    subscriptions.update([every(100, { type: 'ticked' })]);
    port.clock.advance(60);
    subscriptions.update([every(50, { type: 'ticked' }), every(100, { type: 'tocked' })]);
    port.clock.advance(50);
    expect(port.types).to.deep.equal(['ticked']);
    port.clock.advance(50);
    expect(port.types).to.deep.equal(['ticked', 'tocked']);
  });

  it('is one and the same with another of its interval and type', () => {
    subscriptions.update([every(100, { type: 'ticked' }), every(100, { type: 'ticked' })]);
    port.clock.advance(100);
    expect(port.delivered).to.have.length(1);
  });

  it('throws an error for an interval that is none', () => {
    for (const wrong of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => every<Message>(wrong, { type: 'ticked' })).to.throw(
        TroupeError,
        `every(${wrong}, message): the interval is in milliseconds, at least 1.`
      );
    }
  });

  it('throws an error for a message that is none', () => {
    for (const wrong of [undefined, null, 'ticked', {}]) {
      expect(() => every<Message>(20, wrong as never)).to.throw(
        TroupeError,
        "every(20, message) has no message; give it one, an object with a type: { type: 'secondPassed' }."
      );
    }
  });

  describe('in a session that was stored', () => {
    /** What is stored at some time, and the ticks that come of it from then on. */
    async function ticks(image: Record<string, number>, now: number, duration: number): Promise<number[]> {
      const times: number[] = [];
      port.clock.advance(now - port.clock.now());
      const { deliver } = port;
      Object.assign(port, {
        deliver: (message: AnyMessage) => {
          times.push(port.clock.now());
          return deliver(message);
        },
      });
      const restored = new Subscriptions(() => subscribing.root, port, image);
      restored.update([every(100, { type: 'ticked' })]);
      await port.pass(duration, 10);
      restored.stop();
      return times;
    }

    it('is stored by when it is due, and by how many timers were set after it', async () => {
      subscriptions.update([every(100, { type: 'ticked' }), every(70, { type: 'ticked' })]);
      expect(subscriptions.save()).to.deep.equal({ 'every 100 ticked': [5_100, 1], 'every 70 ticked': 5_070 });
      await port.pass(130, 10);
      expect(subscriptions.save()).to.deep.equal({ 'every 100 ticked': 5_200, 'every 70 ticked': [5_140, 1] });
    });

    it('goes on where it was, and is stored again though it has not begun', async () => {
      const image = { 'every 100 ticked': 6_030 };
      expect(new Subscriptions(() => subscribing.root, port, image).save()).to.deep.equal(image);
      expect(await ticks(image, 6_000, 250)).to.deep.equal([6_030, 6_130, 6_230]);
    });

    it('makes one tick, at once, of all it has missed, and keeps its grid', async () => {
      expect(await ticks({ 'every 100 ticked': 5_130 }, 6_000, 250)).to.deep.equal([6_000, 6_030, 6_130, 6_230]);
    });

    it('begins anew if nothing is stored of it, or if the clock has been put back', async () => {
      expect(await ticks({}, 6_000, 250)).to.deep.equal([6_100, 6_200]);
      expect(await ticks({ 'every 100 ticked': 1e12 }, 7_000, 250)).to.deep.equal([7_100, 7_200]);
    });
  });
});
