/**
 * The option `inspect`: an observer of XState's own inspection events, of every actor of every session and of the
 * shared actors, for tools of that ecosystem. `shared-actors.ts` and the sessions pass it to their systems of actors.
 */

import type { InspectionEvent, Observer } from 'xstate';
import type { Reporter } from '../platform/error-report.js';
import { ErrorCode } from '../platform/errors.js';
import { isPromise } from '../platform/promise.js';
import { Received } from './effect.js';

/** The type of XState's option `inspect`: an observer, or a function. */
export type Inspect = Observer<InspectionEvent> | ((event: InspectionEvent) => void);

/** Receives XState's inspection events. It never throws: XState would throw that to the sender of an event. */
export type GuardedInspect = (event: InspectionEvent) => void;

/**
 * Wraps the observer for XState. A message to a component made Elm style is wrapped in `Received`; the observer sees the
 * message alone.
 */
export function guardInspect(inspect: Inspect | undefined, report: Reporter): GuardedInspect | undefined {
  if (inspect === undefined) return undefined;
  const next = typeof inspect === 'function' ? inspect : inspect.next?.bind(inspect);

  return (event) => {
    try {
      const result: unknown = next?.(unwrapped(event));
      if (isPromise(result)) Promise.resolve(result).catch((error: unknown) => report(ErrorCode.Internal, error));
    } catch (error) {
      report(ErrorCode.Internal, error);
    }
  };
}

function unwrapped(inspected: InspectionEvent): InspectionEvent {
  const { event } = inspected as { readonly event?: unknown };

  return event instanceof Received ? ({ ...inspected, event: event.message } as InspectionEvent) : inspected;
}
