import { expect } from 'chai';
import { type AnyActorRef, createActor, createMachine } from 'xstate';
import { createSimulatedClock, type SimulatedClock } from '../../runtime/clock.js';
import { ErrorCode, TroupeError } from '../../runtime/errors.js';
import type { AnyMessage } from '../../runtime/html.js';
import {
  every,
  type GeneratorContext,
  generator,
  type Port,
  Subscription,
  Subscriptions,
} from '../../runtime/subscriptions.js';
import { Calm } from '../fixtures/calm.js';
import { settled, until } from '../fixtures/live-session.js';

type Message = { readonly type: string; readonly number?: number };

/** Takes messages when the spec says so. */
class FakePort implements Port {
  readonly clock: SimulatedClock = createSimulatedClock(5_000);
  readonly hub = { subscribe: () => () => {}, watch: () => () => {} };
  readonly delivered: AnyMessage[] = [];
  readonly reports: unknown[] = [];
  /** Whether messages are taken as soon as they come. */
  isQuick = true;
  #waiting: (() => void)[] = [];

  readonly deliver = (message: AnyMessage): Promise<void> => {
    this.delivered.push(message);

    return this.isQuick ? Promise.resolve() : new Promise((resolve) => void this.#waiting.push(resolve));
  };

  readonly report = (error: unknown): void => void this.reports.push(error);

  get types(): string[] {
    return this.delivered.map(({ type }) => type);
  }

  /** A turn takes what waits. */
  async turn(): Promise<void> {
    for (const resolve of this.#waiting.splice(0)) resolve();
    await settled();
  }
}

const codes = (reports: readonly unknown[]): unknown[] => reports.map((error) => (error as TroupeError).code);

describe('subscriptions', () => {
  let port: FakePort;
  let subscriptions: Subscriptions;
  let calm: Calm;
  let actors: string[];

  beforeEach(() => {
    port = new FakePort();
    calm = new Calm();
    calm.watch();
    actors = [];
    const root = createActor(createMachine({ on: { 'xstate.error.actor.*': {} } }), {
      inspect: (event) => {
        if (event.type === '@xstate.actor') actors.push((event.actorRef as AnyActorRef).id);
      },
    });
    root.subscribe({ error: port.report });
    root.start();
    subscriptions = new Subscriptions(root, port);
  });

  afterEach(async () => {
    subscriptions.stop();
    await settled();
    expect(calm.stop(), 'what nobody caught').to.deep.equal([]);
  });

  /** A subscription that notes its life. */
  const noting = (key: string, log: string[]): Subscription<Message> =>
    new Subscription('noting', `noting ${key}`, () => {
      log.push(`+${key}`);

      return () => void log.push(`-${key}`);
    });

  describe('by key', () => {
    it('starts what appears and stops what disappears, each as an actor', () => {
      const log: string[] = [];
      const [a, b, c] = ['a', 'b', 'c'].map((key) => noting(key, log)) as [
        Subscription<Message>,
        Subscription<Message>,
        Subscription<Message>,
      ];
      subscriptions.update([a, b]);
      expect(log.splice(0)).to.deep.equal(['+a', '+b']);
      subscriptions.update([b, c]);
      expect(log.splice(0)).to.deep.equal(['-a', '+c']);
      subscriptions.update([c, b]);
      expect(log).to.deep.equal([]);
      expect(subscriptions.size).to.equal(2);
      expect(actors).to.include.members(['noting a', 'noting b', 'noting c']);
      subscriptions.stop();
      expect(log).to.have.members(['-b', '-c']);
      expect(subscriptions.size).to.equal(0);
    });

    it('leaves out what is falsy', () => {
      const log: string[] = [];
      subscriptions.update([null, undefined, false, noting('a', log)]);
      expect(subscriptions.size).to.equal(1);
    });

    it('starts again what has been away', () => {
      const log: string[] = [];
      const a = noting('a', log);
      subscriptions.update([a]);
      subscriptions.update([]);
      subscriptions.update([a]);
      expect(log).to.deep.equal(['+a', '-a', '+a']);
    });

    it('throws an error for two generators with one key, and starts and stops nothing', () => {
      const log: string[] = [];
      subscriptions.update([noting('a', log)]);
      const twice = (): Subscription<Message> => generator('twin', async function* () {});
      expect(() => subscriptions.update([twice(), noting('b', log), twice()]))
        .to.throw(
          TroupeError,
          "Two subscriptions have the key 'generator twin'. Give each generator of a component a key of its own."
        )
        .with.property('code', ErrorCode.DuplicateKey);
      expect(log).to.deep.equal(['+a']);
      expect(subscriptions.size).to.equal(1);
    });

    it('reports one that throws when it starts or stops; its neighbours live', () => {
      const log: string[] = [];
      const failing = new Subscription<Message>('failing', 'failing start', () => {
        throw new Error('no start');
      });
      const stubborn = new Subscription<Message>('failing', 'failing stop', () => () => {
        throw new Error('no stop');
      });
      subscriptions.update([noting('a', log), failing, stubborn, noting('b', log)]);
      expect(log.splice(0)).to.deep.equal(['+a', '+b']);
      subscriptions.update([noting('b', log)]);
      expect(log).to.deep.equal(['-a']);
      subscriptions.update([noting('b', log), noting('c', log)]);
      expect(log).to.deep.equal(['-a', '+c']);
      expect(port.reports.map((error) => (error as Error).message)).to.deep.equal(['no start', 'no stop']);
    });
  });

  describe('every', () => {
    it('sends its message after each interval, first after one', () => {
      subscriptions.update([every(100, { type: 'ticked' })]);
      port.clock.advance(99);
      expect(port.types).to.deep.equal([]);
      port.clock.advance(1);
      expect(port.types).to.deep.equal(['ticked']);
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
      const lagging = new Subscriptions(createActor(createMachine({})).start(), { ...port, clock: late });
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
      expect(actors.filter((id) => id.startsWith('every'))).to.have.length(1);
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
  });

  describe('generator', () => {
    it('sends what an async generator yields, each when the last was taken', async () => {
      port.isQuick = false;
      subscriptions.update([
        generator<Message>('numbers', async function* () {
          for (let number = 0; ; number++) yield { type: 'numbered', number };
        }),
      ]);
      await settled();
      expect(port.delivered).to.have.length(1);
      await port.turn();
      await port.turn();
      expect(port.delivered).to.deep.equal([0, 1, 2].map((number) => ({ type: 'numbered', number })));
    });

    it('lets a sync generator yield once per turn', async () => {
      port.isQuick = false;
      let asked = 0;
      subscriptions.update([
        generator<Message>('numbers', function* () {
          for (;;) yield { type: 'numbered', number: asked++ };
        }),
      ]);
      await settled();
      expect(asked).to.equal(1);
      await port.turn();
      expect(asked).to.equal(2);
    });

    it('sleeps on the clock of the runtime', async () => {
      subscriptions.update([
        generator<Message>('sleeper', async function* ({ sleep }) {
          for (;;) {
            await sleep(50);
            yield { type: 'woke' };
          }
        }),
      ]);
      for (const expected of [1, 2, 3]) {
        port.clock.advance(50);
        await settled();
        expect(port.delivered).to.have.length(expected);
      }
    });

    it('takes no message out of one that has ended, and starts it again only after its key was away', async () => {
      let starts = 0;
      const once = generator<Message>('once', async function* () {
        starts++;
        yield { type: 'came' };
      });
      subscriptions.update([once]);
      await settled();
      subscriptions.update([once]);
      await settled();
      expect(starts).to.equal(1);
      subscriptions.update([]);
      subscriptions.update([once]);
      await settled();
      expect(starts).to.equal(2);
      expect(port.reports).to.deep.equal([]);
    });

    for (const [kind, make] of [
      [
        'a sleeping',
        async function* ({ sleep }: GeneratorContext, log: string[]): AsyncGenerator<Message> {
          try {
            for (;;) {
              await sleep(10);
              yield { type: 'woke' };
            }
          } finally {
            log.push('finally');
          }
        },
      ],
      [
        'an async, suspended',
        async function* (_context: GeneratorContext, log: string[]): AsyncGenerator<Message> {
          try {
            for (;;) yield { type: 'came' };
          } finally {
            log.push('finally');
          }
        },
      ],
      [
        'a sync',
        function* (_context: GeneratorContext, log: string[]): Generator<Message> {
          try {
            for (;;) yield { type: 'came' };
          } finally {
            log.push('finally');
          }
        },
      ],
    ] as const) {
      it(`runs the finally blocks of ${kind} generator and aborts its signal`, async () => {
        port.isQuick = false;
        const log: string[] = [];
        let signal: AbortSignal | undefined;
        subscriptions.update([
          generator<Message>('finishing', (context) => {
            signal = context.signal;
            return make(context, log) as AsyncGenerator<Message>;
          }),
        ]);
        await settled();
        expect(signal?.aborted).to.equal(false);
        subscriptions.update([]);
        expect(signal?.aborted).to.equal(true);
        await settled();
        await port.turn();
        expect(log).to.deep.equal(['finally']);
        port.clock.advance(10_000);
        await settled();
        expect(port.reports).to.deep.equal([]);
        expect(port.delivered.length).to.be.at.most(1);
        expect(port.clock.pending).to.equal(0);
      });
    }

    it('delivers nothing that it yields after it was stopped', async () => {
      let wake = (): void => {};
      subscriptions.update([
        generator<Message>('late', async function* () {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          yield { type: 'late' };
        }),
      ]);
      await settled();
      subscriptions.update([]);
      wake();
      await settled();
      expect(port.delivered).to.deep.equal([]);
    });

    it('rejects a sleep that is cut short, and one begun after the stop', async () => {
      const reasons: unknown[] = [];
      subscriptions.update([
        generator<Message>('sleeper', async function* ({ sleep, signal }) {
          await sleep(1_000).catch((reason) => reasons.push(reason === signal.reason));
          await sleep(1_000).catch((reason) => reasons.push(reason === signal.reason));
        }),
      ]);
      await settled();
      subscriptions.update([]);
      await settled();
      expect(reasons).to.deep.equal([true, true]);
      expect(port.clock.pending).to.equal(0);
    });

    it('does not disturb the process with a sleep that nobody waits for', async () => {
      subscriptions.update([
        generator<Message>('forgetful', async function* ({ sleep }) {
          void sleep(1_000);
          await sleep(2_000);
          yield { type: 'ticked' };
        }),
      ]);
      await settled();
      subscriptions.update([]);
      await settled();
      expect(port.reports).to.deep.equal([]);
    });

    it('takes a sleep of none, of less and of far too much', async () => {
      subscriptions.update([
        generator<Message>('odd', async function* ({ sleep }) {
          await sleep(0);
          await sleep(-5);
          await sleep(1e12);
          yield { type: 'never' };
        }),
      ]);
      for (let step = 0; step < 5; step++) {
        await settled();
        port.clock.advance(1);
      }
      expect(port.delivered).to.deep.equal([]);
      expect(port.reports).to.deep.equal([]);
    });

    it('reports one that has not ended 5 seconds after its stop, once', async () => {
      let wake = (): void => {};
      subscriptions.update([
        generator<Message>('stuck', async function* () {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }),
      ]);
      await settled();
      subscriptions.update([]);
      port.clock.advance(4_999);
      await settled();
      expect(port.reports).to.deep.equal([]);
      port.clock.advance(1);
      expect(codes(port.reports)).to.deep.equal([ErrorCode.GeneratorNotEnding]);
      expect((port.reports[0] as Error).message).to.include("The generator 'stuck' was stopped 5 s ago");
      wake();
      await settled();
      port.clock.advance(60_000);
      expect(port.reports).to.have.length(1);
    });

    it('does not report one that takes less than 5 seconds to end', async () => {
      let wake = (): void => {};
      subscriptions.update([
        generator<Message>('slow', async function* () {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }),
      ]);
      await settled();
      subscriptions.update([]);
      port.clock.advance(4_000);
      wake();
      await settled();
      port.clock.advance(60_000);
      expect(port.reports).to.deep.equal([]);
    });

    describe('that fails', () => {
      const failing: { readonly [when: string]: () => Subscription<Message> } = {
        'its function throws': () =>
          generator<Message>('failing', () => {
            throw new Error('failed');
          }),
        'it throws before it yields': () =>
          // biome-ignore lint/correctness/useYield: it never comes to that
          generator<Message>('failing', async function* () {
            throw new Error('failed');
          }),
        'it throws later': () =>
          generator<Message>('failing', async function* ({ sleep }) {
            await sleep(5);
            yield { type: 'came' };
            throw new Error('failed');
          }),
        'a sync one throws': () =>
          generator<Message>('failing', function* () {
            yield { type: 'came' };
            throw new Error('failed');
          }),
        'its finally block throws at the stop': () =>
          generator<Message>('failing', async function* () {
            try {
              for (;;) yield { type: 'came' };
            } finally {
              // biome-ignore lint/correctness/noUnsafeFinally: that is what is tried
              throw new Error('failed');
            }
          }),
        "a sync one's finally block throws at the stop": () =>
          generator<Message>('failing', function* () {
            try {
              for (;;) yield { type: 'came' };
            } finally {
              // biome-ignore lint/correctness/noUnsafeFinally: that is what is tried
              throw new Error('failed');
            }
          }),
      };
      for (const [when, make] of Object.entries(failing)) {
        it(`is reported once and harms no neighbour, if ${when}`, async () => {
          subscriptions.update([make(), every(10, { type: 'ticked' })]);
          port.isQuick = false;
          for (let step = 0; step < 3; step++) {
            port.clock.advance(10);
            await port.turn();
          }
          subscriptions.update([every(10, { type: 'ticked' })]);
          await port.turn();
          port.clock.advance(10_000);
          await port.turn();
          expect(port.reports.map((error) => (error as Error).message)).to.deep.equal(['failed']);
          expect(port.types.filter((type) => type === 'ticked').length).to.be.at.least(3);
          expect(subscriptions.size).to.equal(1);
        });
      }

      it('is told what it returned if that is no generator', async () => {
        for (const wrong of [undefined, Promise.resolve(), [1, 2], 'text']) {
          subscriptions.update([generator<Message>('wrong', (() => wrong) as never)]);
          await settled();
          subscriptions.update([]);
        }
        expect(port.reports).to.have.length(4);
        expect((port.reports[0] as Error).message).to.equal(
          "generator('wrong', fn): fn returned undefined; it is a generator function, function* or async function*."
        );
      });

      it('is reported though what it throws is no error', async () => {
        subscriptions.update([
          // biome-ignore lint/correctness/useYield: it never comes to that
          generator<Message>('odd', async function* () {
            throw null;
          }),
        ]);
        await until(() => port.reports.length > 0);
        expect(port.reports).to.deep.equal([null]);
      });
    });
  });
});
