/**
 * Starting actors: the one way in which a session, its component and its subscriptions become XState
 * actors. Each has an error observer, because XState ends the process over an actor that fails unseen.
 */

import { Actor, type ActorOptions, type AnyActorLogic, type AnyActorRef } from 'xstate';
import { withoutStopEvent } from './reducer.js';

/** What is left of an actor's options once it runs. */
const spent = Object.freeze({});

/**
 * Makes an actor and starts it.
 *
 * @param failed receives the error that the actor throws, after which it is stopped
 * @param prepare is given the actor before it starts, for who must miss nothing of its start
 */
export function startActor<Logic extends AnyActorLogic>(
  logic: Logic,
  options: ActorOptions<Logic>,
  failed: (error: unknown) => void,
  prepare?: (actor: AnyActorRef) => void
): AnyActorRef {
  const actor = new Actor(withoutStopEvent(logic), options);
  actor.subscribe(undefined, failed);
  prepare?.(actor);
  actor.start();
  releaseOptions(actor);

  return actor;
}

/**
 * Lets go of the options of an actor that runs. It keeps them though it never asks for them again: the first model
 * as long as the session, and 300 bytes of a shape that no two actors share.
 */
export function releaseOptions(actor: AnyActorRef): void {
  Object.assign(actor, { options: spent });
}
