/**
 * Effects as a recording holds them: an effect of a component becomes one, two are compared, one is described.
 * `replay.ts` compares recorded effects with those of the replay (`state-diff.ts`).
 */

import type { Effect } from '../component/effect.js';
import type { RecordedEffect } from './recording.js';
import { inWords, isReproduced } from './state-diff.js';

/** An effect as it is recorded, but for the path of its component. */
export function recordEffect(effect: Effect): Omit<RecordedEffect, 'path'> {
  const { kind, message } = effect;
  const to = kind === 'publish' ? effect.topic : kind === 'send' ? effect.name : '';

  return { kind, to, message };
}

/** Whether a recorded effect is the same in the replay; what is secret in it is not compared. */
export function isSameEffect(recorded: RecordedEffect, replayed: RecordedEffect): boolean {
  return (
    recorded.kind === replayed.kind && recorded.to === replayed.to && isReproduced(recorded.message, replayed.message)
  );
}

/** An effect in one line: `publish "room" {type: "said"}`; `nothing` for none. */
export function describeEffect(effect: RecordedEffect | undefined): string {
  if (effect === undefined) return 'nothing';
  const { kind, to, message } = effect;

  return `${kind}${to === '' ? '' : ` ${inWords(to)}`} ${inWords(message)}`;
}
