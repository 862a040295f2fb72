/**
 * The inspector: two pages that show what a server holds, as a Troupe application. It is written with the
 * public entries alone and only reads: all it shows comes from an `Inspection`.
 *
 * The host that mounts it below `base` serves its style sheet at `style.css` there, the page of a session after a step
 * as a read-only document at `pages/SESSION/STEP`, and its recording at `recordings/SESSION.jsonl.gz`.
 */

import type { AnyComponent, PageProps } from 'troupe';
import type { Inspection } from 'troupe/inspection';
import { chartPanel } from './chart-panel.js';
import { history } from './history.js';
import { log } from './log.js';
import { placesBelow } from './places.js';
import { sessionPage } from './session.js';
import { createSessionFeed } from './session-feed.js';
import { sessionsPage } from './sessions.js';
import { stateTree } from './state-tree.js';
import { style } from './style.js';
import { wire } from './wire.js';

/** The inspector, ready to be mounted. */
export interface InspectorApp {
  /** Which component stands at which path below the base. */
  readonly routes: Readonly<Record<string, AnyComponent<PageProps>>>;
  /** The text of the style sheet. */
  readonly style: string;
  /** The title of its pages. */
  readonly title: string;
}

/** Where the inspector is. */
export interface InspectorOptions {
  /** The path it stands below, without a slash at its end. */
  readonly base: string;
}

/**
 * Makes an inspector of what an inspection shows.
 *
 * ```ts
 * const { routes, style, title } = inspector(server.inspection, { base: '/_troupe/inspector' });
 * const pages = createServer({ base: '/_troupe/inspector', routes, styles: ['/_troupe/inspector/style.css'], title });
 * ```
 *
 * **Note:** it shows everything the inspection gives: who may see it is for the host to decide.
 */
export function inspector(inspection: Inspection, { base }: InspectorOptions): InspectorApp {
  const feed = createSessionFeed(inspection);
  const places = placesBelow(base);
  const parts = {
    StateTree: stateTree(feed),
    ChartPanel: chartPanel(feed),
    Log: log(feed),
    Wire: wire(feed),
    History: history(feed, places),
  };

  return {
    routes: { '/': sessionsPage(inspection, places), '/sessions/:id': sessionPage(feed, places, parts) },
    style,
    title: 'Troupe inspector',
  };
}
