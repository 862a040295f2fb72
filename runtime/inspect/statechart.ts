/**
 * Statecharts: the states and transitions of a machine as plain data that can be drawn, and the states in it that are
 * active in a snapshot. `inspected-session.ts` shows them; the inspector lays them out and draws them.
 *
 * Nodes and edges are those of XState's `toDirectedGraph`; guards, actions and events are described here in words.
 */

import type { AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { type DirectedGraphNode, getStateNodes, toDirectedGraph } from 'xstate/graph';
import { hashOf } from '../wire/hash.js';

// TYPES -----------------------------------------------------------------------

/** A state, with the states in it. */
export interface ChartState {
  /** XState's id: `light.red.walk`. */
  readonly id: string;
  readonly name: string;
  /** `history` remembers which of its siblings was left, `deep history` also how deep in it. */
  readonly kind: 'atomic' | 'compound' | 'parallel' | 'final' | 'history' | 'deep history';
  /** The id of the initial state in it, if it is compound. */
  readonly initial: string | undefined;
  readonly states: readonly ChartState[];
  /** The names of the actions at its entry and exit (`assign`, `inline` if they have none), the sources of the actors it invokes. */
  readonly entry: readonly string[];
  readonly exit: readonly string[];
  readonly invokes: readonly string[];
}

/** A transition to one state. A transition with several targets is several of these. */
export interface ChartTransition {
  readonly id: string;
  /** The id of the state it leaves. */
  readonly from: string;
  /** The id of the state it leads to; the same as `from` if it stays. */
  readonly to: string;
  /**
   * The description of its event: `pressed`, `*`, `always`, `after 3000 ms`, or `after grace` by the name of the delay,
   * `done` when its state is done, `done of fetchUser`, `error of fetchUser`, `by default` from a history state that
   * remembers no state.
   */
  readonly event: string;
  /** Its guard: `isFree`, `isOver(limit: 3) and not isClosed`; '' if it has none. */
  readonly guard: string;
  /** The names of its actions. */
  readonly actions: readonly string[];
}

/** A statechart. */
export interface Chart {
  /** A hash of the chart: equal in every process for machines with equal charts. */
  readonly id: string;
  readonly root: ChartState;
  readonly transitions: readonly ChartTransition[];
}

// MACHINES --------------------------------------------------------------------

const charts = new WeakMap<object, Chart>();

/**
 * The chart of a machine; `undefined` if the logic is not a machine. It is made once for each machine.
 *
 * ```ts
 * chartOf(Light.logic)?.transitions[0]; // { from: 'light.green', to: 'light.yellow', event: 'pressed', … }
 * ```
 */
export function chartOf(logic: unknown): Chart | undefined {
  if (!isMachine(logic)) return undefined;
  let chart = charts.get(logic);
  if (chart === undefined) {
    const graph = toDirectedGraph(logic.root);
    const root = stateOf(graph);
    const transitions = nodesFrom(graph).flatMap(transitionsOf);
    chart = { id: `${root.id} ${hashOf(JSON.stringify([root, transitions]))}`, root, transitions };
    charts.set(logic, chart);
  }

  return chart;
}

/** By shape: an application may have its own copy of XState, whose classes are not the ones imported here. */
function isMachine(logic: unknown): logic is { readonly root: AnyStateNode } {
  const root = (logic as { root?: Partial<AnyStateNode> } | null | undefined)?.root;

  return typeof root?.id === 'string' && root.transitions instanceof Map && typeof root.states === 'object';
}

function stateOf({ stateNode, children }: DirectedGraphNode): ChartState {
  const { id, key, type, history, initial, entry, exit, invoke } = stateNode;

  return {
    id,
    name: key,
    kind: history === 'deep' ? 'deep history' : type,
    initial: type === 'compound' ? initial.target?.[0]?.id : undefined,
    states: children.map(stateOf),
    entry: entry.filter(isWritten).map(nameOf),
    exit: exit.filter(isWritten).map(nameOf),
    invokes: invoke.map(sourceOf),
  };
}

/** The node and all nodes below it, in the order of the definition. */
const nodesFrom = (node: DirectedGraphNode): readonly DirectedGraphNode[] => [
  node,
  ...node.children.flatMap(nodesFrom),
];

/** A transition to one of its targets. */
interface Edge {
  readonly target: { readonly id: string };
  readonly transition: Pick<AnyTransitionDefinition, 'eventType' | 'guard' | 'actions'> & {
    /** The milliseconds or the name of its delay. */
    readonly delay?: unknown;
  };
}

function transitionsOf(node: DirectedGraphNode): readonly ChartTransition[] {
  const { stateNode } = node;
  const counts = new Map<string, number>();

  return edgesOf(node).map(({ target, transition }) => {
    const { eventType, guard, actions } = transition;
    const count = counts.get(eventType) ?? 0;
    counts.set(eventType, count + 1);

    return {
      id: `${prefixOf(stateNode.id, eventType)}${count}`,
      from: stateNode.id,
      to: target.id,
      event: eventOf(stateNode, transition),
      guard: eventType === routeEvent ? guardOfRoute(guard) : guardOf(guard),
      actions: actions.map(nameOf),
    };
  });
}

/** The edges that leave a state. XState's graph has neither transitions without an event nor defaults of history states. */
function edgesOf({ stateNode, edges }: DirectedGraphNode): readonly Edge[] {
  const always = (stateNode.always ?? []) as readonly AnyTransitionDefinition[];
  const eventless = always.flatMap((transition) =>
    (transition.target ?? [stateNode]).map((target) => ({ target, transition }))
  );
  const defaults = stateNode.type === 'history' ? defaultsOf(stateNode) : [];

  return [...edges, ...eventless, ...defaults];
}

/** The targets of a history state that remembers no state: its own, or the initial state of its parent. */
function defaultsOf({ config, machine, parent }: AnyStateNode): readonly Edge[] {
  const written: readonly unknown[] = [config.target ?? []].flat();
  const beginning = parent?.type === 'parallel' ? [parent] : (parent?.initial.target ?? []);
  const targets = written.length === 0 ? beginning : written.map(find).filter((target) => target !== undefined);

  return targets.map((target) => ({ target, transition: { eventType: 'by default', actions: [] } }));

  function find(path: unknown): AnyStateNode | undefined {
    if (typeof path !== 'string') return path as AnyStateNode;
    if (path.startsWith('#'))
      return [machine.root, ...getStateNodes(machine.root)].find(({ id }) => id === path.slice(1));

    return path.split('.').reduce((from: AnyStateNode | undefined, key) => from?.states[key], parent);
  }
}

/** How the ids of the transitions of a state for an event begin; see `takenBy`. */
const prefixOf = (state: string, eventType: string): string => `${state}/${eventType}/`;

// DESCRIPTIONS ----------------------------------------------------------------

/** The event that XState sends to the root of a machine whose states have a `route`. */
const routeEvent = 'xstate.route';

/** The prefixes of XState's own events of actors, and their descriptions. The id of the actor follows. */
const eventsOfActors = [
  ['xstate.done.actor.', 'done of'],
  ['xstate.error.actor.', 'error of'],
  ['xstate.snapshot.', 'snapshot of'],
] as const;

function eventOf(node: AnyStateNode, { eventType, delay }: Edge['transition']): string {
  if (delay !== undefined) return typeof delay === 'number' ? `after ${delay} ms` : `after ${delay}`;
  if (eventType === '') return 'always';
  if (eventType === routeEvent) return 'route';
  if (eventType === `xstate.done.state.${node.id}`) return 'done';
  const [prefix, description] = eventsOfActors.find(([start]) => eventType.startsWith(start)) ?? [];

  return prefix === undefined ? eventType : `${description} ${actorName(node, eventType.slice(prefix.length))}`;
}

/**
 * The description of an event type: readable for XState's own events, the type itself for others.
 *
 * ```ts
 * describeEventType('xstate.after.3000.light.red'); // 'after 3000 ms'
 * ```
 */
export function describeEventType(type: string): string {
  if (!type.startsWith('xstate.')) return type;
  const { delay, name } = /^xstate\.after\.(?:(?<delay>\d+)|(?<name>[^.]+))\./.exec(type)?.groups ?? {};
  if (delay !== undefined) return `after ${delay} ms`;
  if (name !== undefined) return `after ${name}`;
  if (type.startsWith('xstate.done.state.')) return 'done';
  const [prefix, description] = eventsOfActors.find(([start]) => type.startsWith(start)) ?? [];

  return prefix === undefined ? type : `${description} ${type.slice(prefix.length)}`;
}

/** The source of an invoked actor, if no other actor of the state has the same source; else its id. */
function actorName(node: AnyStateNode, id: string): string {
  const invoked = node.invoke.find((one) => one.id === id);
  if (invoked === undefined) return id;
  const source = sourceOf(invoked);

  return node.invoke.filter((one) => sourceOf(one) === source).length === 1 ? source : id;
}

/** The name of the source. For inline logic it is the id if the definition has one, else `inline`. */
function sourceOf({ id, src }: { readonly id: string; readonly src: unknown }): string {
  if (typeof src !== 'string') return id;
  if (!src.startsWith('xstate.invoke.')) return src;

  return src === `xstate.invoke.${id}` ? 'inline' : id;
}

/** The name of an action; for a built-in one that of the function that makes it, for example `assign`. */
function nameOf(action: unknown): string {
  if (typeof action === 'string') return action;
  const { type, name, params } = action as {
    readonly type?: unknown;
    readonly name?: unknown;
    readonly params?: unknown;
  };
  const named = typeof type === 'string' ? type.replace(/^xstate\./, '') : name;

  return typeof named === 'string' && named !== '' ? `${named}${paramsOf(params)}` : 'inline';
}

/** `(limit: 3)`: static parameters, if they are few and short. */
function paramsOf(params: unknown): string {
  if (typeof params !== 'object' || params === null) return '';
  const isShort = (value: unknown): boolean => /^(string|number|boolean)$/.test(typeof value);
  const entries = Object.entries(params);
  if (entries.length === 0 || entries.length > 3 || !entries.every(([, value]) => isShort(value))) return '(…)';

  return `(${entries.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(', ')})`;
}

/** Whether an action is in the definition. XState adds one to entry and exit for each delay, which is shown as a transition. */
function isWritten(action: unknown): boolean {
  const { id, sendId } = (action ?? {}) as { readonly id?: unknown; readonly sendId?: unknown };

  return typeof action !== 'function' || !`${id ?? sendId ?? ''}`.startsWith('xstate.after.');
}

/** The description of a guard; combined guards are joined by `and`, `or`, `not`. */
function guardOf(guard: unknown): string {
  if (guard === undefined) return '';
  const { guards, stateValue } = guard as { readonly guards?: readonly unknown[]; readonly stateValue?: unknown };
  if (stateValue !== undefined) {
    return `in ${typeof stateValue === 'string' ? stateValue : JSON.stringify(stateValue)}`;
  }
  if (!Array.isArray(guards)) return nameOf(guard);
  const word = nameOf(guard);
  const parts = guards.map((part) => (isMadeOfSeveral(part) ? `(${guardOf(part)})` : guardOf(part)));

  return parts.length === 1 ? `${word} ${parts[0]}` : parts.join(` ${word} `);
}

const isMadeOfSeveral = (guard: unknown): boolean =>
  ((guard as { readonly guards?: readonly unknown[] } | undefined)?.guards?.length ?? 0) > 1;

/** XState puts a guard of its own, which selects the route, before the one in the definition. */
const guardOfRoute = (guard: unknown): string =>
  guardOf((guard as { readonly guards?: readonly unknown[] } | undefined)?.guards?.[1]);

// STATES ----------------------------------------------------------------------

/**
 * The ids of the active states of a snapshot, outer ones first, without the root, which is always active. Only `value`
 * is read, so a stored snapshot works as well. A state that is not in the chart is left out: it may be one of an earlier
 * version of the machine.
 */
export function activeStates({ root }: Chart, { value }: { readonly value?: unknown }): readonly string[] {
  return statesIn(root, value);
}

function statesIn(state: ChartState, value: unknown): readonly string[] {
  const inside = typeof value === 'string' ? { [value]: undefined } : (value ?? {});

  return Object.entries(inside).flatMap(([name, within]) => {
    const child = state.states.find((one) => one.name === name);
    return child === undefined ? [] : [child.id, ...statesIn(child, within)];
  });
}

// TRANSITIONS -----------------------------------------------------------------

/**
 * The ids of the transitions by which an event can have led from some states to others, including transitions without
 * an event that followed.
 *
 * **Note:** guards are not evaluated. If two transitions were possible, both are returned, and one to its own state is
 * returned even if its guard refused it.
 *
 * @param before the active states before the event, by `activeStates`
 * @param after the active states after it
 * @param eventType the type of the event in XState: `xstate.after.grace.light.green`
 */
export function takenBy(
  chart: Chart,
  before: readonly string[],
  after: readonly string[],
  eventType: string
): readonly string[] {
  const places = placesOf(chart.root);
  const left = new Set([chart.root.id, ...before]);
  const reached = new Set([chart.root.id, ...after]);
  const ways = [...left].map((from) => ({ from, ids: waysFrom(from) })).filter(({ ids }) => ids.length > 0);
  // Only the innermost state with a transition for an event takes it.
  const around = new Set(ways.flatMap(({ from }) => places.get(from)?.around ?? []));

  return [...new Set(ways.flatMap(({ from, ids }) => (around.has(from) ? [] : ids)))];

  function waysFrom(from: string): readonly string[] {
    const own = chart.transitions.filter((one) => one.from === from);
    const meant = own.filter((one) => isFor(one, eventType)).flatMap((one) => wayOf(one));

    return meant.length > 0 ? meant : own.filter((one) => isForAny(one, eventType)).flatMap((one) => wayOf(one));
  }

  /** The transition, if it leads to an active state, with the transitions without an event that followed; else none. */
  function wayOf({ id, to }: ChartTransition, seen: ReadonlySet<string> = new Set()): readonly string[] {
    const place = places.get(to);
    if (place === undefined || seen.has(to)) return [];
    const entered = enteredWith(place);
    if (entered.slice(0, 1).every((state) => reached.has(state))) return [id];
    const onward = chart.transitions
      .filter((one) => one.to !== one.from && entered.includes(one.from) && followsOn(one, place.state))
      .flatMap((one) => wayOf(one, new Set([...seen, to])));

    return onward.length > 0 ? [id, ...onward] : [];
  }
}

/** A state, and the ids of the states around it, the nearest first. */
interface Place {
  readonly state: ChartState;
  readonly around: readonly string[];
}

function placesOf(state: ChartState, around: readonly string[] = []): ReadonlyMap<string, Place> {
  const inside = state.states.flatMap((child) => [...placesOf(child, [state.id, ...around])]);

  return new Map([[state.id, { state, around }], ...inside]);
}

/** The states that are entered with a state: itself, its initial states, and those around it. A history state is left at once. */
function enteredWith({ state, around }: Place): readonly string[] {
  return state.kind.endsWith('history') ? around : [...beginningOf(state), ...around];
}

function beginningOf(state: ChartState): readonly string[] {
  const first = state.states.filter(
    ({ id, kind }) => id === state.initial || (state.kind === 'parallel' && kind !== 'history')
  );

  return [state.id, ...first.flatMap(beginningOf)];
}

/** Whether a transition is for exactly this event. */
function isFor({ id, from }: ChartTransition, eventType: string): boolean {
  const prefix = prefixOf(from, eventType);

  return id.startsWith(prefix) && /^\d+$/.test(id.slice(prefix.length));
}

/** Whether a transition can follow at once when a state is entered: it needs no event, or the state around it is done. */
const followsOn = (one: ChartTransition, { kind }: ChartState): boolean =>
  isFor(one, '') || (kind === 'final' && isFor(one, `xstate.done.state.${one.from}`));

/** Whether a transition is for all events, or for all that begin like this one. */
const isForAny = ({ event }: ChartTransition, eventType: string): boolean =>
  event === '*' || (event.endsWith('.*') && `${eventType}.`.startsWith(event.slice(0, -1)));
