import { expect } from 'chai';
import { ErrorCode, type TroupeError } from '../../../runtime/platform/errors.js';
import { every } from '../../../runtime/subscription/every.js';
import { type GeneratorContext, generator } from '../../../runtime/subscription/generator.js';
import type { Subscription, Subscriptions } from '../../../runtime/subscription/subscription-set.js';
import { Calm } from '../../fixtures/calm.js';
import { settled } from '../../fixtures/live-session.js';
import { type FakePort, type Message, Subscribing } from '../../fixtures/subscribing.js';

describe('generator', () => {
  let subscribing: Subscribing;
  let port: FakePort;
  let subscriptions: Subscriptions;

  beforeEach(() => {
    subscribing = new Subscribing();
    ({ port, subscriptions } = subscribing);
  });

  afterEach(() => subscribing.end());

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

  it('causes no unhandled rejection by a sleep that it does not await', async () => {
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
    expect((port.reports as TroupeError[]).map(({ code }) => code)).to.deep.equal([ErrorCode.GeneratorNotEnding]);
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
      'a sync one throws before it yields': () =>
        // biome-ignore lint/correctness/useYield: it never comes to that
        generator<Message>('failing', function* () {
          throw new Error('failed');
        }),
      'its iterator rejects': () =>
        generator<Message>('failing', () => ({ next: () => Promise.reject(new Error('failed')) })),
    };
    for (const [when, make] of Object.entries(failing)) {
      it(`is given up and reported once, and harms no neighbour, if ${when}`, async () => {
        subscriptions.update([make(), every(10, { type: 'ticked' })]);
        await port.pass(4_000, 10);
        expect(port.faults).to.deep.equal([
          "The subscription 'generator failing' failed 6 times in a row and was stopped until its key has been absent once. Last: Error: failed",
        ]);
        expect(port.reports[0]).to.have.property('code', ErrorCode.Subscription);
        expect(port.types.filter((type) => type === 'ticked')).to.have.length(400);
        expect(subscriptions.size).to.equal(2);
      });
    }

    for (const [kind, make] of [
      [
        'async',
        async function* (): AsyncGenerator<Message> {
          yield { type: 'came' };
          throw new Error('failed');
        },
      ],
      [
        'sync',
        function* (): Generator<Message> {
          yield { type: 'came' };
          throw new Error('failed');
        },
      ],
    ] as const) {
      it(`is started anew if it is ${kind} and throws after a message`, async () => {
        subscriptions.update([generator<Message>('failing', make as () => Generator<Message>)]);
        await settled();
        expect(port.types).to.deep.equal(['came']);
        await port.pass(49, 49);
        expect(port.types).to.deep.equal(['came']);
        await port.pass(1, 1);
        expect(port.types).to.deep.equal(['came', 'came']);
        expect(port.reports).to.deep.equal([]);
      });
    }

    it('has its signal aborted before it is started anew, with another', async () => {
      const signals: AbortSignal[] = [];
      subscriptions.update([
        generator<Message>('failing', ({ signal }) => {
          signals.push(signal);
          throw new Error('failed');
        }),
      ]);
      await port.pass(50);
      expect(signals.map(({ aborted }) => aborted)).to.deep.equal([true, true]);
      expect(new Set(signals).size).to.equal(2);
    });

    it('is not started anew once it has returned', async () => {
      let starts = 0;
      const once = generator<Message>('once', async function* () {
        starts++;
        yield { type: 'came' };
      });
      subscriptions.update([once]);
      await port.pass(120_000, 10_000);
      expect(starts).to.equal(1);
    });

    const stubborn: { readonly [what: string]: () => Subscription<Message> } = {
      "an async one's finally block throws": () =>
        generator<Message>('failing', async function* () {
          try {
            for (;;) yield { type: 'came' };
          } finally {
            // biome-ignore lint/correctness/noUnsafeFinally: that is what is tried
            throw new Error('failed');
          }
        }),
      "a sync one's finally block throws": () =>
        generator<Message>('failing', function* () {
          try {
            for (;;) yield { type: 'came' };
          } finally {
            // biome-ignore lint/correctness/noUnsafeFinally: that is what is tried
            throw new Error('failed');
          }
        }),
      'what it waits for rejects': () =>
        generator<Message>('failing', async function* ({ sleep }) {
          await sleep(1e9).catch(() => {
            throw new Error('failed');
          });
          yield { type: 'came' };
        }),
    };
    for (const [what, make] of Object.entries(stubborn)) {
      it(`is reported at once, and once, if ${what} at the stop`, async () => {
        port.isQuick = false;
        subscriptions.update([make(), every(10, { type: 'ticked' })]);
        await port.turn();
        subscriptions.update([every(10, { type: 'ticked' })]);
        await port.turn();
        expect(port.faults).to.deep.equal(['failed']);
        await port.pass(10_000, 1_000);
        expect(port.faults).to.deep.equal(['failed']);
        expect(port.types).to.include('ticked');
      });
    }

    it('reports what it returned if that is no generator', async () => {
      for (const wrong of [() => undefined, () => Promise.reject(new Error('unheard')), () => [1, 2], () => 'text']) {
        subscriptions.update([generator<Message>('wrong', wrong as never)]);
        await port.pass(4_000);
        subscriptions.update([]);
      }
      expect(port.reports).to.have.length(4);
      expect((port.reports[0] as Error).cause).to.have.property(
        'message',
        "generator('wrong', fn): fn returned undefined; it is a generator function, function* or async function*."
      );
    });

    it('reports a yielded promise, handles its rejection, and ends', async () => {
      const calm = new Calm();
      calm.watch();
      let ended = 0;
      subscriptions.update([
        generator<Message>('hasty', function* () {
          try {
            yield Promise.reject(new Error('unheard')) as never;
          } finally {
            ended++;
          }
        }),
      ]);
      await port.pass(4_000);
      expect(calm.stop()).to.deep.equal([]);
      expect(port.delivered).to.deep.equal([]);
      expect(ended).to.equal(6);
      expect(port.reports).to.have.length(1);
      expect((port.reports[0] as Error).cause).to.have.property(
        'message',
        "generator('hasty', fn): fn yielded a promise. Write async function*, which waits for what it yields."
      );
    });

    it('is reported though what it throws is no error', async () => {
      for (const odd of [null, undefined, Object.create(null) as unknown]) {
        subscriptions.update([
          // biome-ignore lint/correctness/useYield: it never comes to that
          generator<Message>('odd', async function* () {
            throw odd;
          }),
        ]);
        await port.pass(4_000);
        expect(port.reports.splice(0)).to.have.nested.property('[0].cause', odd);
        subscriptions.update([]);
      }
    });
  });
});
