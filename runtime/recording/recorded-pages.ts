/**
 * The HTML that the page of a recording showed, first and last. With it `replay.ts` finds views that show something else
 * now. It is rendered from the recorded states (`read-only-tree.ts`), so it holds no secret that these do not hold.
 */

import type { AnyComponent } from '../component/component.js';
import { pageOf } from './read-only-tree.js';
import type { Recording } from './recording.js';
import { inWords } from './state-diff.js';

// TYPES -----------------------------------------------------------------------

/** The HTML that the page showed. */
export interface RecordedPages {
  /** When the recording begins. */
  readonly first: string;
  /** After its last step. */
  readonly last: string;
}

/** A recording with the HTML that its page showed, if that is known. */
export interface StoredRecording extends Recording {
  readonly pages?: RecordedPages | undefined;
}

// PAGES -----------------------------------------------------------------------

/** A recording with the HTML that the component shows of its first and its last states. */
export function withPages(recording: Recording, component: AnyComponent): StoredRecording {
  return { ...recording, pages: pagesOf(recording, component) };
}

function pagesOf({ begun, first, steps }: Recording, component: AnyComponent): RecordedPages {
  const last = steps.at(-1) ?? { after: first, at: begun };

  return {
    first: pageOf(component, first, { at: begun }).html,
    last: pageOf(component, last.after, { at: last.at }).html,
  };
}

/** Says for each recorded page that the component shows otherwise now where the two begin to differ. */
export function describePageChanges(recording: StoredRecording, component: AnyComponent): readonly string[] {
  const { pages } = recording;
  if (pages === undefined) return [];
  const now = pagesOf(recording, component);

  return (['first', 'last'] as const)
    .filter((which) => pages[which] !== now[which])
    .map((which) => `the ${which} page has changed: ${contrast(pages[which], now[which])}`);
}

/** Both texts, each from 20 characters before the first difference. */
function contrast(recorded: string, now: string): string {
  let at = 0;
  while (at < recorded.length && recorded[at] === now[at]) at++;
  const from = Math.max(0, at - 20);

  return `recorded ${inWords(recorded.slice(from))}, now ${inWords(now.slice(from))}`;
}
