import { expect } from 'chai';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import { DormantSessions } from '../../../runtime/registry/dormant-sessions.js';
import type { LiveSession } from '../../../runtime/session/session.js';

describe('dormant sessions', () => {
  let clock: ReturnType<typeof createSimulatedClock>;
  let dormant: DormantSessions;
  let stopped: string[];

  beforeEach(() => {
    clock = createSimulatedClock();
    dormant = new DormantSessions({ clock, dormant: 2, dormantTime: 1_000 });
    stopped = [];
  });

  /** A session that leaves the set when it is stopped, as the registry makes it. */
  function add(id: string): LiveSession {
    const session = {
      stop: () => {
        stopped.push(id);
        dormant.delete(session);
      },
    } as LiveSession;
    dormant.add(session);

    return session;
  }

  it('end the oldest one at the limit', () => {
    for (const id of ['a', 'b', 'c']) add(id);
    expect([stopped, dormant.size]).to.deep.equal([['a'], 2]);
  });

  it('end each one when its time is up, with one timer', () => {
    add('a');
    clock.advance(400);
    add('b');
    expect(clock.pending).to.equal(1);
    clock.advance(600);
    expect(stopped).to.deep.equal(['a']);
    clock.advance(400);
    expect([stopped, clock.pending]).to.deep.equal([['a', 'b'], 0]);
  });

  it('do not end one that was deleted', () => {
    dormant.delete(add('a'));
    clock.advance(1_000);
    expect([stopped, dormant.size, clock.pending]).to.deep.equal([[], 0, 0]);
  });

  it('have no timer once they are closed', () => {
    add('a');
    dormant.close();
    expect(clock.pending).to.equal(0);
  });
});
