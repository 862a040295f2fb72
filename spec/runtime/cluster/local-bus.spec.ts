import { expect } from 'chai';
import fc from 'fast-check';
import { createMemoryBus, type MemoryBus } from '../../../runtime/cluster/local-bus.js';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import type { AnyMessage } from '../../../runtime/template/html.js';
import { FakeHost } from '../../fixtures/live-session.js';
import { lawParameters } from '../../laws/parameters.js';

const numbered = (number: number): AnyMessage => ({ type: 'numbered', number }) as AnyMessage;
const numberOf = (message: AnyMessage): number => (message as unknown as { number: number }).number;

describe('cluster/local-bus', () => {
  let host: FakeHost;
  let bus: MemoryBus;

  beforeEach(() => {
    host = new FakeHost();
    bus = createMemoryBus({
      clock: host.clock,
      development: true,
      report: host.report,
      defer: (run) => host.defer(run),
    });
  });

  /** Listens and notes. */
  function listen(topic: string): { readonly heard: number[]; readonly stop: () => void } {
    const heard: number[] = [];
    const stop = bus.subscribe(topic, (message) => heard.push(numberOf(message)));

    return { heard, stop };
  }

  it('carries a message to all listeners of its topic, and to no other', () => {
    const [one, two, other] = [listen('a'), listen('a'), listen('b')];
    bus.publish('a', numbered(1));
    bus.publish('a', numbered(2));
    bus.publish('no listeners', numbered(3));
    expect([one.heard, two.heard, other.heard]).to.deep.equal([[1, 2], [1, 2], []]);
  });

  it('carries a message of one id once, and all that have none', () => {
    const { heard } = listen('a');
    for (const [number, id] of [[1, 'x'], [2, 'y'], [3, 'x'], [4], [4]] as const)
      bus.publish('a', numbered(number), id);
    expect(heard).to.deep.equal([1, 2, 4, 4]);
  });

  it('takes one function twice as two listeners', () => {
    const heard: number[] = [];
    const listener = (message: AnyMessage): void => void heard.push(numberOf(message));
    const stop = bus.subscribe('a', listener);
    bus.subscribe('a', listener);
    bus.publish('a', numbered(1));
    stop();
    stop();
    bus.publish('a', numbered(2));
    expect(heard).to.deep.equal([1, 1, 2]);
  });

  it('drops topics without listeners', () => {
    const stops = Array.from({ length: 1_000 }, (_, at) => listen(`topic ${at % 10}`).stop);
    expect(bus.size).to.equal(10);
    for (const stop of stops) stop();
    expect(bus.size).to.equal(0);
    const { heard, stop } = listen('topic 1');
    for (const again of stops) again();
    bus.publish('topic 1', numbered(1));
    expect(heard).to.deep.equal([1]);
    stop();
    expect(bus.size).to.equal(0);
  });

  it('reports a listener that throws; the others get the message', () => {
    bus.subscribe('a', () => {
      throw new Error('of a listener');
    });
    const { heard } = listen('a');
    bus.publish('a', numbered(1));
    expect(heard).to.deep.equal([1]);
    expect(host.codes).to.deep.equal([ErrorCode.Internal]);
  });

  it('throws an error for what is not plain data in development, and in production for what is no message', () => {
    listen('a');
    expect(() => bus.publish('a', { type: 'said', at: new Date() } as AnyMessage)).to.throw(
      'message.at is an instance of Date'
    );
    const production = createMemoryBus({
      clock: host.clock,
      development: false,
      report: host.report,
      defer: (run) => host.defer(run),
    });
    production.publish('a', { type: 'said', at: new Date() } as AnyMessage);
    expect(() => production.publish('a', {} as AnyMessage)).to.throw('the message is an object with type undefined');
    expect(() => production.publish('', numbered(1))).to.throw('publish was given 0 characters');
    expect(() => production.subscribe('', () => {})).to.throw('subscribe was given 0 characters');
  });

  describe('while a message is delivered', () => {
    it('does not deliver it to later subscribers, nor to those that have unsubscribed', () => {
      const heard: string[] = [];
      let subscribed = false;
      bus.subscribe('a', (message) => {
        heard.push(`first ${numberOf(message)}`);
        if (subscribed) return;
        subscribed = true;
        second();
        bus.subscribe('a', (late) => heard.push(`late ${numberOf(late)}`));
      });
      const second = bus.subscribe('a', () => heard.push('second'));
      bus.subscribe('a', (message) => heard.push(`third ${numberOf(message)}`));
      bus.publish('a', numbered(1));
      expect(heard.splice(0)).to.deep.equal(['first 1', 'third 1']);
      bus.publish('a', numbered(2));
      expect(heard).to.deep.equal(['first 2', 'third 2', 'late 2']);
    });

    it('ends though each listener subscribes anew', () => {
      let count = 0;
      const again = (): void => {
        count++;
        bus.subscribe('a', again)();
        bus.subscribe('a', again);
      };
      bus.subscribe('a', again);
      bus.publish('a', numbered(1));
      expect(count).to.equal(1);
      bus.publish('a', numbered(2));
      expect(count).to.equal(3);
    });

    it('keeps a message that a listener publishes until all have the first: everybody sees one order', () => {
      bus.subscribe('a', (message) => {
        if (numberOf(message) < 3) bus.publish('a', numbered(numberOf(message) + 1));
      });
      const { heard } = listen('a');
      bus.publish('a', numbered(1));
      expect(heard).to.deep.equal([1, 2, 3]);
    });
  });

  describe('with many messages', () => {
    it('lets others have their go, and does not run deep', () => {
      let left = 100_000;
      bus.subscribe('ping', () => left-- > 0 && bus.publish('pong', numbered(1)));
      bus.subscribe('pong', () => bus.publish('ping', numbered(1)));
      bus.publish('ping', numbered(1));
      expect(left).to.be.greaterThan(99_000);
      expect(host.waiting).to.equal(1);
      let goes = 0;
      for (; host.waiting > 0; goes++) host.turn();
      expect(left).to.equal(-1);
      expect(goes).to.be.greaterThan(500);
      expect(host.codes).to.deep.equal([]);
    });

    it('drops what is more than 10,000 waiting messages, and reports it once', () => {
      const { heard } = listen('a');
      bus.subscribe('b', () => {
        for (let number = 0; number < 10_100; number++) bus.publish('a', numbered(number));
      });
      bus.publish('b', numbered(0));
      while (host.waiting > 0) host.turn();
      expect(heard).to.deep.equal(Array.from({ length: 10_000 }, (_, number) => number));
      expect(host.codes).to.deep.equal([ErrorCode.Overflow]);
    });
  });

  it('gives each listener what is published while it listens, once and in order (law)', () => {
    const topics = fc.constantFrom('a', 'b');
    const step = fc.oneof(
      fc.record({ kind: fc.constant('publish' as const), topic: topics }),
      fc.record({ kind: fc.constant('subscribe' as const), topic: topics }),
      fc.record({ kind: fc.constant('unsubscribe' as const), at: fc.nat() })
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const listening: { topic: string; heard: number[]; expected: number[]; stop: () => void; is: boolean }[] = [];
        for (const [number, taken] of steps.entries()) {
          if (taken.kind === 'publish') {
            for (const one of listening) if (one.is && one.topic === taken.topic) one.expected.push(number);
            bus.publish(taken.topic, numbered(number));
          } else if (taken.kind === 'subscribe') {
            listening.push({ topic: taken.topic, expected: [], is: true, ...listen(taken.topic) });
          } else if (listening.length > 0) {
            const one = listening[taken.at % listening.length];
            one?.stop();
            if (one !== undefined) one.is = false;
          }
        }
        for (const { heard, expected, stop } of listening) {
          expect(heard).to.deep.equal(expected);
          stop();
        }
        expect(bus.size).to.equal(0);
      }),
      lawParameters()
    );
  });
});
