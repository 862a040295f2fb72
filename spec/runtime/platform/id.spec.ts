import { expect } from 'chai';
import { createId, isId } from '../../../runtime/platform/id.js';

describe('id', () => {
  it('is 22 characters that need no escaping anywhere', () => {
    expect(createId()).to.match(/^[\w-]{22}$/);
  });

  it('is never made twice, across batches', () => {
    expect(new Set(Array.from({ length: 2_000 }, createId)).size).to.equal(2_000);
  });

  it('is recognised, and nothing else is', () => {
    const made = createId();

    expect(isId(made)).to.equal(true);
    for (const text of ['', made.slice(1), `${made}A`, `${made}\n`, made.replace(/./, '.'), made.replace(/./, 'é')]) {
      expect(isId(text), JSON.stringify(text)).to.equal(false);
    }
  });
});
