/**
 * Prints what is left of the rules that do not hold everywhere yet (`remaining.ts`):
 * `node dist/spec/architecture/offenders.js runtime/tree` prints those of a folder; without an argument, all.
 */

import { remaining } from './remaining.js';

const [chosen = ''] = process.argv.slice(2);
for (const [rule, { offenders }] of Object.entries(remaining)) {
  const found = offenders().filter((offender) => offender.includes(chosen));
  if (found.length > 0) console.log(`${rule}\n  ${found.join('\n  ')}`);
}
