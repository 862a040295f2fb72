import { expect } from 'chai';
import fc from 'fast-check';
import { decode, Malformed } from '../../../runtime/wire/decode.js';
import type { Wire } from '../../../runtime/wire/patch.js';
import { Limit } from '../../../runtime/wire/protocol.js';
import { lawParameters } from '../../laws/parameters.js';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

function expectMalformed(bytes: Uint8Array, reason?: RegExp): void {
  expect(() => decode(bytes), Buffer.from(bytes.subarray(0, 40)).toString('hex')).to.throw(Malformed, reason ?? /./);
}

describe('decode', () => {
  describe('reads', () => {
    const values: readonly (readonly [bytes: string, value: Wire])[] = [
      ['c0', null],
      ['c2', false],
      ['c3', true],
      ['00', 0],
      ['7f', 127],
      ['cc80', 128],
      ['ccff', 255],
      ['cd0100', 256],
      ['cdffff', 65_535],
      ['ce00010000', 65_536],
      ['ceffffffff', 4_294_967_295],
      ['ff', -1],
      ['e0', -32],
      ['d0df', -33],
      ['d080', -128],
      ['d1ff7f', -129],
      ['d18000', -32_768],
      ['d2ffff7fff', -32_769],
      ['d280000000', -2_147_483_648],
      ['ca3fc00000', 1.5],
      ['cb3ff8000000000000', 1.5],
      ['cb41f0000000000000', 4_294_967_296],
      ['cb433fffffffffffff', Number.MAX_SAFE_INTEGER],
      ['cb8000000000000000', -0],
      ['cb7ff8000000000000', Number.NaN],
      ['cb7ff0000000000000', Number.POSITIVE_INFINITY],
      ['a0', ''],
      ['a548656c6c6f', 'Hello'],
      ['d90161', 'a'],
      ['da000161', 'a'],
      ['db0000000161', 'a'],
      ['a2c3a9', 'é'],
      ['a4f09f9880', '😀'],
      ['a3efbbbf', '\ufeff'],
      ['90', []],
      ['93 01 a161 91c0', [1, 'a', [null]]],
      ['dc0001 01', [1]],
      ['dd00000001 01', [1]],
    ];
    for (const [bytes, value] of values) {
      it(`${bytes} as ${typeof value === 'number' ? String(value) : JSON.stringify(value)}`, () => {
        expect(decode(hex(bytes))).to.deep.equal(value);
      });
    }

    it('strings of every length around its limits, ASCII or not', () => {
      for (const length of [0, 1, 23, 24, 25, 31, 32, 255, 256, 65_535, 65_536]) {
        for (const text of ['a'.repeat(length), `${'a'.repeat(Math.max(0, length - 1))}é`]) {
          expect(decode(string32(Buffer.from(text)))).to.equal(text);
        }
      }
    });

    it('a view into a larger buffer', () => {
      const whole = hex('ffff 92cb3ff8000000000000a161 ffff');
      expect(decode(whole.subarray(2, whole.length - 2))).to.deep.equal([1.5, 'a']);
    });

    it('arrays nested as deep as is allowed', () => {
      const bytes = new Uint8Array(Limit.depth).fill(0x91);
      bytes[Limit.depth - 1] = 0x90;
      expect(JSON.stringify(decode(bytes))).to.equal('['.repeat(Limit.depth) + ']'.repeat(Limit.depth));
    });
  });

  describe('refuses', () => {
    const refused: readonly (readonly [what: string, bytes: string, reason: RegExp])[] = [
      ['nothing', '', /truncated/],
      ['bytes after the end', '0000', /after the end/],
      ['an empty map', '80', /type 0x80/],
      ['a map', '81a16101', /type 0x81/],
      ['map16', 'de0001a16101', /type 0xde/],
      ['map32', 'df00000001a16101', /type 0xdf/],
      ['a map with a __proto__ key', '81a95f5f70726f746f5f5f81a8706f6c6c75746564c3', /type 0x81/],
      ['bin8', 'c40100', /type 0xc4/],
      ['bin16', 'c5000100', /type 0xc5/],
      ['bin32 declaring 4 GB', 'c6ffffffff', /type 0xc6/],
      ['ext8', 'c7010000', /type 0xc7/],
      ['ext16', 'c800010000', /type 0xc8/],
      ['ext32 declaring 4 GB', 'c9ffffffff00', /type 0xc9/],
      ['a 32 bit timestamp', 'd6ff00000000', /type 0xd6/],
      ['a 64 bit timestamp', 'd7ff0000000000000000', /type 0xd7/],
      ['a 96 bit timestamp', 'c70cff000000000000000000000000', /type 0xc7/],
      ['a record definition', 'd472409161', /type 0xd4/],
      ['fixext2', 'd5000000', /type 0xd5/],
      ['fixext16', `d800${'00'.repeat(16)}`, /type 0xd8/],
      ['uint64', 'cf0000000000000001', /type 0xcf/],
      ['int64', 'd30000000000000001', /type 0xd3/],
      ['the type that is never used', 'c1', /type 0xc1/],
      ['a lone surrogate', 'a3eda080', /UTF-8/],
      ['a surrogate pair as six bytes', 'a6eda0bdedb880', /UTF-8/],
      ['a lone surrogate in a long string', `d921${'61'.repeat(30)}eda080`, /UTF-8/],
      ['an overlong slash', 'a2c0af', /UTF-8/],
      ['half a character', 'a1c3', /UTF-8/],
      ['array16 declaring more than there is', 'dcffff', /truncated/],
      ['array32 declaring 4 G items', 'ddffffffff', /truncated/],
      ['array32 declaring 4 G items, with some there', 'ddffffffff00000000', /truncated/],
      ['str32 declaring 4 GB', 'dbffffffff', /truncated/],
      ['str8 declaring more than there is', 'd90261', /truncated/],
      ['arrays that together declare more than there is', '92 92 00 91', /truncated/],
    ];
    for (const [what, bytes, reason] of refused) {
      it(what, () => expectMalformed(hex(bytes), reason));
    }

    it('reads on as usual after a refused string', () => {
      expectMalformed(hex('a3e282ff'));
      expect(decode(hex('a3e282ac'))).to.equal('€');
    });

    it('a frame cut short anywhere', () => {
      const frame = hex('95 01 a2c3a9 93cb3ff8000000000000 ca3fc00000 cd0100 d9026161 dc0002c0c3');
      expect(decode(frame)).to.deep.equal([1, 'é', [1.5, 1.5, 256], 'aa', [null, true]]);
      for (let length = 0; length < frame.length; length++) expectMalformed(frame.subarray(0, length));
    });

    it('arrays one deeper than is allowed', () => {
      expectMalformed(new Uint8Array(Limit.depth + 1).fill(0x91).fill(0x90, Limit.depth), /too deep/);
    });

    it('arrays nested a hundred thousand deep', () => {
      expectMalformed(new Uint8Array(100_000).fill(0x91), /too deep/);
    });

    it('nested arrays that each declare all the rest', () => {
      const bytes = new Uint8Array(72_000);
      for (let at = 0; at < bytes.length; at += 3) bytes.set([0xdc, 0xff, 0xff], at);
      expectMalformed(bytes, /truncated/);
    });

    it('a million random frames in bounded memory, and throws nothing but Malformed', function () {
      this.timeout(30_000);
      const random = generator(0x7c0ffee);
      const before = process.memoryUsage().rss;
      const traces = Error.stackTraceLimit;
      Error.stackTraceLimit = 0; // a million traces are not needed
      const deadline = Date.now() + 10_000;
      let read = 0;
      for (let round = 0; round < 1_000_000 && (round % 10_000 !== 0 || Date.now() < deadline); round++) {
        const bytes = randomFrame(random);
        try {
          decode(bytes);
          read++;
        } catch (error) {
          if (!(error instanceof Malformed)) throw error;
        }
      }
      Error.stackTraceLimit = traces;
      expect(read).to.be.greaterThan(0);
      expect(process.memoryUsage().rss - before).to.be.lessThan(100e6);
    });
  });

  it('reads what a plain writer writes, whatever it is', () => {
    const { wire } = fc.letrec<{ wire: Wire }>((tie) => ({
      wire: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(null, true, false),
        fc.integer(),
        fc.double(),
        fc.string({ unit: 'grapheme' }),
        fc.array(tie('wire'), { maxLength: 20 })
      ),
    }));
    fc.assert(
      fc.property(wire, (value) => {
        expect(decode(Uint8Array.from(write(value)))).to.deep.equal(value);
      }),
      lawParameters()
    );
  });
});

