/** Prints how big the files of the client script are; `npm run size`. Fails above their budgets. */

import { clientSize, collectSize, fallbackSize, moreSize, noticeSize, postBytes } from './bench/exact.js';

const sizes = [
  { what: 'client script', budget: 11_264, size: clientSize() },
  { what: 'second script', budget: 5_120, size: moreSize() },
  { what: 'collecting script', budget: 544, size: collectSize() },
  { what: 'notice', budget: 640, size: noticeSize() },
  { what: 'fallback', budget: 1_536, size: fallbackSize() },
];

for (const { what, budget, size } of sizes) {
  const { minified, gzip, brotli } = size;
  console.log(`${what}: ${minified} bytes minified, ${gzip} gzip, ${brotli} brotli (at most ${budget})`);
  if (brotli > budget) {
    console.error(`The ${what} is ${brotli - budget} bytes too big.`);
    process.exitCode = 1;
  }
}

const { plain, brotli } = await postBytes();
console.log(`first page of the counter, for browsers without script: ${plain} bytes, ${brotli} in brotli`);
