/**
 * Random schedules: `npm run chaos -- --schedules N --seed S [--kind memory|lmdb|redis] [--fault NAME]
 * [--at-once N]`. The first schedule has seed S, the next one S + 1, and so on; a schedule that failed is repeated by its
 * seed and `--schedules 1`. `--fault` makes one fault of servers happen in each. With `--browser` the clients run in a real Chromium, several tabs in one browser. The exit status is 0 if nothing was lost, doubled or told falsely.
 */

import { parseArgs } from 'node:util';
import { findRedis } from '../redis.js';
import { runSchedules } from './campaign.js';
import { kinds, serverFaults } from './schedule.js';

const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    kind: { type: 'string' },
    fault: { type: 'string' },
    browser: { type: 'boolean', default: false },
    'at-once': { type: 'string', default: '8' },
    verbose: { type: 'boolean', default: false },
  },
});
const kind = kinds.find((name) => name === values.kind);
if (values.kind !== undefined && kind === undefined) throw new Error(`--kind is one of ${kinds.join(', ')}.`);
const fault = serverFaults.find((name) => name === values.fault);
if (values.fault !== undefined && fault === undefined) throw new Error(`--fault is one of ${serverFaults.join(', ')}.`);

const outcome = await runSchedules({
  schedules: Number(values.schedules),
  seed: Number(values.seed),
  atOnce: Number(values['at-once']),
  ...{ kind, fault, isInBrowser: values.browser },
  hasRedis: findRedis() !== undefined,
  tell: ({ schedule, faults, counts }) => {
    const name = `seed ${schedule.seed} (${schedule.kind}, ${schedule.page})`;
    if (faults.length > 0) console.log(`${name} FAILED\n${faults.join('\n')}\n${JSON.stringify(counts)}`);
    else if (values.verbose) console.log(`${name} ${JSON.stringify(counts)}`);
  },
});
console.log(JSON.stringify(outcome.counts, null, 2));
console.log(
  outcome.failed.length === 0 ? 'nothing was lost, doubled or told falsely' : `failed: ${outcome.failed.join(' ')}`
);
process.exit(outcome.failed.length === 0 ? 0 : 1);
