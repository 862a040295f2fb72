/**
 * Keeps the page still under a pressed pointer. A browser sends `click` to what was both pressed and released. If a frame moves a
 * button in between, as the error line does that a field gets when it is left by the press, there is no click at it. So what
 * the server sends waits until the click has been handled, in its order; events go out as ever. `start.ts` calls it.
 *
 * No press delays a frame for longer than `longest`: what is dragged goes on to be shown.
 */

import type { Socket } from './socket.js';

/** Milliseconds, of which a click takes less. */
const longest = 300;

/** Lets what a connection receives wait while the primary pointer is pressed. */
export function holdWhilePressed(socket: Pick<Socket, 'pressed'>): void {
  let end: (() => void) | undefined;
  let timer: ReturnType<typeof setTimeout>;
  const release = (): void => {
    socket.pressed = undefined;
    end?.();
  };
  const pressed = ({ isPrimary }: PointerEvent): void => {
    if (!isPrimary) return;
    socket.pressed ??= new Promise((resolve) => (end = resolve));
    clearTimeout(timer);
    timer = setTimeout(release, longest);
  };
  // The handlers of a click come first; what has waited is shown with the next picture.
  const clicked = (): unknown => requestAnimationFrame(release);
  addEventListener('pointerdown', pressed, true);
  for (const type of ['click', 'pointercancel']) addEventListener(type, clicked, true);
}
