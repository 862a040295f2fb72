import { expect } from 'chai';
import fc from 'fast-check';
import type { StateRow } from '../../../runtime/inspect/inspection.js';
import { rowsOf, textFor } from '../../../runtime/inspect/state-rows.js';
import { isEqual } from '../../../runtime/platform/plain-data.js';
import { hidden } from '../../../runtime/platform/redact.js';
import { lawParameters } from '../../laws/parameters.js';

const none: readonly string[] = [];

/** The rows of a state with everything in it open, and what was before it. */
function allRows(state: unknown, before?: { readonly value: unknown }): readonly StateRow[] {
  let opened = none;
  for (;;) {
    const rows = rowsOf(state, { opened, before });
    const wanted = rows.filter(({ canOpen }) => canOpen).map(({ path }) => path);
    if (wanted.length === opened.length) return rows;
    opened = wanted;
  }
}

/** The value that a path names. */
function valueAt(state: unknown, path: string): unknown {
  let value = state;
  for (const match of path.matchAll(
    /\.(?<name>[\p{L}_$][\p{L}\p{N}_$]*)|\[(?<index>\d+)\]|\[(?<quoted>"(?:[^"\\]|\\.)*")\]/gu
  )) {
    const { name, index, quoted } = match.groups as Record<string, string | undefined>;
    value = (value as Record<string, unknown>)[name ?? index ?? JSON.parse(quoted as string)];
  }

  return value;
}

/** Plain data of all kinds that can be in a state. */
const plainData = fc.object({
  maxDepth: 3,
  maxKeys: 5,
  key: fc.oneof(
    fc.string({ unit: 'binary', maxLength: 4 }),
    fc.constantFrom('a', 'b', '0', 'a.b', '[0]', '…', '__proto__', 'toString')
  ),
  values: [
    fc.constantFrom<unknown>(null, undefined, true, '', hidden, Number.NaN, -0, 0, new Date(Number.NaN)),
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.date(),
    fc.uint8Array({ maxLength: 4 }),
    fc.array(fc.integer(), { maxLength: 3 }),
  ],
});

