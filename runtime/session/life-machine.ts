/**
 * The life of a session as an XState machine: the root of the system of its actors, and what the inspector draws. The
 * machine decides nothing. Its transitions are those of `session-life.ts`, and `session.ts` sends it each event after
 * the session has applied it.
 */

import { createMachine } from 'xstate';
import { isOver, lifeEvents, nextLife, type SessionLife } from './session-life.js';

/** The phases of a session whose actors run, and those after them. */
const phases = ['attached', 'detached', 'passivating', 'moving', 'passivated', 'ended'] as const;

/** The transitions out of a phase, in XState's form. */
function stateOf(phase: (typeof phases)[number]) {
  const life: SessionLife = { phase };
  if (isOver(life)) return { type: 'final' as const };
  const changes = lifeEvents
    .map((event) => [event, nextLife(life, event)] as const)
    .filter(([, next]) => next !== life);

  return { on: Object.fromEntries(changes.map(([event, next]) => [event, next.phase])) };
}

/** The machine. Built once for all sessions. */
export const lifeMachine = createMachine({
  id: 'session',
  initial: 'attached',
  on: { 'xstate.error.actor.*': {}, 'xstate.done.actor.*': {} },
  states: Object.fromEntries(phases.map((phase) => [phase, stateOf(phase)])),
});
