/**
 * Layout by ELK: converts a chart into the graph that ELK takes, and the result into a drawing (`drawing.ts`). `layout.ts`
 * calls it and runs ELK in a thread. States and transitions are named by their numbers, so that no name can be mistaken
 * for another.
 */

import type { ElkExtendedEdge, ElkNode, ElkPoint } from 'elkjs/lib/elk.bundled.js';
import type { Chart, ChartState, ChartTransition } from 'troupe/inspection';
import {
  type Beginning,
  type Drawing,
  drawableOf,
  isNested,
  type Line,
  type Point,
  type Rectangle,
  size,
  sizeOf,
  sizeOfLabel,
  statesFrom,
} from './drawing.js';

// GRAPH -----------------------------------------------------------------------

/** Room between things. ELK passes none of its options on to what is nested, so each state gets these. */
const spacing = {
  'elk.spacing.nodeNode': '24',
  'elk.spacing.edgeNode': '16',
  'elk.spacing.edgeEdge': '12',
  'elk.spacing.edgeLabel': '4',
  'elk.spacing.labelLabel': '6',
  'elk.spacing.nodeSelfLoop': '16',
  'elk.layered.spacing.nodeNodeBetweenLayers': '22',
  'elk.layered.spacing.edgeNodeBetweenLayers': '14',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '12',
  // Where a state begins is above what follows from it. The strategies that go by the order of the states fail over
  // lines into nested ones (elkjs 0.12).
  'elk.layered.cycleBreaking.strategy': 'BFS_NODE_ORDER',
};

const options = {
  ...spacing,
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
  'elk.padding': '[top=8,left=8,bottom=8,right=8]',
};

/** Transitions that stay, one beside the other; stacked, their texts would lie over their lines. */
const loops = {
  'elk.layered.edgeRouting.selfLoopDistribution': 'EQUALLY',
  'elk.layered.edgeRouting.selfLoopOrdering': 'SEQUENCED',
};

/** The chart as ELK takes it. */
export function graphOf(chart: Chart): ElkNode {
  const numbers = new Map(statesFrom(chart.root).map(({ id }, number) => [id, number]));
  const nodeOf = (id: string): string => `state ${numbers.get(id)}`;
  const transitions = drawableOf(chart).map((transition, number) => edgeOf(transition, number, nodeOf));
  const beginnings = begun(chart).map(({ id, initial }) => ({
    id: `beginning ${numbers.get(id)}`,
    sources: [`dot ${numbers.get(id)}`],
    targets: [nodeOf(initial as string)],
    // It points down, whatever has to point up for it.
    layoutOptions: { 'elk.layered.priority.direction': '10', 'elk.layered.priority.straightness': '10' },
  }));

  return {
    id: 'chart',
    layoutOptions: options,
    children: [elkNodeOf(chart.root, numbers)],
    edges: [...beginnings, ...transitions],
  };
}

/** The compound states that begin somewhere. */
const begun = (chart: Chart): readonly ChartState[] =>
  statesFrom(chart.root).filter(({ initial, states }) => states.some(({ id }) => id === initial));

function edgeOf(transition: ChartTransition, number: number, nodeOf: (id: string) => string): ElkExtendedEdge {
  const text = { id: `label ${number}`, text: ' ', ...sizeOfLabel(transition) };

  return {
    id: `transition ${number}`,
    sources: [nodeOf(transition.from)],
    targets: [nodeOf(transition.to)],
    labels: [{ ...text, layoutOptions: { 'elk.edgeLabels.inline': 'true' } }],
  };
}

function elkNodeOf(state: ChartState, numbers: ReadonlyMap<string, number>): ElkNode {
  const number = numbers.get(state.id);
  const { width, height } = sizeOf(state);
  if (!isNested(state)) return { id: `state ${number}`, width, height, layoutOptions: loops };
  const dots = state.states.some(({ id }) => id === state.initial)
    ? [{ id: `dot ${number}`, width: size.dot, height: size.dot }]
    : [];

  return {
    id: `state ${number}`,
    layoutOptions: {
      ...spacing,
      'elk.padding': `[top=${height + size.inset},left=${size.inset},bottom=${size.inset},right=${size.inset}]`,
      ...loops,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${width},${height})`,
    },
    children: [...dots, ...state.states.map((child) => elkNodeOf(child, numbers))],
  };
}

// DRAWING ---------------------------------------------------------------------

/**
 * The drawing of what ELK has made of the chart's graph.
 *
 * @throws Error if something has not got its place
 */
export function drawingOf(chart: Chart, graph: ElkNode): Drawing {
  const nodes = new Map(nodesFrom(graph).map((node) => [node.id, node]));
  const edges = new Map((graph.edges ?? []).map((edge) => [edge.id, edge]));
  const states = statesFrom(chart.root);
  const boxes = states.map(({ id }, number) => [id, rectangleOf(nodes.get(`state ${number}`))] as const);
  const lines = drawableOf(chart).map(({ id }, number) => [id, lineOf(edges.get(`transition ${number}`))] as const);
  const beginnings = begun(chart).map(({ id }) => {
    const number = states.findIndex((state) => state.id === id);
    return [id, beginningOf(nodes.get(`dot ${number}`), edges.get(`beginning ${number}`))] as const;
  });
  const { width, height } = rectangleOf(graph);

  return {
    width,
    height,
    boxes: Object.fromEntries(boxes),
    lines: Object.fromEntries(lines),
    beginnings: Object.fromEntries(beginnings),
  };
}

const nodesFrom = (node: ElkNode): readonly ElkNode[] => [node, ...(node.children ?? []).flatMap(nodesFrom)];

function rectangleOf(shape: Partial<Rectangle> | undefined): Rectangle {
  const { x, y, width, height } = shape ?? {};
  if (x === undefined || y === undefined || width === undefined || height === undefined) {
    throw new Error('ELK has left something without a place.');
  }

  return { x: rounded(x), y: rounded(y), width: rounded(width), height: rounded(height) };
}

function lineOf(edge: ElkExtendedEdge | undefined): Line {
  return { points: pointsOf(edge), label: rectangleOf(edge?.labels?.[0]) };
}

function beginningOf(dot: ElkNode | undefined, edge: ElkExtendedEdge | undefined): Beginning {
  const { x, y, width, height } = rectangleOf(dot);

  return { dot: { x: x + width / 2, y: y + height / 2 }, points: pointsOf(edge) };
}

function pointsOf(edge: ElkExtendedEdge | undefined): readonly Point[] {
  const [section, ...more] = edge?.sections ?? [];
  if (section === undefined || more.length > 0) throw new Error('ELK has not made one line of a transition.');

  return [section.startPoint, ...(section.bendPoints ?? []), section.endPoint].map(pointOf);
}

const pointOf = ({ x, y }: ElkPoint): Point => ({ x: rounded(x), y: rounded(y) });

/** Half a pixel is as fine as it has to be; more would be bytes. */
const rounded = (value: number): number => Math.round(value * 2) / 2;
