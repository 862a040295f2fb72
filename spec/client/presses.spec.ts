import { expect } from 'chai';
import { holdWhilePressed } from '../../client/presses.js';
import { createSimulatedClock } from '../../runtime/platform/clock.js';
import { replaceGlobals } from '../fixtures/globals.js';

/** A window that is pressed, and what holds. */
function createWindow() {
  const clock = createSimulatedClock();
  const listeners = new Map<string, (event: object) => void>();
  let painted = (): void => undefined;
  replaceGlobals({
    setTimeout: clock.setTimeout.bind(clock),
    clearTimeout: clock.clearTimeout.bind(clock),
    requestAnimationFrame: (run: () => void) => {
      painted = run;
    },
    addEventListener: (type: string, listener: (event: object) => void) => void listeners.set(type, listener),
  });
  const socket: { pressed: Promise<void> | undefined } = { pressed: undefined };
  holdWhilePressed(socket);
  const fire = (type: string, isPrimary = true) => listeners.get(type)?.({ isPrimary });
  return { clock, fire, socket, paint: () => painted() };
}

describe('client/presses', () => {
  for (const type of ['click', 'pointercancel']) {
    it(`holds from a press until after a ${type}`, async () => {
      const { clock, fire, paint, socket } = createWindow();
      expect(socket.pressed).to.equal(undefined);
      fire('pointerdown');
      const { pressed } = socket;
      expect(pressed).to.be.instanceOf(Promise);
      clock.advance(250);
      fire(type);
      // Its other handlers come first.
      expect(socket.pressed).to.equal(pressed);
      paint();
      expect(socket.pressed).to.equal(undefined);
      await pressed;
    });
  }

  it('holds for 300 ms at most', async () => {
    const { clock, fire, paint, socket } = createWindow();
    fire('pointerdown');
    const { pressed } = socket;
    clock.advance(299);
    expect(socket.pressed).to.equal(pressed);
    clock.advance(1);
    expect(socket.pressed).to.equal(undefined);
    await pressed;
    // There is nothing to end.
    fire('click');
    paint();
    expect(socket.pressed).to.equal(undefined);
  });

  it('goes on holding what is held if the pointer is pressed again, and leaves other fingers alone', async () => {
    const { clock, fire, socket } = createWindow();
    fire('pointerdown', false);
    expect(socket.pressed).to.equal(undefined);
    fire('pointerdown');
    const { pressed } = socket;
    clock.advance(200);
    fire('pointerdown');
    clock.advance(200);
    expect(socket.pressed).to.equal(pressed);
    clock.advance(100);
    expect(socket.pressed).to.equal(undefined);
    await pressed;
  });
});
