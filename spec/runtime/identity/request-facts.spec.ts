import { expect } from 'chai';
import { cookiesIn, factsOf, localeIn } from '../../../runtime/identity/request-facts.js';
import { requestOf } from '../../fixtures/requests.js';

describe('request facts', () => {
  it('has cookies by name, decoded, without those of the runtime', () => {
    const text =
      'a=1; b=%C3%A4; troupe=x; __Host-troupe=y; troupe-page=z; troupe-flash=m; c="q"; a=2; d=%E0; troupes=mine';
    expect(cookiesIn(text)).to.deep.equal({ a: '1', b: 'ä', c: 'q', d: '%E0', troupes: 'mine' });
    expect(cookiesIn('')).to.deep.equal({});
    expect(cookiesIn('__proto__=x; no; =y')).to.deep.equal({ ['__proto__']: 'x' });
  });

  it('has the language that is preferred', () => {
    expect(localeIn('de;q=0.8, en-GB, fr;q=0.9')).to.equal('en-GB');
    expect(localeIn('de;q=0.8, fr ; q=0.9')).to.equal('fr');
    for (const text of ['', '*', 'de;q=0', '<script>', 'de;q=x']) expect(localeIn(text), text).to.equal('');
  });

  it('has headers by name, without the cookies, and the address', () => {
    const headers = {
      cookie: 'a=b',
      'x-one': '1',
      'x-two': ['1', '2'],
      'x-forwarded-for': '9.9.9.9',
      'x-none': undefined,
    };
    const facts = factsOf(requestOf({ address: '::ffff:1.2.3.4', headers }), 0);
    expect(facts.headers).to.deep.equal({ 'x-one': '1', 'x-two': '1,2', 'x-forwarded-for': '9.9.9.9', 'x-none': '' });
    expect(facts.address).to.equal('::ffff:1.2.3.4');
    expect(facts.cookies).to.deep.equal({ a: 'b' });
    expect(facts.locale).to.equal('');
    expect(factsOf(requestOf({ headers }), 1).address).to.equal('9.9.9.9');
  });
});
