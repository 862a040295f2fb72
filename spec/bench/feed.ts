/** The feed of the row `slow`, on the side of a server: a kilobyte every ten milliseconds to all who listen. */

import type { Socket } from 'node:net';
import type { Told } from './pages.js';

const interval = 10;

/** A kilobyte that is another each time and says when it was made. */
function textOf(number: number): string {
  return `${number} ${performance.timeOrigin + performance.now()} `.padEnd(1_000, 'abcdefghij');
}

let number = 0;

/**
 * Makes the answer to `feed`: tells for so many milliseconds, keeping to the interval as well as the process can,
 * and gives the last number and how many times it was told.
 */
export function createFeed(
  tell: (told: Told) => void
): (order: { milliseconds: number }) => Promise<{ last: number; count: number }> {
  return ({ milliseconds }) => {
    const start = performance.now();
    const first = number;

    return new Promise((resolve) => {
      function next(): void {
        const passed = performance.now() - start;

        if (passed >= milliseconds) {
          resolve({ last: number, count: number - first });
          return;
        }
        number++;
        tell({ type: 'told', number, text: textOf(number) });
        setTimeout(next, Math.max(0, (number - first) * interval - (performance.now() - start)));
      }
      next();
    });
  };
}

/** Bytes written to each socket so far, those in the buffers of this process included. */
export function written(sockets: readonly Socket[]): readonly number[] {
  return sockets.map(({ bytesWritten }) => bytesWritten);
}
