import { expect } from 'chai';
import {
  dormantLife,
  isOver,
  type LifeEvent,
  lifeEvents,
  nextLife,
  type Phase,
  type SessionLife,
} from '../../../runtime/session/session-life.js';

/** The rows of the table: each phase, dormant with and without a page load that had the session. */
const lives: Readonly<Record<string, SessionLife>> = {
  unused: dormantLife(false),
  dormant: dormantLife(true),
  attached: { phase: 'attached' },
  detached: { phase: 'detached' },
  passivating: { phase: 'passivating' },
  moving: { phase: 'moving' },
  passivated: { phase: 'passivated' },
  ended: { phase: 'ended' },
};

/** For each event the next phase, by the phase before; what is not named stays as it is. */
const expected: Readonly<Record<LifeEvent, Readonly<Record<string, Phase>>>> = {
  joined: {
    ...{ unused: 'attached', dormant: 'attached', detached: 'attached' },
    ...{ passivating: 'attached', moving: 'attached' },
  },
  left: { attached: 'detached' },
  graceEnded: { detached: 'passivating' },
  drainStarted: { dormant: 'passivating', detached: 'passivating' },
  requested: { unused: 'moving', dormant: 'moving', detached: 'moving', passivating: 'moving' },
  stored: { passivating: 'passivated', moving: 'passivated' },
  refused: { passivating: 'ended', moving: 'ended' },
  fenced: {
    ...{ unused: 'ended', dormant: 'ended', attached: 'ended', detached: 'ended' },
    ...{ passivating: 'ended', moving: 'ended' },
  },
  stopped: {
    ...{ unused: 'ended', dormant: 'ended', attached: 'ended', detached: 'ended' },
    ...{ passivating: 'ended', moving: 'ended' },
  },
};

describe('the life of a session', () => {
  for (const event of lifeEvents) {
    describe(`after ${event}`, () => {
      for (const [name, life] of Object.entries(lives)) {
        const to = expected[event][name];
        it(`is ${to ?? 'unchanged'} if it was ${name}`, () => {
          const next = nextLife(life, event);
          if (to === undefined) expect(next).to.equal(life);
          else expect(next).to.deep.equal({ phase: to });
        });
      }
    });
  }

  it('is over once it is passivated or ended', () => {
    const over = Object.keys(lives).filter((name) => isOver(lives[name] as SessionLife));
    expect(over).to.deep.equal(['passivated', 'ended']);
  });

  it('reaches its end from every phase', () => {
    for (const life of Object.values(lives)) expect(isOver(nextLife(life, 'stopped'))).to.equal(true);
  });
});
