/**
 * `generator`: the subscription that sends what a sync or async generator yields. `subscription-set.ts` starts and stops
 * it, `run.ts` is one run of it.
 */

import { ErrorCode, TroupeError } from '../platform/errors.js';
import { ignoreRejection, isPromise } from '../platform/promise.js';
import type { AnyMessage } from '../template/html.js';
import type { Run, RunContext } from './run.js';
import { Subscription } from './subscription-set.js';

// TYPES -----------------------------------------------------------------------

/** The argument of a generator function. */
export type GeneratorContext = RunContext;

type Yielding<Message> = AsyncIterator<Message, unknown, undefined> | Iterator<Message, unknown, undefined>;

type GeneratorFunction = (context: GeneratorContext) => Yielding<AnyMessage>;

// GENERATOR -------------------------------------------------------------------

/**
 * Sends what a sync or async generator yields. `next()` is called when the previous message was taken in a turn, so a
 * sync generator yields once per turn.
 *
 * ```ts
 * async function* numbers({ sleep }: GeneratorContext): AsyncGenerator<Message> {
 *   for (let number = 0; ; number++) {
 *     await sleep(10);
 *     yield { type: 'numberArrived', number };
 *   }
 * }
 *
 * subscriptions: (model) => [model.running && generator('numbers', numbers)]
 * ```
 *
 * Stopping aborts the signal and calls `return()`, so `finally` blocks run. A generator that has not ended
 * 5 seconds later is reported as `generator-not-ending`.
 *
 * **Note:** a generator that returns starts again only after its key has been absent from one result of `subscriptions`.
 * One that throws is called again after a growing pause. After 5 such restarts in a row without a message it is stopped
 * and reported.
 */
export function generator<Message extends AnyMessage = never>(
  key: string,
  fn: (context: GeneratorContext) => Yielding<NoInfer<Message>>
): Subscription<Message>;
// Without a contextual type, inside a spread or a `map`, `Message` is inferred from the function.
export function generator<Message extends AnyMessage>(
  key: string,
  fn: (context: GeneratorContext) => Yielding<Message>
): Subscription<Message>;
export function generator<Message extends AnyMessage>(
  key: string,
  fn: (context: GeneratorContext) => Yielding<Message>
): Subscription<Message> {
  return new Subscription<Message>('generator', `generator ${key}`, (run) => startGenerator(run, key, fn));
}

/** Milliseconds in which a stopped generator has to end. */
const endingDeadlineMs = 5_000;

function startGenerator(run: Run, key: string, fn: GeneratorFunction): () => void {
  let iterator: Yielding<AnyMessage> | undefined;
  let ended = false;

  pump().then(
    () => {
      ended = run.isDone = true;
    },
    (error: unknown) => {
      ended = true;
      run.fail(error);
    }
  );

  async function pump(): Promise<void> {
    iterator = checkedIterator(key, fn(run.context));
    while (!run.isOver) {
      const { done, value } = await iterator.next();
      ignoreRejection(value);
      if (done === true || run.isOver) return;
      if (isPromise(value)) throw await refusedPromise(key, iterator);
      await run.deliver(value);
    }
  }

  return () => {
    if (ended) return;
    const closing = finish(iterator).catch((error: unknown) => run.fail(error));
    reportUnended(run, key, closing);
  };
}

function checkedIterator(key: string, iterator: Yielding<AnyMessage>): Yielding<AnyMessage> {
  if (typeof iterator?.next === 'function') return iterator;
  ignoreRejection(iterator);

  throw new TroupeError(
    ErrorCode.Subscription,
    `generator('${key}', fn): fn returned ${String(iterator)}; it is a generator function, function* or async function*.`
  );
}

/** A sync generator yields messages. A yielded promise would not be awaited, so it is a fault, and the generator ends as after any failure. */
async function refusedPromise(key: string, iterator: Yielding<AnyMessage>): Promise<TroupeError> {
  await finish(iterator);

  return new TroupeError(
    ErrorCode.Subscription,
    `generator('${key}', fn): fn yielded a promise. Write async function*, which waits for what it yields.`
  );
}

/** Runs the generator's `finally` blocks; waits for it if it is still busy. */
async function finish(iterator: Yielding<AnyMessage> | undefined): Promise<void> {
  await iterator?.return?.();
}

function reportUnended(run: Run, key: string, closing: Promise<unknown>): void {
  const { clock } = run;
  const timer = clock.setTimeout(() => {
    run.report(
      new TroupeError(
        ErrorCode.GeneratorNotEnding,
        `The generator '${key}' was stopped ${endingDeadlineMs / 1000} s ago and has not ended. Give the signal to what it waits for, or wait with sleep().`
      )
    );
  }, endingDeadlineMs);
  closing.finally(() => clock.clearTimeout(timer));
}
