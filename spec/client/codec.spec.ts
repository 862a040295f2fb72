import { expect } from 'chai';
import fc from 'fast-check';
import { encode } from '../../client/codec.js';
import { decode } from '../../runtime/wire/decode.js';
import type { Wire } from '../../runtime/wire/patch.js';
import { lawParameters } from '../laws/parameters.js';

const hex = (value: Wire): string => Buffer.from(encode(value)).toString('hex');

describe('client/codec', () => {
  const cases: readonly (readonly [Wire, string])[] = [
    [null, 'c0'],
    [false, 'c2'],
    [true, 'c3'],
    [0, '00'],
    [127, '7f'],
    [128, 'cc80'],
    [255, 'ccff'],
    [256, 'cd0100'],
    [65_535, 'cdffff'],
    [65_536, 'ce00010000'],
    [4_294_967_295, 'ceffffffff'],
    [4_294_967_296, 'cb41f0000000000000'],
    [-1, 'ff'],
    [-32, 'e0'],
    [-33, 'd0df'],
    [-128, 'd080'],
    [-129, 'd1ff7f'],
    [-32_768, 'd18000'],
    [-32_769, 'd2ffff7fff'],
    [-2_147_483_648, 'd280000000'],
    [0.5, 'cb3fe0000000000000'],
    ['', 'a0'],
    ['ü', 'a2c3bc'],
    ['\ud800', 'a3efbfbd'],
    [[], '90'],
    [[1, [null]], '920191c0'],
  ];
  for (const [value, bytes] of cases) {
    it(`writes ${JSON.stringify(value)} as ${bytes}`, () => expect(hex(value)).to.equal(bytes));
  }

  it('writes lengths in the smallest form', () => {
    expect(hex('a'.repeat(31)).slice(0, 2)).to.equal('bf');
    expect(hex('a'.repeat(32)).slice(0, 4)).to.equal('d920');
    expect(hex('a'.repeat(256)).slice(0, 6)).to.equal('da0100');
    expect(hex('a'.repeat(65_536)).slice(0, 10)).to.equal('db00010000');
    expect(hex(Array(15).fill(1)).slice(0, 2)).to.equal('9f');
    expect(hex(Array(16).fill(1)).slice(0, 6)).to.equal('dc0010');
    expect(hex(Array(65_536).fill(1)).slice(0, 10)).to.equal('dd00010000');
  });

  it('is read by the strict reader as what was written', () => {
    const leaf = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.integer(),
      fc.double({ noNaN: true }),
      fc.boolean(),
      fc.constant(null)
    );
    const wire = fc.letrec<{ wire: Wire }>((tie) => ({
      wire: fc.oneof({ maxDepth: 5 }, leaf, fc.array(tie('wire'), { maxLength: 20 })),
    })).wire;
    fc.assert(
      fc.property(wire, (value) => {
        expect(JSON.stringify(decode(encode(value)))).to.equal(JSON.stringify(value));
      }),
      lawParameters()
    );
  });
});
