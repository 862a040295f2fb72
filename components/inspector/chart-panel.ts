/**
 * The statechart of an actor, at present or after a step; empty for an actor without one. A chart
 * is laid out once, in a task; the result is plain data and stays in the model.
 *
 * `session.ts` places it, `statechart.ts` draws.
 */

import { type Component, callback, component, html, task } from 'troupe';
import type { ChartView } from 'troupe/inspection';
import type { SessionFeed } from './session-feed.js';
import { failure } from './shell.js';
import type { StateTreeProps } from './state-tree.js';
import { type Drawing, layOut, statechart } from './statechart.js';

// TYPES -----------------------------------------------------------------------

/** What the panel knows. */
export interface ChartPanelModel extends StateTreeProps {
  /** The chart of the actor; `undefined` if it has none, or was not read yet. */
  readonly chart: ChartView | undefined;
  /** The chart that is laid out, by its id. */
  readonly drawn: { readonly id: string; readonly drawing: Drawing } | undefined;
  /** Why there is no drawing; '' if that is not so. */
  readonly why: string;
}

/** What can happen to the panel. */
export type ChartPanelMessage =
  | { type: 'chartRead'; chart: ChartView | undefined }
  | { type: 'chartLaidOut'; id: string; drawing: Drawing }
  | { type: 'drawingFailed'; why: string };

// COMPONENT -------------------------------------------------------------------

/** Makes the panel. */
export const chartPanel = (feed: SessionFeed): Component<ChartPanelModel, ChartPanelMessage, StateTreeProps> =>
  component({
    name: 'inspector-chart',
    init: ({ session, actor, step }: StateTreeProps): ChartPanelModel => ({
      ...{ session, actor, step },
      chart: undefined,
      drawn: undefined,
      why: '',
    }),
    received: (model, { session, actor, step }) => ({
      ...model,
      ...{ session, actor, step },
      chart: actor === model.actor ? model.chart : undefined,
    }),
    update,
    subscriptions: ({ session, actor, step, chart, drawn }) => [
      actor !== '' &&
        callback(`chart ${JSON.stringify([session, actor, step])}`, ({ send }) =>
          feed.watch(session, {
            seen: (inspected) => send({ type: 'chartRead', chart: inspected.chart(actor, step) }),
            failed: (why) => send({ type: 'drawingFailed', why }),
          })
        ),
      chart !== undefined &&
        chart.chart.id !== drawn?.id &&
        task(
          `layout ${chart.chart.id}`,
          async () => ({ type: 'chartLaidOut', id: chart.chart.id, drawing: await layOut(chart.chart) }),
          (error) => ({ type: 'drawingFailed', why: error instanceof Error ? error.message : String(error) })
        ),
    ],
    view,
  });

function update(model: ChartPanelModel, message: ChartPanelMessage): ChartPanelModel {
  switch (message.type) {
    case 'chartRead':
      return { ...model, chart: message.chart };
    case 'chartLaidOut':
      return { ...model, drawn: { id: message.id, drawing: message.drawing }, why: '' };
    case 'drawingFailed':
      return { ...model, why: message.why };
  }
}

function view({ chart, drawn, why }: ChartPanelModel) {
  if (chart === undefined) return html<ChartPanelMessage>``;

  return html<ChartPanelMessage>`
    <section class="i-panel i-chart" aria-label="Statechart">
      <h2>Statechart</h2>
      ${why !== '' && failure('The statechart could not be drawn.', why)}
      <div class="i-scroll i-drawing">${statechart(
        chart,
        drawn?.id === chart.chart.id ? drawn.drawing : undefined
      )}</div>
    </section>`;
}
