import { expect } from 'chai';
import fc from 'fast-check';
import { applyDelta, deltaBetween } from '../../../runtime/recording/json-delta.js';
import type { Json } from '../../../runtime/recording/json-tags.js';
import { lawParameters } from '../../laws/parameters.js';

/** Deltas are text on their way. */
const through = (before: Json, after: Json): Json => {
  const delta = deltaBetween(before, after);

  return delta === undefined ? before : applyDelta(before, JSON.parse(JSON.stringify(delta)));
};

describe('delta', () => {
  const cases: readonly [what: string, before: Json, after: Json, delta: Json | undefined][] = [
    ['nothing', { a: [1, { b: null }] }, { a: [1, { b: null }] }, undefined],
    ['another value', 1, 'x', ['=', 'x']],
    ['another kind of value', { a: 1 }, [1], ['=', [1]]],
    ['a property', { a: 1, b: 2 }, { a: 1, b: 3 }, { b: ['=', 3] }],
    ['a property that is new', { a: 1 }, { a: 1, b: 3 }, { b: ['=', 3] }],
    ['a property that is gone', { a: 1, b: 2 }, { b: 2 }, { a: ['-'] }],
    ['an order', { a: 1, b: 2 }, { b: 2, a: 1 }, ['order', ['b', 'a'], {}]],
    ['one item', [{ n: 1 }, { n: 2 }, { n: 3 }], [{ n: 1 }, { n: 5 }, { n: 3 }], ['each', { 1: { n: ['=', 5] } }]],
    ['items before others', [1, 2], [8, 9, 1, 2], ['splice', 0, 0, [8, 9]]],
    ['items that are gone', [1, 2, 3, 4], [1, 4], ['splice', 1, 2, []]],
    [
      'a tagged value, as a whole',
      { a: { $: ['date', 1] } },
      { a: { $: ['date', 2] } },
      { a: ['=', { $: ['date', 2] }] },
    ],
    ['a tagged value that is the same', { a: { $: ['date', 1] } }, { a: { $: ['date', 1] } }, undefined],
  ];
  for (const [what, before, after, delta] of cases) {
    it(`tells of ${what}`, () => {
      expect(deltaBetween(before, after)).to.deep.equal(delta);
      if (delta !== undefined) expect(through(before, after)).to.deep.equal(after);
    });
  }

  it('keeps the very objects of what is unchanged', () => {
    const before = { rows: [{ id: 1 }, { id: 2 }], other: { deep: true } };
    const after = applyDelta(before, { rows: ['each', { 0: { id: ['=', 7] } }] }) as typeof before;
    expect(after.rows[0]).to.deep.equal({ id: 7 });
    expect(after.rows[1]).to.equal(before.rows[1]);
    expect(after.other).to.equal(before.other);
  });

  it('refuses changes of what is not there', () => {
    const wrong: readonly [Json, Json, string][] = [
      [[], ['each', { 0: ['=', 1] }], 'a change is of item 0, and there are 0'],
      [[1], ['splice', 0, 2, []], 'a change is of items 0 to 2, and there are 1'],
      [{}, { a: ['each', {}] }, 'a change is of "a", which is not there'],
      [1, { a: ['=', 1] }, 'a change is of an object where there is none'],
      [{}, ['each', {}], 'a change is of an array where there is none'],
      [{}, ['wine'], 'there is no change ["wine"]'],
      [{}, 3, 'there is no change 3'],
    ];
    for (const [before, delta, message] of wrong) expect(() => applyDelta(before, delta)).to.throw(message);
  });

  it('is no slower the deeper lists are in one another', () => {
    const nested = (leaf: Json): Json => Array.from({ length: 200 }).reduce<Json>((inner) => [0, inner, 0], leaf);
    expect(JSON.stringify(through(nested(1), nested(2)))).to.equal(JSON.stringify(nested(2)));
  });

  it('leads from any value to any other, properties in their order', () => {
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom<Json>(null, true, 0, 1, '', 'a'),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.constantFrom('a', 'b', 'c', '1', '__proto__'), tie('value'), { noNullPrototype: true })
      ),
    })).value as fc.Arbitrary<Json>;
    fc.assert(
      fc.property(json, json, (before, after) => {
        expect(JSON.stringify(through(before, after))).to.equal(JSON.stringify(after));
      }),
      lawParameters(2_000)
    );
  });
});
