/**
 * The law of frames, in a real Chromium: random templates and random sequences of values, adopted,
 * patched and rendered whole, raw and through the codec, compared with a fresh page after each frame.
 */

import { expect } from 'chai';
import { openBundle } from '../browser/chromium.js';
import type { Outcome } from './page/law.js';
import { lawParameters, lawTimeout } from './parameters.js';

const batch = 1_000;

describe('the law of frames', () => {
  it('holds in Chromium for random pages', async function () {
    this.timeout(lawTimeout(120_000));
    const { numRuns: cases, seed } = lawParameters(3_000);
    const watched = await openBundle('spec/laws/page/law.ts');
    let refused = 0;
    let frames = 0;
    for (let done = 0; done < cases; done += batch) {
      const outcome: Outcome = await watched.page.evaluate(
        ([first, count]) =>
          (window as unknown as { specs: { run(first: number, count: number): Outcome } }).specs.run(first, count),
        [seed + done, Math.min(batch, cases - done)] as const
      );
      expect(outcome.failures.map((failure) => JSON.stringify(failure, null, 2)).join('\n')).to.equal('');
      refused += outcome.refused;
      frames += outcome.frames;
    }
    console.log(`      ${frames} frames, ${refused} templates refused`);
    expect(refused).to.be.below(cases / 10);
    expect(frames).to.be.above(cases * 4);
    await watched.expectNoErrors();
  });
});
