/**
 * `task`: the subscription that sends the result of a promise. `subscription-set.ts` starts and stops it, `run.ts` is one
 * run of it.
 */

import type { AnyMessage } from '../template/html.js';
import type { Run, RunContext } from './run.js';
import { Subscription } from './subscription-set.js';

// TYPES -----------------------------------------------------------------------

/** What a task's function is given. */
export type TaskContext = RunContext;

type Outcome<Message> = Message | null | undefined | false;

type Work = (context: TaskContext) => Promise<Outcome<AnyMessage>>;

type Failed = (error: unknown) => Outcome<AnyMessage>;

// TASK ------------------------------------------------------------------------

/**
 * The message a promise comes to, sent once; `null`, `undefined` or `false` for none. Declare it until its
 * outcome is in the model. What it depends on belongs into the key: another key is another task.
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
 * Stopping aborts the signal; what comes after it is ignored. With `failed` a rejection becomes a message
 * and the task is done.
 *
 * **Note:** it is done, or has failed, until its key has been away. Without `failed`, one that rejects is
 * started anew, with pauses that grow; after 5 such restarts it is reported and given up.
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
