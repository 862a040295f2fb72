import { expect } from 'chai';
import * as fc from 'fast-check';
import type { TroupeError } from '../../../runtime/platform/errors.js';
import { type FailedRun, Restarts } from '../../../runtime/subscription/restart-policy.js';
import { lawParameters } from '../../laws/parameters.js';

describe('restart', () => {
  let reports: TroupeError[];
  let restarts: Restarts;
  let chance: number;

  beforeEach(() => {
    reports = [];
    chance = 1;
    restarts = new Restarts(
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

  it('comes after pauses that double, five times', () => {
    expect(times(5)).to.deep.equal([100, 200, 400, 800, 1_600]);
    expect(reports).to.deep.equal([]);
  });

  it('does not come after the sixth failure in a row, which is reported with kind, key, tries and cause', () => {
    expect(times(6)[5]).to.equal(undefined);
    expect(reports).to.have.length(1);
    expect(reports[0]).to.include({
      code: 'subscription',
      message:
        "The subscription 'task load' has failed 6 times in a row and is given up until its key has been away. Last: Error: failed",
      cause: error,
    });
  });

  it('comes after between half and the whole of a pause', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat({ max: 4 }), (random, failures) => {
        restarts = new Restarts(
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

  it('leaves it to chance if nothing else is said', () => {
    const pauses = Array.from({ length: 50 }, () =>
      new Restarts('x', () => undefined).pauseAfter({ error, lived: 0, hasDelivered: false })
    );
    expect(Math.min(...(pauses as number[]))).to.be.within(50, 100);
    expect(Math.max(...(pauses as number[]))).to.be.within(50, 100);
    expect(new Set(pauses).size).to.be.above(1);
  });

  it('comes five times more after a run that has delivered', () => {
    times(5);
    expect(pause({ hasDelivered: true })).to.equal(3_200);
    expect(times(5)).to.deep.equal([6_400, 12_800, 25_600, 30_000, undefined]);
  });

  it('comes after at most 30 s, always, for one that delivers; that is reported when it comes to it, once', () => {
    expect(times(9, { hasDelivered: true }).at(-1)).to.equal(25_600);
    expect(reports).to.deep.equal([]);
    expect(times(2_000, { hasDelivered: true })).to.deep.equal(new Array(2_000).fill(30_000));
    expect(reports.map(({ message }) => message)).to.deep.equal([
      "The subscription 'task load' has failed 10 times and is now tried again every 30 s. Last: Error: failed",
    ]);
  });

  it('begins with the first pause again after a run of a minute', () => {
    times(5);
    expect(pause({ lived: 60_000 })).to.equal(100);
    expect(times(5)).to.deep.equal([200, 400, 800, 1_600, undefined]);
  });

  it('goes on doubling after a run of less', () => {
    times(4);
    expect(pause({ lived: 59_999 })).to.equal(1_600);
    expect(pause({ lived: 59_999 })).to.equal(undefined);
  });
});
