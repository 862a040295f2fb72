/**
 * Hostile clients against a running server: `npm run hostile -- --frames N --handshakes N --seed S`. The exit status
 * is 0 if the server has lived, weighs what it did and no neighbour was disconnected or answered wrongly.
 */

import { parseArgs } from 'node:util';
import { runAttack } from './attack.js';

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '1000000' },
    handshakes: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
  },
});
const plan = { frames: Number(values.frames), handshakes: Number(values.handshakes), seed: Number(values.seed) };
const outcome = await runAttack(plan);

console.log(JSON.stringify({ seed: plan.seed, ...outcome }, null, 2));
console.log(outcome.faults.length === 0 ? 'all held' : outcome.faults.join('\n'));
process.exit(outcome.faults.length === 0 ? 0 : 1);
