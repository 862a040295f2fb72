import { setImmediate as nextImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import { Scheduler } from '../../../runtime/platform/scheduler.js';

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

  it('breaks off after 8 ms and goes on when what arrived meanwhile was read', async () => {
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
