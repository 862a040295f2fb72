/**
 * A statechart in words: for those who do not see the drawing, and for those who would rather read. `statechart.ts`
 * puts them beside it.
 */

import { html, repeat, type Template } from 'troupe';
import type { Chart, ChartState, ChartTransition, ChartView } from 'troupe/inspection';
import { isHistory, statesFrom } from './drawing.js';

// SENTENCES -------------------------------------------------------------------

/** Where it is, by the innermost states with those around them: `In track.playing and lamp.on.` */
export function whereabouts({ chart, active }: ChartView): string {
  const paths = pathsIn(chart.root.states, new Set(active));

  return `In ${paths.length === 0 ? chart.root.name : paths.join(' and ')}.`;
}

function pathsIn(states: readonly ChartState[], active: ReadonlySet<string>): readonly string[] {
  return states
    .filter(({ id }) => active.has(id))
    .flatMap((state) => {
      const inside = pathsIn(state.states, active);
      return inside.length === 0 ? [state.name] : inside.map((path) => `${state.name}.${path}`);
    });
}

/** What can happen next: `pressed leads to yellow; after 3000 ms leads to yellow`. */
export function outlook({ chart, active }: ChartView): string {
  const from = new Set([chart.root.id, ...active]);
  const names = namesOf(chart);
  const sentences = chart.transitions.filter((transition) => from.has(transition.from)).map((one) => wayOf(one, names));

  return sentences.length === 0 ? 'Nothing leads on.' : `${[...new Set(sentences)].join('; ')}.`;
}

/** `pressed if isFree leads to yellow, doing remember`. */
function wayOf({ from, to, event, guard, actions }: ChartTransition, names: ReadonlyMap<string, string>): string {
  const condition = guard === '' ? '' : ` if ${guard}`;
  const goal = from === to ? 'stays' : `leads to ${names.get(to) ?? to}`;

  return `${event}${condition} ${goal}${actions.length > 0 ? `, doing ${actions.join(', ')}` : ''}`;
}

/** States by their names, which need not be the only ones; then with that of the state around. */
function namesOf({ root }: Chart): ReadonlyMap<string, string> {
  const states = statesFrom(root);
  const counts = new Map<string, number>();
  for (const { name } of states) counts.set(name, (counts.get(name) ?? 0) + 1);
  const parents = new Map(states.flatMap((state) => state.states.map((child) => [child.id, state.name] as const)));
  const isKnown = (name: string): boolean => counts.get(name) === 1;

  return new Map(states.map(({ id, name }) => [id, isKnown(name) ? name : `${name} of ${parents.get(id) ?? id}`]));
}

// OUTLINE ---------------------------------------------------------------------

/** All states and where they lead, nested as they are, the current ones marked. */
export function outline({ chart, active }: ChartView): Template<never> {
  const reading: Reading = { names: namesOf(chart), active: new Set(active), transitions: chart.transitions };

  return html`<ul class="statechart-outline">${item(chart.root, reading)}</ul>`;
}

interface Reading {
  readonly names: ReadonlyMap<string, string>;
  readonly active: ReadonlySet<string>;
  readonly transitions: readonly ChartTransition[];
}

function item(state: ChartState, reading: Reading): Template<never> {
  const own = reading.transitions.filter(({ from }) => from === state.id);
  const lines = [
    ...state.invokes.map((source) => `invokes ${source}`),
    ...state.entry.map((action) => `at entry does ${action}`),
    ...state.exit.map((action) => `at exit does ${action}`),
    ...own.map((transition) => wayOf(transition, reading.names)),
  ];
  const line = (text: string): Template<never> => html`<li>${text}</li>`;
  const inside =
    lines.length + state.states.length > 0 &&
    html`<ul>${lines.map(line)}${repeat(
      state.states,
      ({ id }) => id,
      (child) => item(child, reading)
    )}</ul>`;

  return html`<li><strong>${state.name}</strong>${kindOf(state)}${reading.active.has(state.id) && html` <em>current</em>`}${inside}</li>`;
}

/** What is to be said of its kind. */
function kindOf(state: ChartState): string {
  if (isHistory(state)) return `, ${state.kind}`;
  if (state.kind === 'final') return ', final';
  const first = state.states.find(({ id }) => id === state.initial);
  if (first !== undefined) return `, begins in ${first.name}`;

  return state.kind === 'parallel' ? ', in all of these at once' : '';
}
