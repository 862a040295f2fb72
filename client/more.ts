/**
 * The second script of a page, `more-HASH.js`: what only some pages need. `main.ts` loads it beside the first script, and
 * `start.ts` says which frames wait for it. Nothing of the first script may be in it, except what has no state.
 */

import { TextControls } from './text-controls.js';

/**
 * Makes the texts that are merged.
 *
 * @param isComposing whether a composition is open in a control
 */
export function createTexts(isComposing: (control: Element) => boolean): TextControls {
  return new TextControls(isComposing);
}
