/**
 * Drawings: where everything of a statechart stands, as plain data, and the texts that stand in it with the room they
 * take. `layout.ts` makes them of charts, `statechart.ts` shows them.
 */

import type { Chart, ChartState, ChartTransition } from 'troupe/inspection';

// TYPES -----------------------------------------------------------------------

/** A place in a drawing; y grows downwards. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** What something covers. */
export interface Rectangle extends Point {
  readonly width: number;
  readonly height: number;
}

/** The line of a transition. */
export interface Line {
  /** From the border of one box to that of the other, the bends between. */
  readonly points: readonly Point[];
  /** What its text covers. */
  readonly label: Rectangle;
}

/** The dot and the arrow that say where a compound state begins. */
export interface Beginning {
  readonly dot: Point;
  /** From the dot to the border of the state. */
  readonly points: readonly Point[];
}

/** Where everything of a chart stands. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** By the id of the state. */
  readonly boxes: Readonly<Record<string, Rectangle>>;
  /** By the id of the transition. */
  readonly lines: Readonly<Record<string, Line>>;
  /** By the id of the compound state. */
  readonly beginnings: Readonly<Record<string, Beginning>>;
}

// READING ---------------------------------------------------------------------

/** A state and all in it, those around others first. */
export const statesFrom = (state: ChartState): readonly ChartState[] => [state, ...state.states.flatMap(statesFrom)];

/** Whether other states stand in it. */
export const isNested = ({ states }: ChartState): boolean => states.length > 0;

/** Whether it is no place to be but one to come back by. */
export const isHistory = ({ kind }: ChartState): boolean => kind === 'history' || kind === 'deep history';

// TEXTS -----------------------------------------------------------------------

/** What a text may take at the most; the rest is cut off. */
const longest = 36;

/** Shortened to what fits. */
export const shortened = (text: string): string => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text);

/** What stands below the name of a state. */
export function detailsOf({ entry, exit, invokes }: ChartState): readonly string[] {
  const lines = [
    ...invokes.map((source) => `invoke ${source}`),
    ...entry.map((action) => `entry / ${action}`),
    ...exit.map((action) => `exit / ${action}`),
  ];

  return lines.map(shortened);
}

/** What stands at a transition: the event, the guard, the actions, a line each. */
export function labelOf({ event, guard, actions }: ChartTransition): readonly string[] {
  const lines = [event, guard && `[${guard}]`, actions.length > 0 ? `/ ${actions.join(', ')}` : ''];

  return lines.filter((line) => line !== '').map(shortened);
}

// SIZES -----------------------------------------------------------------------

/** Pixels of what is drawn; the style sheet has the same sizes of letters. */
export const size = {
  /** Letters of the names of states, and the bar they stand in. */
  name: 13,
  bar: 26,
  /** Letters of details and labels, and a line of them. */
  text: 11,
  line: 15,
  /** Between a box and what is in it. */
  inset: 14,
  /** The dot where a state begins, and the circle of a history. */
  dot: 10,
  history: 26,
} as const;

/** About how wide a text is in a sans-serif font. Fonts differ; it is rather too much than too little. */
export function widthOf(text: string, letters: number): number {
  let width = 0;
  for (const letter of text) width += widthOfLetter(letter);

  return Math.ceil(width * letters);
}

function widthOfLetter(letter: string): number {
  if (letter > '\u2e7f') return 1.05;
  if (/[iljtfrI.,:;'|!()[\]/ ]/.test(letter)) return 0.4;

  return /[mwMW@%—…]/.test(letter) || (letter >= 'A' && letter <= 'Z') ? 0.82 : 0.62;
}

/** The room a state takes if nothing stands in it; of one that is nested its bar with what stands below. */
export function sizeOf(state: ChartState): { readonly width: number; readonly height: number } {
  if (isHistory(state)) return { width: size.history, height: size.history };
  const details = detailsOf(state);
  const widths = [widthOf(shortened(state.name), size.name) + 18, ...details.map((line) => widthOf(line, size.text))];

  return {
    width: Math.max(56, ...widths) + 20,
    height: size.bar + (details.length > 0 ? details.length * size.line + 8 : 0) + (isNested(state) ? 0 : 6),
  };
}

/** The room of the text at a transition. */
export function sizeOfLabel(transition: ChartTransition): { readonly width: number; readonly height: number } {
  const lines = labelOf(transition);

  return {
    width: Math.max(...lines.map((line) => widthOf(line, size.text))) + 10,
    height: lines.length * size.line + 4,
  };
}

/** Everything in a drawing that takes room, to be measured. */
export function extentOf({ boxes, lines }: Pick<Drawing, 'boxes' | 'lines'>): Rectangle {
  const rectangles = [...Object.values(boxes), ...Object.values(lines).map(({ label }) => label)];
  const points = Object.values(lines).flatMap((line) => line.points);
  const left = Math.min(...rectangles.map(({ x }) => x), ...points.map(({ x }) => x));
  const top = Math.min(...rectangles.map(({ y }) => y), ...points.map(({ y }) => y));
  const right = Math.max(...rectangles.map(({ x, width }) => x + width), ...points.map(({ x }) => x));
  const bottom = Math.max(...rectangles.map(({ y, height }) => y + height), ...points.map(({ y }) => y));

  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The transitions of a chart that lead somewhere it knows. */
export function drawableOf(chart: Chart): readonly ChartTransition[] {
  const known = new Set(statesFrom(chart.root).map(({ id }) => id));

  return chart.transitions.filter(({ from, to }) => known.has(from) && known.has(to));
}
