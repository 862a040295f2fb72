/**
 * Which way a page takes to its server: WebSockets, until one fails; from then on what `fallback.ts` chooses, which is loaded
 * then. `attendance.ts` starts it, in the file that a page has by then.
 */

import { Mark } from '../runtime/wire/patch.js';
import type { WebSocketLike } from './fallback.js';
import type { Socket } from './socket.js';

/** Milliseconds after which a page that is not live loads the fallback. */
const patience = 2_500;

/** Gives the connection of a page a fallback, which `load` loads. */
export function addFallback(
  root: Element,
  socket: Socket,
  load: (attempt: number) => Promise<{ openNext(url: string): WebSocketLike }>
): void {
  let attempts = 0;
  const help = (): void => {
    if (root.getAttribute(Mark.State) === 'live') return;
    load(attempts++).then(
      ({ openNext }) => {
        socket.make = openNext;
      },
      () => undefined
    );
  };
  const { make } = socket;
  // A connection is made while the page is not live, or to go over to it.
  socket.make = (url) => {
    help();
    return make(url);
  };
  setTimeout(help, patience);
}
