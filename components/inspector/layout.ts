/**
 * Layouts: where everything of a chart goes. It is worked out once for each chart, by ELK in a thread
 * (`elk-layout.ts`, `elk-thread.ts`), and without it where ELK cannot be had (`plain-layout.ts`); `statechart.ts` shows
 * what comes out.
 */

import type { Chart } from 'troupe/inspection';
import type { Drawing } from './drawing.js';
import { drawingOf, graphOf } from './elk-layout.js';
import { withPlaces } from './elk-thread.js';
import { plainLayout } from './plain-layout.js';

/** How many drawings are kept; the one not asked for the longest goes first. */
const most = 100;

const drawings = new Map<string, Promise<Drawing>>();

/**
 * Where everything of a chart goes. It takes some milliseconds the first time, in a thread of its own, so the
 * process goes on meanwhile; then it is known by the chart's id.
 *
 * ELK is the package `elkjs`, which has to be installed beside Troupe. Where it is not, or cannot cope with a chart,
 * the states stand in one column with the transitions at their right: legible, if not handsome. So this never rejects.
 *
 * @param places lays out a graph as ELK does
 */
export function layOut(chart: Chart, places: typeof withPlaces = withPlaces): Promise<Drawing> {
  const drawing = drawings.get(chart.id) ?? makeDrawing(chart, places);
  drawings.delete(chart.id);
  drawings.set(chart.id, drawing);
  for (const id of drawings.keys()) {
    if (drawings.size <= most) break;
    drawings.delete(id);
  }

  return drawing;
}

async function makeDrawing(chart: Chart, places: typeof withPlaces): Promise<Drawing> {
  try {
    return drawingOf(chart, await places(graphOf(chart)));
  } catch {
    return plainLayout(chart);
  }
}
