/** How a spec says that it cannot run here: with a reason, which the last lines of a run repeat. */

/**
 * Leaves out the test, or from a `before` the suite, that `context` belongs to.
 *
 * ```ts
 * before(function () {
 *   if (process.platform !== 'linux') skip(this, 'reads /proc');
 * });
 * ```
 */
export function skip(context: Mocha.Context, reason: string): never {
  const runnable = context.test as (Mocha.Runnable & { readonly type?: string }) | undefined;
  const named = runnable?.type === 'hook' ? runnable.parent : runnable;
  if (named !== undefined) named.title += ` (${reason})`;
  return context.skip();
}
