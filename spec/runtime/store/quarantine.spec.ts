import { expect } from 'chai';
import fc from 'fast-check';
import { asideLine, readAside, shortened } from '../../../runtime/store/quarantine.js';
import { lawParameters } from '../../laws/parameters.js';

describe('store/aside', () => {
  it('reads what it wrote', () => {
    const text = fc.string({ unit: 'binary', maxLength: 20 });
    fc.assert(
      fc.property(text, text, fc.nat(), fc.uint8Array({ maxLength: 20 }), (id, reason, at, bytes) => {
        const written = Buffer.concat([asideLine({ id, reason, at }), bytes]);
        expect(readAside(written)).to.deep.equal({ id, reason: shortened(reason), at, bytes });
      }),
      lawParameters()
    );
  });

  it('is a line of JSON and the bytes', () => {
    const line = asideLine({ id: 's', reason: 'no\nway', at: 5 });
    expect(line.toString()).to.equal('{"at":5,"id":"s","reason":"no\\nway"}\n');
  });

  it('shortens the reason, and mends what would not survive', () => {
    expect(shortened('x'.repeat(5_000))).to.have.length(2_000);
    expect(shortened('a\ud800')).to.equal('a\ufffd');
  });

  it('gives bytes of its own', () => {
    const written = Buffer.concat([asideLine({ id: 's', reason: '', at: 0 }), Uint8Array.of(1, 2)]);
    const { bytes } = readAside(written);
    written.fill(0);
    expect([...bytes]).to.deep.equal([1, 2]);
  });
});
