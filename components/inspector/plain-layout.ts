/**
 * A layout without ELK, for where it is not installed or fails: states in one column, nested as they are, and all
 * transitions at their right, each in a row of its own. `layout.ts` falls back on it.
 *
 *     +-----------------+
 *     | light           |
 *     |  . +--------+   |
 *     |  +>| green  |---+--[ pressed ]--+
 *     |    +--------+   |               |
 *     |    +--------+   |               |
 *     |    | yellow |<--+---------------+
 *     |    +--------+   |
 *     +-----------------+
 *
 * Right of a state there is nothing but what is around it, so no line crosses a state it does not leave or lead into.
 */

import type { Chart, ChartState, ChartTransition } from 'troupe/inspection';
import {
  type Beginning,
  type Drawing,
  drawableOf,
  extentOf,
  isNested,
  type Line,
  type Rectangle,
  size,
  sizeOf,
  sizeOfLabel,
} from './drawing.js';

// SPACES ----------------------------------------------------------------------

/** Pixels around the drawing, between states, of a row where a line arrives, between lines that go up and down. */
const space = { margin: 8, between: 16, arrival: 12, lane: 10 } as const;

/** What stands at the left of states in another: the dot with its arrow. */
const indent = size.inset + 2 * size.dot;

// COLUMN ----------------------------------------------------------------------

/** Where the lines of a transition leave and arrive, y. */
interface Rows {
  readonly leaves: Map<string, number>;
  readonly arrives: Map<string, number>;
}

/** The places of a chart's states and transitions, without ELK. */
export function plainLayout(chart: Chart): Drawing {
  const transitions = drawableOf(chart);
  const boxes: Record<string, Rectangle> = {};
  const rows: Rows = { leaves: new Map(), arrives: new Map() };
  place(chart.root, space.margin, space.margin, { transitions, boxes, rows });
  const lines = linesOf(transitions, boxes, rows);
  const { x, y, width, height } = extentOf({ boxes, lines });

  return {
    width: x + width + space.margin,
    height: y + height + space.margin,
    boxes,
    lines,
    beginnings: beginningsOf(chart.root, boxes),
  };
}

interface Placing {
  readonly transitions: readonly ChartTransition[];
  readonly boxes: Record<string, Rectangle>;
  readonly rows: Rows;
}

/** Gives a state and all in it their places, one below the other. */
function place(state: ChartState, x: number, y: number, placing: Placing): Rectangle {
  const own = sizeOf(state);
  let bottom = Math.max(y + own.height, placeRows(state, y + 6, placing));
  let right = x + own.width;
  for (const child of state.states) {
    const box = place(child, x + indent, bottom + space.between, placing);
    bottom = box.y + box.height;
    right = Math.max(right, box.x + box.width + size.inset);
  }
  const box = { x, y, width: right - x, height: bottom + (isNested(state) ? size.inset : 0) - y };
  placing.boxes[state.id] = box;

  return box;
}

/** A row for each line that leaves the state, as high as its text, and for each that arrives; gives where they end. */
function placeRows({ id }: ChartState, top: number, { transitions, rows }: Placing): number {
  let y = top;
  for (const transition of transitions) {
    if (transition.from === id) {
      const { height } = sizeOfLabel(transition);
      rows.leaves.set(transition.id, y + height / 2);
      y += height + 4;
    }
    if (transition.to === id) {
      rows.arrives.set(transition.id, y + space.arrival / 2);
      y += space.arrival;
    }
  }

  return y + 6;
}

// LINES -----------------------------------------------------------------------

function linesOf(
  transitions: readonly ChartTransition[],
  boxes: Readonly<Record<string, Rectangle>>,
  { leaves, arrives }: Rows
): Readonly<Record<string, Line>> {
  const right = (id: string): number => (boxes[id]?.x ?? 0) + (boxes[id]?.width ?? 0);
  const edge = Math.max(...Object.keys(boxes).map(right)) + 16;
  const labels = transitions.map((transition) => sizeOfLabel(transition));
  const firstLane = edge + Math.max(0, ...labels.map(({ width }) => width)) + 16;
  const lanes: number[] = [];
  const lines = transitions.map(({ id, from, to }, index) => {
    const [start = 0, end = 0] = [leaves.get(id), arrives.get(id)];
    const lane = firstLane + laneFor(lanes, Math.min(start, end), Math.max(start, end)) * space.lane;
    const { width = 0, height = 0 } = labels[index] ?? {};
    const points = [
      { x: right(from), y: start },
      { x: lane, y: start },
      { x: lane, y: end },
      { x: right(to), y: end },
    ];

    return [id, { points, label: { x: edge, y: start - height / 2, width, height } }] as const;
  });

  return Object.fromEntries(lines);
}

/** The first lane that is free from `top` on. `lanes` says how far down each is taken. */
function laneFor(lanes: number[], top: number, bottom: number): number {
  const free = lanes.findIndex((taken) => taken < top);
  const lane = free === -1 ? lanes.length : free;
  lanes[lane] = bottom;

  return lane;
}

function beginningsOf(
  state: ChartState,
  boxes: Readonly<Record<string, Rectangle>>
): Readonly<Record<string, Beginning>> {
  const first = boxes[state.initial ?? ''];
  const inside = Object.assign({}, ...state.states.map((child) => beginningsOf(child, boxes)));
  if (first === undefined) return inside;
  const y = first.y + Math.min(size.bar, first.height) / 2;
  const dot = { x: first.x - 2 * size.dot, y };

  return {
    ...inside,
    [state.id]: {
      dot,
      points: [
        { x: dot.x + size.dot / 2, y },
        { x: first.x, y },
      ],
    },
  };
}
