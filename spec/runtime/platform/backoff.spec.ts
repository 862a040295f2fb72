import { expect } from 'chai';
import { Backoff } from '../../../runtime/platform/backoff.js';

const range = { firstPauseMs: 50, maxPauseMs: 300 };

describe('platform/backoff', () => {
  it('doubles the pause after each failure, up to the maximum', () => {
    const backoff = new Backoff(range);

    expect([1, 2, 3, 4, 5].map(() => backoff.next())).to.deep.equal([50, 100, 200, 300, 300]);
    expect(backoff.failures).to.equal(5);
  });

  it('begins with the first pause after a reset', () => {
    const backoff = new Backoff(range);
    backoff.next();
    backoff.next();
    backoff.reset();

    expect(backoff.failures).to.equal(0);
    expect(backoff.pauseMs).to.equal(0);
    expect(backoff.next()).to.equal(50);
  });

  it('keeps the maximum after any number of failures', () => {
    const backoff = new Backoff(range);
    for (let count = 0; count < 5_000; count++) backoff.next();

    expect(backoff.next()).to.equal(300);
  });

  it('subtracts a random part of at most `jitter`', () => {
    const least = new Backoff({ ...range, jitter: 0.5, random: () => 0 });
    const most = new Backoff({ ...range, jitter: 0.5, random: () => 0.999 });

    expect(least.next()).to.equal(50);
    expect(most.next()).to.be.closeTo(25, 0.1);
    expect(most.pauseMs).to.equal(50);
  });
});
