/** What the todo example does without a page: its lists. */

import { expect } from 'chai';
import {
  type Change,
  listOf,
  longestTitle,
  mostLists,
  mostTodos,
  type Todo,
  todos,
} from '../../examples/03-todo/todos.js';

describe('the todo example', () => {
  describe('the lists', () => {
    const browser = 'one';

    function changed(changes: readonly Change[], lists: Parameters<typeof todos.transition>[0] = start()) {
      return changes.reduce((snapshot, change) => step(snapshot, browser, change), lists);
    }

    const start = () => todos.getInitialSnapshot({} as never, undefined);
    const step = (snapshot: ReturnType<typeof start>, of: string, change: Change) =>
      todos.transition(snapshot, { browser: of, by: 'change', ...change }, {} as never);
    const shown = (changes: readonly Change[]): readonly Todo[] => listOf(changed(changes).context, browser).todos;
    const added = (title: string): Change => ({ type: 'added', title });

    it('append, trimmed and never empty', () => {
      expect(shown([added(' a '), added('  '), added('b')])).to.deep.equal([
        { id: 1, title: 'a', completed: false },
        { id: 2, title: 'b', completed: false },
      ]);
    });

    it('never give an id twice', () => {
      const [todo] = shown([added('a'), { type: 'removed', id: 1 }, added('b')]);
      expect(todo?.id).to.equal(2);
    });

    it('remove what is renamed to nothing', () => {
      expect(shown([added('a'), { type: 'renamed', id: 1, title: ' b ' }])).to.have.nested.property('0.title', 'b');
      expect(shown([added('a'), { type: 'renamed', id: 1, title: ' ' }])).to.deep.equal([]);
    });

    it('leave todos that are as they should be the same', () => {
      const before = changed([added('a'), added('b'), { type: 'toggled', id: 1, completed: true }]);
      const all = changed([{ type: 'allToggled', completed: true }], before);
      expect(listOf(all.context, browser).todos[0]).to.equal(listOf(before.context, browser).todos[0]);
      expect(listOf(all.context, browser).todos.map(({ completed }) => completed)).to.deep.equal([true, true]);
      expect(listOf(changed([{ type: 'completedCleared' }], all).context, browser).todos).to.deep.equal([]);
    });

    it('remember by name which changes are in them, the latest 500', () => {
      let snapshot = start();
      for (let index = 0; index < 502; index++) {
        const by = `${index}`;
        snapshot = todos.transition(snapshot, { browser, by, ...added('  ') }, {} as never);
      }
      const { taken } = listOf(snapshot.context, browser);
      expect([taken.length, taken[0], taken.at(-1)]).to.deep.equal([500, '2', '501']);
    });

    it('are bounded', () => {
      const many = Array.from({ length: mostTodos + 5 }, (_, index) => added(`${index}`.repeat(longestTitle)));
      const full = changed(many);
      expect(listOf(full.context, browser).todos).to.have.length(mostTodos);
      expect(listOf(full.context, browser).todos[499]?.title).to.have.length(longestTitle);
      let snapshot = full;
      for (let index = 1; index < mostLists; index++) snapshot = step(snapshot, `other ${index}`, added('a'));
      snapshot = step(snapshot, browser, { type: 'removed', id: 1 });
      snapshot = step(snapshot, 'the last', added('a'));
      expect(Object.keys(snapshot.context).length).to.equal(mostLists);
      expect(listOf(snapshot.context, browser).todos).to.have.length(mostTodos - 1);
      expect(listOf(snapshot.context, 'other 1').todos).to.deep.equal([]);
    });
  });
});
