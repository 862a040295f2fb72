/**
 * What a page has beside its other scripts for the time when it is not live, `notice-HASH.js`: the notice, and the loading of the
 * fallback, which lies beside it as `fallback-HASH.js`. `second.ts` loads it.
 */

import { showNotice } from './notice.js';
import { addFallback } from './roads.js';
import type { Socket } from './socket.js';

/** Attends to the connection of a page. */
export function attend(root: Element, socket: Socket): void {
  showNotice(root);
  addFallback(root, socket, (attempt) => {
    // A browser may not try again what has failed under the same URL.
    const url = `${import.meta.url.replace('notice-', 'fallback-')}#${attempt}`;
    return import(url);
  });
}
