import { expect } from 'chai';
import { apply, type Target } from '../../client/apply.js';
import { Inconsistent } from '../../client/definitions.js';
import { Instance, List } from '../../client/instance.js';
import { ListOperation, type Wire } from '../../runtime/wire/patch.js';

const definition = { hash: '', content: null as never, parts: [] };

/** A list of number 2 with the rows 3, 4 and 5, in the instance of number 1; and all that is asked of them. */
function createTarget() {
  const calls: unknown[] = [];
  const owner = new Instance(definition);
  const list = new List(owner, 0, true);
  list.rows.push(new Instance(definition), new Instance(definition), new Instance(definition));
  const numbered: unknown[] = [null, owner, list, ...list.rows, new Instance(definition)];
  const target: Target = {
    find: (number) => numbered[number as number] as Instance | List | undefined,
    write: (instance, part, value) => calls.push(['write', numbered.indexOf(instance), part, value]),
    insert: (_, index, items, at) => calls.push(['insert', index, items, at]),
    remove: (_, index, count) => calls.push(['remove', index, count]),
    move: (_, from, before) => calls.push(['move', from, before]),
  };
  return { calls, run: (...patch: Wire[]) => apply(target, patch) };
}

describe('client/apply', () => {
  it('writes parts of instances, in order', () => {
    const { calls, run } = createTarget();
    run(1, 0, 'a', 3, 2, ['b']);
    expect(calls).to.deep.equal([
      ['write', 1, 0, 'a'],
      ['write', 3, 2, ['b']],
    ]);
  });

  it('names rows by their place in the list', () => {
    const { calls, run } = createTarget();
    run(2, ListOperation.Append, ['k', 0], 2, ListOperation.Insert, [4, 'k', 0]);
    run(2, ListOperation.Remove, [4], 2, ListOperation.Remove, [3, 2]);
    run(2, ListOperation.Move, [5, 3], 2, ListOperation.Move, [3]);
    expect(calls).to.deep.equal([
      ['insert', 3, ['k', 0], 0],
      ['insert', 1, [4, 'k', 0], 1],
      ['remove', 1, 1],
      ['remove', 0, 2],
      ['move', 2, 0],
      ['move', 0, 3],
    ]);
  });

  const wrong: readonly (readonly [string, Wire[]])[] = [
    ['target', [7, 0, 'a']],
    ['row', [2, ListOperation.Remove, [1]]],
    ['row of another list', [2, ListOperation.Remove, [6]]],
    ['operation', [2, 9, [3]]],
    ['operands', [2, ListOperation.Remove, 3]],
  ];
  for (const [what, patch] of wrong) {
    it(`throws Inconsistent at an unknown ${what}`, () => {
      expect(() => createTarget().run(...patch)).to.throw(Inconsistent);
    });
  }
});
