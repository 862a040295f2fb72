import { expect } from 'chai';
import type { AnyActorRef } from 'xstate';
import { Run, type RunOwner } from '../../../runtime/subscription/run.js';
import { Calm } from '../../fixtures/calm.js';
import { settled } from '../../fixtures/live-session.js';
import { FakePort } from '../../fixtures/subscribing.js';

describe('run', () => {
  let port: FakePort;
  let failures: unknown[];
  let run: Run;
  let calm: Calm;

  beforeEach(() => {
    port = new FakePort();
    failures = [];
    const owner: RunOwner = { failed: (failed, error) => failures.push(failed === run && error) };
    run = new Run(port, {} as AnyActorRef, owner);
    calm = new Calm();
    calm.watch();
  });

  afterEach(async () => {
    await settled();
    expect(calm.stop(), 'unhandled errors').to.deep.equal([]);
  });

  const error = new Error('failed');

  it('delivers until it is over, and knows that it has', async () => {
    expect(run.hasDelivered).to.equal(false);
    await run.deliver({ type: 'came' });
    expect(run.hasDelivered).to.equal(true);
    run.end();
    await run.deliver({ type: 'late' });
    expect(port.types).to.deep.equal(['came']);
  });

  it('resolves a delivery when the message is taken', async () => {
    port.isQuick = false;
    let taken = false;
    void run.deliver({ type: 'came' }).then(() => {
      taken = true;
    });
    await settled();
    expect(taken).to.equal(false);
    await port.turn();
    expect(taken).to.equal(true);
  });

  it('aborts its signal before it stops what was started, and does both once', () => {
    const log: string[] = [];
    run.begin(() => {
      run.signal.addEventListener('abort', () => log.push('aborted'));
      return () => log.push('stopped');
    });
    run.end();
    run.end();
    expect(log).to.deep.equal(['aborted', 'stopped']);
  });

  it('gives an aborted signal to who asks after its end', () => {
    run.end();
    expect(run.signal.aborted).to.equal(true);
    expect(run.signal).to.equal(run.signal);
  });

  it('gives one and the same signal to all', () => {
    expect(run.context.signal).to.equal(run.signal);
    expect(run.signal.aborted).to.equal(false);
  });

  it('is over when it fails; it notifies its owner once, after all is stopped', () => {
    const log: string[] = [];
    run.begin(() => () => void log.push(`stopped, ${failures.length} failures`));
    run.fail(error);
    expect([run.isOver, failures]).to.deep.equal([true, [error]]);
    expect(log).to.deep.equal(['stopped, 0 failures']);
    expect(port.reports).to.deep.equal([]);
  });

  it('fails if its start throws', () => {
    run.begin(() => {
      throw error;
    });
    expect(failures).to.deep.equal([error]);
  });

  it('stops what has failed while it was starting', () => {
    const log: string[] = [];
    run.begin(() => {
      run.fail(error);
      return () => log.push('stopped');
    });
    expect(log).to.deep.equal(['stopped']);
    expect(failures).to.deep.equal([error]);
  });

  it('reports what fails after its end, but no abort', () => {
    const { signal } = run;
    run.end();
    run.fail(signal.reason);
    run.fail(Object.assign(new Error('of something below'), { name: 'AbortError' }));
    expect(port.reports).to.deep.equal([]);
    for (const odd of [error, null, undefined, 'text']) run.fail(odd);
    expect(port.reports).to.deep.equal([error, null, undefined, 'text']);
    expect(failures).to.deep.equal([]);
  });

  it('takes an abort before its end for the failure it is', () => {
    const abort = Object.assign(new Error('timed out'), { name: 'AbortError' });
    run.fail(abort);
    expect(failures).to.deep.equal([abort]);
  });

  it('reports a stop that throws or rejects, at once', async () => {
    run.begin(() => () => {
      throw error;
    });
    run.end();
    expect(port.reports.splice(0)).to.deep.equal([error]);
    const other = new Run(port, {} as AnyActorRef, { failed: () => undefined });
    other.begin(() => () => Promise.reject(error));
    other.end();
    await settled();
    expect(port.reports).to.deep.equal([error]);
  });

  describe('sleep', () => {
    it('waits on the clock of the runtime', async () => {
      let woken = false;
      void run.context.sleep(100).then(() => {
        woken = true;
      });
      await port.pass(99, 99);
      expect(woken).to.equal(false);
      await port.pass(1, 1);
      expect(woken).to.equal(true);
    });

    it('that is cut short, or begun too late, rejects with the reason of the signal and leaves no timer', async () => {
      const { sleep, signal } = run.context;
      const cut = sleep(100).catch((reason: unknown) => reason);
      run.end();
      const late = sleep(100).catch((reason: unknown) => reason);
      expect(await Promise.all([cut, late])).to.deep.equal([signal.reason, signal.reason]);
      expect(port.clock.pending).to.equal(0);
    });

    it('that is not awaited causes no unhandled rejection', () => {
      void run.context.sleep(100);
      run.end();
    });
  });

  it('has nothing to be stored and is not restored, unless it is set', () => {
    expect([run.mark, run.isRestored]).to.deep.equal([undefined, false]);
  });
});
