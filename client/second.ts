/**
 * The second script of a page, `more-HASH.js`: `more.ts`, and the loading of the notice, which lies beside it as
 * `notice-HASH.js`. `main.ts` loads it at once: where there is no connection, nothing can be loaded.
 */

import type { Events } from './events.js';
import type { Inputs } from './inputs.js';
import { addMore } from './more.js';
import type { Socket } from './socket.js';

let isAsked = false;

/** Gives these what they need of it, the first time. */
export function addSecond(inputs: Inputs, events: Events, socket: Socket): void {
  addMore(inputs, events);
  if (isAsked) return;
  isAsked = true;
  import(import.meta.url.replace('more-', 'notice-')).then(
    ({ attend }: typeof import('./attendance.js')) => attend(events.root, socket),
    () => undefined
  );
}
