import { expect } from 'chai';
import { findChromium } from '../chromium.js';
import { findRedis } from '../redis.js';
import { skip } from '../skip.js';
import { type Campaign, runSchedules } from './campaign.js';
import { type Given, plan, serverFaults, unrepaired } from './schedule.js';

describe('chaos', () => {
  it('is the same for the same seed', () => {
    expect(plan(7)).to.deep.equal(plan(7));
    expect(plan(7)).to.not.deep.equal(plan(8));
  });

  it('leaves out faults that are known not to be survived, and makes a given one happen', () => {
    const faultsOf = (given: Given): Set<string> =>
      new Set(Array.from({ length: 60 }, (_, seed) => plan(seed, given).steps.map(({ what }) => what)).flat());
    expect([...faultsOf({})]).to.include.members([...serverFaults]);
    expect([...faultsOf({ excluded: unrepaired })]).to.not.include.members(Object.keys(unrepaired));
    expect(plan(3, { kind: 'redis', fault: 'drain' }).steps.map(({ what }) => what)).to.include('drain');
  });

  it('loses, doubles and misreports nothing in random schedules', () => expectNothingLost({ schedules: 100 })).timeout(
    1_200_000
  );

  it('loses, doubles and misreports nothing in a real Chromium', async function () {
    if (findChromium() === undefined) skip(this, 'needs Chromium');
    await expectNothingLost({ schedules: 4, isInBrowser: true });
  }).timeout(600_000);
});

/**
 * Runs schedules, prints what is left out and what was done, and expects no fault.
 *
 * On a computer that is so busy that leases end and Redis misses its deadlines, a schedule may fail. One that fails once,
 * and not in three more runs alone, is printed and fails nothing.
 */
async function expectNothingLost(given: Pick<Campaign, 'schedules' | 'isInBrowser'>): Promise<void> {
  const common = { ...given, excluded: unrepaired, hasRedis: findRedis() !== undefined };
  const { counts, failed, faults } = await runSchedules({ ...common, seed: 1, atOnce: 6 });
  for (const [name, reason] of Object.entries(unrepaired)) console.log(`      left out: ${name}, since ${reason}`);
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
