/**
 * The drawing of a statechart, with its active states and the transitions it has taken last: an SVG with a text beside it.
 * The positions come from `layout.ts`, the text from `statechart-words.ts`; the styles are in the style sheet.
 *
 * While a machine runs, only classes and one sentence change, so a patch is a few bytes however large the chart is.
 */

import { html, repeat, type Template } from 'troupe';
import type { ChartState, ChartTransition, ChartView } from 'troupe/inspection';
import {
  type Beginning,
  type Drawing,
  detailsOf,
  drawableOf,
  isHistory,
  isNested,
  type Line,
  labelOf,
  type Point,
  type Rectangle,
  shortened,
  size,
  statesFrom,
} from './drawing.js';
import { outline, outlook, whereabouts } from './statechart-words.js';

export type { Drawing } from './drawing.js';
export { layOut } from './layout.js';

// FIGURE ----------------------------------------------------------------------

/**
 * A statechart with where it is. While there is no drawing yet, the text stands alone.
 *
 * ```ts
 * const drawing = await layOut(chart);
 * html`${statechart({ chart, active: ['light.green'], taken: [] }, drawing)}`;
 * ```
 *
 * **Note:** it needs `statechartStyle` in a style sheet. Its size is chosen by controls that send nothing to the server.
 */
export function statechart(view: ChartView, drawing: Drawing | undefined): Template<never> {
  const name = view.chart.root.name;

  return html`<figure class="statechart">
    <figcaption class="statechart-now"><strong>${whereabouts(view)}</strong> ${outlook(view)}</figcaption>
    ${drawing === undefined ? html`<p class="statechart-waiting">The drawing is being made.</p>` : pane(view, drawing)}
    <details class="statechart-words"><summary>${name} in words</summary>${outline(view)}</details>
  </figure>`;
}

/** The drawing in a box that scrolls, and how large it is. */
function pane(view: ChartView, drawing: Drawing): Template<never> {
  const { id, root } = view.chart;
  const sizes = [
    { value: 'fit', text: 'Fit' },
    { value: 'actual', text: '100 %' },
    { value: 'double', text: '200 %' },
  ];
  const choice = ({ value, text }: (typeof sizes)[number], index: number): Template<never> =>
    html`<label><input type="radio" name="size of ${id}" value=${value} ?checked=${index === 0} autocomplete="off"> ${text}</label>`;

  return html`<fieldset class="statechart-sizes"><legend>Size</legend>${sizes.map(choice)}</fieldset>
    <div class="statechart-pane" role="region" aria-label="Drawing of ${root.name}" tabindex="0">${picture(view, drawing)}</div>`;
}

// PICTURE ---------------------------------------------------------------------

function picture(view: ChartView, { width, height, boxes, lines, beginnings }: Drawing): Template<never> {
  const states = statesFrom(view.chart.root);
  const active = new Set(view.active);
  const taken = new Set(view.taken);
  const key = ({ id }: { readonly id: string }): string => id;
  const drawn = drawableOf(view.chart);
  const regions = new Set(states.flatMap((state) => (state.kind === 'parallel' ? state.states : [])));
  const begun = states.filter(({ id }) => beginnings[id] !== undefined);

  return html`<svg class="statechart-picture ${breadthOf(width)}" role="img" aria-label="Statechart of ${view.chart.root.name}. ${whereabouts(view)}"
      viewBox="0 0 ${width} ${height}" width=${width} height=${height}>
    ${repeat(states, key, (state) => stateBox(state, boxes[state.id], regions.has(state), active.has(state.id)))}
    ${repeat(begun, key, ({ id }) => beginning(beginnings[id]))}
    ${repeat(drawn, key, (transition) => arrow(lines[transition.id], taken.has(transition.id)))}
    ${repeat(states, key, (state) => title(state, boxes[state.id]))}
    ${repeat(drawn, key, (transition) => label(transition, lines[transition.id], taken.has(transition.id)))}
  </svg>`;
}

/** How far it may shrink to fit: so far that it can be read, and then it scrolls. */
const breadthOf = (width: number): string => (width > 1_400 ? 'vast' : width > 640 ? 'wide' : '');

// STATES ----------------------------------------------------------------------

function stateBox(
  state: ChartState,
  box: Rectangle | undefined,
  isRegion: boolean,
  isActive: boolean
): Template<never> | undefined {
  if (box === undefined) return undefined;
  const { x, y, width, height } = box;
  const kind = isHistory(state) ? 'history' : state.kind;
  const rounding = isHistory(state) ? size.history / 2 : 8;

  return html`<g class="state ${kind} ${isNested(state) && 'nested'} ${isRegion && 'region'} ${isActive && 'active'}">
    <title>${state.id}</title>
    <rect class="box" x=${x} y=${y} width=${width} height=${height} rx=${rounding} />
    ${state.kind === 'final' && html`<rect class="inner" x=${x + 3.5} y=${y + 3.5} width=${width - 7} height=${height - 7} rx="5" />`}
    ${isHistory(state) ? historyMark(state, box) : content(state, box)}
  </g>`;
}

