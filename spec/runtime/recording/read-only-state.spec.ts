import { expect } from 'chai';
import { type AnyActorLogic, assign, fromCallback, fromPromise, fromTransition, sendParent, setup } from 'xstate';
import type { LogicImage } from '../../../runtime/actor/checkpoint.js';
import { type AnyComponent, component } from '../../../runtime/component/component.js';
import { ReadOnlyModelState, ReadOnlyState } from '../../../runtime/recording/read-only-state.js';
import { type AnyMessage, html } from '../../../runtime/template/html.js';
import type { StateOwner } from '../../../runtime/tree/instance-state.js';
import { FakeClock } from '../../fixtures/fake-clock.js';

describe('read-only-state', () => {
  /** What has happened that must not. */
  const done: string[] = [];
  /** What was reported. */
  const told: string[] = [];
  const clock = new FakeClock(5_000);
  const host: StateOwner = {
    tree: {
      clock,
      env: { development: true },
      system: () => {
        throw new Error('there are no actors');
      },
    },
    report: (code, error) => void told.push(`${code}: ${(error as Error).message}`),
    changed: () => void done.push('changed'),
    toParent: () => void done.push('to parent'),
  };

  const note = (what: string) => () => void done.push(what);

  /** Does something wherever a machine can. */
  const machine = setup({
    types: {} as { context: { count: number }; input: { count: number }; events: AnyMessage },
    actors: {
      work: fromPromise(async () => void done.push('promise')),
      listen: fromCallback(() => void done.push('callback')),
    },
    actions: { entered: note('entered'), left: note('left') },
  }).createMachine({
    id: 'busy',
    context: ({ input }) => ({ count: input.count }),
    initial: 'idle',
    entry: 'entered',
    states: {
      idle: { after: { 10: 'working' }, exit: 'left', on: { went: 'working' } },
      working: {
        entry: ['entered', sendParent({ type: 'heard' })],
        invoke: [
          { src: 'work', id: 'work', systemId: 'the work', onDone: 'idle' },
          { src: 'listen', id: 'listen' },
        ],
        on: {
          counted: { actions: assign({ count: ({ context }) => context.count + 1 }) },
          went: { target: 'working', reenter: true },
          broke: {
            actions: assign(() => {
              throw new Error('cannot count');
            }),
          },
          stopped: 'over',
        },
      },
      over: { type: 'final' },
    },
  });

  const of = (logic: AnyActorLogic, received?: (snapshot: never, props: never) => AnyMessage): AnyComponent =>
    component({
      name: 'any',
      logic,
      view: () => html``,
      ...(received && { received }),
    } as never) as unknown as AnyComponent;

  const Busy = of(machine);

  const begun = (kind: AnyComponent, props: unknown): ReadOnlyState => {
    const state = new ReadOnlyState(kind, host);
    state.initNow(props);

    return state;
  };

  beforeEach(() => {
    done.length = told.length = 0;
  });

  afterEach('nothing has happened', async () => {
    clock.advance(1_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect([done, clock.pending]).to.deep.equal([[], 0]);
  });

  it('makes transitions, and executes nothing', () => {
    const state = begun(Busy, { count: 3 });
    expect(state.shown).to.deep.include({ value: 'idle', context: { count: 3 } });
    expect(state.isDirty).to.equal(false);
    state.take({ type: 'went' });
    state.take({ type: 'counted' });
    expect(state.isDirty).to.equal(true);
    expect(state.shown).to.deep.include({ value: 'working', context: { count: 4 } });
    expect(state.commit()).to.deep.equal([]);
    expect(state.isDirty).to.equal(false);
    expect([state.actor, told]).to.deep.equal([undefined, []]);
  });

  it("takes XState's own events, of timers and child actors", () => {
    const state = begun(Busy, { count: 3 });
    state.take({ type: 'xstate.after.10.busy.idle' });
    expect(state.shown).to.include({ value: 'working' });
    state.take({ type: 'xstate.done.actor.work' });
    expect(state.shown).to.include({ value: 'idle' });
    for (const type of ['xstate.init', 'xstate.stop']) state.take({ type });
    expect(state.shown).to.include({ value: 'idle', status: 'active' });
  });

  it('creates child actors with the same name repeatedly', () => {
    const state = begun(Busy, { count: 0 });
    for (let time = 0; time < 3; time++) state.take({ type: 'went' });
    expect(told).to.deep.equal([]);
    expect(Object.keys((state.shown as { children: object }).children)).to.deep.equal(['work', 'listen']);
  });

  it('is saved and restored, with child actors, timers and held messages', () => {
    const state = begun(Busy, { count: 1 });
    state.take({ type: 'went' });
    const { snapshot, timers } = state.save();
    expect(timers).to.deep.equal([]);
    const image: LogicImage = {
      snapshot: JSON.parse(JSON.stringify(snapshot)),
      timers: [{ from: [], to: [], event: { type: 'counted' }, id: 'a', due: 7_000 }],
      held: [{ type: 'counted' }],
    };
    const other = new ReadOnlyState(Busy, host);
    other.restore(image);
    expect(JSON.parse(JSON.stringify(other.save()))).to.deep.equal(image);
    other.take({ type: 'counted' });
    expect(other.shown).to.deep.include({ value: 'working', context: { count: 2 } });
    other.restore(image);
    expect(other.shown).to.deep.include({ value: 'working', context: { count: 1 } });
    expect(other.isDirty).to.equal(false);
  });

  it('keeps its state and reports an error with which an actor would fail', () => {
    const state = begun(Busy, { count: 1 });
    state.take({ type: 'went' });
    const before = state.shown;
    state.take({ type: 'broke' });
    state.take({ type: 'xstate.error.actor.work', error: new Error('no network') } as AnyMessage);
    expect(state.shown).to.equal(before);
    expect(told).to.deep.equal(['update: cannot count', 'update: no network']);
  });

  it('takes no event when it is done', () => {
    const state = begun(Busy, { count: 1 });
    state.take({ type: 'went' });
    state.take({ type: 'stopped' });
    const before = state.shown;
    expect(before).to.include({ value: 'over', status: 'done' });
    state.take({ type: 'went' });
    expect(state.shown).to.equal(before);
  });

  it('runs reducers, and starts neither promises nor callbacks', () => {
    const reduced = begun(
      of(fromTransition((count: number, { by }: AnyMessage & { by: number }) => count + by, 1)),
      {}
    );
    reduced.take({ type: 'added', by: 4 } as AnyMessage);
    expect(reduced.shown).to.deep.include({ context: 5 });
    const promised = begun(of(fromPromise(async () => void done.push('promise'))), {});
    promised.take({ type: 'added' });
    promised.take({ type: 'xstate.promise.resolve', data: 7 } as AnyMessage);
    expect(promised.shown).to.include({ status: 'done', output: 7 });
    const called = begun(of(fromCallback(() => void done.push('callback'))), {});
    called.take({ type: 'added' });
    expect([(called.shown as { status: string }).status, told]).to.deep.equal(['active', []]);
  });

  it('throws the error of the first snapshot', () => {
    const wrong = setup({}).createMachine({
      context: () => {
        throw new Error('no context');
      },
    });
    expect(() => begun(of(wrong), {})).to.throw('no context');
  });

  it('passes on the event that is made of changed props, and reports errors in it', () => {
    const made: AnyMessage[] = [];
    const state = new ReadOnlyState(
      of(machine, (_snapshot: never, { by }: { by: number }) => ({ type: 'counted', by })),
      host,
      (event) => void made.push(event)
    );
    state.initNow({ count: 0 });
    state.receive({ by: 2 });
    expect(made).to.deep.equal([{ type: 'counted', by: 2 }]);
    begun(of(machine), { count: 0 }).receive({ by: 2 });
    expect(told).to.deep.equal(['update: The props of any changed, but it has no `received`.']);
  });

  it('always has its view run, and undoes nothing', () => {
    const state = begun(Busy, { count: 0 });
    expect([state.hasNews, [...state.retakes()]]).to.deep.equal([true, []]);
  });

  describe('of a model', () => {
    const Counter = component({
      name: 'counter',
      init: ({ count }: { count: number }) => {
        if (count < 0) return Promise.resolve({ count });

        return { count };
      },
      update: ({ count }, _message: AnyMessage) => ({ count: count + 1 }),
      view: () => html``,
    }) as unknown as AnyComponent;

    it('begins if it may, and must not be async', () => {
      const state = new ReadOnlyModelState(Counter, host, true);
      expect(state.init({ count: 1 })).to.equal(undefined);
      expect(state.shown).to.deep.equal({ count: 1 });
      expect(() => state.init({ count: -1 })).to.throw('init of counter is async');
    });

    it('does not begin if it must not, and continues from a known state', () => {
      const state = new ReadOnlyModelState(Counter, host, false);
      expect(() => state.init({ count: 1 })).to.throw('The state of counter is not known.');
      state.restore({ count: 4 });
      state.take({ type: 'counted' }, 0);
      expect(state.shown).to.deep.equal({ count: 5 });
    });
  });
});
