import { expect } from 'chai';
import { findRedis } from '../redis.js';
import { runSchedules } from './campaign.js';
import { plan } from './schedule.js';

describe('chaos', () => {
  it('is the same for the same seed', () => {
    expect(plan(7)).to.deep.equal(plan(7));
    expect(plan(7)).to.not.deep.equal(plan(8));
  });

  it('loses and doubles nothing, in a hundred random schedules', async () => {
    const hasRedis = findRedis() !== undefined;
    const outcome = await runSchedules({ schedules: 100, seed: 1, atOnce: 12, hasRedis });
    console.log(`      ${JSON.stringify(outcome.counts)}`);
    expect(outcome.faults.join('\n')).to.equal('');
  }).timeout(600_000);
});