const historyMark = ({ kind }: ChartState, { x, y, width, height }: Rectangle): Template<never> =>
  html`<text class="mark" x=${x + width / 2} y=${y + height / 2 + 4.5}>${kind === 'deep history' ? 'H*' : 'H'}</text>`;

/** The dot that says it is active, and what is done there. */
function content(state: ChartState, { x, y, width }: Rectangle): Template<never> {
  const details = detailsOf(state);
  const detail = (text: string, index: number): Template<never> =>
    html`<text class="detail" x=${x + 10} y=${y + size.bar + 14 + index * size.line}>${text}</text>`;
  const rule =
    (isNested(state) || details.length > 0) &&
    html`<line class="rule" x1=${x} y1=${y + size.bar} x2=${x + width} y2=${y + size.bar} />`;

  return html`${rule}<circle class="lamp" cx=${x + 13} cy=${y + size.bar / 2 + 1} r="4" />
    ${details.map(detail)}`;
}

/** The name of a state, above the lines that may cross its bar. */
function title(state: ChartState, box: Rectangle | undefined): Template<never> | undefined {
  if (box === undefined || isHistory(state)) return undefined;

  return html`<text class="name" x=${box.x + 24} y=${box.y + size.bar / 2 + 5.5}>${shortened(state.name)}</text>`;
}

function beginning(given: Beginning | undefined): Template<never> | undefined {
  return (
    given &&
    html`<g class="beginning"><circle class="dot" cx=${given.dot.x} cy=${given.dot.y} r=${size.dot / 2} />
      <path class="way" d=${pathOf(given.points)} /><path class="head" d=${headOf(given.points)} /></g>`
  );
}

// TRANSITIONS -----------------------------------------------------------------

/** A line with its head. Heads are paths and no markers: those have ids, and do not take the colour of their line. */
function arrow(line: Line | undefined, isTaken: boolean): Template<never> | undefined {
  return (
    line &&
    html`<g class="transition ${isTaken && 'taken'}"><path class="way" d=${pathOf(line.points)} />
      <path class="head" d=${headOf(line.points)} /></g>`
  );
}

function label(transition: ChartTransition, line: Line | undefined, isTaken: boolean): Template<never> | undefined {
  if (line === undefined) return undefined;
  const { x, y, width, height } = line.label;
  const { event, guard, actions } = transition;
  const row = (text: string, index: number): Template<never> =>
    html`<text x=${x + width / 2} y=${y + 13 + index * size.line}>${text}</text>`;

  return html`<g class="label ${isTaken && 'taken'}">
    <title>${[event, guard && `[${guard}]`, actions.length > 0 && `/ ${actions.join(', ')}`].filter(Boolean).join(' ')}</title>
    <rect x=${x} y=${y} width=${width} height=${height} rx="4" />${labelOf(transition).map(row)}
  </g>`;
}

// PATHS -----------------------------------------------------------------------

/** A line along the points with its corners rounded. */
export function pathOf(points: readonly Point[]): string {
  const parts = points.map((point, index) => {
    const [before, after] = [points[index - 1], points[index + 1]];
    if (before === undefined) return `M${point.x} ${point.y}`;
    if (after === undefined) return `L${point.x} ${point.y}`;
    const from = towards(point, before, 6);
    const to = towards(point, after, 6);

    return `L${from.x} ${from.y}Q${point.x} ${point.y} ${to.x} ${to.y}`;
  });

  return parts.join('');
}

/** The point some pixels from one to another, half way at the most. */
function towards(from: Point, to: Point, pixels: number): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const share = length === 0 ? 0 : Math.min(pixels, length / 2) / length;

  return { x: rounded(from.x + (to.x - from.x) * share), y: rounded(from.y + (to.y - from.y) * share) };
}

/** The head of an arrow at the end of the points. */
export function headOf(points: readonly Point[]): string {
  const tip = points.at(-1) ?? { x: 0, y: 0 };
  const before = points.findLast(({ x, y }) => x !== tip.x || y !== tip.y) ?? { x: tip.x, y: tip.y - 1 };
  const length = Math.hypot(tip.x - before.x, tip.y - before.y);
  const [x, y] = [(tip.x - before.x) / length, (tip.y - before.y) / length];
  const corner = (side: 1 | -1): string =>
    `L${rounded(tip.x - 8 * x - side * 4 * y)} ${rounded(tip.y - 8 * y + side * 4 * x)}`;

  return `M${tip.x} ${tip.y}${corner(1)}${corner(-1)}Z`;
}

const rounded = (value: number): number => Math.round(value * 10) / 10;
