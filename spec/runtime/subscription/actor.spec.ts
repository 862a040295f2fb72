import { expect } from 'chai';
import {
  type AnyActorRef,
  type AnyStateMachine,
  assign,
  createMachine,
  emit,
  fromCallback,
  fromObservable,
  fromPromise,
  fromTransition,
  sendParent,
  setup,
} from 'xstate';
import { component } from '../../../runtime/component/component.js';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import { actor } from '../../../runtime/subscription/actor.js';
import type { Subscriptions } from '../../../runtime/subscription/subscription-set.js';
import { html } from '../../../runtime/template/html.js';
import { settled } from '../../fixtures/live-session.js';
import { collected, type FakePort, type Message, Subscribing } from '../../fixtures/subscribing.js';

describe('actor as a subscription', () => {
  let subscribing: Subscribing;
  let port: FakePort;
  let subscriptions: Subscriptions;

  beforeEach(() => {
    subscribing = new Subscribing();
    ({ port, subscriptions } = subscribing);
  });

  afterEach(() => subscribing.end());

  const error = new Error('failed');

  /** Logic that notes its life. */
  const ticking = (log: string[], interval = 10) =>
    fromCallback(({ sendBack }) => {
      log.push('+');
      const timer = setInterval(() => sendBack({ type: 'late' }), interval);
      return () => {
        clearInterval(timer);
        log.push('-');
      };
    });

  describe('of a machine', () => {
    const light = setup({
      types: {} as {
        emitted: { type: 'emitted'; number: number };
        input: { delay: number };
        context: { delay: number };
      },
      delays: { delay: ({ context }) => context.delay },
    }).createMachine({
      context: ({ input }) => input,
      initial: 'red',
      states: {
        red: { entry: emit({ type: 'emitted', number: 1 }), after: { delay: 'green' } },
        green: {
          entry: [sendParent({ type: 'wentGreen' }), emit({ type: 'emitted', number: 2 })],
          after: { delay: 'off' },
        },
        off: { type: 'final' },
      },
    });

    it('sends what it emits and what it sends its parent, from its start on, with delays on the clock of the session', () => {
      subscriptions.update([actor<Message, typeof light>('light', light, { input: { delay: 1_000 } })]);
      expect(port.delivered).to.deep.equal([{ type: 'emitted', number: 1 }]);
      port.clock.advance(999);
      expect(port.delivered).to.have.length(1);
      port.clock.advance(1);
      expect(port.delivered.slice(1)).to.have.deep.members([{ type: 'wentGreen' }, { type: 'emitted', number: 2 }]);
    });

    it('makes messages of its snapshots, the first and the last included, each once', () => {
      subscriptions.update([
        actor<Message, typeof light>('light', light, {
          input: { delay: 1_000 },
          changed: ({ value, status }) => value !== 'green' && { type: `${value} ${status}` },
        }),
      ]);
      port.clock.advance(5_000);
      expect(port.types.filter((type) => type.includes(' '))).to.deep.equal(['red active', 'off done']);
    });

    it('makes no message of a snapshot that an event has left as it was', () => {
      const machines: AnyActorRef[] = [];
      subscribing.root.system.inspect((event) => {
        if (event.type === '@xstate.actor') machines.push(event.actorRef as AnyActorRef);
      });
      const still = createMachine({});
      subscriptions.update([actor<Message, typeof still>('still', still, { changed: () => ({ type: 'changed' }) })]);
      machines.at(-1)?.send({ type: 'unknown' });
      expect(port.types).to.deep.equal(['changed']);
    });

    it('is done at its end, until its key was away', async () => {
      const declared = actor<Message, typeof light>('light', light, { input: { delay: 10 } });
      subscriptions.update([declared]);
      await port.pass(120_000, 10_000);
      subscriptions.update([declared]);
      expect(port.types).to.have.length(3);
      expect([port.reports, port.clock.pending]).to.deep.equal([[], 0]);
      subscriptions.update([]);
      subscriptions.update([declared]);
      expect(port.types).to.have.length(4);
    });

    it('runs in the system of the session, below a guard', () => {
      subscriptions.update([actor<Message, typeof light>('light', light, { input: { delay: 10 } })]);
      expect(subscribing.actors.filter((id) => id.includes('light'))).to.deep.equal(['actor light', 'light', 'light']);
    });

    it('stops with its timers and its children, and is heard no more', async () => {
      const log: string[] = [];
      const parent = setup({
        actors: { ticking: ticking(log), nested: createMachine({ invoke: { src: ticking(log) } }) },
      });
      const machine = parent.createMachine({
        invoke: [{ src: 'ticking' }, { src: 'nested' }],
        entry: sendParent({ type: 'began' }),
        after: { 1000: { actions: sendParent({ type: 'late' }) } },
      });
      subscriptions.update([actor<Message, typeof machine>('machine', machine)]);
      expect(log.splice(0)).to.deep.equal(['+', '+']);
      subscriptions.update([]);
      expect(log).to.deep.equal(['-', '-']);
      expect(port.clock.pending).to.equal(0);
      await port.pass(2_000, 1_000);
      expect(port.types).to.deep.equal(['began']);
      expect(port.reports).to.deep.equal([]);
    });

    it('whose action throws is started anew, its children stopped before', async () => {
      const log: string[] = [];
      const machine = createMachine({
        invoke: { src: ticking(log) },
        entry: assign({ started: () => log.push('started') }),
        after: {
          10: {
            actions: () => {
              throw error;
            },
          },
        },
      });
      subscriptions.update([actor<Message, typeof machine>('machine', machine)]);
      await port.pass(10, 10);
      expect(log).to.include('-');
      expect(log.filter((entry) => entry === '+')).to.have.length(1);
      await port.pass(50, 10);
      expect(log.filter((entry) => entry === '+')).to.have.length(2);
      subscriptions.update([]);
      expect(log.filter((entry) => entry === '-')).to.have.length(2);
      expect(port.reports).to.deep.equal([]);
      expect(port.clock.pending).to.equal(0);
    });

    it('that fails at once is given up in the end and reported; the session notices nothing', async () => {
      let starts = 0;
      const broken: { readonly [when: string]: AnyStateMachine } = {
        context: createMachine({
          context: () => {
            starts++;
            throw error;
          },
        }),
        action: createMachine({
          entry: () => {
            starts++;
            throw error;
          },
        }),
        child: createMachine({
          invoke: {
            src: fromCallback(() => {
              starts++;
              throw error;
            }),
          },
        }),
      };
      for (const [key, machine] of Object.entries(broken)) {
        subscriptions.update([actor<Message, typeof machine>(key, machine)]);
        await port.pass(5_000);
        expect(starts, key).to.equal(6);
        expect(port.reports, key).to.have.length(1);
        expect(port.reports[0]).to.include({ code: ErrorCode.Subscription, cause: error });
        expect(port.faults[0]).to.include(`'actor ${key}' failed 6 times in a row`);
        starts = 0;
        port.reports.length = 0;
        subscriptions.update([]);
      }
      expect(subscribing.root.getSnapshot().status).to.equal('active');
    });
  });

  describe('of other logic', () => {
    it('runs a promise to its end', async () => {
      const loading = fromPromise(async ({ input }: { input: number }) => input * 2);
      subscriptions.update([
        actor<Message, typeof loading>('loading', loading, {
          input: 21,
          changed: ({ status, output }) => status === 'done' && { type: 'loaded', number: output as number },
        }),
      ]);
      await settled();
      expect(port.delivered).to.deep.equal([{ type: 'loaded', number: 42 }]);
    });

    it('starts a promise anew that rejects, and aborts the one it stops', async () => {
      const signals: AbortSignal[] = [];
      const loading = fromPromise(async ({ signal }) => {
        signals.push(signal);
        if (signals.length === 1) throw error;
        await new Promise(() => undefined);
      });
      subscriptions.update([actor<Message, typeof loading>('loading', loading)]);
      await port.pass(50);
      expect(signals).to.have.length(2);
      expect(signals[1]?.aborted).to.equal(false);
      subscriptions.update([]);
      expect(signals[1]?.aborted).to.equal(true);
      expect(port.reports).to.deep.equal([]);
    });

    it('sends what a callback sends back and emits, until it is stopped', () => {
      let back: (message: Message) => void = () => undefined;
      const bell = fromCallback(({ sendBack, emit: tell }) => {
        back = sendBack;
        sendBack({ type: 'sentBack' });
        tell({ type: 'emitted' });
      });
      subscriptions.update([actor<Message, typeof bell>('bell', bell)]);
      expect(port.types).to.deep.equal(['sentBack', 'emitted']);
      subscriptions.update([]);
      back({ type: 'late' });
      expect(port.types).to.have.length(2);
    });

    it('follows an observable', async () => {
      const observers: { next: (n: number) => void; complete: () => void }[] = [];
      let unsubscribed = 0;
      const numbers = fromObservable<number, undefined>(
        () =>
          ({
            subscribe: (observer: unknown) => {
              observers.push(observer as (typeof observers)[number]);
              return { unsubscribe: () => void unsubscribed++ };
            },
          }) as never
      );
      subscriptions.update([
        actor<Message, typeof numbers>('numbers', numbers, {
          changed: ({ context }) => context !== undefined && { type: 'came', number: context },
        }),
      ]);
      observers[0]?.next(1);
      observers[0]?.next(2);
      subscriptions.update([]);
      expect(port.delivered.map((message) => (message as Message).number)).to.deep.equal([1, 2]);
      expect(unsubscribed).to.equal(1);
    });

    it('gives every new snapshot of a reducer once, and starts it anew when it throws', async () => {
      const reducers: AnyActorRef[] = [];
      const counting = fromTransition((count: number, { type }: { type: string }) => {
        if (type === 'broke') throw error;
        return type === 'counted' ? count + 1 : count;
      }, 0);
      const declared = actor<Message, typeof counting>('counting', counting, {
        changed: ({ context }) => ({ type: 'changed', number: context }),
      });
      subscribing.root.system.inspect((event) => {
        if (event.type === '@xstate.actor') reducers.push(event.actorRef as AnyActorRef);
      });
      subscriptions.update([declared]);
      reducers.at(-1)?.send({ type: 'counted' });
      reducers.at(-1)?.send({ type: 'broke' });
      await port.pass(50);
      expect(port.delivered.map((message) => (message as Message).number)).to.deep.equal([0, 1, 0]);
      expect(port.reports).to.deep.equal([]);
    });

    it('runs a component', () => {
      const Counter = component({
        name: 'counter',
        init: () => ({ count: 3 }),
        update: (model, _message: { type: 'counted' }) => ({ count: model.count + 1 }),
        view: ({ count }) => html`${count}`,
      });
      subscriptions.update([
        actor<Message, typeof Counter>('counter', Counter, {
          changed: ({ context }) => ({ type: 'changed', number: context.count }),
        }),
      ]);
      expect(port.delivered).to.deep.equal([{ type: 'changed', number: 3 }]);
    });
  });

  it('sends nothing that is an event of XState, or has no type', () => {
    const odd = fromCallback(({ sendBack, emit: tell }) => {
      for (const say of [sendBack, tell] as ((event: unknown) => void)[]) {
        say({ type: 'xstate.done.actor.x' });
        say({ type: 7 });
        say({ type: 'meant' });
      }
    });
    subscriptions.update([actor<Message, typeof odd>('odd', odd)]);
    expect(port.types).to.deep.equal(['meant', 'meant']);
    expect(port.reports).to.deep.equal([]);
  });

  it('has failed, and is stopped, when a snapshot cannot be made a message', async () => {
    const log: string[] = [];
    const logic = ticking(log);
    subscriptions.update([
      actor<Message, typeof logic>('ticking', logic, {
        changed: () => {
          throw error;
        },
      }),
    ]);
    await port.pass(4_000);
    expect(log).to.deep.equal(Array.from({ length: 6 }, () => ['+', '-']).flat());
    expect(port.reports).to.have.length(1);
    expect(port.reports[0]).to.have.property('cause', error);
  });

  it('is let go when it is stopped or has failed, with its children', async () => {
    const kept: WeakRef<object>[] = [];
    const child = fromCallback(({ input }) => {
      kept.push(new WeakRef(input as object));
    });
    const machine = setup({ actors: { child } }).createMachine({
      context: () => ({ load: new Array(1_000).fill(0) }),
      invoke: { src: 'child', input: ({ context }) => context.load },
      after: {
        100: {
          actions: () => {
            throw error;
          },
        },
      },
    });
    const declare = (key: string) => actor<Message, typeof machine>(key, machine);
    subscriptions.update([declare('stopped'), declare('failing')]);
    port.clock.advance(50);
    subscriptions.update([declare('failing')]);
    await port.pass(5_000);
    expect(kept).to.have.length(7);
    expect(port.reports).to.have.length(1);
    port.reports.length = 0;
    await collected();
    expect(kept.filter((reference) => reference.deref() !== undefined)).to.deep.equal([]);
    expect(subscriptions.size).to.equal(1);
  });

  it('reports at once what it throws when it is stopped', async () => {
    const stubborn = fromCallback(() => () => {
      throw error;
    });
    subscriptions.update([actor<Message, typeof stubborn>('stubborn', stubborn)]);
    subscriptions.update([]);
    await port.pass(1_000);
    expect(port.reports).to.deep.equal([error]);
  });
});
