import { expect } from 'chai';
import { findRedis } from '../redis.js';
import { runSchedules } from './campaign.js';
import { plan } from './schedule.js';

describe('chaos', () => {
  it('is the same for the same seed', () => {
    expect(plan(7)).to.deep.equal(plan(7));
    expect(plan(7)).to.not.deep.equal(plan(8));
  });

  // Machines differ in what comes first where a schedule leaves that open: a schedule that fails once and never again is printed and fails nothing.
  it('loses and doubles nothing, in a hundred random schedules', async () => {
    const hasRedis = findRedis() !== undefined;
    const outcome = await runSchedules({ schedules: 100, seed: 1, atOnce: 12, hasRedis });
    console.log(`      ${JSON.stringify(outcome.counts)}`);
    const again: string[] = [];
    for (const seed of seedsOf(outcome.faults)) {
      for (let time = 0; time < 3; time++) {
        again.push(...(await runSchedules({ schedules: 1, seed, atOnce: 1, hasRedis })).faults);
      }
    }
    for (const fault of outcome.faults) console.warn(`      NOT HELD, this once: ${fault}`);
    expect(again.join('\n')).to.equal('');
    expect(outcome.faults.length, 'schedules that failed once').to.be.below(3);
  }).timeout(600_000);
});

/** The seeds of schedules that have failed. */
function seedsOf(faults: readonly string[]): readonly number[] {
  return [...new Set(faults.flatMap((fault) => /^seed (\d+)/.exec(fault)?.[1] ?? []).map(Number))];
}
