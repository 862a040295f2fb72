import { expect } from 'chai';
import type { Cell } from '../../runtime/cell.js';
import { Inbox, type Letter } from '../../runtime/inbox.js';

const capacity = 10_000;

const letter = (at: number): Letter => ({ cell: {} as Cell, message: { type: 'counted' }, at, page: 1 });

function filled(count: number): Inbox {
  const inbox = new Inbox();
  for (let at = 0; at < count; at++) inbox.push(letter(at));

  return inbox;
}

const times = (letters: readonly Letter[]): readonly number[] => letters.map(({ at }) => at);

describe('inbox', () => {
  it('gives letters in order of arrival, at most as many as asked for', () => {
    const inbox = filled(5);

    expect(times(inbox.take(2))).to.deep.equal([0, 1]);
    inbox.push(letter(5));
    expect(times(inbox.take(3))).to.deep.equal([2, 3, 4]);
    expect(inbox.size).to.equal(1);
    expect(times(inbox.take(9))).to.deep.equal([5]);
    expect([inbox.take(1), inbox.size]).to.deep.equal([[], 0]);
  });

  it('gives none and keeps all if none is asked for', () => {
    const inbox = filled(2);

    expect([inbox.take(0), inbox.size]).to.deep.equal([[], 2]);
    expect(times(inbox.take(2))).to.deep.equal([0, 1]);
  });

  it('does not change what it has given', () => {
    const inbox = filled(2);
    const taken = inbox.take(2);
    inbox.push(letter(2));

    expect(times(taken)).to.deep.equal([0, 1]);
  });

  it('takes no more than its capacity, and takes again when there is room', () => {
    const inbox = filled(capacity - 1);

    expect([inbox.isFull, inbox.push(letter(1)), inbox.isFull]).to.deep.equal([false, true, true]);
    expect([inbox.push(letter(2)), inbox.size]).to.deep.equal([false, capacity]);
    inbox.take(1);
    expect([inbox.isFull, inbox.push(letter(3)), inbox.push(letter(4))]).to.deep.equal([false, true, false]);
    expect(times(inbox.take(capacity)).at(-1)).to.equal(3);
  });
});
