import { expect } from 'chai';
import { findChromium } from '../chromium.js';
import { findRedis } from '../redis.js';
import { skip } from '../skip.js';
import { type Campaign, runSchedules } from './campaign.js';
import { type Given, plan, serverFaults } from './schedule.js';

describe('chaos', () => {
  it('is the same for the same seed', () => {
    expect(plan(7)).to.deep.equal(plan(7));
    expect(plan(7)).to.not.deep.equal(plan(8));
  });

  it('has every fault of servers, and makes a given one happen', () => {
    const faultsOf = (given: Given): Set<string> =>
      new Set(Array.from({ length: 300 }, (_, seed) => plan(seed, given).steps.map(({ what }) => what)).flat());
    expect([...faultsOf({})]).to.include.members([...serverFaults]);
    expect(plan(3, { kind: 'redis', fault: 'drain' }).steps.map(({ what }) => what)).to.include('drain');
  });

  it('loses, doubles and misreports nothing in random schedules', () => expectNothingLost({ schedules: 200 })).timeout(
    1_200_000
  );

  it('loses, doubles and misreports nothing in a real Chromium', async function () {
    if (findChromium() === undefined) skip(this, 'needs Chromium');
    await expectNothingLost({ schedules: 4, isInBrowser: true });
  }).timeout(600_000);
});

/**
 * Runs schedules, prints what was done, and expects no fault.
 *
 * On a computer that is so busy that leases end and Redis misses its deadlines, a schedule may fail. One that fails once,
 * and not in three more runs alone, is printed and fails nothing.
 */
async function expectNothingLost(given: Pick<Campaign, 'schedules' | 'isInBrowser'>): Promise<void> {
  const common = { ...given, hasRedis: findRedis() !== undefined };
  const { counts, failed, faults } = await runSchedules({ ...common, seed: 1, atOnce: 6 });
  console.log(`      ${JSON.stringify(counts)}`);
  const again: string[] = [];
  for (const seed of failed) {
    for (let time = 0; time < 3; time++) {
      again.push(...(await runSchedules({ ...common, schedules: 1, seed, atOnce: 1 })).faults);
    }
  }
  for (const fault of faults) console.warn(`      NOT HELD, this once: ${fault}`);
  expect(again.join('\n')).to.equal('');
  expect(failed.length, 'schedules that failed once').to.be.below(3);
}
