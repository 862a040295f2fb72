import { expect } from 'chai';
import { RefusedUpgrades } from '../../../runtime/http/refused-upgrades.js';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import { createReporter } from '../../../runtime/platform/error-report.js';

describe('refused upgrades', () => {
  function setUp() {
    const clock = createSimulatedClock();
    const said: string[] = [];
    const refused = new RefusedUpgrades(
      clock,
      createReporter(({ code, error }) => said.push(`${code}: ${(error as Error).message}`))
    );

    return { clock, refused, said };
  }

  it('are counted by status', () => {
    const { refused } = setUp();
    for (const status of [403, 503, 403]) refused.add(status, 'cause');

    expect(refused.counts).to.deep.equal({ 403: 2, 503: 1 });
  });

  it('are reported with their cause, each status once a minute', () => {
    const { clock, refused, said } = setUp();
    const text = 'upgrade: A connection is refused with status 403, and its page is not live: cause';
    refused.add(403, 'cause');
    refused.add(403, 'other cause');
    expect(said).to.deep.equal([text]);
    refused.add(503, 'cause');
    expect(said).to.have.lengthOf(2);
    clock.advance(59_999);
    refused.add(403, 'cause');
    expect(said).to.have.lengthOf(2);
    clock.advance(1);
    refused.add(403, 'cause');
    expect(said.slice(2)).to.deep.equal([text]);
    refused.add(426, 'cause');
    const other = 'upgrade: A connection is refused with status 426, and its page uses requests instead: cause';
    expect(said.slice(3)).to.deep.equal([other]);
  });

  it('without a cause are only counted', () => {
    const { refused, said } = setUp();
    refused.add(403, undefined);

    expect(refused.counts).to.deep.equal({ 403: 1 });
    expect(said).to.deep.equal([]);
  });
});
