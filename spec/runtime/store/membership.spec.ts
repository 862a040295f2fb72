import { expect } from 'chai';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import { Membership } from '../../../runtime/store/membership.js';

describe('store/membership', () => {
  it('beats at once, and three times in a lease, for all that have joined', () => {
    const clock = createSimulatedClock();
    const membership = new Membership({ clock, lease: 3_000 });
    const log: string[] = [];
    const leave = membership.join(() => log.push(`store ${clock.now()}`));
    clock.advance(500);
    const leaveToo = membership.join(() => log.push(`presence ${clock.now()}`));
    clock.advance(1_500);
    expect(log).to.deep.equal([
      'store 0',
      'presence 500',
      'store 1000',
      'presence 1000',
      'store 2000',
      'presence 2000',
    ]);
    leave();
    clock.advance(1_000);
    expect(log.at(-1)).to.equal('presence 3000');
    leaveToo();
    leaveToo();
    expect(clock.pending).to.equal(0);
  });

  it('beats at once when it is asked to, and then a third of a lease later', () => {
    const clock = createSimulatedClock();
    const membership = new Membership({ clock });
    const times: number[] = [];
    const leave = membership.join(() => times.push(clock.now()));
    clock.advance(3_000);
    membership.beat();
    clock.advance(3_400);
    expect(times.map(Math.floor)).to.deep.equal([0, 3_000, 6_333]);
    leave();
    membership.beat();
    expect(clock.pending).to.equal(0);
  });
});
