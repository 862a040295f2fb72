import { expect } from 'chai';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import { TestScheduler } from '../../../runtime/testing/test-scheduler.js';

describe('testing/test-scheduler', () => {
  it('runs nothing until an action waits for rest, and then all in order, with what comes of it', async () => {
    const agenda = new TestScheduler(createSimulatedClock(), () => '');
    const log: string[] = [];
    agenda.defer(() => {
      log.push('first');
      Promise.resolve().then(() => agenda.defer(() => log.push('of a promise')));
      agenda.defer(() => log.push('of the first'));
    });
    agenda.defer(() => log.push('second'));
    await Promise.resolve();
    expect(log).to.deep.equal([]);
    await agenda.rest();
    expect(log).to.deep.equal(['first', 'second', 'of the first', 'of a promise']);
  });

  it('reports what is thrown and goes on', async () => {
    const reports: unknown[] = [];
    const agenda = new TestScheduler(
      createSimulatedClock(),
      (code, error) => `${reports.push([code, (error as Error).message])}`
    );
    let ran = false;
    agenda.defer(() => {
      throw new Error('no');
    });
    agenda.defer(() => {
      ran = true;
    });
    await agenda.rest();
    expect(reports).to.deep.equal([[ErrorCode.Internal, 'no']]);
    expect(ran).to.equal(true);
  });

  it('throws an error if there is no end of it', async () => {
    const agenda = new TestScheduler(createSimulatedClock(), () => '');
    const again = (): void => agenda.defer(again);
    again();
    const failure = await agenda.rest().catch((error: Error) => error.message);
    expect(failure).to.match(/does not come to rest/);
  });
});