describe('state rows', () => {
  describe('of a state', () => {
    it('begin with the state itself, which is open, and go on with what is in it', () => {
      const rows = rowsOf({ count: 1, rows: [{ label: 'a' }] }, { opened: none });
      expect(rows.map(({ path, depth, name, text, kind }) => [path, depth, name, text, kind])).to.deep.equal([
        ['', 0, '', '{…} 2', 'object'],
        ['.count', 1, 'count', '1', 'number'],
        ['.rows', 1, 'rows', '[…] 1', 'array'],
      ]);
      expect(rows.map(({ canOpen, isOpen }) => [canOpen, isOpen])).to.deep.equal([
        [true, true],
        [false, false],
        [true, false],
      ]);
    });

    it('are those of what is open, in the order in which they are read', () => {
      const rows = rowsOf({ rows: [{ label: 'a' }, { label: 'b' }], last: 0 }, { opened: ['.rows', '.rows[1]'] });
      expect(rows.map(({ path }) => path)).to.deep.equal([
        '',
        '.rows',
        '.rows[0]',
        '.rows[1]',
        '.rows[1].label',
        '.last',
      ]);
    });

    it('pass over what is open in something closed, and what is not there', () => {
      const rows = rowsOf({ a: { b: { c: 1 } } }, { opened: ['.a.b', '.x'] });
      expect(rows.map(({ path }) => path)).to.deep.equal(['', '.a']);
    });

    it('are one for a value that holds nothing', () => {
      for (const state of [1, 'text', null, undefined, [], {}, new Date(0), new Uint8Array(3)]) {
        const rows = rowsOf(state, { opened: none });
        expect(rows).to.have.lengthOf(1);
        expect(rows[0]).to.include({ path: '', canOpen: false, isOpen: false, isChanged: false });
      }
    });

    it('name each value by a path of its own, whatever names there are', () => {
      const state = { a: { b: 1, 0: 2 }, 'a.b': 3, 'a[0]': 4, 'a…': [5], '': 6, é: 7, '"': 8 };
      const paths = allRows(state).map(({ path }) => path);
      expect(new Set(paths)).to.have.property('size', paths.length);
      expect(paths).to.include.members([
        '.a.b',
        '.a["0"]',
        '["a.b"]',
        '["a[0]"]',
        '["a…"][0]',
        '[""]',
        '.é',
        '["\\""]',
      ]);
    });

    it('say how many more there are of a long list', () => {
      const rows = rowsOf(
        Array.from({ length: 1_500 }, (_, at) => at),
        { opened: none }
      );
      expect(rows).to.have.lengthOf(202);
      expect(rows.at(-2)).to.include({ path: '[199]', text: '199' });
      expect(rows.at(-1)).to.deep.equal({
        path: '…',
        depth: 1,
        name: '',
        text: '1,300 more',
        kind: 'more',
        canOpen: false,
        isOpen: false,
        isChanged: false,
      });
      expect(rowsOf(new Array(200).fill(0), { opened: none }).at(-1)).to.include({ path: '[199]', kind: 'number' });
    });

    it('are 2,000 at the most, and then one that says so', () => {
      const state = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`list${at}`, new Array(150).fill(at)]));
      const rows = rowsOf(state, { opened: Object.keys(state).map((name) => `.${name}`) });
      expect(rows).to.have.lengthOf(2_001);
      expect(rows.at(-1)).to.include({ path: '…', kind: 'more', text: 'more rows' });
      expect(rows.filter(({ kind }) => kind === 'more')).to.have.lengthOf(1);
    });
  });

  describe('of a state that has changed', () => {
    /** The paths of the rows that are marked. */
    const changed = (value: unknown, before: unknown): readonly string[] =>
      allRows(value, { value: before })
        .filter(({ isChanged }) => isChanged)
        .map(({ path }) => path);

    it('are marked where something is different, and on the way there', () => {
      expect(changed({ a: { b: 1, c: 2 }, d: [1, 2] }, { a: { b: 1, c: 3 }, d: [1, 2] })).to.deep.equal([
        '',
        '.a',
        '.a.c',
      ]);
    });

    it('are not marked where the same stands in other objects', () => {
      expect(
        changed({ a: [new Date(5), new Uint8Array([1])] }, { a: [new Date(5), new Uint8Array([1])] })
      ).to.deep.equal([]);
    });

    it('are marked where nothing was before', () => {
      expect(changed({ a: 1, b: undefined }, { a: 1 })).to.deep.equal(['', '.b']);
      expect(changed(['a'], 'a')).to.deep.equal(['', '[0]']);
      expect(changed({ 0: 1 }, [1])).to.deep.equal(['', '["0"]']);
      expect(changed({ toString: 1 }, {})).to.deep.equal(['', '.toString']);
      expect(changed({ a: { b: 1 } }, null)).to.deep.equal(['', '.a', '.a.b']);
    });

    it('are marked around what has gone', () => {
      expect(changed({ a: { b: 1 } }, { a: { b: 1, c: 2 } })).to.deep.equal(['', '.a']);
    });

    it('are not marked if the previous state is unknown', () => {
      expect(rowsOf({ a: 1 }, { opened: none }).some(({ isChanged }) => isChanged)).to.equal(false);
      expect(changed(1, undefined)).to.deep.equal(['']);
    });
  });

  describe('of random data', () => {
    it('say of each value what it is, under a path that leads to it and no other', () => {
      fc.assert(
        fc.property(plainData, (state) => {
          const rows = allRows(state);
          expect(new Set(rows.map(({ path }) => path)).size).to.equal(rows.length);
          for (const { path, text } of rows) expect(text).to.equal(textFor(valueAt(state, path)));
          for (const { text } of rows) expect(text.length).to.be.below(800);
        }),
        lawParameters()
      );
    });

    it('are marked exactly where two states differ, and what is around that', () => {
      fc.assert(
        fc.property(plainData, plainData, fc.boolean(), (state, other, isSame) => {
          const before = isSame ? structuredClone(state) : other;
          const rows = allRows(state, { value: before });
          expect(rows[0]?.isChanged).to.equal(!isEqual(state, before));
          if (isSame) expect(rows.filter(({ isChanged }) => isChanged)).to.deep.equal([]);
          for (const [index, { depth, isChanged }] of rows.entries()) {
            const around = rows.slice(0, index).findLast((row) => row.depth === depth - 1);
            if (isChanged && around !== undefined) expect(around.isChanged).to.equal(true);
          }
        }),
        lawParameters()
      );
    });
  });

  describe('a value in one line', () => {
    it('is what it is, shortened', () => {
      const texts: readonly (readonly [unknown, string])[] = [
        ['a "text"', '"a \\"text\\""'],
        ['x'.repeat(121), `"${'x'.repeat(120)}…"`],
        ['x'.repeat(120), `"${'x'.repeat(120)}"`],
        [hidden, hidden],
        [1_234.5, '1234.5'],
        [-0, '-0'],
        [12n, '12'],
        [false, 'false'],
        [null, 'null'],
        [undefined, 'undefined'],
        [new Date(0), '1970-01-01T00:00:00.000Z'],
        [new Date(Number.NaN), 'Invalid Date'],
        [new Uint8Array(1_200), '1,200 bytes'],
        [new Array(1_000).fill(0), '[…] 1,000'],
        [{ a: 1, b: 2, c: 3 }, '{…} 3'],
      ];
      for (const [value, text] of texts) expect(textFor(value)).to.equal(text);
    });

    it('has a kind by which it can be coloured', () => {
      const values = {
        s: '',
        n: 1,
        i: 1n,
        b: true,
        d: new Date(0),
        y: new Uint8Array(),
        u: undefined,
        x: hidden,
        a: [],
        o: {},
      };
      const kinds = rowsOf(values, { opened: none }).map(({ kind }) => kind);
      expect(kinds.slice(1)).to.deep.equal([
        ...['string', 'number', 'number', 'boolean', 'date', 'bytes', 'nothing', 'secret', 'array', 'object'],
      ]);
    });
  });
});
