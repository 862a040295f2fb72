/**
 * The option `inspect`: an observer of XState's own inspection events, of every actor of every session and of the
 * shared actors, for any tool of that ecosystem. `session.ts` and `shared-actors.ts` give it to the systems they make.
 */

import type { InspectionEvent, Observer } from 'xstate';
import type { Reporter } from '../platform/error-report.js';
import { ErrorCode } from '../platform/errors.js';
import { isPromise } from '../platform/promise.js';
import { Received } from './effect.js';

/** What XState takes as `inspect`: an observer, or a function. */
export type Inspect = Observer<InspectionEvent> | ((event: InspectionEvent) => void);

/** Is told of XState's inspection events, and never throws: XState would throw it at whoever sends an event. */
export type GuardedInspect = (event: InspectionEvent) => void;

/**
 * What is given to XState in place of the observer. A message to a component made Elm style travels with what was
 * stamped on it; the observer sees the message alone.
 */
export function guardInspect(inspect: Inspect | undefined, report: Reporter): GuardedInspect | undefined {
  if (inspect === undefined) return undefined;
  const next = typeof inspect === 'function' ? inspect : inspect.next?.bind(inspect);

  return (event) => {
    try {
      const told: unknown = next?.(unwrapped(event));
      if (isPromise(told)) Promise.resolve(told).catch((error: unknown) => report(ErrorCode.Internal, error));
    } catch (error) {
      report(ErrorCode.Internal, error);
    }
  };
}

function unwrapped(told: InspectionEvent): InspectionEvent {
  const { event } = told as { readonly event?: unknown };

  return event instanceof Received ? ({ ...told, event: event.message } as InspectionEvent) : told;
}
