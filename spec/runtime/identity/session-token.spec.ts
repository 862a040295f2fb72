import { expect } from 'chai';
import { createTokens, maxUrlLength } from '../../../runtime/identity/session-token.js';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import { createId } from '../../../runtime/platform/id.js';

const day = 86_400_000;
const secret = 'a secret of some length';

function setUp(secrets: readonly string[] = [secret]) {
  const clock = createSimulatedClock(1_700_000_000_000);
  const tokens = createTokens({ clock, lifetime: day, secrets });
  const claim = { id: createId(), ticket: 1, url: '/users/42?tab=posts.all&x=1' };
  const bearer = { cookie: createId(), principal: '{"id":7}' };

  return { bearer, claim, clock, tokens };
}

describe('session token', () => {
  it('opens what was sealed', () => {
    const { bearer, claim, tokens } = setUp();

    expect(tokens.open(tokens.seal(claim, bearer), bearer)).to.deep.equal({ ...claim, isExpired: false });
  });

  it('contains neither the cookie nor the principal', () => {
    const { bearer, claim, tokens } = setUp();
    const token = tokens.seal(claim, bearer);

    expect(token).to.not.contain(bearer.cookie);
    expect(token).to.not.contain(bearer.principal);
  });

  it('refuses a token with any one character changed, removed or added', () => {
    const { bearer, claim, tokens } = setUp();
    const token = tokens.seal(claim, bearer);

    for (let at = 0; at < token.length; at++) {
      const before = token.slice(0, at);
      const after = token.slice(at + 1);
      const other = token[at] === 'A' ? 'B' : 'A';

      expect(tokens.open(before + other + after, bearer), `changed at ${at}`).to.equal(undefined);
      expect(tokens.open(before + after, bearer), `removed at ${at}`).to.equal(undefined);
      expect(tokens.open(`${before}A${token.slice(at)}`, bearer), `added at ${at}`).to.equal(undefined);
    }
    expect(tokens.open(`${token}A`, bearer)).to.equal(undefined);
  });

  it('refuses every bit of every byte flipped', () => {
    const { bearer, claim, tokens } = setUp();
    const bytes = Buffer.from(tokens.seal(claim, bearer), 'latin1');

    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);

      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(tokens.open(flipped.toString('latin1'), bearer), `bit ${bit}`).to.equal(undefined);
    }
  });

  it('refuses another cookie and another principal', () => {
    const { bearer, claim, tokens } = setUp();
    const token = tokens.seal(claim, bearer);

    expect(tokens.open(token, { ...bearer, cookie: createId() })).to.equal(undefined);
    expect(tokens.open(token, { ...bearer, cookie: '' })).to.equal(undefined);
    expect(tokens.open(token, { ...bearer, principal: '' })).to.equal(undefined);
    expect(tokens.open(token, { ...bearer, principal: '{"id":8}' })).to.equal(undefined);
  });

  it('refuses a token whose parts were moved across the border of its fields', () => {
    const { claim, tokens } = setUp();
    const cookie = createId();
    const token = tokens.seal(claim, { cookie, principal: 'abc' });

    expect(tokens.open(`${token}\nabc`, { cookie, principal: '' })).to.equal(undefined);
    expect(tokens.open(`${token}abc`, { cookie, principal: '' })).to.equal(undefined);
  });

  it('says that a token has expired ten minutes after its lifetime and not before', () => {
    const { bearer, claim, clock, tokens } = setUp();
    const token = tokens.seal(claim, bearer);

    clock.advance(day + 599_999);
    expect(tokens.open(token, bearer)).to.deep.equal({ ...claim, isExpired: false });
    clock.advance(1);
    expect(tokens.open(token, bearer)).to.deep.equal({ ...claim, isExpired: true });
    expect(tokens.open(token, { ...bearer, cookie: createId() }), 'still another cookie').to.equal(undefined);
  });

  it('takes a token of a node whose clock is ahead', () => {
    const { bearer, claim, clock, tokens } = setUp();

    const at = (ahead: number) =>
      createTokens({ clock: createSimulatedClock(clock.now() + ahead), lifetime: day, secrets: [secret] });

    expect(tokens.open(at(30_000).seal(claim, bearer), bearer)).to.deep.equal({ ...claim, isExpired: false });
    expect(tokens.open(at(7 * day).seal(claim, bearer), bearer)).to.deep.equal({ ...claim, isExpired: false });
  });

  it('refuses what was sealed until the last revocation, by whichever clock, and opens what was sealed after it', () => {
    const { bearer, claim, clock, tokens } = setUp();
    const since = clock.now() + 600_000;
    const ahead = createTokens({
      clock: createSimulatedClock(clock.now() + 599_000),
      lifetime: day,
      secrets: [secret],
    });
    for (const each of [tokens, ahead])
      expect(tokens.open(each.seal(claim, bearer), { ...bearer, since })).to.equal(undefined);
    const token = tokens.seal(claim, { ...bearer, since });
    expect(tokens.open(token, { ...bearer, since })).to.deep.equal({ ...claim, isExpired: false });
    expect(tokens.open(token, bearer), 'once it is forgotten').to.deep.equal({ ...claim, isExpired: false });
    expect(tokens.open(token, { ...bearer, since: since + 1 }), 'after the next').to.equal(undefined);
  });

  it('verifies with every secret and signs with the first', () => {
    const { bearer, claim, tokens } = setUp();
    const rotated = setUp(['the newer of two secrets', secret]).tokens;
    const newer = setUp(['the newer of two secrets']).tokens;

    expect(rotated.open(tokens.seal(claim, bearer), bearer)).to.deep.equal({ ...claim, isExpired: false });
    expect(newer.open(rotated.seal(claim, bearer), bearer)).to.deep.equal({ ...claim, isExpired: false });
    expect(tokens.open(rotated.seal(claim, bearer), bearer)).to.equal(undefined);
  });

  it('refuses what is no token', () => {
    const { bearer, tokens } = setUp();

    for (const text of ['', '.', '...', 'x'.repeat(43), `${'x'.repeat(43)}.`, 'é'.repeat(60), '\u0000'.repeat(80)]) {
      expect(tokens.open(text, bearer), JSON.stringify(text)).to.equal(undefined);
    }
  });

  it('opens the longest URL and nothing longer than a token can be', () => {
    const { bearer, claim, tokens } = setUp();
    const longest = { ...claim, url: `/${'x'.repeat(maxUrlLength - 1)}` };
    const longer = { ...claim, url: `/${'x'.repeat(maxUrlLength * 2)}` };

    expect(tokens.open(tokens.seal(longest, bearer), bearer)).to.deep.equal({ ...longest, isExpired: false });
    expect(tokens.open(tokens.seal(longer, bearer), bearer)).to.equal(undefined);
  });
});
