import { expect } from 'chai';
import { createIdentifier, isIdentifier } from '../../../runtime/platform/id.js';

describe('identifier', () => {
  it('is 22 characters that need no escaping anywhere', () => {
    expect(createIdentifier()).to.match(/^[\w-]{22}$/);
  });

  it('is never made twice, across batches', () => {
    expect(new Set(Array.from({ length: 2_000 }, createIdentifier)).size).to.equal(2_000);
  });

  it('is recognised, and nothing else is', () => {
    const made = createIdentifier();

    expect(isIdentifier(made)).to.equal(true);
    for (const text of ['', made.slice(1), `${made}A`, `${made}\n`, made.replace(/./, '.'), made.replace(/./, 'é')]) {
      expect(isIdentifier(text), JSON.stringify(text)).to.equal(false);
    }
  });
});
