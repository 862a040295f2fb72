import { expect } from 'chai';
import fc from 'fast-check';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import { endOf, readRecord, type StoredRecord, writeRecord } from '../../../runtime/store/lmdb-record.js';
import { codeOf } from '../../fixtures/stores.js';
import { lawParameters } from '../../laws/parameters.js';

describe('store/lmdb-record', () => {
  it('reads what it wrote', () => {
    const stored = fc.record<StoredRecord>({
      node: fc.string({ maxLength: 80 }),
      fence: fc.maxSafeNat(),
      at: fc.maxSafeNat(),
      end: fc.maxSafeNat(),
      bytes: fc.option(fc.uint8Array({ maxLength: 50 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(stored, (given) => {
        const record = writeRecord(given);
        const { bytes, ...rest } = readRecord(record);
        expect({ ...rest, bytes: bytes && Uint8Array.from(bytes) }).to.deep.equal(given);
        expect(endOf(record)).to.equal(given.end);
      }),
      lawParameters()
    );
  });

  it('is a header, the node and the bytes', () => {
    const record = writeRecord({ node: 'ab', fence: 1, at: 3, end: 2, bytes: Uint8Array.of(7, 8) });
    const numbers = ['0000000000000040', '000000000000f03f', '0000000000000840'];
    expect(record.toString('hex')).to.equal(`0102${numbers.join('')}61620708`);
    expect(writeRecord({ node: '', fence: 0, at: 0, end: 0, bytes: undefined })[0]).to.equal(2);
  });

  it('refuses a node name that is too long', async () => {
    const long = async (): Promise<Buffer> =>
      writeRecord({ node: 'x'.repeat(256), fence: 0, at: 0, end: 0, bytes: undefined });
    expect(await codeOf(long())).to.equal(ErrorCode.Store);
  });

  it('that is damaged or of another format is all bytes, of no node, and never expires', () => {
    const whole = writeRecord({ node: 'ab', fence: 1, at: 3, end: 2, bytes: Uint8Array.of(7, 8) });
    for (const damaged of [Buffer.alloc(18, 9), Buffer.alloc(90, 9), Buffer.alloc(0), whole.subarray(0, 27)]) {
      const read = readRecord(damaged);
      expect({ ...read, bytes: 0 }).to.deep.equal({
        node: '',
        fence: 0,
        at: 0,
        end: Number.POSITIVE_INFINITY,
        bytes: 0,
      });
      expect(read.bytes).to.equal(damaged);
    }
    expect(endOf(Buffer.alloc(9))).to.equal(Number.POSITIVE_INFINITY);
  });
});
