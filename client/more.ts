/**
 * The second script of a page: what only some pages need. `second.ts` is the file that pages load, and
 * `start.ts` says which frames wait for it. Nothing of the first script may be in it, except what has no state.
 */

import { followAutofocus } from './autofocus.js';
import { noteTexts } from './editable-text.js';
import type { Events } from './events.js';
import { extraPayload } from './extra-payload.js';
import { HeldEvents } from './held-events.js';
import type { Inputs } from './inputs.js';
import { Openings } from './openings.js';
import { Overlays } from './overlays.js';
import { PlacedEvents } from './placed-events.js';
import { SelectValues } from './select-values.js';
import { TextControls } from './text-controls.js';

/** Gives these what they need of it, the first time. */
export function addMore(inputs: Inputs, events: Events): void {
  inputs.overlays ??= new Overlays();
  inputs.selects ??= new SelectValues();
  inputs.texts ??= new TextControls(inputs.isComposing);
  inputs.openings ??= new Openings();
  if (events.more) return;
  noteTexts();
  followAutofocus(events.root);
  const held = new HeldEvents(inputs, events);
  const placed = new PlacedEvents(events);
  events.more = {
    holds: (...event) => held.holds(...event),
    listen: (name) => placed.listen(name),
    extraPayload,
  };
}
