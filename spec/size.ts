/** Prints how big the client script is; `npm run size`. Fails above the budget. */

import { clientSize } from './bench/exact.js';

const budget = 9_728;
const { minified, gzip, brotli } = clientSize();

console.log(`client script: ${minified} bytes minified, ${gzip} gzip, ${brotli} brotli (at most ${budget})`);
if (brotli > budget) {
  console.error(`The client script is ${brotli - budget} bytes too big.`);
  process.exitCode = 1;
}
