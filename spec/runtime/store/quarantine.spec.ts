import { expect } from 'chai';
import fc from 'fast-check';
import { quarantineLine, readQuarantined, shortenReason } from '../../../runtime/store/quarantine.js';
import { lawParameters } from '../../laws/parameters.js';

describe('store/quarantine', () => {
  it('reads what it wrote', () => {
    const text = fc.string({ unit: 'binary', maxLength: 20 });
    fc.assert(
      fc.property(text, text, fc.nat(), fc.uint8Array({ maxLength: 20 }), (id, reason, at, bytes) => {
        const written = Buffer.concat([quarantineLine({ id, reason, at }), bytes]);
        expect(readQuarantined(written)).to.deep.equal({ id, reason: shortenReason(reason), at, bytes });
      }),
      lawParameters()
    );
  });

  it('is a line of JSON and the bytes', () => {
    const line = quarantineLine({ id: 's', reason: 'no\nway', at: 5 });
    expect(line.toString()).to.equal('{"at":5,"id":"s","reason":"no\\nway"}\n');
  });

  it('shortens the reason, and replaces half of a surrogate pair', () => {
    expect(shortenReason('x'.repeat(5_000))).to.have.length(2_000);
    expect(shortenReason('a\ud800')).to.equal('a\ufffd');
  });

  it('gives bytes of its own', () => {
    const written = Buffer.concat([quarantineLine({ id: 's', reason: '', at: 0 }), Uint8Array.of(1, 2)]);
    const { bytes } = readQuarantined(written);
    written.fill(0);
    expect([...bytes]).to.deep.equal([1, 2]);
  });
});
