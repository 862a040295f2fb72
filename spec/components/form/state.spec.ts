import { expect } from 'chai';
import { changeState, type FormChange, type FormState, rowsOf, startState } from '../../../components/form/state.js';

const changed = (state: FormState, ...changes: readonly FormChange[]): FormState => changes.reduce(changeState, state);

describe('the state of a form', () => {
  const start = startState({ name: 'Ada', ok: false, items: [{ title: 'a' }, { title: 'b' }, { title: 'c' }] });
  const titles = ({ values }: FormState) => (values['items'] as { title: string }[]).map(({ title }) => title).join('');
  const keys = (state: FormState) => rowsOf(state, 'items').map(({ key }) => key);

  it('is plain data, after all that can happen', () => {
    const state = changed(
      start,
      { kind: 'edited', name: 'items[0].title', value: 'x' },
      { kind: 'left', name: 'name' },
      { kind: 'added', name: 'items', row: { title: 'd' } },
      { kind: 'checked', name: 'name', value: 'Ada', issues: ['taken'], isFailure: false },
      { kind: 'submitted', entries: [['name', 'Ada']] }
    );
    expect(JSON.parse(JSON.stringify(state))).to.deep.equal(state);
  });

  it('knows which fields were left, each once', () => {
    const state = changed(start, { kind: 'left', name: 'name' }, { kind: 'left', name: 'name' });
    expect(state.touched).to.deep.equal(['name']);
  });

  it('takes from a submission the texts that a browser has filled in, and no field that is not there', () => {
    const entries = [
      ['name', 'Grace'],
      ['items[1].title', 'z'],
      ['items[7].title', 'z'],
      ['ok', 'on'],
      ['__proto__.x', 'y'],
      ['other', 'y'],
    ] as const;
    const { values } = changed(start, { kind: 'submitted', entries });
    expect(values).to.deep.equal({
      name: 'Grace',
      ok: false,
      items: [{ title: 'a' }, { title: 'z' }, { title: 'c' }],
    });
  });

  it('goes back to what it began with', () => {
    const state = changed(
      start,
      { kind: 'edited', name: 'name', value: 'x' },
      { kind: 'submitted', entries: [] },
      { kind: 'removed', name: 'items', index: 0 },
      { kind: 'reset' }
    );
    expect(state).to.deep.equal(start);
  });

  it('forgets answers about what is not there any more', () => {
    const answer = { kind: 'checked', name: 'name', issues: ['taken'], isFailure: false } as const;
    expect(changed(start, { ...answer, value: 'Ad' }).answers).to.deep.equal({});
    expect(changed(start, { ...answer, value: 'Ada' }).answers).to.have.property('name');
  });

  it('asks again at a submission what could not be checked', () => {
    const answer = { kind: 'checked', name: 'name', value: 'Ada', issues: ['no'] } as const;
    const submit = { kind: 'submitted', entries: [] } as const;
    expect(changed(start, { ...answer, isFailure: true }, submit).answers).to.deep.equal({});
    expect(changed(start, { ...answer, isFailure: false }, submit).answers).to.have.property('name');
  });

  describe('has rows', () => {
    it('that are added, removed and moved, each with its key', () => {
      expect(keys(start)).to.deep.equal([-1, -2, -3]);
      const added = changed(start, { kind: 'added', name: 'items', row: { title: 'd' } });
      expect([titles(added), keys(added)]).to.deep.equal(['abcd', [-1, -2, -3, 0]]);
      const moved = changed(added, { kind: 'moved', name: 'items', index: 3, to: 0 });
      expect([titles(moved), keys(moved)]).to.deep.equal(['dabc', [0, -1, -2, -3]]);
      const removed = changed(moved, { kind: 'removed', name: 'items', index: 1 });
      expect([titles(removed), keys(removed)]).to.deep.equal(['dbc', [0, -2, -3]]);
      const again = changed(removed, { kind: 'added', name: 'items', row: { title: 'e' } });
      expect([titles(again), keys(again)]).to.deep.equal(['dbce', [0, -2, -3, 1]]);
    });

    it('that stay where they are when a row is meant that is not there', () => {
      for (const index of [-1, 3, 0.5, Number.NaN]) {
        expect(titles(changed(start, { kind: 'removed', name: 'items', index }))).to.equal('abc');
        expect(titles(changed(start, { kind: 'moved', name: 'items', index, to: 0 }))).to.equal('abc');
      }
      expect(titles(changed(start, { kind: 'moved', name: 'items', index: 0, to: 99 }))).to.equal('bca');
      expect(titles(changed(start, { kind: 'moved', name: 'items', index: 2, to: -9 }))).to.equal('cab');
    });

    it('whose fields keep what is known of them', () => {
      const state = changed(
        start,
        { kind: 'left', name: 'items[2].title' },
        { kind: 'left', name: 'items[0].title' },
        { kind: 'checked', name: 'items[2].title', value: 'c', issues: ['taken'], isFailure: false },
        { kind: 'moved', name: 'items', index: 2, to: 0 },
        { kind: 'removed', name: 'items', index: 1 }
      );
      expect(titles(state)).to.equal('cb');
      expect(state.touched).to.deep.equal(['items[0].title', 'items']);
      expect(Object.keys(state.answers)).to.deep.equal(['items[0].title']);
    });

    it('that have rows of their own', () => {
      const nested = startState({ groups: [{ items: ['a', 'b'] }, { items: ['c'] }] });
      const state = changed(
        nested,
        { kind: 'added', name: 'groups[1].items', row: 'd' },
        { kind: 'left', name: 'groups[1].items[1]' },
        { kind: 'removed', name: 'groups', index: 0 }
      );
      expect(state.values).to.deep.equal({ groups: [{ items: ['c', 'd'] }] });
      expect(rowsOf(state, 'groups[0].items').map(({ key, path }) => [key, path])).to.deep.equal([
        [-1, 'groups[0].items[0]'],
        [0, 'groups[0].items[1]'],
      ]);
      expect(state.touched).to.include('groups[0].items[1]');
    });
  });
});