// WRITER ----------------------------------------------------------------------

/** The least clever writer: every number a float, every length 32 bits. */
function write(value: Wire): number[] {
  if (value === null) return [0xc0];
  if (typeof value === 'boolean') return [value ? 0xc3 : 0xc2];
  if (typeof value === 'string') return [...string32(Buffer.from(value))];
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(9, 0xcb);
    bytes.writeDoubleBE(value, 1);
    return [...bytes];
  }
  const head = Buffer.alloc(5, 0xdd);
  head.writeUInt32BE(value.length, 1);
  return [...head, ...value.flatMap(write)];
}

function string32(bytes: Buffer): Uint8Array {
  const head = Buffer.alloc(5, 0xdb);
  head.writeUInt32BE(bytes.length, 1);
  return Uint8Array.from(Buffer.concat([head, bytes]));
}

// RANDOM ----------------------------------------------------------------------

/** Numbers from 0 to 2^32 - 1 that follow from the seed (xorshift). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Up to 40 bytes; half of the frames start as an array, so that something is read before it goes wrong. */
function randomFrame(random: () => number): Uint8Array {
  const bytes = new Uint8Array(random() % 41);
  for (let at = 0; at < bytes.length; at++) bytes[at] = random();
  if (bytes.length > 0 && random() % 2 === 0) bytes[0] = 0x90 + (random() % 16);
  return bytes;
}
