import { expect } from 'chai';
import fc from 'fast-check';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';
import { matchByKey, matchByPosition, type Reordering } from '../../../runtime/render/keyed-list.js';
import { Instance, List, type Value } from '../../../runtime/render/nodes.js';
import { renderRoot } from '../../../runtime/render/render.js';
import { html, type Key, repeat } from '../../../runtime/template/html.js';
import type { Definition } from '../../../runtime/template/template.js';
import { lawParameters } from '../../laws/parameters.js';

interface Item {
  readonly key: Key;
  readonly text: string;
}

const item = (key: Key, text = ''): Item => ({ key, text });
const keyOf = ({ key }: Item): Key => key;
const row = ({ key, text }: Item) => html`<li title=${key}>${text}</li>`;

function render(items: readonly Item[], previous?: Value, view: (item: Item) => unknown = row): List {
  const list = renderRoot(repeat(items, keyOf, view as typeof row), previous, () => {});
  if (!(list instanceof List)) throw new Error('no list');

  return list;
}

const keysOf = (list: List): unknown[] => list.rows.map(({ key }) => key);

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return error instanceof TroupeError ? error.code : String(error);
  }

  return undefined;
}

describe('keyed list', () => {
  describe('rendering rows', () => {
    const a = item('a');
    const b = item('b');
    const c = item('c');
    const d = item('d');

    it('gives the list itself if items and view are the same', () => {
      const items = [a, b];
      const list = render(items);

      expect(render(items, list)).to.equal(list);
    });

    it('takes a row as it is if its item and the view are identical, without calling the view', () => {
      let calls = 0;
      const counted = (each: Item) => {
        calls++;
        return row(each);
      };
      const first = render([a, b, c, d], undefined, counted);
      calls = 0;

      for (const items of [
        [a, b, c, d],
        [a, c, d],
        [d, a, b, c],
        [d, c, b, a],
        [b, a],
        [a, item('e'), b, c, d],
      ]) {
        calls = 0;
        const next = render(items, first, counted);
        const fresh = items.filter((each) => ![a, b, c, d].includes(each)).length;

        expect(calls, keysOf(next).join('')).to.equal(fresh);
        items.forEach((each, index) => {
          const old = [a, b, c, d].indexOf(each);
          if (old >= 0) expect(next.rows[index], each.key as string).to.equal(first.rows[old]);
        });
      }
    });

    it('calls an inline view for every row and keeps the rows that came out the same', () => {
      const first = render([a, b], undefined, (each) => row(each));
      let calls = 0;
      const next = render([a, item('b', 'changed')], first, (each) => {
        calls++;
        return row(each);
      });

      expect(calls).to.equal(2);
      expect(next.rows[0]).to.equal(first.rows[0]);
      expect(next.rows[1]).to.not.equal(first.rows[1]);
    });

    it('follows the worked trace: a left over, C rendered into row c, e new, d as it is', () => {
      const first = render([a, b, c, d]);
      const next = render([b, item('c', 'C'), item('e'), d], first);

      expect(keysOf(next)).to.deep.equal(['b', 'c', 'e', 'd']);
      expect(next.rows[0]).to.equal(first.rows[1]);
      expect(next.rows[3]).to.equal(first.rows[3]);
      expect((next.rows[1] as Instance).values).to.deep.equal(['c', 'C']);
    });

    it('compares primitives by value', () => {
      const view = (each: number) => html`<li>${each}</li>`;
      const list = (items: readonly number[], previous?: Value) =>
        renderRoot(
          repeat(items, (each) => each, view),
          previous,
          () => {}
        ) as List;
      const first = list([1, 2, 3]);
      const next = list([3, 1, 2, 4], first);

      expect(keysOf(next)).to.deep.equal([3, 1, 2, 4]);
      expect(next.rows.slice(0, 3)).to.deep.equal([first.rows[2], first.rows[0], first.rows[1]]);
      expect(next.rows[0]).to.equal(first.rows[2]);
    });

    it('goes by keys alone if the array has been changed in place', () => {
      const items = [a, b];
      const first = render(items, undefined, (each) => row(each));
      items.unshift(c);
      const next = render(items, first, (each) => row(each));

      expect(keysOf(next)).to.deep.equal(['c', 'a', 'b']);
      expect(next.rows[1]).to.equal(first.rows[0]);
    });

    it('gives a row whose key was removed and added again a new instance', () => {
      const first = render([a, b]);
      const next = render([a, b], render([b], first));

      expect(next.rows[0]).to.not.equal(first.rows[0]);
      expect(next.rows[1]).to.equal(first.rows[1]);
    });

    it('replaces a row whose template is another', () => {
      const view = ({ key, text }: Item) => (text === '' ? html`<li>${key}</li>` : html`<li><b>${text}</b></li>`);
      const first = render([a, b], undefined, view);
      const next = render([a, item('b', 'text')], first, view);

      expect((next.rows[1] as Instance).definition).to.not.equal((first.rows[1] as Instance).definition);
      expect(keysOf(next)).to.deep.equal(['a', 'b']);
    });

    it('agrees with looking up every key, for all sequences of lists', () => {
      fc.assert(
        fc.property(fc.array(lists, { minLength: 1, maxLength: 6 }), fc.boolean(), (sequence, hoisted) => {
          let last: List | undefined;
          let lastItems: readonly Item[] = [];
          for (const items of sequence) {
            const called: Item[] = [];
            const view = (each: Item) => {
              called.push(each);
              return row(each);
            };
            const next: List = render(items, last, hoisted ? row : view);
            expectRows(next, items, last, lastItems);
            if (!hoisted) expect(called).to.have.members(items).and.to.have.lengthOf(items.length);
            last = next;
            lastItems = items;
          }
        }),
        lawParameters(500)
      );
    });

    /** Each row is the old one of its key if its item says the same, and new or rewritten if not. */
    function expectRows(next: List, items: readonly Item[], last: List | undefined, lastItems: readonly Item[]): void {
      expect(keysOf(next)).to.deep.equal(items.map(keyOf));
      items.forEach((each, index) => {
        const now = next.rows[index] as Instance;
        const at = lastItems.findIndex(({ key }) => key === each.key);
        expect(now.values).to.deep.equal([each.key, each.text === '' ? null : each.text]);
        if (at >= 0 && lastItems[at]?.text === each.text) expect(now).to.equal(last?.rows[at]);
        else expect(last?.rows ?? []).to.not.include(now);
      });
    }
  });

  describe('keys', () => {
    it('are compared by ===: a number differs from its text', () => {
      expect(keysOf(render([item(1), item('1'), item('')]))).to.deep.equal([1, '1', '']);
    });

    it('throws an error if two rows have the same key, at any two indices', () => {
      const sizes = [2, 3, 20, 40];
      for (const size of sizes) {
        const items = Array.from({ length: size }, (_, index) => item(index));
        const list = render(items);
        for (const from of [0, 1, size >> 1, size - 1]) {
          for (const to of [0, 1, size >> 1, size]) {
            const twice = items.toSpliced(to, 0, from % 2 === 0 ? (items[from] as Item) : item(from, 'again'));
            expect(
              codeOf(() => render(twice)),
              `${size} ${from} ${to} first`
            ).to.equal(ErrorCode.DuplicateKey);
            expect(
              codeOf(() => render(twice, list)),
              `${size} ${from} ${to} next`
            ).to.equal(ErrorCode.DuplicateKey);
          }
        }
      }
    });

    it('throws an error if a row takes the key of another that stays', () => {
      const list = render([item('a'), item('b'), item('c')]);

      expect(codeOf(() => render([item('a'), item('b'), item('a', 'was c')], list))).to.equal(ErrorCode.DuplicateKey);
    });

    it('can be swapped and passed to another row in one render', () => {
      const list = render([item('a'), item('b'), item('c')]);

      expect(keysOf(render([item('b'), item('a'), item('c')], list))).to.deep.equal(['b', 'a', 'c']);
      expect(keysOf(render([item('x'), item('c'), item('a')], render([item('a'), item('c')])))).to.deep.equal([
        'x',
        'c',
        'a',
      ]);
    });

    it('are checked after a throw as before', () => {
      let list = render([item('a'), item('b')]);
      for (let round = 0; round < 3; round++) {
        expect(codeOf(() => render([...sources(list), item('a')], list))).to.equal(ErrorCode.DuplicateKey);
        expect(codeOf(() => render([...sources(list), item('b')], list))).to.equal(ErrorCode.DuplicateKey);
        list = render([...sources(list), item(`c${round}`)], list);
      }
      expect(keysOf(list)).to.deep.equal(['a', 'b', 'c0', 'c1', 'c2']);
    });

    it('are checked after a view threw in the middle of the list', () => {
      const list = render([item('a'), item('b')]);
      const broken = (each: Item) => {
        if (each.key === 'd') throw new Error('view');
        return row(each);
      };
      expect(codeOf(() => render([item('c'), ...sources(list), item('d')], list, broken))).to.equal('Error: view');
      expect(keysOf(render([item('c'), ...sources(list), item('d')], list))).to.deep.equal(['c', 'a', 'b', 'd']);
      expect(codeOf(() => render([item('b'), ...sources(list)], list))).to.equal(ErrorCode.DuplicateKey);
    });

    it('find every duplicate, for all sequences of lists with and without', () => {
      const anyList = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 12 });
      fc.assert(
        fc.property(fc.array(anyList, { maxLength: 8 }), (sequence) => {
          let last: List | undefined;
          for (const keys of sequence) {
            const items = keys.map((key) => pooled(key, key % 2));
            const isWrong = new Set(keys).size < keys.length;
            const before: List | undefined = last;
            expect(codeOf(() => (last = render(items, before)))).to.equal(isWrong ? ErrorCode.DuplicateKey : undefined);
          }
        }),
        lawParameters(500)
      );
    });

    it('throws an error if a key is neither a string nor a number', () => {
      for (const key of [undefined, null, {}, Object.create(null), true, 1n, Symbol('key'), Number.NaN]) {
        expect(() => render([item('a'), item(key as Key)])).to.throw(
          TroupeError,
          /^The key of row 1 is .*; a key is a string or a number\. Give repeat a function from the item to one: \(item\) => item\.id\./
        );
      }
    });

    it('name the duplicate, its index and the fix', () => {
      expect(() => render([item('a'), item('b'), item('a')])).to.throw(
        TroupeError,
        'Two rows of one list have the key "a", the second at index 2. Give repeat a key function that tells all items apart.'
      );
    });

    it('are changed so that they can be encoded', () => {
      const first = render([item('\ud800'), item('b')]);
      const next = render([item('b'), item('\ud800', 'changed')], first);

      expect(keysOf(next)).to.deep.equal(['b', '\ufffd']);
      expect(codeOf(() => render([item('\ud800'), item('\udfff')]))).to.equal(ErrorCode.DuplicateKey);
    });

    const sources = (list: List): readonly Item[] => list.source?.items as readonly Item[];
  });

  describe('matching by key', () => {
    it('removes, places and moves as little as possible, for all pairs of lists', () => {
      fc.assert(
        fc.property(orders, orders, (before, after) => expectMatch(before, after)),
        lawParameters(2_000)
      );
    });

    it('moves the fewest rows also in long lists', () => {
      const numbers = Array.from({ length: 200 }, (_, index) => index);
      const shuffle = fc.shuffledSubarray(numbers, { minLength: 100 });
      fc.assert(
        fc.property(shuffle, shuffle, (before, after) => expectMatch(before, after)),
        lawParameters(50)
      );
    });

    it('moves one row if one row has moved, from any index to any other', () => {
      const before = Array.from({ length: 60 }, (_, index) => index);
      for (const from of [0, 1, 20, 58, 59]) {
        for (const to of [0, 1, 30, 58, 59]) {
          const after = before.toSpliced(from, 1).toSpliced(to, 0, from);
          const { removed, placed } = match(before, after);
          expect([removed.length, placed.length], `${from} ${to}`).to.deep.equal([0, from === to ? 0 : 1]);
        }
      }
    });

    it('calls keep once for every kept row that is another object', () => {
      const first = new Instance(plain, [], 'a');
      const next = new Instance(plain, [], 'a');
      const same = new Instance(plain, [], 'b');
      const kept: Instance[][] = [];
      matchByKey([first, same], [same, next], (...pair) => kept.push(pair));

      expect(kept).to.have.lengthOf(1);
      expect(kept[0]?.[0]).to.equal(first);
      expect(kept[0]?.[1]).to.equal(next);
    });

    it('replaces a row whose definition is another, though its key is the same', () => {
      const before = [new Instance(plain, [], 1), new Instance(plain, [], 2), new Instance(plain, [], 3)];
      const after = [new Instance(plain, [], 1), new Instance(other, [], 2), new Instance(plain, [], 3)];

      expect(matchByKey(before, after, () => {})).to.deep.equal({ removed: [1], placed: [1] });
      expect(matchByKey(before, [after[1] as Instance], () => {})).to.deep.equal({ removed: [0, 1, 2], placed: [0] });
    });
  });

  describe('matching by position', () => {
    it('keeps rows of the same definition, replaces the others, adds and removes at the end', () => {
      const rows = (...definitions: Definition[]) =>
        definitions.map((definition) => new Instance(definition, [], undefined));
      const matched = (before: Instance[], after: Instance[]) => matchByPosition(before, after, () => {});

      expect(matched(rows(plain, plain), rows(plain, plain))).to.deep.equal({ removed: [], placed: [] });
      expect(matched(rows(plain, other, plain), rows(plain, plain, plain))).to.deep.equal({
        removed: [1],
        placed: [1],
      });
      expect(matched(rows(plain), rows(plain, other, plain))).to.deep.equal({ removed: [], placed: [1, 2] });
      expect(matched(rows(plain, other, plain), rows(plain))).to.deep.equal({ removed: [1, 2], placed: [] });
      expect(matched(rows(plain, other), rows(other, plain))).to.deep.equal({ removed: [0, 1], placed: [0, 1] });
      expect(matched([], [])).to.deep.equal({ removed: [], placed: [] });
    });
  });
});

