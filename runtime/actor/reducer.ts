/**
 * Reducers as actor logic: what XState makes of a function by `fromTransition`, and what has to be kept from
 * such a function. `start-actor.ts` and `component.ts` take all logic through here.
 */

import type { AnyActorLogic, AnyEventObject, Snapshot } from 'xstate';

const tame = new WeakMap<AnyActorLogic, AnyActorLogic>();

/**
 * The logic, with one exception as it is: XState gives reducers (`fromTransition`) its own event that says they are
 * stopped, which they do not know and may stumble over. From here they are not bothered with it.
 */
export function withoutStopEvent<Logic extends AnyActorLogic>(logic: Logic): Logic {
  if (typeof (logic as { config?: unknown }).config !== 'function' || logic.start !== undefined) return logic;
  let known = tame.get(logic);
  if (known === undefined) {
    known = {
      ...logic,
      transition: (snapshot: Snapshot<unknown>, event: AnyEventObject, scope: never) =>
        event.type === 'xstate.stop' ? { ...snapshot, status: 'stopped' } : logic.transition(snapshot, event, scope),
    } as AnyActorLogic;
    tame.set(logic, known);
  }

  return known as Logic;
}
