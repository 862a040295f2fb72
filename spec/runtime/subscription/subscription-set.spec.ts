import { expect } from 'chai';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';
import { every } from '../../../runtime/subscription/every.js';
import { generator } from '../../../runtime/subscription/generator.js';
import type { Run } from '../../../runtime/subscription/run.js';
import { Subscription, Subscriptions } from '../../../runtime/subscription/subscription-set.js';
import { task } from '../../../runtime/subscription/task.js';
import { settled } from '../../fixtures/live-session.js';
import { collected, type FakePort, type Message, Subscribing } from '../../fixtures/subscribing.js';

describe('subscriptions', () => {
  let subscribing: Subscribing;
  let port: FakePort;
  let subscriptions: Subscriptions;

  beforeEach(() => {
    subscribing = new Subscribing();
    ({ port, subscriptions } = subscribing);
  });

  afterEach(() => subscribing.end());

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
      expect(subscribing.actors).to.include.members(['noting a', 'noting b', 'noting c']);
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

    it('reports one that throws when it stops; its neighbours live', () => {
      const log: string[] = [];
      const stubborn = new Subscription<Message>('failing', 'failing stop', () => () => {
        throw new Error('no stop');
      });
      subscriptions.update([noting('a', log), stubborn, noting('b', log)]);
      expect(log.splice(0)).to.deep.equal(['+a', '+b']);
      subscriptions.update([noting('b', log)]);
      subscriptions.update([noting('b', log), noting('c', log)]);
      expect(log).to.deep.equal(['-a', '+c']);
      expect(port.faults).to.deep.equal(['no stop']);
    });
  });

  // RESTARTS ------------------------------------------------------------------

  describe('that fail', () => {
    /** One that fails at each start, as long as `isBad` says so, and notes when it was started. */
    const failing = (starts: number[], isBad = (): boolean => true): Subscription<Message> =>
      new Subscription('failing', 'failing one', ({ clock }) => {
        starts.push(clock.now() - 5_000);
        if (isBad()) throw new Error('no start');
        return undefined;
      });

    it('are started anew after pauses that double, and after the sixth failure in a row given up and reported, once', () => {
      const log: string[] = [];
      const starts: number[] = [];
      port.chance = 1;
      subscriptions.update([failing(starts), noting('a', log)]);
      port.clock.advance(3_099);
      expect(port.reports).to.deep.equal([]);
      port.clock.advance(1e6);
      expect(starts).to.deep.equal([0, 100, 300, 700, 1_500, 3_100]);
      expect(port.reports).to.have.length(1);
      expect(port.reports[0]).to.be.instanceOf(TroupeError).and.include({ code: ErrorCode.Subscription });
      expect(port.reports[0]).to.have.nested.property('cause.message', 'no start');
      expect(log, 'a neighbour').to.deep.equal(['+a']);
    });

    it('wait half as long if chance wants it', () => {
      const starts: number[] = [];
      subscriptions.update([failing(starts)]);
      port.clock.advance(1e6);
      expect(starts).to.deep.equal([0, 50, 150, 350, 750, 1_550]);
    });

    it('stay given up however often they are declared, and start anew after they were away', () => {
      const starts: number[] = [];
      subscriptions.update([failing(starts)]);
      port.clock.advance(10_000);
      subscriptions.update([failing(starts)]);
      port.clock.advance(10_000);
      expect(starts.splice(0)).to.have.length(6);
      subscriptions.update([]);
      subscriptions.update([failing(starts)]);
      port.clock.advance(10_000);
      expect(starts).to.have.length(6);
      expect(port.reports).to.have.length(2);
    });

    it('are not started anew once they are stopped', () => {
      const starts: number[] = [];
      subscriptions.update([failing(starts)]);
      subscriptions.update([]);
      expect(port.clock.pending).to.equal(0);
      port.clock.advance(1e6);
      expect(starts).to.deep.equal([0]);
      expect(port.reports).to.deep.equal([]);
    });

    it('are started anew as they are declared by then', () => {
      const [first, second]: number[][] = [[], []];
      subscriptions.update([failing(first as number[])]);
      subscriptions.update([failing(second as number[], () => false)]);
      port.clock.advance(50);
      expect([first, second]).to.deep.equal([[0], [50]]);
    });

    it('that come to work are left alone', () => {
      const starts: number[] = [];
      subscriptions.update([failing(starts, () => starts.length < 3)]);
      port.clock.advance(1e6);
      expect(starts).to.deep.equal([0, 50, 150]);
      expect(port.clock.pending).to.equal(0);
      expect(port.reports).to.deep.equal([]);
    });

    it('count from the start after a run of a minute', () => {
      const runs: Run[] = [];
      const living = new Subscription<Message>('living', 'living one', (run) => {
        runs.push(run);
        return undefined;
      });
      const fail = (): void => runs.at(-1)?.fail(new Error('failed'));
      subscriptions.update([living]);
      for (let round = 0; round < 20; round++) {
        port.clock.advance(60_000);
        fail();
        port.clock.advance(49);
        expect(runs).to.have.length(round + 1);
        port.clock.advance(1);
        expect(runs).to.have.length(round + 2);
      }
      expect(port.reports).to.deep.equal([]);
    });

    it('stop what a failed run has started', () => {
      const log: string[] = [];
      const runs: Run[] = [];
      subscriptions.update([
        new Subscription<Message>('living', 'living one', (run) => {
          runs.push(run);
          log.push('+');
          return () => void log.push('-');
        }),
      ]);
      runs[0]?.fail(new Error('failed'));
      expect(log).to.deep.equal(['+', '-']);
      port.clock.advance(50);
      expect(log).to.deep.equal(['+', '-', '+']);
      subscriptions.update([]);
      expect(log).to.deep.equal(['+', '-', '+', '-']);
    });
  });

  // MEMORY --------------------------------------------------------------------

  it('let go of what is stopped, has failed or is done', async () => {
    const kept: WeakRef<object>[] = [];
    const heavy = (): object => {
      const load = { load: new Array(1_000).fill(0) };
      kept.push(new WeakRef(load));
      return load;
    };
    const keys = ['stopped', 'failed'];
    const declare = (key: string): Subscription<Message> =>
      new Subscription('heavy', key, (run) => {
        const load = heavy();
        if (key === 'failed') run.fail(new Error('failed'));
        return () => void load;
      });
    subscriptions.update(keys.map(declare));
    subscriptions.update([declare('failed')]);
    await port.pass(4_000);
    expect(kept).to.have.length(7);
    await collected();
    expect(kept.filter((reference) => reference.deref() !== undefined)).to.deep.equal([]);
    expect(subscriptions.size).to.equal(1);
  });

  describe('that were stored', () => {
    const marking = (key: string, seen: unknown[], isEarly = false): Subscription<Message> =>
      new Subscription<Message>(
        'marking',
        `marking ${key}`,
        (run) => {
          seen.push([key, run.isRestored, run.image]);
          if (key === 'fails' && run.image !== undefined) throw new Error('no');
          run.mark ??= { at: typeof run.image === 'number' ? run.image : 1, order: 0 };
          return undefined;
        },
        undefined,
        isEarly
      );

    it('know it in their first run, and in no other', async () => {
      const seen: unknown[] = [];
      const image = { 'marking a': 7, 'marking fails': true } as const;
      const restored = new Subscriptions(() => subscribing.root, port, image);
      restored.update([marking('a', seen), marking('b', seen), marking('fails', seen)]);
      expect(seen.splice(0)).to.deep.equal([
        ['a', true, 7],
        ['b', true, undefined],
        ['fails', true, true],
      ]);
      await port.pass(2_000);
      restored.update([marking('c', seen)]);
      restored.update([marking('a', seen)]);
      expect(seen).to.deep.equal([
        ['fails', false, undefined],
        ['c', false, undefined],
        ['a', false, undefined],
      ]);
      restored.stop();
    });

    it('are not told so in a session that begins', () => {
      const seen: unknown[] = [];
      subscriptions.update([marking('a', seen)]);
      expect(seen).to.deep.equal([['a', false, undefined]]);
      expect(subscriptions.save()).to.deep.equal({ 'marking a': 1 });
    });

    it('are stored again as they were as long as they have not begun', () => {
      const seen: unknown[] = [];
      const image = { 'marking early': 5, 'marking late': true } as const;
      const restored = new Subscriptions(() => subscribing.root, port, image);
      expect(restored.save()).to.deep.equal(image);
      const declared = [marking('early', seen, true), marking('late', seen)];
      restored.prepare(declared);
      expect(restored.save()).to.deep.equal(image);
      restored.update(declared);
      expect(seen).to.deep.equal([
        ['early', true, 5],
        ['late', true, true],
      ]);
      expect(restored.save()).to.deep.equal(image);
      restored.update([marking('late', seen)]);
      expect(restored.save(), 'what is gone is forgotten').to.deep.equal({ 'marking late': true });
      restored.stop();
    });
  });

  describe('for the inspector', () => {
    /** One of which a spec says how it goes on. */
    function controlled(key: string): { readonly declared: Subscription<Message>; run: Run | undefined } {
      const control: { declared: Subscription<Message>; run: Run | undefined } = {
        declared: new Subscription<Message>('controlled', `controlled ${key}`, (run) => {
          control.run = run;
          return undefined;
        }),
        run: undefined,
      };

      return control;
    }

    it('are those that are alive, in the order in which they were started, each with its kind and since when', () => {
      expect(subscriptions.views).to.deep.equal([]);
      subscriptions.update([controlled('a').declared]);
      port.clock.advance(300);
      subscriptions.update([controlled('b').declared, controlled('a').declared]);
      const rest = { kind: 'controlled', status: 'active', failures: 0, mark: undefined } as const;
      expect(subscriptions.views).to.deep.equal([
        { key: 'controlled a', since: 5_000, ...rest },
        { key: 'controlled b', since: 5_300, ...rest },
      ]);
      subscriptions.update([controlled('b').declared]);
      expect(subscriptions.views.map(({ key }) => key)).to.deep.equal(['controlled b']);
      subscriptions.stop();
      expect(subscriptions.views).to.deep.equal([]);
    });

    it('wait after a failure, are active again after the pause, and are given up in the end', () => {
      const control = controlled('a');
      subscriptions.update([control.declared]);
      const standings: string[] = [];
      for (let failure = 1; failure <= 6; failure++) {
        control.run?.fail(new Error('failed'));
        const [view] = subscriptions.views;
        standings.push(`${view?.status} ${view?.failures}`);
        port.clock.advance(30_000);
        standings.push(`${subscriptions.views[0]?.status}`);
      }
      expect(standings).to.deep.equal([
        ...['waiting 1', 'active', 'waiting 2', 'active', 'waiting 3', 'active', 'waiting 4', 'active'],
        ...['waiting 5', 'active', 'given up 6', 'given up'],
      ]);
    });

    it('begin anew with every run', () => {
      const control = controlled('a');
      subscriptions.update([control.declared]);
      control.run?.fail(new Error('failed'));
      port.clock.advance(1_000);
      expect(subscriptions.views[0]?.since).to.be.within(5_050, 5_100);
    });

    it('tell what is stored of them: when a timer is due, that a task is done', async () => {
      let resolve: (value: null) => void = () => undefined;
      const work = new Promise<null>((resolving) => {
        resolve = resolving;
      });
      subscriptions.update([every(1_000, { type: 'ticked' }), task('once', () => work)]);
      const marks = (): readonly unknown[] => subscriptions.views.map(({ kind, status, mark }) => [kind, status, mark]);
      expect(marks()).to.deep.equal([
        ['every', 'active', 6_000],
        ['task', 'active', undefined],
      ]);
      resolve(null);
      await settled();
      expect(marks()).to.deep.equal([
        ['every', 'active', 6_000],
        ['task', 'done', true],
      ]);
    });

    it('have begun early, before there are actors, under the same key as later', () => {
      const early = new Subscription<Message>('early', 'early a', () => undefined, undefined, true);
      subscriptions.prepare([early, controlled('a').declared]);
      expect(subscriptions.views.map(({ key, status }) => [key, status])).to.deep.equal([['early a', 'active']]);
      subscriptions.update([early]);
      expect(subscriptions.views.map(({ key, status }) => [key, status])).to.deep.equal([['early a', 'active']]);
    });
  });
});