// MATCHING --------------------------------------------------------------------

const plain = {} as Definition;
const other = {} as Definition;

const orders = fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 30 });

const instances = (keys: readonly number[]): Instance[] => keys.map((key) => new Instance(plain, [], key));

function match(before: readonly number[], after: readonly number[]): Reordering {
  return matchByKey(instances(before), instances(after), () => {});
}

/** What is neither removed nor placed stands in the same order on both sides, and could not be more. */
function expectMatch(before: readonly number[], after: readonly number[]): void {
  const { removed, placed } = match(before, after);
  const gone = before.filter((key) => !after.includes(key));
  const moved = placed.map((index) => after[index] as number).filter((key) => before.includes(key));

  expect(removed.map((index) => before[index])).to.deep.equal(gone);
  expect(placed).to.deep.equal([...placed].sort((left, right) => left - right));
  expect(before.filter((key) => !gone.includes(key) && !moved.includes(key))).to.deep.equal(
    after.filter((_key, index) => !placed.includes(index))
  );
  const common = after.filter((key) => before.includes(key));
  expect(moved).to.have.lengthOf(common.length - longestRun(common.map((key) => before.indexOf(key))));
}

/** The length of a longest increasing subsequence, the slow way. */
function longestRun(numbers: readonly number[]): number {
  const lengths: number[] = [];
  numbers.forEach((number, index) => {
    lengths.push(
      1 + Math.max(0, ...lengths.filter((_length, earlier) => (numbers[earlier] as number) < number && earlier < index))
    );
  });

  return Math.max(0, ...lengths);
}

// ITEMS -----------------------------------------------------------------------

/** One object for each key and version, so that lists share items. */
const pool = new Map<string, Item>();

function pooled(key: number, version: number): Item {
  const name = `${key} ${version}`;
  const known = pool.get(name) ?? item(key, version === 0 ? '' : `version ${version}`);
  pool.set(name, known);

  return known;
}

/** Lists of unique keys; an item comes again as the same object, as another one that says the same, or changed. */
const lists = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 2 }), fc.boolean()), {
    maxLength: 25,
    selector: ([key]) => key,
  })
  .map((entries) =>
    entries.map(([key, version, copied]) => (copied ? { ...pooled(key, version) } : pooled(key, version)))
  );
