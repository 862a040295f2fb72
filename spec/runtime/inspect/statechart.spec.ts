import { expect } from 'chai';
import {
  type AnyActorLogic,
  type AnyStateMachine,
  and,
  assign,
  createActor,
  createMachine,
  fromPromise,
  fromTransition,
  not,
  or,
  raise,
  SimulatedClock,
  sendTo,
  setup,
  stateIn,
} from 'xstate';
import { TrafficLight } from '../../../examples/04-traffic-light/traffic-light.js';
import { component } from '../../../runtime/component/component.js';
import {
  activeStates,
  type Chart,
  type ChartState,
  chartOf,
  describeEventType,
  takenBy,
} from '../../../runtime/inspect/statechart.js';
import { html } from '../../../runtime/template/html.js';

// MACHINES --------------------------------------------------------------------

/** Two regions, three deep, with a history, a final state, an actor and guards of all kinds. */
const player = setup({
  types: {} as { context: { volume: number }; input: unknown },
  actors: { fetchTrack: fromPromise(async () => 1) },
  actions: { show: (_, _params: { readonly title: string }) => {}, hide: () => {}, log: (_, _params: unknown) => {} },
  guards: {
    isFree: () => true,
    isOver: (_, _params: { readonly limit: number }) => false,
    isClosed: () => false,
    isLate: () => false,
  },
  delays: { grace: 2_000 },
}).createMachine({
  id: 'player',
  type: 'parallel',
  context: { volume: 1 },
  states: {
    track: {
      initial: 'loading',
      states: {
        loading: {
          invoke: { src: 'fetchTrack', onDone: 'playing', onError: { target: 'ended', actions: 'hide' } },
          entry: [{ type: 'show', params: { title: 'wait' } }, assign({ volume: 2 })],
          exit: 'hide',
        },
        playing: {
          initial: 'normal',
          states: {
            normal: {
              initial: 'quiet',
              states: {
                quiet: { on: { louder: { target: 'loud', guard: { type: 'isOver', params: { limit: 3 } } } } },
                loud: { after: { grace: 'quiet', 500: { guard: 'isLate', target: 'quiet' } } },
              },
            },
            fast: { on: { slower: 'normal' } },
            last: { type: 'history' },
            lastDeep: { type: 'history', history: 'deep', target: 'fast' },
          },
          on: { faster: '.fast', paused: 'paused', ended: 'ended' },
        },
        paused: {
          on: {
            resumed: {
              target: 'playing.last',
              guard: and(['isFree', not(or(['isClosed', stateIn('#player.lamp.broken')]))]),
            },
            rewound: 'playing.lastDeep',
            louder: { actions: [assign({ volume: 3 }), raise({ type: 'beat' }), sendTo('someone', { type: 'x' })] },
          },
        },
        ended: { type: 'final' },
      },
      onDone: { actions: { type: 'log', params: { when: new Date(0) } } },
    },
    lamp: {
      initial: 'off',
      states: {
        off: { always: { guard: 'isLate', target: 'on' }, on: { beat: 'on', 'key.*': 'on' } },
        broken: {},
        on: { on: { '*': { actions: () => {} } } },
      },
      on: { beat: undefined },
    },
  },
  on: { reset: { target: ['.track.paused', '.lamp.on'] } },
});

const light = chartOf(TrafficLight.logic) as Chart;
const chart = chartOf(player) as Chart;

// READING ---------------------------------------------------------------------

const statesFrom = (state: ChartState): readonly ChartState[] => [state, ...state.states.flatMap(statesFrom)];
const stateOf = (of: Chart, id: string) => statesFrom(of.root).find((state) => state.id === id) as ChartState;

/** `young -[after leastGreen]-> ready`, with the guard and the actions. */
function lines(of: Chart, from: string): readonly string[] {
  return of.transitions
    .filter((transition) => transition.from === from)
    .map(({ to, event, guard, actions }) =>
      [event, guard && `[${guard}]`, actions.length > 0 && `/ ${actions.join(', ')}`, `-> ${to}`]
        .filter(Boolean)
        .join(' ')
    );
}

