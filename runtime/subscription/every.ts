/**
 * `every`: the timer subscription. It sends one message at a fixed interval, by the ordered clock of its session. `subscription-set.ts` starts and stops it,
 * `run.ts` is one run of it.
 */

import { ErrorCode, TroupeError } from '../platform/errors.js';
import type { AnyMessage } from '../template/html.js';
import type { Run } from './run.js';
import { type Start, Subscription } from './subscription-set.js';

/**
 * Sends a message at a fixed interval, the first time after `milliseconds`.
 *
 * ```ts
 * subscriptions: (model) => [model.running && every(1_000, { type: 'secondPassed' })]
 * ```
 *
 * **Note:** a tick is left out if the message of the previous one was not taken yet. Two timers of one component with the
 * same interval and message type are one.
 *
 * @throws TroupeError `component` unless the interval is a finite number of at least 1 millisecond and the
 * message has a type.
 */
export function every<Message extends AnyMessage = never>(
  milliseconds: number,
  message: NoInfer<Message>
): Subscription<Message>;
// Without a contextual type, inside a spread or a `map`, `Message` is inferred from the message.
export function every<const Message extends AnyMessage>(milliseconds: number, message: Message): Subscription<Message>;
export function every<Message extends AnyMessage>(milliseconds: number, message: Message): Subscription<Message> {
  if (!Number.isFinite(milliseconds) || milliseconds < 1) {
    throw new TroupeError(
      ErrorCode.Component,
      `every(${milliseconds}, message): the interval is in milliseconds, at least 1.`
    );
  }
  if (typeof (message as Partial<AnyMessage> | undefined)?.type !== 'string') {
    throw new TroupeError(
      ErrorCode.Component,
      `every(${milliseconds}, message) has no message; give it one, an object with a type: { type: 'secondPassed' }.`
    );
  }
  const start: Start = (run, current) => startTimer(run, current, milliseconds);

  return new Subscription<Message>('every', `every ${milliseconds} ${message.type}`, start, message);
}

/** A restored timer continues from when it was due: all ticks that it missed make one tick, at once. */
function startTimer(run: Run, current: () => Subscription<AnyMessage>, milliseconds: number): () => void {
  const { clock, image } = run;
  const first = clock.now() + milliseconds;
  let due = first;
  let taken = true;
  let timer: unknown;
  if (image === undefined || image === true) set(first);
  else clock.setAgain(image, (stored) => set(Math.min(first, stored)));

  function set(at: number): void {
    const delay = Math.max(0, at - clock.now());
    due = at;
    timer = clock.setTimeout(tick, delay);
    run.mark = clock.lastDue(delay);
  }

  function tick(): void {
    const now = clock.now();
    const next = due + milliseconds * Math.max(1, Math.ceil((now - due + 1) / milliseconds));
    // After the clock was set back, the next tick would otherwise wait until it is where it was.
    set(Math.min(next, now + milliseconds));
    if (!taken) return;
    taken = false;
    run.deliver(current().message as AnyMessage).then(() => {
      taken = true;
    });
  }

  return () => clock.clearTimeout(timer);
}
