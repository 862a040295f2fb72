import { expect } from 'chai';
import { RefusedPosts } from '../../../runtime/identity/refused-posts.js';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';

describe('refused posts', () => {
  it('are reported once a minute', () => {
    const clock = createSimulatedClock(1_000);
    const reports: string[] = [];
    const refused = new RefusedPosts({
      clock,
      report: (code, error) => {
        reports.push(`${code}: ${(error as Error).message}`);
        return '';
      },
    });
    refused.add([403]);
    refused.add([403, 'it comes from another site.']);
    clock.advance(60_000);
    refused.add([403, 'it comes from another site.']);
    expect(reports).to.deep.equal([
      'post: A post is refused with status 403: it does not say where it comes from.',
      'post: A post is refused with status 403: it comes from another site.',
    ]);
  });
});