/** A run of a machine, with its own clock, that says what each event has done. */
function run(machine: AnyStateMachine) {
  const of = chartOf(machine) as Chart;
  const clock = new SimulatedClock();
  const actor = createActor(machine as AnyActorLogic, { clock });
  actor.start();
  const active = () => activeStates(of, actor.getSnapshot());
  const doing = (act: () => void) => (eventType: string) => {
    const before = active();
    act();
    const taken = takenBy(of, before, active(), eventType);
    return taken.map((id) => of.transitions.find((one) => one.id === id)).map((one) => `${one?.event} -> ${one?.to}`);
  };

  return {
    active,
    persisted: () => actor.getPersistedSnapshot() as { value?: unknown },
    send: (type: string) => doing(() => actor.send({ type }))(type),
    pass: (milliseconds: number, eventType: string) => doing(() => clock.increment(milliseconds))(eventType),
  };
}

describe('statechart', () => {
  describe('of a machine', () => {
    it('has its states, nested as in the definition', () => {
      expect(light.root.id).to.equal('traffic light');
      expect(light.root.kind).to.equal('compound');
      expect(light.root.initial).to.equal('traffic light.green');
      expect(light.root.states.map(({ name }) => name)).to.deep.equal([
        'green',
        'amber',
        'crossing',
        'clearing',
        'redAmber',
      ]);
      expect(stateOf(light, 'traffic light.green')).to.deep.include({
        kind: 'compound',
        initial: 'traffic light.green.young',
      });
      expect(stateOf(chart, 'player.track.playing.normal.loud')).to.deep.include({
        kind: 'atomic',
        name: 'loud',
        initial: undefined,
      });
    });

    it('distinguishes regions, final states and history states', () => {
      const kinds = Object.fromEntries(statesFrom(chart.root).map(({ id, kind }) => [id, kind]));
      expect(kinds).to.deep.include({
        player: 'parallel',
        'player.track': 'compound',
        'player.track.ended': 'final',
        'player.track.playing.last': 'history',
        'player.track.playing.lastDeep': 'deep history',
      });
    });

    it('has entry and exit actions and invoked actors, without the actions that XState adds for delays', () => {
      const loading = stateOf(chart, 'player.track.loading');
      expect(loading.entry).to.deep.equal(['show(title: "wait")', 'assign']);
      expect(loading.exit).to.deep.equal(['hide']);
      expect(loading.invokes).to.deep.equal(['fetchTrack']);
      expect(stateOf(chart, 'player.track.playing.normal.loud')).to.deep.include({ entry: [], exit: [] });
    });

    it('is made of the logic of a component, and is plain data', () => {
      const Player = component({ name: 'player', logic: player, view: () => html`` });
      expect(chartOf(Player.logic)).to.equal(chart);
      expect(structuredClone(chart)).to.deep.equal(chart);
    });

    it('is undefined for logic that is not a machine', () => {
      const reducer = component({
        name: 'reducer',
        logic: fromTransition((state: number) => state, 0),
        view: () => html``,
      });
      const others = [
        undefined,
        null,
        5,
        'x',
        {},
        { root: {} },
        () => {},
        fromPromise(async () => 1),
        reducer.logic,
        reducer,
      ];
      expect(others.map(chartOf)).to.deep.equal(others.map(() => undefined));
    });
  });

  describe('its id', () => {
    it('is equal for equal machines, and differs for others', () => {
      const made = (target: string) =>
        chartOf(createMachine({ id: 'm', initial: 'a', states: { a: { on: { go: target } }, b: {}, c: {} } }));
      expect(made('b')?.id).to.equal(made('b')?.id);
      expect(made('b')?.id).not.to.equal(made('c')?.id);
      expect(chartOf(player.provide({ actions: { hide: () => {} } }))?.id).to.equal(chart.id);
    });

    it('is different for each transition', () => {
      for (const { transitions } of [light, chart]) {
        expect(new Set(transitions.map(({ id }) => id)).size).to.equal(transitions.length);
      }
    });
  });

  describe('transitions', () => {
    it('have descriptions of event, guard and actions', () => {
      expect(lines(light, 'traffic light.green.young')).to.deep.equal([
        'crossingRequested / remember -> traffic light.green.young',
        'after leastGreen -> traffic light.green.ready',
      ]);
      expect(lines(light, 'traffic light.green.ready')).to.deep.equal([
        'crossingRequested / remember -> traffic light.amber',
        'always [isRequested] -> traffic light.amber',
      ]);
    });

    it('of delays have the duration or its name', () => {
      expect(lines(chart, 'player.track.playing.normal.loud')).to.deep.equal([
        'after 500 ms [isLate] -> player.track.playing.normal.quiet',
        'after grace -> player.track.playing.normal.quiet',
      ]);
    });

    it('of actors and of done states name these', () => {
      expect(lines(chart, 'player.track.loading')).to.deep.equal([
        'done of fetchTrack -> player.track.playing',
        'error of fetchTrack / hide -> player.track.ended',
      ]);
      expect(lines(chart, 'player.track')).to.deep.equal(['done / log(…) -> player.track']);
    });

    it('name actors by id if the source is ambiguous, and logic without a name inline', () => {
      const logic = fromPromise(async () => 1);
      const both = chartOf(
        createMachine({
          id: 'm',
          invoke: [
            { id: 'one', src: 'load', onDone: { actions: 'a' } },
            { id: 'two', src: 'load', onDone: { actions: 'b' } },
            { src: logic, onError: { actions: 'c' }, onSnapshot: { actions: 'd' } },
            { id: 'named', src: logic, onDone: { actions: 'e' } },
          ],
          on: { 'xstate.done.actor.spawned': { actions: 'f' } },
        })
      ) as Chart;
      expect(both.root.invokes).to.deep.equal(['load', 'load', 'inline', 'named']);
      expect(both.transitions.map(({ event }) => event)).to.have.members([
        'done of one',
        'done of two',
        'error of inline',
        'snapshot of inline',
        'done of named',
        'done of spawned',
      ]);
    });

    it('describe combined guards', () => {
      expect(lines(chart, 'player.track.paused')).to.deep.equal([
        'resumed [isFree and not (isClosed or in #player.lamp.broken)] -> player.track.playing.last',
        'rewound -> player.track.playing.lastDeep',
        'louder / assign, raise, sendTo -> player.track.paused',
      ]);
      expect(lines(chart, 'player.track.playing.normal.quiet')).to.deep.equal([
        'louder [isOver(limit: 3)] -> player.track.playing.normal.loud',
      ]);
    });

    it('include wildcards, forbidden events, several targets and none', () => {
      expect(lines(chart, 'player.lamp')).to.deep.equal(['beat -> player.lamp']);
      expect(lines(chart, 'player.lamp.on')).to.deep.equal(['* / actions -> player.lamp.on']);
      expect(lines(chart, 'player.lamp.off')).to.include('key.* -> player.lamp.on');
      expect(lines(chart, 'player')).to.deep.equal(['reset -> player.track.paused', 'reset -> player.lamp.on']);
    });

    it('lead from a history state to its default', () => {
      expect(lines(chart, 'player.track.playing.last')).to.deep.equal(['by default -> player.track.playing.normal']);
      expect(lines(chart, 'player.track.playing.lastDeep')).to.deep.equal(['by default -> player.track.playing.fast']);
      const others = chartOf(
        createMachine({
          id: 'm',
          type: 'parallel',
          states: { a: {}, last: { type: 'history' }, far: { type: 'history', target: '#m.a' } },
        })
      );
      expect(others?.transitions.map(({ to }) => to)).to.deep.equal(['m', 'm.a']);
    });

    it('to a route are described as such, without the guard of XState', () => {
      const routed = chartOf(
        createMachine({
          id: 'm',
          initial: 'a',
          states: { a: { id: 'a', route: {} }, b: { id: 'b', route: { guard: 'may' } } },
        })
      );
      expect(routed?.transitions.map(({ event, guard, to }) => [event, guard, to])).to.deep.equal([
        ['route', '', 'a'],
        ['route', 'may', 'b'],
      ]);
    });
  });

  describe('active states', () => {
    it('are all but the root, outer ones first', () => {
      expect(run(TrafficLight.logic).active()).to.deep.equal(['traffic light.green', 'traffic light.green.young']);
      expect(run(player).active()).to.deep.equal([
        'player.track',
        'player.track.loading',
        'player.lamp',
        'player.lamp.off',
      ]);
    });

    it('include nested, remembered and final states', () => {
      const { active, send } = run(player);
      const track = () => active().filter((id) => id.startsWith('player.track.'));
      send('reset');
      send('rewound');
      expect(track()).to.deep.equal(['player.track.playing', 'player.track.playing.fast']);
      send('slower');
      send('paused');
      send('resumed');
      expect(track().at(-1)).to.equal('player.track.playing.normal.quiet');
      send('ended');
      expect(track()).to.deep.equal(['player.track.ended']);
    });

    it('are found in a stored snapshot', () => {
      const { active, persisted, send } = run(player);
      send('reset');
      expect(activeStates(chart, JSON.parse(JSON.stringify(persisted())))).to.deep.equal(active());
    });

    it('leave out states that are not in the chart, and are none for a machine without states', () => {
      expect(activeStates(chart, { value: { track: 'gone', lamp: 'on' } })).to.deep.equal([
        'player.track',
        'player.lamp',
        'player.lamp.on',
      ]);
      expect(activeStates(chart, {})).to.deep.equal([]);
      expect(run(createMachine({ id: 'm' })).active()).to.deep.equal([]);
    });
  });

  describe('taken transitions', () => {
    it('are those of the event between the states before and after it', () => {
      const { send, pass } = run(TrafficLight.logic);
      expect(send('crossingRequested')).to.deep.equal(['crossingRequested -> traffic light.green.young']);
      const after = 'xstate.after.leastGreen.traffic light.green.young';
      expect(pass(3_000, after)).to.deep.equal([
        'after leastGreen -> traffic light.green.ready',
        'always -> traffic light.amber',
      ]);
      expect(pass(1_500, 'xstate.after.amber.traffic light.amber')).to.deep.equal([
        'after amber -> traffic light.crossing',
      ]);
    });

    it('are one for each target, also through a history state', () => {
      const { send } = run(player);
      expect(send('reset')).to.deep.equal(['reset -> player.track.paused', 'reset -> player.lamp.on']);
      expect(send('resumed')).to.deep.equal(['resumed -> player.track.playing.last', '* -> player.lamp.on']);
      send('paused');
      expect(send('rewound')).to.deep.equal(['rewound -> player.track.playing.lastDeep', '* -> player.lamp.on']);
    });

    it('are those of the innermost state, wildcards only if no other fits', () => {
      const machine = createMachine({
        id: 'm',
        initial: 'a',
        states: {
          a: {
            initial: 'x',
            states: { x: { on: { go: 'y' } }, y: {} },
            on: { go: { actions: 'outer' }, 'key.*': 'b' },
          },
          b: { on: { '*': 'b', known: 'a' } },
        },
      }).provide({ actions: { outer: () => {} } });
      const { send } = run(machine);
      expect(send('go')).to.deep.equal(['go -> m.a.y']);
      expect(send('key.up')).to.deep.equal(['key.* -> m.b']);
      expect(send('known')).to.deep.equal(['known -> m.a']);
      send('key');
      expect(send('unheard')).to.deep.equal(['* -> m.b']);
    });

    it('include those of a state that is done', () => {
      const machine = createMachine({
        id: 'm',
        initial: 'a',
        states: {
          a: { initial: 'x', states: { x: { on: { go: 'end' } }, end: { type: 'final' } }, onDone: 'b' },
          b: {},
        },
      });
      expect(run(machine).send('go')).to.deep.equal(['go -> m.a.end', 'done -> m.b']);
    });

    it('are none for an event that no state takes', () => {
      expect(run(TrafficLight.logic).send('unheard')).to.deep.equal([]);
      const machine = createMachine({
        id: 'm',
        initial: 'a',
        states: { a: { on: { go: { target: 'b', guard: () => false } } }, b: {}, end: { type: 'final' } },
        onDone: { actions: 'x' },
      });
      expect(run(machine).send('go')).to.deep.equal([]);
    });
  });

  describe('descriptions of event types', () => {
    const cases = {
      pressed: 'pressed',
      'xstate.after.3000.light.red': 'after 3000 ms',
      'xstate.after.grace.session.detached': 'after grace',
      'xstate.done.state.light.green': 'done',
      'xstate.done.actor.fetchUser': 'done of fetchUser',
      'xstate.error.actor.0.light': 'error of 0.light',
      'xstate.stop': 'xstate.stop',
    };
    for (const [type, words] of Object.entries(cases)) {
      it(`say '${words}' for ${type}`, () => {
        expect(describeEventType(type)).to.equal(words);
      });
    }
  });
});
