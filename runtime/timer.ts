/**
 * Timers: `every`, the subscription that sends one message again and again.
 */

import { ErrorCode, TroupeError } from './errors.js';
import type { AnyMessage } from './html.js';
import { type Port, type Start, Subscription } from './subscriptions.js';

/**
 * A message again and again, first after `milliseconds`.
 *
 * ```ts
 * subscriptions: (model) => [model.running && every(1_000, { type: 'secondPassed' })]
 * ```
 *
 * **Note:** a tick that finds the last one's message not yet taken is left out. Two timers of one component
 * with the same interval and message type are one and the same.
 *
 * @throws TroupeError `component` unless the interval is a finite number of at least 1 millisecond and the
 * message has a type.
 */
export function every<Message extends AnyMessage = never>(
  milliseconds: number,
  message: NoInfer<Message>
): Subscription<Message>;
// Where nothing says which messages are wanted, inside a spread or a `map`, the message says it itself.
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
  const start: Start = (port, current) => startTimer(port, current, milliseconds);

  return new Subscription<Message>('every', `every ${milliseconds} ${message.type}`, start, message);
}

function startTimer(port: Port, current: () => Subscription<AnyMessage>, milliseconds: number): () => void {
  const { clock } = port;
  let due = clock.now() + milliseconds;
  let taken = true;
  let timer = clock.setTimeout(tick, milliseconds);

  function tick(): void {
    const now = clock.now();
    due += milliseconds * Math.max(1, Math.ceil((now - due + 1) / milliseconds));
    timer = clock.setTimeout(tick, due - now);
    if (!taken) return;
    taken = false;
    port.deliver(current().message as AnyMessage).then(() => {
      taken = true;
    });
  }

  return () => clock.clearTimeout(timer);
}
