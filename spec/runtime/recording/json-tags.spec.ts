import { expect } from 'chai';
import fc from 'fast-check';
import { type Json, TaggedReader, TaggedWriter } from '../../../runtime/recording/json-tags.js';
import { lawParameters } from '../../laws/parameters.js';

const write = (value: unknown): Json => new TaggedWriter().write(value);

/** Written as text and read again. */
const again = (value: unknown): unknown => new TaggedReader().read(JSON.parse(JSON.stringify(write(value))));

describe('tagged', () => {
  it('leaves what JSON can say as it is', () => {
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

  it('gives back an invalid date, and a property called __proto__ as a property', () => {
    expect((again(new Date(Number.NaN)) as Date).getTime()).to.be.NaN;
    const odd = JSON.parse('{"__proto__": 1}');
    expect(Object.entries(again(odd) as object)).to.deep.equal([['__proto__', 1]]);
    expect(Object.getPrototypeOf(again(odd))).to.equal(Object.prototype);
  });

  it('says what is no data, of which nothing comes back', () => {
    const lost = { run: () => 1, map: new Map(), big: 1n, key: Symbol('x') };
    expect(write(lost)).to.deep.equal({
      run: { $: ['lost', 'a function'] },
      map: { $: ['lost', 'an instance of Map'] },
      big: { $: ['lost', 'a bigint'] },
      key: { $: ['lost', 'a symbol'] },
    });
    expect(again(lost)).to.deep.equal({ run: undefined, map: undefined, big: undefined, key: undefined });
  });

  it('ends where a value goes round in circles', () => {
    const round: { self?: unknown } = {};
    round.self = round;
    expect(JSON.stringify(write(round))).to.contain('nested more than 500 deep');
  });

  it('writes and reads what is given twice as one object', () => {
    const row = { id: 1 };
    const json = write([row, row]) as readonly Json[];
    expect(json[0]).to.equal(json[1]);
    const [left, right] = new TaggedReader().read(json) as readonly unknown[];
    expect(left).to.equal(right);
  });

  it('refuses a tag that is none', () => {
    expect(() => new TaggedReader().read({ $: ['wine'] })).to.throw('there is no tag ["wine"]');
    expect(() => new TaggedReader().read({ $: 1 })).to.throw('there is no tag 1');
  });

  it('brings back any data', () => {
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
