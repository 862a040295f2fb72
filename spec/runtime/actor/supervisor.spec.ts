import { expect } from 'chai';
import { maxFailures, Supervisor } from '../../../runtime/actor/supervisor.js';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';

const minGapMs = 100;

function setUp(): { clock: ReturnType<typeof createSimulatedClock>; supervisor: Supervisor } {
  const clock = createSimulatedClock();
  const supervisor = new Supervisor({ clock, minGapMs });
  supervisor.started();

  return { clock, supervisor };
}

describe('supervisor', () => {
  it('lets the pause grow for an actor that fails by itself, up to 8 replacements', () => {
    const { supervisor } = setUp();
    const pauses = Array.from({ length: maxFailures + 1 }, () => supervisor.pauseAfterFailure(false));
    expect(pauses).to.deep.equal([0, 100, 200, 400, 800, 1_600, 3_200, 6_400, undefined]);
    expect(supervisor.failures).to.equal(maxFailures + 1);
  });

  it('counts from the beginning after a run of 10 seconds', () => {
    const { clock, supervisor } = setUp();
    for (let count = 0; count < maxFailures; count++) supervisor.pauseAfterFailure(false);
    supervisor.started();
    clock.advance(9_999);
    expect(supervisor.pauseAfterFailure(false)).to.equal(undefined);
    supervisor.started();
    clock.advance(10_000);
    expect(supervisor.pauseAfterFailure(false)).to.equal(0);
    expect(supervisor.pauseAfterFailure(false)).to.equal(0);
  });

  it('never stops an actor that fails over its messages, and keeps the minimum gap', () => {
    const { clock, supervisor } = setUp();
    for (let count = 0; count < 100; count++) expect(supervisor.pauseAfterFailure(true)).to.equal(minGapMs);
    clock.advance(30);
    expect(supervisor.pauseAfterFailure(true)).to.equal(70);
    clock.advance(100);
    expect(supervisor.pauseAfterFailure(true)).to.equal(0);
    expect(supervisor.failures).to.equal(0);
    expect(new Supervisor({ clock }).pauseAfterFailure(true)).to.equal(0);
  });
});
