import { expect } from 'chai';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import { NodeLeases } from '../../../runtime/store/node-leases.js';

describe('store/node-leases', () => {
  it('takes a node as alive from a beat until its lease is over', () => {
    const clock = createSimulatedClock(5);
    const leases = new NodeLeases(clock);
    expect(leases.isAlive('a')).to.equal(false);
    leases.beat('a', 100);
    clock.advance(99);
    expect(leases.isAlive('a')).to.equal(true);
    leases.beat('a', 100);
    clock.advance(99);
    expect(leases.isAlive('a')).to.equal(true);
    clock.advance(1);
    expect(leases.isAlive('a')).to.equal(false);
  });

  it('forgets nodes that are dead', () => {
    const clock = createSimulatedClock();
    const leases = new NodeLeases(clock);
    for (let at = 0; at < 100; at++) {
      leases.beat(`node ${at}`, 10);
      clock.advance(5);
    }
    expect(leases.size).to.equal(2);
  });
});
