/** What the todo example does without a page: its field, against any order in which events and frames may travel, and its lists. */

import { expect } from 'chai';
import fc from 'fast-check';
import {
  clear,
  emptyField,
  entryOf,
  type Field,
  type FieldEvent,
  fieldValue,
  press,
  type,
} from '../../examples/03-todo/field.js';
import {
  type Change,
  listOf,
  longestTitle,
  mostLists,
  mostTodos,
  type Todo,
  todos,
} from '../../examples/03-todo/todos.js';
import { lawParameters } from '../laws/parameters.js';

// A FIELD AND ITS BROWSER -----------------------------------------------------

type Kind = 'key' | 'input' | 'enter';

interface Frame {
  readonly field: Field;
  /** Up to which event it shows what became of them. */
  readonly processed: number;
}

/** A browser and a server with a field each, and what is on its way between them. */
class Wire {
  /** What stands in the browser's field. */
  text = '';
  readonly entries: string[] = [];
  #field = emptyField;
  #applied: Frame = { field: emptyField, processed: 0 };
  #sent = 0;
  #processed = 0;
  readonly #events: { readonly kind: Kind; readonly event: FieldEvent }[] = [];
  readonly #frames: Frame[] = [];
  /** Whether a write waits. */
  #held = false;

  send(kind: Kind): void {
    this.#sent++;
    this.#events.push({ kind, event: { text: this.text, shown: this.#applied.field.shown } });
  }

  /** The server takes what has come, at most so much, and shows the outcome of all of it at once. */
  serve(most: number): void {
    const before = this.#field;
    const taken = this.#events.splice(0, most);
    for (const { kind, event } of taken) this.#take(kind, event);
    this.#processed += taken.length;
    // What does not show makes no frame: handlers that were replaced are then not told from newer ones.
    const last = this.#frames.at(-1) ?? this.#applied;
    if (fieldValue(before) !== fieldValue(this.#field)) {
      this.#frames.push({ field: this.#field, processed: this.#processed });
    } else if (this.#frames.length > 0) this.#frames.push({ ...last, processed: this.#processed });
    else this.#apply({ ...this.#applied, processed: this.#processed });
  }

  #take(kind: Kind, event: FieldEvent): void {
    const field = this.#field;
    if (kind === 'input') this.#field = type(field, event);
    else if (kind === 'key' || entryOf(field, event) === '') this.#field = press(field, event);
    else {
      this.entries.push(entryOf(field, event));
      this.#field = clear(field, event);
    }
  }

  /** The browser takes the next frame. While an event of its is not processed it leaves the field alone. */
  receive(): void {
    const frame = this.#frames.shift();
    if (frame !== undefined) this.#apply(frame);
  }

  #apply(frame: Frame): void {
    const isNew = fieldValue(frame.field) !== fieldValue(this.#applied.field);
    this.#held ||= isNew;
    this.#applied = frame;
    if (this.#sent > frame.processed || !this.#held) return;
    this.text = frame.field.draft;
    this.#held = false;
  }

  /** All that is on its way arrives. */
  settle(): void {
    while (this.#events.length > 0) this.serve(1);
    while (this.#frames.length > 0) this.receive();
  }
}

/** What happens between two things a person does. */
const meanwhile = fc.array(fc.oneof(fc.constant('receive' as const), fc.integer({ min: 1, max: 4 })), { maxLength: 4 });

const letter = fc.record({ key: fc.constantFrom('a', 'b', 'Enter'), before: meanwhile, within: meanwhile });

function pass(wire: Wire, steps: readonly ('receive' | number)[]): void {
  for (const step of steps) {
    if (step === 'receive') wire.receive();
    else wire.serve(step);
  }
}

describe('the todo example', () => {
  describe('the field', () => {
    it('takes what is typed, in any order of events and frames', () => {
      fc.assert(
        fc.property(fc.array(letter, { maxLength: 40 }), (letters) => {
          const wire = new Wire();
          for (const { key, before, within } of letters) {
            pass(wire, before);
            wire.send(key === 'Enter' ? 'enter' : 'key');
            pass(wire, within);
            if (key === 'Enter') continue;
            wire.text += key;
            wire.send('input');
          }
          wire.settle();
          const words = letters
            .map(({ key }) => (key === 'Enter' ? ' ' : key))
            .join('')
            .split(' ');
          expect(wire.text).to.equal(words.pop());
          expect(wire.entries).to.deep.equal(words.filter((word) => word !== ''));
        }),
        lawParameters(2_000)
      );
    });

    it('takes what is filled in without a key, again and again the same', () => {
      const wire = new Wire();
      for (const text of ['a', 'a', 'ab', 'b']) {
        wire.text = text;
        wire.send('input');
        wire.send('enter');
      }
      wire.settle();
      expect(wire.entries).to.deep.equal(['a', 'a', 'ab', 'b']);
    });

    it('is written again though its draft is the same', () => {
      const field = type(emptyField, { text: 'a', shown: 0 });
      const cleared = clear(field, { text: 'a', shown: 0 });
      expect(fieldValue(cleared)).not.to.equal(fieldValue(emptyField));
      expect(fieldValue(cleared)).to.match(/^[\r\n]+$/);
    });
  });

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
