import { expect } from 'chai';
import type { ComponentInstance } from '../../../runtime/tree/component-instance.js';
import { type Envelope, Mailbox } from '../../../runtime/tree/mailbox.js';

const capacity = 10_000;

const letter = (at: number): Envelope => ({
  instance: {} as ComponentInstance,
  message: { type: 'counted' },
  at,
  pageLoad: 1,
});

function filled(count: number): Mailbox {
  const inbox = new Mailbox();
  for (let at = 0; at < count; at++) inbox.push(letter(at));

  return inbox;
}

/** One that has to be resolved. */
const sealed = (at: number): Envelope => ({ ...letter(at), resolve: () => letter(at) });

const times = (letters: readonly Envelope[]): readonly number[] => letters.map(({ at }) => at);

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

  it('gives a letter that has to be resolved alone, after all before it', () => {
    const inbox = new Mailbox();
    for (const one of [letter(0), letter(1), sealed(2), sealed(3), letter(4), letter(5)]) inbox.push(one);
    const taken: [boolean, readonly number[]][] = [];
    while (inbox.size > 0) taken.push([inbox.isUnresolved, times(inbox.take(9))]);

    expect(taken).to.deep.equal([
      [false, [0, 1]],
      [true, [2]],
      [true, [3]],
      [false, [4, 5]],
    ]);
    expect(inbox.isUnresolved).to.equal(false);
  });

  it('knows of letters that have to be resolved however few are asked for', () => {
    const inbox = new Mailbox();
    for (const one of [letter(0), letter(1), sealed(2), letter(3), sealed(4)]) inbox.push(one);
    expect(times(inbox.take(1))).to.deep.equal([0]);
    expect(times(inbox.take(2))).to.deep.equal([1]);
    for (let round = 0; round < 3; round++) expect([inbox.take(0), inbox.isUnresolved]).to.deep.equal([[], true]);
    expect(times(inbox.take(2))).to.deep.equal([2]);
    expect(times(inbox.take(2))).to.deep.equal([3]);
    expect(times(inbox.take(2))).to.deep.equal([4]);
  });

  it("tells which letters are no client's events and say something", () => {
    const inbox = new Mailbox();
    const ours: Envelope = { ...letter(1), pageLoad: 0, cause: 'a.1.0' };
    for (const one of [letter(0), ours, { ...ours, message: undefined }, sealed(3)]) inbox.push(one);

    expect(inbox.ours).to.deep.equal([ours]);
    expect(inbox.size).to.equal(4);
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
