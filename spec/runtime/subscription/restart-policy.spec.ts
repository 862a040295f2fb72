import { expect } from 'chai';
import * as fc from 'fast-check';
import type { TroupeError } from '../../../runtime/platform/errors.js';
import { type FailedRun, RestartPolicy } from '../../../runtime/subscription/restart-policy.js';
import { lawParameters } from '../../laws/parameters.js';

describe('restart-policy', () => {
  let reports: TroupeError[];
  let restarts: RestartPolicy;
  let chance: number;

  beforeEach(() => {
    reports = [];
    chance = 1;
    restarts = new RestartPolicy(
      'task load',
      (error) => void reports.push(error as TroupeError),
      () => chance
    );
  });

  const error = new Error('failed');
  const pause = (failure: Partial<FailedRun> = {}): number | undefined =>
    restarts.pauseAfter({ error, lived: 0, hasDelivered: false, ...failure });
  const times = (count: number, failure?: Partial<FailedRun>): (number | undefined)[] =>
    Array.from({ length: count }, () => pause(failure));

  it('restarts five times, after pauses that double', () => {
    expect(times(5)).to.deep.equal([100, 200, 400, 800, 1_600]);
    expect(reports).to.deep.equal([]);
  });

  it('stops after the sixth failure in a row, and reports kind, key, tries and cause', () => {
    expect(times(6)[5]).to.equal(undefined);
    expect(reports).to.have.length(1);
    expect(reports[0]).to.include({
      code: 'subscription',
      message:
        "The subscription 'task load' failed 6 times in a row and was stopped until its key has been absent once. Last: Error: failed",
      cause: error,
    });
  });

  it('subtracts up to a half of a pause at random', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat({ max: 4 }), (random, failures) => {
        restarts = new RestartPolicy(
          'task load',
          () => undefined,
          () => random
        );
        const last = times(failures + 1).at(-1) as number;
        const whole = 100 * 2 ** failures;
        expect(last).to.be.within(whole / 2, whole);
        expect(last).to.be.closeTo(whole / 2 + (whole / 2) * random, 1e-9);
      }),
      lawParameters()
    );
  });

  it('uses Math.random by default', () => {
    const pauses = Array.from({ length: 50 }, () =>
      new RestartPolicy('x', () => undefined).pauseAfter({ error, lived: 0, hasDelivered: false })
    );
    expect(Math.min(...(pauses as number[]))).to.be.within(50, 100);
    expect(Math.max(...(pauses as number[]))).to.be.within(50, 100);
    expect(new Set(pauses).size).to.be.above(1);
  });

  it('restarts five more times after a run that delivered a message', () => {
    times(5);
    expect(pause({ hasDelivered: true })).to.equal(3_200);
    expect(times(5)).to.deep.equal([6_400, 12_800, 25_600, 30_000, undefined]);
  });

  it('never stops a subscription that delivers; reports once when its pause reaches 30 s', () => {
    expect(times(9, { hasDelivered: true }).at(-1)).to.equal(25_600);
    expect(reports).to.deep.equal([]);
    expect(times(2_000, { hasDelivered: true })).to.deep.equal(new Array(2_000).fill(30_000));
    expect(reports.map(({ message }) => message)).to.deep.equal([
      "The subscription 'task load' failed 10 times and now restarts every 30 s. Last: Error: failed",
    ]);
  });

  it('begins with the first pause after a run of one minute', () => {
    times(5);
    expect(pause({ lived: 60_000 })).to.equal(100);
    expect(times(5)).to.deep.equal([200, 400, 800, 1_600, undefined]);
  });

  it('keeps doubling after a shorter run', () => {
    times(4);
    expect(pause({ lived: 59_999 })).to.equal(1_600);
    expect(pause({ lived: 59_999 })).to.equal(undefined);
  });
});
