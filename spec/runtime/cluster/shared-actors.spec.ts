import { expect } from 'chai';
import fc from 'fast-check';
import {
  type AnyActorLogic,
  assign,
  createMachine,
  emit,
  fromCallback,
  fromObservable,
  fromPromise,
  fromTransition,
  type Snapshot,
  setup,
} from 'xstate';
import { createSharedActors } from '../../../runtime/cluster/shared-actors.js';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';
import type { AnyMessage } from '../../../runtime/template/html.js';
import { Calm } from '../../fixtures/calm.js';
import { FakeHost, settled } from '../../fixtures/live-session.js';
import { lawParameters } from '../../laws/parameters.js';

type Counted = Snapshot<unknown> & { readonly context: number };

/** Counts what it is sent; fails over `failed`. */
const counter = fromTransition((count: number, { type }: { type: string }) => {
  if (type === 'failed') throw new Error('of the counter');

  return type === 'counted' ? count + 1 : count;
}, 0);

const counted: AnyMessage = { type: 'counted' };
const failed: AnyMessage = { type: 'failed' };

describe('shared actors', () => {
  let host: FakeHost;
  let actors: ReturnType<typeof createSharedActors>;
  let published: [topic: string, message: AnyMessage][];
  let calm: Calm;

  beforeEach(() => {
    calm = new Calm();
    calm.watch();
    host = new FakeHost();
    published = [];
    actors = createSharedActors({
      clock: host.clock,
      report: host.report,
      defer: (run) => host.defer(run),
      publish: (topic, message) => published.push([topic, message]),
    });
  });

  afterEach(async () => {
    actors.close();
    await settled();
    expect(calm.stop(), 'unhandled errors').to.deep.equal([]);
    expect(host.clock.pending, 'timers').to.equal(0);
    expect(actors.size).to.equal(0);
  });

  /** Lets actors take what waits. */
  function drain(): void {
    while (host.waiting > 0) host.turn();
  }

  /** Watches and notes. */
  function watch<Seen = number>(
    name: string,
    read: (snapshot: never) => Seen = ((snapshot: Counted) => snapshot.context) as never
  ): { readonly seen: Seen[]; readonly stop: () => void } {
    const seen: Seen[] = [];

    return { seen, stop: actors.watch(name, (snapshot) => seen.push(read(snapshot as never))) };
  }

  const messages = (): string[] => host.reports.map(({ error }) => (error as Error).message);

  it('tells of the present snapshot and each change', () => {
    const early = watch('room');
    expect(early.seen).to.deep.equal([]);
    actors.start('room', counter);
    expect(early.seen).to.deep.equal([0]);
    actors.send('room', counted);
    actors.send('room', counted);
    drain();
    const late = watch('room');
    actors.send('room', counted);
    drain();
    early.stop();
    actors.send('room', counted);
    drain();
    expect(early.seen).to.deep.equal([0, 1, 2, 3]);
    expect(late.seen).to.deep.equal([2, 3, 4]);
    expect(host.reports).to.deep.equal([]);
  });

  it('starts actors of all kinds of logic, with their input', async () => {
    const outputs: Record<string, unknown> = {};
    const inputs: Record<string, AnyActorLogic> = {
      transition: fromTransition(
        (state) => state,
        ({ input }: { input: unknown }) => input
      ),
      machine: createMachine({ context: ({ input }: { input: unknown }) => ({ input }) } as never),
      promise: fromPromise(async ({ input }) => input),
      callback: fromCallback(({ input }) => {
        outputs['callback'] = input;
      }),
      observable: fromObservable((({ input }: { input: unknown }) => ({
        subscribe: ({ next }: { next: (value: unknown) => void }) => {
          next(input);
          return { unsubscribe: () => {} };
        },
      })) as never) as AnyActorLogic,
    };
    for (const [name, logic] of Object.entries(inputs)) {
      actors.start(name, logic, { input: name });
      actors.watch(name, (snapshot) => {
        outputs[name] ??= (snapshot as Counted).context ?? snapshot.output;
      });
    }
    await settled();
    expect(outputs).to.deep.equal({
      transition: 'transition',
      machine: { input: 'machine' },
      promise: 'promise',
      callback: 'callback',
      observable: 'observable',
    });
  });

  it('runs them on the clock of the runtime', () => {
    const light = createMachine({
      initial: 'red',
      states: { red: { after: { 1000: 'green' } }, green: { after: { 1000: 'red' } } },
    });
    actors.start('light', light);
    const { seen } = watch('light', ({ value }: { value: string }) => value);
    host.clock.advance(2_500);
    expect(seen).to.deep.equal(['red', 'green', 'red']);
  });

  it('publishes what they emit on the topic of their name, from their start on', () => {
    const room = createMachine({
      entry: emit({ type: 'opened' }),
      on: {
        said: { actions: emit(({ event }) => ({ type: 'heard', text: (event as unknown as { text: string }).text })) },
      },
    });
    actors.start('room', room);
    actors.send('room', { type: 'said', text: 'hello' } as AnyMessage);
    drain();
    expect(published).to.deep.equal([
      ['room', { type: 'opened' }],
      ['room', { type: 'heard', text: 'hello' }],
    ]);
  });

  it('reports what cannot be published; the actor lives', () => {
    const refusing = createSharedActors({
      clock: host.clock,
      report: host.report,
      defer: (run) => host.defer(run),
      publish: () => {
        throw new TroupeError(ErrorCode.Topic, 'not allowed');
      },
    });
    refusing.start('room', createMachine({ entry: emit({ type: 'opened' }) }));
    expect(host.codes).to.deep.equal([ErrorCode.Topic]);
    refusing.close();
  });

  it('throws an error for a name that is taken, a name that is none and a logic that is none', () => {
    actors.start('room', counter);
    expect(() => actors.start('room', counter))
      .to.throw(
        TroupeError,
        "actor('room', logic): the shared actor 'room' exists already. Choose another name, or stop that actor first."
      )
      .with.property('code', ErrorCode.SharedActor);
    expect(() => actors.start('', counter)).to.throw('actor was given 0 characters');
    expect(() => actors.start('other', {} as never)).to.throw("actor('other', logic): [object Object] is not XState");
    expect(() => actors.send('room', { type: 'xstate.stop' })).to.throw("send('room', event): an event is");
    expect(() => actors.watch('', () => {})).to.throw('watch was given 0 characters');
  });

  it('reports events for an absent actor', () => {
    actors.send('absent', counted);
    expect(host.codes).to.deep.equal([ErrorCode.Effect]);
    expect(messages()).to.deep.equal(["'counted' was sent to 'absent' and dropped: no shared actor has that name."]);
  });

  it('keeps the last snapshot of one that is finished, and reports events for it', async () => {
    actors.start(
      'config',
      fromPromise(async () => 'loaded')
    );
    await settled();
    const { seen } = watch('config', ({ output }: { output: unknown }) => output);
    expect(seen).to.deep.equal(['loaded']);
    actors.send('config', counted);
    expect(messages()).to.deep.equal(["'counted' was sent to 'config' and dropped: that shared actor has finished."]);
    expect(() => actors.start('config', counter)).to.throw("'config' exists already, though it is finished.");
    actors.stop('config');
    actors.start('config', counter);
  });

  it('stops them, with their children; those who watch wait for the next', () => {
    const log: string[] = [];
    const child = fromCallback(() => () => log.push('child stopped'));
    actors.start('room', createMachine({ invoke: { src: child }, context: 7 } as never));
    const { seen } = watch('room');
    actors.send('room', counted);
    actors.stop('room');
    actors.stop('room');
    actors.stop('absent');
    drain();
    expect(log).to.deep.equal(['child stopped']);
    const late = watch('room');
    expect(late.seen).to.deep.equal([]);
    actors.start('room', counter);
    expect([seen, late.seen]).to.deep.equal([[7, 0], [0]]);
  });

  it('drops names without an actor and without a watcher', () => {
    const stops = Array.from({ length: 100 }, (_, at) => watch(`room ${at % 10}`).stop);
    expect(actors.size).to.equal(10);
    actors.start('room 0', counter);
    for (const stop of [...stops, ...stops]) stop();
    expect(actors.size).to.equal(1);
    actors.stop('room 0');
    expect(actors.size).to.equal(0);
  });

  it('takes what waits when it is closed, and does nothing afterwards', () => {
    actors.start('room', counter);
    const { seen } = watch('room');
    actors.send('room', counted);
    actors.close();
    drain();
    actors.send('room', counted);
    actors.watch('room', () => seen.push(-1))();
    expect(() => actors.start('room', counter)).to.throw("actor('room', logic): the server is closed.");
    expect(seen).to.deep.equal([0, 1]);
  });

  // FAILURE -------------------------------------------------------------------

  describe('one that fails over an event', () => {
    it('continues from its last good state; only the event under way is lost', () => {
      actors.start('room', counter);
      const { seen } = watch('room');
      host.clock.advance(1_000);
      for (const event of [counted, failed, counted]) actors.send('room', event);
      drain();
      expect(seen).to.deep.equal([0, 1]);
      host.clock.advance(0);
      drain();
      expect(seen).to.deep.equal([0, 1, 2]);
      expect(host.codes).to.deep.equal([ErrorCode.SharedActor]);
      expect(messages()).to.deep.equal([
        "The shared actor 'room' failed: of the counter. It continues from its last good state at once.",
      ]);
      expect(host.reports[0]?.error).to.have.property('cause').with.property('message', 'of the counter');
    });

    it('is replaced ten times a second at the most, and never given up', () => {
      actors.start('room', counter);
      for (let event = 0; event < 50; event++) actors.send('room', failed);
      actors.send('room', counted);
      const { seen } = watch('room');
      const step = (milliseconds: number): void => {
        host.clock.advance(milliseconds);
        drain();
      };
      drain();
      for (let at = 0; at < 49; at++) step(100);
      expect(host.reports).to.have.length(50);
      expect(seen).to.deep.equal([0]);
      step(100);
      expect(seen).to.deep.equal([0, 1]);
    });
  });

  describe('one that fails by itself', () => {
    it('is replaced at once and then after growing pauses, 8 times, then stays stopped', () => {
      const starts: number[] = [];
      const begin = host.clock.now();
      const failing = fromCallback(() => {
        starts.push(host.clock.now() - begin);
        throw new Error('at the start');
      });
      actors.start('link', failing);
      actors.send('link', counted);
      for (let at = 0; at < 300; at++) host.clock.advance(100);
      expect(starts).to.deep.equal([0, 0, 100, 300, 700, 1_500, 3_100, 6_300, 12_700]);
      actors.send('link', counted);
      expect(messages().slice(-3)).to.deep.equal([
        "1 events that waited for 'link' were dropped: that shared actor failed too often.",
        "The shared actor 'link' failed: at the start. It failed 9 times and stays stopped.",
        "'counted' was sent to 'link' and dropped: that shared actor failed too often.",
      ]);
      expect(() => actors.start('link', counter)).to.throw("'link' exists already, though it is down.");
      actors.stop('link');
      actors.start('link', counter);
      expect(watch('link').seen).to.deep.equal([0]);
    });

    it('counts from the beginning after a calm time', async () => {
      let tries = 0;
      const lasting = fromPromise(async () => {
        tries++;
        await new Promise<void>((resolve) => host.clock.setTimeout(resolve, 10_000));
        throw new Error('lost');
      });
      actors.start('link', lasting);
      for (let at = 0; at < 20; at++) {
        host.clock.advance(10_000);
        await settled();
        host.clock.advance(0);
      }
      expect(tries).to.equal(21);
      expect(
        messages().every((message) => message.endsWith('It continues from its last good state at once.'))
      ).to.equal(true);
      actors.stop('link');
      host.clock.advance(10_000);
      await settled();
    });

    it('keeps its last snapshot for its watchers when it stays stopped', async () => {
      const logic = fromTransition((state: number) => state + 1, 7);
      const crumbling = {
        ...logic,
        start: () => {
          throw new Error('at the start');
        },
      };
      actors.start('room', crumbling as AnyActorLogic);
      host.clock.advance(60_000);
      expect(host.reports).to.have.length(9);
      expect(watch('room').seen).to.deep.equal([]);
      let alive = true;
      const fading = fromCallback(({ sendBack }) => {
        if (!alive) throw new Error('gone');
        host.clock.setTimeout(() => sendBack({ type: 'faded' }), 5);
      });
      const machine = setup({ actors: { fading } }).createMachine({
        invoke: { src: 'fading' },
        on: {
          faded: {
            actions: () => {
              alive = false;
              throw new Error('faded');
            },
          },
        },
      });
      actors.start('other', machine);
      const early = watch('other', ({ status }: { status: string }) => status);
      host.clock.advance(60_000);
      expect(early.seen).to.deep.equal(['active']);
      expect(watch('other', ({ status }: { status: string }) => status).seen).to.deep.equal(['active']);
      expect(messages().at(-1)).to.include('stays stopped');
    });

    it('if its init throws, is waited for', () => {
      let tries = 0;
      const logic = fromTransition(
        (state: number) => state,
        () => {
          if (tries++ < 2) throw new Error('no state yet');
          return 5;
        }
      );
      const { seen } = watch('room');
      actors.start('room', logic);
      host.clock.advance(100);
      expect(seen).to.deep.equal([5]);
    });

    it('if a promise rejects, is run again with its input', async () => {
      let tries = 0;
      const logic = fromPromise(async ({ input }) => {
        if (tries++ < 2) throw new Error('rejected');
        return input;
      });
      actors.start('load', logic, { input: 'file' });
      const { seen } = watch('load', ({ output }: { output: unknown }) => output);
      for (let at = 0; at < 3; at++) {
        await settled();
        host.clock.advance(100);
      }
      expect(seen.at(-1)).to.equal('file');
      expect(host.codes).to.deep.equal([ErrorCode.SharedActor, ErrorCode.SharedActor]);
    });
  });

  describe('a machine that fails', () => {
    const log: string[] = [];
    const ticking = fromCallback(({ sendBack }) => {
      log.push('started');
      const timer = setInterval(() => sendBack({ type: 'counted' }), 1_000_000);
      return () => {
        clearInterval(timer);
        log.push('stopped');
      };
    });
    const fails = (): never => {
      throw new Error('of an action');
    };

    beforeEach(() => void log.splice(0));

    it('has its children stopped and started anew, and keeps its state', () => {
      const logic = setup({ types: {} as { context: { count: number } }, actors: { ticking } }).createMachine({
        context: { count: 0 },
        invoke: { src: 'ticking' },
        on: { counted: { actions: assign({ count: ({ context }) => context.count + 1 }) }, failed: { actions: fails } },
      });
      actors.start('room', logic);
      const { seen } = watch('room', ({ context }: { context: { count: number } }) => context.count);
      host.clock.advance(1_000);
      for (const event of [counted, failed, counted]) actors.send('room', event);
      drain();
      expect(log).to.deep.equal(['started', 'stopped']);
      host.clock.advance(0);
      drain();
      expect(log).to.deep.equal(['started', 'stopped', 'started']);
      expect(seen).to.deep.equal([0, 1, 2]);
    });

    it('keeps its timers', () => {
      const logic = createMachine({
        initial: 'red',
        states: { red: { after: { 1000: 'green' } }, green: {} },
        on: { failed: { actions: fails } },
      });
      actors.start('light', logic);
      const { seen } = watch('light', ({ value }: { value: string }) => value);
      host.clock.advance(400);
      actors.send('light', failed);
      drain();
      host.clock.advance(599);
      expect(seen.at(-1)).to.equal('red');
      host.clock.advance(1);
      expect(seen.at(-1)).to.equal('green');
    });

    it('keeps its timers over a second failure, and those of its children', () => {
      const child = createMachine({ after: { 500: { actions: () => log.push('child waited') } } });
      const logic = createMachine({
        invoke: { src: child, id: 'child' },
        after: { 700: { actions: () => log.push('waited') } },
        on: { failed: { actions: fails } },
      });
      actors.start('room', logic);
      for (let at = 0; at < 3; at++) {
        host.clock.advance(110);
        actors.send('room', failed);
        drain();
      }
      expect(log).to.deep.equal([]);
      host.clock.advance(170);
      expect(log).to.deep.equal(['child waited']);
      host.clock.advance(200);
      expect(log).to.deep.equal(['child waited', 'waited']);
    });

    it('because a child of it does, goes on with that child alive again', async () => {
      let tries = 0;
      const load = fromPromise(async () => {
        if (tries++ === 0) throw new Error('of a child');
        return 'loaded';
      });
      const logic = createMachine({
        initial: 'loading',
        states: { loading: { invoke: { src: load, onDone: 'ready' } }, ready: {} },
      });
      actors.start('room', logic);
      const { seen } = watch('room', ({ value }: { value: string }) => value);
      await settled();
      host.clock.advance(0);
      await settled();
      expect(seen.at(-1)).to.equal('ready');
      expect(host.codes).to.deep.equal([ErrorCode.SharedActor]);
    });
  });

  it('takes an event of one id once', () => {
    actors.start(
      'room',
      fromTransition((count: number, _event: { type: 'counted' }) => count + 1, 0)
    );
    for (const id of ['a', 'b', 'a', undefined, undefined]) actors.send('room', { type: 'counted' }, id);
    while (host.waiting > 0) host.turn();
    const { seen } = watch('room', ({ context }: { context: number }) => context);
    expect(seen.at(-1)).to.equal(4);
  });

  it('reports one that fails while it is stopped, and leaves it', () => {
    const stubborn = {
      ...fromTransition((state: number, _event: { type: string }) => state, 0),
      config: undefined,
      transition: () => {
        throw new Error('at the stop');
      },
    } as unknown as AnyActorLogic;
    actors.start('room', stubborn);
    actors.stop('room');
    expect(messages()).to.deep.equal(["The shared actor 'room' failed: at the stop. It had been stopped."]);
  });

  it('reports a watcher that throws; the others are notified', () => {
    actors.watch('room', () => {
      throw new Error('of a watcher');
    });
    const { seen } = watch('room');
    actors.start('room', counter);
    expect(seen).to.deep.equal([0]);
    expect(host.codes).to.deep.equal([ErrorCode.Internal]);
  });

  // STORMS --------------------------------------------------------------------

  describe('in a storm', () => {
    it('lets actors that answer each other leave others their time, and does not run deep', () => {
      let left = 50_000;
      const answering = (other: string) =>
        fromTransition((state: number) => {
          if (left-- > 0) actors.send(other, counted);
          return state + 1;
        }, 0);
      actors.start('a', answering('b'));
      actors.start('b', answering('a'));
      actors.start('c', counter);
      actors.send('a', counted);
      const { seen } = watch('c');
      host.turn();
      expect(left).to.be.greaterThan(49_000);
      actors.send('c', counted);
      host.turn();
      expect(seen).to.deep.equal([0, 1]);
      drain();
      expect(left).to.be.lessThan(1);
      expect(host.reports).to.deep.equal([]);
    });

    it('drops what is more than 10,000 events for one actor, and reports it once', () => {
      actors.start('room', counter);
      actors.start('other', counter);
      const [room, other] = [watch('room'), watch('other')];
      for (let event = 0; event < 10_100; event++) actors.send('room', counted);
      actors.send('other', counted);
      host.turn();
      expect(other.seen).to.deep.equal([0, 1]);
      drain();
      expect(room.seen.at(-1)).to.equal(10_000);
      expect(host.codes).to.deep.equal([ErrorCode.Overflow]);
    });
  });

  it('tells each watcher a gapless run of the snapshots, from the present one on (law)', () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('send', 'watch', 'watchIn', 'unwatch') },
      { weight: 2, arbitrary: fc.constantFrom('fail', 'turn', 'wait', 'start') }
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(step, fc.nat()), { maxLength: 80 }), (steps) => {
        const history: unknown[] = [];
        const watching: { readonly seen: unknown[]; from: number; to: number | undefined; stop: () => void }[] = [];
        const add = (): void => {
          const seen: unknown[] = [];
          const from = Math.max(0, history.length - 1);
          const one = { seen, from, to: undefined, stop: () => {} };
          watching.push(one);
          one.stop = actors.watch('room', (snapshot) => seen.push(snapshot));
        };
        let inside = 0;
        const stop = actors.watch('room', (snapshot) => {
          history.push(snapshot);
          for (; inside > 0; inside--) add();
        });
        let started = false;
        for (const [kind, at] of steps) {
          const one = watching[at % Math.max(1, watching.length)];
          if (kind === 'send' && started) actors.send('room', counted);
          else if (kind === 'fail' && started) actors.send('room', failed);
          else if (kind === 'watch') add();
          else if (kind === 'watchIn') inside++;
          else if (kind === 'turn') host.turn();
          else if (kind === 'wait') host.clock.advance(100);
          else if (kind === 'start' && !started) {
            actors.start('room', counter);
            started = true;
          } else if (kind === 'unwatch' && one !== undefined && one.to === undefined) {
            one.stop();
            one.to = history.length;
          }
        }
        for (const { seen, from, to, stop: end } of watching) {
          expect(seen).to.deep.equal(history.slice(from, to));
          expect(seen.every((snapshot, index) => snapshot === history[from + index])).to.equal(true);
          end();
        }
        const numbers = history.map((snapshot) => (snapshot as Counted).context);
        expect(numbers).to.deep.equal(numbers.map((_, index) => index));
        stop();
        actors.stop('room');
      }),
      lawParameters()
    );
  });

  describe('for the inspector', () => {
    it('is undefined for a name without an actor, and absent for a watched one', () => {
      expect(actors.look('room')).to.equal(undefined);
      const { stop } = watch('room');
      expect(actors.look('room')).to.include({ standing: 'absent', mailbox: 0, failures: 0, logic: undefined });
      stop();
      expect(actors.look('room')).to.equal(undefined);
    });

    it('says since when it runs, what waits for it, and what it runs', () => {
      host.clock.advance(500);
      actors.start('room', counter);
      actors.send('room', counted);
      actors.send('room', counted);
      expect(actors.look('room')).to.deep.equal({
        ...{ standing: 'running', mailbox: 2, since: 1_000_500, failures: 0, logic: counter },
      });
      drain();
      expect(actors.look('room')?.mailbox).to.equal(0);
    });

    it('counts what has failed, over an event or by itself', () => {
      actors.start('room', counter);
      actors.send('room', failed);
      drain();
      expect(actors.look('room')).to.include({ standing: 'waiting', failures: 1 });
      host.clock.advance(1_000);
      expect(actors.look('room')).to.include({ standing: 'running', failures: 1 });
      actors.start(
        'link',
        fromCallback(() => {
          throw new Error('at the start');
        })
      );
      const standings = new Set<string | undefined>();
      for (let at = 0; at < 300; at++) {
        standings.add(actors.look('link')?.standing);
        host.clock.advance(100);
      }
      standings.add(actors.look('link')?.standing);
      expect([...standings]).to.deep.equal(['waiting', 'down']);
      expect(actors.look('link')?.failures).to.equal(9);
    });

    it('knows one that has come to its end', async () => {
      actors.start(
        'work',
        fromPromise(async () => 'done')
      );
      await settled();
      expect(actors.look('work')?.standing).to.equal('finished');
    });
  });
});
