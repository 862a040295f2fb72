/**
 * The drawing of a statechart.
 */

import { html, type Template } from 'troupe';
import type { Chart, ChartView } from 'troupe/inspection';

/** Where everything of a chart is drawn. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
}

/** Lays a chart out. */
export async function layOut(_chart: Chart): Promise<Drawing> {
  return { width: 0, height: 0 };
}

/** A chart, drawn; while there is no drawing, in words. */
export function statechart({ active }: ChartView, _drawing: Drawing | undefined): Template<never> {
  return html`<p>In ${active.join(', ')}</p>`;
}
