/**
 * `task`: the subscription that sends the result of a promise. `subscription-set.ts` starts and stops it, `run.ts` is one
 * run of it.
 */

import type { AnyMessage } from '../template/html.js';
import type { Run, RunContext } from './run.js';
import { Subscription } from './subscription-set.js';

// TYPES -----------------------------------------------------------------------

/** The argument of the function of a `task`. */
export type TaskContext = RunContext;

type Outcome<Message> = Message | null | undefined | false;

type Work = (context: TaskContext) => Promise<Outcome<AnyMessage>>;

type Failed = (error: unknown) => Outcome<AnyMessage>;

// TASK ------------------------------------------------------------------------

/**
 * Sends the message that a promise resolves to, once; `null`, `undefined` or `false` for none. Declare the task until its
 * outcome is in the model. Put what it depends on into the key: another key is another task.
 *
 * ```ts
 * subscriptions: (model) => [
 *   model.user === undefined &&
 *     task(
 *       `user ${model.id}`,
 *       async ({ signal }) => ({ type: 'userLoaded', user: await loadUser(model.id, signal) }),
 *       (error) => ({ type: 'userNotLoaded', why: String(error) })
 *     ),
 * ]
 * ```
 *
 * Stopping aborts the signal; a later result is ignored. With `failed`, a rejection becomes a message and the task is
 * done.
 *
 * **Note:** a task that is done, or was stopped after failures, starts again only after its key has been absent from one
 * result of `subscriptions`. Without `failed`, a task that rejects is started again after a growing pause. After 5 such
 * restarts it is stopped and reported.
 */
export function task<Message extends AnyMessage = never>(
  key: string,
  fn: (context: TaskContext) => Promise<Outcome<NoInfer<Message>>>,
  failed?: (error: unknown) => Outcome<NoInfer<Message>>
): Subscription<Message> {
  return new Subscription<Message>('task', `task ${key}`, (run) => {
    if (run.mark === undefined) void perform(run, fn, failed);

    return undefined;
  });
}

async function perform(run: Run, fn: Work, failed: Failed | undefined): Promise<void> {
  try {
    const message = await outcome(run, fn, failed);
    run.mark = true;
    if (message) void run.deliver(message);
  } catch (error) {
    run.fail(error);
  }
}

async function outcome(run: Run, fn: Work, failed: Failed | undefined): Promise<Outcome<AnyMessage>> {
  try {
    return await fn(run.context);
  } catch (error) {
    if (failed === undefined || run.isOver) throw error;

    return failed(error);
  }
}
