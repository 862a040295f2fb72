import { setImmediate as nextImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { createSimulatedClock, type SimulatedClock } from '../../../runtime/platform/clock.js';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import { Scheduler, SlicedWork } from '../../../runtime/platform/scheduler.js';

describe('sliced work', () => {
  let clock: SimulatedClock;
  let deferred: (() => void)[];
  let left: number;
  let work: SlicedWork;

  beforeEach(() => {
    clock = createSimulatedClock();
    deferred = [];
    left = 0;
    work = new SlicedWork({ clock, defer: (run) => deferred.push(run) }, () => --left > 0);
  });

  it('is scheduled once until it runs', () => {
    left = 3;
    work.schedule();
    work.schedule();
    expect([deferred.length, work.isBusy]).to.deep.equal([1, true]);
    deferred.shift()?.();
    expect([left, deferred.length, work.isBusy]).to.deep.equal([0, 0, false]);
  });

  it('ends a slice after 256 steps if the clock stands still', () => {
    left = 300;
    work.run();
    expect([left, deferred.length, work.isBusy]).to.deep.equal([44, 1, true]);
    deferred.shift()?.();
    expect([left, deferred.length]).to.deep.equal([0, 0]);
  });

  it('ends a slice after 8 ms', () => {
    left = 5;
    const slow = new SlicedWork({ clock, defer: (run) => deferred.push(run) }, () => {
      clock.advance(4);
      return --left > 0;
    });
    slow.run();
    expect(left).to.equal(3);
  });

  it('can be scheduled again after a step has thrown', () => {
    const failing = new SlicedWork({ clock, defer: (run) => deferred.push(run) }, () => {
      throw new Error('no');
    });
    expect(failing.run).to.throw('no');
    expect(failing.isBusy).to.equal(false);
  });
});

describe('scheduler', () => {
  it('runs what is due in order, after what has arrived was read', async () => {
    const { defer } = new Scheduler(createSimulatedClock(), () => '');
    const log: string[] = [];
    defer(() => log.push('a'));
    defer(() => log.push('b'));
    process.nextTick(() => log.push('read'));
    await nextImmediate();
    expect(log).to.deep.equal(['read', 'a', 'b']);
  });

  it('ends a slice after 8 ms, and runs the rest when the input that arrived meanwhile was read', async () => {
    const clock = createSimulatedClock();
    const { defer } = new Scheduler(clock, () => '');
    const log: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      defer(() => {
        log.push(name);
        clock.advance(5);
        if (name === 'a') setImmediate(() => log.push('read'));
        if (name === 'a') defer(() => log.push('of a'));
      });
    }
    await nextImmediate();
    await nextImmediate();
    await nextImmediate();
    expect(log).to.deep.equal(['a', 'b', 'read', 'c', 'of a']);
  });

  it('reports what throws and goes on', async () => {
    const codes: string[] = [];
    const { defer } = new Scheduler(createSimulatedClock(), (code) => {
      codes.push(code);
      return '';
    });
    const log: string[] = [];
    defer(() => {
      throw new Error('no');
    });
    defer(() => log.push('b'));
    await nextImmediate();
    expect(codes).to.deep.equal([ErrorCode.Internal]);
    expect(log).to.deep.equal(['b']);
  });
});
