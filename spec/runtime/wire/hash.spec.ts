import { expect } from 'chai';
import { hashOf } from '../../../runtime/wire/hash.js';

describe('hash', () => {
  it('is the same for the same text, in every process', () => {
    expect(hashOf('')).to.equal('wvjl67o803');
    expect(hashOf('troupe')).to.equal('rgbhvbb6qw');
  });

  it('is short, and differs where one letter does', () => {
    const hashes = Array.from({ length: 10_000 }, (_, index) => hashOf(`state ${index}`));
    expect(new Set(hashes).size).to.equal(10_000);
    expect(hashes.every((hash) => /^[0-9a-z]{1,11}$/.test(hash))).to.equal(true);
  });
});
