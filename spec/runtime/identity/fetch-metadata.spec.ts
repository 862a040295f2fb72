import { expect } from 'chai';
import { refusalOfFetch } from '../../../runtime/identity/fetch-metadata.js';

const refusal = (headers: Record<string, string>): unknown =>
  refusalOfFetch({ method: 'GET', url: '/', address: '', secure: false, headers });

describe('identity/fetch-metadata', () => {
  it('takes documents, and what does not say what it is', () => {
    expect(refusal({})).to.equal(undefined);
    for (const site of ['none', 'same-origin', 'cross-site']) {
      expect(refusal({ 'sec-fetch-dest': 'document', 'sec-fetch-site': site })).to.equal(undefined);
    }
  });

  it('takes frames of the same site, and no others', () => {
    for (const destination of ['iframe', 'frame']) {
      expect(refusal({ 'sec-fetch-dest': destination, 'sec-fetch-site': 'same-origin' })).to.equal(undefined);
      expect(refusal({ 'sec-fetch-dest': destination, 'sec-fetch-site': 'same-site' })).to.equal(undefined);
      expect(refusal({ 'sec-fetch-dest': destination, 'sec-fetch-site': 'cross-site' })).to.equal(403);
    }
  });

  it('refuses what is no page', () => {
    for (const destination of ['image', 'script', 'style', 'empty', 'embed', 'object', 'video', 'worker']) {
      expect(refusal({ 'sec-fetch-dest': destination, 'sec-fetch-site': 'same-origin' }), destination).to.equal(403);
    }
  });

  it('takes a prefetch of its own pages; another site gets an answer that browsers drop', () => {
    for (const purpose of ['prefetch', 'prefetch;prerender', 'prefetch;anonymous-client-ip']) {
      const given = { 'sec-purpose': purpose, 'sec-fetch-dest': 'empty' };
      expect(refusal({ ...given, 'sec-fetch-site': 'same-origin' })).to.equal(undefined);
      expect(refusal({ ...given, 'sec-fetch-site': 'cross-site' })).to.equal(503);
    }
  });
});
