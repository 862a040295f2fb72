import { expect } from 'chai';
import { getNextSnapshot } from 'xstate';
import { lifeMachine } from '../../../runtime/session/life-machine.js';
import { lifeEvents, nextLife, type SessionLife } from '../../../runtime/session/session-life.js';

const phases = ['attached', 'detached', 'passivating', 'moving'] as const;

describe('the machine of the life of a session', () => {
  for (const phase of phases) {
    it(`changes as the life does when it is ${phase}`, () => {
      const life: SessionLife = { phase };
      const snapshot = lifeMachine.resolveState({ value: phase });
      for (const type of lifeEvents) {
        const next = getNextSnapshot(lifeMachine, snapshot, { type });
        expect(next.value, type).to.equal(nextLife(life, type).phase);
      }
    });
  }

  it('starts attached, and is done when the session is over', () => {
    const attached = lifeMachine.getInitialSnapshot({} as never, undefined as never);
    expect(attached.value).to.equal('attached');
    for (const value of ['passivated', 'ended']) expect(lifeMachine.states[value]?.type).to.equal('final');
  });

  it('ignores what its actors tell of their end', () => {
    const snapshot = lifeMachine.resolveState({ value: 'attached' });
    const next = getNextSnapshot(lifeMachine, snapshot, { type: 'xstate.error.actor.page', error: new Error('no') });
    expect([next.value, next.status]).to.deep.equal(['attached', 'active']);
  });
});
