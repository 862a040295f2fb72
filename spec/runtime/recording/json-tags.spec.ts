import { expect } from 'chai';
import fc from 'fast-check';
import { type Json, TaggedReader, TaggedWriter } from '../../../runtime/recording/json-tags.js';
import { lawParameters } from '../../laws/parameters.js';

const write = (value: unknown): Json => new TaggedWriter().write(value);

/** Written as text and read again. */
const again = (value: unknown): unknown => new TaggedReader().read(JSON.parse(JSON.stringify(write(value))));

describe('json-tags', () => {
  it('leaves what JSON can express as it is', () => {
    const value = { text: 'a', count: 1.5, list: [true, null, { deep: [] }] };
    expect(write(value)).to.deep.equal(value);
  });

  const words: readonly [unknown, unknown][] = [
    [undefined, ['undefined']],
    [Number.NaN, ['number', 'NaN']],
    [Number.POSITIVE_INFINITY, ['number', 'Infinity']],
    [-0, ['number', '-0']],
    [new Date(7), ['date', 7]],
    [Uint8Array.of(0, 255), ['bytes', 'AP8=']],
    [{ $: 1 }, ['object', { $: 1 }]],
  ];
  for (const [value, tag] of words) {
    it(`writes ${JSON.stringify(tag)}`, () => {
      expect(write({ value })).to.deep.equal({ value: { $: tag } });
      expect(again({ value })).to.deep.equal({ value });
      expect(again([value])).to.deep.equal([value]);
    });
  }

  it('reads an invalid date, and a property called __proto__ as a property', () => {
    expect((again(new Date(Number.NaN)) as Date).getTime()).to.be.NaN;
    const odd = JSON.parse('{"__proto__": 1}');
    expect(Object.entries(again(odd) as object)).to.deep.equal([['__proto__', 1]]);
    expect(Object.getPrototypeOf(again(odd))).to.equal(Object.prototype);
  });

  it('writes what is not data as undefined', () => {
    const lost = { run: () => 1, map: new Map(), big: 1n, key: Symbol('x') };
    expect(again(lost)).to.deep.equal({ run: undefined, map: undefined, big: undefined, key: undefined });
  });

  it('writes an object once, and reads it as one object', () => {
    const row = { id: 1 };
    expect(write([row, row])).to.deep.equal([{ id: 1 }, { $: 1 }]);
    const [left, right] = again([row, row]) as readonly unknown[];
    expect(left).to.equal(right);
  });

  it('counts the objects of all values that one writer writes', () => {
    const row = { $: [new Date(1), { deep: 1 }] };
    const writer = new TaggedWriter();
    const reader = new TaggedReader();
    const [first, second] = [[0, row], [row]].map((value) =>
      reader.read(JSON.parse(JSON.stringify(writer.write(value))))
    );
    expect([first, second]).to.deep.equal([[0, row], [row]]);
    expect((first as readonly unknown[])[1]).to.equal((second as readonly unknown[])[0]);
  });

  it('reads an object that contains itself as undefined there', () => {
    const round: { self?: unknown } = {};
    round.self = round;
    expect(write(round)).to.deep.equal({ self: { $: 0 } });
    expect(again(round)).to.deep.equal({ self: undefined });
  });

  it('refuses an unknown tag, and the number of an object that is not there', () => {
    for (const tag of [['wine'], 1, 1.5, -1, null]) {
      expect(() => new TaggedReader().read({ $: tag })).to.throw(`there is no tag ${JSON.stringify(tag)}`);
    }
  });

  it('reads any data as it was written', () => {
    const names = fc.oneof(fc.string(), fc.constantFrom('$', '__proto__', 'constructor'));
    const data = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(null, undefined, true),
        fc.double(),
        fc.string(),
        fc.date({ noInvalidDate: true }),
        fc.uint8Array({ maxLength: 5 }),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(names, tie('value'), { maxKeys: 4, noNullPrototype: true })
      ),
    })).value;
    fc.assert(
      fc.property(data, (value) => void expect(again(value)).to.deep.equal(value)),
      lawParameters()
    );
  });
});
