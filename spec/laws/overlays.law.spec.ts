/**
 * The law of overlays, in a real Chromium: random events, answers, patches of what the overlays cover, rows that leave
 * and move, and pages rendered whole, as after a connection was lost.
 */

import { expect } from 'chai';
import { openBundle } from '../browser/chromium.js';
import type { OverlayOutcome } from './page/overlays.js';
import { lawParameters, lawTimeout } from './parameters.js';

const batch = 200;

describe('the law of overlays', () => {
  it('holds in Chromium: where nothing is under way, a page is as one that is rendered fresh', async function () {
    this.timeout(lawTimeout(120_000));
    const { numRuns: cases, seed } = lawParameters(400);
    const watched = await openBundle('spec/laws/page/overlays.ts');
    let covered = 0;
    let overlays = 0;
    for (let done = 0; done < cases; done += batch) {
      const outcome: OverlayOutcome = await watched.page.evaluate(
        ([first, count]) =>
          (window as unknown as { specs: { run(first: number, count: number): OverlayOutcome } }).specs.run(
            first,
            count
          ),
        [seed + done, Math.min(batch, cases - done)] as const
      );
      expect(outcome.failures.join('\n')).to.equal('');
      covered += outcome.covered;
      overlays += outcome.overlays;
    }
    console.log(`      ${covered} pages with overlays, ${overlays} elements in them`);
    expect(covered).to.be.above(cases);
    expect(overlays).to.be.above(cases);
    await watched.expectNoErrors();
  });
});
