import { expect } from 'chai';
import { createFlashes } from '../../../runtime/identity/flash.js';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import { TroupeError } from '../../../runtime/platform/errors.js';
import { requestOf } from '../../fixtures/requests.js';

function setUp(secrets: readonly string[] = ['a secret of some length']) {
  const clock = createSimulatedClock(1_700_000_000_000);
  const flashes = createFlashes({ base: '/app', clock, secrets, trustProxy: 0 });

  return { clock, flashes };
}

/** The cookie that a header sets. */
const cookieIn = (headers: readonly string[]): string => String(headers[1]).split(';')[0] ?? '';

const sent = (cookie: string) => requestOf({ headers: { cookie: `a=b; ${cookie}; c=d` } });

describe('flash', () => {
  it('is given to the next page of the browser, and taken away with it', () => {
    const { flashes } = setUp();
    const left = flashes.leave({ text: 'Gespeichert: ä' }, requestOf(), 'browser');
    expect(left[1]).to.match(/^troupe-flash=\S+; Path=\/app; Max-Age=60; HttpOnly; SameSite=Lax$/);
    const { flash, headers } = flashes.take(sent(cookieIn(left)), 'browser');
    expect(flash).to.deep.equal({ text: 'Gespeichert: ä' });
    expect(headers[1]).to.match(/^troupe-flash=; Path=\/app; Max-Age=0;/);
  });

  it('is of this host alone over https', () => {
    const { flashes } = setUp();
    const left = flashes.leave('said', requestOf({ secure: true }), 'browser');
    expect(left[1]).to.match(/^__Host-troupe-flash=\S+; Path=\/; Secure; Max-Age=60;/);
    expect(flashes.take(sent(cookieIn(left)), 'browser').flash).to.equal('said');
  });

  it('is nothing without a cookie', () => {
    expect(setUp().flashes.take(sent('troupe-flashes=1'), 'browser')).to.deep.equal({ flash: undefined, headers: [] });
  });

  it('is nothing if it is forged, changed, of another browser or secret, or too old, and is taken away', () => {
    const { clock, flashes } = setUp();
    const cookie = cookieIn(flashes.leave('said', requestOf(), 'browser'));
    const [mac = '', issued = '', text = ''] = cookie.split('=')[1]?.split('.') ?? [];
    const other = Buffer.from('"other"').toString('base64url');
    const forged = [
      `${mac}.${issued}.${other}`,
      `${'A'.repeat(43)}.${issued}.${text}`,
      `${mac}.zzzzzzzzz.${text}`,
      '.',
      '',
    ];
    for (const value of forged) {
      const taken = flashes.take(sent(`troupe-flash=${value}`), 'browser');
      expect(taken.flash, value).to.equal(undefined);
      expect(taken.headers, value).to.have.length(2);
    }
    expect(flashes.take(sent(cookie), 'another').flash).to.equal(undefined);
    expect(setUp(['another secret, as long']).flashes.take(sent(cookie), 'browser').flash).to.equal(undefined);
    expect(
      setUp(['another secret, as long', 'a secret of some length']).flashes.take(sent(cookie), 'browser').flash
    ).to.equal('said');
    clock.advance(60_001);
    expect(flashes.take(sent(cookie), 'browser').flash).to.equal(undefined);
  });

  it('throws for what is no data, or too long', () => {
    const { flashes } = setUp();
    expect(() => flashes.leave(() => 1, requestOf(), '')).to.throw(TroupeError, 'no plain data');
    expect(() => flashes.leave('x'.repeat(3_000), requestOf(), '')).to.throw(TroupeError, 'characters long');
  });
});
