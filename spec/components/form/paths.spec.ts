import { expect } from 'chai';
import { isWithin, kindOf, pathOf, pathsOfKind, stepsOf, valueAt, withValue } from '../../../components/form/paths.js';

describe('paths of a form', () => {
  const paths: Readonly<Record<string, readonly (string | number)[]>> = {
    '': [],
    email: ['email'],
    'address.city': ['address', 'city'],
    'items[0].name': ['items', 0, 'name'],
    'grid[1][2]': ['grid', 1, 2],
    'a-b.c d': ['a-b', 'c d'],
  };

  it('are steps', () => {
    for (const [path, steps] of Object.entries(paths)) {
      expect(stepsOf(path)).to.deep.equal(steps);
      expect(pathOf(steps)).to.equal(path);
    }
  });

  it('have a kind that is the same for all rows', () => {
    expect(kindOf('items[12].parts[3]')).to.equal('items[].parts[]');
  });

  it('are found by their kind', () => {
    const rows = { a: 'x', items: [{ tags: ['p', 'q'] }, { tags: [] }, { tags: ['r'] }] };
    expect(pathsOfKind(rows, 'items[].tags[]')).to.deep.equal([
      'items[0].tags[0]',
      'items[0].tags[1]',
      'items[2].tags[0]',
    ]);
    expect(pathsOfKind(rows, 'a')).to.deep.equal(['a']);
    expect(pathsOfKind(rows, 'none[].x')).to.deep.equal([]);
  });

  it('lie within each other by whole names', () => {
    expect(isWithin('items[0].name', 'items')).to.equal(true);
    expect(isWithin('items[0].name', 'items[0]')).to.equal(true);
    expect(isWithin('itemsize', 'items')).to.equal(false);
    expect(isWithin('items[01]', 'items[0]')).to.equal(false);
  });

  const values = { email: 'a', items: [{ name: 'x' }, { name: 'y' }] };

  it('lead to values', () => {
    expect(valueAt(values, 'items[1].name')).to.equal('y');
    expect(valueAt(values, '')).to.equal(values);
    for (const path of ['items[2].name', 'email.x', 'none', 'items.length', 'constructor', 'email.length']) {
      expect(valueAt(values, path), path).to.equal(undefined);
    }
  });

  it('change nothing but what is on the way', () => {
    const changed = withValue(values, 'items[1].name', 'z');
    expect(changed).to.deep.equal({ email: 'a', items: [{ name: 'x' }, { name: 'z' }] });
    expect((changed['items'] as unknown[])[0]).to.equal(values.items[0]);
    expect(values.items[1]).to.deep.equal({ name: 'y' });
    expect(withValue({}, 'a.b[0].c', 'd')).to.deep.equal({ a: { b: [{ c: 'd' }] } });
  });

  it('from a browser make no list with gaps or of any length, and touch no prototype', () => {
    expect(withValue({ a: [] }, 'a[5]', 'x')).to.deep.equal({ a: [] });
    const long = { a: Array.from({ length: 1_000 }, () => '') };
    expect(withValue(long, 'a[1000]', 'x')).to.deep.equal(long);
    expect(withValue({}, '__proto__.x', 'y')).to.deep.equal({});
    expect(withValue({}, 'a.constructor.x', 'y')).to.deep.equal({});
    expect(({} as { x?: string }).x).to.equal(undefined);
  });
});
